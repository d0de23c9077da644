// SPDX-License-Identifier: BSD-3-Clause
/// pad: something around an array.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "numloom/ndarray.hpp"

namespace numloom {

enum class pad_mode {
  constant,     ///< numbers
  edge,         ///< the elements at the edge
  empty,        ///< anything
  linear_ramp,  ///< from the edge to a number
  maximum,      ///< statistics of the elements next to the edge
  mean,
  median,
  minimum,
  reflect,    ///< mirrored at the edge, which is not repeated
  symmetric,  ///< mirrored, and the edge is repeated
  wrap,       ///< the elements from the other end
};
/// NumPy's names, those of the enumerators. Throws value_error.
NL_API pad_mode parse_pad_mode(std::string_view name);

/// So much before and after the elements along an axis.
struct pad_width {
  std::int64_t before = 0, after = 0;
};
struct pad_options {
  pad_mode mode = pad_mode::constant;
  /// constant: the numbers; linear_ramp: where it ends. Broadcasts to (axes, 2); 0 if not given.
  std::optional<ndarray> values{};
  /// Of statistics: of how many elements, at each side of each axis; of all if not given. One entry counts
  /// for all axes.
  std::vector<pad_width> stat_length{};
  bool odd = false;  ///< reflect, symmetric: twice the edge minus the mirrored element
};
/// The array with `widths` around it: one for each axis, or one for all. Corners follow from the edges that
/// earlier axes have got. A new array in the order of a (F where a is F-contiguous). Throws value_error for
/// negative widths, for another number of them, and for an axis of no elements in a mode that needs one.
NL_API ndarray pad(const ndarray& a, const std::vector<pad_width>& widths, const pad_options& options = {});
inline ndarray pad(const ndarray& a, std::int64_t width, const pad_options& options = {}) {
  return pad(a, std::vector<pad_width>{{width, width}}, options);
}

}  // namespace numloom
