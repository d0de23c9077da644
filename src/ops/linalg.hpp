// SPDX-License-Identifier: BSD-3-Clause
/// What the files about linear algebra share.
#pragma once

#include "numloom/manipulation.hpp"

namespace numloom::detail {

/// Throws linalg_error unless a is a stack of (square) matrices.
void require_stack(const char* name, const ndarray& a);
void require_square(const char* name, const ndarray& a);

/// The last two axes exchanged.
inline ndarray swapped(const ndarray& a) { return swapaxes(a, -1, -2); }
inline std::int64_t rows_of(const ndarray& a) { return a.shape()[a.ndim() - 2]; }
inline std::int64_t columns_of(const ndarray& a) { return a.shape()[a.ndim() - 1]; }
/// Without elements because the matrices have none.
inline bool are_empty_matrices(const ndarray& a) { return a.ndim() > 1 && rows_of(a) * columns_of(a) == 0; }

/// What results have, and what real results have.
struct linalg_types {
  dtype result, real;
};
/// Throws type_error for float16, which NumPy refuses.
linalg_types linalg_types_of(const char* name, std::initializer_list<const ndarray*> arrays);

}  // namespace numloom::detail

namespace numloom::linalg {
/// NaN where a matrix is singular.
ndarray inverse_or_nan(const ndarray& a);
}  // namespace numloom::linalg
