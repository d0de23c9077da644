// SPDX-License-Identifier: BSD-3-Clause
/// What the reductions with a kernel and those without one know of each other.
#pragma once

#include "core/reduction.hpp"
#include "numloom/reductions.hpp"

namespace numloom::detail {

/// The reduction with a kernel that joins elements by this ufunc.
std::optional<reduction> reduction_of(ufunc f);
/// options.dtype, or what NumPy takes for it when out= is given: the loop of out and the array.
std::optional<dtype> reduction_dtype(ufunc f, const ndarray& a, const reduction_options& options);
/// ufunc.reduce from left to right, by calls of the ufunc on slices.
ndarray reduce_in_order(ufunc f, const ndarray& a, const reduction_options& options);

}  // namespace numloom::detail
