// SPDX-License-Identifier: BSD-3-Clause
/// Sequences: interpolation, convolution, correlation.
#pragma once

#include <optional>

#include "numloom/ndarray.hpp"

namespace numloom {

/// The piecewise linear function through the points (xp, fp) at x; xp ascends. Left and right of the points
/// it is the first and last value, or the number given. Computed in float64 (complex128).
NL_API ndarray interp(const ndarray& x, const ndarray& xp, const ndarray& fp,
                      const std::optional<scalar>& left = {}, const std::optional<scalar>& right = {});

/// How much two sequences overlap: where all of the shorter one does, as many results as the longer one has,
/// or wherever they meet.
enum class overlap { valid, same, full };
/// sum over n of a[n + k] * conj(v[n]).
NL_API ndarray correlate(const ndarray& a, const ndarray& v, overlap mode = overlap::valid);
/// sum over n of a[n] * v[k - n].
NL_API ndarray convolve(const ndarray& a, const ndarray& v, overlap mode = overlap::full);

}  // namespace numloom
