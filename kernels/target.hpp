// SPDX-License-Identifier: BSD-3-Clause
// The only header that knows which compiler reads a kernel or functor: nvcc, NVRTC, or g++ (simulator or CPU
// loops).
#pragma once

#if defined(__CUDACC__)
#define NL_HD __host__ __device__ __forceinline__
#define NL_MAY_ALIAS  // device code reinterprets freely, and NVRTC warns about gnu:: attributes
#define NL_UNROLL _Pragma("unroll")
#define NL_UNROLL_REGISTERS _Pragma("unroll")
#define NL_SHARED(T, name, dims) __shared__ T name dims
#define NL_DYN_SHARED(T, name)                                   \
  extern __shared__ __align__(16) unsigned char nl_dyn_shared[]; \
  T* name = reinterpret_cast<T*>(nl_dyn_shared)
#else
#define NL_HD inline __attribute__((always_inline))
#define NL_MAY_ALIAS [[gnu::may_alias]]
#define NL_UNROLL
// Loops over values that have to stay in registers. The simulator would only take longer to compile.
#if defined(NUMLOOM_SIMT)
#define NL_UNROLL_REGISTERS
#else
#define NL_UNROLL_REGISTERS _Pragma("GCC unroll 16")
#endif
#endif

// Everything device code touches lives in numloom::NL_TARGET, so that objects of several compilers and
// instruction sets link into one binary without one definition replacing another.
#if defined(__CUDACC_RTC__)
#define NL_TARGET rtc
#elif defined(__CUDACC__)
#define NL_TARGET cuda
#elif defined(NUMLOOM_SIMT)
#define NL_TARGET simt
#include "simt.hpp"  // src/sim: threadIdx, __syncthreads, warp operations, NL_SHARED, NL_DYN_SHARED
#elif !defined(NL_TARGET)
#define NL_TARGET cpu  // the build sets cpu_v2, cpu_v3, cpu_v4
#endif

#if !defined(__CUDACC_RTC__)
#include <math.h>
#endif

namespace numloom::NL_TARGET {
// <cstdint>'s types on 64-bit Linux; NVRTC has no <cstdint>.
using i8 = signed char;
using u8 = unsigned char;
using i16 = short;
using u16 = unsigned short;
using i32 = int;
using u32 = unsigned int;
using i64 = long;
using u64 = unsigned long;

#if !defined(NUMLOOM_SIMT)  // the simulator has its own
/// Reads a word that other threads change by atomics, once and from memory.
template <class T> NL_HD T load_volatile(const T* address) {
  return *static_cast<const volatile T*>(address);
}
#endif
}  // namespace numloom::NL_TARGET
