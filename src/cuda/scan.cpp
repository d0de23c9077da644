// SPDX-License-Identifier: BSD-3-Clause
#include <span>

#include "cuda/backend.hpp"
#include "cuda/context.hpp"
#include "cuda/spaces.hpp"

namespace numloom::cuda_host {

void cuda_device::scan(scan_op op, const array_ref& out, const array_ref& source, int axis, stream_view s) {
  void* stream = enter(s);
  expect_kernel(kernels::has_scan(static_cast<int>(out.type)), "scan", out.type);
  dims shape, out_strides, source_strides;
  std::int64_t size = 1;
  for (int d = 0; d < out.ndim; ++d) {
    size *= out.shape[d];
    if (d == axis) continue;
    shape.push_back(out.shape[d]);
    out_strides.push_back(out.strides[d]);
    source_strides.push_back(source.strides[d]);
  }
  if (size == 0) return;
  iteration_space lines;
  const operand_layout operands[] = {{out.data, out_strides.data()}, {source.data, source_strides.data()}};
  canonicalise(lines, std::span(shape.data(), static_cast<std::size_t>(shape.size())), operands);
  for_each_subspace(lines, [&](const iteration_space& part) {
    kernels::scan_call call = {};
    call.op = static_cast<int>(op);
    call.type = static_cast<int>(out.type);
    call.source_type = static_cast<int>(source.type);
    call.lines_ndim = part.ndim;
    call.lines_shape = part.shape;
    call.lines_out = part.strides[0];
    call.lines_source = part.strides[1];
    call.length = out.shape[axis];
    call.out_step = out.strides[axis];
    call.source_step = source.strides[axis];
    call.out = part.data[0];
    call.source = part.data[1];
    const std::int64_t scratch = kernels::scan_workspace(call);
    const storage_ptr workspace = scratch > 0 ? temporary(scratch, s) : storage_ptr();
    kernels::scan(call, workspace ? workspace->data : nullptr, stream);
  });
}

}  // namespace numloom::cuda_host
