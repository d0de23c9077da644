// SPDX-License-Identifier: BSD-3-Clause
// What the threads of one block work out together.
#pragma once
#include "launch_config.hpp"
#include "types.hpp"

namespace numloom::NL_TARGET {

constexpr int block_size = kernels::block_threads;

// The inclusive scan over the block's threads of values that R combines, in log2(256) steps. `shared` holds
// one value for each thread; all threads must call this.
template <class R, class A> __device__ __forceinline__ A block_inclusive_scan(A* shared, A mine) {
  const int thread = static_cast<int>(threadIdx.x);
  for (int d = 1; d < block_size; d *= 2) {
    shared[thread] = mine;
    __syncthreads();
    if (thread >= d) mine = R::combine(shared[thread - d], mine);
    __syncthreads();
  }
  return mine;
}

struct add_counts {
  static __device__ __forceinline__ i32 combine(i32 a, i32 b) { return a + b; }
};

}  // namespace numloom::NL_TARGET
