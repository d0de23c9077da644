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
  const int first = g.lane > k ? g.lane : g.lane + (k - g.lane + g.lanes) / g.lanes * g.lanes;  // row below k
  T alpha = g.at(k, k);
  real largest = pivot_size(alpha);
  for (int i = first; i < g.rows; i += g.lanes) {
    const real size = pivot_size(g.at(i, k));
    largest = size > largest ? size : largest;
  }
  const int exponent = scale_for_squares(largest_of_lanes(largest, g.lanes));
  real below = real(0);
  for (int i = first; i < g.rows; i += g.lanes) {
    if (exponent != 0) g.at(i, k) = scaled(g.at(i, k), exponent);
    below = add_square(below, g.at(i, k));
  }
  below = sum_of_lanes(below, g.lanes);
  if (exponent != 0) alpha = scaled(alpha, exponent);
  T tau = T(0);
  if (below == real(0) && !has_imaginary_part(alpha)) {
    for (int i = first; i < g.rows; i += g.lanes) g.at(i, k) = T(0);
  } else {
    const real beta = -copysign_(sqrt_(add_square(below, alpha)), real_part(alpha));
    tau = over(T(beta) - alpha, beta);
    for (int i = first; i < g.rows; i += g.lanes) g.at(i, k) = g.at(i, k) / (alpha - T(beta));
    if (g.lane == 0) g.at(k, k) = T(exponent != 0 ? ldexp_(beta, -exponent) : beta);
  }
  __syncwarp();
  return tau;
}

// Applies reflector k to the columns behind it.
template <class T>
__device__ __forceinline__ void reflect_columns(const matrix_group<T>& g, int k, int columns, T tau) {
  for (int j = g.lane; j < columns; j += g.lanes) {
    if (j <= k) continue;
    T sum = g.at(k, j);
    for (int i = k + 1; i < g.rows; ++i) sum = add_product(sum, conjugated(g.at(i, k)), g.at(i, j));
    sum = tau * sum;
    g.at(k, j) = g.at(k, j) - sum;
    for (int i = k + 1; i < g.rows; ++i) g.at(i, j) = add_product(g.at(i, j), g.at(i, k), -sum);
  }
  __syncwarp();
}

// The first columns of the reflections' product, last one first, in the reflectors' place: a column is
// written when all that need its reflector have been. `factor` is the lane's tau.
template <class T>
__device__ __forceinline__ void multiply_reflectors(const matrix_group<T>& g, int steps, int columns,
                                                    T factor) {
  for (int i = g.lane; i < g.rows; i += g.lanes)
    for (int j = steps; j < columns; ++j) g.at(i, j) = T(i == j ? 1 : 0);
  __syncwarp();
  for (int k = steps - 1; k >= 0; --k) {
    const T tau = from_lane(factor, k, g.lanes);
    reflect_columns(g, k, columns, tau);
    for (int i = g.lane; i < g.rows; i += g.lanes)
      g.at(i, k) = i < k ? T(0) : i == k ? T(1) - tau : -(tau * g.at(i, k));
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
    reflect_columns(g, k, g.columns, conjugated(made));
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

namespace {
int columns_of(const small_matrix_call& call) {
  const kernel_matrices &a = call.operands[0], &q = call.operands[1];
  return a.columns > q.columns ? a.columns : q.columns;
}
}  // namespace

bool fits_small_qr(const small_matrix_call& call) {
  const kernel_matrices& a = call.operands[0];
  return has_small_side(a) && fits_shared(call.type, a.rows, columns_of(call));
}

void small_qr(const small_matrix_call& call, void* stream) {
  const int rows = call.operands[0].rows, columns = columns_of(call);
  with_type_of(call.type, [&](auto zero) {
    run_small<decltype(zero)>(small_qr_kernel<decltype(zero)>, arguments_of(call), rows, columns, stream);
  });
}

}  // namespace numloom::kernels
