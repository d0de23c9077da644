// SPDX-License-Identifier: BSD-3-Clause
// sin, cos, tan. Included by vector_math.hpp.
#pragma once

namespace numloom::NL_TARGET {

// Up to this size the three-part pi / 2 below reduces the argument to full precision.
template <class T> inline constexpr T trig_limit = is_same<T, float> ? T(0x1p18) : T(0x1p34);

template <class T> NL_HD bool trig_exceptional(T x) {
  const T a = fabs_(x);
  return (a > trig_limit<T>)&(a <= limits<T>::max());
}

// x - n * pi / 2, in [-pi/4, pi/4] for the nearest whole n. The first product is exact enough to cancel
// without error.
NL_HD float minus_quarters(float x, float n) {
  return fma_(n, 0x1.ee59dap-50f, fma_(n, 0x1.777a5cp-25f, fma_(n, -0x1.921fb6p+0f, x)));
}
NL_HD double minus_quarters(double x, double n) {
  return fma_(n, 0x1.f1976b7ed8fbcp-110, fma_(n, -0x1.1a62633145c07p-54, fma_(n, -0x1.921fb54442d18p+0, x)));
}

// sin(r), or cos(r) if cosine is set, as base + factor * polynomial(r**2) in one chain of multiply-adds with
// the coefficients selected.
NL_HD float sin_or_cos(float r, bool cosine) {
  const float u = r * r;
  float p = cosine ? 0x1.99db4p-16f : 0.0f;
  p = fma_(p, u, cosine ? -0x1.6c0bfcp-10f : -0x1.993218p-13f);
  p = fma_(p, u, cosine ? 0x1.55554ap-5f : 0x1.110708p-7f);
  p = fma_(p, u, cosine ? -0.5f : -0x1.555544p-3f);
  return fma_(cosine ? u : r * u, p, cosine ? 1.0f : r);
}
NL_HD double sin_or_cos(double r, bool cosine) {
  const double u = r * r;
  double p = cosine ? -0x1.8f9a362741d52p-37 : 0.0;
  p = fma_(p, u, cosine ? 0x1.1ee9c3ff964e9p-29 : 0x1.5d8682f2fe1bbp-33);
  p = fma_(p, u, cosine ? -0x1.27e4f7ce543fcp-22 : -0x1.ae5e3b4095c8bp-26);
  p = fma_(p, u, cosine ? 0x1.a01a019c5dc07p-16 : 0x1.71de3540ec02dp-19);
  p = fma_(p, u, cosine ? -0x1.6c16c16c14e0fp-10 : -0x1.a01a019bd273cp-13);
  p = fma_(p, u, cosine ? 0x1.555555555554ap-5 : 0x1.111111110f681p-7);
  p = fma_(p, u, cosine ? -0.5 : -0x1.5555555555548p-3);
  return fma_(cosine ? u : r * u, p, cosine ? 1.0 : r);
}

// With x = n pi / 2 + r the quadrant n says which of +-sin(r), +-cos(r) the result is. By |x|, so that -0
// stays -0.
NL_HD float sin_fast(float x) {
  const float a = fabs_(x), t = fma_(a, 0x1.45f306p-1f, 0x1.8p23f);
  const u32 n = bit_cast<u32>(t);
  const float y = sin_or_cos(minus_quarters(a, t - 0x1.8p23f), (n & 1u) != 0);
  return flip_sign(y, sign_of(x) ^ ((n << 30) & 0x80000000u));
}
NL_HD double sin_fast(double x) {
  const double a = fabs_(x), t = fma_(a, 0x1.45f306dc9c883p-1, 0x1.8p52);
  const u64 n = bit_cast<u64>(t);
  const double y = sin_or_cos(minus_quarters(a, t - 0x1.8p52), (n & 1u) != 0);
  return flip_sign(y, sign_of(x) ^ ((n << 62) & 0x8000000000000000u));
}
NL_HD float cos_fast(float x) {
  const float t = fma_(x, 0x1.45f306p-1f, 0x1.8p23f);
  const u32 n = bit_cast<u32>(t);
  const float y = sin_or_cos(minus_quarters(x, t - 0x1.8p23f), (n & 1u) == 0);
  return flip_sign(y, ((n + 1u) << 30) & 0x80000000u);
}
NL_HD double cos_fast(double x) {
  const double t = fma_(x, 0x1.45f306dc9c883p-1, 0x1.8p52);
  const u64 n = bit_cast<u64>(t);
  const double y = sin_or_cos(minus_quarters(x, t - 0x1.8p52), (n & 1u) == 0);
  return flip_sign(y, ((n + 1u) << 62) & 0x8000000000000000u);
}

// tan(x) = sin(r) / cos(r), or -cos(r) / sin(r) for odd n.
NL_HD float tan_fast(float x) {
  const float a = fabs_(x), t = fma_(a, 0x1.45f306p-1f, 0x1.8p23f);
  const float r = minus_quarters(a, t - 0x1.8p23f), u = r * r;
  const float sine = fma_(r * u, horner(u, -0x1.555544p-3f, 0x1.110708p-7f, -0x1.993218p-13f), r);
  const float cosine = fma_(u, horner(u, -0.5f, 0x1.55554ap-5f, -0x1.6c0bfcp-10f, 0x1.99db4p-16f), 1.0f);
  const bool odd = (bit_cast<u32>(t) & 1u) != 0;
  return flip_sign((odd ? cosine : sine) / (odd ? -sine : cosine), sign_of(x));
}

// The same with all four parts to twice the precision, so that the quotient is rounded once.
NL_HD double tan_fast(double x) {
  const double a = fabs_(x), t = fma_(a, 0x1.45f306dc9c883p-1, 0x1.8p52), n = t - 0x1.8p52;
  const double first = fma_(n, -0x1.921fb54442d18p+0, a);
  const double w = n * 0x1.1a62633145c07p-54, w_low = fma_(n, 0x1.1a62633145c07p-54, -w);
  const double r = first - w, r_low = fma_(n, 0x1.f1976b7ed8fbcp-110, ((first - r) - w) - w_low);
  const double u = r * r, u_low = fma_(r, r, -u) + 2.0 * r * r_low;
  const double s = r * u *
                   horner(u, -0x1.5555555555548p-3, 0x1.111111110f681p-7, -0x1.a01a019bd273cp-13,
                          0x1.71de3540ec02dp-19, -0x1.ae5e3b4095c8bp-26, 0x1.5d8682f2fe1bbp-33);
  const double c = u * u *
                   horner(u, 0x1.555555555554ap-5, -0x1.6c16c16c14e0fp-10, 0x1.a01a019c5dc07p-16,
                          -0x1.27e4f7ce543fcp-22, 0x1.1ee9c3ff964e9p-29, -0x1.8f9a362741d52p-37);
  const double sine = r + s, sine_low = ((r - sine) + s) + r_low * (1.0 - 0.5 * u);
  const double half = 1.0 - 0.5 * u, cosine = half + c;
  const double cosine_low = ((half - cosine) + c) + (((1.0 - half) - 0.5 * u) - 0.5 * u_low);
  const bool odd = (bit_cast<u64>(t) & 1u) != 0;
  const double y = quotient(odd ? cosine : sine, odd ? cosine_low : sine_low, odd ? -sine : cosine,
                            odd ? -sine_low : cosine_low);
  return flip_sign(x == 0.0 ? 0.0 : y, sign_of(x));
}

// Right for every argument; a loop over these does not vectorise, one over *_fast does.
NL_HD float sin_(float x) { return trig_exceptional(x) ? ::sinf(x) : sin_fast(x); }
NL_HD double sin_(double x) { return trig_exceptional(x) ? ::sin(x) : sin_fast(x); }
NL_HD float cos_(float x) { return trig_exceptional(x) ? ::cosf(x) : cos_fast(x); }
NL_HD double cos_(double x) { return trig_exceptional(x) ? ::cos(x) : cos_fast(x); }
NL_HD float tan_(float x) { return trig_exceptional(x) ? ::tanf(x) : tan_fast(x); }
NL_HD double tan_(double x) { return trig_exceptional(x) ? ::tan(x) : tan_fast(x); }
}  // namespace numloom::NL_TARGET
