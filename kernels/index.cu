// SPDX-License-Identifier: BSD-3-Clause
// gather and scatter by assignment, by element size.
#include "index.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {

// The loops go over the index arrays alone, here and below.
__global__ void __launch_bounds__(kernels::block_threads) check_indices_kernel(index_arguments a) {
  const i64 thread = i64(blockIdx.x) * blockDim.x + threadIdx.x;
  if (thread >= a.loops.dims.size) return;
  i64 offset[index_operands], bytes, cell;
  a.loops.offsets(thread, offset);
  picked_offset(a, offset, bytes, cell);
}

__global__ void __launch_bounds__(kernels::block_threads)
    find_last_writers_kernel(index_arguments a, last_writers w) {
  const i64 thread = i64(blockIdx.x) * blockDim.x + threadIdx.x;
  if (thread >= a.loops.dims.size) return;
  i64 offset[index_operands], bytes, cell;
  a.loops.offsets(thread, offset);
  if (!picked_offset(a, offset, bytes, cell)) return;
  atomicMax(w.positions + find_slot(w, cell, true), static_cast<long long>(thread));
}

index_arguments make_index_arguments(const kernels::index_call& c, int ndim, int packet) {
  index_arguments a;
  const i64* strides[index_operands] = {c.dense_strides, c.data_strides};
  for (int k = 0; k < c.indices; ++k) {
    strides[2 + k] = c.index_strides[k];
    a.index[k] = static_cast<const char*>(c.index[k]);
    a.index_type[k] = c.index_type[k];
    a.extent[k] = c.extent[k];
    a.stride[k] = c.stride[k];
    a.axis[k] = c.axis[k];
  }
  const bool inner = ndim > c.index_ndim;
  a.loops = make_chunked_loops<index_operands>(ndim, c.shape, strides, inner ? packet : 1);
  a.dense = static_cast<char*>(c.dense);
  a.data = static_cast<char*>(c.data);
  a.indices = c.indices;
  a.mode = c.mode;
  a.error = c.error;
  a.ticket = c.ticket;
  return a;
}

namespace {

template <class T> struct gather_by_size {
  static void run(const kernels::index_call* c, void* stream) {
    const index_arguments a = make_index_arguments(*c, c->ndim, chunk_of<T>);
    launch(gather_kernel<T>, {block_count(a.loops.dims.size, kernels::block_threads), kernels::block_threads},
           stream, a);
  }
};
template <class T> struct assign_by_size {
  static void run(const kernels::index_call* c, last_writers w, i64 per_position, void* stream) {
    const index_arguments a = make_index_arguments(*c, c->ndim, chunk_of<T>);
    launch(assign_kernel<T>, {block_count(a.loops.dims.size, kernels::block_threads), kernels::block_threads},
           stream, a, w, per_position);
  }
};

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

void gather(const index_call& call, void* stream) { by_size<gather_by_size>(call.itemsize, &call, stream); }

void check_indices(const index_call& call, void* stream) {
  const index_arguments a = make_index_arguments(call, call.index_ndim, 1);
  launch(check_indices_kernel, {block_count(a.loops.dims.size, block_threads), block_threads}, stream, a);
}

i64 assign_slots(i64 positions) {
  i64 slots = 64;
  while (slots < 2 * positions) slots *= 2;
  return slots;
}

void assign(const index_call& call, void* cells, void* positions, i64 slots, void* stream) {
  const last_writers w = {static_cast<unsigned long long*>(cells), static_cast<long long*>(positions),
                          static_cast<u64>(slots)};
  i64 per_position = 1;
  for (int d = call.index_ndim; d < call.ndim; ++d) per_position *= call.shape[d];
  if (slots != 0) {
    const index_arguments a = make_index_arguments(call, call.index_ndim, 1);
    launch(find_last_writers_kernel, {block_count(a.loops.dims.size, block_threads), block_threads}, stream,
           a, w);
  }
  by_size<assign_by_size>(call.itemsize, &call, w, per_position, stream);
}

}  // namespace numloom::kernels
