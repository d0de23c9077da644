// SPDX-License-Identifier: BSD-3-Clause
/// What the host asks of the kernels for decompositions, in addition to kernel_interface.hpp: matrices of
/// float32, float64 and their complex numbers.
#pragma once
#include "kernel_interface.hpp"

namespace numloom::kernels {

/// Matrices of a stack: steps and strides in bytes. No data: a result that is not wanted.
struct kernel_matrices {
  void* data = nullptr;
  int rows = 0, columns = 0;
  i64 row_step = 0, column_step = 0;
  const i64* strides = nullptr;  ///< of the stack
};
inline constexpr int most_small_operands = 5;
/// Stacks of matrices of at most largest_small_matrix() rows and columns, a group of lanes each; operands as
/// lapack_op orders them. Every matrix without a result counts in `failures`; NaN stands there.
struct small_matrix_call {
  int type;
  int ndim;  ///< of the stack, at most max_kernel_dims
  const i64* shape;
  bool upper;  ///< Cholesky: of the factor, and which triangle is read; eigenvalues: the latter
  kernel_matrices operands[most_small_operands];
  unsigned* failures;
};
i64 largest_small_matrix();
bool has_decompositions(int type);
/// LU with partial pivoting.
void small_solve(const small_matrix_call& call, void* stream);
void small_inverse(const small_matrix_call& call, void* stream);
void small_determinant(const small_matrix_call& call, void* stream);
void small_cholesky(const small_matrix_call& call, void* stream);
/// Householder's reflections, with LAPACK's signs. Fits: 32 rows or columns, and a block's shared memory.
bool fits_small_qr(const small_matrix_call& call);
void small_qr(const small_matrix_call& call, void* stream);
/// Jacobi's rotations. Fits: 32 singular values, vectors on either side, and a block's shared memory.
bool fits_small_svd(const small_matrix_call& call);
void small_svd(const small_matrix_call& call, void* stream);
void small_eigh(const small_matrix_call& call, void* stream);
/// Sign and logarithm of the modulus of the determinants of `count` factors P L U, dense and column-major
/// with 1-based 32-bit pivots.
void determinant_of_factors(int type, i64 n, i64 count, const void* factors, const int* pivots, void* sign,
                            void* log, void* stream);
/// Writes 0 below (or above) the diagonal of dense column-major matrices.
void clear_triangle(int itemsize, bool below, i64 rows, i64 columns, i64 count, void* data, void* stream);
/// flags[i] = 1 where the i-th of dense matrices of `size` elements holds a NaN.
void flag_nan(int type, i64 size, i64 count, const void* data, int* flags, void* stream);
/// addresses[i] = data + i step (bytes), as batched routines take their matrices.
void list_addresses(void* data, i64 step, i64 count, void** addresses, void* stream);
/// Complex eigenvectors from LAPACK's form for real matrices, a pair of columns for a pair of eigenvalues.
void pair_eigenvectors(int type, i64 n, const void* values, const void* packed, void* vectors, void* stream);

}  // namespace numloom::kernels
