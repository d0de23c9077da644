// SPDX-License-Identifier: BSD-3-Clause
/// cuBLAS, opened on first use. On the simulator the same calls go to the CPU's BLAS.
#pragma once

#include <cstdint>
#include <string>

#include "numloom/dtype.hpp"

namespace numloom::cuda_host {

/// A batch of column-major products C = op(A) op(B), op = 'N' or 'T'; leading dimensions and strides in
/// elements.
struct gemm_call {
  dtype type;
  char a_form, b_form;
  std::int64_t m, n, k, batch;
  const void* a;
  std::int64_t lda, a_stride;
  const void* b;
  std::int64_t ldb, b_stride;
  void* c;
  std::int64_t ldc, c_stride;
};

/// False when there is no library, or it does not have the dtype or the sizes.
bool gemm(const gemm_call& call, int device, void* stream);
/// For others of its routines: null where there is no such function, or no handle.
void* cublas_function(const char* name);
void* cublas_handle(int device, void* stream);
/// The library and where it was found, or why there is none.
std::string cublas_description();

}  // namespace numloom::cuda_host
