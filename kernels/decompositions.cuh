// SPDX-License-Identifier: BSD-3-Clause
// What the kernels for stacks of small matrices share. A matrix of at most 32 rows and columns belongs to a
// group of 4 to 32 lanes of one warp, lane i to its row or column i; one that is longer on one side to a
// warp. It lies in shared memory with rows an odd number of elements apart, so that a column touches
// different banks. All groups of a launch have matrices of one size and walk in step: barriers are the
// warp's.
#pragma once
#include "decompositions.hpp"
#include "element.cuh"
#include "functors/floating.hpp"
#include "functors/math.hpp"
#include "launch_config.hpp"
#include "strided.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {

using kernels::most_small_operands;

constexpr u32 whole_warp = ~0u;
constexpr int fewest_lanes = 4, most_lanes = 32;
constexpr int most_threads = 128;
constexpr i64 shared_limit = 48 * 1024;

struct strided_matrix {
  char* data;
  int rows, columns;
  i64 row_step, column_step;
};
template <class T> __device__ __forceinline__ T& element(const strided_matrix& m, i64 row, i64 column) {
  return *reinterpret_cast<T*>(m.data + row * m.row_step + column * m.column_step);
}

struct small_arguments {
  loop_dims<most_small_operands> stack;
  i64 count;
  int lanes;
  int step;      // elements from row to row in shared memory
  int elements;  // of shared memory for each group
  bool upper;
  strided_matrix operand[most_small_operands];
  unsigned* failures;
};

// One matrix and the lanes that work on it.
template <class T> struct matrix_group {
  T* data;  // in shared memory
  int step;
  int rows, columns, lanes, lane;
  i64 index;  // of the matrix; a group without one repeats the last and writes nothing
  bool is_live, is_row;
  strided_matrix operand[most_small_operands];

  __device__ __forceinline__ T& at(int i, int j) const { return data[i * step + j]; }
};

// ---- across the lanes of a group ----

template <class T> __device__ __forceinline__ T from_lane(T x, int lane, int lanes) {
  if constexpr (is_complex<T>)
    return {__shfl_sync(whole_warp, x.re, lane, lanes), __shfl_sync(whole_warp, x.im, lane, lanes)};
  else
    return __shfl_sync(whole_warp, x, lane, lanes);
}
template <class T> __device__ __forceinline__ T from_lane_xor(T x, int bits, int lanes) {
  if constexpr (is_complex<T>)
    return {__shfl_xor_sync(whole_warp, x.re, bits, lanes), __shfl_xor_sync(whole_warp, x.im, bits, lanes)};
  else
    return __shfl_xor_sync(whole_warp, x, bits, lanes);
}
// Over runs of `lanes` lanes, a power of two; every lane gets the same bits.
template <class T> __device__ __forceinline__ T sum_of_lanes(T x, int lanes) {
  for (int bits = lanes / 2; bits > 0; bits /= 2) x = x + from_lane_xor(x, bits, lanes);
  return x;
}
template <class R> __device__ __forceinline__ R largest_of_lanes(R x, int lanes) {
  for (int bits = lanes / 2; bits > 0; bits /= 2) {
    const R other = __shfl_xor_sync(whole_warp, x, bits, lanes);
    x = other > x ? other : x;
  }
  return x;
}
// The first lane with the largest number.
template <class R> __device__ __forceinline__ int lane_of_largest(R best, int lane, int lanes) {
  int at = lane;
  for (int bits = lanes / 2; bits > 0; bits /= 2) {
    const R other = __shfl_xor_sync(whole_warp, best, bits, lanes);
    const int other_at = __shfl_xor_sync(whole_warp, at, bits, lanes);
    if (other > best || (other == best && other_at < at)) {
      best = other;
      at = other_at;
    }
  }
  return at;
}
// Bit i: what lane i of the group says.
__device__ __forceinline__ u32 votes_of_lanes(bool yes, int lanes) {
  const u32 all = __ballot_sync(whole_warp, yes);
  const int first = static_cast<int>(threadIdx.x) % warpSize / lanes * lanes;
  return all >> first & (whole_warp >> (warpSize - lanes));
}

// ---- numbers ----

template <class T> __device__ __forceinline__ real_of<T> real_part(T x) {
  if constexpr (is_complex<T>)
    return x.re;
  else
    return x;
}
template <class T> __device__ __forceinline__ T conjugated(T x) {
  if constexpr (is_complex<T>) x.im = -x.im;
  return x;
}
template <class T> __device__ __forceinline__ real_of<T> modulus(T x) {
  if constexpr (is_complex<T>)
    return hypot_(x.re, x.im);
  else
    return fabs_(x);
}
// What LAPACK compares when it looks for a pivot. A NaN is larger than all: every lane must pick the same.
template <class T> __device__ __forceinline__ real_of<T> pivot_size(T x) {
  using real = real_of<T>;
  real size;
  if constexpr (is_complex<T>)
    size = fabs_(x.re) + fabs_(x.im);
  else
    size = fabs_(x);
  return size == size ? size : limits<real>::infinity();
}
template <class T> __device__ __forceinline__ T nan_of() {
  if constexpr (is_complex<T>)
    return {limits<real_of<T>>::quiet_nan(), limits<real_of<T>>::quiet_nan()};
  else
    return limits<T>::quiet_nan();
}
template <class T> __device__ __forceinline__ T times(real_of<T> x, T y) {
  if constexpr (is_complex<T>)
    return {x * y.re, x * y.im};
  else
    return x * y;
}
template <class T> __device__ __forceinline__ T over(T x, real_of<T> y) {
  if constexpr (is_complex<T>)
    return {x.re / y, x.im / y};
  else
    return x / y;
}
// x + a b with fewer roundings, and half the instructions of separate ones (the kernels are compiled without
// contraction, for elementwise arithmetic that is the CPU's).
template <class T> __device__ __forceinline__ T add_product(T x, T a, T b) {
  if constexpr (is_complex<T>)
    return {fma_(a.re, b.re, fma_(-a.im, b.im, x.re)), fma_(a.re, b.im, fma_(a.im, b.re, x.im))};
  else
    return fma_(a, b, x);
}
// x + |y|^2
template <class T> __device__ __forceinline__ real_of<T> add_square(real_of<T> x, T y) {
  if constexpr (is_complex<T>)
    return fma_(y.re, y.re, fma_(y.im, y.im, x));
  else
    return fma_(y, y, x);
}
// x 2^exponent: exact where the result is an ordinary number.
template <class T> __device__ __forceinline__ T scaled(T x, int exponent) {
  if constexpr (is_complex<T>)
    return {ldexp_(x.re, exponent), ldexp_(x.im, exponent)};
  else
    return ldexp_(x, exponent);
}
// The power of two that brings a finite number to [1/2, 1).
template <class R> __device__ __forceinline__ int scale_of(R largest) { return -Frexp{}(largest).second; }

// ---- between a group and memory ----

template <class T> __device__ __forceinline__ matrix_group<T> group_of_thread(const small_arguments& p) {
  NL_DYN_SHARED(T, shared);
  matrix_group<T> g;
  const int thread = static_cast<int>(threadIdx.x), group = thread / p.lanes;
  const int groups = static_cast<int>(blockDim.x) / p.lanes;
  g.rows = p.operand[0].rows, g.columns = p.operand[0].columns;
  g.step = p.step;
  g.data = shared + group * p.elements;
  g.lanes = p.lanes;
  g.lane = thread % p.lanes;
  g.is_row = g.lane < g.rows;
  g.index = i64(blockIdx.x) * groups + group;
  g.is_live = g.index < p.count;
  if (!g.is_live) g.index = p.count - 1;
  i64 offset[most_small_operands];
  p.stack.offsets(g.index, offset);
  NL_UNROLL
  for (int k = 0; k < most_small_operands; ++k) {
    g.operand[k] = p.operand[k];
    g.operand[k].data += offset[k];
  }
  return g;
}

// f(i, j) for every element. Neighbouring lanes take neighbouring ones, whichever way the matrix lies.
template <class T, class F>
__device__ __forceinline__ void for_each_element(const matrix_group<T>& g, const strided_matrix& m, F f) {
  const bool by_columns = m.row_step == i64(sizeof(T)) && m.column_step != i64(sizeof(T));
  const int length = by_columns ? m.rows : m.columns;
  for (int k = g.lane; k < m.rows * m.columns; k += g.lanes) {
    const int slow = k / length, fast = k - slow * length;
    if (by_columns)
      f(fast, slow);
    else
      f(slow, fast);
  }
}
template <class T> __device__ __forceinline__ void load(const matrix_group<T>& g) {
  const strided_matrix& a = g.operand[0];
  for_each_element(g, a, [&](int i, int j) { g.at(i, j) = element<T>(a, i, j); });
  __syncwarp();
}
// Writes value(i, j) to a result that is wanted.
template <class T, class F>
__device__ __forceinline__ void store(const matrix_group<T>& g, const strided_matrix& to, F value) {
  if (g.is_live && to.data != nullptr)
    for_each_element(g, to, [&](int i, int j) { element<T>(to, i, j) = value(i, j); });
}
template <class T>
__device__ __forceinline__ void count_failure(const matrix_group<T>& g, unsigned* failures) {
  if (g.is_live && g.lane == 0) atomicAdd(failures, 1u);
}

// ---- launches ----

template <class T> using small_kernel = void (*)(small_arguments);

/// Each group gets shared memory for that many rows of an odd number of elements, at least `columns`.
template <class T>
void run_small(small_kernel<T> kernel, small_arguments p, int rows, int columns, void* stream) {
  if constexpr (is_built<T>) {
    p.step = columns | 1;
    p.elements = rows * p.step;
    const i64 bytes = i64(p.elements) * i64(sizeof(T));
    unsigned threads = most_threads;
    while (threads > 32 && threads / p.lanes * bytes > shared_limit) threads /= 2;
    const i64 groups = threads / p.lanes;
    launch(kernel, {block_count(p.count, groups), threads, static_cast<unsigned long>(groups * bytes)},
           stream, p);
  }
}

template <class F> void with_type_of(int type, F f) {
  switch (type) {
    case element_float32: return f(float());
    case element_float64: return f(double());
    case element_complex64: return f(complex<float>(0));
    default: return f(complex<double>(0));
  }
}

inline bool has_small_side(const kernels::kernel_matrices& a) {
  return a.rows <= most_lanes || a.columns <= most_lanes;
}
/// Whether a group may have shared memory for that many numbers; see run_small().
inline bool fits_shared(int type, i64 rows, i64 columns) {
  return rows * (columns | 1) * element_bytes[type] <= shared_limit;
}

inline small_arguments arguments_of(const kernels::small_matrix_call& c) {
  small_arguments p{};
  for (int d = 0; d < c.ndim; ++d) {
    i64 strides[most_small_operands];
    for (int k = 0; k < most_small_operands; ++k)
      strides[k] = c.operands[k].data != nullptr ? c.operands[k].strides[d] : 0;
    add_loop(p.stack, c.shape[d], strides);
  }
  p.count = p.stack.size;
  for (int k = 0; k < most_small_operands; ++k) {
    const kernels::kernel_matrices& m = c.operands[k];
    p.operand[k] = {static_cast<char*>(m.data), m.rows, m.columns, m.row_step, m.column_step};
  }
  p.lanes = fewest_lanes;
  while (p.lanes < most_lanes && (p.lanes < p.operand[0].rows || p.lanes < p.operand[0].columns))
    p.lanes *= 2;
  p.upper = c.upper;
  p.failures = c.failures;
  return p;
}

}  // namespace numloom::NL_TARGET
