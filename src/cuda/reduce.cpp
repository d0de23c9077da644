// SPDX-License-Identifier: BSD-3-Clause
#include <span>

#include "cuda/backend.hpp"
#include "cuda/context.hpp"
#include "cuda/spaces.hpp"

namespace numloom::cuda_host {
namespace {

using kernels::reduce_call;

reduce_call call_of(const reduction_plan& p) {
  reduce_call c = {};
  c.reduction = static_cast<int>(p.op);
  c.loop = static_cast<int>(p.loop);
  c.type = static_cast<int>(p.type);
  c.out_type = static_cast<int>(p.result);
  c.out2_type = static_cast<int>(p.result2);
  c.kept = p.kept;
  c.kept_shape = p.kept_shape;
  c.kept_strides[0] = p.kept_source;
  c.kept_strides[1] = p.mask ? p.kept_mask : nullptr;
  c.kept_strides[2] = p.kept_out;
  c.kept_strides[3] = p.out2 ? p.kept_out2 : nullptr;
  c.reduced = p.reduced;
  c.reduced_shape = p.reduced_shape;
  c.reduced_strides[0] = p.reduced_source;
  c.reduced_strides[1] = p.mask ? p.reduced_mask : nullptr;
  c.outputs = p.outputs;
  c.length = p.length;
  c.source = p.source;
  c.mask = p.mask;
  c.out = p.out;
  c.out2 = p.out2;
  c.initial = p.has_initial ? p.initial : nullptr;
  return c;
}

void run(const reduction_plan& p, stream_view s) {
  const reduce_call call = call_of(p);
  expect_kernel(kernels::has_reduction(call.reduction, call.loop), "reduce", p.loop);
  const std::int64_t scratch = kernels::reduce_workspace(call);
  const storage_ptr workspace = scratch > 0 ? temporary(scratch, s) : storage_ptr();
  kernels::reduce(call, workspace ? workspace->data : nullptr, enter(s));
}

// A contiguous copy of an operand with the dimensions kept, then reduced: for plans of more dimensions than a
// kernel takes.
storage_ptr gather_operand(const reduction_plan& p, const void* data, const std::int64_t* kept,
                           const std::int64_t* reduced, int size, stream_view s) {
  storage_ptr dense = temporary(p.outputs * p.length * size, s);
  std::int64_t shape[max_dims], from[max_dims], to[max_dims];
  const int ndim = p.kept + p.reduced;
  for (int d = 0; d < ndim; ++d) {
    const bool is_kept = d < p.kept;
    shape[d] = is_kept ? p.kept_shape[d] : p.reduced_shape[d - p.kept];
    from[d] = is_kept ? kept[d] : reduced[d - p.kept];
  }
  std::int64_t step = size;
  for (int d = ndim - 1; d >= 0; --d) {
    to[d] = step;
    step *= shape[d];
  }
  iteration_space space;
  const operand_layout operands[] = {{dense->data, to}, {const_cast<void*>(data), from}};
  canonicalise(space, std::span(shape, static_cast<std::size_t>(ndim)), operands);
  cuda_backend()->copy(space, size, nullptr, s);
  return dense;
}

void run_dense(reduction_plan p, stream_view s) {
  const int size = itemsize(p.type);
  const storage_ptr source = gather_operand(p, p.source, p.kept_source, p.reduced_source, size, s);
  const storage_ptr mask =
      p.mask ? gather_operand(p, p.mask, p.kept_mask, p.reduced_mask, 1, s) : storage_ptr();
  p.source = source->data;
  p.mask = mask ? mask->data : nullptr;
  p.reduced = 1;
  p.reduced_shape[0] = p.length;
  p.reduced_source[0] = size;
  p.reduced_mask[0] = 1;
  std::int64_t rows = p.length;
  for (int d = p.kept - 1; d >= 0; --d) {
    p.kept_source[d] = rows * size;
    p.kept_mask[d] = rows;
    rows *= p.kept_shape[d];
  }
  if (p.kept <= kernels::max_kernel_dims) return run(p, s);
  // The outermost kept dimensions one index at a time.
  reduction_plan part = p;
  const int outer = p.kept - kernels::max_kernel_dims;
  part.kept = kernels::max_kernel_dims;
  part.outputs = 1;
  for (int d = 0; d < part.kept; ++d) {
    part.kept_shape[d] = p.kept_shape[d + outer];
    part.kept_source[d] = p.kept_source[d + outer];
    part.kept_mask[d] = p.kept_mask[d + outer];
    part.kept_out[d] = p.kept_out[d + outer];
    part.kept_out2[d] = p.kept_out2[d + outer];
    part.outputs *= part.kept_shape[d];
  }
  std::int64_t at[max_dims] = {};
  for (std::int64_t left = p.outputs / part.outputs; left > 0; --left) {
    std::int64_t source_offset = 0, mask_offset = 0, out_offset = 0, out2_offset = 0;
    for (int d = 0; d < outer; ++d) {
      source_offset += at[d] * p.kept_source[d];
      mask_offset += at[d] * p.kept_mask[d];
      out_offset += at[d] * p.kept_out[d];
      out2_offset += at[d] * p.kept_out2[d];
    }
    part.source = static_cast<const char*>(p.source) + source_offset;
    if (p.mask) part.mask = static_cast<const char*>(p.mask) + mask_offset;
    part.out = static_cast<char*>(p.out) + out_offset;
    if (p.out2) part.out2 = static_cast<char*>(p.out2) + out2_offset;
    run(part, s);
    for (int d = outer - 1; d >= 0 && ++at[d] == p.kept_shape[d]; --d) at[d] = 0;
  }
}

}  // namespace

void cuda_device::reduce(const reduction_plan& plan, stream_view s) {
  if (plan.outputs == 0) return;
  const bool fits = plan.kept <= kernels::max_kernel_dims && plan.reduced <= kernels::max_kernel_dims;
  if (fits)
    run(plan, s);
  else
    run_dense(plan, s);
}

}  // namespace numloom::cuda_host
