// SPDX-License-Identifier: BSD-3-Clause
/// Decompositions of stacks of matrices: by the device where it has them, else by LAPACK on the host.
#pragma once

#include <cstdint>

#include "core/backend.hpp"

namespace numloom {

enum class lapack_op : std::uint8_t {
  solve,        // a, b -> x
  inverse,      // a -> x
  determinant,  // a -> sign (1 x 1), logarithm of the modulus (1 x 1, real)
  cholesky,     // a -> l, or u where `upper`
  qr,           // a -> q, r, and LAPACK's form of both: h, tau (1 x k)
  svd,          // a -> u, s (1 x k, real), vh
  eig,          // a -> w (1 x n, complex), v (complex)
  eigh,         // a -> w (1 x n, real), v; reads one triangle
  lstsq,        // a, b -> x, residuals (1 x r, real), rank (1 x 1, int32), s (1 x k, real)
};

/// A stack of matrices; steps and strides in bytes. No data: a result that is not wanted.
struct matrix_stack {
  void* data = nullptr;
  std::int64_t rows = 0, columns = 0, row_step = 0, column_step = 0;
  std::int64_t strides[max_dims];  // of the stack
};

/// One decomposition or solution for each matrix of a stack: operands in the order of lapack_op's comment,
/// inputs unchanged and apart from the results.
struct lapack_call {
  static constexpr int most_operands = 6;
  lapack_op op = lapack_op::solve;
  dtype type = dtype::float64;  // as lapack_dtype() says
  bool upper = false;
  double cutoff = 0;  // of lstsq: singular values below cutoff times the largest count as 0
  matrix_stack operands[most_operands];
  int ndim = 0;
  std::int64_t shape[max_dims];  // of the stack
};

/// In what dtype a decomposition of matrices of `type` (float32, float64 or their complex numbers) is
/// computed: in double precision on the host, as in NumPy; a device that does it itself takes `type`.
dtype lapack_dtype(lapack_op op, dtype type, std::int64_t rows, std::int64_t columns, std::int64_t count,
                   device where);
/// Returns how many matrices had no result (singular, not positive definite, no convergence): NaN stands
/// there. Waits. Throws not_available without a library.
std::int64_t lapack(const lapack_call& call, device where);
/// The same for host memory: the CPU's.
std::int64_t lapack_on_host(const lapack_call& call);

}  // namespace numloom
