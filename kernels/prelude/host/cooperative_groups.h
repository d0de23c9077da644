// SPDX-License-Identifier: BSD-3-Clause
// The part of cooperative groups that the simulator has: thread blocks, tiles of up to a warp, and a grid of
// one block.
#pragma once

namespace cooperative_groups {

class thread_block {
 public:
  static void sync(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    __syncthreads(file, line);
  }
  static unsigned thread_rank() { return numloom::simt::current_thread->linear; }
  static unsigned num_threads() { return blockDim.x * blockDim.y * blockDim.z; }
  static unsigned size() { return num_threads(); }
  static dim3 group_index() { return blockIdx; }
  static dim3 thread_index() { return threadIdx; }
  static dim3 dim_threads() { return blockDim; }
};
inline thread_block this_thread_block() { return {}; }

// Lanes of one warp that lie side by side.
template <unsigned Size> class thread_block_tile {
  static_assert(Size == 1 || Size == 2 || Size == 4 || Size == 8 || Size == 16 || Size == 32,
                "the simulator has tiles of 1 to 32 threads");

 public:
  static unsigned thread_rank() { return numloom::simt::current_thread->linear % Size; }
  static constexpr unsigned num_threads() { return Size; }
  static constexpr unsigned size() { return Size; }
  static unsigned meta_group_rank() { return numloom::simt::current_thread->linear / Size; }
  static unsigned meta_group_size() { return (thread_block::num_threads() + Size - 1) / Size; }
  static void sync(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    __syncwarp(mask(), file, line);
  }
  template <class T>
  static T shfl(T value, int source, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return __shfl_sync(mask(), value, source, Size, file, line);
  }
  template <class T>
  static T shfl_up(T value, unsigned delta, const char* file = __builtin_FILE(),
                   int line = __builtin_LINE()) {
    return __shfl_up_sync(mask(), value, delta, Size, file, line);
  }
  template <class T>
  static T shfl_down(T value, unsigned delta, const char* file = __builtin_FILE(),
                     int line = __builtin_LINE()) {
    return __shfl_down_sync(mask(), value, delta, Size, file, line);
  }
  template <class T>
  static T shfl_xor(T value, int lanes, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return __shfl_xor_sync(mask(), value, lanes, Size, file, line);
  }
  static unsigned ballot(int predicate, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return (__ballot_sync(mask(), predicate, file, line) & mask()) >> shift();
  }
  static int any(int predicate, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return __any_sync(mask(), predicate, file, line);
  }
  static int all(int predicate, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return __all_sync(mask(), predicate, file, line);
  }

 private:
  static unsigned shift() { return numloom::simt::lane() / Size * Size; }
  static unsigned mask() { return Size == 32 ? ~0u : ((1u << (Size % 32)) - 1) << shift(); }
};
template <unsigned Size> thread_block_tile<Size> tiled_partition(const thread_block&) { return {}; }
template <unsigned Size, unsigned Outer>
thread_block_tile<Size> tiled_partition(const thread_block_tile<Outer>&) {
  static_assert(Size <= Outer, "a tile lies within the tile that it is made of");
  return {};
}

class grid_group {
 public:
  static void sync(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    __syncthreads(file, line);
    if (thread_block::thread_rank() == 0) numloom::simt::grid_barrier({"grid.sync", file, line});
    __syncthreads(file, line);
  }
  static bool is_valid() { return true; }
  static unsigned long long thread_rank() {
    const unsigned long long block = (1ull * blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    return block * thread_block::num_threads() + thread_block::thread_rank();
  }
  static unsigned long long size() {
    return 1ull * gridDim.x * gridDim.y * gridDim.z * thread_block::num_threads();
  }
  static unsigned long long num_threads() { return size(); }
  static dim3 group_dim() { return gridDim; }
};
inline grid_group this_grid() { return {}; }

template <class Group>
void sync(const Group&, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  Group::sync(file, line);
}

template <class T> struct plus {
  T operator()(T a, T b) const { return a + b; }
};
template <class T> struct less {
  T operator()(T a, T b) const { return a < b ? a : b; }
};
template <class T> struct greater {
  T operator()(T a, T b) const { return a < b ? b : a; }
};
template <unsigned Size, class T, class Op>
T reduce(const thread_block_tile<Size>& tile, T value, Op op, const char* file = __builtin_FILE(),
         int line = __builtin_LINE()) {
  for (int lanes = Size / 2; lanes > 0; lanes /= 2)
    value = op(value, tile.shfl_xor(value, lanes, file, line));
  return value;
}

}  // namespace cooperative_groups
