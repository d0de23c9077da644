// SPDX-License-Identifier: BSD-3-Clause
// Joins, splits, repetitions.
#include <string>

#include "function.hpp"
#include "numloom/manipulation.hpp"

namespace numloom::python {

namespace {

std::int64_t total_size(const std::vector<ndarray>& arrays) {
  std::int64_t total = 0;
  for (const ndarray& a : arrays) total += a.size();
  return total;
}

// Python's numbers among flattened arrays adapt to their dtype.
std::optional<dtype> weak_result_type(PyObject* sequence, const std::vector<ndarray>& arrays) {
  const ref items = checked(PySequence_Fast(sequence, "expected a sequence of arrays"));
  std::vector<array_like> operands;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(items.get(), static_cast<Py_ssize_t>(i));
    operands.push_back(is_python_number(item) ? array_like(to_scalar(item)) : array_like(arrays[i]));
  }
  if (operands.empty()) return {};
  return result_type(operands);
}

// (arrays, axis, out, *, dtype, casting)
using joiner = ndarray (*)(std::span<const ndarray>, const concatenate_options&);
template <joiner Join> PyObject* joined(argument_slots s) {
  if (!PySequence_Check(s[0]))
    raise(PyExc_TypeError, "arrays to stack must be passed as a \"sequence\" type such as list or tuple.");
  const std::vector<ndarray> arrays = to_array_list(s[0]);
  concatenate_options options;
  if (Join == static_cast<joiner>(stack) && s[1] == Py_None)
    raise(PyExc_TypeError, "[stack] expected an integer for axis, got None");
  options.axis = s[1] ? to_optional_axis(s[1]) : std::optional(0);
  options.out = to_out(s[2]);
  options.dtype = to_optional_dtype(s[3]);
  if (!options.axis && !options.dtype && !options.out && PySequence_Check(s[0]))
    options.dtype = weak_result_type(s[0], arrays);
  options.casting = to_casting(s[4], casting::same_kind);
  return wrap_or_out(unlocked(total_size(arrays), [&] { return Join(arrays, options); }), s[2]);
}

// NumPy asks for something that can be indexed; iterators would be used up.
std::vector<ndarray> to_parts(PyObject* o) {
  if (!PySequence_Check(o))
    raise(PyExc_TypeError, "arrays to stack must be passed as a \"sequence\" type such as list or tuple.");
  return to_array_list(o);
}

// (tup, *, dtype, casting)
template <joiner Join> PyObject* stacked(argument_slots s) {
  const std::vector<ndarray> arrays = to_parts(s[0]);
  const concatenate_options options{.dtype = to_optional_dtype(s[1]),
                                    .casting = to_casting(s[2], casting::same_kind)};
  return wrap(unlocked(total_size(arrays), [&] { return Join(arrays, options); }));
}
// (tup)
template <ndarray (*Join)(std::span<const ndarray>)> PyObject* stacked_plainly(argument_slots s) {
  const std::vector<ndarray> arrays = to_parts(s[0]);
  return wrap(unlocked(total_size(arrays), [&] { return Join(arrays); }));
}

// The arrays in nested lists; the path names a place for errors.
void collect_leaves(PyObject* o, const std::string& path, std::vector<PyObject*>& leaves) {
  if (PyTuple_Check(o))
    raise(PyExc_TypeError,
          "%s is a tuple. Only lists can be used to arrange blocks, and np.block does not allow implicit "
          "conversion from tuple to ndarray.",
          path.c_str());
  if (!PyList_Check(o)) return leaves.push_back(o);
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(o); ++i)
    collect_leaves(PyList_GET_ITEM(o, i), path + "[" + std::to_string(i) + "]", leaves);
}
blocks to_blocks(PyObject* o, device where) {
  if (!PyList_Check(o)) return to_device(to_array(o, where), where);
  std::vector<blocks> list;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(o); ++i) list.push_back(to_blocks(PyList_GET_ITEM(o, i), where));
  return list;
}
// (arrays)
PyObject* blocked(argument_slots s) {
  std::vector<PyObject*> leaves;
  collect_leaves(s[0], "arrays", leaves);
  const blocks arrays = to_blocks(s[0], device_among(leaves.data(), leaves.size()));
  return wrap(block(arrays));
}

// (x, /, *, axis)
PyObject* taken_apart(argument_slots s) {
  return wrap_tuple(unstack(to_array(s[0]), to_axis(s[1], 0)), s[0]);
}

using by_count = std::vector<ndarray> (*)(const ndarray&, std::int64_t, int);
using by_boundaries = std::vector<ndarray> (*)(const ndarray&, const std::vector<std::int64_t>&, int);

// What has no length counts the sections: also a float, or an array of no dimension.
bool has_sections(PyObject* o) {
  if (PyLong_Check(o) || PyFloat_Check(o)) return false;
  if (PyObject_Length(o) >= 0) return true;
  if (!PyErr_ExceptionMatches(PyExc_TypeError)) throw python_error{};
  PyErr_Clear();
  return false;
}

std::int64_t number_of_sections(PyObject* given, bool may_be_uneven) {
  const ref whole = checked(PyNumber_Long(given));
  const std::int64_t count = to_int(whole.get(), "indices_or_sections");
  if (!may_be_uneven && count == 0) raise(PyExc_ZeroDivisionError, "integer modulo by zero");
  if (!may_be_uneven && !PyLong_Check(given) && static_cast<double>(count) != to_double(given, 0))
    raise(PyExc_ValueError, "array split does not result in an equal division");
  return count;
}

PyObject* parts_of(PyObject* array, PyObject* where, int axis, by_count in_equal, by_boundaries between) {
  const ndarray a = to_array(array);
  if (has_sections(where))
    return wrap_list(between(a, to_int_list(where, "indices_or_sections"), axis), array);
  return wrap_list(in_equal(a, number_of_sections(where, in_equal == array_split), axis), array);
}

// (ary, indices_or_sections, axis)
template <by_count Count> PyObject* sections(argument_slots s) {
  return parts_of(s[0], s[1], to_axis(s[2], 0), Count, split);
}

// (ary, indices_or_sections)
template <auto Count, auto Between> PyObject* sections_along(argument_slots s) {
  return parts_of(
      s[0], s[1], 0, [](const ndarray& a, std::int64_t n, int) { return Count(a, n); },
      [](const ndarray& a, const std::vector<std::int64_t>& list, int) { return Between(a, list); });
}
using count_only = std::vector<ndarray> (*)(const ndarray&, std::int64_t);
using boundaries_only = std::vector<ndarray> (*)(const ndarray&, const std::vector<std::int64_t>&);
constexpr by_count even_sections = split;
constexpr count_only vertical = vsplit, horizontal = hsplit, deep = dsplit;
constexpr boundaries_only vertical_at = vsplit, horizontal_at = hsplit, deep_at = dsplit;

// (a, repeats, axis)
PyObject* repeated(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const auto axis = to_optional_axis(s[2]);
  if (PyLong_CheckExact(s[1])) {
    const std::int64_t count = to_int(s[1], "repeats");
    return wrap(unlocked(a.size() * count, [&] { return repeat(a, count, axis); }));
  }
  const ndarray counts = to_array(s[1], a.device());
  return wrap(unlocked(a.size(), [&] { return repeat(a, counts, axis); }));
}

// (A, reps)
PyObject* tiled(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const auto repetitions = to_int_list(s[1], "reps");
  return wrap(unlocked(a.size() * 4, [&] { return tile(a, repetitions); }));
}

constexpr const char* joining = "(arrays, /, axis=0, out=None, *, dtype=None, casting='same_kind')";
constexpr const char* stacking = "(tup, *, dtype=None, casting='same_kind')";
constexpr const char* splitting = "(ary, indices_or_sections)";

constexpr function_row joining_rows[] = {
    {"concatenate", joining, joined<concatenate>, "Arrays joined along an existing axis."},
    {"concat", joining, joined<concatenate>, "Arrays joined along an existing axis."},
    {"stack", "(arrays, axis=0, out=None, *, dtype=None, casting='same_kind')", joined<stack>,
     "Arrays of one shape joined along a new axis."},
    {"block", "(arrays)", blocked, "Nested lists of blocks put together, the innermost along the last axis."},
    {"split", "(ary, indices_or_sections, axis=0)", sections<even_sections>,
     "Views of equal sections, or of those between the given indices."},
    {"array_split", "(ary, indices_or_sections, axis=0)", sections<array_split>,
     "Views of sections that differ by at most one element."},
    {"repeat", "(a, repeats, axis=None)", repeated, "Each element repeated.", both},
    {"tile", "(A, reps)", tiled, "The array repeated as a whole."},
    {"vstack", stacking, stacked<vstack>, "Arrays joined as rows."},
    {"row_stack", stacking, stacked<vstack>, "Arrays joined as rows; the older name of vstack."},
    {"hstack", stacking, stacked<hstack>, "Arrays joined along the second axis, vectors along the first."},
    {"dstack", "(tup)", stacked_plainly<dstack>, "Arrays joined along the third axis."},
    {"column_stack", "(tup)", stacked_plainly<column_stack>, "Vectors joined as columns, beside matrices."},
    {"unstack", "(x, /, *, axis=0)", taken_apart, "The slices along an axis, as a tuple of views."},
    {"vsplit", splitting, sections_along<vertical, vertical_at>, "split() along the first axis."},
    {"hsplit", splitting, sections_along<horizontal, horizontal_at>,
     "split() along the second axis, of vectors along the first."},
    {"dsplit", splitting, sections_along<deep, deep_at>, "split() along the third axis."},
};

}  // namespace

void add_joining_functions(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<joining_rows>(table, methods);
}

}  // namespace numloom::python
