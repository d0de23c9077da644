// SPDX-License-Identifier: BSD-3-Clause
// LU and Cholesky's factors of stacks of small matrices, and the small steps around cuSOLVER's decompositions
// of large ones. Right sides stay in registers, one row to a lane; shuffles hand the solved rows on.
#include "decompositions.cuh"
#include "functors/arithmetic.hpp"

namespace numloom::NL_TARGET {
namespace {

constexpr int most_rows = 32;
constexpr int columns_at_once = 4;  // right sides that a lane holds

struct permutation {
  int row;  // of the matrix before, that now is this lane's
  bool odd, singular;
};

// The row with the largest element in column k, of those not yet chosen.
template <class T> __device__ __forceinline__ int pivot_row(const matrix_group<T>& g, int k) {
  using real = real_of<T>;
  return lane_of_largest(g.lane >= k && g.is_row ? pivot_size(g.at(g.lane, k)) : real(-1), g.lane, g.lanes);
}

// P A = L U in place, L with ones on its diagonal.
template <class T> __device__ __forceinline__ permutation factor_lu(const matrix_group<T>& g) {
  permutation p = {g.lane, false, false};
  for (int k = 0; k < g.rows; ++k) {
    const int chosen = pivot_row(g, k);
    const int row_k = __shfl_sync(whole_warp, p.row, k, g.lanes);
    const int row_chosen = __shfl_sync(whole_warp, p.row, chosen, g.lanes);
    if (chosen != k) {
      p.odd = !p.odd;
      if (g.lane == k) p.row = row_chosen;
      if (g.lane == chosen) p.row = row_k;
      if (g.is_row) {  // as a column here
        const T held = g.at(k, g.lane);
        g.at(k, g.lane) = g.at(chosen, g.lane);
        g.at(chosen, g.lane) = held;
      }
    }
    __syncwarp();
    const T pivot = g.at(k, k);
    if (pivot == T(0)) {
      p.singular = true;
    } else if (g.lane > k && g.is_row) {
      const T factor = g.at(g.lane, k) / pivot;
      g.at(g.lane, k) = factor;
      for (int j = k + 1; j < g.rows; ++j) g.at(g.lane, j) = g.at(g.lane, j) - factor * g.at(k, j);
    }
    __syncwarp();
  }
  return p;
}

// x: this lane's row of several right sides, permuted; becomes the solution's.
template <class T>
__device__ __forceinline__ void substitute(const matrix_group<T>& g, T (&x)[columns_at_once]) {
  for (int k = 0; k < g.rows; ++k) {
    const T factor = g.lane > k && g.is_row ? g.at(g.lane, k) : T(0);
    NL_UNROLL
    for (int c = 0; c < columns_at_once; ++c) {
      const T solved = from_lane(x[c], k, g.lanes);
      if (g.lane > k) x[c] = x[c] - factor * solved;
    }
  }
  for (int k = g.rows - 1; k >= 0; --k) {
    const T factor = g.lane <= k ? g.at(g.lane, k) : T(0);
    NL_UNROLL
    for (int c = 0; c < columns_at_once; ++c) {
      if (g.lane == k) x[c] = x[c] / factor;
      const T solved = from_lane(x[c], k, g.lanes);
      if (g.lane < k) x[c] = x[c] - factor * solved;
    }
  }
}

template <class T> __global__ void __launch_bounds__(most_threads) small_solve_kernel(small_arguments p) {
  const matrix_group<T> g = group_of_thread<T>(p);
  load(g);
  const permutation order = factor_lu(g);
  const strided_matrix &b = g.operand[1], &result = g.operand[2];
  if (order.singular) count_failure(g, p.failures);
  for (int first = 0; first < result.columns; first += columns_at_once) {
    T x[columns_at_once];
    NL_UNROLL
    for (int c = 0; c < columns_at_once; ++c) {
      const int column = first + c;
      if (b.data == nullptr)
        x[c] = T(order.row == column ? 1 : 0);
      else
        x[c] = g.is_row && column < b.columns ? element<T>(b, order.row, column) : T(0);
    }
    substitute(g, x);
    NL_UNROLL
    for (int c = 0; c < columns_at_once; ++c)
      if (g.is_live && g.is_row && first + c < result.columns)
        element<T>(result, g.lane, first + c) = order.singular ? nan_of<T>() : x[c];
  }
}

// Sign and logarithm of the modulus of a product that the lanes of a group share.
template <class T> struct sign_and_log {
  T sign;
  real_of<T> log;
};
template <class T> __device__ __forceinline__ void multiply_in(sign_and_log<T>& product, T factor) {
  const real_of<T> size = modulus(factor);
  if constexpr (is_complex<T>)
    product.sign = product.sign * (factor / T(size));
  else if (factor < T(0))  // as NumPy: NaN has a sign here
    product.sign = -product.sign;
  product.log = product.log + log_(size);
}
template <class T> __device__ __forceinline__ void combine_lanes(sign_and_log<T>& product, int lanes) {
  for (int bits = lanes / 2; bits > 0; bits /= 2) {
    product.sign = product.sign * from_lane_xor(product.sign, bits, lanes);
    product.log = product.log + __shfl_xor_sync(whole_warp, product.log, bits, lanes);
  }
}
template <class T> __device__ __forceinline__ sign_and_log<T> zero_determinant() {
  return {T(0), -limits<real_of<T>>::infinity()};
}

template <class T>
__global__ void __launch_bounds__(most_threads) small_determinant_kernel(small_arguments p) {
  const matrix_group<T> g = group_of_thread<T>(p);
  load(g);
  const permutation order = factor_lu(g);
  sign_and_log<T> product = {T(1), real_of<T>(0)};
  if (g.is_row) multiply_in(product, g.at(g.lane, g.lane));
  combine_lanes(product, g.lanes);
  if (order.odd) product.sign = -product.sign;
  if (order.singular) product = zero_determinant<T>();
  if (!g.is_live || g.lane != 0) return;
  element<T>(g.operand[1], 0, 0) = product.sign;
  element<real_of<T>>(g.operand[2], 0, 0) = product.log;
}

// One triangle of a is read; the upper factor is the adjoint of the lower one of the same matrix.
template <class T> __global__ void __launch_bounds__(most_threads) small_cholesky_kernel(small_arguments p) {
  using real = real_of<T>;
  const matrix_group<T> g = group_of_thread<T>(p);
  load(g);
  if (p.upper && g.is_row)
    for (int j = 0; j < g.lane; ++j) g.at(g.lane, j) = conjugated(g.at(j, g.lane));
  __syncwarp();
  bool fails = false;
  for (int k = 0; k < g.rows; ++k) {
    const real square = real_part(g.at(k, k));
    fails |= square <= real(0);  // a NaN passes, as in OpenBLAS
    const real root = sqrt_(square);
    __syncwarp();  // everybody has read the diagonal
    if (g.lane == k) g.at(k, k) = T(root);
    if (g.lane > k && g.is_row) g.at(g.lane, k) = g.at(g.lane, k) / T(root);
    __syncwarp();
    if (g.lane > k && g.is_row) {
      const T factor = g.at(g.lane, k);
      for (int j = k + 1; j <= g.lane; ++j)
        g.at(g.lane, j) = g.at(g.lane, j) - factor * conjugated(g.at(j, k));
    }
    __syncwarp();
  }
  if (fails) count_failure(g, p.failures);
  store(g, g.operand[1], [&](int i, int j) {
    const bool zero = p.upper ? i > j : j > i;
    const T value = zero ? T(0) : p.upper ? conjugated(g.at(j, i)) : g.at(i, j);
    return fails ? nan_of<T>() : value;
  });
}

// A warp for each matrix.
template <class T>
__global__ void __launch_bounds__(most_threads)
    determinant_kernel(i64 n, i64 count, const T* factors, const int* pivots, T* sign, real_of<T>* log) {
  const int lane = static_cast<int>(threadIdx.x) % warpSize;
  const i64 index = (i64(blockIdx.x) * blockDim.x + threadIdx.x) / warpSize;
  if (index >= count) return;
  const T* a = factors + index * n * n;
  sign_and_log<T> product = {T(1), real_of<T>(0)};
  bool singular = false;
  for (i64 i = lane; i < n; i += warpSize) {
    const T x = a[i * n + i];
    singular |= x == T(0);
    multiply_in(product, x);
    if (pivots[index * n + i] != i + 1) product.sign = -product.sign;
  }
  combine_lanes(product, warpSize);
  if (__any_sync(whole_warp, singular)) product = zero_determinant<T>();
  if (lane != 0) return;
  sign[index] = product.sign;
  log[index] = product.log;
}

template <class T>
__global__ void __launch_bounds__(most_threads)
    clear_triangle_kernel(bool below, i64 rows, i64 columns, i64 size, T* data) {
  const i64 at = i64(blockIdx.x) * most_threads + threadIdx.x;
  if (at >= size) return;
  const i64 column = at / rows, i = at - column * rows, j = column % columns;
  if (below ? i > j : i < j) data[at] = T{};
}

template <class R>
__global__ void __launch_bounds__(most_threads)
    flag_nan_kernel(i64 size, i64 total, const R* data, int* flags) {
  const i64 at = i64(blockIdx.x) * most_threads + threadIdx.x;
  if (at < total && data[at] != data[at]) atomicOr(flags + at / size, 1);
}

__global__ void __launch_bounds__(most_threads)
    list_addresses_kernel(char* data, i64 step, i64 count, void** addresses) {
  const i64 at = i64(blockIdx.x) * most_threads + threadIdx.x;
  if (at < count) addresses[at] = data + at * step;
}

template <class R>
__global__ void __launch_bounds__(most_threads)
    pair_eigenvectors_kernel(i64 n, const complex<R>* values, const R* packed, complex<R>* vectors) {
  const i64 at = i64(blockIdx.x) * most_threads + threadIdx.x;
  if (at >= n * n) return;
  const R imag = values[at / n].im;
  if (imag == R(0))
    vectors[at] = packed[at];
  else
    vectors[at] =
        imag > R(0) ? complex<R>(packed[at], packed[at + n]) : complex<R>(packed[at - n], -packed[at]);
}

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

i64 largest_small_matrix() { return most_rows; }

bool has_decompositions(int type) {
  bool built = false;
  with_type_of(type, [&](auto zero) { built = is_built<decltype(zero)>; });
  return built;
}

void small_solve(const small_matrix_call& call, void* stream) {
  const int n = call.operands[0].rows;
  with_type_of(call.type, [&](auto zero) {
    run_small<decltype(zero)>(small_solve_kernel<decltype(zero)>, arguments_of(call), n, n, stream);
  });
}

void small_inverse(const small_matrix_call& call, void* stream) {
  small_matrix_call solve = call;  // without right sides
  solve.operands[2] = call.operands[1];
  solve.operands[1] = {};
  small_solve(solve, stream);
}

void small_determinant(const small_matrix_call& call, void* stream) {
  const int n = call.operands[0].rows;
  with_type_of(call.type, [&](auto zero) {
    run_small<decltype(zero)>(small_determinant_kernel<decltype(zero)>, arguments_of(call), n, n, stream);
  });
}

void small_cholesky(const small_matrix_call& call, void* stream) {
  const int n = call.operands[0].rows;
  with_type_of(call.type, [&](auto zero) {
    run_small<decltype(zero)>(small_cholesky_kernel<decltype(zero)>, arguments_of(call), n, n, stream);
  });
}

void determinant_of_factors(int type, i64 n, i64 count, const void* factors, const int* pivots, void* sign,
                            void* log, void* stream) {
  with_type_of(type, [&](auto zero) {
    using T = decltype(zero);
    launch(determinant_kernel<T>, {block_count(count * 32, most_threads), most_threads}, stream, n, count,
           factors, pivots, sign, log);
  });
}

void clear_triangle(int itemsize, bool below, i64 rows, i64 columns, i64 count, void* data, void* stream) {
  const i64 size = rows * columns * count;
  const launch_config shape = {block_count(size, most_threads), most_threads};
  if (itemsize == 4)
    launch(clear_triangle_kernel<float>, shape, stream, below, rows, columns, size, data);
  else if (itemsize == 8)
    launch(clear_triangle_kernel<double>, shape, stream, below, rows, columns, size, data);
  else
    launch(clear_triangle_kernel<complex<double>>, shape, stream, below, rows, columns, size, data);
}

void flag_nan(int type, i64 size, i64 count, const void* data, int* flags, void* stream) {
  if (type == element_complex64 || type == element_complex128) size *= 2;  // as real numbers
  const launch_config shape = {block_count(size * count, most_threads), most_threads};
  if (type == element_float32 || type == element_complex64)
    launch(flag_nan_kernel<float>, shape, stream, size, size * count, data, flags);
  else
    launch(flag_nan_kernel<double>, shape, stream, size, size * count, data, flags);
}

void list_addresses(void* data, i64 step, i64 count, void** addresses, void* stream) {
  launch(list_addresses_kernel, {block_count(count, most_threads), most_threads}, stream, data, step, count,
         addresses);
}

void pair_eigenvectors(int type, i64 n, const void* values, const void* packed, void* vectors, void* stream) {
  const launch_config shape = {block_count(n * n, most_threads), most_threads};
  if (type == element_float32)
    launch(pair_eigenvectors_kernel<float>, shape, stream, n, values, packed, vectors);
  else
    launch(pair_eigenvectors_kernel<double>, shape, stream, n, values, packed, vectors);
}

}  // namespace numloom::kernels
