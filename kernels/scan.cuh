// SPDX-License-Identifier: BSD-3-Clause
// Inclusive scans along one axis: many lines, each scanned by itself.
//   row:    a line's elements are neighbours. A block scans a tile of 2048 of them in shared memory.
//   column: lines are neighbours, or short. A thread walks along its part of one line.
// A line of several parts takes three passes: the total of each part, the scan of the totals, the parts again
// with what came before them. Each element is read twice and written once.
#pragma once
#include "block.cuh"
#include "element.cuh"
#include "functors/reduce.hpp"
#include "strided.cuh"

namespace numloom::NL_TARGET {

struct scan_arguments {
  loop_dims<2> lines;  // out, source
  char* out = nullptr;
  const char* source = nullptr;
  i64 out_step = 0, source_step = 0;  // along the line
  i64 length = 0;
  i64 parts = 1;           // of a line
  i64 part_length = 0;     // elements
  void* totals = nullptr;  // [lines][parts]; null when there is one part
  int source_type = 0;
};

constexpr int scan_items = kernels::scan_items;
constexpr int scan_tile = block_size * scan_items;

// Where element i of a tile stands: a gap after every 32 spreads a thread's neighbours over the banks.
__device__ __forceinline__ int padded(int i) { return i + i / 32; }

template <class T>
__device__ __forceinline__ wide_of<T> load_for_scan(const scan_arguments& a, const char* line, i64 i) {
  return wide(load_elements<T, 1>(line + i * a.source_step, 0, 1, a.source_type).v[0]);
}

// One block for each (line, part). With `write` false only the part's total is kept.
template <class R, class T, bool Write>
__global__ void __launch_bounds__(block_size) scan_row_kernel(scan_arguments a) {
  using A = typename R::acc;
  NL_SHARED(A, tile, [scan_tile + scan_tile / 32]);
  NL_SHARED(A, shared, [block_size]);
  const int thread = static_cast<int>(threadIdx.x);
  const i64 line = i64(blockIdx.x) / a.parts, part = i64(blockIdx.x) % a.parts;
  i64 offset[2];
  a.lines.offsets(line, offset);
  const i64 first = part * scan_tile;
  const int count = a.length - first < scan_tile ? static_cast<int>(a.length - first) : scan_tile;
  for (int i = thread; i < scan_tile; i += block_size)
    tile[padded(i)] = i < count ? load_for_scan<T>(a, a.source + offset[1], first + i) : R::identity();
  __syncthreads();
  A held[scan_items];
  A total = R::identity();
  NL_UNROLL
  for (int k = 0; k < scan_items; ++k) {
    total =
        k == 0 ? tile[padded(thread * scan_items)] : R::combine(total, tile[padded(thread * scan_items + k)]);
    held[k] = total;
  }
  const A up_to_here = block_inclusive_scan<R>(shared, total);
  A* totals = static_cast<A*>(a.totals) + line * a.parts;
  if constexpr (!Write) {
    if (thread == block_size - 1) totals[part] = up_to_here;
    return;
  }
  shared[thread] = up_to_here;
  __syncthreads();
  const bool preceded = thread > 0 || part > 0;
  A before = R::identity();
  if (thread > 0) before = shared[thread - 1];
  if (part > 0) before = thread > 0 ? R::combine(totals[part - 1], before) : totals[part - 1];
  NL_UNROLL
  for (int k = 0; k < scan_items; ++k)
    tile[padded(thread * scan_items + k)] = preceded ? R::combine(before, held[k]) : held[k];
  __syncthreads();
  for (int i = thread; i < count; i += block_size)
    store_same<T, 1>(a.out + offset[0] + (first + i) * a.out_step, 0, 1u, {{R::finish(tile[padded(i)])}});
}

// One thread for each (part, line); neighbouring threads take neighbouring lines.
template <class R, class T, bool Write>
__global__ void __launch_bounds__(block_size) scan_column_kernel(scan_arguments a) {
  using A = typename R::acc;
  const i64 index = i64(blockIdx.x) * block_size + threadIdx.x;
  if (index >= a.lines.size * a.parts) return;
  const i64 line = index % a.lines.size, part = index / a.lines.size;
  i64 offset[2];
  a.lines.offsets(line, offset);
  const i64 first = part * a.part_length;
  const i64 last = first + a.part_length < a.length ? first + a.part_length : a.length;
  A* totals = static_cast<A*>(a.totals) + line * a.parts;
  A sum = R::identity();
  bool started = false;
  if (Write && part > 0) {
    sum = totals[part - 1];
    started = true;
  }
  for (i64 i = first; i < last; ++i) {
    const A x = load_for_scan<T>(a, a.source + offset[1], i);
    sum = started ? R::combine(sum, x) : x;
    started = true;
    if constexpr (Write) store_same<T, 1>(a.out + offset[0] + i * a.out_step, 0, 1u, {{R::finish(sum)}});
  }
  if constexpr (!Write) totals[part] = sum;
}

// Scans the totals of each line in place: one block a line.
template <class R> __global__ void __launch_bounds__(block_size) scan_totals_kernel(void* totals, i64 parts) {
  using A = typename R::acc;
  NL_SHARED(A, shared, [block_size]);
  A* line = static_cast<A*>(totals) + i64(blockIdx.x) * parts;
  const int thread = static_cast<int>(threadIdx.x);
  A carried = R::identity();
  for (i64 first = 0; first < parts; first += block_size) {
    const i64 i = first + thread;
    const A here = block_inclusive_scan<R>(shared, i < parts ? line[i] : R::identity());
    const A all = R::combine(carried, here);
    if (i < parts) line[i] = all;
    shared[thread] = all;
    __syncthreads();
    carried = shared[block_size - 1];
    __syncthreads();
  }
}

}  // namespace numloom::NL_TARGET
