// SPDX-License-Identifier: BSD-3-Clause
/// numloom.ndarray: a CPython heap type around a C++ ndarray.
#pragma once

#include <new>
#include <vector>

#include "numloom/ndarray.hpp"
#include "object.hpp"

namespace numloom::python {

struct array_object {
  PyObject_HEAD        //
      PyObject* base;  // the owner of the bytes where this is a view, else null
  PyObject* weak_references;
  const storage* element;  // the memory that was made with the object for one number, else null
  union {
    ndarray value;  // constructed and destroyed by hand: CPython owns the block
  };
};

/// The type, made by make_array_type().
extern PyTypeObject* array_type;

inline bool is_exact_array(PyObject* o) { return Py_TYPE(o) == array_type; }
inline bool is_array(PyObject* o) { return is_exact_array(o) || PyType_IsSubtype(Py_TYPE(o), array_type); }
inline ndarray& array_of(PyObject* o) { return reinterpret_cast<array_object*>(o)->value; }

/// A new Python object around an array.
PyObject* wrap(ndarray value);
/// The object first, then the array made inside it: make() returns an ndarray, which is not moved.
template <class F> PyObject* wrap_made(F&& make);
/// The same, of a subclass.
PyObject* wrap_as(PyTypeObject* type, ndarray value);
/// One element on the CPU as a scalar result.
PyObject* wrap_element(dtype type, const void* element);
/// A result that may be a view of `parent`: its base is then parent (or parent's base), and a subclass of
/// the array type is kept.
PyObject* wrap_view(ndarray value, PyObject* parent);
/// A new array of the prototype's class, when that is a subclass.
PyObject* wrap_like(ndarray value, PyObject* prototype);
/// Lists and tuples of arrays.
PyObject* wrap_list(std::vector<ndarray> values, PyObject* parent = nullptr);
PyObject* wrap_tuple(std::vector<ndarray> values, PyObject* parent = nullptr);

/// An object of the type without an array inside, and its way back when no array can be made.
array_object* new_blank();
void drop_blank(array_object* o) noexcept;

template <class F> PyObject* wrap_made(F&& make) {
  array_object* o = new_blank();
  try {
    new (&o->value) ndarray(make());
  } catch (...) {
    drop_blank(o);
    throw;
  }
  return reinterpret_cast<PyObject*>(o);
}

/// Slots, methods and properties of the type, each group in its file.
using slot_list = std::vector<PyType_Slot>;
using method_list = std::vector<PyMethodDef>;
void add_number_slots(slot_list& slots);
void add_sequence_slots(slot_list& slots);
void add_scalar_slots(slot_list& slots);
void add_interop_slots(slot_list& slots);
void add_methods(method_list& methods);
void add_interop_methods(method_list& methods);
void add_scalar_methods(method_list& methods);
extern PyGetSetDef array_properties[];
PyObject* compare(PyObject* left, PyObject* right, int operation);

/// Makes the type and adds it to the module.
void make_array_type(PyObject* module);

}  // namespace numloom::python
