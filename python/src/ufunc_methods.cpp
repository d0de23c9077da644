// SPDX-License-Identifier: BSD-3-Clause
// The methods of ufuncs: reduce, accumulate, reduceat, outer, at.
#include <vector>

#include "float_watch.hpp"
#include "function.hpp"
#include "numloom/indexing.hpp"
#include "numloom/reductions.hpp"
#include "ufunc_type.hpp"

namespace numloom::python {

namespace {

PyObject* on_host(PyObject* self, const char* method, PyObject* const* args, Py_ssize_t count,
                  PyObject* names) {
  const ref inputs = pack_arguments(args, count), keywords = pack_keywords(args + count, names);
  if (!inputs || !keywords) return nullptr;
  return host_ufunc(reinterpret_cast<ufunc_object*>(self)->name, method, inputs.get(), keywords.get());
}

// (array, axis, dtype, out, keepdims, initial, where)
PyObject* reduce_native(const ufunc_object* f, PyObject* const* s) {
  const ndarray a = to_array(s[0]);
  reduction_options options;
  options.axis = s[1] ? to_reduced_axes(s[1], a) : a.ndim() == 0 ? axes() : axes(0);
  options.dtype = to_optional_dtype(s[2]);
  options.out = to_out(s[3]);
  options.keepdims = to_bool(s[4], false);
  options.initial = to_initial(s[5]);
  options.without_identity = s[5] == Py_None;
  options.where = to_mask(s[6], a.device());
  const float_watch watch(may_err(f->id));
  ndarray result = unlocked(a.size(), [&] { return reduce(f->id, a, options); });
  watch.report("reduce", result);
  return wrap_or_out(std::move(result), s[3]);
}

// (array, axis, dtype, out) behind a start of the slots
scan_options scan_options_of(const char* method, const ndarray& a, PyObject* const* axis_dtype_out) {
  scan_options options;
  PyObject* axis = axis_dtype_out[0];
  if (axis && PyTuple_Check(axis) && PyTuple_GET_SIZE(axis) == 1) axis = PyTuple_GET_ITEM(axis, 0);
  if (axis && (PyTuple_Check(axis) || (axis == Py_None && a.ndim() > 1)))
    raise(PyExc_ValueError, "%s does not allow multiple axes", method);
  options.axis = is_missing(axis) ? 0 : to_axis(axis, 0);
  options.dtype = to_optional_dtype(axis_dtype_out[1]);
  options.out = to_out(axis_dtype_out[2]);
  return options;
}

PyObject* accumulate_native(const ufunc_object* f, PyObject* const* s) {
  const ndarray a = to_array(s[0]);
  const scan_options options = scan_options_of("accumulate", a, s + 1);
  const float_watch watch(may_err(f->id));
  ndarray result = unlocked(a.size(), [&] { return accumulate(f->id, a, options); });
  watch.report("accumulate", result);
  return wrap_or_out(std::move(result), s[3]);
}

// (array, indices, axis, dtype, out)
PyObject* reduceat_native(const ufunc_object* f, PyObject* const* s) {
  const ndarray a = to_array(s[0]), indices = to_array(s[1], a.device());
  if (indices.ndim() != 1)
    raise(PyExc_ValueError, "object %s for desired array",
          indices.ndim() ? "too deep" : "of too small depth");
  const scan_options options = scan_options_of("reduceat", a, s + 2);
  const std::vector<std::int64_t> starts =
      astype(indices, dtype::int64, order::K, casting::unsafe, false).to_vector<std::int64_t>();
  const float_watch watch(may_err(f->id));
  ndarray result = unlocked(a.size(), [&] { return reduceat(f->id, a, starts, options); });
  watch.report("reduceat", result);
  return wrap_or_out(std::move(result), s[4]);
}

// Which ufuncs have these methods, in NumPy's words.
bool check_has_method(const ufunc_object* f, const char* method) {
  if (f->multiply)
    PyErr_SetString(PyExc_RuntimeError, "Reduction not defined on ufunc with signature");
  else if (f->nin != 2)
    PyErr_Format(PyExc_ValueError, "%s only supported for binary functions", method);
  else if (f->nout != 1)
    PyErr_Format(PyExc_ValueError, "%s only supported for functions returning a single value", method);
  else
    return true;
  return false;
}

template <class Native>
PyObject* bound_call(PyObject* self, const char* method, const signature& s, PyObject* const* args,
                     Py_ssize_t flagged, PyObject* names, Native native) {
  const Py_ssize_t count = PyVectorcall_NARGS(static_cast<std::size_t>(flagged));
  PyObject* slots[signature::limit];
  if (is_overridden(args, count, names)) return hand_over(self, method, args, count, names);
  const auto* f = reinterpret_cast<const ufunc_object*>(self);
  if (!check_has_method(f, method)) return nullptr;
  for (Py_ssize_t i = 1; i < count; ++i)
    if (args[i] == Py_Ellipsis) {
      PyErr_SetString(PyExc_TypeError, "out=... is only allowed as a keyword argument.");
      return nullptr;
    }
  if (!s.bind(nullptr, args, count, names, slots)) return nullptr;
  for (Py_ssize_t i = 0; names && i < PyTuple_GET_SIZE(names); ++i)
    if (PyTuple_Check(args[count + i]) && PyTuple_GET_SIZE(args[count + i]) == 1 &&
        PyTuple_GET_ITEM(args[count + i], 0) == Py_Ellipsis) {
      PyErr_SetString(PyExc_TypeError, "must use `...` as `out=...` and not per-operand/in a tuple");
      return nullptr;
    }
  PyObject* result = guarded([&] { return watching_parts([&] { return native(f, slots); }); });
  if (result || !PyErr_ExceptionMatches(numpy.host_only)) return result;
  PyErr_Clear();
  return on_host(self, method, args, count, names);
}

PyObject* reduce_method(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  static const signature s("reduce",
                           "(array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True)");
  return bound_call(self, "reduce", s, args, count, names, reduce_native);
}

PyObject* accumulate_method(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  static const signature s("accumulate", "(array, axis=0, dtype=None, out=None)");
  return bound_call(self, "accumulate", s, args, count, names, accumulate_native);
}

PyObject* reduceat_method(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  static const signature s("reduceat", "(array, indices, axis=0, dtype=None, out=None)");
  return bound_call(self, "reduceat", s, args, count, names, reduceat_native);
}

// outer(a, b): a gets as many axes of length one as b has.
PyObject* outer_method(PyObject* self, PyObject* const* args, Py_ssize_t flagged, PyObject* names) {
  const auto* f = reinterpret_cast<const ufunc_object*>(self);
  const Py_ssize_t count = PyVectorcall_NARGS(static_cast<std::size_t>(flagged));
  if (f->multiply) {
    PyErr_SetString(PyExc_TypeError, "method outer is not allowed in ufunc with non-trivial signature");
    return nullptr;
  }
  if (f->nin != 2) {
    PyErr_SetString(PyExc_ValueError, "outer product only supported for binary functions");
    return nullptr;
  }
  if (is_overridden(args, count, names)) return hand_over(self, "outer", args, count, names);
  if (count != 2) {
    PyErr_SetString(PyExc_TypeError, "exactly two arguments expected");
    return nullptr;
  }
  PyObject* result = guarded([&]() -> PyObject* {
    const device where = device_among(args, 2);
    const ndarray a = to_array(args[0], where), b = to_array(args[1], where);
    if (a.ndim() + b.ndim() > max_dims)
      raise(PyExc_ValueError, "maximum supported dimension for an ndarray is %d, found %d", max_dims,
            a.ndim() + b.ndim());
    shape_t shape = a.shape();
    for (int d = 0; d < b.ndim(); ++d) shape.push_back(1);
    std::vector<PyObject*> all(args, args + count + (names ? PyTuple_GET_SIZE(names) : 0));
    const ref left = checked(wrap(b.ndim() ? reshape(a, shape) : a)), right = checked(wrap(b));
    all[0] = left.get();
    all[1] = right.get();
    return call_ufunc(self, all.data(), 2, names);
  });
  if (result || !PyErr_ExceptionMatches(numpy.host_only)) return result;
  PyErr_Clear();
  return on_host(self, "outer", args, count, names);
}

// at(a, indices, b): False where the host has to do it.
bool update_native(const ufunc_object* f, PyObject* const* args) {
  const ndarray& a = array_of(args[0]);
  if (!a.writeable()) raise(PyExc_ValueError, "array is read-only");
  operand value;
  if (!value.load(args[2], a.device())) return false;
  const index_items items = to_index_items(args[1], a.device());
  const bool was_finite = is_half_on_host(a) && all_finite(a);
  const float_watch watch(may_err(f->id));
  const bool done = unlocked(a.size(), [&] { return update_at(f->id, a, items, value.like()); });
  if (was_finite && !all_finite(a)) float_errors::set(float_errors::get() | float_errors::overflow);
  if (done && is_inexact(a.dtype())) watch.report(f->name, a);
  return done;
}

PyObject* at_method(PyObject* self, PyObject* const* args, Py_ssize_t flagged, PyObject* names) {
  const auto* f = reinterpret_cast<const ufunc_object*>(self);
  const Py_ssize_t count = PyVectorcall_NARGS(static_cast<std::size_t>(flagged));
  if (is_overridden(args, count, names)) return hand_over(self, "at", args, count, names);
  if (f->nin == 2 && !f->multiply && count == 3 && !names && is_array(args[0])) {
    bool done = false;
    PyObject* result = guarded([&] {
      done = update_native(f, args);
      return Py_NewRef(Py_None);
    });
    if (!result && !PyErr_ExceptionMatches(numpy.host_only)) return nullptr;
    if (done) return result;
    Py_XDECREF(result);
    PyErr_Clear();
  }
  return on_host(self, "at", args, count, names);
}

PyObject* resolve_method(PyObject* self, PyObject* args, PyObject* keywords) {
  const ref numpy_ufunc(imported("numpy", reinterpret_cast<ufunc_object*>(self)->name));
  const ref method(numpy_ufunc ? PyObject_GetAttrString(numpy_ufunc.get(), "resolve_dtypes") : nullptr);
  return method ? PyObject_Call(method.get(), args, keywords) : nullptr;
}

PyObject* reduce_for_pickle(PyObject* self, PyObject*) {
  return PyUnicode_FromString(reinterpret_cast<ufunc_object*>(self)->name);
}

PyCFunction fast(PyObject* (*f)(PyObject*, PyObject* const*, Py_ssize_t, PyObject*)) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(f));
}

PyCFunction with_keywords(PyCFunctionWithKeywords f) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(f));
}

}  // namespace

PyMethodDef ufunc_methods[] = {
    {"reduce", fast(reduce_method), METH_FASTCALL | METH_KEYWORDS,
     "reduce($self, array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True)\n--\n\n"
     "The ufunc applied along axes until one element is left."},
    {"accumulate", fast(accumulate_method), METH_FASTCALL | METH_KEYWORDS,
     "accumulate($self, array, axis=0, dtype=None, out=None)\n--\n\nAll partial results along an axis."},
    {"outer", fast(outer_method), METH_FASTCALL | METH_KEYWORDS,
     "outer($self, A, B, /, **kwargs)\n--\n\nThe ufunc applied to all pairs of elements of two arrays."},
    {"at", fast(at_method), METH_FASTCALL | METH_KEYWORDS,
     "at($self, a, indices, b=None, /)\n--\n\nIn place at positions that may repeat."},
    {"reduceat", fast(reduceat_method), METH_FASTCALL | METH_KEYWORDS,
     "reduceat($self, array, indices, axis=0, dtype=None, out=None)\n--\n\nReductions of slices."},
    {"resolve_dtypes", with_keywords(resolve_method), METH_VARARGS | METH_KEYWORDS,
     "resolve_dtypes($self, dtypes, *, signature=None, casting=None, reduction=False)\n--\n\n"
     "The dtypes that a call would use."},
    {"__reduce__", reduce_for_pickle, METH_NOARGS, "Pickles by name."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace numloom::python
