// SPDX-License-Identifier: BSD-3-Clause
#include <span>

#include "cuda/backend.hpp"
#include "cuda/context.hpp"
#include "cuda/runtime.hpp"

namespace numloom::cuda_host {
namespace {

constexpr int operands = 2 + kernels::max_kernel_indices;  // dense, data, index arrays

// The loops of an indexed operation: the index arrays' dimensions, then the inner ones, merged without
// changing the order, because of repeated indices the last one wins.
struct index_loops {
  int ndim = 0, index_ndim = 0;
  std::int64_t size = 1, positions = 1;
  std::int64_t shape[2 * max_dims];
  std::int64_t stride[operands][2 * max_dims];

  void add(std::int64_t extent, const std::int64_t (&step)[operands], bool inner) {
    size *= extent;
    if (!inner) positions *= extent;
    if (extent == 1) return;
    const int first = inner ? index_ndim : 0;
    if (ndim > first && merges(extent, step)) {
      shape[ndim - 1] *= extent;
      for (int k = 0; k < operands; ++k) stride[k][ndim - 1] = step[k];
      return;
    }
    shape[ndim] = extent;
    for (int k = 0; k < operands; ++k) stride[k][ndim] = step[k];
    ++ndim;
    if (!inner) index_ndim = ndim;
  }

 private:
  bool merges(std::int64_t extent, const std::int64_t (&step)[operands]) const {
    for (int k = 0; k < operands; ++k)
      if (stride[k][ndim - 1] != step[k] * extent) return false;
    return true;
  }
};

index_loops make_loops(const array_ref& dense, const indexed& p) {
  index_loops loops;
  for (int d = 0; d < p.ndim + p.inner_ndim; ++d) {
    std::int64_t step[operands] = {dense.strides[d]};
    const bool inner = d >= p.ndim;
    if (inner)
      step[1] = p.inner_strides[d - p.ndim];
    else
      for (int k = 0; k < p.indices; ++k) step[2 + k] = p.index_strides[k][d];
    loops.add(inner ? p.inner_shape[d - p.ndim] : p.shape[d], step, inner);
  }
  return loops;
}

kernels::index_call make_call(const index_loops& loops, const array_ref& dense, const indexed& p) {
  kernels::index_call c = {};
  c.ndim = loops.ndim;
  c.index_ndim = loops.index_ndim;
  c.shape = loops.shape;
  c.itemsize = itemsize(p.type);
  c.dense = dense.data;
  c.dense_strides = loops.stride[0];
  c.data = p.data;
  c.data_strides = loops.stride[1];
  c.indices = p.indices;
  for (int k = 0; k < p.indices; ++k) {
    c.index[k] = p.index[k];
    c.index_type[k] = static_cast<int>(p.index_type[k]);
    c.index_strides[k] = loops.stride[2 + k];
    c.extent[k] = p.extent[k];
    c.stride[k] = p.stride[k];
    c.axis[k] = p.axis[k];
  }
  c.mode = static_cast<int>(p.mode);
  return c;
}

// Calls f with calls of at most max_kernel_dims dimensions, in order: one for each index of the outermost
// ones.
template <class F> void for_each_part(const index_loops& loops, const kernels::index_call& whole, F&& f) {
  const int outer = loops.ndim - kernels::max_kernel_dims;
  if (outer <= 0) return f(whole);
  kernels::index_call part = whole;
  part.ndim = kernels::max_kernel_dims;
  part.index_ndim = loops.index_ndim > outer ? loops.index_ndim - outer : 0;
  part.shape += outer;
  part.dense_strides += outer;
  part.data_strides += outer;
  for (int k = 0; k < part.indices; ++k) part.index_strides[k] += outer;
  std::int64_t rounds = 1, at[2 * max_dims] = {};
  for (int d = 0; d < outer; ++d) rounds *= loops.shape[d];
  for (; rounds > 0; --rounds) {
    std::int64_t offset[operands] = {};
    for (int k = 0; k < operands; ++k)
      for (int d = 0; d < outer; ++d) offset[k] += at[d] * loops.stride[k][d];
    part.dense = static_cast<char*>(whole.dense) + offset[0];
    part.data = static_cast<char*>(whole.data) + offset[1];
    for (int k = 0; k < part.indices; ++k)
      part.index[k] = static_cast<const char*>(whole.index[k]) + offset[2 + k];
    f(part);
    for (int d = outer - 1; d >= 0 && ++at[d] == loops.shape[d]; --d) at[d] = 0;
  }
}

void expect_index_errors(kernels::index_call& call, const indexed& p, stream_view s) {
  if (p.mode != index_mode::raise) return;
  const error_ticket ticket = expect_errors(p.operation, s);
  call.error = ticket.word;
  call.ticket = ticket.ticket;
}

// Equal values may be written in any order.
bool same_value_everywhere(const index_loops& loops) {
  for (int d = 0; d < loops.index_ndim; ++d)
    if (loops.stride[0][d] != 0) return false;
  return true;
}

void assign(const index_loops& loops, const kernels::index_call& call, stream_view s) {
  void* stream = enter(s);
  if (same_value_everywhere(loops)) return kernels::assign(call, nullptr, nullptr, 0, stream);
  std::int64_t positions = 1;
  for (int d = 0; d < call.index_ndim; ++d) positions *= call.shape[d];
  const std::int64_t slots = kernels::assign_slots(positions);
  const std::int64_t bytes = slots * static_cast<std::int64_t>(sizeof(std::int64_t));
  const storage_ptr table = temporary(2 * bytes, s);
  cuda_runtime::memset_async(table->data, 0xff, static_cast<std::size_t>(2 * bytes), stream);
  kernels::assign(call, table->data, static_cast<char*>(table->data) + bytes, slots, stream);
}

void update(const kernels::index_call& call, scatter_op op, dtype type, stream_view s) {
  void* stream = enter(s);
  expect_kernel(kernels::has_update(static_cast<int>(type)), "scatter", type);
  storage_ptr locks;
  if (type == dtype::complex128) {
    const auto bytes = static_cast<std::size_t>(kernels::update_locks()) * sizeof(std::uint32_t);
    locks = temporary(static_cast<std::int64_t>(bytes), s);
    cuda_runtime::memset_async(locks->data, 0, bytes, stream);
  }
  kernels::update(call, static_cast<int>(op), static_cast<int>(type), locks ? locks->data : nullptr, stream);
}

// The values in the target's dtype, contiguous.
storage_ptr convert(const array_ref& values, dtype type, dims& strides, stream_view s) {
  program code;
  code.inputs = code.outputs = code.registers = 1;
  code.register_type[0] = type;
  code.output_register[0] = 0;
  const dims shape(values.shape, values.shape + values.ndim);
  strides = contiguous_strides(shape, itemsize(type));
  const storage_ptr dense = temporary(size_of(shape) * itemsize(type), s);
  bound_program bound;
  bound.code = &code;
  bound.type[0] = type;
  bound.type[1] = values.type;
  const operand_layout layouts[] = {{dense->data, strides.data()}, {values.data, values.strides}};
  canonicalise(bound.space, std::span(values.shape, static_cast<std::size_t>(values.ndim)), layouts);
  cuda_backend()->elementwise(bound, s);
  return dense;
}

}  // namespace

void cuda_device::gather(const array_ref& out, const indexed& source, stream_view s) {
  const index_loops loops = make_loops(out, source);
  if (loops.size == 0) return;
  void* stream = enter(s);
  kernels::index_call call = make_call(loops, out, source);
  expect_index_errors(call, source, s);
  for_each_part(loops, call, [&](const kernels::index_call& part) { kernels::gather(part, stream); });
}

void cuda_device::scatter(const indexed& target, const array_ref& values, scatter_op op, stream_view s) {
  array_ref dense = values;
  dims strides;
  storage_ptr converted;
  if (values.type != target.type) {
    converted = convert(values, target.type, strides, s);
    dense = {converted->data, target.type, values.ndim, values.shape, strides.data()};
  }
  const index_loops loops = make_loops(dense, target);
  if (loops.size == 0) return;
  kernels::index_call call = make_call(loops, dense, target);
  expect_index_errors(call, target, s);
  // Nothing is written when an index is out of bounds: writers look at the error word first.
  if (target.mode == index_mode::raise)
    for_each_part(loops, call,
                  [&](const kernels::index_call& part) { kernels::check_indices(part, enter(s)); });
  for_each_part(loops, call, [&](const kernels::index_call& part) {
    if (op == scatter_op::assign)
      assign(loops, part, s);
    else
      update(part, op, target.type, s);
  });
}

void cuda_device::bincount(void* out, dtype type, std::int64_t bins, const std::int64_t* values,
                           const double* weights, std::int64_t n, stream_view s) {
  void* stream = enter(s);
  cuda_runtime::memset_async(out, 0, static_cast<std::size_t>(bins * itemsize(type)), stream);
  kernels::bincount(out, bins, values, weights, n, type == dtype::float64, stream);
}

}  // namespace numloom::cuda_host
