// SPDX-License-Identifier: BSD-3-Clause
// Matrix products of the dtypes that cuBLAS does not have (integers wrap, bool is or of ands), and of all
// dtypes where there is no cuBLAS. Tiles of 16 x 16 in shared memory: each element is read from memory once
// for 16 products.
#include "element.cuh"
#include "functors/arithmetic.hpp"
#include "kernel_interface.hpp"
#include "launch_config.hpp"
#include "strided.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {
namespace {

constexpr int tile = kernels::matmul_tile;

struct matmul_arguments {
  const void *a, *b;
  void* c;
  i64 m, n, k, batch, tiles_m, tiles_n;
  i64 a_row, a_col, b_row, b_col, c_row, c_col, a_batch, b_batch, c_batch;  // in elements
};

template <class T> __global__ void __launch_bounds__(tile* tile) matmul_kernel(matmul_arguments p) {
  using A = wide_of<T>;
  using M = memory_of<T>;
  NL_SHARED(A, left, [tile][tile + 1]);
  NL_SHARED(A, right, [tile][tile + 1]);
  const int row = static_cast<int>(threadIdx.y), column = static_cast<int>(threadIdx.x);
  const i64 i = blockIdx.x / p.tiles_n * tile + row, j = blockIdx.x % p.tiles_n * tile + column;
  for (i64 batch = blockIdx.y; batch < p.batch; batch += gridDim.y) {
    const M* a = static_cast<const M*>(p.a) + batch * p.a_batch;
    const M* b = static_cast<const M*>(p.b) + batch * p.b_batch;
    A sum = A(0);
    for (i64 first = 0; first < p.k; first += tile) {
      const i64 ka = first + column, kb = first + row;
      left[row][column] = i < p.m && ka < p.k ? wide(from_memory<T>(a[i * p.a_row + ka * p.a_col])) : A(0);
      right[row][column] = kb < p.k && j < p.n ? wide(from_memory<T>(b[kb * p.b_row + j * p.b_col])) : A(0);
      __syncthreads();
      for (int t = 0; t < tile; ++t) sum = Add{}(sum, Multiply{}(left[row][t], right[t][column]));
      __syncthreads();
    }
    if (i < p.m && j < p.n)
      static_cast<M*>(p.c)[batch * p.c_batch + i * p.c_row + j * p.c_col] = to_memory(cast_to<T>(sum));
  }
}

template <class T> void run(const matmul_arguments& p, void* stream) {
  constexpr i64 most_rows = 65535;  // of a grid; a stack may have more matrices
  const dim3 grid(static_cast<unsigned>(p.tiles_m * p.tiles_n),
                  static_cast<unsigned>(p.batch < most_rows ? p.batch : most_rows));
  launch(matmul_kernel<T>, {grid, dim3(tile, tile)}, stream, p);
}

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

void matmul(const matrix_product& c, void* stream) {
  const matmul_arguments p = {c.a,
                              c.b,
                              c.c,
                              c.m,
                              c.n,
                              c.k,
                              c.batch,
                              divide_up(c.m, tile),
                              divide_up(c.n, tile),
                              c.a_row,
                              c.a_col,
                              c.b_row,
                              c.b_col,
                              c.c_row,
                              c.c_col,
                              c.a_batch,
                              c.b_batch,
                              c.c_batch};
  switch (c.type) {
// clang-format off
#define NL_DTYPE(name, T, kind, bytes) \
    case element_##name: run<T>(p, stream); break;
#include "numloom/dtypes.def"
    // clang-format on
  }
}

}  // namespace numloom::kernels
