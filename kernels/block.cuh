// SPDX-License-Identifier: BSD-3-Clause
// What the threads of one block work out together.
#pragma once
#include "launch_config.hpp"
#include "types.hpp"

namespace numloom::NL_TARGET {

constexpr int block_size = kernels::block_threads;

// The value of the lane that is `distance` lanes before this one, of any type, in 32-bit words.
template <class T> __device__ __forceinline__ T shuffle_up(T value, int distance) {
  constexpr int words = sizeof(T) / 4;
  if constexpr (words == 0) {
    using Bits = conditional_t<sizeof(T) == 1, u8, u16>;
    return bit_cast<T>(
        static_cast<Bits>(__shfl_up_sync(~0u, u32(bit_cast<Bits>(value)), unsigned(distance))));
  } else {
    struct pieces {
      u32 word[words];
    };
    pieces p = bit_cast<pieces>(value);
    NL_UNROLL
    for (int k = 0; k < words; ++k) p.word[k] = __shfl_up_sync(~0u, p.word[k], unsigned(distance));
    return bit_cast<T>(p);
  }
}

// The inclusive scan over the block's threads of values that R combines: first within warps, then over their
// totals. `shared` has room for one value for each warp; all threads must call this.
template <class R, class A> __device__ __forceinline__ A block_inclusive_scan(A* shared, A mine) {
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  for (int d = 1; d < 32; d *= 2) {
    const A before = shuffle_up(mine, d);
    if (lane >= d) mine = R::combine(before, mine);
  }
  if (lane == 31) shared[warp] = mine;
  __syncthreads();
  if (warp > 0) {
    A before = shared[0];
    for (int w = 1; w < warp; ++w) before = R::combine(before, shared[w]);
    mine = R::combine(before, mine);
  }
  __syncthreads();
  return mine;
}

struct add_counts {
  static __device__ __forceinline__ i32 combine(i32 a, i32 b) { return a + b; }
};

}  // namespace numloom::NL_TARGET
