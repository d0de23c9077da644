// SPDX-License-Identifier: BSD-3-Clause
/// NumPy's functions that are a few calls of others: triangles and diagonals, stacks of rows and columns,
/// differences, comparison with a tolerance.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>

#include "numloom/creation.hpp"
#include "numloom/linalg.hpp"
#include "numloom/manipulation.hpp"
#include "numloom/reductions.hpp"
#include "numloom/sorting.hpp"

namespace numloom {

// ---- diagonals and triangles ----

/// A copy with zeros above (tril) or below (triu) the k-th diagonal of the last two axes.
NL_API ndarray tril(const ndarray& a, int k = 0);
NL_API ndarray triu(const ndarray& a, int k = 0);
/// The sum of a diagonal.
NL_API ndarray trace(const ndarray& a, int offset = 0, int axis1 = 0, int axis2 = 1);

// ---- shapes ----

/// Views with at least that many axes; new ones come in front (2-d) or around (3-d), as in NumPy.
NL_API ndarray atleast_1d(const ndarray& a);
NL_API ndarray atleast_2d(const ndarray& a);
NL_API ndarray atleast_3d(const ndarray& a);
/// Rows on top of each other; side by side; along the third axis; vectors as columns.
NL_API ndarray vstack(std::span<const ndarray> arrays);
NL_API ndarray hstack(std::span<const ndarray> arrays);
NL_API ndarray dstack(std::span<const ndarray> arrays);
NL_API ndarray column_stack(std::span<const ndarray> arrays);
inline ndarray vstack(std::initializer_list<ndarray> a) { return vstack({a.begin(), a.size()}); }
inline ndarray hstack(std::initializer_list<ndarray> a) { return hstack({a.begin(), a.size()}); }
inline ndarray dstack(std::initializer_list<ndarray> a) { return dstack({a.begin(), a.size()}); }
inline ndarray column_stack(std::initializer_list<ndarray> a) { return column_stack({a.begin(), a.size()}); }
/// values behind a; without an axis both are flattened first.
NL_API ndarray append(const ndarray& a, const ndarray& values, std::optional<int> axis = {});
/// Turned by k right angles, from the first axis towards the second.
NL_API ndarray rot90(const ndarray& a, int k = 1, int axis1 = 0, int axis2 = 1);
inline ndarray roll(const ndarray& a, std::int64_t shift, const axes& axis = {}) {
  return roll(a, std::vector<std::int64_t>{shift}, axis);
}

// ---- order ----

inline ndarray partition(const ndarray& a, std::int64_t kth, std::optional<int> axis = -1) {
  return partition(a, std::vector<std::int64_t>{kth}, axis);
}
inline ndarray argpartition(const ndarray& a, std::int64_t kth, std::optional<int> axis = -1) {
  return argpartition(a, std::vector<std::int64_t>{kth}, axis);
}

// ---- sums and differences ----

/// Largest minus smallest element.
NL_API ndarray ptp(const ndarray& a, const reduction_options& options = {});
struct average_options {
  std::optional<int> axis{};
  std::optional<ndarray> weights{};  ///< of a's shape, or a vector along the axis
  bool keepdims = false;
};
/// Weighted mean. Throws value_error for weights of another shape.
NL_API ndarray average(const ndarray& a, const average_options& options = {});
/// Differences of neighbours along an axis, n times.
NL_API ndarray diff(const ndarray& a, int n = 1, int axis = -1);
/// Sums over the last `axes` axes of a and the first of b.
NL_API ndarray tensordot(const ndarray& a, const ndarray& b, int axes = 2);

// ---- numbers ----

/// To that many decimals, halves to even.
NL_API ndarray round(const ndarray& a, int decimals = 0);
/// The parts of complex numbers: views. A real array itself, and zeros.
NL_API ndarray real(const ndarray& a);
NL_API ndarray imag(const ndarray& a);
/// The argument of complex numbers, in radians or degrees.
NL_API ndarray angle(const ndarray& a, bool degrees = false);

struct close_options {
  double rtol = 1e-5, atol = 1e-8;
  bool equal_nan = false;
};
/// |a - b| <= atol + rtol |b|
NL_API ndarray isclose(const array_like& a, const array_like& b, const close_options& options = {});
NL_API bool allclose(const array_like& a, const array_like& b, const close_options& options = {});
/// The same shape and elements.
NL_API bool array_equal(const ndarray& a, const ndarray& b, bool equal_nan = false);

}  // namespace numloom
