// SPDX-License-Identifier: BSD-3-Clause
// Normal and exponential numbers by the ziggurat. 98.5 % of the draws make a sample by themselves. The others
// may take more draws, and only these say where the next sample does not begin, so only they have to be
// walked in order:
//   1. each tile of 2048 draws is judged as if no sample reached into it from the tile before;
//   2. tiles into which one does reach (about one in fifty) are judged again, until nothing changes;
//   3. the counts of samples are scanned and the samples written where they belong.
#include "functors/ziggurat.hpp"
#include "random_host.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {
namespace {

constexpr int tile_words = random_tile / 32;

// A tile in shared memory: one bit for each draw.
template <class Rule> struct ziggurat_tile {
  u32 exceptional[tile_words];  // the draw alone does not make a sample
  u32 sample[tile_words];       // a sample begins here
  u32 made[tile_words];         // of the exceptional: one that begins here ends as a sample
  u16 length[random_tile];      // draws that the sample takes
  decltype(Rule::value) value[random_tile];
  i64 covered;  // draws up to the end of the last sample
};

__device__ __forceinline__ void clear_bits(u32* bits, i64 first, i64 last) {
  for (i64 i = first; i < last && i < random_tile; ++i) bits[i / 32] &= ~(1u << (i % 32));
}

// Finishes the exceptional draws of one word of bits, each as if a sample began there: that takes thousands
// of instructions, and is known before it is known whether one does begin.
template <class Rule>
__device__ __attribute__((noinline)) void finish_exceptions(ziggurat_tile<Rule>& tile, const random_source& r,
                                                            i64 start, int word) {
  using Draw = typename Rule::draw;
  u32 made = 0;
  for (u32 rest = tile.exceptional[word]; rest != 0; rest &= rest - 1) {
    const int bit = __ffs(static_cast<int>(rest)) - 1, at = word * 32 + bit;
    Rule d(draw_at<Draw>(r, start + at));
    i64 next = at + 1;
    if (settle(d, [&] { return draw_at<Draw>(r, start + next++); })) made |= 1u << bit;
    tile.value[at] = d.value;
    tile.length[at] = static_cast<u16>(next - at);
  }
  tile.made[word] = made;
}

// Walks the exceptional draws of a tile in order, to see at which of them a sample begins. One thread.
template <class Rule>
__device__ __forceinline__ void settle_exceptions(ziggurat_tile<Rule>& tile, i64 carry) {
  i64 covered = carry;
  clear_bits(tile.sample, 0, carry);
  for (int w = 0; w < tile_words; ++w)
    for (u32 rest = tile.exceptional[w]; rest != 0; rest &= rest - 1) {
      const int bit = __ffs(static_cast<int>(rest)) - 1, at = w * 32 + bit;
      if (at < covered) continue;
      covered = at + tile.length[at];
      clear_bits(tile.sample, (tile.made[w] >> bit & 1) != 0 ? at + 1 : at, covered);
    }
  tile.covered = covered > random_tile ? covered : random_tile;
}

template <class Rule>
__device__ __forceinline__ void judge_tile(ziggurat_tile<Rule>& tile, const random_source& r, i64 start,
                                           i64 carry) {
  using Draw = typename Rule::draw;
  const int thread = static_cast<int>(threadIdx.x);
  for_each_draw<Draw>(r, start, [&](int k, Draw draw) {
    const Rule d(draw);
    const int at = k * block_size + thread;
    tile.value[at] = d.value;
    tile.length[at] = 1;
    const u32 exceptional = __ballot_sync(0xffffffffu, !d.plain);
    if (thread % 32 == 0) {
      tile.exceptional[at / 32] = exceptional;
      tile.sample[at / 32] = 0xffffffffu;
    }
  });
  __syncthreads();
  if (thread < tile_words) finish_exceptions(tile, r, start, thread);
  __syncthreads();
  if (thread == 0) settle_exceptions(tile, carry);
  __syncthreads();
}

struct ziggurat_arguments {
  i64 *counts, *carry_in, *carry_used, *carry_out;
  random_progress* progress;
  i64 first_draw;
  i64 wanted;
  i64 tiles;
  double scale, shift;
  bool affine;
};

__device__ __forceinline__ double finished(double x, const ziggurat_arguments& a) {
  return a.affine ? a.shift + a.scale * x : x;
}
__device__ __forceinline__ float finished(float x, const ziggurat_arguments&) { return x; }

template <class Rule>
__global__ void __launch_bounds__(block_size)
    judge_ziggurat_kernel(ziggurat_arguments a, const __grid_constant__ random_source r) {
  NL_SHARED(ziggurat_tile<Rule>, tile, [1]);
  const i64 t = blockIdx.x, carry = a.carry_in[t];
  if (a.carry_used[t] == carry) return;  // judged already; the whole block leaves
  judge_tile(tile[0], r, a.first_draw + t * random_tile, carry);
  if (threadIdx.x != 0) return;
  i64 samples = 0;
  for (int w = 0; w < tile_words; ++w) samples += __popc(tile[0].sample[w]);
  a.counts[t] = samples;
  a.carry_used[t] = carry;
  a.carry_out[t] = tile[0].covered - random_tile;
}

__global__ void __launch_bounds__(block_size) pass_carries_kernel(ziggurat_arguments a) {
  const i64 t = i64(blockIdx.x) * block_size + threadIdx.x;
  if (t >= a.tiles) return;
  if (t == a.tiles - 1) a.progress->carry = a.carry_out[t];
  if (t == 0) return;
  const i64 carry = a.carry_out[t - 1];
  if (carry == a.carry_in[t]) return;
  a.carry_in[t] = carry;
  atomicExch(reinterpret_cast<unsigned long long*>(&a.progress->changed), 1ull);
}

template <class Rule>
__global__ void __launch_bounds__(block_size)
    write_ziggurat_kernel(decltype(Rule::value)* out, ziggurat_arguments a,
                          const __grid_constant__ random_source r) {
  NL_SHARED(ziggurat_tile<Rule>, tile, [1]);
  NL_SHARED(i32, shared, [block_size]);
  const i64 t = blockIdx.x;
  const int thread = static_cast<int>(threadIdx.x);
  judge_tile(tile[0], r, a.first_draw + t * random_tile, a.carry_in[t]);
  // Thread i takes eight neighbouring draws.
  const int first = thread * random_items;
  const u32 flags = tile[0].sample[first / 32] >> (first % 32) & ((1u << random_items) - 1);
  const i32 mine = __popc(flags);
  i64 to = (t == 0 ? 0 : a.counts[t - 1]) + block_inclusive_scan<add_counts>(shared, mine) - mine;
  for (int k = 0; k < random_items; ++k) {
    if ((flags >> k & 1) == 0) continue;
    if (to < a.wanted) out[to] = finished(tile[0].value[first + k], a);
    if (to == a.wanted - 1) a.progress->consumed = t * random_tile + first + k + tile[0].length[first + k];
    ++to;
  }
  if (thread == 0 && t == a.tiles - 1) a.progress->samples = a.counts[t];
}

ziggurat_arguments arguments_of(const kernels::random_fill_call& c) {
  return {c.counts,
          c.carry_in,
          c.carry_used,
          c.carry_out,
          c.progress,
          c.first_draw,
          c.n,
          c.tiles,
          c.scale,
          c.shift,
          c.scale != 1 || c.shift != 0};
}

template <class Rule> void judge(const kernels::random_fill_call& c, void* stream) {
  launch(judge_ziggurat_kernel<Rule>, {dim3(static_cast<unsigned>(c.tiles)), block_size}, stream,
         arguments_of(c), source_of(c.words, sizeof(typename Rule::draw)));
}
template <class Rule> void write(const kernels::random_fill_call& c, void* stream) {
  launch(write_ziggurat_kernel<Rule>, {dim3(static_cast<unsigned>(c.tiles)), block_size}, stream,
         static_cast<decltype(Rule::value)*>(c.out), arguments_of(c),
         source_of(c.words, sizeof(typename Rule::draw)));
}

// f(a rule's type as null pointer)
template <class F> void with_rule(bool exponential, bool single, F&& f) {
  if (exponential)
    return single ? f(static_cast<exponential_draw<float>*>(nullptr))
                  : f(static_cast<exponential_draw<double>*>(nullptr));
  return single ? f(static_cast<ziggurat_draw<float>*>(nullptr))
                : f(static_cast<ziggurat_draw<double>*>(nullptr));
}

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

void random_ziggurat_judge(const random_fill_call& c, bool exponential, bool single, void* stream) {
  with_rule(exponential, single, [&]<class Rule>(Rule*) { judge<Rule>(c, stream); });
  launch(pass_carries_kernel, {block_count(c.tiles, block_size), block_size}, stream, arguments_of(c));
}

void random_ziggurat_write(const random_fill_call& c, bool exponential, bool single, void* stream) {
  if (c.tiles > 1) scan(counts_scan(c.counts, c.tiles), c.scan_memory, stream);
  with_rule(exponential, single, [&]<class Rule>(Rule*) { write<Rule>(c, stream); });
}

}  // namespace numloom::kernels
