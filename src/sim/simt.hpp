// SPDX-License-Identifier: BSD-3-Clause
// The SIMT simulator: CUDA kernels as plain C++ functions on a machine without a GPU.
#pragma once
#include "device_atomics.hpp"
#include "device_functions.hpp"
#include "device_warp.hpp"
#include "engine.hpp"

#define __global__
#define __device__
#define __host__
#define __constant__
#define __grid_constant__
#define __launch_bounds__(...)
#define __forceinline__ inline __attribute__((always_inline))
#define __align__(n) __attribute__((aligned(n)))

#define threadIdx (::numloom::simt::current_thread->index)
#define blockIdx (::numloom::simt::current_thread->block->index)
#define blockDim (::numloom::simt::current_thread->block->block_dim)
#define gridDim (::numloom::simt::current_thread->block->grid_dim)
constexpr int warpSize = 32;

// NL_SHARED(float, tile, [16][17]): the address of a static, one for each kernel instance, stands for the
// variable.
#define NL_SHARED(T, name, dims)       \
  static const char nl_key_##name = 0; \
  using nl_type_##name = T dims;       \
  auto& name = NL_SHARED_OF(nl_type_##name, nl_key_##name, #name)
#define NL_SHARED_OF(type, key, text) \
  *static_cast<type*>(::numloom::simt::shared_variable(&key, sizeof(type), text, __FILE__, __LINE__))
#define NL_DYN_SHARED(T, name) T* name = static_cast<T*>(::numloom::simt::dynamic_shared())

// A failed assert in a kernel ends the kernel with an error, not the process.
#include <assert.h>
#if !defined(NDEBUG)
#undef assert
#define assert(condition) \
  ((condition) ? void(0) : ::numloom::simt::assert_failed(#condition, __FILE__, __LINE__))
#endif
