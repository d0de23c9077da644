// SPDX-License-Identifier: BSD-3-Clause
// Sorting of long rows: least-significant-digit radix sort, eight bits a pass, stable. Each pass counts the
// digits of every tile, scans the counts, and moves each key to its place. Rows are sorted side by side.
#include "block.cuh"
#include "library_sort.hpp"
#include "sort_key.cuh"
#include "strided.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {
namespace {

constexpr int digits = 256;
constexpr int sort_tile = block_size * kernels::sort_items;
constexpr int warps = block_size / 32;
static_assert(digits == block_size, "thread d looks after digit d");

struct radix_arguments {
  const void* keys;
  void* keys_out;
  const i64* positions;  // null: keys alone
  i64* positions_out;
  i64* counts;  // [row][digit][tile]
  i64 rows, n, tiles;
  int shift;
};

template <class K> __device__ __forceinline__ int digit_of(K key, int shift) {
  return static_cast<int>(key >> shift) & (digits - 1);
}

template <class K> __global__ void __launch_bounds__(block_size) count_digits_kernel(radix_arguments a) {
  NL_SHARED(i32, count, [digits]);
  const i64 row = i64(blockIdx.x) / a.tiles, tile = i64(blockIdx.x) % a.tiles;
  const int thread = static_cast<int>(threadIdx.x);
  count[thread] = 0;
  __syncthreads();
  const K* keys = static_cast<const K*>(a.keys) + row * a.n;
  for (int k = 0; k < kernels::sort_items; ++k) {
    const i64 i = tile * sort_tile + k * block_size + thread;
    if (i < a.n) atomicAdd(&count[digit_of(keys[i], a.shift)], 1);
  }
  __syncthreads();
  a.counts[(row * digits + thread) * a.tiles + tile] = count[thread];
}

// A warp ranks 32 keys at a time: equal digits find each other with one match instruction. Counts of earlier
// rounds and of earlier warps stand before them.
template <class K> __global__ void __launch_bounds__(block_size) move_keys_kernel(radix_arguments a) {
  constexpr int items = kernels::sort_items;
  NL_SHARED(i32, count, [warps][digits]);
  const i64 row = i64(blockIdx.x) / a.tiles, tile = i64(blockIdx.x) % a.tiles;
  const int thread = static_cast<int>(threadIdx.x), warp = thread / 32, lane = thread % 32;
  for (int w = 0; w < warps; ++w) count[w][thread] = 0;
  __syncthreads();
  const K* keys = static_cast<const K*>(a.keys) + row * a.n;
  const i64 first = tile * sort_tile + warp * (32 * items) + lane;
  K key[items];
  int rank[items];
  for (int k = 0; k < items; ++k) {
    const i64 i = first + k * 32;
    const bool valid = i < a.n;
    key[k] = valid ? keys[i] : K(0);
    const int digit = valid ? digit_of(key[k], a.shift) : digits;
    const u32 peers = __match_any_sync(0xffffffffu, digit);
    const u32 before = peers & ((1u << lane) - 1);
    rank[k] = valid ? count[warp][digit] + __popc(before) : 0;
    __syncwarp();
    if (valid && before == 0) count[warp][digit] += __popc(peers);
    __syncwarp();
  }
  __syncthreads();
  // Where this tile's keys of digit `thread` start in the row.
  const i64 slot = (row * digits + thread) * a.tiles + tile;
  i64 start = slot == row * digits * a.tiles ? 0 : a.counts[slot - 1];
  NL_SHARED(i64, starts, [warps][digits]);
  for (int w = 0; w < warps; ++w) {
    starts[w][thread] = start;
    start += count[w][thread];
  }
  __syncthreads();
  for (int k = 0; k < items; ++k) {
    const i64 i = first + k * 32;
    if (i >= a.n) break;
    const i64 to = row * a.n + starts[warp][digit_of(key[k], a.shift)] + rank[k];
    static_cast<K*>(a.keys_out)[to] = key[k];
    if (a.positions_out != nullptr)
      a.positions_out[to] = a.positions == nullptr ? i : a.positions[row * a.n + i];
  }
}

// ---- elements to keys and back ----
enum class key_part { whole, high, low };

template <class T, key_part Part, class Key>
__global__ void __launch_bounds__(block_size)
    encode_kernel(Key* keys, const memory_of<T>* data, const i64* positions, i64 rows, i64 n, bool descending,
                  bool merge_zeros) {
  const i64 i = i64(blockIdx.x) * block_size + threadIdx.x;
  if (i >= rows * n) return;
  const i64 from = positions == nullptr ? i : i / n * n + positions[i];
  const T x = from_memory<T>(data[from]);
  if constexpr (Part == key_part::high)
    keys[i] = static_cast<Key>(sort_keys(x, descending).high);
  else if constexpr (Part == key_part::low)
    keys[i] = static_cast<Key>(sort_keys(x, descending).low);
  else
    keys[i] = sort_key(x, descending, merge_zeros);
}
template <class T>
__global__ void __launch_bounds__(block_size)
    decode_kernel(memory_of<T>* data, const unsigned_of<T>* keys, i64 n, bool descending) {
  const i64 i = i64(blockIdx.x) * block_size + threadIdx.x;
  if (i < n) data[i] = to_memory(from_sort_key<T>(keys[i], descending));
}
template <class T>
__global__ void __launch_bounds__(block_size)
    permute_kernel(T* out, const T* data, const i64* positions, i64 rows, i64 n) {
  const i64 i = i64(blockIdx.x) * block_size + threadIdx.x;
  if (i < rows * n) out[i] = data[i / n * n + positions[i]];
}

// ---- the passes ----
struct radix_memory {
  void *keys, *other_keys;
  i64 *positions, *other_positions;
  i64* counts;
  void* scan_memory;
  void* library_memory;  // null: no library sorts this
  unsigned long library_bytes;
};

kernels::scan_call digit_scan(i64* counts, i64 rows, i64 tiles, const i64* shape, const i64* stride) {
  kernels::scan_call c = {};
  c.type = c.source_type = element_int64;
  c.lines_ndim = rows > 1 ? 1 : 0;
  c.lines_shape = shape;
  c.lines_out = c.lines_source = stride;
  c.length = digits * tiles;
  c.out = counts;
  c.source = counts;
  c.out_step = c.source_step = sizeof(i64);
  return c;
}

void swap_roles(radix_memory& m) {
  void* keys = m.keys;
  m.keys = m.other_keys;
  m.other_keys = keys;
  i64* positions = m.positions;
  m.positions = m.other_positions;
  m.other_positions = positions;
}

void write_sequence(i64* positions, i64 n, void* stream) {
  const i64 zero = 0, one = 1;
  kernels::sequence(positions, element_int64, n, &zero, &one, stream);
}

// Sorts m.keys; m.positions along with them unless null. `identity`: the positions are 0, 1, 2, ... and need
// not be there yet. The result is in m.keys and m.positions, which may have been swapped with the others.
template <class K> void radix_sort(radix_memory& m, i64 rows, i64 n, bool identity, void* stream) {
  if (m.library_memory != nullptr) {
    if (identity && m.positions != nullptr) write_sequence(m.positions, n, stream);
    if (kernels::library_sort(m.library_memory, m.library_bytes, m.keys, m.other_keys, m.positions,
                              m.other_positions, n, int(sizeof(K)), stream))
      return swap_roles(m);
    identity = false;  // the positions are there now
  }
  const i64 tiles = divide_up(n, sort_tile), stride = digits * tiles * i64(sizeof(i64));
  const dim3 blocks(static_cast<unsigned>(rows * tiles));
  for (int shift = 0; shift < 8 * int(sizeof(K)); shift += 8) {
    radix_arguments a = {m.keys, m.other_keys, nullptr, nullptr, m.counts, rows, n, tiles, shift};
    if (m.positions != nullptr) {
      a.positions = identity && shift == 0 ? nullptr : m.positions;
      a.positions_out = m.other_positions;
    }
    launch(count_digits_kernel<K>, {blocks, block_size}, stream, a);
    kernels::scan(digit_scan(m.counts, rows, tiles, &rows, &stride), m.scan_memory, stream);
    launch(move_keys_kernel<K>, {blocks, block_size}, stream, a);
    swap_roles(m);
  }
}

template <class T, key_part Part, class Key>
void encode(const radix_memory& m, const void* data, i64 rows, i64 n, bool descending, bool use_positions,
            bool merge_zeros, void* stream) {
  launch(encode_kernel<T, Part, Key>, {block_count(rows * n, block_size), block_size}, stream, m.keys, data,
         use_positions ? m.positions : nullptr, rows, n, descending, merge_zeros);
}

template <class T>
void sort_rows(void* data, radix_memory& m, i64 rows, i64 n, bool descending, void* stream) {
  const unsigned blocks = block_count(rows * n, block_size);
  if constexpr (is_complex<T>) {
    using Key = unsigned_of<real_of<T>>;
    encode<T, key_part::low, Key>(m, data, rows, n, descending, false, true, stream);
    radix_sort<Key>(m, rows, n, true, stream);
    encode<T, key_part::high, Key>(m, data, rows, n, descending, true, true, stream);
    radix_sort<Key>(m, rows, n, false, stream);
  } else {
    using Key = unsigned_of<T>;
    const bool keys_alone = m.positions == nullptr;
    encode<T, key_part::whole, Key>(m, data, rows, n, descending, false, !keys_alone, stream);
    radix_sort<Key>(m, rows, n, true, stream);
    if (keys_alone)
      launch(decode_kernel<T>, {blocks, block_size}, stream, data, m.keys, rows * n, descending);
  }
}

i64 aligned(i64 bytes) { return divide_up(bytes, 256) * 256; }

// Key bytes and whether there is more than one key to an element.
struct key_layout {
  i64 bytes;
  bool wide;
};
key_layout key_layout_of(int type) {
  const bool wide = type == element_complex64 || type == element_complex128;
  return {wide ? element_bytes[type] / 2 : element_bytes[type], wide};
}

// Bytes that the library needs for one row; 0 when it is not there or refuses.
i64 library_bytes(i64 rows, i64 n, i64 key_bytes, bool positions) {
  if (rows != 1 || kernels::library_sort == nullptr) return 0;
  unsigned long bytes = 0;
  const i64 some = 0;  // any address: it tells keys from pairs
  const i64* pairs = positions ? &some : nullptr;
  if (!kernels::library_sort(nullptr, bytes, nullptr, nullptr, pairs, nullptr, n, static_cast<int>(key_bytes),
                             nullptr))
    return 0;
  return static_cast<i64>(bytes);
}

i64 scan_bytes(i64 rows, i64 n) {
  const i64 tiles = divide_up(n, sort_tile), stride = digits * tiles * i64(sizeof(i64));
  return kernels::scan_workspace(digit_scan(nullptr, rows, tiles, &rows, &stride));
}

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

library_sort_fn library_sort = nullptr;

i64 sort_workspace(int type, i64 rows, i64 n, bool positions) {
  const key_layout key = key_layout_of(type);
  const i64 total = rows * n, tiles = divide_up(n, sort_tile);
  const bool with_positions = positions || key.wide;
  return 2 * aligned(total * key.bytes) + (with_positions ? 2 * aligned(total * i64(sizeof(i64))) : 0) +
         aligned(rows * digits * tiles * i64(sizeof(i64))) + aligned(scan_bytes(rows, n)) +
         aligned(library_bytes(rows, n, key.bytes, with_positions)) +
         (key.wide ? aligned(total * element_bytes[type]) : 0);
}

void sort(void* data, i64* out, int type, i64 rows, i64 n, bool descending, void* workspace, void* stream) {
  const key_layout key = key_layout_of(type);
  const i64 total = rows * n, tiles = divide_up(n, sort_tile);
  char* next = static_cast<char*>(workspace);
  const auto take = [&next](i64 bytes) {
    char* taken = next;
    next += aligned(bytes);
    return static_cast<void*>(taken);
  };
  radix_memory m = {};
  const bool with_positions = out != nullptr || key.wide;
  const i64 library = library_bytes(rows, n, key.bytes, with_positions);
  m.keys = take(total * key.bytes);
  m.other_keys = take(total * key.bytes);
  i64* positions = nullptr;
  if (with_positions) {
    positions = static_cast<i64*>(take(total * i64(sizeof(i64))));
    i64* others = static_cast<i64*>(take(total * i64(sizeof(i64))));
    // The last of an odd number of passes writes to the other array. The library takes one.
    const bool odd = !key.wide && (key.bytes == 1 || library > 0);
    i64* result = out != nullptr ? out : others;
    m.positions = odd ? positions : result;
    m.other_positions = odd ? result : positions;
  }
  m.counts = static_cast<i64*>(take(rows * digits * tiles * i64(sizeof(i64))));
  m.scan_memory = take(scan_bytes(rows, n));
  m.library_bytes = static_cast<unsigned long>(library);
  m.library_memory = library > 0 ? take(library) : nullptr;
  switch (type) {
// clang-format off
#define NL_DTYPE(name, T, kind, bytes) \
    case element_##name: sort_rows<T>(data, m, rows, n, descending, stream); break;
#include "numloom/dtypes.def"
    // clang-format on
  }
  if (out != nullptr && m.positions != out) copy_bytes(out, m.positions, total * i64(sizeof(i64)), stream);
  if (out != nullptr || !key.wide) return;
  const unsigned blocks = block_count(total, block_size);
  void* copy = take(total * element_bytes[type]);
  copy_bytes(copy, data, total * element_bytes[type], stream);
  if (type == element_complex64)
    launch(permute_kernel<complex<float>>, {blocks, block_size}, stream, data, copy, m.positions, rows, n);
  else
    launch(permute_kernel<complex<double>>, {blocks, block_size}, stream, data, copy, m.positions, rows, n);
}

}  // namespace numloom::kernels
