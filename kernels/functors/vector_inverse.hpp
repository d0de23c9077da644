// SPDX-License-Identifier: BSD-3-Clause
// atan, atan2, asin, acos. Included by vector_math.hpp.
#pragma once

namespace numloom::NL_TARGET {

// pi / 4 as the sum of two numbers.
template <class T>
inline constexpr T quarter_pi = is_same<T, float> ? T(0x1.921fb6p-1f) : T(0x1.921fb54442d18p-1);
template <class T>
inline constexpr T quarter_pi_low = is_same<T, float> ? T(-0x1.777a5cp-26f) : T(0x1.1a62633145c07p-55);

// (atan(w) - w) / w**3 for z = w**2, |w| <= tan(pi / 8).
NL_HD float atan_tail(float z) {
  return horner(z, -0x1.55554ap-2f, 0x1.999196p-3f, -0x1.23b528p-3f, 0x1.b1ec68p-4f, -0x1.f1ee7ep-5f);
}
NL_HD double atan_tail(double z) {
  return horner(z, -0x1.555555555553dp-2, 0x1.99999999957d8p-3, -0x1.24924922aa8aep-3, 0x1.c71c70e5230cfp-4,
                -0x1.745cf8c587a96p-4, 0x1.3b1117b665c0fp-4, -0x1.10ebaa201d17fp-4, 0x1.df0e92152ef8p-5,
                -0x1.9ccfc979fd9f1p-5, 0x1.37cecfe315c18p-5, -0x1.255ca6ba19ab6p-6);
}

// atan(small / large) for 0 <= small <= large, reflected into another octant: quarters * pi / 4 +- the angle.
// Above tan(pi / 8) it is pi / 4 + atan((small - large) / (small + large)). What rounding takes from sum,
// difference and quotient is added last.
template <class T> NL_HD T octant_angle(T small, T large, T quarters, bool reflected) {
  const bool middle = small > T(0.4142135623730950488) * large;
  const T over = middle ? small - large : small, under = middle ? small + large : large;
  const T turn = middle ? (reflected ? T(-1) : T(1)) : T(0), k = quarters + turn;
  const T base = k * quarter_pi<T>, base_low = fma_(k, quarter_pi_low<T>, fma_(k, quarter_pi<T>, -base));
  if constexpr (is_same<T, float>) {  // float's bound of 3 units leaves room for the roundings
    const T ratio = over / under, w = reflected ? -ratio : ratio, z = w * w;
    return base + (w + fma_(w * z, atan_tail(z), base_low));
  } else {
    const T over_low = middle ? (-large - over) + small : T(0),
            under_low = middle ? (large - under) + small : T(0);
    const T reciprocal = T(1) / under, ratio = over * reciprocal;
    const T ratio_low = (fma_(-ratio, under, over) + fma_(-ratio, under_low, over_low)) * reciprocal;
    const T w = reflected ? -ratio : ratio, w_low = reflected ? -ratio_low : ratio_low;
    const T sum = base + w, z = w * w;
    return sum + (((base - sum) + w) + fma_(w * z, atan_tail(z), base_low + w_low));
  }
}

// The same for large = 1 with the reflection folded into the quotient: atan(a) = pi/2 + atan(-1 / a) above
// tan(3 pi / 8).
template <class T> NL_HD T atan_reduced(T x) {
  constexpr T flat =
      is_same<T, float> ? T(0x1p60f) : T(0x1p120);  // pi / 2 to the last digit, and no overflow
  const T size = fabs_(x), a = size > flat ? flat : size;
  const bool middle = a > T(0.4142135623730950488), steep = a > T(2.414213562373095049);
  const T over = steep ? T(-1) : (middle ? a - T(1) : a), under = steep ? a : (middle ? a + T(1) : T(1));
  const T quarters = steep ? T(2) : (middle ? T(1) : T(0)), base = quarters * quarter_pi<T>;
  const T low = quarters * quarter_pi_low<T>;
  T angle;
  if constexpr (is_same<T, float>) {
    const T w = over / under, z = w * w;
    angle = base + (w + fma_(w * z, atan_tail(z), low));
  } else {
    const T reciprocal = T(1) / under, w = over * reciprocal, z = w * w, sum = base + w;
    const T over_low = middle & !steep ? (T(-1) - over) + a : T(0);  // a - 1 is exact from 1/2 on only
    const T w_low = (fma_(-w, under, over) + over_low) * reciprocal;
    const T rest = fma_(w * z, atan_tail(z), w_low + low);
    angle = sum + (((base - sum) + w) + rest);
  }
  return flip_sign(size == T(0) ? T(0) : angle, sign_of(x));
}
NL_HD float atan_(float x) { return atan_reduced(x); }
NL_HD double atan_(double x) { return atan_reduced(x); }

// Arguments whose sum or quotient may leave the range of normal numbers, and infinities and NaN.
template <class T> NL_HD bool atan2_exceptional(T y, T x) {
  constexpr T high = is_same<T, float> ? T(0x1p60f) : T(0x1p500);
  const T ax = fabs_(x), ay = fabs_(y);
  const bool inside = (ax < high) & (ay < high);
  const bool tiny = ((ax < T(1) / high) & (ax > T(0))) | ((ay < T(1) / high) & (ay > T(0)));
  return !inside | tiny;
}
template <class T> NL_HD T atan2_reduced(T y, T x) {
  const T ax = fabs_(x), ay = fabs_(y);
  const bool steep = ay > ax, left = sign_of(x) != 0, both_zero = (ax == T(0)) & (ay == T(0));
  const T large = steep ? ay : ax;
  const T quarters = left ? (steep ? T(2) : T(4)) : (steep ? T(2) : T(0));
  const T angle = octant_angle(steep ? ax : ay, both_zero ? T(1) : large, quarters, steep != left);
  return flip_sign(angle, sign_of(y));
}
NL_HD float atan2_fast(float y, float x) { return atan2_reduced(y, x); }
NL_HD double atan2_fast(double y, double x) { return atan2_reduced(y, x); }
NL_HD float atan2_(float y, float x) { return atan2_exceptional(y, x) ? ::atan2f(y, x) : atan2_fast(y, x); }
NL_HD double atan2_(double y, double x) { return atan2_exceptional(y, x) ? ::atan2(y, x) : atan2_fast(y, x); }

// (asin(s) - s) / s**3 for z = s**2, |s| <= 1/2.
NL_HD float asin_tail(float z) {
  return horner(z, 0x1.5555c8p-3f, 0x1.3301ecp-4f, 0x1.747da8p-5f, 0x1.8c2e14p-6f, 0x1.596876p-5f);
}
NL_HD double asin_tail(double z) {
  return horner(z, 0x1.5555555555577p-3, 0x1.333333332e12dp-4, 0x1.6db6db72122e6p-5, 0x1.f1c71a951ffc1p-6,
                0x1.6e8bded9870ffp-6, 0x1.1c49f0eca5c5ap-6, 0x1.ca1f7e556fdb3p-7, 0x1.75860fc1e9e53p-7,
                0x1.61396d4a1876p-7, 0x1.e627038dce504p-9, 0x1.638ccdc0b0963p-6, -0x1.57e6a17fbdf9bp-6,
                0x1.0b3f6661d9329p-5);
}

// asin(a) = pi/2 - 2 asin(sqrt((1 - a) / 2)) for a > 1/2. Beyond 1 the root is NaN.
template <class T> NL_HD T asin_reduced(T x) {
  const T a = fabs_(x);
  const bool large = a > T(0.5);
  const T z = large ? (T(1) - a) * T(0.5) : a * a, s = large ? sqrt_(z) : a;
  const T rest = s * z * asin_tail(z);
  const T base = T(2) * quarter_pi<T>, first = base - T(2) * s, first_low = (base - first) - T(2) * s;
  const T folded = first + (first_low + (T(2) * quarter_pi_low<T> - T(2) * rest));
  return flip_sign(large ? folded : s + rest, sign_of(x));
}
template <class T> NL_HD T acos_reduced(T x) {
  const T a = fabs_(x);
  const bool large = a > T(0.5);
  const T z = large ? (T(1) - a) * T(0.5) : a * a, s = large ? sqrt_(z) : x;
  const T rest = s * z * asin_tail(z), twice = T(2) * (s + rest);
  const T folded = T(4) * quarter_pi<T> - (twice - T(4) * quarter_pi_low<T>);
  const T middle = T(2) * quarter_pi<T> - (s + (rest - T(2) * quarter_pi_low<T>));
  return large ? (x > T(0) ? twice : folded) : middle;
}
NL_HD float asin_(float x) { return asin_reduced(x); }
NL_HD double asin_(double x) { return asin_reduced(x); }
NL_HD float acos_(float x) { return acos_reduced(x); }
NL_HD double acos_(double x) { return acos_reduced(x); }
}  // namespace numloom::NL_TARGET
