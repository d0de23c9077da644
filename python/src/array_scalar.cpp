// SPDX-License-Identifier: BSD-3-Clause
// Arrays of one element as numbers, and how arrays print.
#include "convert.hpp"
#include "float_watch.hpp"

namespace numloom::python {

namespace {

int truth_value(PyObject* self) {
  return guarded_status([&] {
    const ndarray& a = array_of(self);
    if (a.size() == 0)
      raise(PyExc_ValueError,
            "The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an array is "
            "not empty.");
    if (a.size() > 1)
      raise(PyExc_ValueError,
            "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()");
    if (a.dtype() == dtype::bool_ && a.device().is_cpu())
      return int{*static_cast<bool*>(a.data(access::read))};
    return PyObject_IsTrue(checked(item_object(a)).get());
  });
}

ref only_element(PyObject* self) {
  const ndarray& a = array_of(self);
  if (a.ndim() != 0) raise(PyExc_TypeError, "only 0-dimensional arrays can be converted to Python scalars");
  return checked(item_object(a));
}

// The element, or the real part of a complex scalar, with a warning; a complex array is refused.
ref real_element(PyObject* self) {
  ref element = only_element(self);
  if (!PyComplex_Check(element.get()) || !array_of(self).is_scalar()) return element;
  warn_of_dropped_parts();
  return checked(PyFloat_FromDouble(PyComplex_RealAsDouble(element.get())));
}

PyObject* to_integer(PyObject* self) {
  return guarded([&] { return PyNumber_Long(real_element(self).get()); });
}
PyObject* to_floating(PyObject* self) {
  return guarded([&] { return PyNumber_Float(real_element(self).get()); });
}
PyObject* to_complex(PyObject* self, PyObject*) {
  return guarded([&] {
    const ref element = only_element(self);
    return PyObject_CallOneArg(reinterpret_cast<PyObject*>(&PyComplex_Type), element.get());
  });
}

PyObject* as_python_int(PyObject* self) {
  return guarded([&] {
    const ndarray& a = array_of(self);
    if (a.ndim() != 0 || !is_integer(a.dtype()))
      raise(PyExc_TypeError, "only integer scalar arrays can be converted to a scalar index");
    return item_object(a);
  });
}

Py_hash_t hash(PyObject* self) {
  const ndarray& a = array_of(self);
  if (!a.is_scalar()) {
    PyErr_SetString(PyExc_TypeError, "unhashable type: 'numloom.ndarray'");
    return -1;
  }
  const ref element(guarded([&] { return item_object(a); }));
  return element ? PyObject_Hash(element.get()) : -1;
}

// NumPy's own scalar or array with the same values, on the host.
ref host_twin(PyObject* self) {
  ref host = to_numpy(self);
  if (!array_of(self).is_scalar()) return host;
  const ref empty_tuple = checked(PyTuple_New(0));
  return checked(PyObject_GetItem(host.get(), empty_tuple.get()));
}

PyObject* array_repr(PyObject* self) {
  return guarded([&] { return PyObject_Repr(host_twin(self).get()); });
}
// float64, integers and bool are printed as Python's own.
bool prints_as_python(const ndarray& a) { return a.dtype() == dtype::float64 || !is_inexact(a.dtype()); }

PyObject* text(PyObject* self) {
  return guarded([&] {
    const ndarray& a = array_of(self);
    if (a.is_scalar() && prints_as_python(a)) return PyObject_Str(checked(item_object(a)).get());
    return PyObject_Str(host_twin(self).get());
  });
}

PyObject* format(PyObject* self, PyObject* specification) {
  return guarded([&]() -> PyObject* {
    const ndarray& a = array_of(self);
    if (a.is_scalar() && !is_complex(a.dtype()))
      return PyObject_Format(checked(item_object(a)).get(), specification);
    if (a.ndim() == 0) return PyObject_Format(host_twin(self).get(), specification);
    if (PyUnicode_GetLength(specification) == 0) return PyObject_Str(self);
    raise(PyExc_TypeError, "unsupported format string passed to numloom.ndarray.__format__");
  });
}

PyObject* round_number(PyObject* self, PyObject* args) {
  PyObject* digits = Py_None;
  if (!PyArg_ParseTuple(args, "|O:__round__", &digits)) return nullptr;
  return guarded([&]() -> PyObject* {
    const ndarray& a = array_of(self);
    if (!a.is_scalar() || a.dtype() == dtype::bool_ || is_complex(a.dtype())) {
      const PyTypeObject* type =
          a.is_scalar() ? reinterpret_cast<PyTypeObject*>(scalar_type(a.dtype())) : Py_TYPE(self);
      raise(PyExc_TypeError, "type %s doesn't define __round__ method", type->tp_name);
    }
    if (digits == Py_None) return PyObject_CallMethod(host_twin(self).get(), "__round__", nullptr);
    return PyObject_CallMethod(self, "round", "O", digits);
  });
}

template <int Direction> PyObject* to_whole(PyObject* self, PyObject*) {
  return guarded([&] {
    const ref element = real_element(self);
    static PyObject* const function = imported("math", Direction < 0   ? "floor"
                                                       : Direction > 0 ? "ceil"
                                                                       : "trunc");
    return PyObject_CallOneArg(function, element.get());
  });
}

// What NumPy's scalars offer beside the array's methods.
PyObject* is_whole(PyObject* self, PyObject*) {
  return guarded([&] { return PyObject_CallMethod(host_twin(self).get(), "is_integer", nullptr); });
}
PyObject* integer_ratio(PyObject* self, PyObject*) {
  return guarded([&] { return PyObject_CallMethod(host_twin(self).get(), "as_integer_ratio", nullptr); });
}
PyObject* bits(PyObject* self, PyObject*) {
  return guarded([&] { return PyObject_CallMethod(host_twin(self).get(), "bit_count", nullptr); });
}

}  // namespace

// fractions.Fraction asks for these of what passes for an integer. `name` is the attribute's; only scalar
// results of integers have it.
PyObject* integer_part(PyObject* self, void* name) {
  return guarded([&]() -> PyObject* {
    const ndarray& a = array_of(self);
    const auto* attribute = static_cast<const char*>(name);
    if (!a.is_scalar() || !is_integer(a.dtype()))
      raise(PyExc_AttributeError, "'numloom.ndarray' object has no attribute '%s'", attribute);
    return PyObject_GetAttrString(host_twin(self).get(), attribute);
  });
}

void add_scalar_slots(slot_list& slots) {
  const auto add = [&](int slot, auto* function) {
    slots.push_back({slot, reinterpret_cast<void*>(function)});
  };
  add(Py_nb_bool, truth_value);
  add(Py_nb_int, to_integer);
  add(Py_nb_float, to_floating);
  add(Py_nb_index, as_python_int);
  add(Py_tp_hash, hash);
  add(Py_tp_repr, array_repr);
  add(Py_tp_str, text);
}

void add_scalar_methods(method_list& methods) {
  methods.push_back({"__complex__", to_complex, METH_NOARGS, "__complex__($self, /)\n--\n\ncomplex(self)"});
  methods.push_back({"__format__", format, METH_O, "format(self, specification)"});
  methods.push_back({"__round__", round_number, METH_VARARGS, "round(self, digits)"});
  methods.push_back({"__floor__", to_whole<-1>, METH_NOARGS, "math.floor(self)"});
  methods.push_back({"__ceil__", to_whole<1>, METH_NOARGS, "math.ceil(self)"});
  methods.push_back({"__trunc__", to_whole<0>, METH_NOARGS, "math.trunc(self)"});
  methods.push_back({"is_integer", is_whole, METH_NOARGS, "Is the scalar a whole number?"});
  methods.push_back(
      {"as_integer_ratio", integer_ratio, METH_NOARGS, "Numerator and denominator of a scalar."});
  methods.push_back({"bit_count", bits, METH_NOARGS, "Number of bits set in a scalar."});
}

}  // namespace numloom::python
