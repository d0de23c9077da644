// SPDX-License-Identifier: BSD-3-Clause
// Keywords: axes, shapes, orders, devices, outputs, masks.
#include <algorithm>
#include <climits>

#include "convert.hpp"

namespace numloom::python {

namespace {

int int_from(PyObject* o, const char* what) {
  const std::int64_t value = to_int(o, what);
  if (value > INT_MAX || value < INT_MIN) raise(PyExc_ValueError, "%s %R is out of bounds", what, o);
  return static_cast<int>(value);
}

}  // namespace

std::int64_t to_int(PyObject* o, const char* what) {
  if (PyLong_CheckExact(o)) {
    const long long value = PyLong_AsLongLong(o);
    if (value == -1 && PyErr_Occurred()) throw python_error{};
    return value;
  }
  if (!PyIndex_Check(o) || PyBool_Check(o))
    raise(PyExc_TypeError, "'%s' object cannot be interpreted as an integer (%s)", Py_TYPE(o)->tp_name, what);
  const ref index = checked(PyNumber_Index(o));
  const long long value = PyLong_AsLongLong(index.get());
  if (value == -1 && PyErr_Occurred()) throw python_error{};
  return value;
}

std::int64_t to_int(PyObject* o, const char* what, std::int64_t otherwise) {
  return o ? to_int(o, what) : otherwise;
}

std::int64_t to_offset(PyObject* o) {
  constexpr long long far = 1LL << 62;
  if (!o) return 0;
  if (!PyIndex_Check(o)) raise(numpy.host_only, "a diagonal that is no integer");
  const ref index = checked(PyNumber_Index(o));
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(index.get(), &overflow);
  if (overflow != 0) return overflow * far;
  return std::clamp(value, -far, far);
}

axes to_axes(PyObject* o) {
  if (is_missing(o)) return {};
  if (PyIndex_Check(o) && !(is_array(o) && array_of(o).ndim() > 0) && !is_numpy_array(o))
    return axes(int_from(o, "axis"));
  if (!PySequence_Check(o)) return axes(int_from(o, "axis"));
  const ref items = checked(PySequence_Fast(o, "axis must be an integer or a sequence of integers"));
  inline_vector<int, 6> list;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i)
    list.push_back(int_from(PySequence_Fast_GET_ITEM(items.get(), i), "axis"));
  return axes(std::move(list));
}

axes to_reduced_axes(PyObject* o, const ndarray& a, bool numbers_have_one) {
  if (is_missing(o) || PyTuple_Check(o)) return to_axes(o);
  const int axis = int_from(o, "axis");
  return numbers_have_one && a.ndim() == 0 && (axis == 0 || axis == -1) ? axes() : axes(axis);
}

std::optional<int> to_optional_axis(PyObject* o) {
  if (is_missing(o)) return {};
  return int_from(o, "axis");
}

int to_axis(PyObject* o, int otherwise) { return o ? int_from(o, "axis") : otherwise; }

bool to_bool(PyObject* o, bool otherwise) {
  if (!o || o == numpy.no_value) return otherwise;
  return checked(PyObject_IsTrue(o)) != 0;
}

std::optional<bool> to_optional_bool(PyObject* o) {
  if (is_missing(o)) return {};
  const int truth = PyObject_IsTrue(o);
  if (truth < 0 && std::string_view(Py_TYPE(o)->tp_name).ends_with("_CopyMode")) {
    PyErr_Clear();  // IF_NEEDED is neither true nor false
    return {};
  }
  return checked(truth) != 0;
}

double to_double(PyObject* o, double otherwise) {
  if (is_missing(o)) return otherwise;
  const double value = PyFloat_AsDouble(o);
  if (value == -1 && PyErr_Occurred()) throw python_error{};
  return value;
}

namespace {
std::int64_t to_extent(PyObject* o) {
  try {
    return to_int(o, "shape");
  } catch (const python_error&) {
    if (!PyErr_ExceptionMatches(PyExc_OverflowError)) throw;
    PyErr_Clear();
    raise(PyExc_ValueError, "Maximum allowed dimension exceeded");
  }
}
}  // namespace

shape_t to_shape(PyObject* o) {
  shape_t shape;
  if (PyLong_CheckExact(o) || (PyIndex_Check(o) && !PySequence_Check(o))) {
    shape.push_back(to_extent(o));
  } else if (is_array(o) && array_of(o).ndim() == 0) {
    shape.push_back(to_extent(o));
  } else if (PyTuple_Check(o) || PyList_Check(o)) {
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(o); ++i)
      shape.push_back(to_extent(PySequence_Fast_GET_ITEM(o, i)));
  } else {
    const ref items = checked(PySequence_Fast(o, "expected a sequence of integers or a single integer"));
    return to_shape(checked(PySequence_List(items.get())).get());
  }
  if (shape.size() > max_dims)
    raise(PyExc_ValueError, "maximum supported dimension for an ndarray is %d, found %d", max_dims,
          shape.size());
  return shape;
}

namespace {
bool has_length(PyObject* o) {
  const bool has = PyObject_Length(o) >= 0;
  PyErr_Clear();
  return has;
}
}  // namespace

std::vector<std::int64_t> to_int_list(PyObject* o, const char* what) {
  if (PyIndex_Check(o) && !((is_array(o) || is_numpy_array(o)) && has_length(o))) return {to_int(o, what)};
  const ref items = checked(PySequence_Fast(o, what));
  std::vector<std::int64_t> values;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i)
    values.push_back(to_int(PySequence_Fast_GET_ITEM(items.get(), i), what));
  return values;
}

std::string_view to_text(PyObject* o, const char* what) {
  Py_ssize_t length;
  if (!PyUnicode_Check(o)) raise(PyExc_TypeError, "%s must be str, not %s", what, Py_TYPE(o)->tp_name);
  const char* text = PyUnicode_AsUTF8AndSize(o, &length);
  if (!text) throw python_error{};
  return {text, static_cast<std::size_t>(length)};
}

order to_order(PyObject* o, order otherwise) {
  if (is_missing(o)) return otherwise;
  return parse_order(to_text(o, "order"));
}

casting to_casting(PyObject* o, casting otherwise) {
  if (!o) return otherwise;
  return parse_casting(to_text(o, "casting"));
}

std::optional<device> to_device_argument(PyObject* o) {
  if (is_missing(o)) return {};
  if (PyUnicode_Check(o)) return parse_device(to_text(o, "device"));
  if (PyLong_CheckExact(o)) {  // by CuPy's custom a GPU; its first is the CPU on a machine without one
    const std::int64_t index = to_int(o, "device");
    if (index == 0 && device_count() == 0) return cpu;
    return parse_device("cuda:" + std::to_string(index));
  }
  const ref name = checked(PyObject_Str(o));
  return parse_device(to_text(name.get(), "device"));
}

std::optional<ndarray> to_out(PyObject* o) {
  if (is_missing(o) || o == Py_Ellipsis) return {};
  if (PyTuple_Check(o) && PyTuple_GET_SIZE(o) == 1) return to_out(PyTuple_GET_ITEM(o, 0));
  if (is_array(o) && !array_of(o).is_scalar()) return array_of(o);
  if (is_numpy_array(o)) return over_numpy_bytes(o);
  raise(PyExc_TypeError, "return arrays must be of ArrayType");
}

std::optional<ndarray> to_mask(PyObject* o, device where) {
  if (is_missing(o) || o == Py_True) return {};
  const ndarray mask = to_array(o, where);
  const bool is_pythons = PyList_Check(o) || PyTuple_Check(o) || is_python_number(o);
  return is_pythons ? astype(mask, dtype::bool_, order::K, casting::unsafe, false) : mask;
}

std::optional<scalar> to_initial(PyObject* o) {
  if (is_missing(o)) return {};
  return to_scalar(o);
}

ref tuple_of(const dims& values) {
  ref tuple = checked(PyTuple_New(values.size()));
  for (int i = 0; i < values.size(); ++i)
    PyTuple_SET_ITEM(tuple.get(), i, checked(PyLong_FromLongLong(values[i])).release());
  return tuple;
}

PyObject* wrap_or_out(ndarray value, PyObject* out) {
  if (out == Py_Ellipsis) value.set_scalar(false);
  if (is_missing(out) || out == Py_Ellipsis) return wrap(std::move(value));
  if (PyTuple_Check(out)) out = PyTuple_GET_ITEM(out, 0);
  return Py_NewRef(out);
}

}  // namespace numloom::python
