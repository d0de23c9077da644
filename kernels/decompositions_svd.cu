// SPDX-License-Identifier: BSD-3-Clause
// Singular values and vectors of stacks of small matrices by one-sided rotations (Hestenes 1958): columns are
// turned until all are orthogonal. Their lengths are the singular values then, they themselves the left
// vectors, and the product of the rotations the right ones. Matrices have no more columns than rows here; the
// host hands wide ones over transposed. Some lanes, a power of two, have a pair of columns and share its
// rows.
#include "jacobi.cuh"

namespace numloom::NL_TARGET {
namespace {

// Below this square of its length a column (of a matrix whose largest element is about 1) is a rounding error
// of a rounding error, and the squares of its elements are not precise: it has no direction.
template <class R> __device__ __forceinline__ R least_square() {
  return limits<R>::tiny() / (limits<R>::epsilon() * limits<R>::epsilon());
}

template <class R> struct loaded_matrix {
  bool is_finite, has_nan;
  int exponent;
};
template <class T>
__device__ __forceinline__ loaded_matrix<real_of<T>> load_scaled(const matrix_group<T>& g, int players) {
  using real = real_of<T>;
  load(g);
  real largest = real(0);
  bool has_nan = false;
  for (int i = g.lane; i < g.rows; i += g.lanes)
    for (int j = 0; j < g.columns; ++j) {
      const T x = g.at(i, j);
      const real size = pivot_size(x);
      largest = size > largest ? size : largest;
      has_nan |= is_nan(x);
    }
  largest = largest_of_lanes(largest, g.lanes);
  const int exponent = scale_of(largest);
  for (int i = g.lane; i < g.rows; i += g.lanes) {
    for (int j = 0; exponent != 0 && j < g.columns; ++j) g.at(i, j) = scaled(g.at(i, j), exponent);
    if (players > g.columns) g.at(i, g.columns) = T(0);
  }
  __syncwarp();
  return {is_finite(largest), votes_of_lanes(has_nan, g.lanes) != 0, exponent};
}

// The lanes of a pair of columns, and the lane's part in it.
struct pair_lanes {
  int pair, part, parts;
};

// One round: returns whether the lane's pair was turned.
template <class T>
__device__ __forceinline__ bool turn_round(const matrix_group<T>& g, const matrix_group<T>& v, bool vectors,
                                           pair_lanes lanes, index_pair own, real_of<T> tolerance) {
  using real = real_of<T>;
  real pp = real(0), qq = real(0);
  T pq = T(0);
  for (int i = lanes.part; lanes.pair >= 0 && i < g.rows; i += lanes.parts) {
    const T x = g.at(i, own.p), y = g.at(i, own.q);
    pp = add_square(pp, x);
    qq = add_square(qq, y);
    pq = add_product(pq, conjugated(x), y);
  }
  pp = sum_of_lanes(pp, lanes.parts);
  qq = sum_of_lanes(qq, lanes.parts);
  pq = sum_of_lanes(pq, lanes.parts);
  const real size = modulus(pq), least = least_square<real>();
  const bool turns = pp >= least && qq >= least && size > tolerance * (sqrt_(pp) * sqrt_(qq));
  if (!__any_sync(whole_warp, turns)) return false;
  if (turns) {
    const real larger = pp > qq ? pp : qq;
    const rotation<T> r = find_rotation(over(pq, size), size / larger, (qq - pp) / larger);
    for (int i = lanes.part; i < g.rows; i += lanes.parts) rotate(g.at(i, own.p), g.at(i, own.q), r.s, r.u);
    for (int i = lanes.part; vectors && i < g.columns; i += lanes.parts)
      rotate(v.at(i, own.p), v.at(i, own.q), r.s, r.u);
  }
  __syncwarp();
  return turns;
}

// Fills columns that are not of `known` so that all are orthogonal and of length 1: of the unit vectors the
// one with the longest part outside the others' span (its square is at least its share of those that are
// missing), made orthogonal twice (Gram and Schmidt; twice is enough, Kahan and Parlett).
template <class T>
__device__ __forceinline__ void complete_columns(const matrix_group<T>& g, u32 known, int columns) {
  using real = real_of<T>;
  for (int c = 0; c < columns; ++c) {
    const bool is_missing = (known >> c & 1) == 0;
    if (!__any_sync(whole_warp, is_missing)) continue;
    real farthest = real(-1);
    int chosen = g.lane;
    for (int i = g.lane; i < g.rows; i += g.lanes) {
      real outside = real(1);
      for (int j = 0; j < columns; ++j)
        if (known >> j & 1) outside = outside - add_square(real(0), g.at(i, j));
      if (outside > farthest) chosen = i, farthest = outside;
    }
    chosen = lane_of_largest(farthest, chosen, g.lanes);
    for (int i = g.lane; is_missing && i < g.rows; i += g.lanes) {
      T x = T(i == chosen ? 1 : 0);
      for (int j = 0; j < columns; ++j)
        if (known >> j & 1) x = add_product(x, -g.at(i, j), conjugated(g.at(chosen, j)));
      g.at(i, c) = x;
    }
    __syncwarp();
    T along = T(0);
    if (known >> g.lane & 1)
      for (int i = 0; i < g.rows; ++i) along = add_product(along, conjugated(g.at(i, g.lane)), g.at(i, c));
    for (int j = 0; j < columns; ++j) {
      const T part = from_lane(along, j, g.lanes);
      for (int i = g.lane; is_missing && (known >> j & 1) && i < g.rows; i += g.lanes)
        g.at(i, c) = add_product(g.at(i, c), g.at(i, j), -part);
    }
    real square = real(0);
    for (int i = g.lane; i < g.rows; i += g.lanes) square = add_square(square, g.at(i, c));
    const real length = sqrt_(sum_of_lanes(square, g.lanes));
    for (int i = g.lane; is_missing && i < g.rows; i += g.lanes)
      g.at(i, c) = times(real(1) / length, g.at(i, c));
    known |= 1u << c;
    __syncwarp();
  }
}

template <class T> __global__ void __launch_bounds__(most_threads) small_svd_kernel(small_arguments p) {
  using real = real_of<T>;
  const matrix_group<T> g = group_of_thread<T>(p);
  const strided_matrix &u = g.operand[1], &s = g.operand[2], &vh = g.operand[3];
  const int n = g.columns, players = n + n % 2;
  const bool vectors = p.operand[1].data != nullptr;
  matrix_group<T> v = g;
  v.data = g.data + g.rows * g.step;
  if (vectors) make_identity(v, n, players);
  const loaded_matrix<real> loaded = load_scaled(g, players);
  pair_lanes lanes{0, 0, g.lanes};
  for (int pairs = 1; pairs < players / 2; pairs *= 2) lanes.parts /= 2;
  lanes.pair = g.lane / lanes.parts, lanes.part = g.lane % lanes.parts;
  if (lanes.pair >= players / 2 || !loaded.is_finite) lanes.pair = -1;
  // As in LAPACK's gesvj.
  const real tolerance = limits<real>::epsilon() * sqrt_(real(g.rows)) / 2;
  bool turned = true;
  for (int sweep = 0; sweep < most_sweeps && __any_sync(whole_warp, turned); ++sweep) {
    turned = false;
    for (int round = 0; round < players - 1; ++round)
      turned |= turn_round(g, v, vectors, lanes, pair_of(round, lanes.pair < 0 ? 0 : lanes.pair, players),
                           tolerance);
  }
  // LAPACK refuses NaN, and makes NaN of infinities.
  const bool is_unfinished = votes_of_lanes(turned, g.lanes) != 0, fails = is_unfinished || loaded.has_nan;
  if (fails) count_failure(g, p.failures);
  const bool is_nan_result = fails || !loaded.is_finite;

  real square = real(0);
  for (int i = 0; g.lane < n && i < g.rows; ++i) square = add_square(square, g.at(i, g.lane));
  const real length = sqrt_(square);
  const int rank = n - 1 - rank_of(length, n, g.lane, g.lanes);  // largest first
  const int place = g.lane < n && !is_nan_result ? rank : g.lane;
  if (g.is_live && g.lane < n)
    element<real>(s, 0, place) = is_nan_result ? nan_of<real>() : ldexp_(length, -loaded.exponent);
  if (!vectors) return;
  const bool has_direction = g.lane < n && square >= least_square<real>();
  for (int i = 0; has_direction && i < g.rows; ++i)
    g.at(i, g.lane) = times(real(1) / length, g.at(i, g.lane));
  __syncwarp();
  complete_columns(g, votes_of_lanes(has_direction, g.lanes), u.columns);
  for (int i = 0; g.is_live && g.lane < u.columns && i < g.rows; ++i)
    element<T>(u, i, place) = is_nan_result ? nan_of<T>() : g.at(i, g.lane);
  for (int j = 0; j < n; ++j) {
    const int row = __shfl_sync(whole_warp, place, j, g.lanes);
    if (g.is_live && g.lane < n)
      element<T>(vh, row, g.lane) = is_nan_result ? nan_of<T>() : conjugated(v.at(g.lane, j));
  }
}

void transpose(kernels::kernel_matrices& m) {
  const i64 step = m.row_step;
  m.row_step = m.column_step, m.column_step = step;
  const int rows = m.rows;
  m.rows = m.columns, m.columns = rows;
}

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

namespace {

// The transposed matrix has the same singular values, and the transposed vectors, exchanged.
small_matrix_call tall(const small_matrix_call& call) {
  small_matrix_call made = call;
  kernel_matrices &a = made.operands[0], &u = made.operands[1], &vh = made.operands[3];
  if (a.rows >= a.columns) return made;
  const kernel_matrices held = u;
  u = vh;
  vh = held;
  transpose(a), transpose(u), transpose(vh);
  return made;
}
struct tall_size {
  explicit tall_size(const small_matrix_call& tall) {
    const kernel_matrices &a = tall.operands[0], &u = tall.operands[1];
    const int players = a.columns + a.columns % 2;
    rows = u.data != nullptr ? a.rows + a.columns : a.rows;
    columns = players > u.columns ? players : u.columns;
  }
  int rows, columns;  // of a group's shared memory
};

}  // namespace

bool fits_small_svd(const small_matrix_call& call) {
  const small_matrix_call made = tall(call);
  const tall_size size(made);
  return has_small_side(made.operands[0]) && made.operands[1].columns <= most_lanes &&
         fits_shared(call.type, size.rows, size.columns);
}

void small_svd(const small_matrix_call& call, void* stream) {
  const small_matrix_call made = tall(call);
  const tall_size size(made);
  with_type_of(call.type, [&](auto zero) {
    run_small<decltype(zero)>(small_svd_kernel<decltype(zero)>, arguments_of(made), size.rows, size.columns,
                              stream);
  });
}

}  // namespace numloom::kernels
