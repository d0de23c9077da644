// SPDX-License-Identifier: BSD-3-Clause
/// Distinct elements and the operations of sets on vectors.
#pragma once

#include <optional>

#include "numloom/ufuncs.hpp"

namespace numloom {

struct unique_options {
  bool return_index = false;    ///< where each distinct element comes first
  bool return_inverse = false;  ///< for each element of a, its place among the distinct ones
  bool return_counts = false;
  std::optional<int> axis{};  ///< none: of the flattened array; else distinct slices along it
  bool equal_nan = true;      ///< all NaN are one element
};
/// Members that were not asked for are not defined().
struct unique_result {
  ndarray values, indices, inverse, counts;
};
/// The distinct elements in ascending order. Integers in a narrow range are counted, others are sorted.
NL_API unique_result unique(const ndarray& a, const unique_options& options);
inline ndarray unique(const ndarray& a) { return unique(a, unique_options{}).values; }

/// The array API's names: all NaN are distinct.
inline unique_result unique_all(const ndarray& a) {
  return unique(a, {.return_index = true, .return_inverse = true, .return_counts = true, .equal_nan = false});
}
inline unique_result unique_counts(const ndarray& a) {
  return unique(a, {.return_counts = true, .equal_nan = false});
}
inline unique_result unique_inverse(const ndarray& a) {
  return unique(a, {.return_inverse = true, .equal_nan = false});
}
inline ndarray unique_values(const ndarray& a) { return unique(a, {.equal_nan = false}).values; }

/// How isin() looks: with a table of all values in the range (integers only), by sorting, or whichever is
/// better.
enum class membership { any, sort, table };
/// For each element: is it among `tests`? The shape is element's. NaN is never among them.
NL_API ndarray isin(const ndarray& element, const array_like& tests, bool invert = false,
                    membership kind = membership::any);

struct intersection {
  ndarray values, indices1, indices2;
};
/// Sorted elements that are in both; with their first positions in each where asked for.
NL_API intersection intersect1d(const ndarray& a, const ndarray& b, bool assume_unique, bool return_indices);
inline ndarray intersect1d(const ndarray& a, const ndarray& b) {
  return intersect1d(a, b, false, false).values;
}
/// Sorted elements that are in either.
NL_API ndarray union1d(const ndarray& a, const ndarray& b);
/// Elements of a that are not in b; sorted unless assume_unique.
NL_API ndarray setdiff1d(const ndarray& a, const ndarray& b, bool assume_unique = false);
/// Sorted elements that are in one of the two only.
NL_API ndarray setxor1d(const ndarray& a, const ndarray& b, bool assume_unique = false);

}  // namespace numloom
