// SPDX-License-Identifier: BSD-3-Clause
// sinh, cosh, tanh. Included by vector_math.hpp.
#pragma once

namespace numloom::NL_TARGET {

// (a + a_low) / (b + b_low), rounded little more than once: the remainder of the division is exact in a fused
// multiply-add.
template <class T> NL_HD T quotient(T a, T a_low, T b, T b_low) {
  const T reciprocal = T(1) / b, q = a * reciprocal;
  return fma_(fma_(-q, b, a) + fma_(-q, b_low, a_low), reciprocal, q);
}

// tanh(|x|) = h / (h + 1) with h = expm1(2 |x|) / 2; from |x| = 10 (20 in double) on it is 1 to the last
// digit.
template <class T> NL_HD T tanh_reduced(T x) {
  constexpr T one_from = is_same<T, float> ? T(10) : T(20);
  const T a = fabs_(x);
  const auto [h, h_low] = scaled_expm1<-1>(a > one_from ? one_from + one_from : a + a);
  const T under = h + T(1);
  const T y = quotient(h, h_low, under, (T(1) - under) + h + h_low);
  return flip_sign(a < T(0x1p-28) ? a : y, sign_of(x));
}

// Where sinh and cosh have overflowed, but 2**n / 4 has not.
template <class T> inline constexpr T hyperbolic_end = is_same<T, float> ? T(89.5) : T(710.6);

// sinh(|x|) = 2 (h + h / (4 h + 1)) with h = expm1(|x|) / 4; the quotient is 1/4 for large x.
template <class T> NL_HD T sinh_reduced(T x) {
  constexpr T end = hyperbolic_end<T>, large = is_same<T, float> ? T(20) : T(40);
  const T a = fabs_(x), y = a > end ? end : a;
  const auto [h, h_low] = scaled_expm1<-2>(y);
  const T g = y > large ? T(1e10) : h, under = T(4) * g + T(1);
  T share;
  if constexpr (is_same<T, float>)  // float's bound of 2 units leaves room for the roundings
    share = g / under;
  else
    share = quotient(g, h_low, under, (T(1) - under) + T(4) * g + T(4) * h_low);
  const T sum = h + (share + h_low);
  return flip_sign(a < T(0x1p-28) ? a : sum + sum, sign_of(x));
}

// cosh(x) = 2 (h + 1 / (16 h)) with h = exp(|x|) / 4.
template <class T> NL_HD T cosh_reduced(T x) {
  constexpr T end = hyperbolic_end<T>;
  const T a = fabs_(x);
  const auto e = split_exp<-2>(a > end ? end : a);
  const T one_r = T(1) + e.r, low = (T(1) - one_r) + e.r + e.tail;
  const T h = fma_(e.power, low, e.power * one_r);
  const T sum = fma_(e.power, one_r, fma_(e.power, low, T(0.0625) / h));
  return sum + sum;
}
NL_HD float tanh_(float x) { return tanh_reduced(x); }
NL_HD double tanh_(double x) { return tanh_reduced(x); }
NL_HD float sinh_(float x) { return sinh_reduced(x); }
NL_HD double sinh_(double x) { return sinh_reduced(x); }
NL_HD float cosh_(float x) { return cosh_reduced(x); }
NL_HD double cosh_(double x) { return cosh_reduced(x); }
}  // namespace numloom::NL_TARGET
