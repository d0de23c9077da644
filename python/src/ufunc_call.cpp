// SPDX-License-Identifier: BSD-3-Clause
// A ufunc's call: keywords, operands, outputs; and what happens when an operand is not for us.
#include <algorithm>
#include <array>

#include "function.hpp"
#include "interop.hpp"
#include "ufunc_type.hpp"

namespace numloom::python {

namespace {

// ---- keywords ----

struct call_keywords {
  ufunc_options options;
  PyObject* out[2] = {nullptr, nullptr};
  bool simple = true;
};

void read_out(PyObject* value, int nout, call_keywords& k) {
  if (value == Py_None) return;
  if (!PyTuple_Check(value)) {
    if (nout > 1) raise(PyExc_TypeError, "The 'out' tuple must have exactly one entry per ufunc output");
    k.out[0] = value;
  } else {
    if (PyTuple_GET_SIZE(value) != nout)
      raise(PyExc_ValueError, "The 'out' tuple must have exactly one entry per ufunc output");
    for (int i = 0; i < nout; ++i)
      if (PyTuple_GET_ITEM(value, i) != Py_None) k.out[i] = PyTuple_GET_ITEM(value, i);
  }
  k.options.out = to_out(k.out[0]);
  k.options.out2 = to_out(k.out[1]);
}

// "dd->d", or a tuple of dtypes: the dtype of the (first) output.
std::optional<dtype> read_signature(PyObject* value) {
  if (PyUnicode_Check(value)) {
    const std::string_view text = to_text(value, "signature");
    const std::size_t arrow = text.find("->");
    const std::string_view code =
        arrow == std::string_view::npos ? text.substr(text.size() - 1) : text.substr(arrow + 2, 1);
    const ref letter =
        checked(PyUnicode_FromStringAndSize(code.data(), static_cast<Py_ssize_t>(code.size())));
    return to_dtype(letter.get());
  }
  if (PyTuple_Check(value)) {
    for (Py_ssize_t i = PyTuple_GET_SIZE(value) - 1; i >= 0; --i)
      if (PyTuple_GET_ITEM(value, i) != Py_None) return to_dtype(PyTuple_GET_ITEM(value, i));
    return {};
  }
  return to_optional_dtype(value);
}

void read_keyword(const ufunc_object* f, PyObject* name, PyObject* value, device where, call_keywords& k) {
  const std::string_view key = to_text(name, "keyword");
  k.simple = false;
  if (key == "out")
    read_out(value, f->nout, k);
  else if (key == "where")
    k.options.where = to_mask(value, where);
  else if (key == "dtype")
    k.options.dtype = to_optional_dtype(value);
  else if (key == "casting")
    k.options.casting = to_casting(value, casting::same_kind);
  else if (key == "order")
    k.options.order = to_order(value, order::K);
  else if (key == "sig" || key == "signature")
    k.options.dtype = read_signature(value);
  else if (key == "axis" || key == "axes" || key == "keepdims")
    raise(numpy.host_only, "%s of a product", std::string(key).c_str());
  else if (key != "subok")
    raise(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", f->name, name);
}

PyObject* pair_of(ndarray first, ndarray second, PyObject* const* out) {
  const ref a = checked(wrap_or_out(std::move(first), out[0]));
  const ref b = checked(wrap_or_out(std::move(second), out[1]));
  return PyTuple_Pack(2, a.get(), b.get());
}

[[noreturn]] void fail_operand(const ufunc_object* f, PyObject* o) {
  raise(numpy.host_only, "ufunc '%s' expected numbers or arrays, got %s", f->name, Py_TYPE(o)->tp_name);
}

PyObject* call_product(const ufunc_object* f, PyObject* const* inputs, const call_keywords& k, device where) {
  ndarray operands[2];
  for (int i = 0; i < 2; ++i) {
    if (!is_array_like(inputs[i])) fail_operand(f, inputs[i]);
    operands[i] = to_array(inputs[i], where);
  }
  return wrap_or_out(unlocked((operands[0].size() + operands[1].size()) * 8,
                              [&] { return f->multiply(operands[0], operands[1], k.options); }),
                     k.out[0]);
}

PyObject* call_elementwise(const ufunc_object* f, PyObject* const* inputs, const call_keywords& k,
                           device where) {
  operand operands[3];
  const auto n = static_cast<std::size_t>(f->nin);
  std::int64_t work = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!operands[i].load(inputs[i], where)) fail_operand(f, inputs[i]);
    work = std::max(work, operands[i].size());
  }
  if (k.simple && f->nout == 1 && n == 1)
    return wrap(unlocked(work, [&] { return call(f->id, operands[0].like()); }));
  if (k.simple && f->nout == 1 && n == 2)
    return wrap(unlocked(work, [&] { return call(f->id, operands[0].like(), operands[1].like()); }));
  const array_like all[] = {operands[0].like(), operands[1].like(), operands[2].like()};
  const std::span<const array_like> used(all, n);
  if (f->nout == 2) {
    auto both = unlocked(work, [&] { return call2(f->id, used, k.options); });
    return pair_of(std::move(both.first), std::move(both.second), k.out);
  }
  return wrap_or_out(unlocked(work, [&] { return call(f->id, used, k.options); }), k.out[0]);
}

// An operand or output that wants to decide by itself (NEP 13), borrowed; null where nobody does.
PyObject* overriding(PyObject* const* args, Py_ssize_t count) {
  for (Py_ssize_t i = 0; i < count; ++i)
    if (!is_array(args[i]) && !is_python_number(args[i]) && defers_to(args[i])) return args[i];
  return nullptr;
}

PyObject* hand_over(PyObject* self, PyObject* other, PyObject* const* args, Py_ssize_t count,
                    PyObject* names) {
  const ref inputs = pack_arguments(args, count), keywords = pack_keywords(args + count, names);
  if (!inputs || !keywords) return nullptr;
  const ref all(Py_BuildValue("(OOOO)", self, other, inputs.get(), keywords.get()));
  return all ? call_package("numloom._fallback", "override_ufunc", all.get(), nullptr) : nullptr;
}

}  // namespace

ref pack_arguments(PyObject* const* args, Py_ssize_t count) {
  ref tuple(PyTuple_New(count));
  for (Py_ssize_t i = 0; tuple && i < count; ++i) PyTuple_SET_ITEM(tuple.get(), i, Py_NewRef(args[i]));
  return tuple;
}

ref pack_keywords(PyObject* const* values, PyObject* names) {
  ref dict(PyDict_New());
  for (Py_ssize_t i = 0; dict && names && i < PyTuple_GET_SIZE(names); ++i)
    if (PyDict_SetItem(dict.get(), PyTuple_GET_ITEM(names, i), values[i]) < 0) return ref();
  return dict;
}

PyObject* call_ufunc(PyObject* self, PyObject* const* args, std::size_t flagged, PyObject* names) {
  const auto* f = reinterpret_cast<const ufunc_object*>(self);
  const Py_ssize_t count = PyVectorcall_NARGS(flagged);
  if (PyObject* other = overriding(args, count)) return hand_over(self, other, args, count, names);
  PyObject* result = guarded([&] {
    if (count < f->nin || count > f->nin + f->nout)
      raise(PyExc_TypeError, "%s() takes from %d to %d positional arguments but %zd were given", f->name,
            f->nin, f->nin + f->nout, count);
    const device where = device_among(args, static_cast<std::size_t>(f->nin));
    call_keywords k;
    if (count > f->nin) {
      k.simple = false;
      for (Py_ssize_t i = 0; i < count - f->nin; ++i)
        if (args[f->nin + i] != Py_None) k.out[i] = args[f->nin + i];
      k.options.out = to_out(k.out[0]);
      k.options.out2 = to_out(k.out[1]);
    }
    for (Py_ssize_t i = 0; names && i < PyTuple_GET_SIZE(names); ++i)
      read_keyword(f, PyTuple_GET_ITEM(names, i), args[count + i], where, k);
    return f->multiply ? call_product(f, args, k, where) : call_elementwise(f, args, k, where);
  });
  if (result || !PyErr_ExceptionMatches(numpy.host_only)) return result;
  PyErr_Clear();
  const ref inputs = pack_arguments(args, count), keywords = pack_keywords(args + count, names);
  return inputs && keywords ? host_ufunc(f->name, "__call__", inputs.get(), keywords.get()) : nullptr;
}

bool defers_to(PyObject* o) {
  if (is_array(o) || is_python_number(o) || PyList_CheckExact(o) || PyTuple_CheckExact(o) ||
      Py_TYPE(o) == numpy.ndarray || is_numpy_scalar(o) || o == Py_None || PyUnicode_Check(o))
    return false;
  PyObject* type = reinterpret_cast<PyObject*>(Py_TYPE(o));
  const ref own(PyObject_GetAttrString(type, "__array_ufunc__"));
  if (own) return true;  // None (it refuses ufuncs), or its own way to carry them out
  PyErr_Clear();
  const ref priority(PyObject_GetAttrString(type, "__array_priority__"));
  if (!priority) {
    PyErr_Clear();
    return false;
  }
  const double value = PyFloat_AsDouble(priority.get());
  PyErr_Clear();
  return value > 0;
}

PyObject* host_ufunc(const char* name, const char* method, PyObject* args, PyObject* keywords) {
  const ref all(Py_BuildValue("(ssOO)", name, method, args, keywords ? keywords : Py_None));
  return all ? call_package("numloom._fallback", "call_ufunc", all.get(), nullptr) : nullptr;
}

}  // namespace numloom::python
