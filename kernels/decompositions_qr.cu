// SPDX-License-Identifier: BSD-3-Clause
// QR factors of stacks of small matrices by Householder's reflections (Householder 1958), in LAPACK's form
// and with its signs, so that results agree with NumPy's. A lane has a row while a reflection is made, which
// takes a sum over the group, and a column while it is applied, which takes none.
#include "decompositions.cuh"

namespace numloom::NL_TARGET {
namespace {

template <class T> __device__ __forceinline__ bool has_imaginary_part(T x) {
  if constexpr (is_complex<T>)
    return x.im != real_of<T>(0);
  else
    return false;
}

// 0 where the squares of up to 64 numbers keep their precision, else the scaling that makes it so.
template <class R> __device__ __forceinline__ int scale_for_squares(R largest) {
  constexpr int e = (limits<R>::max_exponent - limits<R>::digits) / 2 - 10;
  const R high = ldexp_(R(1), e), low = ldexp_(R(1), -e);
  return (largest >= low && largest <= high) || !is_finite(largest) ? 0 : scale_of(largest);
}

// The reflection 1 - tau v v^H whose adjoint takes column k from row k on to (beta, 0, ...). beta replaces
// the diagonal, v (after a 1) what is below; returns tau.
template <class T> __device__ __forceinline__ T make_reflector(const matrix_group<T>& g, int k) {
  using real = real_of<T>;
  const bool is_below = g.lane > k && g.is_row;
  T x = g.lane >= k && g.is_row ? g.at(g.lane, k) : T(0);
  const int exponent = scale_for_squares(largest_of_lanes(pivot_size(x), g.lanes));
  if (exponent != 0) x = scaled(x, exponent);
  const real below = sum_of_lanes(is_below ? square_of_modulus(x) : real(0), g.lanes);
  const T alpha = from_lane(x, k, g.lanes);
  T tau = T(0);
  if (below == real(0) && !has_imaginary_part(alpha)) {
    if (is_below) g.at(g.lane, k) = T(0);
  } else {
    const real beta = -copysign_(sqrt_(square_of_modulus(alpha) + below), real_part(alpha));
    tau = (T(beta) - alpha) / T(beta);
    if (is_below) g.at(g.lane, k) = x / (alpha - T(beta));
    if (g.lane == k) g.at(k, k) = T(exponent != 0 ? ldexp_(beta, -exponent) : beta);
  }
  __syncwarp();
  return tau;
}

// Of reflector k, to the lane's column.
template <class T> __device__ __forceinline__ void reflect_column(const matrix_group<T>& g, int k, T tau) {
  T sum = g.at(k, g.lane);
  for (int i = k + 1; i < g.rows; ++i) sum = sum + conjugated(g.at(i, k)) * g.at(i, g.lane);
  sum = tau * sum;
  g.at(k, g.lane) = g.at(k, g.lane) - sum;
  for (int i = k + 1; i < g.rows; ++i) g.at(i, g.lane) = g.at(i, g.lane) - g.at(i, k) * sum;
}

// The first columns of the reflections' product, last one first, in the reflectors' place: a column is
// written when all that need its reflector have been. `factor` is the lane's tau.
template <class T>
__device__ __forceinline__ void multiply_reflectors(const matrix_group<T>& g, int steps, int columns,
                                                    T factor) {
  for (int j = steps; j < columns; ++j)
    if (g.is_row) g.at(g.lane, j) = T(g.lane == j ? 1 : 0);
  __syncwarp();
  for (int k = steps - 1; k >= 0; --k) {
    const T tau = from_lane(factor, k, g.lanes);
    if (g.lane > k && g.lane < columns) reflect_column(g, k, tau);
    __syncwarp();
    if (g.is_row) {
      const T v = g.lane == k ? T(1) : g.at(g.lane, k);
      g.at(g.lane, k) = T(g.lane == k ? 1 : 0) - (g.lane < k ? T(0) : tau * v);
    }
    __syncwarp();
  }
}

template <class T> __global__ void __launch_bounds__(most_threads) small_qr_kernel(small_arguments p) {
  const matrix_group<T> g = group_of_thread<T>(p);
  const strided_matrix &q = g.operand[1], &r = g.operand[2], &h = g.operand[3], &tau = g.operand[4];
  const int steps = g.rows < g.columns ? g.rows : g.columns;
  load(g);
  T factor = T(0);
  for (int k = 0; k < steps; ++k) {
    const T made = make_reflector(g, k);
    if (g.lane == k) factor = made;
    if (g.lane > k && g.lane < g.columns) reflect_column(g, k, conjugated(made));
    __syncwarp();
  }
  store(g, r, [&](int i, int j) { return i > j ? T(0) : g.at(i, j); });
  store(g, h, [&](int i, int j) { return g.at(i, j); });
  if (g.is_live && tau.data != nullptr && g.lane < steps) element<T>(tau, 0, g.lane) = factor;
  if (p.operand[1].data == nullptr) return;
  __syncwarp();  // everybody has read the factor
  multiply_reflectors(g, steps, q.columns, factor);
  store(g, q, [&](int i, int j) { return g.at(i, j); });
}

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

void small_qr(const small_matrix_call& call, void* stream) {
  const kernel_matrices &a = call.operands[0], &q = call.operands[1];
  const int columns = a.columns > q.columns ? a.columns : q.columns;
  with_type_of(call.type, [&](auto zero) {
    run_small<decltype(zero)>(small_qr_kernel<decltype(zero)>, arguments_of(call), a.rows, columns, stream);
  });
}

}  // namespace numloom::kernels
