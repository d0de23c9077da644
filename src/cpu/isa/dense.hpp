// SPDX-License-Identifier: BSD-3-Clause
// Kernels for matrices, correlation, sorting and random numbers, per instruction-set level: plain function
// pointers, as in tables.hpp. Includes nothing and defines no inline function.
#pragma once

namespace numloom::cpu_host {

// Products of matrices in panels: A in panels of `rows` rows, B in panels of `columns` columns, each stored
// so that the kernel reads both from front to back. Elements are widened to the type they are summed in when
// packed.
constexpr long small_columns = 16, small_depth = 32;

struct matmul_kernels {
  int rows, columns, item;  // of a tile; bytes of a packed element
  // m x k (k x n) elements, steps in bytes, into panels filled up with zeros.
  void (*pack_a)(void* to, const char* from, long row_step, long column_step, long m, long k);
  void (*pack_b)(void* to, const char* from, long row_step, long column_step, long k, long n);
  // One tile, the part of it that lies inside C: stored, or added when `add`.
  void (*tile)(const void* a, const void* b, long k, char* c, long row_step, long column_step, long m, long n,
               bool add);
  // to[j] = sum over q of x[q] * b[q][j]; rows of n contiguous elements row_step bytes apart, x contiguous.
  void (*combine)(const char* b, long row_step, const char* x, long k, long n, char* to);
  // A whole product with n <= small_columns, k <= small_depth; strides in elements.
  void (*small)(const void* a, long a_row, long a_column, const void* b, long b_row, long b_column, void* c,
                long c_row, long c_column, long m, long n, long k);
  // to[i] = sum over k of a[i][k] * x[k]; m rows of n contiguous elements, steps in bytes, x contiguous.
  void (*dots)(const char* a, long a_row, const char* x, long m, long n, char* to, long to_step);
};

constexpr long longest_network = 2048;  // elements of a row that sort_kernels take

// Rows of n <= longest_network elements, sorted by networks over vectors. Null where there is no kernel.
struct sort_kernels {
  void (*sort)(void* data, long rows, long n, bool descending);
  // Stable.
  void (*argsort)(long* out, const void* data, long rows, long n, bool descending);
};

struct random_kernels {
  // The next n words of a PCG64 stream. State and increment as high and low halves; the state is moved on.
  void (*words)(unsigned long* state, const unsigned long* increment, unsigned long* out, long n);
  // The same for PCG64DXSM.
  void (*dxsm_words)(unsigned long* state, const unsigned long* increment, unsigned long* out, long n);
  // The words of n Philox blocks, from `first` counts after the counter on.
  void (*philox_words)(const unsigned long* counter, const unsigned long* key, unsigned long first,
                       unsigned long* out, long n);
  // shift + scale * u.
  void (*uniform)(const unsigned long* words, double* out, long n, double scale, double shift);
  void (*uniform_f32)(const unsigned* draws, float* out, long n);
  // low + [0, range] by Lemire for each draw, elements of 64 and of 32 bits. Returns how many of the draws
  // have to be passed over; their elements are there all the same.
  long (*bounded_64)(const unsigned* draws, unsigned long* out, long n, unsigned range, unsigned long low);
  long (*bounded_32)(const unsigned* draws, unsigned* out, long n, unsigned range, unsigned low);
};

constexpr int matrices_at_once = 8;

// Small float64 matrices in groups: element (i, j) of all eight lies behind (i, j - 1) of all eight, aligned
// to 64 bytes.
struct small_matrix_kernels {
  void (*load)(double* group, char* const* matrices, long row_step, long column_step, long rows,
               long columns);
  // The first `count` of the group.
  void (*store)(const double* group, char* const* matrices, long row_step, long column_step, long rows,
                long columns, int count);
  // Gaussian elimination with partial pivoting of a (n x n) and b (n x r). Returns bits of the matrices that
  // are singular; *odd: of those with an odd permutation.
  unsigned (*eliminate)(double* a, double* b, long n, long r, unsigned* odd);
  // b = a^-1 b for the upper triangle of a.
  void (*substitute)(const double* a, double* b, long n, long r);
  // Returns bits of the matrices that are not positive definite. Reads the lower triangle.
  unsigned (*cholesky)(double* a, long n);
  // Eigenvalues on the diagonal of the symmetric a, in no order; the eigenvectors in the rows of v, if there
  // is a v. Reads the lower triangle. Returns bits of the matrices that are left to a library.
  unsigned (*eigen)(double* a, double* v, long n);
  // Of n rows of m elements, m >= n: singular values in no order, a's rows become the vectors of one side and
  // those of v the other's, if there is a v. As eigen.
  unsigned (*singular)(double* a, double* v, double* values, long n, long m);
  long rotated_rows;  // up to which that is faster than a library
};

constexpr int correlated_dtypes = 14;

struct dense_tables {
  // By the kind of sum: integers of 1, 2, 4, 8 bytes, float, double.
  matmul_kernels matmul[6];
  sort_kernels sort[3][4];  // by bits_kind and the logarithm of the element's size
  // Rows of n unsigned keys, ascending and in place; null where the level has no fast way to.
  void (*sort_keys_32)(unsigned* keys, long rows, long n);
  void (*sort_keys_64)(unsigned long* keys, long rows, long n);
  random_kernels random;
  small_matrix_kernels small_matrices;
  // By dtype: to[i] = sum over k of from[i + k] * weights[k], for n results; elements lie one behind another.
  // Null for float16.
  void (*correlate[correlated_dtypes])(char* to, const char* from, const char* weights, long n, long terms);
};

}  // namespace numloom::cpu_host
