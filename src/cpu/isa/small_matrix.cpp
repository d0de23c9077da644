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

// ---- eigenvalues of symmetric matrices ----
// Beyond these rows the library's reduction to a tridiagonal or bidiagonal matrix takes less work.
#if defined(__AVX512F__)
constexpr long rotated_rows = 16;
#else
constexpr long rotated_rows = 8;
#endif

void square_root(const eight& x, eight& root) {
  for (int lane = 0; lane < width; ++lane) root[lane] = sqrt_(x[lane]);
}
bool any_lane(const eight_longs& where) {
  long all = 0;
  for (int lane = 0; lane < width; ++lane) all |= where[lane];
  return all != 0;
}
NL_HD void modulus(const eight& x, eight& size) { size = x < 0 ? -x : x; }

void rotate(eight* x, eight* y, long n, const eight& c, const eight& s) {
  for (long j = 0; j < n; ++j) {
    const eight p = x[j], q = y[j];
    x[j] = c * p - s * q;
    y[j] = s * p + c * q;
  }
}

// Tangent, cosine and sine of the smaller of the two angles that take b / d away (d: the difference of what
// stands at q and p, b: twice what stands between them); no rotation in lanes that are not of `where`.
void find_rotation(const eight& d, const eight& b, const eight_longs& where, eight& t, eight& c, eight& s) {
  eight root, size;
  square_root(d * d + b * b, root);
  modulus(d, size);
  const eight below = where ? size + root : eight{} + 1.0;
  t = b / below;
  t = d < 0 ? -t : t;
  t = where ? t : eight{};
  square_root(1 + t * t, root);
  c = 1 / root;
  s = t * c;
}

// Makes element (p, q) zero in the lanes of `where`, by a rotation of rows and columns p and q (Jacobi 1846).
void annihilate(eight* a, eight* v, long n, long p, long q, const eight_longs& where) {
  const eight app = a[p * n + p], aqq = a[q * n + q], apq = a[q * n + p];
  const eight d = aqq - app, b = 2 * apq;
  eight t, c, s;
  find_rotation(d, b, where, t, c, s);
  rotate(a + p * n, a + q * n, n, c, s);
  for (long k = 0; k < n; ++k) {
    a[k * n + p] = a[p * n + k];
    a[k * n + q] = a[q * n + k];
  }
  a[p * n + p] = app - t * apq;
  a[q * n + q] = aqq + t * apq;
  a[p * n + q] = a[q * n + p] = where ? eight{} : apq;
  if (v) rotate(v + p * n, v + q * n, n, c, s);
}

// Cyclic sweeps until every element beside the diagonal is below 2^-56 of the largest: an error of the size
// that LAPACK's methods have. Numbers whose squares could leave the range are refused.
unsigned eigen(double* a_, double* v_, long n) {
  eight *const a = reinterpret_cast<eight*>(a_), *const v = reinterpret_cast<eight*>(v_);
  eight largest{};
  eight_longs refused{};
  for (long i = 0; i < n; ++i)
    for (long j = 0; j <= i; ++j) {
      eight size;
      modulus(a[i * n + j], size);
      a[j * n + i] = a[i * n + j];
      refused |= !(size <= 1e100);
      largest = size > largest ? size : largest;
    }
  refused |= (largest < 1e-100) & (largest != 0);
  if (v)
    for (long i = 0; i < n * n; ++i) v[i] = eight{} + (i % (n + 1) == 0 ? 1.0 : 0.0);
  const eight small = largest * 0x1p-56;
  bool turned = true;
  for (int sweep = 0; turned && sweep < 30; ++sweep) {
    turned = false;
    for (long p = 0; p < n - 1; ++p)
      for (long q = p + 1; q < n; ++q) {
        eight size;
        modulus(a[q * n + p], size);
        const eight_longs where = (size > small) & ~refused;
        if (!any_lane(where)) continue;
        turned = true;
        annihilate(a, v, n, p, q, where);
      }
  }
  unsigned bits = 0;
  for (int lane = 0; lane < width; ++lane) bits |= unsigned(turned || refused[lane] != 0) << lane;
  return bits;
}

// ---- singular values ----
void dot(const eight* x, const eight* y, long n, eight& sum) {
  sum = eight{};
  for (long k = 0; k < n; ++k) sum += x[k] * y[k];
}

// Makes rows p and q orthogonal, by a rotation of both; `squares` are the squares of the rows' lengths.
void orthogonalise(eight* a, eight* v, eight* squares, long m, long n, long p, long q, const eight& product,
                   const eight_longs& where) {
  const eight d = squares[q] - squares[p], b = 2 * product;
  eight t, c, s;
  find_rotation(d, b, where, t, c, s);
  rotate(a + p * m, a + q * m, m, c, s);
  squares[p] -= t * product;
  squares[q] += t * product;
  if (v) rotate(v + p * n, v + q * n, n, c, s);
}

// One-sided rotations (Hestenes 1958) until all rows are orthogonal to 2^-52 of their lengths: then these are
// the singular values, and the rows over them one side's vectors.
unsigned singular(double* a_, double* v_, double* values_, long n, long m) {
  eight *const a = reinterpret_cast<eight*>(a_), *const v = reinterpret_cast<eight*>(v_);
  eight* const values = reinterpret_cast<eight*>(values_);
  eight largest{};
  eight_longs refused{};
  for (long i = 0; i < n * m; ++i) {
    eight size;
    modulus(a[i], size);
    refused |= !(size <= 1e50);
    largest = size > largest ? size : largest;
  }
  refused |= (largest < 1e-50) & (largest != 0);
  if (v)
    for (long i = 0; i < n * n; ++i) v[i] = eight{} + (i % (n + 1) == 0 ? 1.0 : 0.0);
  bool turned = true;
  for (int sweep = 0; turned && sweep < 30; ++sweep) {
    turned = false;
    for (long i = 0; i < n; ++i) dot(a + i * m, a + i * m, m, values[i]);
    for (long p = 0; p < n - 1; ++p)
      for (long q = p + 1; q < n; ++q) {
        eight product;
        dot(a + p * m, a + q * m, m, product);
        const eight_longs where = (product * product > values[p] * values[q] * 0x1p-104) & ~refused;
        if (!any_lane(where)) continue;
        turned = true;
        orthogonalise(a, v, values, m, n, p, q, product, where);
      }
  }
  for (long i = 0; i < n; ++i) {
    eight square;
    dot(a + i * m, a + i * m, m, square);
    square_root(square, values[i]);
    if (!v) continue;
    const eight_longs none = values[i] < 1e-140;  // no direction
    refused |= none;
    const eight length = none ? eight{} + 1.0 : values[i];
    for (long k = 0; k < m; ++k) a[i * m + k] /= length;
  }
  unsigned bits = 0;
  for (int lane = 0; lane < width; ++lane) bits |= unsigned(turned || refused[lane] != 0) << lane;
  return bits;
}

}  // namespace

void fill_small_matrices(cpu_host::dense_tables& t) {
  t.small_matrices = {load, store, eliminate, substitute, cholesky, eigen, singular, rotated_rows};
}

}  // namespace numloom::NL_TARGET
