// SPDX-License-Identifier: BSD-3-Clause
#include <span>
#include <utility>

#include "cuda/backend.hpp"
#include "cuda/context.hpp"
#include "cuda/cublas.hpp"

namespace numloom::cuda_host {
namespace {

// A matrix as BLAS sees it: column-major, as it lies or transposed.
struct blas_operand {
  bool fits = false;
  char form = 'N';
  std::int64_t leading = 1;
};
blas_operand as_operand(std::int64_t rows, std::int64_t columns, std::int64_t row_step,
                        std::int64_t column_step) {
  if ((row_step == 1 || rows == 1) && (column_step >= rows || columns == 1))
    return {true, 'N', columns == 1 ? rows : column_step};
  if ((column_step == 1 || columns == 1) && (row_step >= columns || rows == 1))
    return {true, 'T', rows == 1 ? columns : row_step};
  return {};
}

// A dense copy of a batch of matrices, row-major.
storage_ptr dense_copy(const void* data, dtype type, std::int64_t batch, std::int64_t rows,
                       std::int64_t columns, std::int64_t batch_step, std::int64_t row_step,
                       std::int64_t column_step, stream_view s) {
  const std::int64_t size = itemsize(type);
  storage_ptr copy = temporary(batch * rows * columns * size, s);
  const std::int64_t shape[] = {batch, rows, columns};
  const std::int64_t to[] = {rows * columns * size, columns * size, size};
  const std::int64_t from[] = {batch_step * size, row_step * size, column_step * size};
  iteration_space space;
  const operand_layout operands[] = {{copy->data, to}, {const_cast<void*>(data), from}};
  canonicalise(space, std::span(shape), operands);
  cuda_backend()->copy(space, itemsize(type), nullptr, s);
  return copy;
}

// BLAS writes column-major and numloom mostly wants row-major: C^T = B^T A^T is the same memory.
bool run_blas(matmul_call c, stream_view s) {
  storage_ptr a_copy, b_copy;
  blas_operand first = as_operand(c.n, c.k, c.b_col, c.b_row);
  if (!first.fits) {
    const std::int64_t batch = c.b_batch == 0 ? 1 : c.batch;
    b_copy = dense_copy(c.b, c.type, batch, c.k, c.n, c.b_batch, c.b_row, c.b_col, s);
    c.b = b_copy->data;
    if (c.b_batch != 0) c.b_batch = c.k * c.n;
    first = {true, 'N', c.n};
  }
  blas_operand second = as_operand(c.k, c.m, c.a_col, c.a_row);
  if (!second.fits) {
    const std::int64_t batch = c.a_batch == 0 ? 1 : c.batch;
    a_copy = dense_copy(c.a, c.type, batch, c.m, c.k, c.a_batch, c.a_row, c.a_col, s);
    c.a = a_copy->data;
    if (c.a_batch != 0) c.a_batch = c.m * c.k;
    second = {true, 'N', c.k};
  }
  const blas_operand out = as_operand(c.n, c.m, c.c_col, c.c_row);
  return gemm({c.type, first.form, second.form, c.n, c.m, c.k, c.batch, c.b, first.leading, c.b_batch, c.a,
               second.leading, c.a_batch, c.c, out.leading, c.c_batch},
              s.device.index, enter(s));
}

void fill_with_zero(const matmul_call& c, stream_view s) {
  const std::int64_t size = itemsize(c.type), shape[] = {c.batch, c.m, c.n};
  const std::int64_t strides[] = {c.c_batch * size, c.c_row * size, c.c_col * size};
  alignas(16) const unsigned char zero[16] = {};
  kernels::fill(3, shape, itemsize(c.type), c.c, strides, zero, enter(s));
}

}  // namespace

void cuda_device::matmul(const matmul_call& call, stream_view s) {
  if (call.m == 0 || call.n == 0 || call.batch == 0) return;
  if (call.k == 0) return fill_with_zero(call, s);
  matmul_call c = call;
  if (c.c_col != 1 && c.c_row == 1) {  // column-major: the product of the transposes
    c = {call.type,  call.n,     call.m,       call.k,       call.batch,  call.b,
         call.a,     call.c,     call.b_col,   call.b_row,   call.a_col,  call.a_row,
         call.c_col, call.c_row, call.b_batch, call.a_batch, call.c_batch};
  }
  const bool blas_can_write =
      as_operand(c.n, c.m, c.c_col, c.c_row).form == 'N' && as_operand(c.n, c.m, c.c_col, c.c_row).fits;
  if (is_inexact(c.type) && blas_can_write && run_blas(c, s)) return;
  kernels::matmul(
      {static_cast<int>(call.type), call.m, call.n, call.k, call.batch, call.a, call.b, call.c, call.a_row,
       call.a_col, call.b_row, call.b_col, call.c_row, call.c_col, call.a_batch, call.b_batch, call.c_batch},
      enter(s));
}

}  // namespace numloom::cuda_host
