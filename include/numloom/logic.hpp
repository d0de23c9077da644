// SPDX-License-Identifier: BSD-3-Clause
/// Truth about elements and arrays: equal within a tolerance, infinite, complex.
#pragma once

#include <optional>

#include "numloom/ufuncs.hpp"

namespace numloom {

struct close_options {
  double rtol = 1e-5, atol = 1e-8;
  bool equal_nan = false;
};
/// |a - b| <= atol + rtol |b|, or equal; b is the one that is relied on. Numbers adapt to the arrays beside
/// them.
NL_API ndarray isclose(const array_like& a, const array_like& b, const close_options& options = {});
/// The same with a tolerance for each element.
NL_API ndarray isclose(const array_like& a, const array_like& b, const array_like& rtol,
                       const array_like& atol, bool equal_nan = false);
/// Are all elements close?
NL_API bool allclose(const array_like& a, const array_like& b, const close_options& options = {});
/// The same shape and elements. equal_nan: NaN is equal to NaN.
NL_API bool array_equal(const ndarray& a, const ndarray& b, bool equal_nan = false);
/// The same elements where the shapes broadcast; false where they do not.
NL_API bool array_equiv(const ndarray& a, const ndarray& b);

/// Does the dtype have imaginary parts?
inline bool iscomplexobj(const ndarray& a) { return is_complex(a.dtype()); }
inline bool isrealobj(const ndarray& a) { return !is_complex(a.dtype()); }
/// Is the imaginary part not zero; is it zero?
NL_API ndarray iscomplex(const ndarray& a);
NL_API ndarray isreal(const ndarray& a);
/// Positive or negative infinity. Throw type_error for complex numbers.
NL_API ndarray isposinf(const ndarray& a, const std::optional<ndarray>& out = {});
NL_API ndarray isneginf(const ndarray& a, const std::optional<ndarray>& out = {});

}  // namespace numloom
