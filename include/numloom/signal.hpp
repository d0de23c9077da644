// SPDX-License-Identifier: BSD-3-Clause
/// Sequences: interpolation, convolution, correlation; windows, and functions that go with them.
#pragma once

#include <optional>

#include "numloom/ufuncs.hpp"

namespace numloom {

/// The piecewise linear function through the points (xp, fp) at x; xp ascends. Left and right of the points
/// it is the first and last value, or the number given. Of a periodic function points stand anywhere, in any
/// order, and there is no left and right. Computed in float64 (complex128). Throws value_error for no points,
/// points that are no vectors or not as many as values, and a period of 0.
NL_API ndarray interp(const array_like& x, const ndarray& xp, const ndarray& fp,
                      const std::optional<scalar>& left = {}, const std::optional<scalar>& right = {},
                      const std::optional<double>& period = {});

/// How much two sequences overlap: where all of the shorter one does, as many results as the longer one has,
/// or wherever they meet.
enum class overlap { valid, same, full };
/// sum over n of a[n + k] * conj(v[n]).
NL_API ndarray correlate(const ndarray& a, const ndarray& v, overlap mode = overlap::valid);
/// sum over n of a[n] * v[k - n].
NL_API ndarray convolve(const ndarray& a, const ndarray& v, overlap mode = overlap::full);

/// Windows of M points, on the current device: float64. M below 1 gives none.
NL_API ndarray bartlett(double M);             ///< a triangle that ends in zeros
NL_API ndarray blackman(double M);             ///< three cosine terms
NL_API ndarray hamming(double M);              ///< a raised cosine that does not end in zeros
NL_API ndarray hanning(double M);              ///< a raised cosine that ends in zeros
NL_API ndarray kaiser(double M, double beta);  ///< of the Bessel function i0, of shape beta

/// sin(pi x) / (pi x), 1 at 0.
NL_API ndarray sinc(const ndarray& x);
/// The modified Bessel function of the first kind of order 0, by Chebyshev series (Clenshaw 1962) in the
/// dtype of x, float64 for integers. Throws type_error for complex numbers.
NL_API ndarray i0(const ndarray& x);

}  // namespace numloom
