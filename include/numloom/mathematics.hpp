// SPDX-License-Identifier: BSD-3-Clause
/// Rounding, the parts of complex numbers. (Other functions of single elements are ufuncs.)
#pragma once

#include <optional>

#include "numloom/ufunc_functions.hpp"

namespace numloom {

// ---- rounding ----

/// To that many decimals, halves to even; negative ones are places before the point. bool gives float16.
/// Throws casting_error for decimals of bool.
NL_API ndarray round(const ndarray& a, int decimals = 0, const std::optional<ndarray>& out = {});
inline ndarray around(const ndarray& a, int decimals = 0, const std::optional<ndarray>& out = {}) {
  return round(a, decimals, out);
}
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

}  // namespace numloom
