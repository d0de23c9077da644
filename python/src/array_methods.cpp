// SPDX-License-Identifier: BSD-3-Clause
// Methods that are not functions too: conversions, copies, and those that the Python package carries out.
#include <array>
#include <cstring>
#include <string_view>

#include "convert.hpp"
#include "float_watch.hpp"
#include "function.hpp"
#include "numloom/creation.hpp"

namespace numloom::python {

namespace {

// NumPy's enumeration of copies is for array() alone.
void refuse_copy_mode(PyObject* o) {
  static PyObject* const mode = imported("numpy", "_CopyMode");
  if (o && reinterpret_cast<PyObject*>(Py_TYPE(o)) == mode)
    raise(PyExc_ValueError, "_CopyMode enum is not allowed for astype function. Use true/false instead.");
}

// (self, dtype, order, casting, subok, copy, device)
// casting="same_value": any cast that loses nothing. Only astype knows it.
bool asks_for_same_values(PyObject* casting) {
  return casting && PyUnicode_Check(casting) && to_text(casting, "casting") == "same_value";
}
void check_same_values(const ndarray& a, const ndarray& cast) {
  if (cast.dtype() == dtype::bool_ || a.dtype() == cast.dtype()) return;
  const ndarray back = astype(cast, a.dtype(), order::K, casting::unsafe);
  ndarray same = call(ufunc::logical_and, call(ufunc::equal, a, cast), call(ufunc::equal, a, back));
  if (is_inexact(a.dtype()) && is_inexact(cast.dtype()))
    same = call(ufunc::logical_or, same,
                call(ufunc::logical_and, call(ufunc::isnan, a), call(ufunc::isnan, cast)));
  if (all(same).item().real() != 0) return;
  raise(PyExc_ValueError, "could not cast 'same_value' %s to %s", name_of(a.dtype()).data(),
        name_of(cast.dtype()).data());
}

PyObject* as_type(argument_slots s) {
  const ndarray& a = array_of(s[0]);
  const dtype type = is_missing(s[1]) ? dtype::float64 : to_dtype(s[1]);
  if (!s[2] && !s[3] && !s[4] && !s[5] && !s[6] && !a.is_scalar() && !is_complex(a.dtype()))
    return wrap_made([&] {
      const float_watch watch(may_err(a.dtype(), type));
      ndarray result = unlocked(a.size(), [&] { return astype(a, type); });
      watch.report("cast", result);
      return result;
    });
  const order layout = to_order(s[2], order::K);
  const bool keeps_values = asks_for_same_values(s[3]);
  const casting rule = keeps_values ? casting::unsafe : to_casting(s[3], casting::unsafe);
  refuse_copy_mode(s[5]);
  const bool always = to_bool(s[5], true);
  const auto where = to_device_argument(s[6]);
  if (!can_cast(a.dtype(), type, rule)) {
    const std::string text = as_text("Cannot cast array data from dtype('", a.dtype(), "') to dtype('", type,
                                     "') according to the rule '", name_of(rule), "'");
    raise(PyExc_TypeError, "%s", text.c_str());
  }
  if (!always && type == a.dtype() && (!where || *where == a.device()) &&
      (layout == order::K || (layout != order::F && a.is_c_contiguous()) ||
       (layout != order::C && a.is_f_contiguous())))
    return Py_NewRef(s[0]);
  const float_watch watch(may_err(a.dtype(), type));
  ndarray result = unlocked(a.size(), [&] {
    ndarray cast = astype(a, type, layout, casting::unsafe, always);
    return where ? to_device(cast, *where) : cast;
  });
  if (keeps_values)
    check_same_values(a, result);
  else
    watch.report("cast", result);
  result.set_scalar(a.is_scalar());
  return wrap(std::move(result));
}

PyObject* copy_of(PyObject* self, order layout) {
  const ndarray& a = array_of(self);
  if (is_exact_array(self) && !a.is_scalar())
    return wrap_made([&] { return unlocked(a.size(), [&] { return copy(a, layout); }); });
  ndarray fresh = unlocked(a.size(), [&] { return copy(a, layout); });
  fresh.set_scalar(a.is_scalar());
  if (is_exact_array(self)) return wrap(std::move(fresh));
  const ref made = checked(wrap_as(Py_TYPE(self), std::move(fresh)));
  checked(PyObject_CallMethod(made.get(), "__array_finalize__", "O", self));
  return Py_NewRef(made.get());
}
// (self, order)
PyObject* copied(argument_slots s) { return copy_of(s[0], to_order(s[1], order::C)); }
// (self), (self, memo): the layout is kept, as by NumPy
PyObject* copied_alike(argument_slots s) { return copy_of(s[0], order::K); }

// (self, dtype, type)
PyObject* viewed(argument_slots s) {
  PyObject *wanted = s[1], *type = s[2];
  const auto is_subtype = [](PyObject* o) {
    return o && PyType_Check(o) && PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(o), array_type);
  };
  if (is_subtype(wanted)) std::swap(wanted, type);
  ndarray seen = array_of(s[0]);
  seen.set_scalar(false);
  if (!is_missing(wanted)) seen = seen.view_as(to_dtype(wanted));
  if (!is_subtype(type)) return wrap_view(std::move(seen), s[0]);
  const ref made = checked(wrap_as(reinterpret_cast<PyTypeObject*>(type), std::move(seen)));
  reinterpret_cast<array_object*>(made.get())->base = Py_NewRef(s[0]);
  if (type != reinterpret_cast<PyObject*>(array_type))
    checked(PyObject_CallMethod(made.get(), "__array_finalize__", "O", s[0]));
  return Py_NewRef(made.get());
}

// (self, *args)
PyObject* item(argument_slots s) {
  const ndarray& a = array_of(s[0]);
  const Py_ssize_t n = PyTuple_GET_SIZE(s[1]);
  if (n == 0) {
    if (a.size() != 1) raise(PyExc_ValueError, "can only convert an array of size 1 to a Python scalar");
    return item_object(a);
  }
  PyObject* index = n == 1 ? PyTuple_GET_ITEM(s[1], 0) : s[1];
  if (PyTuple_Check(index)) {
    if (PyTuple_GET_SIZE(index) != a.ndim()) raise(PyExc_ValueError, "incorrect number of indices for array");
    return item_object(array_of(checked(PyObject_GetItem(s[0], index)).get()));
  }
  if (!PyIndex_Check(index))
    raise(PyExc_TypeError, "'%s' object cannot be interpreted as an integer", Py_TYPE(index)->tp_name);
  const ref flat = checked(wrap(reshape(a, {-1})));
  return item_object(array_of(checked(PyObject_GetItem(flat.get(), index)).get()));
}

ndarray on_host(const ndarray& a) {
  return unlocked(a.size(), [&] { return ascontiguousarray(to_device(a, cpu)); });
}

PyObject* nested_list(const ndarray& a, int axis, const char*& next) {
  const bool innermost = axis == a.ndim() - 1;
  ref list = checked(PyList_New(a.shape()[axis]));
  for (Py_ssize_t i = 0; i < a.shape()[axis]; ++i) {
    PyObject* const element = innermost ? number_object(a.dtype(), next) : nested_list(a, axis + 1, next);
    if (!element) throw python_error{};
    PyList_SET_ITEM(list.get(), i, element);
    if (innermost) next += a.itemsize();
  }
  return list.release();
}
PyObject* to_list(argument_slots s) {
  const ndarray& a = array_of(s[0]);
  if (a.ndim() == 0) return item_object(a);
  const ndarray host = on_host(a);
  const char* first = static_cast<const char*>(host.data(access::read));
  return nested_list(host, 0, first);
}

// (self, order)
PyObject* to_bytes(argument_slots s) {
  const ndarray& a = array_of(s[0]);
  const order layout = to_order(s[1], order::C);
  const bool reverses =
      layout == order::F || (layout == order::A && a.is_f_contiguous() && !a.is_c_contiguous());
  const ndarray host = on_host(reverses ? transpose(a) : a);
  return PyBytes_FromStringAndSize(static_cast<const char*>(host.data(access::read)), host.nbytes());
}

// (self). An integer is a number of zeros to Python, NumPy's 0-d arrays too.
PyObject* as_bytes(argument_slots s) {
  const ndarray& a = array_of(s[0]);
  if (a.ndim() == 0 && is_integer(a.dtype())) {
    const ref count = checked(PyNumber_Index(s[0]));
    return PyObject_CallOneArg(reinterpret_cast<PyObject*>(&PyBytes_Type), count.get());
  }
  const ndarray host = on_host(a);
  return PyBytes_FromStringAndSize(static_cast<const char*>(host.data(access::read)), host.nbytes());
}

// (self, value)
PyObject* fill(argument_slots s) {
  PyObject* value = s[1];
  if (is_array(value) || is_numpy_array(value) || PyList_Check(value) || PyTuple_Check(value)) {
    if (PyObject_Length(value) >= 0)
      raise(PyExc_ValueError, "[fill] expected a number or an array of no dimensions, got %R", value);
    PyErr_Clear();
  }
  checked(PyObject_SetItem(s[0], Py_Ellipsis, value));
  Py_RETURN_NONE;
}

PyObject* to_host(argument_slots s) { return to_numpy(s[0]).release(); }
// A NumPy array of its own: (self, stream, order, out, blocking)
PyObject* get(argument_slots s) {
  if (s[1] || s[2] || s[3] || s[4]) {
    const ref helper = checked(imported("numloom._methods", "get"));
    const auto given = [&](int i, PyObject* otherwise) { return s[i] ? s[i] : otherwise; };
    return PyObject_CallFunctionObjArgs(helper.get(), s[0], given(1, Py_None), given(2, Py_None),
                                        given(3, Py_None), nullptr);
  }
  if (!array_of(s[0]).device().is_cpu()) return to_numpy(s[0]).release();
  return PyObject_CallOneArg(numpy.array, s[0]);
}
// (self, device, /, *, stream)
PyObject* moved(argument_slots s) {
  const auto where = to_device_argument(s[1]);
  const ndarray& a = array_of(s[0]);
  if (!where || *where == a.device()) return Py_NewRef(s[0]);
  ndarray there = unlocked(a.size(), [&] { return to_device(a, *where); });
  there.set_scalar(a.is_scalar());
  return wrap(std::move(there));
}
PyObject* finalize(argument_slots) { Py_RETURN_NONE; }

constexpr function_row array_method_rows[] = {
    {"astype", "(a, dtype, order='K', casting='unsafe', subok=True, copy=True, device=None)", as_type,
     "The elements converted to another dtype.", method},
    {"copy", "(a, order='C')", copied, "A copy on the same device.", method},
    {"__copy__", "(a)", copied_alike, "copy.copy(self)", method},
    {"__deepcopy__", "(a, memo=None, /)", copied_alike, "copy.deepcopy(self)", method},
    {"view", "(a, dtype=None, type=None)", viewed, "The same bytes as another dtype or class.", method},
    {"item", "(a, /, *args)", item, "One element as a Python number; waits for the device.", method},
    {"tolist", "(a)", to_list, "Nested lists of Python numbers.", method},
    {"tobytes", "(a, order='C')", to_bytes, "The elements' bytes.", method},
    {"__bytes__", "(a)", as_bytes, "bytes(self): the elements' bytes, or as many zeros as an integer says.",
     method},
    {"fill", "(a, value)", fill, "Sets every element to a value.", method},
    {"get", "(a, stream=None, order='K', out=None, blocking=True)", get,
     "A NumPy array with the same elements: a copy, made when the stream has come there, or `out`.", method},
    {"to_numpy", "(a)", to_host, "A NumPy array: over the same memory on the CPU, a copy from a GPU.",
     method},
    {"to_device", "(a, device, /, *, stream=None)", moved,
     "The array on another device; itself if it is there.", method},
    {"__array_finalize__", "(a, obj, /)", finalize, "Called on new views of subclasses.", method},
};

// ---- methods that numloom._methods carries out ----
struct delegated_row {
  const char* name;
  const char* doc;
};
constexpr auto delegated = std::to_array<delegated_row>({
    {"__array_function__",
     "__array_function__($self, /, func, types, args, kwargs)\n--\n\nNumPy's functions called with this "
     "array: numloom's function of that name."},
    {"__array_ufunc__",
     "__array_ufunc__($self, /, ufunc, method, *inputs, **kwargs)\n--\n\nNumPy's ufuncs called with this "
     "array: numloom's ufunc of that name."},
    {"__array_namespace__",
     "__array_namespace__($self, /, *, api_version=None)\n--\n\nThe numloom module, by the array API "
     "standard."},
    {"__array_wrap__",
     "__array_wrap__($self, /, array, context=None, return_scalar=False)\n--\n\nThe result of a function as "
     "an array here."},
    {"__reduce_ex__", "__reduce_ex__($self, /, protocol)\n--\n\nPickles; out of band with protocol 5."},
    {"__setstate__", "__setstate__($self, state, /)\n--\n\nFrom the state that __reduce__ gives."},
    {"__reduce__", "__reduce__($self, /)\n--\n\nPickles."},
    {"__dask_tokenize__", "__dask_tokenize__($self, /)\n--\n\nA token of the contents for dask."},
    {"conj", "conj($self, /)\n--\n\nComplex conjugate."},
    {"conjugate", "conjugate($self, /)\n--\n\nComplex conjugate."},
    {"argpartition",
     "argpartition($self, /, kth, axis=-1, kind='introselect', order=None)\n--\n\nPositions that would "
     "partition the array."},
    {"partition",
     "partition($self, /, kth, axis=-1, kind='introselect', order=None)\n--\n\nPartitions in place."},
    {"getfield",
     "getfield($self, /, dtype, offset=0)\n--\n\nPart of the bytes of each element as another dtype."},
    {"setfield", "setfield($self, /, val, dtype, offset=0)\n--\n\nSets part of the bytes of each element."},
    {"byteswap", "byteswap($self, /, inplace=False)\n--\n\nThe bytes of each element reversed."},
    {"dump", "dump($self, /, file)\n--\n\nPickles to a file."},
    {"dumps", "dumps($self, /)\n--\n\nPickles to bytes."},
    {"set",
     "set($self, /, arr, stream=None)\n--\n\nCopies a NumPy array of the same shape and dtype into it."},
    {"scatter_add",
     "scatter_add($self, /, slices, value)\n--\n\nAdds at indices, at repeated ones again: np.add.at."},
    {"scatter_max", "scatter_max($self, /, slices, value)\n--\n\nnp.maximum.at(self, slices, value)"},
    {"scatter_min", "scatter_min($self, /, slices, value)\n--\n\nnp.minimum.at(self, slices, value)"},
    {"reduced_view",
     "reduced_view($self, /, dtype=None)\n--\n\nA view with as few axes as its strides allow."},
    {"tofile", "tofile($self, fid, /, sep='', format='%s')\n--\n\nWrites the elements to a file."},
    {"setflags", "setflags($self, /, *, write=None, align=None, uic=None)\n--\n\nSets the flag WRITEABLE."},
    {"__sizeof__", "__sizeof__($self, /)\n--\n\nBytes of the object and the elements it owns."},
    {"__jax_array__", "__jax_array__($self, /)\n--\n\nFor JAX: a NumPy array."},
    {"__arrow_array__", "__arrow_array__($self, /, type=None)\n--\n\nFor Arrow: an Arrow array."},
});

// Without arguments, as it is called: a ufunc, or the array itself.
PyObject* conjugated(PyObject* self) {
  const ndarray& a = array_of(self);
  if (!is_complex(a.dtype())) return Py_NewRef(self);
  return wrap_made([&] { return unlocked(a.size(), [&] { return call(ufunc::conjugate, a); }); });
}

template <std::size_t I> PyObject* delegate(PyObject* self, PyObject* args, PyObject* keywords) {
  constexpr std::string_view name = delegated[I].name;
  if constexpr (name == "conj" || name == "conjugate")
    if (PyTuple_GET_SIZE(args) == 0 && !keywords && is_exact_array(self)) return conjugated(self);
  const ref function(imported("numloom._methods", delegated[I].name));
  if (!function) return nullptr;
  const Py_ssize_t n = PyTuple_GET_SIZE(args);
  const ref all(PyTuple_New(n + 1));
  if (!all) return nullptr;
  PyTuple_SET_ITEM(all.get(), 0, Py_NewRef(self));
  for (Py_ssize_t i = 0; i < n; ++i) PyTuple_SET_ITEM(all.get(), i + 1, Py_NewRef(PyTuple_GET_ITEM(args, i)));
  return PyObject_Call(function.get(), all.get(), keywords);
}

template <std::size_t... I> void add_delegated(method_list& methods, std::index_sequence<I...>) {
  (methods.push_back({delegated[I].name,
                      reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&delegate<I>)),
                      METH_VARARGS | METH_KEYWORDS, delegated[I].doc}),
   ...);
}

}  // namespace

void add_methods(method_list& methods) {
  add_rows<array_method_rows>(methods, true);
  add_reduction_functions(methods, true);
  add_manipulation_functions(methods, true);
  add_joining_functions(methods, true);
  add_indexing_functions(methods, true);
  add_choosing_functions(methods, true);
  add_signal_functions(methods, true);
  add_mathematics_functions(methods, true);
  add_product_functions(methods, true);
  add_creation_functions(methods, true);
  add_delegated(methods, std::make_index_sequence<delegated.size()>{});
}

}  // namespace numloom::python
