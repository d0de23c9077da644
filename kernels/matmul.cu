// SPDX-License-Identifier: BSD-3-Clause
// Matrix products of the dtypes that cuBLAS does not have (integers wrap, bool is or of ands), and of all
// dtypes where there is no cuBLAS. Tiles of up to 64 x 64 in shared memory: each element is read from memory
// once for 64 products.
#include "element.cuh"
#include "functors/arithmetic.hpp"
#include "kernel_interface.hpp"
#include "launch_config.hpp"
#include "strided.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {
namespace {

constexpr int tile = kernels::matmul_tile;
constexpr i64 enough_blocks = 128;  // about one for each multiprocessor

struct matmul_arguments {
  const void *a, *b;
  void* c;
  i64 m, n, k, batch, tiles_n;
  i64 a_row, a_col, b_row, b_col, c_row, c_col, a_batch, b_batch, c_batch;  // in elements
};

__device__ __forceinline__ bool is_nearer(i64 step, i64 other) {
  return (step < 0 ? -step : step) < (other < 0 ? -other : other);
}

// A thread makes Per x Per elements of the product, 16 apart, so that it reads 2 Per values from shared
// memory for Per x Per products. All threads of a warp read the same value of `left` or neighbouring ones of
// `right`.
template <class T, int Per> __global__ void __launch_bounds__(tile* tile) matmul_kernel(matmul_arguments p) {
  using A = wide_of<T>;
  using M = memory_of<T>;
  constexpr int side = tile * Per;
  NL_SHARED(A, left, [tile][side + 1]);  // [k][row]
  NL_SHARED(A, right, [tile][side + 1]);
  const int row = static_cast<int>(threadIdx.y), column = static_cast<int>(threadIdx.x);
  const i64 i = i64(blockIdx.x / static_cast<u32>(p.tiles_n)) * side;
  const i64 j = i64(blockIdx.x % static_cast<u32>(p.tiles_n)) * side;
  // Neighbouring threads read neighbouring elements, along whichever side that is.
  const bool left_along_k = is_nearer(p.a_col, p.a_row), right_along_k = is_nearer(p.b_row, p.b_col);
  for (i64 batch = blockIdx.y; batch < p.batch; batch += gridDim.y) {
    const M* a = static_cast<const M*>(p.a) + batch * p.a_batch;
    const M* b = static_cast<const M*>(p.b) + batch * p.b_batch;
    A sum[Per][Per];
    NL_UNROLL
    for (int u = 0; u < Per; ++u) NL_UNROLL
    for (int v = 0; v < Per; ++v) sum[u][v] = A(0);
    for (i64 first = 0; first < p.k; first += tile) {
      NL_UNROLL
      for (int u = 0; u < Per; ++u) {
        const int lk = left_along_k ? column : row, li = u * tile + (left_along_k ? row : column);
        const bool has_left = i + li < p.m && first + lk < p.k;
        left[lk][li] = has_left ? wide(from_memory<T>(a[(i + li) * p.a_row + (first + lk) * p.a_col])) : A(0);
        const int rk = right_along_k ? column : row, rj = u * tile + (right_along_k ? row : column);
        const bool has_right = first + rk < p.k && j + rj < p.n;
        right[rk][rj] =
            has_right ? wide(from_memory<T>(b[(first + rk) * p.b_row + (j + rj) * p.b_col])) : A(0);
      }
      __syncthreads();
      NL_UNROLL_REGISTERS
      for (int t = 0; t < tile; ++t) {
        A x[Per], y[Per];
        NL_UNROLL
        for (int u = 0; u < Per; ++u) {
          x[u] = left[t][u * tile + row];
          y[u] = right[t][u * tile + column];
        }
        NL_UNROLL
        for (int u = 0; u < Per; ++u) NL_UNROLL
        for (int v = 0; v < Per; ++v) sum[u][v] = Add{}(sum[u][v], Multiply{}(x[u], y[v]));
      }
      __syncthreads();
    }
    M* const c = static_cast<M*>(p.c) + batch * p.c_batch;
    NL_UNROLL
    for (int u = 0; u < Per; ++u) NL_UNROLL
    for (int v = 0; v < Per; ++v) {
      const i64 at_i = i + u * tile + row, at_j = j + v * tile + column;
      if (at_i < p.m && at_j < p.n) c[at_i * p.c_row + at_j * p.c_col] = to_memory(cast_to<T>(sum[u][v]));
    }
  }
}

template <class T, int Per> void run_tiles(matmul_arguments p, void* stream) {
  constexpr i64 most_rows = 65535;  // of a grid; a stack may have more matrices
  constexpr int side = tile * Per;
  p.tiles_n = divide_up(p.n, side);
  const dim3 grid(static_cast<unsigned>(divide_up(p.m, side) * p.tiles_n),
                  static_cast<unsigned>(p.batch < most_rows ? p.batch : most_rows));
  launch(matmul_kernel<T, Per>, {grid, dim3(tile, tile)}, stream, p);
}

// Large tiles where they are full and still make enough blocks.
template <class T> void run(const matmul_arguments& p, void* stream) {
  constexpr int per = sizeof(wide_of<T>) > 8 ? 2 : 4, side = tile * per;
  const i64 blocks = divide_up(p.m, side) * divide_up(p.n, side) * p.batch;
  if (p.m >= side && p.n >= side && blocks >= enough_blocks)
    run_tiles<T, per>(p, stream);
  else
    run_tiles<T, 1>(p, stream);
}

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

void matmul(const matrix_product& c, void* stream) {
  const matmul_arguments p = {c.a,     c.b,     c.c,       c.m,       c.n,      c.k,
                              c.batch, 0,       c.a_row,   c.a_col,   c.b_row,  c.b_col,
                              c.c_row, c.c_col, c.a_batch, c.b_batch, c.c_batch};
  switch (c.type) {
// clang-format off
#define NL_DTYPE(name, T, kind, bytes) \
    case element_##name: run<T>(p, stream); break;
#include "numloom/dtypes.def"
    // clang-format on
  }
}

}  // namespace numloom::kernels
