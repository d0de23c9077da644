// SPDX-License-Identifier: BSD-3-Clause
// Sets.
#include "function.hpp"
#include "numloom/sets.hpp"

namespace numloom::python {

namespace {

struct set_operands {
  ndarray first, second;
};
set_operands to_two(PyObject* x, PyObject* y) {
  PyObject* operands[] = {x, y};
  const device d = device_among(operands, 2);
  return {to_array(x, d), to_array(y, d)};
}

// The values and what else is asked for; never scalars.
std::vector<ndarray> unique_parts(const ndarray& a, const unique_options& options) {
  const unique_result found = unlocked(a.size(), [&] { return unique(a, options); });
  std::vector<ndarray> results;
  for (const ndarray* part : {&found.values, &found.indices, &found.inverse, &found.counts})
    if (part->defined()) {
      results.push_back(*part);
      results.back().set_scalar(false);
    }
  return results;
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
  std::vector<ndarray> results = unique_parts(a, options);
  return results.size() == 1 ? wrap(std::move(results[0])) : wrap_tuple(std::move(results));
}

// The array API's functions: each NaN is an element of its own, and several results have names.
template <char Which> PyObject* named(argument_slots s) {
  constexpr bool everything = Which == 'a', counts = Which == 'c', inverse = Which == 'i';
  unique_options options;
  options.return_index = everything;
  options.return_inverse = everything || inverse;
  options.return_counts = everything || counts;
  options.equal_nan = false;
  std::vector<ndarray> results = unique_parts(to_array(s[0]), options);
  if (results.size() == 1) return wrap(std::move(results[0]));
  const ref values = checked(wrap_tuple(std::move(results)));
  const ref kind = checked(imported("numpy.lib._arraysetops_impl", everything ? "UniqueAllResult"
                                                                   : counts   ? "UniqueCountsResult"
                                                                              : "UniqueInverseResult"));
  return PyObject_CallObject(kind.get(), values.get());
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
PyObject* united(argument_slots s) {
  const auto [a, b] = to_two(s[0], s[1]);
  return wrap(unlocked(a.size() + b.size(), [&] { return union1d(a, b); }));
}

// (ar1, ar2, assume_unique)
template <ndarray (*F)(const ndarray&, const ndarray&, bool)> PyObject* difference(argument_slots s) {
  const auto [a, b] = to_two(s[0], s[1]);
  const bool assume_unique = to_bool(s[2], false);
  return wrap(unlocked(a.size() + b.size(), [&] { return F(a, b, assume_unique); }));
}

constexpr function_row sets_rows[] = {
    {"unique",
     "(ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, equal_nan=True, "
     "sorted=True)",
     distinct, "The distinct elements in ascending order, or the distinct slices along an axis."},
    {"isin", "(element, test_elements, assume_unique=False, invert=False, *, kind=None)", member,
     "For each element: is it among the test elements?"},
    {"intersect1d", "(ar1, ar2, assume_unique=False, return_indices=False)", common,
     "Sorted elements that are in both arrays."},
    {"union1d", "(ar1, ar2)", united, "Sorted elements that are in either array."},
    {"setdiff1d", "(ar1, ar2, assume_unique=False)", difference<setdiff1d>,
     "Elements of the first array that are not in the second."},
    {"setxor1d", "(ar1, ar2, assume_unique=False)", difference<setxor1d>,
     "Sorted elements that are in one of the arrays only."},
    {"unique_all", "(x, /)", named<'a'>,
     "The distinct elements, their first positions, the places to build x from them, and counts."},
    {"unique_counts", "(x, /)", named<'c'>, "The distinct elements and how often each occurs."},
    {"unique_inverse", "(x, /)", named<'i'>, "The distinct elements and the places to build x from them."},
    {"unique_values", "(x, /)", named<'v'>, "The distinct elements."},
};

}  // namespace

void add_set_functions(std::vector<PyMethodDef>& table, bool methods) { add_rows<sets_rows>(table, methods); }

}  // namespace numloom::python
