// SPDX-License-Identifier: BSD-3-Clause
// Complex square root, logarithm and inverse functions. The inverse circular functions follow Kahan, "Branch
// cuts for complex elementary functions" (1987): square roots of 1 - z and 1 + z, whose signs carry the
// branch cuts.
#pragma once
#include "../types.hpp"
#include "math.hpp"

namespace numloom::NL_TARGET {

template <class T> inline constexpr T half_pi = T(1.570796326794896619231321691639751442);
template <class T> inline constexpr T ln_2 = T(0.693147180559945309417232121458176568);

// Principal root, real part >= 0. Scaling by an even power of two keeps |z| + |x| in range.
template <class T> NL_HD complex<T> sqrt_(complex<T> z) {
  const T inf = limits<T>::infinity(), nan = limits<T>::quiet_nan();
  if (is_inf(z.im)) return {inf, z.im};
  if (z.re == inf) return {inf, is_nan(z.im) ? z.im : copysign_(T(0), z.im)};
  if (z.re == -inf) return is_nan(z.im) ? complex<T>(nan, inf) : complex<T>(T(0), copysign_(inf, z.im));
  if (is_nan(z)) return {nan, nan};
  if (z.re == T(0) && z.im == T(0)) return {T(0), z.im};
  const T size = fabs_(z.re) > fabs_(z.im) ? fabs_(z.re) : fabs_(z.im);
  const T up = is_same<T, float> ? T(0x1p48) : T(0x1p108),
          up_root = is_same<T, float> ? T(0x1p-24) : T(0x1p-54);
  T before = T(1), after = T(1);
  if (size > limits<T>::max() / T(4)) {
    before = T(0.0625);
    after = T(4);
  } else if (size < limits<T>::tiny() * T(4)) {
    before = up;
    after = up_root;
  }
  const T x = z.re * before, y = z.im * before;
  const T root = sqrt_((fabs_(x) + hypot_(x, y)) * T(0.5));
  if (x >= T(0)) return {root * after, y / (T(2) * root) * after};
  return {fabs_(y) / (T(2) * root) * after, copysign_(root * after, y)};
}

// The rounded sum, and what the rounding took away.
template <class T> NL_HD pair<T, T> two_sum(T a, T b) {
  const T sum = a + b, c = sum - a;
  return {sum, (a - (sum - c)) + (b - c)};
}

// x*x + y*y - 1 with all rounding errors added back: near the unit circle almost all digits cancel.
template <class T> NL_HD T norm_minus_one(T x, T y) {
  const T xx = x * x, xx_low = fma_(x, x, -xx), yy = y * y, yy_low = fma_(y, y, -yy);
  const auto a = two_sum(xx, T(-1)), b = two_sum(a.first, yy);
  return b.first + ((a.second + b.second) + (xx_low + yy_low));
}

// log(|z|)
template <class T> NL_HD T log_modulus(complex<T> z) {
  T x = fabs_(z.re), y = fabs_(z.im);
  if (x < y) {
    const T swap = x;
    x = y;
    y = swap;
  }
  if (!is_finite(x) || !is_finite(y)) return log_(hypot_(x, y));
  if (x > limits<T>::max() / T(2)) return log_(hypot_(x / T(2), y / T(2))) + ln_2<T>;
  if (x < limits<T>::tiny()) {
    constexpr T up = is_same<T, float> ? T(0x1p24) : T(0x1p54);
    return log_(hypot_(x * up, y * up)) - T(is_same<T, float> ? 24 : 54) * ln_2<T>;
  }
  const T modulus = hypot_(x, y);
  if (modulus > T(0.5) && modulus < T(1.75)) return log1p_(norm_minus_one(x, y)) / T(2);
  return log_(modulus);
}

template <class T> NL_HD complex<T> log_(complex<T> z) { return {log_modulus(z), atan2_(z.im, z.re)}; }

// So large that 1 - z, 1 + z and z are the same to the last digit.
template <class T> NL_HD bool is_huge(complex<T> z) {
  const T bound = is_same<T, float> ? T(0x1p30) : T(0x1p60);
  return (fabs_(z.re) > bound) | (fabs_(z.im) > bound);
}

template <class T> NL_HD complex<T> asin_(complex<T> z) {
  const T nan = limits<T>::quiet_nan();
  if (is_nan(z)) {
    if (is_inf(z)) return {nan, copysign_(limits<T>::infinity(), is_inf(z.im) ? z.im : T(1))};
    return {z.re == T(0) ? z.re : nan, nan};
  }
  if (is_inf(z) || is_huge(z)) return {atan2_(z.re, fabs_(z.im)), copysign_(log_modulus(z) + ln_2<T>, z.im)};
  if (fabs_(z.re) < limits<T>::epsilon() && fabs_(z.im) < limits<T>::epsilon()) return z;
  const complex<T> a = sqrt_(complex<T>(T(1) - z.re, -z.im)), b = sqrt_(complex<T>(T(1) + z.re, z.im));
  return {atan2_(z.re, a.re * b.re - a.im * b.im), asinh_(a.re * b.im - a.im * b.re)};
}

template <class T> NL_HD complex<T> acos_(complex<T> z) {
  const T nan = limits<T>::quiet_nan();
  if (is_nan(z)) {
    if (is_inf(z)) return {nan, is_inf(z.im) ? -z.im : -limits<T>::infinity()};
    return {z.re == T(0) ? half_pi<T> : nan, nan};
  }
  if (is_inf(z) || is_huge(z)) return {atan2_(fabs_(z.im), z.re), copysign_(log_modulus(z) + ln_2<T>, -z.im)};
  const complex<T> a = sqrt_(complex<T>(T(1) - z.re, -z.im)), b = sqrt_(complex<T>(T(1) + z.re, z.im));
  return {T(2) * atan2_(a.re, b.re), asinh_(b.re * a.im - b.im * a.re)};
}

template <class T> NL_HD complex<T> asinh_(complex<T> z) {
  const complex<T> w = asin_(complex<T>(z.im, z.re));
  return {w.im, w.re};
}

template <class T> NL_HD complex<T> acosh_(complex<T> z) {
  const complex<T> w = acos_(z);
  if (is_nan(w.re) && is_nan(w.im)) return w;
  if (is_nan(w.im)) return {w.im, is_nan(z.im) && z.re == T(0) ? w.re : w.im};
  return {fabs_(w.im), copysign_(w.re, z.im)};
}

template <class T> NL_HD complex<T> atanh_(complex<T> z) {
  const T nan = limits<T>::quiet_nan();
  if (is_inf(z)) return {copysign_(T(0), z.re), is_nan(z.im) ? nan : copysign_(half_pi<T>, z.im)};
  if (is_nan(z)) return {z.re == T(0) ? z.re : nan, nan};
  const T x = fabs_(z.re), y = fabs_(z.im), large = is_same<T, float> ? T(0x1p30) : T(0x1p100);
  T re, im = half_pi<T>;
  if (x > large || y > large) {  // 1 / z is all that is left
    const T size = x > y ? x : y, u = x / size, v = y / size;
    re = u / (u * u + v * v) / size;
  } else if (x == T(1) && y < limits<T>::epsilon()) {
    re = y == T(0) ? limits<T>::infinity() : (ln_2<T> - log_(y)) / T(2);
    im = y == T(0) ? T(0) : half_pi<T> / T(2);
  } else {
    re = log1p_(T(4) * x / ((T(1) - x) * (T(1) - x) + y * y)) / T(4);
    im = atan2_(T(2) * y, (T(1) - x) * (T(1) + x) - y * y) / T(2);
  }
  return {copysign_(re, z.re), copysign_(im, z.im)};
}

template <class T> NL_HD complex<T> atan_(complex<T> z) {
  const complex<T> w = atanh_(complex<T>(z.im, z.re));
  return {w.im, w.re};
}
}  // namespace numloom::NL_TARGET
