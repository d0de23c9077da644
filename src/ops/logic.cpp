// SPDX-License-Identifier: BSD-3-Clause
// Comparison with a tolerance, of whole arrays, and tests of elements.
#include "numloom/logic.hpp"

#include <cmath>
#include <limits>

#include "numloom/mathematics.hpp"
#include "ops/compose.hpp"

namespace numloom {

using namespace detail;

namespace {

double magnitude(const scalar& s) { return std::hypot(s.real(), s.imag()); }
bool is_nan(const scalar& s) { return std::isnan(s.real()) || std::isnan(s.imag()); }
bool is_finite(const scalar& s) { return std::isfinite(s.real()) && std::isfinite(s.imag()); }

// atol + rtol |b|: a number where all three are, which then adapts to the distance's dtype.
ndarray is_near(const ndarray& distance, const array_like& b, const array_like& rtol,
                const array_like& atol) {
  if (b.array()) return less_equal(distance, add(atol, multiply(rtol, absolute(b))));
  if (rtol.array()) return less_equal(distance, add(atol, multiply(rtol, magnitude(b.number()))));
  const double relative = rtol.number().real() * magnitude(b.number());
  if (atol.array()) return less_equal(distance, add(atol, relative));
  return less_equal(distance, atol.number().real() + relative);
}

// A number has no device: it is looked at here, and its answer goes to the array's.
ndarray or_both_nan(const ndarray& close, const array_like& x, const array_like& y) {
  if (x.array() && y.array()) return logical_or(close, logical_and(isnan(x), isnan(y)));
  const array_like &array = x.array() ? x : y, &number = x.array() ? y : x;
  return is_nan(number.number()) ? logical_or(close, isnan(array)) : close;
}

}  // namespace

ndarray isclose(const array_like& a, const array_like& b, const array_like& rtol, const array_like& atol,
                bool equal_nan) {
  ndarray own_a, own_b;
  array_like x = a, y = b;
  if (b.array() && !is_inexact(b.array()->dtype())) {  // an integer's magnitude may not fit its dtype
    own_b = as_type(*b.array(), dtype::float64);
    y = own_b;
  } else if (!b.array() && b.number().type != scalar::kind::complex) {
    y = b.number().real();
  }
  if (!a.array() && !b.array()) {
    const array_like tolerances[] = {rtol, atol};
    own_a = full0(a.number(), a.number().default_dtype(), common_device(tolerances, "isclose"));
    x = own_a;
  }
  ndarray near = is_near(absolute(subtract(x, y)), y, rtol, atol);
  if (y.array())
    near = logical_and(near, isfinite(y));
  else if (!is_finite(y.number()))
    near = logical_and(near, false);
  const ndarray close = logical_or(near, equal(x, y));
  return equal_nan ? or_both_nan(close, x, y) : close;
}

ndarray isclose(const array_like& a, const array_like& b, const close_options& options) {
  return isclose(a, b, array_like(options.rtol), array_like(options.atol), options.equal_nan);
}

bool allclose(const array_like& a, const array_like& b, const close_options& options) {
  return truth(all(isclose(a, b, options)));
}

bool array_equal(const ndarray& a, const ndarray& b, bool equal_nan) {
  if (a.shape() != b.shape()) return false;
  const ndarray same = equal(a, b);
  if (!equal_nan || !is_inexact(a.dtype()) || !is_inexact(b.dtype())) return truth(all(same));
  return truth(all(logical_or(same, logical_and(isnan(a), isnan(b)))));
}

bool array_equiv(const ndarray& a, const ndarray& b) {
  try {
    broadcast_shapes(a.shape(), b.shape());
  } catch (const value_error&) {
    return false;
  }
  return truth(all(equal(a, b)));
}

ndarray iscomplex(const ndarray& a) {
  if (is_complex(a.dtype())) return not_equal(imag(a), 0);
  return scalar_if_0d(zeros(a.shape(), {.dtype = dtype::bool_, .device = a.device()}));
}

ndarray isreal(const ndarray& a) {
  if (is_complex(a.dtype())) return equal(imag(a), 0);
  return scalar_if_0d(ones_like(a, {.dtype = dtype::bool_, .order = order::A}));
}

namespace {

ndarray is_infinite(const ndarray& a, double infinity, const std::optional<ndarray>& out) {
  if (is_complex(a.dtype()))
    fail<type_error>("This operation is not supported for ", a.dtype(),
                     " values because it would be ambiguous.");
  return out ? equal(a, infinity, {.out = out}) : equal(a, infinity);
}

}  // namespace

ndarray isposinf(const ndarray& a, const std::optional<ndarray>& out) {
  return is_infinite(a, std::numeric_limits<double>::infinity(), out);
}
ndarray isneginf(const ndarray& a, const std::optional<ndarray>& out) {
  return is_infinite(a, -std::numeric_limits<double>::infinity(), out);
}

}  // namespace numloom
