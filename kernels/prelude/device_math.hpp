// SPDX-License-Identifier: BSD-3-Clause
// CUDA's mathematical functions for the host's compiler: overloads for float and integers beside C's
// functions, min and max, conversions with a rounding mode, and the fast intrinsics (here as exact as the
// plain functions).
#pragma once
#include <limits.h>

#include <type_traits>

namespace numloom::simt {
template <class T>
concept integral = std::is_integral_v<T>;
template <class A, class B>
concept arithmetic = std::is_arithmetic_v<A> && std::is_arithmetic_v<B>;
template <class A, class B> using common = std::common_type_t<A, B>;

// Saturating, and NaN gives 0, as the hardware's conversions do.
template <class To, class From> To convert_saturated(From x) {
  if (!(x == x)) return 0;
  constexpr To top = static_cast<To>(~(std::is_signed_v<To> ? To(1) << (sizeof(To) * 8 - 1) : To(0)));
  constexpr To bottom = static_cast<To>(-top - 1);
  if (x >= static_cast<From>(top)) return top;
  if (x <= static_cast<From>(std::is_signed_v<To> ? bottom : 0)) return std::is_signed_v<To> ? bottom : 0;
  return static_cast<To>(x);
}
}  // namespace numloom::simt

// By way of a directive, so that a later <cmath> does not meet them with its `using ::abs`.
namespace numloom::simt::math {

#define NL_FLOAT(name) \
  inline float name(float x) { return name##f(x); }
#define NL_INTEGER(name) \
  template <integral T> double name(T x) { return ::name(static_cast<double>(x)); }
#define NL_UNARY(name) NL_FLOAT(name) NL_INTEGER(name)
NL_UNARY(acos)
NL_UNARY(acosh)
NL_UNARY(asin)
NL_UNARY(asinh)
NL_UNARY(atan)
NL_UNARY(atanh)
NL_UNARY(cbrt)
NL_UNARY(ceil)
NL_UNARY(cos)
NL_UNARY(cosh)
NL_UNARY(erf)
NL_UNARY(erfc)
NL_UNARY(exp)
NL_UNARY(exp2)
NL_UNARY(expm1)
NL_UNARY(fabs)
NL_UNARY(floor)
NL_UNARY(lgamma)
NL_UNARY(log)
NL_UNARY(log10)
NL_UNARY(log1p)
NL_UNARY(log2)
NL_UNARY(logb)
NL_UNARY(nearbyint)
NL_UNARY(rint)
NL_UNARY(round)
NL_UNARY(sin)
NL_UNARY(sinh)
NL_UNARY(sqrt)
NL_UNARY(tan)
NL_UNARY(tanh)
NL_UNARY(tgamma)
NL_UNARY(trunc)
#undef NL_UNARY
#undef NL_INTEGER
#undef NL_FLOAT

#define NL_FLOATS(name) \
  inline float name(float x, float y) { return name##f(x, y); }
#define NL_NUMBERS(name) \
  template <class A, arithmetic<A> B> double name(A x, B y) { return ::name(double(x), double(y)); }
#define NL_BINARY(name) NL_FLOATS(name) NL_NUMBERS(name)
NL_BINARY(atan2)
NL_BINARY(copysign)
NL_BINARY(fdim)
NL_BINARY(fmax)
NL_BINARY(fmin)
NL_BINARY(fmod)
NL_BINARY(hypot)
NL_BINARY(nextafter)
NL_BINARY(pow)
NL_BINARY(remainder)
#undef NL_BINARY
#undef NL_NUMBERS
#undef NL_FLOATS

inline float fma(float a, float b, float c) { return fmaf(a, b, c); }
inline float ldexp(float x, int n) { return ldexpf(x, n); }
inline float frexp(float x, int* n) { return frexpf(x, n); }
inline float modf(float x, float* whole) { return modff(x, whole); }
inline void sincos(float x, float* s, float* c) { sincosf(x, s, c); }

inline float abs(float x) { return fabsf(x); }
inline double abs(double x) { return fabs(x); }
inline long abs(long x) { return x < 0 ? -x : x; }
inline long long abs(long long x) { return x < 0 ? -x : x; }

template <class T> constexpr bool isnan(T x) { return __builtin_isnan(static_cast<double>(x)); }
template <class T> constexpr bool isinf(T x) { return __builtin_isinf(static_cast<double>(x)); }
template <class T> constexpr bool isfinite(T x) { return __builtin_isfinite(static_cast<double>(x)); }

// As CUDA's: of a signed and an unsigned integer the unsigned one's type wins, NaN loses.
template <class A, class B>
requires numloom::simt::arithmetic<A, B>
constexpr numloom::simt::common<A, B> min(A a, B b) {
  using T = numloom::simt::common<A, B>;
  const T x = static_cast<T>(a), y = static_cast<T>(b);
  return y < x || x != x ? y : x;
}
template <class A, class B>
requires numloom::simt::arithmetic<A, B>
constexpr numloom::simt::common<A, B> max(A a, B b) {
  using T = numloom::simt::common<A, B>;
  const T x = static_cast<T>(a), y = static_cast<T>(b);
  return x < y || x != x ? y : x;
}

// ---- more functions of CUDA ----
inline constexpr double nl_pi = 3.14159265358979323846;
inline double sinpi(double x) { return sin(nl_pi * fmod(x, 2.0)); }
inline double cospi(double x) { return cos(nl_pi * fmod(x, 2.0)); }
inline float sinpif(float x) { return static_cast<float>(sinpi(static_cast<double>(x))); }
inline float cospif(float x) { return static_cast<float>(cospi(static_cast<double>(x))); }
inline double rcbrt(double x) { return 1.0 / cbrt(x); }
inline float rcbrtf(float x) { return 1.0f / cbrtf(x); }
inline double rhypot(double x, double y) { return 1.0 / hypot(x, y); }
inline float rhypotf(float x, float y) { return 1.0f / hypotf(x, y); }
inline double norm3d(double x, double y, double z) { return sqrt(x * x + y * y + z * z); }
inline float norm3df(float x, float y, float z) { return sqrtf(x * x + y * y + z * z); }
inline double rnorm3d(double x, double y, double z) { return 1.0 / norm3d(x, y, z); }
inline float rnorm3df(float x, float y, float z) { return 1.0f / norm3df(x, y, z); }
inline double normcdf(double x) { return 0.5 * erfc(-x * 0.70710678118654752440); }
inline float normcdff(float x) { return static_cast<float>(normcdf(static_cast<double>(x))); }
inline float rsqrt(float x) { return rsqrtf(x); }

// ---- fast intrinsics ----
// glibc declares functions with these very names and does not export them.
#define __expf expf
#define __logf logf
#define __log2f log2f
#define __log10f log10f
#define __sinf sinf
#define __cosf cosf
#define __tanf tanf
#define __powf powf
#define __sincosf sincosf
inline float __exp10f(float x) { return powf(10.0f, x); }
inline float __fdividef(float x, float y) { return x / y; }
inline float __frcp_rn(float x) { return 1.0f / x; }
inline float __frsqrt_rn(float x) { return 1.0f / sqrtf(x); }
inline float __saturatef(float x) { return x > 0.0f ? (x < 1.0f ? x : 1.0f) : 0.0f; }
inline int __mul24(int a, int b) { return (a << 8 >> 8) * (b << 8 >> 8); }
inline unsigned __umul24(unsigned a, unsigned b) { return (a & 0xFFFFFFu) * (b & 0xFFFFFFu); }
inline unsigned __sad(int a, int b, unsigned c) { return c + static_cast<unsigned>(a > b ? a - b : b - a); }
inline unsigned __usad(unsigned a, unsigned b, unsigned c) { return c + (a > b ? a - b : b - a); }
inline int __hadd(int a, int b) { return (a & b) + ((a ^ b) >> 1); }

#define NL_CONVERT(from, source, to, target, mode, round) \
  inline target __##from##2##to##_##mode(source x) { return convert_saturated<target>(round(x)); }
#define NL_NEAREST(...) NL_CONVERT(__VA_ARGS__, rn, rint) NL_CONVERT(__VA_ARGS__, rz, trunc)
#define NL_CONVERTS(...) \
  NL_NEAREST(__VA_ARGS__) NL_CONVERT(__VA_ARGS__, ru, ceil) NL_CONVERT(__VA_ARGS__, rd, floor)
NL_CONVERTS(float, float, int, int)
NL_CONVERTS(float, float, uint, unsigned)
NL_CONVERTS(float, float, ll, long long)
NL_CONVERTS(float, float, ull, unsigned long long)
NL_CONVERTS(double, double, int, int)
NL_CONVERTS(double, double, uint, unsigned)
NL_CONVERTS(double, double, ll, long long)
NL_CONVERTS(double, double, ull, unsigned long long)
#undef NL_CONVERTS
#undef NL_NEAREST
#undef NL_CONVERT
inline float __int2float_rn(int x) { return static_cast<float>(x); }
inline float __uint2float_rn(unsigned x) { return static_cast<float>(x); }
inline float __ll2float_rn(long long x) { return static_cast<float>(x); }
inline float __double2float_rn(double x) { return static_cast<float>(x); }
inline double __int2double_rn(int x) { return x; }

}  // namespace numloom::simt::math
using namespace numloom::simt::math;
