// SPDX-License-Identifier: BSD-3-Clause
// Eight small matrices at a time, one to a lane: element (i, j) of all eight lies in one vector. A library
// call for a 4 x 4 matrix is mostly overhead, and its vectors are mostly empty; here they are full for any n.
#include "cpu/isa/dense.hpp"
#include "functors/math.hpp"
#include "types.hpp"

namespace numloom::NL_TARGET {

namespace {

constexpr int width = cpu_host::matrices_at_once;
// As wide as the group at every level: the compiler takes several registers where they are narrower.
typedef double eight __attribute__((vector_size(8 * width)));
typedef long eight_longs __attribute__((vector_size(8 * width)));

void load(double* group, char* const* matrices, long row_step, long column_step, long rows, long columns) {
  for (int lane = 0; lane < width; ++lane)
    for (long i = 0; i < rows; ++i)
      for (long j = 0; j < columns; ++j)
        group[(i * columns + j) * width + lane] =
            *reinterpret_cast<const double*>(matrices[lane] + i * row_step + j * column_step);
}
void store(const double* group, char* const* matrices, long row_step, long column_step, long rows,
           long columns, int count) {
  for (int lane = 0; lane < count; ++lane)
    for (long i = 0; i < rows; ++i)
      for (long j = 0; j < columns; ++j)
        *reinterpret_cast<double*>(matrices[lane] + i * row_step + j * column_step) =
            group[(i * columns + j) * width + lane];
}

// Vectors wider than the level's registers go by reference: by value they have no calling convention.
// |x|; NaN is larger than all, so that every level picks the same row.
NL_HD void pivot_size(const eight& x, eight& size) {
  size = x < 0 ? -x : x;
  size = size == size ? size : eight{} + __builtin_inf();
}

// The row with the largest element of column k, of those from k on, in each lane.
void find_pivots(const eight* a, long n, long k, eight_longs& row) {
  eight best, size;
  pivot_size(a[k * n + k], best);
  row = eight_longs{} + k;
  for (long i = k + 1; i < n; ++i) {
    pivot_size(a[i * n + k], size);
    const eight_longs larger = size > best;
    best = larger ? size : best;
    row = larger ? eight_longs{} + i : row;
  }
}

void exchange(eight* x, eight* y, long n, const eight_longs& where) {
  for (long j = 0; j < n; ++j) {
    const eight held = x[j];
    x[j] = where ? y[j] : x[j];
    y[j] = where ? held : y[j];
  }
}

// Row k changes places with each lane's pivot row, in a from column k on and in b.
void exchange_rows(eight* a, eight* b, long n, long r, long k, const eight_longs& rows, eight_longs& odd) {
  odd ^= rows != k;
  for (long i = k + 1; i < n; ++i) {
    const eight_longs here = rows == i;
    bool any = false;
    for (int lane = 0; lane < width; ++lane) any |= here[lane] != 0;
    if (!any) continue;
    exchange(a + k * n + k, a + i * n + k, n - k, here);
    exchange(b + k * r, b + i * r, r, here);
  }
}

void subtract(eight* to, const eight* from, const eight& factor, long n) {
  for (long j = 0; j < n; ++j) to[j] -= factor * from[j];
}

// a becomes upper triangular and b what it is then; bits of the lanes that had a pivot 0.
unsigned eliminate(double* a_, double* b_, long n, long r, unsigned* odd_) {
  eight *const a = reinterpret_cast<eight*>(a_), *const b = reinterpret_cast<eight*>(b_);
  eight_longs odd{}, singular{}, rows;
  for (long k = 0; k < n; ++k) {
    find_pivots(a, n, k, rows);
    exchange_rows(a, b, n, r, k, rows, odd);
    const eight pivot = a[k * n + k];
    singular |= pivot == 0;
    for (long i = k + 1; i < n; ++i) {
      const eight factor = a[i * n + k] / pivot;
      subtract(a + i * n + k + 1, a + k * n + k + 1, factor, n - k - 1);
      subtract(b + i * r, b + k * r, factor, r);
    }
  }
  unsigned zero = 0;
  *odd_ = 0;
  for (int lane = 0; lane < width; ++lane) {
    zero |= unsigned(singular[lane] != 0) << lane;
    *odd_ |= unsigned(odd[lane] != 0) << lane;
  }
  return zero;
}

// b becomes the solution of the triangular system.
void substitute(const double* a_, double* b_, long n, long r) {
  const eight* const a = reinterpret_cast<const eight*>(a_);
  eight* const b = reinterpret_cast<eight*>(b_);
  for (long k = n - 1; k >= 0; --k) {
    for (long j = k + 1; j < n; ++j) subtract(b + k * r, b + j * r, a[k * n + j], r);
    for (long c = 0; c < r; ++c) b[k * r + c] /= a[k * n + k];
  }
}

// The lower factor in place, zeros above; bits of the lanes that are not positive definite.
unsigned cholesky(double* a_, long n) {
  eight* const a = reinterpret_cast<eight*>(a_);
  eight_longs fails{};
  for (long j = 0; j < n; ++j) {
    for (long i = j; i < n; ++i) {
      eight sum = a[i * n + j];
      for (long k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = sum;
    }
    eight root = a[j * n + j];
    fails |= root <= 0;
    for (int lane = 0; lane < width; ++lane) root[lane] = sqrt_(root[lane]);
    a[j * n + j] = root;
    for (long i = j + 1; i < n; ++i) a[i * n + j] /= root;
    for (long i = 0; i < j; ++i) a[i * n + j] = eight{};
  }
  unsigned bits = 0;
  for (int lane = 0; lane < width; ++lane) bits |= unsigned(fails[lane] != 0) << lane;
  return bits;
}

}  // namespace

void fill_small_matrices(cpu_host::dense_tables& t) {
  t.small_matrices = {load, store, eliminate, substitute, cholesky};
}

}  // namespace numloom::NL_TARGET
