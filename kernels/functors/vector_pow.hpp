// SPDX-License-Identifier: BSD-3-Clause
// pow and hypot. Included by vector_math.hpp.
#pragma once

namespace numloom::NL_TARGET {

// Infinities and NaN have many rules; the C library knows them.
template <class T> NL_HD bool pow_exceptional(T x, T y) {
  return !((fabs_(x) <= limits<T>::max()) & (fabs_(y) <= limits<T>::max()));
}

// From |x|**y to x**y: an odd whole y keeps x's sign, a fraction makes NaN of negative x, and 1 and y == 0
// give 1.
template <class T> NL_HD T pow_signed(T x, T y, T power) {
  const bool whole = trunc_(y) == y, even = trunc_(y * T(0.5)) == y * T(0.5);
  const T with_sign = flip_sign(power, whole & !even ? sign_of(x) : 0);
  const T valid = (x < T(0)) & !whole ? limits<T>::quiet_nan() : with_sign;
  return (y == T(0)) | (x == T(1)) ? T(1) : valid;
}

// For float results: log2(1 + f) / s with s = f / (2 + f), z = s**2, and 2**r for |r| <= 1/2.
NL_HD double log2_series(double z) {
  return horner(z, 0x1.71547652bebf8p+1, 0x1.ec709d13bd3a9p-1, 0x1.27777f734864cp-1, 0x1.a58db329b6e53p-2,
                0x1.5ce5ca4b2f75ap-2);
}
NL_HD double exp2_short(double r) {
  return horner(r, 0x1.0000000260dfbp+0, 0x1.62e430c87ecc5p-1, 0x1.ebfbdae121914p-3, 0x1.c6aed3ecf5d0bp-5,
                0x1.3b2db67569979p-7, 0x1.5f45d226b7ed8p-10, 0x1.41d84b7af109dp-13);
}
inline constexpr double exp_magic_half = 0x1.8p52 + 1023;  // for 2**n as one factor

// 2**(y log2 |x|) in double; float's subnormal numbers are normal there.
NL_HD float pow_fast(float x, float y) {
  constexpr u64 low = 0x3fe6a09e667f3bcdu;
  constexpr double magic = exp_magic_half;
  const double a = fabs_(static_cast<double>(x));
  const u64 bits = bit_cast<u64>(a) + (0x3ff0000000000000u - low);
  const double exponent = bit_cast<double>((bits >> 52) | 0x4330000000000000u) - (0x1p52 + 1023);
  const double f = bit_cast<double>((bits & 0x000fffffffffffffu) + low) - 1.0;
  const double s = f / (2.0 + f), z = s * s;
  const double log2 = fma_(s, log2_series(z), exponent);
  const double product = static_cast<double>(y) * (a == 0.0 ? -limits<double>::infinity() : log2);
  const double t = clamp(product, -200.0, 200.0) + magic, r = clamp(product, -200.0, 200.0) - (t - magic);
  const double p =
      horner(r, 0x1.0000000260dfbp+0, 0x1.62e430c87ecc5p-1, 0x1.ebfbdae121914p-3, 0x1.c6aed3ecf5d0bp-5,
             0x1.3b2db67569979p-7, 0x1.5f45d226b7ed8p-10, 0x1.41d84b7af109dp-13);
  return pow_signed(x, y, static_cast<float>(p * bit_cast<double>(bit_cast<u64>(t) << 52)));
}

// log2(|x|) as the sum of two doubles, right to 2**-65: y log2 |x| is as large as 1074 and must keep all
// digits.
NL_HD pair<double, double> log2_pair(double x) {
  const auto [exponent, f] = reduce_log(x);
  // s = f / (2 + f), z = s**2, each with its rounding error
  const double d = 2.0 + f, d_low = f - (d - 2.0), reciprocal = 1.0 / d;
  const double s = f * reciprocal, s_low = fma_(-s, d_low, fma_(-s, d, f)) * reciprocal;
  const double z = s * s, z_low = fma_(2.0 * s, s_low, fma_(s, s, -z));
  // log(1 + f) = 2 s + s**3 (2/3 + z q)
  const double q =
      horner(z, 0x1.9999999999b2fp-2, 0x1.2492492457f7cp-2, 0x1.c71c722d389c4p-3, 0x1.745ce9f269efdp-3,
             0x1.3b1ee970692a4p-3, 0x1.0f8023da0a025p-3, 0x1.0e40a4e9da1b3p-3);
  const double zq = z * q, p = 0x1.5555555555555p-1 + zq;
  const double p_low = ((0x1.5555555555555p-1 - p) + zq) + 0x1.5555555555555p-55;
  const double cube = s * z, cube_low = fma_(s_low, z, fma_(s, z_low, fma_(s, z, -cube)));
  const double w = cube * p, w_low = fma_(cube_low, p, fma_(cube, p_low, fma_(cube, p, -w)));
  const double ln = 2.0 * s + w, ln_low = ((2.0 * s - ln) + w) + fma_(2.0, s_low, w_low);
  constexpr double log2_e = 0x1.71547652b82fep+0, log2_e_low = 0x1.777d0ffda0d24p-56;
  const double g = ln * log2_e, g_low = fma_(ln_low, log2_e, fma_(ln, log2_e_low, fma_(ln, log2_e, -g)));
  const double high = exponent + g;
  return {high, ((exponent - high) + g) + g_low};
}
NL_HD double pow_fast(double x, double y) {
  const double a = fabs_(x);
  const auto [high, low] = log2_pair(a);
  const double product = y * (a == 0.0 ? -limits<double>::infinity() : high);
  const double rest = fabs_(product) < 2000.0 ? fma_(y, low, fma_(y, high, -product)) : 0.0;
  const double limited = clamp(product, -1078.0, 1026.0);
  const double t = limited + exp_magic_d, r = (limited - (t - exp_magic_d)) + rest;
  return pow_signed(x, y, scale_by_magic(fma_(r, exp2_tail(r), 1.0), t));
}
NL_HD float pow_(float x, float y) { return pow_exceptional(x, y) ? ::powf(x, y) : pow_fast(x, y); }
NL_HD double pow_(double x, double y) { return pow_exceptional(x, y) ? ::pow(x, y) : pow_fast(x, y); }

// x**N as the sum of two doubles, by multiplication; what is rounded away twice is below 2**-98. Right while
// no product leaves the numbers whose rounding errors are normal: see whole_pow_exceptional.
template <int N> NL_HD pair<double, double> whole_pow_pair(double x) {
  if constexpr (N == 1) {
    return {x, 0.0};
  } else if constexpr (N % 2 == 0) {
    const auto [h, l] = whole_pow_pair<N / 2>(x);
    const double square = h * h;
    return {square, fma_(h + h, l, fma_(h, h, -square))};
  } else {
    const auto [h, l] = whole_pow_pair<N - 1>(x);
    const double product = h * x;
    return {product, fma_(l, x, fma_(h, x, -product))};
  }
}
// Infinities and zeros have no low part: the product alone is right, and so is the quotient.
template <int N, bool Inverse> NL_HD double whole_pow_fast(double x) {
  const auto [h, l] = whole_pow_pair<N>(x);
  const bool finite = (fabs_(h) <= limits<double>::max()) & (h != 0.0);
  if constexpr (Inverse) {
    const double q = 1.0 / h, rest = q * (fma_(-q, h, 1.0) - q * l);
    return finite ? q + rest : q;
  } else {
    return finite ? h + l : h;
  }
}
// float's powers up to the eighth have digits to spare in double, and its whole range.
template <int N> NL_HD double whole_pow_short(double x) {
  if constexpr (N == 1)
    return x;
  else if constexpr (N % 2 == 0)
    return whole_pow_short<N / 2>(x) * whole_pow_short<N / 2>(x);
  else
    return whole_pow_short<N - 1>(x) * x;
}
template <int N, bool Inverse> NL_HD float whole_pow_fast(float x) {
  const double power = whole_pow_short<N>(static_cast<double>(x));
  return static_cast<float>(Inverse ? 1.0 / power : power);
}
template <int N> NL_HD bool whole_pow_exceptional(float) { return false; }
template <int N> NL_HD bool whole_pow_exceptional(double x) {
  // 2**(960 / N), rounded down: x**N and its inverse stay above 2**-960.
  const double high = bit_cast<double>(static_cast<u64>(1023 + 960 / N) << 52), low = 1.0 / high;
  const double a = fabs_(x);
  return ((a < low) & (a > 0.0)) | ((a > high) & (a <= limits<double>::max()));
}

// float squares neither overflow nor lose digits in double; double is kept away from both ends of its range.
NL_HD bool hypot_exceptional(float x, float y) {
  return !((fabs_(x) <= limits<float>::max()) & (fabs_(y) <= limits<float>::max()));
}
NL_HD bool hypot_exceptional(double x, double y) {
  const double a = fabs_(x), b = fabs_(y);
  const bool tiny = (a < 0x1p-400) & (b < 0x1p-400) & ((a > 0.0) | (b > 0.0));
  return !((a < 0x1p500) & (b < 0x1p500)) | tiny;
}
NL_HD float hypot_fast(float x, float y) {
  const double a = static_cast<double>(x), b = static_cast<double>(y);
  return static_cast<float>(sqrt_(fma_(a, a, b * b)));
}
// 1 / x to 10 bits and more, for corrections: a division would cost as much as all the rest. The bits of x,
// taken from a constant, are within an eighth; Newton's steps square that error.
NL_HD double rough_reciprocal(double x) {
  const double first = bit_cast<double>(static_cast<u64>(0x7fde623822fc16e6u) - bit_cast<u64>(x));
  const double second = first * fma_(-x, first, 2.0);
  return second * fma_(-x, second, 2.0);
}
NL_HD double hypot_fast(double x, double y) {
  const double xx = x * x, yy = y * y, sum = xx + yy, larger = xx > yy ? xx : yy, smaller = xx > yy ? yy : xx;
  const double low = ((larger - sum) + smaller) + (fma_(x, x, -xx) + fma_(y, y, -yy));
  const double root = sqrt_(sum), error = fma_(-root, root, sum) + low;
  return sum == 0.0 ? 0.0 : fma_(0.5 * error, rough_reciprocal(root), root);
}
NL_HD float hypot_(float x, float y) { return hypot_exceptional(x, y) ? ::hypotf(x, y) : hypot_fast(x, y); }
NL_HD double hypot_(double x, double y) { return hypot_exceptional(x, y) ? ::hypot(x, y) : hypot_fast(x, y); }
}  // namespace numloom::NL_TARGET
