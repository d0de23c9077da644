// SPDX-License-Identifier: BSD-3-Clause
/// Order: NaN last, stable.
#pragma once

#include <optional>

#include "numloom/ndarray.hpp"

namespace numloom {

/// A sorted copy. axis nullopt: of the flattened array.
NL_API ndarray sort(const ndarray& a, std::optional<int> axis = -1, bool descending = false);
/// Sorts in place, also through views.
NL_API void sort_in_place(const ndarray& a, int axis = -1, bool descending = false);
/// int64 positions, stable.
NL_API ndarray argsort(const ndarray& a, std::optional<int> axis = -1, bool descending = false);
NL_API ndarray searchsorted(const ndarray& sorted, const ndarray& values, bool right = false,
                            const ndarray* sorter = nullptr);

}  // namespace numloom
