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

// exp(x) * (cos(y), sin(y)) for finite, non-zero y. Beyond the overflow of exp(x) the product may still be
// finite, so the exponential is applied in two factors.
template <class T> NL_HD complex<T> polar_exp(T x, T y) {
  constexpr T shift = is_same<T, float> ? T(80) : T(700);
  const bool large = x > shift;
  const T factor = large ? exp_(shift) : T(1);
  const T scale = exp_(large ? x - shift : x);
  return {cos_(y) * scale * factor, sin_(y) * scale * factor};
}

template <class T> NL_HD complex<T> exp_(complex<T> z) {
  const T nan = limits<T>::quiet_nan();
  if (z.im == T(0)) return {exp_(z.re), z.im};
  if (!is_finite(z.im)) {
    if (z.re == -limits<T>::infinity()) return {T(0), T(0)};
    return {z.re == limits<T>::infinity() ? z.re : nan, nan};
  }
  return polar_exp(z.re, z.im);
}

template <class T> NL_HD complex<T> exp2_(complex<T> z) {
  const T ln_2 = T(0.693147180559945309417232121458176568);
  return exp_(complex<T>(z.re * ln_2, z.im * ln_2));
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
    if (z.re == T(0) || is_inf(z.re)) return {z.re, nan};
    return {nan, nan};
  }
  if (fabs_(z.re) < (is_same<T, float> ? T(80) : T(700)))
    return {sinh_(z.re) * cos_(z.im), cosh_(z.re) * sin_(z.im)};
  const complex<T> w = polar_exp(fabs_(z.re), z.im);
  return {copysign_(T(0.5), z.re) * w.re, T(0.5) * w.im};
}

template <class T> NL_HD complex<T> cosh_(complex<T> z) {
  const T nan = limits<T>::quiet_nan();
  if (z.im == T(0)) return {cosh_(z.re), is_nan(z.re) ? z.im : z.im * copysign_(T(1), z.re)};
  if (!is_finite(z.im)) {
    if (z.re == T(0)) return {nan, z.re};
    return {is_inf(z.re) ? limits<T>::infinity() : nan, nan};
  }
  if (fabs_(z.re) < (is_same<T, float> ? T(80) : T(700)))
    return {cosh_(z.re) * cos_(z.im), sinh_(z.re) * sin_(z.im)};
  const complex<T> w = polar_exp(fabs_(z.re), z.im);
  return {T(0.5) * w.re, copysign_(T(0.5), z.re) * w.im};
}

// Kahan's form: with t = tan(y) and s = sinh(x) no difference of large numbers is left.
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
  const T t = tan_(z.im), beta = T(1) + t * t, s = sinh_(z.re), rho = sqrt_(T(1) + s * s);
  const T denominator = T(1) + beta * s * s;
  return {beta * rho * s / denominator, t / denominator};
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

template <class T> NL_HD complex<T> pow_(complex<T> a, complex<T> b) { return exp_(b * log_(a)); }
}  // namespace numloom::NL_TARGET
