// SPDX-License-Identifier: BSD-3-Clause
/// Rounding, the parts of complex numbers, differences. (Functions of single elements are ufuncs.)
#pragma once

#include <optional>

#include "numloom/ufunc_functions.hpp"

namespace numloom {

// ---- rounding ----

/// To that many decimals, halves to even; negative ones are places before the point. bool gives float16.
/// Throws casting_error for decimals of bool.
NL_API ndarray round(const ndarray& a, int decimals = 0, const std::optional<ndarray>& out = {});
/// Towards zero: NumPy's other name for trunc.
inline ndarray fix(const array_like& a, const ufunc_options& options = {}) { return trunc(a, options); }

// ---- parts of complex numbers ----

/// Views of the parts. Of real arrays: the array itself, and zeros that are read-only.
NL_API ndarray real(const ndarray& a);
NL_API ndarray imag(const ndarray& a);
/// The argument of complex numbers, in radians or degrees.
NL_API ndarray angle(const ndarray& a, bool degrees = false);
/// real(a) where the magnitude of every imaginary part is below tolerance (times the dtype's epsilon, if it
/// is above 1); else a.
NL_API ndarray real_if_close(const ndarray& a, double tolerance = 100);

// ---- differences ----

/// Differences of neighbours along an axis, n times; where they differ, of bools. n = 0 gives a itself. What
/// is to stand before and behind a has a's shape but along the axis, or is a single element. Throws
/// value_error for a negative n and for no dimension.
NL_API ndarray diff(const ndarray& a, std::int64_t n = 1, int axis = -1,
                    const std::optional<ndarray>& prepend = {}, const std::optional<ndarray>& append = {});

}  // namespace numloom
