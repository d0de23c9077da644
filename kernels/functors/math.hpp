// SPDX-License-Identifier: BSD-3-Clause
// Real mathematical functions as overload sets with a trailing underscore: exp_(float), exp_(double), ...
// Functors call these and never the C library, so each target decides once what a function means:
//   CUDA, NVRTC            CUDA's math library
//   simulator, x86-64-v2   the C library
//   x86-64-v3 and v4       vector_math.hpp where it has the function, else the C library
// Results are equal on v3 and v4: the code is the same and every fused multiply-add is written out.
#pragma once
#include "../types.hpp"

#if defined(__FMA__) && !defined(__CUDACC__) && !defined(NUMLOOM_SIMT) && !defined(NL_NO_VECTOR_MATH)
#define NL_VECTOR_MATH 1
#else
#define NL_VECTOR_MATH 0
#endif

namespace numloom::NL_TARGET {

#define NL_UNARY_MATH(name)                             \
  NL_HD float name##_(float x) { return ::name##f(x); } \
  NL_HD double name##_(double x) { return ::name(x); }
#define NL_BINARY_MATH(name)                                        \
  NL_HD float name##_(float x, float y) { return ::name##f(x, y); } \
  NL_HD double name##_(double x, double y) { return ::name(x, y); }

// One instruction each on every target that matters.
NL_UNARY_MATH(fabs)
NL_UNARY_MATH(floor)
NL_UNARY_MATH(ceil)
NL_UNARY_MATH(trunc)
NL_UNARY_MATH(rint)
NL_UNARY_MATH(sqrt)
NL_BINARY_MATH(copysign)
// One rounding; a library call without hardware support (x86-64-v2).
NL_HD float fma_(float x, float y, float z) { return ::fmaf(x, y, z); }
NL_HD double fma_(double x, double y, double z) { return ::fma(x, y, z); }

// Always the library's.
NL_BINARY_MATH(fmod)
NL_HD float ldexp_(float x, int n) { return ::ldexpf(x, n); }
NL_HD double ldexp_(double x, int n) { return ::ldexp(x, n); }

// vector_math.hpp has these on x86-64-v3 and above.
#if !NL_VECTOR_MATH
NL_UNARY_MATH(exp)
NL_UNARY_MATH(exp2)
NL_UNARY_MATH(expm1)
NL_UNARY_MATH(log)
NL_UNARY_MATH(log2)
NL_UNARY_MATH(log10)
NL_UNARY_MATH(log1p)
NL_UNARY_MATH(sin)
NL_UNARY_MATH(cos)
NL_UNARY_MATH(tanh)
NL_UNARY_MATH(tan)
NL_UNARY_MATH(asinh)
NL_UNARY_MATH(acosh)
NL_UNARY_MATH(atanh)
NL_UNARY_MATH(cbrt)
NL_UNARY_MATH(asin)
NL_UNARY_MATH(acos)
NL_UNARY_MATH(atan)
NL_UNARY_MATH(sinh)
NL_UNARY_MATH(cosh)
NL_BINARY_MATH(atan2)
NL_BINARY_MATH(hypot)
NL_BINARY_MATH(pow)
#endif
#undef NL_UNARY_MATH
#undef NL_BINARY_MATH
}  // namespace numloom::NL_TARGET

#if NL_VECTOR_MATH
#include "vector_math.hpp"
#endif
