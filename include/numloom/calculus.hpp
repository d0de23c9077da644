// SPDX-License-Identifier: BSD-3-Clause
/// Differences, derivatives, integrals and running sums of sampled functions.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "numloom/reductions.hpp"

namespace numloom {

/// Differences of neighbours along an axis, n times; where they differ, of bools. n = 0 gives a itself. What
/// is to stand before and behind a has a's shape but along the axis, or is a single element. Throws
/// value_error for a negative n and for no dimension.
NL_API ndarray diff(const ndarray& a, std::int64_t n = 1, int axis = -1,
                    const std::optional<ndarray>& prepend = {}, const std::optional<ndarray>& append = {});
/// Differences of neighbours in the flattened array, with something before and behind them that can be cast
/// to its dtype (casting same_kind). Throws type_error otherwise, and for bools.
NL_API ndarray ediff1d(const ndarray& a, const std::optional<ndarray>& to_end = {},
                       const std::optional<ndarray>& to_begin = {});
/// The integral along an axis by the trapezoidal rule, of points at x (a vector, or of y's shape), or dx
/// apart.
NL_API ndarray trapezoid(const ndarray& y, const std::optional<ndarray>& x = {}, const array_like& dx = 1.0,
                         int axis = -1);

struct gradient_options {
  axes axis{};
  int edge_order = 1;  ///< how exact the derivatives at the ends are: 1 or 2
};
/// The derivative along each axis by central differences, one-sided at the ends. spacing: nothing for 1, one
/// number for all axes, or for each axis a number or a vector of places. Integers give float64. Throws
/// value_error for an axis of less than edge_order + 1 elements and for places that do not fit, type_error
/// for another number of spacings.
/// Places apart unevenly: the weights of second order for three points (Quarteroni, Sacco, Saleri 2007).
NL_API std::vector<ndarray> gradient(const ndarray& f, std::span<const array_like> spacing = {},
                                     const gradient_options& options = {});

struct unwrap_options {
  std::optional<scalar> discont{};  ///< smaller jumps stay; half a period unless given
  int axis = -1;
  scalar period = 6.283185307179586;
};
/// Jumps of more than half a period are taken back by whole periods. Integers stay integers if the period is
/// one.
NL_API ndarray unwrap(const ndarray& p, const unwrap_options& options = {});

struct cumulative_options {
  std::optional<int> axis{};  ///< may be missing for vectors only
  std::optional<numloom::dtype> dtype{};
  std::optional<ndarray> out{};
  bool include_initial = false;  ///< 0 (1) first, before the first element is added
};
/// Running sums and products along an axis. Throw value_error where an axis must be given.
NL_API ndarray cumulative_sum(const ndarray& x, const cumulative_options& options = {});
NL_API ndarray cumulative_prod(const ndarray& x, const cumulative_options& options = {});

}  // namespace numloom
