// SPDX-License-Identifier: BSD-3-Clause
// Sorting of short rows, all in shared memory, and binary search.
// A block holds 2048 elements: one row, or several whose length is rounded up to a power of two. A bitonic
// network sorts them; the position breaks ties, which makes it stable.
#include "block.cuh"
#include "sort_key.cuh"
#include "strided.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {
namespace {

constexpr int small_slots = 2048;
constexpr int slots_of_thread = small_slots / block_size;

struct sort_slots {
  u64* high;
  u64* low;  // only complex numbers have one
  i32* position;
};

template <bool Wide> __device__ __forceinline__ bool stands_before(const sort_slots& s, int a, int b) {
  if (s.high[a] != s.high[b]) return s.high[a] < s.high[b];
  if constexpr (Wide)
    if (s.low[a] != s.low[b]) return s.low[a] < s.low[b];
  return s.position[a] < s.position[b];
}

template <class T> __device__ __forceinline__ void exchange(T* values, int a, int b) {
  const T held = values[a];
  values[a] = values[b];
  values[b] = held;
}

// Sorts each aligned run of `length` (a power of two) slots.
template <bool Wide> __device__ __forceinline__ void bitonic_sort(const sort_slots& s, int length) {
  for (int size = 2; size <= length; size *= 2)
    for (int distance = size / 2; distance > 0; distance /= 2) {
      for (int pair = static_cast<int>(threadIdx.x); pair < small_slots / 2; pair += block_size) {
        const int a = 2 * pair - (pair & (distance - 1)), b = a + distance;
        const bool ascending = (a & (length - 1) & size) == 0;
        if (stands_before<Wide>(s, b, a) == ascending) {
          exchange(s.high, a, b);
          if constexpr (Wide) exchange(s.low, a, b);
          exchange(s.position, a, b);
        }
      }
      __syncthreads();
    }
}

struct small_sort_arguments {
  void* data;  // sorted in place when there is no `out`
  i64* out;    // positions
  i64 rows, n;
  int length;  // n rounded up to a power of two
  bool descending;
};

template <class T> __global__ void __launch_bounds__(block_size) sort_small_kernel(small_sort_arguments a) {
  using M = memory_of<T>;
  constexpr bool wide_key = is_complex<T>;
  NL_SHARED(u64, high, [small_slots]);
  NL_SHARED(u64, low, [wide_key ? small_slots : 1]);
  NL_SHARED(i32, position, [small_slots]);
  const sort_slots s = {high, low, position};
  const i64 first_row = i64(blockIdx.x) * (small_slots / a.length);
  M* const data = static_cast<M*>(a.data);
  for (int i = static_cast<int>(threadIdx.x); i < small_slots; i += block_size) {
    const i64 row = first_row + i / a.length;
    const int at = i & (a.length - 1);
    key_pair key = {~u64(0), ~u64(0)};
    if (row < a.rows && at < a.n) key = sort_keys(from_memory<T>(data[row * a.n + at]), a.descending);
    high[i] = key.high;
    if constexpr (wide_key) low[i] = key.low;
    position[i] = at;
  }
  __syncthreads();
  bitonic_sort<wide_key>(s, a.length);
  M held[slots_of_thread];
  for (int k = 0; k < slots_of_thread; ++k) {
    const int i = static_cast<int>(threadIdx.x) + k * block_size;
    const i64 row = first_row + i / a.length;
    const int at = i & (a.length - 1);
    if (row >= a.rows || at >= a.n) continue;
    if (a.out != nullptr)
      a.out[row * a.n + at] = position[i];
    else
      held[k] = data[row * a.n + position[i]];
  }
  if (a.out != nullptr) return;
  __syncthreads();  // everybody has read before anybody writes
  for (int k = 0; k < slots_of_thread; ++k) {
    const int i = static_cast<int>(threadIdx.x) + k * block_size;
    const i64 row = first_row + i / a.length;
    const int at = i & (a.length - 1);
    if (row < a.rows && at < a.n) data[row * a.n + at] = held[k];
  }
}

template <class T>
__global__ void __launch_bounds__(block_size)
    searchsorted_kernel(i64* out, const memory_of<T>* sorted, i64 n, const memory_of<T>* values, i64 m,
                        bool right) {
  const i64 i = i64(blockIdx.x) * block_size + threadIdx.x;
  if (i >= m) return;
  const key_pair wanted = sort_keys(from_memory<T>(values[i]), false);
  i64 low = 0, high = n;
  while (low < high) {
    const i64 middle = low + (high - low) / 2;
    const key_pair key = sort_keys(from_memory<T>(sorted[middle]), false);
    if (right ? !(wanted < key) : key < wanted)
      low = middle + 1;
    else
      high = middle;
  }
  out[i] = low;
}

template <class T> void sort_small_rows(small_sort_arguments a, void* stream) {
  launch(sort_small_kernel<T>, {block_count(a.rows, small_slots / a.length), block_size}, stream, a);
}
template <class T>
void search(i64* out, const void* sorted, i64 n, const void* values, i64 m, bool right, void* stream) {
  launch(searchsorted_kernel<T>, {block_count(m, block_size), block_size}, stream, out, sorted, n, values, m,
         right);
}

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

i64 longest_small_row() { return small_slots; }

void sort_small(void* data, i64* out, int type, i64 rows, i64 n, bool descending, void* stream) {
  small_sort_arguments a = {data, out, rows, n, 2, descending};
  while (a.length < n) a.length *= 2;
  switch (type) {
// clang-format off
#define NL_DTYPE(name, T, kind, bytes) \
    case element_##name: sort_small_rows<T>(a, stream); break;
#include "numloom/dtypes.def"
    // clang-format on
  }
}

void searchsorted(i64* out, const void* sorted, i64 n, const void* values, i64 m, int type, bool right,
                  void* stream) {
  if (m == 0) return;
  switch (type) {
// clang-format off
#define NL_DTYPE(name, T, kind, bytes) \
    case element_##name: search<T>(out, sorted, n, values, m, right, stream); break;
#include "numloom/dtypes.def"
    // clang-format on
  }
}

}  // namespace numloom::kernels
