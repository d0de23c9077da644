// SPDX-License-Identifier: BSD-3-Clause
// The SIMT simulator: CUDA kernels as plain C++ functions on a machine without a GPU. kernels/target.hpp
// includes this when NUMLOOM_SIMT is defined; docs/simulator.md is the user's page.
//
// The model
//   A grid's blocks run one after another in launch order on the calling OS thread. A block's threads are
//   fibres: each runs until it waits (barrier, warp operation, __nanosleep, a long series of atomics) or
//   returns. While none has waited, threads run as plain calls on one fibre, so a kernel without barriers
//   costs no switches. The order in which threads start comes from NUMLOOM_SIM_SEED. A barrier or warp
//   operation is known by its file and line (default arguments). The last thread of a group to arrive
//   computes everybody's result, taking the values as they were when each lane arrived.
//   A shared variable is a heap block for each thread block, known by the address of a static of the kernel
//   instance and filled with 0xCB. Atomics are real and relaxed. A thread that has done a thousand in a row
//   gives way, so threads may wait for each other with atomics; blocks may wait for earlier blocks (decoupled
//   look-back), never for later ones.
//
// What it checks, naming kernel, block, thread, file and line
//   - barriers reached on different lines, or after a thread of the block has returned
//   - a lane outside its own mask, a mask that names a returned lane, lanes of one mask in different
//   operations
//   - deadlock: every thread waits, or the block repeats atomics without getting further
//   - grid and block beyond CUDA's limits; more shared memory than 48 KiB (227 after opting in, 48 of it
//   static)
//   - __trap, assert, C++ exceptions; wild accesses, division by zero and stack overflow (without a
//   sanitizer)
//   - writes just outside shared variables and allocations: at once under ASan, else when the block or grid
//   has ended
//   - races, under ThreadSanitizer: every CUDA thread is a fibre of its own to it. Barriers order the block,
//   warp
//     operations the lanes of their mask, __threadfence those who fence; atomics alone order nothing.
//   The runtime (src/cuda/runtime_simt.cpp) checks pointers, streams, events and accesses by the host.
//
// What it cannot check
//   - time: bank conflicts, coalescing, occupancy, __launch_bounds__
//   - the hardware's weak memory order; a plain (not atomic) spin on another thread's flag simply hangs
//   - a race between the same two lanes in every schedule that it picks, without ThreadSanitizer
//   - races between blocks that share a fibre of ThreadSanitizer (a pool of a few more fibres than threads
//   goes round)
//   - a shuffle from a lane outside the mask: undefined in CUDA, bytes of 0xDB here
//   - types that only nvcc knows (float4, half, textures, cooperative groups): kernels do not use them
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
