// SPDX-License-Identifier: BSD-3-Clause
/// What the host asks of the kernels for decompositions, in addition to kernel_interface.hpp: matrices of
/// float32, float64 and their complex numbers.
#pragma once
#include "kernel_interface.hpp"

namespace numloom::kernels {

/// Matrices of a stack: strides in bytes.
struct kernel_matrices {
  void* data = nullptr;
  i64 row_step = 0, column_step = 0;
  const i64* strides = nullptr;  ///< of the stack
};
/// Stacks of square matrices of at most largest_small_matrix() rows, a group of lanes each. Every matrix
/// without a result counts in `failures`; NaN stands there.
struct small_matrix_call {
  int type;
  int ndim;  ///< of the stack, at most max_kernel_dims
  const i64* shape;
  int n, columns;  ///< rows; columns of b and x
  bool upper;      ///< Cholesky: of the factor, and which triangle is read
  kernel_matrices a, b, x, y;
  unsigned* failures;
};
i64 largest_small_matrix();
bool has_decompositions(int type);
/// x = a^-1 b, by LU with partial pivoting; without b, the identity stands for it.
void small_solve(const small_matrix_call& call, void* stream);
/// x: the sign, y: the logarithm of the modulus.
void small_determinant(const small_matrix_call& call, void* stream);
/// x: the factor of a.
void small_cholesky(const small_matrix_call& call, void* stream);
/// The same two numbers of `count` factors P L U, dense and column-major with 1-based 32-bit pivots.
void determinant_of_factors(int type, i64 n, i64 count, const void* factors, const int* pivots, void* sign,
                            void* log, void* stream);
/// Writes 0 below (or above) the diagonal of dense column-major matrices.
void clear_triangle(int itemsize, bool below, i64 rows, i64 columns, i64 count, void* data, void* stream);
/// flags[i] = 1 where the i-th of dense matrices of `size` elements holds a NaN.
void flag_nan(int type, i64 size, i64 count, const void* data, int* flags, void* stream);
/// Complex eigenvectors from LAPACK's form for real matrices, a pair of columns for a pair of eigenvalues.
void pair_eigenvectors(int type, i64 n, const void* values, const void* packed, void* vectors, void* stream);

}  // namespace numloom::kernels
