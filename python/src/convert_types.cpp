// SPDX-License-Identifier: BSD-3-Clause
// dtypes and numbers between Python, NumPy and the library.
#include <array>

#include "convert.hpp"
#include "numloom/creation.hpp"

namespace numloom::python {

numpy_types numpy{};
settings configuration;

namespace {

std::array<PyObject*, dtype_count> dtype_objects;
std::array<PyTypeObject*, dtype_count> scalar_types;

PyObject* must_import(const char* module, const char* name) {
  PyObject* found = imported(module, name);
  if (!found) throw python_error{};
  return found;
}

std::optional<dtype> dtype_from_kind(char kind, std::int64_t bytes) {
  for (int i = 0; i < dtype_count; ++i) {
    const dtype t = static_cast<dtype>(i);
    if (kind_of(t) == kind && itemsize(t) == bytes) return t;
  }
  return {};
}

std::optional<dtype> dtype_from_python_type(PyObject* o) {
  if (o == reinterpret_cast<PyObject*>(&PyFloat_Type)) return dtype::float64;
  if (o == reinterpret_cast<PyObject*>(&PyLong_Type)) return dtype::int64;
  if (o == reinterpret_cast<PyObject*>(&PyBool_Type)) return dtype::bool_;
  if (o == reinterpret_cast<PyObject*>(&PyComplex_Type)) return dtype::complex128;
  for (int i = 0; i < dtype_count; ++i)
    if (o == reinterpret_cast<PyObject*>(scalar_types[static_cast<std::size_t>(i)]))
      return static_cast<dtype>(i);
  return {};
}

std::optional<dtype> dtype_from_numpy(PyObject* numpy_dtype) {
  for (int i = 0; i < dtype_count; ++i)
    if (numpy_dtype == dtype_objects[static_cast<std::size_t>(i)]) return static_cast<dtype>(i);
  const ref native = checked(PyObject_GetAttrString(numpy_dtype, "isnative"));
  if (checked(PyObject_IsTrue(native.get())) == 0) return {};
  const ref kind = checked(PyObject_GetAttrString(numpy_dtype, "kind"));
  const ref bytes = checked(PyObject_GetAttrString(numpy_dtype, "itemsize"));
  const char* letter = PyUnicode_AsUTF8(kind.get());
  if (!letter) throw python_error{};
  return dtype_from_kind(letter[0], PyLong_AsLongLong(bytes.get()));
}

}  // namespace

void find_numpy() {
  numpy.ndarray = reinterpret_cast<PyTypeObject*>(must_import("numpy", "ndarray"));
  numpy.generic = reinterpret_cast<PyTypeObject*>(must_import("numpy", "generic"));
  numpy.dtype = must_import("numpy", "dtype");
  numpy.array = must_import("numpy", "array");
  numpy.no_value = must_import("numpy", "_NoValue");
  numpy.host_only = must_import("numloom._errors", "HostOnlyError");
  numpy.transfer_error = must_import("numloom._errors", "TransferError");
  for (int i = 0; i < dtype_count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::string name(name_of(static_cast<dtype>(i)));
    dtype_objects[at] = checked(PyObject_CallFunction(numpy.dtype, "s", name.c_str())).release();
    scalar_types[at] = reinterpret_cast<PyTypeObject*>(PyObject_GetAttrString(dtype_objects[at], "type"));
  }
}

PyObject* dtype_object(dtype t) { return dtype_objects[static_cast<std::size_t>(t)]; }

PyObject* scalar_type(dtype t) {
  return reinterpret_cast<PyObject*>(scalar_types[static_cast<std::size_t>(t)]);
}

dtype to_dtype(PyObject* o) {
  for (int i = 0; i < dtype_count; ++i)
    if (o == dtype_objects[static_cast<std::size_t>(i)]) return static_cast<dtype>(i);
  if (PyType_Check(o))
    if (const auto known = dtype_from_python_type(o)) return *known;
  const ref as_dtype = checked(PyObject_CallOneArg(numpy.dtype, o));
  if (const auto known = dtype_from_numpy(as_dtype.get())) return *known;
  raise(numpy.host_only, "expected a dtype of bool, integers, floats up to 64 bits or complex, got %R",
        as_dtype.get());
}

std::optional<dtype> to_optional_dtype(PyObject* o) {
  if (is_missing(o)) return {};
  return to_dtype(o);
}

bool is_python_number(PyObject* o) {
  if (PyFloat_CheckExact(o) || PyLong_CheckExact(o) || PyBool_Check(o) || PyComplex_CheckExact(o))
    return true;
  if (!PyFloat_Check(o) && !PyLong_Check(o) && !PyComplex_Check(o)) return false;
  return !is_numpy_scalar(o);
}

scalar to_scalar(PyObject* o) {
  if (PyBool_Check(o)) return scalar(o == Py_True);
  if (PyFloat_Check(o)) return scalar(PyFloat_AS_DOUBLE(o));
  if (PyLong_Check(o)) {
    int overflow;
    const long long value = PyLong_AsLongLongAndOverflow(o, &overflow);
    if (overflow == 0) return scalar(static_cast<std::int64_t>(value));
    if (overflow > 0) {
      const unsigned long long large = PyLong_AsUnsignedLongLong(o);
      if (!PyErr_Occurred()) return scalar(static_cast<std::uint64_t>(large));
      PyErr_Clear();
    }
    raise(numpy.host_only, "Python integer %R is out of bounds for 64 bits", o);
  }
  if (PyComplex_Check(o)) {
    const Py_complex c = PyComplex_AsCComplex(o);
    return scalar(std::complex<double>(c.real, c.imag));
  }
  if (is_array(o)) return array_of(o).item();
  if (is_numpy_scalar(o) || is_numpy_array(o)) {
    const ref item = checked(PyObject_CallMethod(o, "item", nullptr));
    if (is_python_number(item.get())) return to_scalar(item.get());
  }
  if (PyIndex_Check(o)) return to_scalar(checked(PyNumber_Index(o)).get());
  raise(PyExc_TypeError, "expected a number, got %R", o);
}

PyObject* number_object(const scalar& s) {
  switch (s.type) {
    case scalar::kind::boolean: return PyBool_FromLong(s.b);
    case scalar::kind::integer: return PyLong_FromLongLong(s.i);
    case scalar::kind::unsigned_integer: return PyLong_FromUnsignedLongLong(s.u);
    case scalar::kind::floating: return PyFloat_FromDouble(s.f[0]);
    case scalar::kind::complex: return PyComplex_FromDoubles(s.f[0], s.f[1]);
  }
  __builtin_unreachable();
}

PyObject* number_object(dtype type, const void* element) {
  if (type == dtype::float64) return PyFloat_FromDouble(*static_cast<const double*>(element));
  if (type == dtype::int64) return PyLong_FromLongLong(*static_cast<const std::int64_t*>(element));
  return number_object(load_scalar(type, element));
}

PyObject* item_object(const ndarray& a) {
  if (a.device().is_cpu() && a.size() == 1) return number_object(a.dtype(), a.data(access::read));
  return number_object(a.item());
}

}  // namespace numloom::python
