// SPDX-License-Identifier: BSD-3-Clause
// Decompositions of stacks of small matrices, and the small steps around cuSOLVER's for large ones.
// A matrix of n <= 32 rows belongs to a group of 4 to 32 lanes of one warp, lane i to its row i. The matrix
// lies in shared memory with rows an odd number of elements apart, so that a column touches different banks.
// Right sides stay in registers, one row to a lane; shuffles hand the solved rows on. All groups of a launch
// have the same n and walk in step: barriers are the warp's.
#include "decompositions.hpp"
#include "element.cuh"
#include "functors/arithmetic.hpp"
#include "functors/math.hpp"
#include "launch_config.hpp"
#include "strided.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {
namespace {

constexpr u32 whole_warp = ~0u;
constexpr int most_rows = 32;
constexpr int fewest_lanes = 4;
constexpr int columns_at_once = 4;  // right sides that a lane holds
constexpr int most_threads = 128;
constexpr i64 shared_limit = 48 * 1024;

struct strided_matrix {
  char* data;
  i64 row_step, column_step;
};
template <class T> __device__ __forceinline__ T& element(const strided_matrix& m, i64 row, i64 column) {
  return *reinterpret_cast<T*>(m.data + row * m.row_step + column * m.column_step);
}

struct small_arguments {
  loop_dims<4> stack;  // offsets of a, b, x, y
  i64 count;
  int n, columns, lanes;
  bool upper;
  strided_matrix a, b, x, y;
  unsigned* failures;
};

// One matrix and the lanes that work on it.
template <class T> struct matrix_group {
  T* rows;  // in shared memory
  int step;
  int n, lanes, lane;
  i64 index;  // of the matrix; a group without one repeats the last and writes nothing
  bool is_live, is_row;
  strided_matrix a, b, x, y;

  __device__ __forceinline__ T& at(int i, int j) const { return rows[i * step + j]; }
};

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

template <class T> __device__ __forceinline__ matrix_group<T> group_of_thread(const small_arguments& p) {
  NL_DYN_SHARED(T, shared);
  matrix_group<T> g;
  const int thread = static_cast<int>(threadIdx.x), group = thread / p.lanes;
  const int groups = static_cast<int>(blockDim.x) / p.lanes;
  g.n = p.n;
  g.step = p.n | 1;
  g.rows = shared + group * p.n * g.step;
  g.lanes = p.lanes;
  g.lane = thread % p.lanes;
  g.is_row = g.lane < p.n;
  g.index = i64(blockIdx.x) * groups + group;
  g.is_live = g.index < p.count;
  if (!g.is_live) g.index = p.count - 1;
  i64 offset[4];
  p.stack.offsets(g.index, offset);
  g.a = p.a, g.b = p.b, g.x = p.x, g.y = p.y;
  g.a.data += offset[0], g.b.data += offset[1], g.x.data += offset[2], g.y.data += offset[3];
  return g;
}

// Neighbouring lanes read neighbouring elements, whichever way the matrix lies.
template <class T> __device__ __forceinline__ void load(const matrix_group<T>& g) {
  const bool by_columns = g.a.row_step == i64(sizeof(T)) && g.a.column_step != i64(sizeof(T));
  for (int k = g.lane; k < g.n * g.n; k += g.lanes) {
    const int slow = k / g.n, fast = k - slow * g.n;
    const int i = by_columns ? fast : slow, j = by_columns ? slow : fast;
    g.at(i, j) = element<T>(g.a, i, j);
  }
  __syncwarp();
}

struct permutation {
  int row;  // of the matrix before, that now is this lane's
  bool odd, singular;
};

// The lane whose row has the largest element in column k, of those not yet chosen.
template <class T> __device__ __forceinline__ int pivot_row(const matrix_group<T>& g, int k) {
  using real = real_of<T>;
  real best = g.lane >= k && g.is_row ? pivot_size(g.at(g.lane, k)) : real(-1);
  int at = g.lane;
  for (int bits = g.lanes / 2; bits > 0; bits /= 2) {
    const real other = __shfl_xor_sync(whole_warp, best, bits, g.lanes);
    const int other_at = __shfl_xor_sync(whole_warp, at, bits, g.lanes);
    if (other > best || (other == best && other_at < at)) {
      best = other;
      at = other_at;
    }
  }
  return at;
}

// P A = L U in place, L with ones on its diagonal.
template <class T> __device__ __forceinline__ permutation factor_lu(const matrix_group<T>& g) {
  permutation p = {g.lane, false, false};
  for (int k = 0; k < g.n; ++k) {
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
      for (int j = k + 1; j < g.n; ++j) g.at(g.lane, j) = g.at(g.lane, j) - factor * g.at(k, j);
    }
    __syncwarp();
  }
  return p;
}

// x: this lane's row of several right sides, permuted; becomes the solution's.
template <class T>
__device__ __forceinline__ void substitute(const matrix_group<T>& g, T (&x)[columns_at_once]) {
  for (int k = 0; k < g.n; ++k) {
    const T factor = g.lane > k && g.is_row ? g.at(g.lane, k) : T(0);
    NL_UNROLL
    for (int c = 0; c < columns_at_once; ++c) {
      const T solved = from_lane(x[c], k, g.lanes);
      if (g.lane > k) x[c] = x[c] - factor * solved;
    }
  }
  for (int k = g.n - 1; k >= 0; --k) {
    const T factor = g.lane <= k ? g.at(g.lane, k) : T(0);
    NL_UNROLL
    for (int c = 0; c < columns_at_once; ++c) {
      if (g.lane == k) x[c] = x[c] / factor;
      const T solved = from_lane(x[c], k, g.lanes);
      if (g.lane < k) x[c] = x[c] - factor * solved;
    }
  }
}

template <class T>
__device__ __forceinline__ void count_failure(const matrix_group<T>& g, unsigned* failures) {
  if (g.is_live && g.lane == 0) atomicAdd(failures, 1u);
}

template <class T> __global__ void __launch_bounds__(most_threads) small_solve_kernel(small_arguments p) {
  const matrix_group<T> g = group_of_thread<T>(p);
  load(g);
  const permutation order = factor_lu(g);
  if (order.singular) count_failure(g, p.failures);
  for (int first = 0; first < p.columns; first += columns_at_once) {
    T x[columns_at_once];
    NL_UNROLL
    for (int c = 0; c < columns_at_once; ++c) {
      const int column = first + c;
      if (p.b.data == nullptr)
        x[c] = T(order.row == column ? 1 : 0);
      else
        x[c] = g.is_row && column < p.columns ? element<T>(g.b, order.row, column) : T(0);
    }
    substitute(g, x);
    NL_UNROLL
    for (int c = 0; c < columns_at_once; ++c)
      if (g.is_live && g.is_row && first + c < p.columns)
        element<T>(g.x, g.lane, first + c) = order.singular ? nan_of<T>() : x[c];
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
  element<T>(g.x, 0, 0) = product.sign;
  element<real_of<T>>(g.y, 0, 0) = product.log;
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
  for (int k = 0; k < g.n; ++k) {
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
  if (!g.is_live) return;
  for (int k = g.lane; k < g.n * g.n; k += g.lanes) {
    const int i = k / g.n, j = k - i * g.n;
    const bool zero = p.upper ? i > j : j > i;
    const T value = zero ? T(0) : p.upper ? conjugated(g.at(j, i)) : g.at(i, j);
    element<T>(g.x, i, j) = fails ? nan_of<T>() : value;
  }
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

// ---- launches ----

template <class T> using small_kernel = void (*)(small_arguments);

template <class T> void run_small(small_kernel<T> kernel, const small_arguments& p, void* stream) {
  if constexpr (is_built<T>) {
    const i64 bytes = i64(p.n) * (p.n | 1) * i64(sizeof(T));
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

small_arguments arguments_of(const kernels::small_matrix_call& c) {
  small_arguments p{};
  for (int d = 0; d < c.ndim; ++d) {
    const auto stride = [&](const kernels::kernel_matrices& m) { return m.data ? m.strides[d] : i64(0); };
    add_loop(p.stack, c.shape[d], {stride(c.a), stride(c.b), stride(c.x), stride(c.y)});
  }
  p.count = p.stack.size;
  p.n = c.n;
  p.columns = c.columns;
  p.lanes = fewest_lanes;
  while (p.lanes < c.n) p.lanes *= 2;
  p.upper = c.upper;
  const auto matrix = [](const kernels::kernel_matrices& m) {
    return strided_matrix{static_cast<char*>(m.data), m.row_step, m.column_step};
  };
  p.a = matrix(c.a), p.b = matrix(c.b), p.x = matrix(c.x), p.y = matrix(c.y);
  p.failures = c.failures;
  return p;
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
  with_type_of(call.type, [&](auto zero) {
    run_small<decltype(zero)>(small_solve_kernel<decltype(zero)>, arguments_of(call), stream);
  });
}

void small_determinant(const small_matrix_call& call, void* stream) {
  with_type_of(call.type, [&](auto zero) {
    run_small<decltype(zero)>(small_determinant_kernel<decltype(zero)>, arguments_of(call), stream);
  });
}

void small_cholesky(const small_matrix_call& call, void* stream) {
  with_type_of(call.type, [&](auto zero) {
    run_small<decltype(zero)>(small_cholesky_kernel<decltype(zero)>, arguments_of(call), stream);
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

void pair_eigenvectors(int type, i64 n, const void* values, const void* packed, void* vectors, void* stream) {
  const launch_config shape = {block_count(n * n, most_threads), most_threads};
  if (type == element_float32)
    launch(pair_eigenvectors_kernel<float>, shape, stream, n, values, packed, vectors);
  else
    launch(pair_eigenvectors_kernel<double>, shape, stream, n, values, packed, vectors);
}

}  // namespace numloom::kernels
