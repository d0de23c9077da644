// SPDX-License-Identifier: BSD-3-Clause
// tanh. Included by vector_math.hpp.
#pragma once

namespace numloom::NL_TARGET {

// (a + a_low) / (b + b_low), rounded little more than once: the remainder of the division is exact in a fused
// multiply-add.
template <class T> NL_HD T quotient(T a, T a_low, T b, T b_low) {
  const T reciprocal = T(1) / b, q = a * reciprocal;
  return fma_(fma_(-q, b, a) + fma_(-q, b_low, a_low), reciprocal, q);
}

// tanh(|x|) = e / (e + 2) with e = expm1(2 |x|); from |x| = 10 (20 in double) on it is 1 to the last digit.
NL_HD float tanh_(float x) {
  constexpr float magic = 0x1.8p23f + 127;
  const float a = fabs_(x), y = a > 10.0f ? 20.0f : a + a;
  const float t = fma_(y, 0x1.715476p+0f, magic), n = t - magic;
  const float high = fma_(n, -0x1.62e43p-1f, y), r = fma_(n, 0x1.05c61p-29f, high);
  const float low = fma_(n, 0x1.05c61p-29f, high - r);
  const float power = bit_cast<float>(bit_cast<u32>(t) << 23);
  const float tail = fma_(r * r, expm1_tail(r), low);
  const float head = fma_(power, r, power - 1.0f), e = fma_(power, tail, head),
              e_low = fma_(power, tail, head - e);
  return flip_sign(quotient(e, e_low, e + 2.0f, (2.0f - (e + 2.0f)) + e), sign_of(x));
}
NL_HD double tanh_(double x) {
  constexpr double magic = 0x1.8p52 + 1023;
  const double a = fabs_(x), y = a > 20.0 ? 40.0 : a + a;
  const double t = fma_(y, 0x1.71547652b82fep+0, magic), n = t - magic;
  const double high = fma_(n, -0x1.62e42fefa39efp-1, y), r = fma_(n, -0x1.abc9e3b39803fp-56, high);
  const double low = fma_(n, -0x1.abc9e3b39803fp-56, high - r);
  const double power = bit_cast<double>(bit_cast<u64>(t) << 52);
  const double tail = fma_(r * r, expm1_tail(r), low);
  const double head = fma_(power, r, power - 1.0), e = fma_(power, tail, head),
               e_low = fma_(power, tail, head - e);
  return flip_sign(quotient(e, e_low, e + 2.0, (2.0 - (e + 2.0)) + e), sign_of(x));
}
}  // namespace numloom::NL_TARGET
