// SPDX-License-Identifier: BSD-3-Clause
// Elements put in and taken out.
#include "numloom/editing.hpp"

#include <algorithm>
#include <cctype>
#include <string>

#include "float_watch.hpp"
#include "function.hpp"

namespace numloom::python {

namespace {

// (arr, values, axis)
PyObject* appended(argument_slots s) {
  const ndarray a = to_array(s[0], device_among(s, 2));
  const ndarray values = to_array(s[1], a.device());
  const auto axis = to_optional_axis(s[2]);
  return wrap(unlocked(a.size() + values.size(), [&] { return append(a, values, axis); }));
}

// (a, new_shape)
PyObject* resized(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const shape_t shape = to_shape(s[1]);
  return wrap(unlocked(a.size(), [&] { return resize(a, shape); }));
}

// What tells places along one axis: an integer, a slice, or anything that an array is made of.
index_item to_item(PyObject* o, device where) {
  if (PySlice_Check(o)) return to_index_items(o, where).front();
  if (PyLong_CheckExact(o)) return to_int(o, "index");
  ndarray a = to_array(o, where);
  if (a.size() == 0 && !is_array(o) && !is_numpy_array(o)) a = astype(a, dtype::int64);
  if (a.ndim() == 0 && is_integer(a.dtype())) return a.item<std::int64_t>();
  return a;
}

// (arr, obj, axis)
PyObject* deleted(argument_slots s) {
  const ndarray a = to_array(s[0], device_among(s, 2));
  const index_item where = to_item(s[1], a.device());
  const auto axis = to_optional_axis(s[2]);
  return wrap(unlocked(a.size(), [&] { return delete_(a, where, axis); }));
}

// (arr, obj, values, axis)
PyObject* inserted(argument_slots s) {
  const ndarray a = to_array(s[0], device_among(s, 3));
  const index_item where = to_item(s[1], a.device());
  const ndarray given = to_array(s[2], a.device());
  const auto axis = to_optional_axis(s[3]);
  const float_watch watch(is_inexact(given.dtype()) && given.dtype() != a.dtype());
  const ndarray values = astype(given, a.dtype(), order::K, casting::unsafe, false);
  watch.report("cast", values);
  return wrap(unlocked(a.size(), [&] { return insert(a, where, values, axis); }));
}

// (filt, trim, axis)
PyObject* trimmed(argument_slots s) {
  std::string trim(s[1] ? to_text(s[1], "trim") : std::string_view("fb"));
  std::transform(trim.begin(), trim.end(), trim.begin(), [](unsigned char c) { return std::tolower(c); });
  const ndarray a = to_array(s[0]);
  const axes axis = to_axes(s[2]);
  ndarray left = unlocked(a.size(), [&] { return trim_zeros(a, trim, axis); });
  if (!axis.all() && axis.list().empty()) return Py_NewRef(s[0]);
  if (is_array(s[0]) || is_numpy_array(s[0])) return wrap_view(std::move(left), s[0]);
  if (a.ndim() != 1)
    raise(PyExc_TypeError, "%s indices must be integers or slices, not tuple", Py_TYPE(s[0])->tp_name);
  const std::int64_t first = (left.offset() - a.offset()) / a.itemsize();  // a list stays a list
  return PySequence_GetSlice(s[0], first, first + left.size());
}

constexpr function_row editing_rows[] = {
    {"append", "(arr, values, axis=None)", appended,
     "Values behind an array; both are flattened where no axis is given."},
    {"insert", "(arr, obj, values, axis=None)", inserted,
     "Values put before positions along an axis, or of the flattened array."},
    {"delete", "(arr, obj, axis=None)", deleted,
     "Without the elements (slices along an axis) at these positions."},
    {"resize", "(a, new_shape)", resized, "The elements again and again until the new shape is full."},
    {"trim_zeros", "(filt, trim='fb', axis=None)", trimmed, "Without the zeros at the front and the back."},
};

}  // namespace

void add_editing_functions(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<editing_rows>(table, methods);
}

}  // namespace numloom::python
