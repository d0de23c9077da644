// SPDX-License-Identifier: BSD-3-Clause
// Properties: shape, dtype, views of parts, where the array lives.
#include "convert.hpp"
#include "float_watch.hpp"
#include "interop.hpp"
#include "numloom/creation.hpp"
#include "numloom/indexing.hpp"
#include "numloom/manipulation.hpp"
#include "numloom/mathematics.hpp"

namespace numloom::python {

namespace {

// Functions and types of the Python package, looked up at first use.
PyObject* call_helper(const char* module, const char* name, PyObject* self) {
  return guarded([&] {
    const ref helper = checked(imported(module, name));
    return PyObject_CallOneArg(helper.get(), self);
  });
}

// A scalar result is a value: nobody sees another shape or dtype of it.
void check_no_value(const ndarray& a, const char* name) {
  if (a.is_scalar())
    raise(PyExc_AttributeError, "attribute '%s' of 'numpy.generic' objects is not writable", name);
}

int no_delete(const char* name) {
  PyErr_Format(PyExc_AttributeError, "cannot delete attribute '%s'", name);
  return -1;
}

PyObject* shape(PyObject* self, void*) {
  return guarded([&] { return tuple_of(array_of(self).shape()).release(); });
}
int set_shape(PyObject* self, PyObject* value, void*) {
  if (!value) return no_delete("shape");
  return guarded_status([&] {
    ndarray& a = array_of(self);
    check_no_value(a, "shape");
    const shape_t wanted = to_shape(value);
    const ndarray seen = reshape(a, wanted);
    if (seen.bytes() != a.bytes())
      raise(PyExc_AttributeError,
            "Incompatible shape for in-place modification. Use `.reshape()` to make a copy with the desired "
            "shape.");
    a = seen;
    return 0;
  });
}

PyObject* strides(PyObject* self, void*) {
  return guarded([&] { return tuple_of(array_of(self).strides()).release(); });
}

PyObject* dtype_of_array(PyObject* self, void*) { return Py_NewRef(dtype_object(array_of(self).dtype())); }
int set_dtype(PyObject* self, PyObject* value, void*) {
  if (!value) return no_delete("dtype");
  return guarded_status([&] {
    ndarray& a = array_of(self);
    check_no_value(a, "dtype");
    a = a.view_as(to_dtype(value));
    return 0;
  });
}

template <auto Member> PyObject* number(PyObject* self, void*) {
  return PyLong_FromLongLong((array_of(self).*Member)());
}

PyObject* reversed(PyObject* self, void*) {
  if (array_of(self).is_scalar()) return Py_NewRef(self);
  return guarded([&] { return wrap_view(transpose(array_of(self)), self); });
}
PyObject* matrix_transposed(PyObject* self, void*) {
  return guarded([&] {
    const ndarray& a = array_of(self);
    if (a.ndim() < 2) raise(PyExc_ValueError, "matrix transpose with ndim < 2 is undefined");
    return wrap_view(swapaxes(a, -1, -2), self);
  });
}

PyObject* real_property(PyObject* self, void*) {
  if (!is_complex(array_of(self).dtype())) return Py_NewRef(self);
  return guarded([&] { return wrap_view(real(array_of(self)), self); });
}
PyObject* imaginary_property(PyObject* self, void*) {
  return guarded([&] { return wrap_view(imag(array_of(self)), self); });
}
int assign_part(PyObject* self, PyObject* value, bool imaginary) {
  if (!value) return no_delete(imaginary ? "imag" : "real");
  return guarded_status([&] {
    const ndarray& a = array_of(self);
    check_no_value(a, imaginary ? "imag" : "real");
    if (imaginary && !is_complex(a.dtype()))
      raise(PyExc_TypeError, "array does not have imaginary part to set");
    operand source;
    if (!source.load(value, a.device()))
      raise(PyExc_TypeError, "expected a number or an array, got %R", value);
    const index_item everything[] = {ellipsis};
    const ndarray target = imaginary ? imag(a) : real(a);
    if (source.array()) warn_before_assigning(source.array()->dtype(), target.dtype());
    set_item(target, everything, source.like());
    return 0;
  });
}
int set_real(PyObject* self, PyObject* value, void*) { return assign_part(self, value, false); }
int set_imaginary(PyObject* self, PyObject* value, void*) { return assign_part(self, value, true); }

PyObject* base(PyObject* self, void*) {
  PyObject* owner = reinterpret_cast<array_object*>(self)->base;
  return Py_NewRef(owner ? owner : Py_None);
}
PyObject* data(PyObject* self, void*) {
  if (array_of(self).device().is_cpu()) return PyMemoryView_FromObject(self);
  return call_helper("numloom._views", "MemoryPointer", self);
}
PyObject* flags(PyObject* self, void*) { return call_helper("numloom._views", "Flags", self); }
PyObject* flat(PyObject* self, void*) { return call_helper("numloom._views", "flatiter", self); }
int set_flat(PyObject* self, PyObject* value, void*) {
  if (!value) return no_delete("flat");
  const ref view(flat(self, nullptr));
  return view ? PyObject_SetItem(view.get(), Py_Ellipsis, value) : -1;
}
PyObject* ctypes(PyObject* self, void*) { return call_helper("numloom._views", "ctypes_of", self); }
// Devices are values: one object for each serves all arrays.
PyObject* device_property(PyObject* self, void*) {
  constexpr int most = 64;
  static PyObject* made[1 + most];
  return guarded([&] {
    const device d = array_of(self).device();
    const int slot = d.is_cpu() ? 0 : 1 + static_cast<int>(d.index);
    if (slot <= most && made[slot]) return Py_NewRef(made[slot]);
    const ref make = checked(imported("numloom._core", "Device"));
    const std::string name = to_string(d);
    ref object = checked(PyObject_CallFunction(make.get(), "s", name.c_str()));
    if (slot <= most) made[slot] = Py_NewRef(object.get());
    return object.release();
  });
}
PyObject* is_scalar(PyObject* self, void*) { return PyBool_FromLong(array_of(self).is_scalar()); }
// C-contiguous, F-contiguous, owner, writeable: for `flags`.
PyObject* flag_bits(PyObject* self, void*) {
  const ndarray& a = array_of(self);
  const bool owner = !reinterpret_cast<array_object*>(self)->base;
  return Py_BuildValue("(NNNN)", PyBool_FromLong(a.is_c_contiguous()), PyBool_FromLong(a.is_f_contiguous()),
                       PyBool_FromLong(owner), PyBool_FromLong(a.writeable() && !a.is_scalar()));
}
int set_flag_bits(PyObject* self, PyObject* value, void*) {
  if (!value) return no_delete("flags");
  return guarded_status([&] {
    ndarray& a = array_of(self);
    const bool on = to_bool(value, true);
    if (on && !a.bytes()->writeable)
      raise(PyExc_ValueError, "cannot set WRITEABLE flag to True of this array");
    a.set_writeable(on);
    return 0;
  });
}

// isinstance(a.sum(), numpy.floating) looks here: scalar results pass for NumPy's scalars, and stay arrays
// too.
PyObject* apparent_class(PyObject* self, void*) {
  const ndarray& a = array_of(self);
  return Py_NewRef(a.is_scalar() ? scalar_type(a.dtype()) : reinterpret_cast<PyObject*>(Py_TYPE(self)));
}

PyObject* priority(PyObject*, void*) { return PyFloat_FromDouble(0); }

}  // namespace

PyObject* array_interface(PyObject* self, void*);
PyObject* cuda_array_interface(PyObject* self, void*);
PyObject* integer_part(PyObject* self, void* name);

PyGetSetDef array_properties[] = {
    {"shape", shape, set_shape, "Extents of the axes; assigning reshapes without a copy.", nullptr},
    {"strides", strides, nullptr, "Bytes from one element to the next along each axis.", nullptr},
    {"dtype", dtype_of_array, set_dtype, "The numpy.dtype of the elements.", nullptr},
    {"ndim", number<&ndarray::ndim>, nullptr, "Number of axes.", nullptr},
    {"size", number<&ndarray::size>, nullptr, "Number of elements.", nullptr},
    {"itemsize", number<&ndarray::itemsize>, nullptr, "Bytes of one element.", nullptr},
    {"nbytes", number<&ndarray::nbytes>, nullptr, "Bytes of all elements.", nullptr},
    {"T", reversed, nullptr, "The axes reversed: a view.", nullptr},
    {"mT", matrix_transposed, nullptr, "The last two axes exchanged: a view.", nullptr},
    {"real", real_property, set_real, "The real parts: a view, or the array itself.", nullptr},
    {"imag", imaginary_property, set_imaginary, "The imaginary parts: a view of a complex array.", nullptr},
    {"base", base, nullptr, "The array or object that owns the memory, or None.", nullptr},
    {"data", data, nullptr, "A memoryview of an array on the CPU; of one on a GPU its address, `data.ptr`.",
     nullptr},
    {"flags", flags, nullptr, "Memory layout and writeability.", nullptr},
    {"flat", flat, set_flat, "The elements in C order, to iterate over and to index.", nullptr},
    {"ctypes", ctypes, nullptr, "Helps to pass an array on the CPU to ctypes.", nullptr},
    {"device", device_property, nullptr, "Where the elements live.", nullptr},
    {"_is_scalar", is_scalar, nullptr, "A result with a scalar's value semantics?", nullptr},
    {"_flag_bits", flag_bits, set_flag_bits, "What `flags` shows.", nullptr},
    {"numerator", integer_part, nullptr, "Of a scalar integer: its value.", const_cast<char*>("numerator")},
    {"denominator", integer_part, nullptr, "Of a scalar integer: 1.", const_cast<char*>("denominator")},
    {"__class__", apparent_class, nullptr, "The type; of a scalar result NumPy's scalar type.", nullptr},
    {"__array_priority__", priority, nullptr, "As NumPy's arrays.", nullptr},
    {"__array_interface__", array_interface, nullptr, "NumPy's array interface; arrays on the CPU only.",
     nullptr},
    {"__cuda_array_interface__", cuda_array_interface, nullptr,
     "Numba's CUDA array interface, version 3; arrays on a GPU only.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

}  // namespace numloom::python
