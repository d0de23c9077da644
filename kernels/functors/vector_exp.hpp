// SPDX-License-Identifier: BSD-3-Clause
// exp, exp2, expm1. Included by vector_math.hpp.
#pragma once

namespace numloom::NL_TARGET {

// value * 2**n for the n in the last bits of t = magic + n, -2 * bias <= n <= 2 * bias, in two factors, so
// that subnormal results are rounded once and n may exceed the largest exponent. The magic number carries n +
// 2 * bias.
inline constexpr float exp_magic_f = 0x1.8p23f + 254;
inline constexpr double exp_magic_d = 0x1.8p52 + 2046;
NL_HD float scale_by_magic(float value, float t) {
  const u32 bits = bit_cast<u32>(t), half = bits >> 1;
  return value * bit_cast<float>(half << 23) * bit_cast<float>((bits - half) << 23);
}
NL_HD double scale_by_magic(double value, double t) {
  const u64 bits = bit_cast<u64>(t), half = bits >> 1;
  return value * bit_cast<double>(half << 52) * bit_cast<double>((bits - half) << 52);
}

template <class T> NL_HD T clamp(T x, T low, T high) {
  const T y = x > high ? high : x;
  return y < low ? low : y;
}

// (exp(r) - 1 - r) / r**2 for |r| <= ln(2) / 2.
NL_HD float exp_tail(float r) {
  return horner(r, 0x1.fffffcp-2f, 0x1.55549p-3f, 0x1.5558f6p-5f, 0x1.123a78p-7f, 0x1.6a22e2p-10f);
}
NL_HD double exp_tail(double r) {
  return horner(r, 0x1.000000000000ap-1, 0x1.55555555554f9p-3, 0x1.55555555507e2p-5, 0x1.1111111127e74p-7,
                0x1.6c16c1844dd76p-10, 0x1.a01a0129c2b23p-13, 0x1.a01999a6f87bap-16, 0x1.71df25fe73feep-19,
                0x1.28add42217d27p-22, 0x1.ad7f5ad4647fp-26);
}

// x = n ln(2) + r; beyond the clamp the result is 0 or infinity anyway.
NL_HD float exp_(float x) {
  const float y = clamp(x, -105.0f, 89.0f);
  const float t = fma_(y, 0x1.715476p+0f, exp_magic_f), n = t - exp_magic_f;
  const float r = fma_(n, 0x1.05c61p-29f, fma_(n, -0x1.62e43p-1f, y));
  return scale_by_magic(fma_(r, fma_(r, exp_tail(r), 1.0f), 1.0f), t);
}
NL_HD double exp_(double x) {
  const double y = clamp(x, -746.0, 710.0);
  const double t = fma_(y, 0x1.71547652b82fep+0, exp_magic_d), n = t - exp_magic_d;
  const double r = fma_(n, -0x1.abc9e3b39803fp-56, fma_(n, -0x1.62e42fefa39efp-1, y));
  return scale_by_magic(fma_(r, fma_(r, exp_tail(r), 1.0), 1.0), t);
}

// (exp2(r) - 1) / r for |r| <= 1/2.
NL_HD float exp2_tail(float r) {
  return horner(r, 0x1.62e43p-1f, 0x1.ebfbdcp-3f, 0x1.c6aee8p-5f, 0x1.3b2d48p-7f, 0x1.5f3edp-10f,
                0x1.420168p-13f);
}
NL_HD double exp2_tail(double r) {
  return horner(r, 0x1.62e42fefa39efp-1, 0x1.ebfbdff82c5a4p-3, 0x1.c6b08d7049fe9p-5, 0x1.3b2ab6fba00c4p-7,
                0x1.5d87fe78cd2c1p-10, 0x1.4309130eead2cp-13, 0x1.ffcbfbab2e724p-17, 0x1.62bfc76dd2dd6p-20,
                0x1.b526787e10b9dp-24, 0x1.e61ba53754fbp-28, 0x1.e7a39240882cep-32);
}
NL_HD float exp2_(float x) {
  const float y = clamp(x, -151.0f, 128.5f);
  const float t = y + exp_magic_f, r = y - (t - exp_magic_f);
  return scale_by_magic(fma_(r, exp2_tail(r), 1.0f), t);
}
NL_HD double exp2_(double x) {
  const double y = clamp(x, -1076.0, 1024.5);
  const double t = y + exp_magic_d, r = y - (t - exp_magic_d);
  return scale_by_magic(fma_(r, exp2_tail(r), 1.0), t);
}

// (expm1(r) - r) / r**2 with its error measured against expm1(r), which vanishes at 0.
NL_HD float expm1_tail(float r) {
  return horner(r, 0x1.fffffep-2f, 0x1.5554bp-3f, 0x1.555674p-5f, 0x1.1227fcp-7f, 0x1.6bebaep-10f);
}
NL_HD double expm1_tail(double r) {
  return horner(r, 0x1.0000000000005p-1, 0x1.555555555553ap-3, 0x1.5555555552223p-5, 0x1.1111111118bc5p-7,
                0x1.6c16c17f0019ep-10, 0x1.a01a01768680bp-13, 0x1.a019a702c978ep-16, 0x1.71de847c691a1p-19,
                0x1.28a24c4d7eb17p-22, 0x1.ae71cd4b6d41ap-26);
}

// unit * exp(x) = power * (1 + r + tail) with power = unit * 2**n; tail holds what the series adds to 1 + r
// and what rounding took from r. A unit of 1/2 or 1/4 leaves room for the largest n.
template <class T> struct exp_parts { T power, r, tail; };
template <int UnitExponent> NL_HD exp_parts<float> split_exp(float x) {
  constexpr float magic = 0x1.8p23f + float(127 + UnitExponent);
  const float t = fma_(x, 0x1.715476p+0f, magic), n = t - magic;
  const float high = fma_(n, -0x1.62e43p-1f, x), r = fma_(n, 0x1.05c61p-29f, high);
  const float low = fma_(n, 0x1.05c61p-29f, high - r);
  return {bit_cast<float>(bit_cast<u32>(t) << 23), r, fma_(r * r, expm1_tail(r), low)};
}
template <int UnitExponent> NL_HD exp_parts<double> split_exp(double x) {
  constexpr double magic = 0x1.8p52 + double(1023 + UnitExponent);
  const double t = fma_(x, 0x1.71547652b82fep+0, magic), n = t - magic;
  const double high = fma_(n, -0x1.62e42fefa39efp-1, x), r = fma_(n, -0x1.abc9e3b39803fp-56, high);
  const double low = fma_(n, -0x1.abc9e3b39803fp-56, high - r);
  return {bit_cast<double>(bit_cast<u64>(t) << 52), r, fma_(r * r, expm1_tail(r), low)};
}

// unit * expm1(x), as a number and what is missing from it.
template <int UnitExponent, class T> NL_HD pair<T, T> scaled_expm1(T x) {
  constexpr T unit = UnitExponent == -2 ? T(0.25) : (UnitExponent == -1 ? T(0.5) : T(1));
  const auto e = split_exp<UnitExponent>(x);
  const T head = fma_(e.power, e.r, e.power - unit), head_low = fma_(e.power, e.r, (e.power - unit) - head);
  const T sum = fma_(e.power, e.tail, head);
  return {sum, fma_(e.power, e.tail, head - sum) + head_low};
}

NL_HD float expm1_(float x) {
  const float half = scaled_expm1<-1>(clamp(x, -20.0f, 89.0f)).first;
  return fabs_(x) < 0x1p-26f ? x : half + half;
}
NL_HD double expm1_(double x) {
  const double half = scaled_expm1<-1>(clamp(x, -40.0, 710.0)).first;
  return fabs_(x) < 0x1p-55 ? x : half + half;
}
}  // namespace numloom::NL_TARGET
