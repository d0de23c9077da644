// SPDX-License-Identifier: BSD-3-Clause
// Elements picked by index arrays. A thread takes a few elements along the innermost dimension; when that one
// belongs to the inner block, the indices are read once for all of them.
#pragma once
#include "kernel_interface.hpp"
#include "launch_config.hpp"
#include "movement.cuh"
#include "strided.cuh"

namespace numloom::NL_TARGET {

using kernels::max_kernel_indices;

constexpr int index_operands = 2 + max_kernel_indices;  // the dense side, the data, the index arrays

struct index_arguments {
  chunked_loops<index_operands> loops;
  char* dense = nullptr;  // out of a gather, values of a scatter
  char* data = nullptr;   // source of a gather, target of a scatter
  int indices = 0;
  const char* index[max_kernel_indices];
  int index_type[max_kernel_indices];
  i64 extent[max_kernel_indices], stride[max_kernel_indices];
  int axis[max_kernel_indices];
  int mode = 0;  // as numloom::index_mode
  kernels::error_word* error = nullptr;
  u32 ticket = 0;
};

// Loops over the first `ndim` dimensions of the call; the innermost one in packets when it is an inner
// dimension.
index_arguments make_index_arguments(const kernels::index_call& c, int ndim, int packet);

enum index_mode_number : int { index_raise, index_wrap, index_clip };

__device__ inline void report_index(const index_arguments& a, int k, i64 index) {
  if (atomicCAS(&a.error->ticket, 0u, a.ticket) != 0) return;  // an earlier one is reported
  a.error->axis = a.axis[k];
  a.error->index = index;
  a.error->extent = a.extent[k];
}

// An index of this very operation was out of bounds.
__device__ __forceinline__ bool has_failed(const index_arguments& a) {
  return a.mode == index_raise && a.error->ticket == a.ticket;
}

// The index as a position in [0, extent). False when there is none.
__device__ __forceinline__ bool resolve_index(const index_arguments& a, int k, i64 index, i64& position) {
  const i64 extent = a.extent[k];
  position = index;
  if (a.mode == index_raise) {
    if (index < -extent || index >= extent) {
      report_index(a, k, index);
      return false;
    }
    if (index < 0) position += extent;
    return true;
  }
  if (extent == 0) return false;
  if (a.mode == index_wrap) {
    position = index % extent;
    if (position < 0) position += extent;
  } else {
    position = index < 0 ? 0 : index >= extent ? extent - 1 : index;
  }
  return true;
}

// Bytes into the data that the indices at these offsets pick. False when one of them is out of bounds. `cell`
// numbers the picked places.
__device__ __forceinline__ bool picked_offset(const index_arguments& a, const i64 (&offset)[index_operands],
                                              i64& bytes, i64& cell) {
  bytes = 0;
  cell = 0;
  bool inside = true;
  NL_UNROLL  // so that offsets stay in registers
  for (int k = 0; k < max_kernel_indices; ++k) {
    if (k == a.indices) break;
    const i64 index = load_elements<i64, 1>(a.index[k] + offset[2 + k], 0, 1, a.index_type[k]).v[0];
    i64 position;
    if (!resolve_index(a, k, index, position)) {
      inside = false;
      continue;
    }
    bytes += position * a.stride[k];
    cell = cell * a.extent[k] + position;
  }
  return inside;
}

template <class T>
__global__ void __launch_bounds__(kernels::block_threads) gather_kernel(index_arguments a) {
  constexpr int V = chunk_of<T>;
  const i64 thread = i64(blockIdx.x) * blockDim.x + threadIdx.x;
  if (thread >= a.loops.dims.size) return;
  i64 offset[index_operands], bytes, cell;
  const int count = a.loops.offsets(thread, offset);
  if (!picked_offset(a, offset, bytes, cell)) return;
  const auto x = load_same<T, V>(a.data + bytes + offset[1], a.loops.step[1], count);
  store_same<T, V>(a.dense + offset[0], a.loops.step[0], (1u << count) - 1, x);
}

// ---- assignment: of repeated indices the last one wins ----
// A hash table from picked places to the last position that picks them. It is twice as large as the index
// arrays, so its cost does not depend on the size of the target.
struct last_writers {
  unsigned long long* cells;  // ~0: empty
  long long* positions;       // -1 at first
  u64 slots;                  // a power of two
};

__device__ __forceinline__ u64 slot_of_cell(u64 cell, u64 slots) {
  u64 h = cell * 0x9e3779b97f4a7c15u;
  return (h ^ (h >> 32)) & (slots - 1);
}
__device__ __forceinline__ u64 find_slot(const last_writers& w, i64 cell, bool insert) {
  constexpr unsigned long long empty = ~0ull;
  for (u64 slot = slot_of_cell(static_cast<u64>(cell), w.slots);; slot = (slot + 1) & (w.slots - 1)) {
    const unsigned long long mine = static_cast<unsigned long long>(cell);
    const unsigned long long there = insert ? atomicCAS(w.cells + slot, empty, mine) : w.cells[slot];
    if (there == mine || (insert && there == empty)) return slot;
  }
}

// Writes at the positions that won, or at all when there is no table.
template <class T>
__global__ void __launch_bounds__(kernels::block_threads)
    assign_kernel(index_arguments a, last_writers w, i64 elements_per_position) {
  constexpr int V = chunk_of<T>;
  const i64 thread = i64(blockIdx.x) * blockDim.x + threadIdx.x;
  if (thread >= a.loops.dims.size || has_failed(a)) return;
  i64 offset[index_operands], bytes, cell;
  const int count = a.loops.offsets(thread, offset);
  if (!picked_offset(a, offset, bytes, cell)) return;
  if (w.slots != 0) {
    const i64 position = a.loops.linear(thread) / elements_per_position;
    if (w.positions[find_slot(w, cell, false)] != position) return;
  }
  const auto x = load_same<T, V>(a.dense + offset[0], a.loops.step[0], count);
  store_same<T, V>(a.data + bytes + offset[1], a.loops.step[1], (1u << count) - 1, x);
}

}  // namespace numloom::NL_TARGET
