// SPDX-License-Identifier: BSD-3-Clause
// Complex versions of the real functions in math.hpp, with the special values of C99's Annex G, and the
// functors that only make sense for complex numbers. One source for all targets, so CPU and GPU agree.
#pragma once
#include "../types.hpp"
#include "complex_inverse.hpp"
#include "math.hpp"

namespace numloom::NL_TARGET {

struct Conjugate {
  template <class T> NL_HD T operator()(T a) const {
    if constexpr (is_complex<T>)
      return {a.re, -a.im};
    else
      return a;
  }
};

// weight * exp(x) * (cos(y), sin(y)) for finite, non-zero y. Beyond the overflow of exp(x) the product may
// still be finite, so the exponential is applied in two factors.
template <class T> NL_HD complex<T> polar_exp(T x, T y, T weight = T(1)) {
  constexpr T shift = is_same<T, float> ? T(80) : T(700);
  const bool large = x > shift;
  const T factor = large ? exp_(shift) : T(1);
  const T scale = exp_(large ? x - shift : x) * weight;
  return {cos_(y) * scale * factor, sin_(y) * scale * factor};
}

template <class T> NL_HD complex<T> exp_(complex<T> z) {
  const T nan = limits<T>::quiet_nan();
  if (z.im == T(0)) return {exp_(z.re), z.im};
  if (!is_finite(z.im)) {
    if (z.re == -limits<T>::infinity()) return {T(0), copysign_(T(0), z.im)};
    return {z.re == limits<T>::infinity() ? z.re : nan, nan};
  }
  return polar_exp(z.re, z.im);
}

template <class T> NL_HD complex<T> exp2_(complex<T> z) {
  return exp_(complex<T>(z.re * ln_2<T>, z.im * ln_2<T>));
}

// exp(x) cos(y) - 1 = expm1(x) cos(y) - 2 sin(y / 2)**2 has no cancellation near zero.
template <class T> NL_HD complex<T> expm1_(complex<T> z) {
  const T half = sin_(z.im / T(2));
  return {expm1_(z.re) * cos_(z.im) - T(2) * half * half, exp_(z.re) * sin_(z.im)};
}

template <class T> NL_HD complex<T> log2_(complex<T> z) {
  const T log2_e = T(1.442695040888963407359924681001892137);
  const complex<T> l = log_(z);
  return {l.re * log2_e, l.im * log2_e};
}
template <class T> NL_HD complex<T> log10_(complex<T> z) {
  const T log10_e = T(0.434294481903251827651128918916605082);
  const complex<T> l = log_(z);
  return {l.re * log10_e, l.im * log10_e};
}
template <class T> NL_HD complex<T> log1p_(complex<T> z) {
  return {log_(hypot_(z.re + T(1), z.im)), atan2_(z.im, z.re + T(1))};
}

template <class T> NL_HD complex<T> sinh_(complex<T> z) {
  const T nan = limits<T>::quiet_nan();
  if (z.im == T(0)) return {sinh_(z.re), z.im};
  if (!is_finite(z.im)) {
    if (z.re == T(0)) return {z.re, nan};
    // The sign of an infinite result is free here; the C library's is positive.
    return {is_inf(z.re) ? fabs_(z.re) : nan, nan};
  }
  if (fabs_(z.re) < (is_same<T, float> ? T(80) : T(700)))
    return {sinh_(z.re) * cos_(z.im), cosh_(z.re) * sin_(z.im)};
  const complex<T> w = polar_exp(fabs_(z.re), z.im, T(0.5));
  return {copysign_(T(1), z.re) * w.re, w.im};
}

template <class T> NL_HD complex<T> cosh_(complex<T> z) {
  const T nan = limits<T>::quiet_nan();
  if (z.im == T(0)) return {cosh_(z.re), is_nan(z.re) ? z.im : z.im * copysign_(T(1), z.re)};
  if (!is_finite(z.im)) {
    if (z.re == T(0)) return {nan, T(0)};
    return {is_inf(z.re) ? limits<T>::infinity() : nan, nan};
  }
  if (fabs_(z.re) < (is_same<T, float> ? T(80) : T(700)))
    return {cosh_(z.re) * cos_(z.im), sinh_(z.re) * sin_(z.im)};
  const complex<T> w = polar_exp(fabs_(z.re), z.im, T(0.5));
  return {w.re, copysign_(T(1), z.re) * w.im};
}

// (sinh x cosh x + i sin y cos y) / (sinh(x)**2 + cos(y)**2): no difference of large numbers is left.
template <class T> NL_HD complex<T> tanh_(complex<T> z) {
  const T nan = limits<T>::quiet_nan();
  if (is_nan(z.re)) return {z.re, z.im == T(0) ? z.im : nan};
  if (is_inf(z.re)) {
    const T sign = is_finite(z.im) ? sin_(z.im) * cos_(z.im) : z.im;
    return {copysign_(T(1), z.re), copysign_(T(0), sign)};
  }
  if (!is_finite(z.im)) return {z.re == T(0) ? z.re : nan, nan};
  if (fabs_(z.re) >= T(22)) {
    const T decay = exp_(-fabs_(z.re));
    return {copysign_(T(1), z.re), T(4) * sin_(z.im) * cos_(z.im) * decay * decay};
  }
  if (z.im == T(0)) return {tanh_(z.re), z.im};
  const T sinh_x = sinh_(z.re), sin_y = sin_(z.im), cos_y = cos_(z.im);
  const T denominator = sinh_x * sinh_x + cos_y * cos_y;
  return {sinh_x * cosh_(z.re) / denominator, sin_y * cos_y / denominator};
}

// The circular functions are the hyperbolic ones turned by a right angle.
template <class T> NL_HD complex<T> sin_(complex<T> z) {
  const complex<T> w = sinh_(complex<T>(z.im, z.re));
  return {w.im, w.re};
}
template <class T> NL_HD complex<T> cos_(complex<T> z) { return cosh_(complex<T>(-z.im, z.re)); }
template <class T> NL_HD complex<T> tan_(complex<T> z) {
  const complex<T> w = tanh_(complex<T>(z.im, z.re));
  return {w.im, w.re};
}

// Annex G's stand-in for a part of an infinite number (1 for infinity, else 0) or of a finite one (0 for
// NaN).
template <class T> NL_HD T boxed(T part, bool of_infinite) {
  if (of_infinite) return copysign_(is_inf(part) ? T(1) : T(0), part);
  return is_nan(part) ? copysign_(T(0), part) : part;
}

// The product with Annex G's recovery of infinities, which the C library's cpow relies on.
template <class T> NL_HD complex<T> multiply_annex_g(complex<T> a, complex<T> b) {
  const complex<T> product = a * b;
  if (!is_nan(product.re) || !is_nan(product.im) || !(is_inf(a) || is_inf(b))) return product;
  const T x = boxed(a.re, is_inf(a)), y = boxed(a.im, is_inf(a));
  const T u = boxed(b.re, is_inf(b)), v = boxed(b.im, is_inf(b));
  return {limits<T>::infinity() * (x * u - y * v), limits<T>::infinity() * (x * v + y * u)};
}

template <class T> NL_HD complex<T> pow_(complex<T> a, complex<T> b) {
  return exp_(multiply_annex_g(b, log_(a)));
}
}  // namespace numloom::NL_TARGET
