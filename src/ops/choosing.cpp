// SPDX-License-Identifier: BSD-3-Clause
// Elements chosen from several arrays, and written where a mask or positions along an axis say.
#include <algorithm>
#include <vector>

#include "numloom/indexing.hpp"
#include "ops/compose.hpp"

namespace numloom {

using namespace detail;

// ---- chosen ----

namespace {

// NumPy makes these results anew and fills them; ours take the layout of the last step.
ndarray in_c_order(const ndarray& a) { return a.is_c_contiguous() ? a : copy(a, order::C); }

// A choice as an array. NumPy makes arrays of numbers first: one that does not fit the dtype is cut off.
ndarray as_choice(const array_like& choice, dtype type, device d) {
  if (choice.array()) return *choice.array();
  return as_type(full0(choice.number(), choice.number().default_dtype(), d), type);
}

}  // namespace

ndarray select(std::span<const ndarray> conditions, std::span<const array_like> choices,
               const array_like& otherwise) {
  if (conditions.size() != choices.size())
    fail<value_error>("[select] list of cases must be same length as list of conditions: ", choices.size(),
                      " and ", conditions.size());
  if (conditions.empty()) fail<value_error>("[select] select with an empty condition list is not possible");
  for (std::size_t i = 0; i < conditions.size(); ++i)
    if (conditions[i].dtype() != dtype::bool_)
      fail<type_error>("[select] invalid entry ", i, " in condlist: should be boolean ndarray, got ",
                       conditions[i].dtype());
  std::vector<array_like> all(choices.begin(), choices.end());
  all.push_back(otherwise);
  const dtype type = result_type(all);
  ndarray result = as_type(as_choice(otherwise, type, conditions[0].device()), type);
  for (std::size_t i = conditions.size(); i-- > 0;)
    result = as_type(where(conditions[i], choices[i], result), type);
  return in_c_order(result);
}

namespace {

// The numbers of the choices, within their bounds.
ndarray choice_numbers(const ndarray& given, std::int64_t n, index_mode mode) {
  if (!can_cast(given.dtype(), dtype::int64)) fail_cast("choose", given.dtype(), dtype::int64, casting::safe);
  // Numbers of a byte stay bytes where the bounds are bytes too: their copy would be eight times as large.
  const dtype narrowest = given.dtype() == dtype::bool_ ? dtype::int8 : given.dtype();
  const ndarray a = as_type(given, n <= 127 ? narrowest : dtype::int64);
  if (mode == index_mode::wrap) return remainder(a, n);
  if (mode == index_mode::clip) return clip(a, 0, n - 1);
  if (a.size() > 0 && (min(a).item<std::int64_t>() < 0 || max(a).item<std::int64_t>() >= n))
    fail<value_error>("[choose] invalid entry in choice array: expected numbers below ", n);
  return a;
}

}  // namespace

ndarray choose(const ndarray& a, std::span<const array_like> choices, std::string_view mode,
               const std::optional<ndarray>& out) {
  const index_mode how = parse_index_mode(mode);
  if (choices.empty()) fail<value_error>("[choose] choose: expected at least one choice");
  const ndarray number = choice_numbers(a, static_cast<std::int64_t>(choices.size()), how);
  const dtype type = result_type(choices);
  ndarray result = as_type(as_choice(choices[0], type, a.device()), type);
  if (choices.size() == 1) result = copy(broadcast_to(result, broadcast_shapes(a.shape(), result.shape())));
  for (std::size_t k = 1; k < choices.size(); ++k)
    result = as_type(
        where(equal(number, static_cast<std::int64_t>(k)), as_choice(choices[k], type, a.device()), result),
        type);
  return hand_over(in_c_order(result), out, "choose");
}

ndarray extract(const ndarray& condition, const ndarray& a) {
  return take(ravel(a), flatnonzero(beside(condition, a)));
}

// ---- replaced ----

namespace {

// Where the mask is true in the flattened array.
ndarray true_places(const ndarray& a, const ndarray& mask, const char* operation) {
  if (mask.size() != a.size())
    fail<value_error>("[", operation, "] ", operation, ": mask and data must be the same size, got ",
                      mask.size(), " and ", a.size());
  return flatnonzero(beside(mask, a));
}

// The values in a's dtype, flattened. Arrays must fit safely; single elements are cast.
ndarray fitting_values(const ndarray& values, const ndarray& a, const char* operation) {
  if (values.ndim() > 0 && !can_cast(values.dtype(), a.dtype()))
    fail_cast(operation, values.dtype(), a.dtype(), casting::safe);
  return ravel(as_type(beside(values, a), a.dtype()));
}

}  // namespace

void place(const ndarray& a, const ndarray& mask, const array_like& given) {
  const ndarray values = as_array(given, a.device());
  const ndarray at = true_places(a, mask, "place");
  if (at.size() == 0) return;
  if (values.size() == 0) fail<value_error>("[place] Cannot insert from an empty array!");
  put(a, at, fitting_values(values, a, "place"));
}

void putmask(const ndarray& a, const ndarray& mask, const array_like& values) {
  const ndarray at = true_places(a, mask, "putmask");
  const ndarray given = fitting_values(as_array(values, a.device()), a, "putmask");
  if (given.size() == 0) return;
  put(a, at, given.size() == 1 ? given : take(given, at, {}, "wrap"));
}

void put_along_axis(const ndarray& a, const ndarray& indices, const array_like& values,
                    std::optional<int> axis) {
  if (!is_integer(indices.dtype()))
    fail<index_error>("[put_along_axis] `indices` must be an integer array, got ", indices.dtype());
  if (!axis) {
    if (indices.ndim() != 1)
      fail<value_error>("[put_along_axis] when axis=None, `indices` must have a single dimension.");
    return put(a, indices, broadcast_to(as_array(values, a.dtype(), a.device()), indices.shape()));
  }
  const int n = a.ndim(), d = normalize_axis(*axis, n, "put_along_axis");
  if (indices.ndim() != n)
    fail<value_error>("[put_along_axis] `indices` and `arr` must have the same number of dimensions");
  std::vector<index_item> index;
  for (int k = 0; k < n; ++k) {
    shape_t shape(n - k, 1);
    shape[0] = a.shape()[k];
    index.emplace_back(k == d ? indices : reshape(positions(shape[0], a.device()), shape));
  }
  set_item(a, index, values);
}

void fill_diagonal(const ndarray& a, const array_like& given, bool wrap) {
  const ndarray values = as_array(given, a.device());
  if (a.ndim() < 2) fail<value_error>("[fill_diagonal] array must be at least 2-d");
  std::int64_t step = 1, end = a.size();
  if (a.ndim() == 2) {
    step += a.shape()[1];
    if (!wrap) end = std::min(end, a.shape()[1] * a.shape()[1]);
  } else {
    for (const std::int64_t extent : a.shape())
      if (extent != a.shape()[0])
        fail<value_error>("[fill_diagonal] All dimensions of input must be of equal length, got shape ",
                          to_string(a.shape()));
    for (std::int64_t k = 0, product = 1; k < a.ndim() - 1; ++k) step += product *= a.shape()[0];
  }
  const ndarray at = arange(0, end, step, {.dtype = dtype::int64, .device = a.device()});
  if (at.size() > 0 && values.size() > 0) put(a, at, values);
}

}  // namespace numloom
