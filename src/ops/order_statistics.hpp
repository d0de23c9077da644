// SPDX-License-Identifier: BSD-3-Clause
/// The k-th smallest elements of rows, without sorting where that is not needed.
#pragma once

#include <vector>

#include "numloom/reductions.hpp"

namespace numloom::detail {

/// An array seen as rows of the elements that a reduction joins.
struct reduced_rows {
  ndarray rows;  // [count, length], C-contiguous
  shape_t kept;  // the shape of what is left
  dims axes;     // the reduced axes, sorted
  int ndim = 0;  // of the array
};
reduced_rows rows_for(const ndarray& a, const axes& axis, std::string_view operation);
/// An array of shape [count, ...rest] as `kept` (or with axes of extent 1 for keepdims), `lead` first.
ndarray unfold(const ndarray& values, const reduced_rows& from, const shape_t& lead, bool keepdims);
/// The result of unfold() for one value a row, its axes in the order of a's strides. NumPy joins several axes
/// by a reshape, which keeps that order only where it needs no copy.
ndarray in_order_of(const ndarray& a, const reduced_rows& from, const ndarray& result, bool keepdims);

struct order_statistics {
  ndarray values;   // [rows, ranks]
  ndarray has_nan;  // [rows, 1] bool; not defined for dtypes without NaN
};
/// Elements of these ranks in each row, each in [0, length); length > 0.
order_statistics select_ranks(const ndarray& rows, const std::vector<std::int64_t>& ranks);

}  // namespace numloom::detail
