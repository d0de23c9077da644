// SPDX-License-Identifier: BSD-3-Clause
// Eigenvalues and vectors of stacks of small symmetric and Hermitian matrices by Jacobi's rotations of rows
// and columns (Jacobi 1846). Only the lower triangle is kept. A round's pairs cut the matrix into blocks of 2
// x 2: a lane turns a block by the rotation of its rows and that of its columns at once.
#include "jacobi.cuh"

namespace numloom::NL_TARGET {
namespace {

// The lower triangle, scaled so that squares of its elements stay in range; odd ones get a row of zeros.
template <class R> struct loaded_triangle {
  R largest;  // modulus, nearly; infinite where there is NaN
  int exponent;
};
template <class T>
__device__ __forceinline__ loaded_triangle<real_of<T>> load_triangle(const matrix_group<T>& g, bool upper,
                                                                     int players) {
  using real = real_of<T>;
  strided_matrix a = g.operand[0];
  if (upper) {  // the adjoint of the other triangle
    a.row_step = g.operand[0].column_step;
    a.column_step = g.operand[0].row_step;
  }
  real largest = real(0);
  for_each_element(g, a, [&](int i, int j) {
    if (j > i) return;
    const T read = element<T>(a, i, j), x = i == j ? T(real_part(read)) : upper ? conjugated(read) : read;
    const real size = pivot_size(x);
    largest = size > largest ? size : largest;
    g.at(i, j) = x;
  });
  if (g.lane < players && players > g.rows) g.at(g.rows, g.lane) = T(0);
  largest = largest_of_lanes(largest, g.lanes);
  const int exponent = scale_of(largest);
  __syncwarp();
  if (exponent != 0 && g.is_row)
    for (int j = 0; j <= g.lane; ++j) g.at(g.lane, j) = scaled(g.at(g.lane, j), exponent);
  __syncwarp();
  return {ldexp_(largest, exponent), exponent};
}

template <class T> __device__ __forceinline__ T below_diagonal(const matrix_group<T>& g, int i, int j) {
  return i > j ? g.at(i, j) : conjugated(g.at(j, i));
}
template <class T>
__device__ __forceinline__ void set_below_diagonal(const matrix_group<T>& g, int i, int j, T x) {
  if (i > j)
    g.at(i, j) = x;
  else
    g.at(j, i) = conjugated(x);
}

// Rows of pair a and columns of pair b.
template <class T>
__device__ __forceinline__ void turn_block(const matrix_group<T>& g, index_pair a, index_pair b, T sa, T ua,
                                           T sb, T ub) {
  T pp = below_diagonal(g, a.p, b.p), pq = below_diagonal(g, a.p, b.q);
  T qp = below_diagonal(g, a.q, b.p), qq = below_diagonal(g, a.q, b.q);
  rotate(pp, pq, sb, ub);
  rotate(qp, qq, sb, ub);
  rotate(pp, qp, conjugated(sa), conjugated(ua));
  rotate(pq, qq, conjugated(sa), conjugated(ua));
  set_below_diagonal(g, a.p, b.p, pp);
  set_below_diagonal(g, a.p, b.q, pq);
  set_below_diagonal(g, a.q, b.p, qp);
  set_below_diagonal(g, a.q, b.q, qq);
}

// One round: returns whether the lane's pair was turned. `v` has the vectors as columns.
template <class T>
__device__ __forceinline__ bool turn_round(const matrix_group<T>& g, const matrix_group<T>& v, bool vectors,
                                           int round, int players, real_of<T> small) {
  using real = real_of<T>;
  const int pairs = players / 2;
  rotation<T> mine = no_rotation<T>();
  bool turns = false;
  if (g.lane < pairs) {
    const index_pair own = pair_of(round, g.lane, players);
    const T product = conjugated(g.at(own.q, own.p));
    const real size = modulus(product);
    turns = size > small;
    if (turns) {
      const real d = real_part(g.at(own.q, own.q)) - real_part(g.at(own.p, own.p));
      mine = find_rotation(over(product, size), size, d);
      g.at(own.p, own.p) = g.at(own.p, own.p) - T(mine.t * size);
      g.at(own.q, own.q) = g.at(own.q, own.q) + T(mine.t * size);
      g.at(own.q, own.p) = T(0);
    }
  }
  if (!__any_sync(whole_warp, turns)) return false;
  const int blocks = pairs * (pairs - 1) / 2;  // a pair and the one `apart` further round: every two once
  for (int first = 0; first < blocks; first += g.lanes) {
    const int block = first + g.lane, a = block % pairs, apart = block / pairs + 1;
    const int b = a + apart < pairs ? a + apart : a + apart - pairs;
    const T sa = from_lane(mine.s, a, g.lanes), ua = from_lane(mine.u, a, g.lanes);
    const T sb = from_lane(mine.s, b, g.lanes), ub = from_lane(mine.u, b, g.lanes);
    if (block < blocks) turn_block(g, pair_of(round, a, players), pair_of(round, b, players), sa, ua, sb, ub);
  }
  for (int t = 0; vectors && t < pairs; ++t) {
    const index_pair pair = pair_of(round, t, players);
    const T s = from_lane(mine.s, t, g.lanes), u = from_lane(mine.u, t, g.lanes);
    if (g.lane < players) rotate(v.at(g.lane, pair.p), v.at(g.lane, pair.q), s, u);
  }
  __syncwarp();
  return turns;
}

template <class T> __global__ void __launch_bounds__(most_threads) small_eigh_kernel(small_arguments p) {
  using real = real_of<T>;
  const matrix_group<T> g = group_of_thread<T>(p);
  const strided_matrix &w = g.operand[1], &vectors = g.operand[2];
  const int n = g.rows, players = n + n % 2;
  matrix_group<T> v = g;
  v.data = g.data + players * g.step;
  const bool wants_vectors = p.operand[2].data != nullptr;
  if (wants_vectors) make_identity(v, players, players);
  const loaded_triangle<real> loaded = load_triangle(g, p.upper, players);
  // LAPACK's own answers to what is not finite: none, or NaN for two rows; a number is its own eigenvalue.
  const bool is_finite_matrix = is_finite(loaded.largest) || n == 1;
  bool fails = !is_finite_matrix && n > 2;
  const real small =
      is_finite_matrix ? loaded.largest * limits<real>::epsilon() / 16 : limits<real>::infinity();
  bool turned = true;
  for (int sweep = 0; sweep < most_sweeps && __any_sync(whole_warp, turned); ++sweep) {
    turned = false;
    for (int round = 0; round < players - 1; ++round)
      turned |= turn_round(g, v, wants_vectors, round, players, small);
  }
  fails |= votes_of_lanes(turned, g.lanes) != 0;
  if (fails) count_failure(g, p.failures);
  const bool is_nan_result = fails || !is_finite_matrix;
  const real value = g.is_row ? ldexp_(real_part(g.at(g.lane, g.lane)), -loaded.exponent) : real(0);
  const int rank = rank_of(value, n, g.lane, g.lanes);
  if (!g.is_live || !g.is_row) return;
  const int place = is_nan_result ? g.lane : rank;
  element<real>(w, 0, place) = is_nan_result ? nan_of<real>() : value;
  for (int i = 0; wants_vectors && i < n; ++i)
    element<T>(vectors, i, place) = is_nan_result ? nan_of<T>() : v.at(i, g.lane);
}

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

void small_eigh(const small_matrix_call& call, void* stream) {
  const int n = call.operands[0].rows, players = n + n % 2;
  const int rows = call.operands[2].data != nullptr ? 2 * players : players;
  with_type_of(call.type, [&](auto zero) {
    run_small<decltype(zero)>(small_eigh_kernel<decltype(zero)>, arguments_of(call), rows, players, stream);
  });
}

}  // namespace numloom::kernels
