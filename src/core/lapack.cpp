// SPDX-License-Identifier: BSD-3-Clause
// What a device does not decompose itself goes through the host.
#include "core/lapack.hpp"

#include <optional>

#include "core/host_copy.hpp"

namespace numloom {
namespace {

int inputs_of(lapack_op op) { return op == lapack_op::solve || op == lapack_op::lstsq ? 2 : 1; }

bool is_empty(const lapack_call& call, const matrix_stack& x) {
  for (int d = 0; d < call.ndim; ++d)
    if (call.shape[d] == 0) return true;
  return x.rows == 0 || x.columns == 0;
}

/// Bytes of an element: lapack_op says which results are real numbers or integers.
std::int64_t item_of(const lapack_call& call, int operand) {
  const lapack_op op = call.op;
  const bool integer = op == lapack_op::lstsq && operand == 4;
  const bool real = ((op == lapack_op::determinant || op == lapack_op::svd) && operand == 2) ||
                    (op == lapack_op::eigh && operand == 1) ||
                    (op == lapack_op::lstsq && (operand == 3 || operand == 5));
  if (integer) return 4;
  if (real) return 8;
  return op == lapack_op::eig && operand > 0 ? 16 : itemsize(call.type);
}

}  // namespace

dtype lapack_dtype(lapack_op op, dtype type, std::int64_t rows, std::int64_t columns, std::int64_t count,
                   device where) {
  if (backend_of(where).decomposes(op, type, rows, columns, count)) return type;
  return is_complex(type) ? dtype::complex128 : dtype::float64;
}

std::int64_t lapack(const lapack_call& call, device where) {
  if (where.is_cpu()) return lapack_on_host(call);
  backend& device = backend_of(where);
  const stream_view s = current_stream(where);
  const matrix_stack& a = call.operands[0];
  std::int64_t count = 1;
  for (int d = 0; d < call.ndim; ++d) count *= call.shape[d];
  if (device.decomposes(call.op, call.type, a.rows, a.columns, count)) return device.decompose(call, s);
  lapack_call there = call;
  std::optional<host_copy> copies[lapack_call::most_operands];
  std::uint64_t nothing[2] = {};  // stands for operands without elements
  for (int k = 0; k < lapack_call::most_operands; ++k) {
    const matrix_stack& x = call.operands[k];
    if (!x.data) continue;
    there.operands[k].data = nothing;
    if (is_empty(call, x)) continue;
    span_of_bytes span;
    span.add(x.rows, x.row_step);
    span.add(x.columns, x.column_step);
    for (int d = 0; d < call.ndim; ++d) span.add(call.shape[d], x.strides[d]);
    copies[k].emplace(device, x.data, span, item_of(call, k), s);
    there.operands[k].data = copies[k]->at(x.data);
  }
  const std::int64_t failures = lapack_on_host(there);
  for (int k = inputs_of(call.op); k < lapack_call::most_operands; ++k)
    if (copies[k]) copies[k]->write_back(device, s);
  return failures;
}

}  // namespace numloom
