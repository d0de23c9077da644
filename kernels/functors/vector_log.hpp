// SPDX-License-Identifier: BSD-3-Clause
// log, log2, log10, log1p. Included by vector_math.hpp.
#pragma once

namespace numloom::NL_TARGET {

// x = 2**exponent * (1 + fraction), fraction around 0. Subnormal x are scaled up first.
template <class T> struct reduced { T exponent, fraction; };

// 1 + fraction in [2/3, 4/3): symmetric around 1, for the polynomial in the fraction.
NL_HD reduced<float> reduce_log(float x) {
  constexpr u32 low = 0x3f2aaaabu;
  const bool subnormal = x < 0x1p-126f;
  const u32 bits = bit_cast<u32>(subnormal ? x * 0x1p23f : x) + (0x3f800000u - low);
  const float bias = subnormal ? 127.0f + 23.0f : 127.0f;
  const float exponent = static_cast<float>(static_cast<i32>(bits >> 23)) - bias;
  return {exponent, bit_cast<float>((bits & 0x007fffffu) + low) - 1.0f};
}
// 1 + fraction in [sqrt(1/2), sqrt(2)): symmetric in the logarithm, for the series in fraction / (2 +
// fraction).
NL_HD reduced<double> reduce_log(double x) {
  constexpr u64 low = 0x3fe6a09e667f3bcdu;
  const bool subnormal = x < 0x1p-1022;
  const u64 bits = bit_cast<u64>(subnormal ? x * 0x1p54 : x) + (0x3ff0000000000000u - low);
  const double bias = subnormal ? 0x1p52 + 1023 + 54 : 0x1p52 + 1023;
  const double exponent = bit_cast<double>((bits >> 52) | 0x4330000000000000u) - bias;
  return {exponent, bit_cast<double>((bits & 0x000fffffffffffffu) + low) - 1.0};
}

// The result for 0 (-inf), negative numbers (NaN), infinity and NaN (themselves).
template <class T> NL_HD T log_special(T x, T y) {
  y = x <= limits<T>::max() ? y : x + x;
  y = x == T(0) ? -limits<T>::infinity() : y;
  return x < T(0) ? limits<T>::quiet_nan() : y;
}

// (log(1 + r) - r) / r**2
NL_HD float log_tail(float r) {
  return horner(r, -0.5f, 0x1.555506p-2f, -0x1.fffefap-3f, 0x1.99d076p-3f, -0x1.559c4ep-3f, 0x1.1ed2f8p-3f,
                -0x1.f3384ep-4f, 0x1.1e786p-3f, -0x1.07b464p-3f);
}
// log(1 + f) = f - (f**2 / 2 - small), small = s * (f**2 / 2 + R(s)) with s = f / (2 + f).
NL_HD double log_small(double f, double half_square) {
  const double s = f / (2.0 + f), z = s * s;
  return s *
         fma_(z,
              horner(z, 0x1.5555555555592p-1, 0x1.999999997feedp-2, 0x1.24924941e112fp-2,
                     0x1.c71c5215b0aa1p-3, 0x1.74663c8397dfep-3, 0x1.39a1f55061076p-3, 0x1.2f03326f70c71p-3),
              half_square);
}

NL_HD float log_(float x) {
  const auto [n, r] = reduce_log(x);
  const float low = fma_(n, -0x1.05c61p-29f, r * r * log_tail(r));
  return log_special(x, fma_(n, 0x1.62e43p-1f, low + r));
}
NL_HD double log_(double x) {
  const auto [n, f] = reduce_log(x);
  const double half_square = 0.5 * f * f;
  const double low = fma_(n, 0x1.abc9e3b39803fp-56, log_small(f, half_square));
  return log_special(x, fma_(n, 0x1.62e42fefa39efp-1, f - (half_square - low)));
}

NL_HD float log2_(float x) {
  const auto [n, r] = reduce_log(x);
  const float ln = fma_(r * r, log_tail(r), r);
  return log_special(x, fma_(ln, 0x1.715476p+0f, fma_(ln, 0x1.4ae0cp-26f, n)));
}
NL_HD float log10_(float x) {
  const auto [n, r] = reduce_log(x);
  const float ln = fma_(r * r, log_tail(r), r);
  return log_special(x, fma_(n, 0x1.344136p-2f, fma_(ln, 0x1.bcb7b2p-2f, n * -0x1.ec10cp-27f)));
}

// n * unit + ln(1 + f) * factor, with unit and factor in two parts each and ln(1 + f) = high + low.
struct log_scale {
  double unit, unit_low, factor, factor_low;
};
NL_HD double scaled_log(double x, log_scale k) {
  const auto [n, f] = reduce_log(x);
  const double half_square = 0.5 * f * f, high = f - half_square;
  const double low = ((f - high) - half_square) + log_small(f, half_square);
  const double product = high * k.factor;
  const double rest = fma_(low, k.factor, fma_(high, k.factor_low, fma_(high, k.factor, -product)));
  const double whole = n * k.unit, whole_low = fma_(n, k.unit, -whole) + n * k.unit_low;
  const double sum = whole + product;
  return log_special(x, sum + (((whole - sum) + product) + (rest + whole_low)));
}
NL_HD double log2_(double x) {
  return scaled_log(x, {1.0, 0.0, 0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56});
}
NL_HD double log10_(double x) {
  return scaled_log(
      x, {0x1.34413509f79ffp-2, -0x1.9dc1da994fd21p-59, 0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57});
}

// log(1 + x): what the rounding of 1 + x took away is a relative change of c / (1 + x), added at the end; 1 /
// (1 + f) is needed to a few bits only, 1 - f is enough.
NL_HD float log1p_(float x) {
  const float u = 1.0f + x;
  const float part = fabs_(x) > 1.0f ? 1.0f - (u - x) : x - (u - 1.0f);
  const float lost = fabs_(x) > 0x1p30f ? 0.0f : part;
  const auto [n, r] = reduce_log(u);
  // 2**-n from the exponent that was taken off u; u is never subnormal.
  const float scale = bit_cast<float>(static_cast<u32>(127 - static_cast<i32>(n)) << 23);
  const float correction = lost == 0.0f ? 0.0f : lost * scale * (1.0f - r);
  const float low = fma_(n, -0x1.05c61p-29f, fma_(r * r, log_tail(r), correction));
  const float y = log_special(u, fma_(n, 0x1.62e43p-1f, low + r));
  return fabs_(x) < 0x1p-26f ? x : y;
}
// log(1 + x + x_low) for x that is not tiny.
NL_HD double log1p_pair(double x, double x_low) {
  const double u = 1.0 + x;
  const double part = fabs_(x) > 1.0 ? 1.0 - (u - x) : x - (u - 1.0);
  const double lost = fabs_(x) > 0x1p60 ? 0.0 : part + x_low;
  const auto [n, f] = reduce_log(u);
  const double scale = bit_cast<double>((bit_cast<u64>(0x1p52 + 1023.0 - n) & 0x7ffu) << 52);
  const double correction = lost == 0.0 ? 0.0 : lost * scale * (1.0 - f);
  const double half_square = 0.5 * f * f;
  const double low = fma_(n, 0x1.abc9e3b39803fp-56, log_small(f, half_square) + correction);
  return log_special(u, fma_(n, 0x1.62e42fefa39efp-1, f - (half_square - low)));
}
NL_HD double log1p_(double x) { return fabs_(x) < 0x1p-55 ? x : log1p_pair(x, 0.0); }
}  // namespace numloom::NL_TARGET
