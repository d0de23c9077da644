// SPDX-License-Identifier: BSD-3-Clause
// Sets and counting.
#include "function.hpp"
#include "numloom/histogram.hpp"
#include "numloom/sets.hpp"

namespace numloom::python {

namespace {

struct two_arrays {
  ndarray first, second;
};
two_arrays to_two(PyObject* x, PyObject* y) {
  PyObject* operands[] = {x, y};
  const device d = device_among(operands, 2);
  return {to_array(x, d), to_array(y, d)};
}

// (ar, return_index, return_inverse, return_counts, axis, *, equal_nan, sorted)
PyObject* distinct(argument_slots s) {
  const ndarray a = to_array(s[0]);
  unique_options options;
  options.return_index = to_bool(s[1], false);
  options.return_inverse = to_bool(s[2], false);
  options.return_counts = to_bool(s[3], false);
  if (s[4] && PyFloat_Check(s[4])) raise(PyExc_TypeError, "integer argument expected, got float");
  options.axis = to_optional_axis(s[4]);
  options.equal_nan = to_bool(s[5], true);
  unique_result found = unlocked(a.size(), [&] { return unique(a, options); });
  found.values.set_scalar(false);
  std::vector<ndarray> results{found.values};
  for (const ndarray* part : {&found.indices, &found.inverse, &found.counts})
    if (part->defined()) {
      results.push_back(*part);
      results.back().set_scalar(false);
    }
  return results.size() == 1 ? wrap(std::move(results[0])) : wrap_tuple(std::move(results));
}

membership to_membership(PyObject* o) {
  if (is_missing(o)) return membership::any;
  const std::string_view kind = PyUnicode_Check(o) ? to_text(o, "kind") : std::string_view();
  if (kind == "sort") return membership::sort;
  if (kind == "table") return membership::table;
  raise(PyExc_ValueError, "Invalid kind: '%S'. Please use None, 'sort' or 'table'.", o);
}

// (element, test_elements, assume_unique, invert, *, kind)
PyObject* member(argument_slots s) {
  const auto [element, tests] = to_two(s[0], s[1]);
  const bool invert = to_bool(s[3], false);
  const membership kind = to_membership(s[4]);
  return wrap(unlocked(element.size() + tests.size(), [&] { return isin(element, tests, invert, kind); }));
}

// (ar1, ar2, assume_unique, return_indices)
PyObject* common(argument_slots s) {
  const auto [a, b] = to_two(s[0], s[1]);
  const bool assume_unique = to_bool(s[2], false), with_indices = to_bool(s[3], false);
  intersection found =
      unlocked(a.size() + b.size(), [&] { return intersect1d(a, b, assume_unique, with_indices); });
  if (!with_indices) return wrap(std::move(found.values));
  return wrap_tuple({found.values, found.indices1, found.indices2});
}

// (ar1, ar2)
PyObject* joined(argument_slots s) {
  const auto [a, b] = to_two(s[0], s[1]);
  return wrap(unlocked(a.size() + b.size(), [&] { return union1d(a, b); }));
}

// (ar1, ar2, assume_unique)
template <ndarray (*F)(const ndarray&, const ndarray&, bool)> PyObject* difference(argument_slots s) {
  const auto [a, b] = to_two(s[0], s[1]);
  const bool assume_unique = to_bool(s[2], false);
  return wrap(unlocked(a.size() + b.size(), [&] { return F(a, b, assume_unique); }));
}

// ---- counting ----

// (x, /, weights, minlength)
PyObject* counted(argument_slots s) {
  if (s[2] == Py_None) raise(PyExc_TypeError, "use 0 instead of None for minlength");
  const ndarray given = to_array(s[0]);
  const bool listed = !is_array(s[0]) && !is_numpy_array(s[0]);
  if (listed && is_floating(given.dtype()) && given.size() > 0)
    checked(
        PyErr_WarnEx(PyExc_DeprecationWarning,
                     "Non-integer input passed to bincount. In a future version of NumPy, this will be an "
                     "error. (Deprecated NumPy 2.1)",
                     1));
  const ndarray x = listed && !is_complex(given.dtype()) ? astype(given, dtype::int64) : given;
  std::optional<ndarray> weights;
  if (!is_missing(s[1])) weights = to_array(s[1], x.device());
  const std::int64_t minlength = s[2] ? to_int(s[2], "minlength") : 0;
  return wrap(unlocked(x.size(), [&] { return bincount(x, weights, minlength); }));
}

// (x, bins, right)
PyObject* binned(argument_slots s) {
  const auto [x, bins] = to_two(s[0], s[1]);
  const bool right = to_bool(s[2], false);
  if (is_complex(x.dtype()) || is_complex(bins.dtype())) raise(PyExc_TypeError, "x may not be complex");
  ndarray found = unlocked(x.size() * 8, [&] { return digitize(x, bins, right); });
  found.set_scalar(x.ndim() == 0);
  return wrap(std::move(found));
}

// (a, edges, weights): the counts alone, for edges that are known to ascend
PyObject* histogram_counts(argument_slots s) {
  const auto [a, edges] = to_two(s[0], s[1]);
  histogram_options options;
  if (!is_missing(s[2])) options.weights = to_array(s[2], a.device());
  return wrap(unlocked(a.size() * 8, [&] { return histogram(a, edges, options).first; }));
}

// (sample, edges, density, weights)
PyObject* histogram_cells(argument_slots s) {
  const ndarray sample = to_array(s[0]);
  std::vector<ndarray> edges;
  for (const ndarray& e : to_array_list(s[1])) edges.push_back(to_device(e, sample.device()));
  std::optional<ndarray> weights;
  if (!is_missing(s[3])) weights = to_array(s[3], sample.device());
  const bool density = to_bool(s[2], false);
  ndarray counts = unlocked(sample.size() * 8, [&] { return histogramdd(sample, edges, density, weights); });
  counts.set_scalar(false);
  return wrap(std::move(counts));
}

constexpr function_row rows[] = {
    {"unique",
     "(ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, equal_nan=True, "
     "sorted=True)",
     distinct, "The distinct elements in ascending order, or the distinct slices along an axis."},
    {"isin", "(element, test_elements, assume_unique=False, invert=False, *, kind=None)", member,
     "For each element: is it among the test elements?"},
    {"intersect1d", "(ar1, ar2, assume_unique=False, return_indices=False)", common,
     "Sorted elements that are in both arrays."},
    {"union1d", "(ar1, ar2)", joined, "Sorted elements that are in either array."},
    {"setdiff1d", "(ar1, ar2, assume_unique=False)", difference<setdiff1d>,
     "Elements of the first array that are not in the second."},
    {"setxor1d", "(ar1, ar2, assume_unique=False)", difference<setxor1d>,
     "Sorted elements that are in one of the arrays only."},
    {"bincount", "(x, /, weights=None, minlength=0)", counted,
     "How often each of 0, 1, 2, ... occurs, or the sums of their weights."},
    {"digitize", "(x, bins, right=False)", binned, "The number of the bin into which each value falls."},
    {"_histogram_counts", "(a, edges, weights=None)", histogram_counts, "Counts between ascending edges."},
    {"_histogram_cells", "(sample, edges, density=False, weights=None)", histogram_cells,
     "Counts of rows in the cells of a grid."},
};

}  // namespace

void add_set_functions(std::vector<PyMethodDef>& table, bool methods) { add_rows<rows>(table, methods); }

}  // namespace numloom::python
