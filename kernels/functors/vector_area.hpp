// SPDX-License-Identifier: BSD-3-Clause
// asinh, acosh, atanh (the area functions) and cbrt. Included by vector_math.hpp.
#pragma once

namespace numloom::NL_TARGET {

// The float versions compute in double, where log(1 + small) loses digits that float does not have.
NL_HD float asinh_(float x) {
  const double a = fabs_(static_cast<double>(x)), aa = a * a;
  const double y = a < 1e-3 ? fma_(a * aa, -1.0 / 6.0, a) : log_(a + sqrt_(aa + 1.0));
  return flip_sign(static_cast<float>(y), sign_of(x));
}
NL_HD float acosh_(float x) {
  const double a = x;
  return a < 1.0 ? limits<float>::quiet_nan() : static_cast<float>(log_(a + sqrt_(fma_(a, a, -1.0))));
}
NL_HD float atanh_(float x) {
  const double a = fabs_(static_cast<double>(x));
  const double y = a < 1e-3 ? fma_(a * a, a * (1.0 / 3.0), a) : 0.5 * log_((1.0 + a) / (1.0 - a));
  return flip_sign(static_cast<float>(y), sign_of(x));
}

// sqrt(x + x_low) as a sum of two.
NL_HD pair<double, double> sqrt_pair(double x, double x_low) {
  const double root = sqrt_(x);
  return {root, (fma_(-root, root, x) + x_low) * (0.5 / root)};
}
// a + b as a sum of two, for |a| >= |b|.
NL_HD pair<double, double> ordered_sum(double a, double b) {
  const double sum = a + b;
  return {sum, (a - sum) + b};
}

// log(1 + t) with t = a + a**2 / (1 + sqrt(1 + a**2)); log(2 a) for large a.
NL_HD double asinh_(double x) {
  const double size = fabs_(x);
  const bool large = size > 0x1p28;
  const double a = large ? 1.0 : size, aa = a * a, aa_low = fma_(a, a, -aa);
  const auto [sum, sum_low] = ordered_sum(a > 1.0 ? aa : 1.0, a > 1.0 ? 1.0 : aa);
  const auto [root, root_low] = sqrt_pair(sum, sum_low + aa_low);
  const auto [under, under_low] = ordered_sum(root, 1.0);
  const auto [t, t_low] = ordered_sum(a, quotient(aa, aa_low, under, under_low + root_low));
  const double y = large ? log_(size) + 0x1.62e42fefa39efp-1 : log1p_pair(t, t_low);
  return flip_sign(size < 0x1p-28 ? size : y, sign_of(x));
}

// log(1 + t) with t = m + sqrt(m (x + 1)), m = x - 1.
NL_HD double acosh_(double x) {
  const bool large = x > 0x1p28;
  const double m = (large ? 2.0 : x) - 1.0, p = m + 2.0, product = m * p;
  const auto [root, root_low] = sqrt_pair(product, fma_(m, p, -product) + m * ((m - p) + 2.0));
  const auto [t, t_low] = ordered_sum(m > root ? m : root, m > root ? root : m);
  const double y = large ? log_(x) + 0x1.62e42fefa39efp-1 : log1p_pair(t, t_low + root_low);
  return x == 1.0 ? 0.0 : (x < 1.0 ? limits<double>::quiet_nan() : y);
}

// log(1 + 2 a / (1 - a)) / 2
NL_HD double atanh_(double x) {
  const double a = fabs_(x), under = 1.0 - a, under_low = (1.0 - under) - a;
  const double reciprocal = 1.0 / under, t = (a + a) * reciprocal;
  const double t_low = (fma_(-t, under, a + a) - t * under_low) * reciprocal;
  const double y = 0.5 * log1p_pair(t, t_low);
  const double inside = a < 0x1p-28 ? a : y;
  return flip_sign(a == 1.0 ? limits<double>::infinity() : inside, sign_of(x));
}

// 2**(log2(a) / 3) to about 30 bits: 2**k * root, with a / 8**k beside it.
struct cbrt_start {
  double power, root, scaled;
};
NL_HD cbrt_start start_cbrt(double a) {
  const auto [n, f] = reduce_log(a);
  const double s = f / (2.0 + f), z = s * s;
  const double log2 = fma_(s, log2_series(z), n), third = log2 * (1.0 / 3.0);
  const double t = third + exp_magic_half, k = t - exp_magic_half, r = third - k;
  const double power = bit_cast<double>(bit_cast<u64>(t) << 52);
  return {power, exp2_short(r), scale_by_magic(a, exp_magic_d - 3.0 * k)};
}
// One step of Newton's method on it.
NL_HD double cbrt_(double x) {
  const double a = fabs_(x);
  const auto [power, y, scaled] = start_cbrt(a);
  const double yy = y * y, root = fma_(fma_(yy, y, -scaled), -1.0 / (3.0 * yy), y);
  return flip_sign((a > 0.0) & (a <= limits<double>::max()) ? root * power : a + a, sign_of(x));
}
NL_HD float cbrt_(float x) {
  const double a = fabs_(static_cast<double>(x));
  const auto start = start_cbrt(a);
  const float y = static_cast<float>(start.root * start.power);
  return flip_sign((a > 0.0) & (a <= limits<double>::max()) ? y : static_cast<float>(a + a), sign_of(x));
}
}  // namespace numloom::NL_TARGET
