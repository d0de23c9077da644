// SPDX-License-Identifier: BSD-3-Clause
// What Jacobi's methods for eigenvalues and singular values share: rotations of pairs of columns, and the
// order in which pairs meet. Disjoint pairs do not disturb each other, so half as many as there are columns
// are rotated at once; a round-robin tournament brings every two columns together once in a sweep (Brent and
// Luk 1985).
#pragma once
#include "decompositions.cuh"

namespace numloom::NL_TARGET {

constexpr int most_sweeps = 30;  // some ten are needed

struct index_pair {
  int p, q;  // p < q
};
// Pair t of a round, of an even number of players: the last one stays, the others go round.
__device__ __forceinline__ index_pair pair_of(int round, int t, int players) {
  const int others = players - 1;
  int x = round + t, y = round - t;
  x = t == 0 ? others : x >= others ? x - others : x;
  y = y < 0 ? y + others : y;
  return x < y ? index_pair{x, y} : index_pair{y, x};
}

// Columns p and q become c p - conj(s) q and s p + c q, where 1 - c = s conj(u): the columns are changed by
// small numbers instead of multiplied by a rounded cosine, so that lengths keep their last bits (Rutishauser
// 1966).
template <class T> struct rotation {
  real_of<T> t;  // the angle's tangent
  T s, u;
};
template <class T> __device__ __forceinline__ rotation<T> no_rotation() {
  return {real_of<T>(0), T(0), T(0)};
}
// The smaller of the two that make p^H q zero, which has this modulus and phase (a number of modulus 1)
// before; d = q^H q - p^H p.
template <class T>
__device__ __forceinline__ rotation<T> find_rotation(T phase, real_of<T> size, real_of<T> d) {
  using real = real_of<T>;
  const real b = size + size;
  const real t = copysign_(b / (fabs_(d) + sqrt_(d * d + b * b)), d);
  const real c = real(1) / sqrt_(real(1) + t * t), s = t * c;
  return {t, times(s, phase), times(s / (real(1) + c), phase)};
}
template <class T> __device__ __forceinline__ void rotate(T& p, T& q, T s, T u) {
  const T turned = add_product(p, -conjugated(s), add_product(q, u, p));
  q = add_product(q, s, add_product(p, -conjugated(u), q));
  p = turned;
}

// A second matrix behind the group's, that begins as the identity.
template <class T>
__device__ __forceinline__ void make_identity(const matrix_group<T>& tile, int rows, int columns) {
  for (int k = tile.lane; k < rows * columns; k += tile.lanes) {
    const int i = k / columns, j = k - i * columns;
    tile.at(i, j) = T(i == j ? 1 : 0);
  }
}

// How many of the first n lanes' numbers come before this lane's in ascending order.
template <class R> __device__ __forceinline__ int rank_of(R value, int n, int lane, int lanes) {
  int rank = 0;
  for (int i = 0; i < n; ++i) {
    const R other = __shfl_sync(whole_warp, value, i, lanes);
    rank += other < value || (other == value && i < lane) ? 1 : 0;
  }
  return rank;
}

}  // namespace numloom::NL_TARGET
