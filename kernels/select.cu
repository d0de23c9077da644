// SPDX-License-Identifier: BSD-3-Clause
// Compaction: which elements of a mask are true. Three passes: count in tiles, scan the counts, write the
// positions.
#include "block.cuh"
#include "element.cuh"
#include "functors/reduce.hpp"
#include "movement.cuh"
#include "strided.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {
namespace {

constexpr int select_items = kernels::scan_items;
constexpr int select_tile = block_size * select_items;

// The flags of the thread's elements, one bit each.
__device__ __forceinline__ u32 flags_of_thread(const u8* mask, i64 first, i64 n) {
  if (first >= n) return 0;
  const int count = n - first < select_items ? static_cast<int>(n - first) : select_items;
  const auto x = load_same<bool, select_items>(reinterpret_cast<const char*>(mask) + first, 1, count);
  u32 flags = 0;
  for (int k = 0; k < select_items; ++k) flags |= static_cast<u32>(x.v[k]) << k;
  return flags;
}

__global__ void __launch_bounds__(block_size) count_flags_kernel(i64* counts, const u8* mask, i64 n) {
  NL_SHARED(i32, shared, [block_size]);
  const i64 first = i64(blockIdx.x) * select_tile + i64(threadIdx.x) * select_items;
  const i32 up_to_here = block_inclusive_scan<add_counts>(shared, __popc(flags_of_thread(mask, first, n)));
  if (threadIdx.x == block_size - 1) counts[blockIdx.x] = up_to_here;
}

// Calls store(rank, position) for each true flag of the tile; neighbouring threads have neighbouring ranks,
// so that what they store is one stretch of memory. counts holds the inclusive scan of the tiles' counts.
template <class Store>
__device__ __forceinline__ void for_each_flag(const i64* counts, const u8* mask, i64 n, Store store) {
  NL_SHARED(i32, shared, [block_size]);
  NL_SHARED(u16, chosen, [select_tile]);
  const int thread = static_cast<int>(threadIdx.x);
  const i64 first = i64(blockIdx.x) * select_tile;
  const u32 flags = flags_of_thread(mask, first + thread * select_items, n);
  const i32 mine = __popc(flags);
  int at = block_inclusive_scan<add_counts>(shared, mine) - mine;
  for (int k = 0; k < select_items; ++k)
    if (flags >> k & 1) chosen[at++] = static_cast<u16>(thread * select_items + k);
  __syncthreads();
  const i64 before = blockIdx.x == 0 ? 0 : counts[blockIdx.x - 1];
  const int all = static_cast<int>(counts[blockIdx.x] - before);
  for (int i = thread; i < all; i += block_size) store(before + i, first + chosen[i]);
}

__global__ void __launch_bounds__(block_size)
    write_positions_kernel(i64* out, const i64* counts, const u8* mask, i64 n, i64 room) {
  for_each_flag(counts, mask, n, [&](i64 rank, i64 position) {
    if (rank < room) out[rank] = position;
  });
}

template <class T>
__global__ void __launch_bounds__(block_size)
    compress_kernel(T* out, const T* source, const i64* counts, const u8* mask, i64 n, i64 room) {
  for_each_flag(counts, mask, n, [&](i64 rank, i64 position) {
    if (rank < room) out[rank] = source[position];
  });
}
template <class T> struct compress_by_size {
  static void run(void* out, const void* source, const i64* counts, const u8* mask, i64 n, i64 room,
                  void* stream) {
    launch(compress_kernel<T>, {static_cast<unsigned>(divide_up(n, select_tile)), block_size}, stream, out,
           source, counts, mask, n, room);
  }
};

// out block i = source block positions[i], in units that divide a block.
template <class Unit>
__global__ void __launch_bounds__(block_size)
    take_blocks_kernel(Unit* out, const Unit* source, const i64* positions, i64 count, i64 units,
                       divider by_units, bool narrow) {
  const i64 i = i64(blockIdx.x) * block_size + threadIdx.x;
  if (i >= count * units) return;
  const i64 row = narrow ? by_units.quotient(static_cast<u32>(i)) : i / units;
  out[i] = source[positions[row] * units + (i - row * units)];
}
template <class Unit> struct take_blocks_by_size {
  static void run(void* out, const void* source, const i64* positions, i64 count, i64 block, void* stream) {
    const i64 units = block / i64(sizeof(Unit));
    const bool narrow = count * units < (i64(1) << 31);
    launch(take_blocks_kernel<Unit>, {block_count(count * units, block_size), block_size}, stream, out,
           source, positions, count, units, make_divider(narrow ? static_cast<u32>(units) : 1u), narrow);
  }
};

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

i64 nonzero_tiles(i64 n) { return divide_up(n, select_tile); }

// The inclusive scan of the numbers of true flags in the tiles.
static void count_tiles(const u8* flags, i64 n, i64* tile_counts, void* scan_memory, void* stream) {
  const i64 tiles = nonzero_tiles(n);
  launch(count_flags_kernel, {static_cast<unsigned>(tiles), block_size}, stream, tile_counts, flags, n);
  if (tiles > 1) scan(counts_scan(tile_counts, tiles), scan_memory, stream);
}

void nonzero(i64* out, const void* mask, i64 n, i64 room, i64* tile_counts, void* scan_memory, void* stream) {
  const u8* flags = static_cast<const u8*>(mask);
  count_tiles(flags, n, tile_counts, scan_memory, stream);
  launch(write_positions_kernel, {static_cast<unsigned>(nonzero_tiles(n)), block_size}, stream, out,
         tile_counts, flags, n, room);
}

bool compresses(const void* out, const void* source, i64 block) {
  const u64 addresses = reinterpret_cast<u64>(out) | reinterpret_cast<u64>(source);
  return block <= 16 && (block & (block - 1)) == 0 && addresses % static_cast<u64>(block) == 0;
}

void compress(void* out, const void* source, const void* mask, i64 n, i64 block, i64 room, i64* tile_counts,
              void* scan_memory, void* stream) {
  const u8* flags = static_cast<const u8*>(mask);
  count_tiles(flags, n, tile_counts, scan_memory, stream);
  by_size<compress_by_size>(static_cast<int>(block), out, source, static_cast<const i64*>(tile_counts), flags,
                            n, room, stream);
}

scan_call counts_scan(i64* counts, i64 n) {
  scan_call c = {};
  c.op = 0;
  c.type = c.source_type = element_int64;
  c.length = n;
  c.out = counts;
  c.source = counts;
  c.out_step = c.source_step = sizeof(i64);
  return c;
}

void take_blocks(void* out, const void* source, const i64* positions, i64 count, i64 block, void* stream) {
  if (count == 0 || block == 0) return;
  const u64 alignment = reinterpret_cast<u64>(out) | reinterpret_cast<u64>(source) | static_cast<u64>(block);
  const int unit = alignment % 16 == 0 ? 16 : static_cast<int>(alignment & (~alignment + 1));
  by_size<take_blocks_by_size>(unit, out, source, positions, count, block, stream);
}

}  // namespace numloom::kernels
