// SPDX-License-Identifier: BSD-3-Clause
/// Order: NaN last, stable.
#pragma once

#include <optional>
#include <vector>

#include "numloom/ufuncs.hpp"

namespace numloom {

/// A sorted copy. axis nullopt: of the flattened array.
NL_API ndarray sort(const ndarray& a, std::optional<int> axis = -1, bool descending = false);
/// Sorts in place, also through views.
NL_API void sort_in_place(const ndarray& a, int axis = -1, bool descending = false);
/// Sorted along the last axis, as complex64 for integers of up to 16 bits, complex128 for other real dtypes.
NL_API ndarray sort_complex(const ndarray& a);
/// int64 positions, stable.
NL_API ndarray argsort(const ndarray& a, std::optional<int> axis = -1, bool descending = false);
/// A copy in which each element of rank kth stands where sorting would put it, none smaller behind and none
/// greater before it. Throws value_error for a rank out of bounds.
NL_API ndarray partition(const ndarray& a, const std::vector<std::int64_t>& kth,
                         std::optional<int> axis = -1);
/// The positions that partition() would take elements from.
NL_API ndarray argpartition(const ndarray& a, const std::vector<std::int64_t>& kth,
                            std::optional<int> axis = -1);
inline ndarray partition(const ndarray& a, std::int64_t kth, std::optional<int> axis = -1) {
  return partition(a, std::vector<std::int64_t>{kth}, axis);
}
inline ndarray argpartition(const ndarray& a, std::int64_t kth, std::optional<int> axis = -1) {
  return argpartition(a, std::vector<std::int64_t>{kth}, axis);
}
/// Positions that sort by several keys; the last key decides first.
NL_API ndarray lexsort(const std::vector<ndarray>& keys, int axis = -1);
NL_API ndarray searchsorted(const ndarray& sorted, const array_like& values, bool right = false,
                            const ndarray* sorter = nullptr);

}  // namespace numloom
