// SPDX-License-Identifier: BSD-3-Clause
// Distributions in which every draw stands for itself: uniform numbers, and bounded integers, of which a draw
// now and then is passed over.
#include "random.cuh"
#include "random_host.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {
namespace {

// ---- one draw, one element ----
struct fill_parameters {
  u64 low;
  double scale, shift;
};
struct Uniform {
  static __device__ __forceinline__ double of(u64 word, const fill_parameters& p) {
    return p.shift + p.scale * uniform_f64(word);
  }
  static __device__ __forceinline__ float of(u32 draw, const fill_parameters&) { return uniform_f32(draw); }
};
struct InvertedExponential {
  static __device__ __forceinline__ double of(u64 word, const fill_parameters&) {
    return -::log1p(-uniform_f64(word));
  }
  static __device__ __forceinline__ float of(u32 draw, const fill_parameters&) {
    return static_cast<float>(-::log1p(-static_cast<double>(uniform_f32(draw))));
  }
};
struct Offset {
  static __device__ __forceinline__ u64 of(u64 draw, const fill_parameters& p) { return p.low + draw; }
};

template <class F, class Draw, class Out, int Items>
__global__ void __launch_bounds__(block_size)
    fill_draws_kernel(Out* out, i64 n, random_source r, i64 first_draw, fill_parameters p) {
  const i64 first = i64(blockIdx.x) * block_size * Items;
  for_each_draw<Draw, Items>(r, first_draw + first, [&](int k, Draw draw) {
    const i64 i = first + k * block_size + threadIdx.x;
    if (i < n) out[i] = static_cast<Out>(F::of(draw, p));
  });
}

// 32 out of each 32-bit draw, lowest bit first.
__global__ void __launch_bounds__(block_size)
    fill_bools_kernel(u8* out, i64 n, random_source r, i64 first_draw) {
  const i64 first = i64(blockIdx.x) * random_tile;
  for_each_draw<u32>(r, first_draw + first, [&](int k, u32 draw) {
    const i64 at = (first + k * block_size + threadIdx.x) * 32;
    for (int bit = 0; bit < 32 && at + bit < n; ++bit) out[at + bit] = static_cast<u8>(draw >> bit & 1);
  });
}

// ---- bounded integers ----
template <class Draw>
__global__ void __launch_bounds__(block_size)
    count_accepted_kernel(i64* counts, random_source r, i64 first_draw, u64 range) {
  NL_SHARED(i32, shared, [block_size]);
  const lemire<Draw> rule(static_cast<Draw>(range));
  i32 accepted = 0;
  for_each_draw<Draw>(r, first_draw + i64(blockIdx.x) * random_tile,
                      [&](int, Draw draw) { accepted += rule.accepts(draw) ? 1 : 0; });
  const i32 total = block_inclusive_scan<add_counts>(shared, accepted);
  if (threadIdx.x == block_size - 1) counts[blockIdx.x] = total;
}

// Elements come in the order of the draws: a row of 256 neighbouring draws at a time.
template <class Draw, class Out>
__global__ void __launch_bounds__(block_size)
    write_bounded_kernel(Out* out, i64 wanted, const i64* counts, random_progress* progress, random_source r,
                         i64 first_draw, u64 low, u64 range) {
  NL_SHARED(i32, shared, [block_size]);
  const lemire<Draw> rule(static_cast<Draw>(range));
  const i64 first = i64(blockIdx.x) * random_tile;
  i64 at = blockIdx.x == 0 ? 0 : counts[blockIdx.x - 1];
  for_each_draw<Draw>(r, first_draw + first, [&](int k, Draw draw) {
    const bool accepted = rule.accepts(draw);
    const i32 up_to_here = block_inclusive_scan<add_counts>(shared, accepted ? 1 : 0);
    const i64 to = at + up_to_here - 1;
    if (accepted && to < wanted) {
      out[to] = static_cast<Out>(low + rule.value(draw));
      if (to == wanted - 1) progress->consumed = first + k * block_size + threadIdx.x + 1;
    }
    shared[threadIdx.x] = up_to_here;
    __syncthreads();
    at += shared[block_size - 1];
    __syncthreads();
  });
  if (threadIdx.x == 0 && blockIdx.x == gridDim.x - 1) progress->samples = counts[blockIdx.x];
}

template <class F, class Draw, class Out> void fill_draws(const kernels::random_fill_call& c, void* stream) {
  const bool is_long = c.n >= long_fill;
  const int items = is_long ? many_random_items : random_items;
  launch(is_long ? fill_draws_kernel<F, Draw, Out, many_random_items>
                 : fill_draws_kernel<F, Draw, Out, random_items>,
         {block_count(c.n, i64(block_size) * items), block_size}, stream, c.out, c.n,
         source_of(c.words, sizeof(Draw)), c.first_draw, fill_parameters{c.low, c.scale, c.shift});
}

template <class Draw, class Out> void fill_bounded(const kernels::random_fill_call& c, void* stream) {
  const random_source r = source_of(c.words, sizeof(Draw));
  const unsigned tiles = static_cast<unsigned>(c.tiles);
  launch(count_accepted_kernel<Draw>, {tiles, block_size}, stream, c.counts, r, c.first_draw, c.range);
  if (tiles > 1) kernels::scan(kernels::counts_scan(c.counts, c.tiles), c.scan_memory, stream);
  launch(write_bounded_kernel<Draw, Out>, {tiles, block_size}, stream, c.out, c.n, c.counts, c.progress, r,
         c.first_draw, c.low, c.range);
}

}  // namespace

random_source source_of(const kernels::random_words& w, int draw_bytes) {
  random_source r = {};
  r.engine = w.engine;
  r.has_half = w.has_half;
  r.half_word = w.half_word;
  if (w.engine == 2) {
    for (int i = 0; i < 4; ++i) r.counter[i] = w.counter[i], r.buffer[i] = w.buffer[i];
    for (int i = 0; i < 2; ++i) r.key[i] = w.key[i];
    r.buffer_position = w.buffer_position;
    return r;
  }
  const u128 increment = {w.increment[0], w.increment[1]};
  r.power[0] = w.engine == 0 ? pcg64_step(increment) : pcg64dxsm_step(increment);
  r.base = {w.state[0], w.state[1]};
  const u64 all = ~u64(0);
  if (w.has_half) r.base = repeated(r.power[0], {all, all})(r.base);  // 2^128 - 1 steps: one back
  for (int bit = 1; bit < jump_bits; ++bit) {
    const lcg_step& half = r.power[bit - 1];
    r.power[bit] = {half.multiplier * half.multiplier, half(half.addend)};
  }
  r.stride = repeated(r.power[0], {0, static_cast<u64>(block_size * draw_bytes / 8)});
  return r;
}

}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

i64 random_tiles(i64 draws) { return divide_up(draws, random_tile); }
i64 draws_of_random_tile() { return random_tile; }

void random_uniform(const random_fill_call& c, bool single, void* stream) {
  if (single)
    fill_draws<Uniform, u32, float>(c, stream);
  else
    fill_draws<Uniform, u64, double>(c, stream);
}

void random_exponential_inverted(const random_fill_call& c, bool single, void* stream) {
  if (single)
    fill_draws<InvertedExponential, u32, float>(c, stream);
  else
    fill_draws<InvertedExponential, u64, double>(c, stream);
}

void random_bools(const random_fill_call& c, void* stream) {
  launch(fill_bools_kernel, {block_count(divide_up(c.n, 32), random_tile), block_size}, stream, c.out, c.n,
         source_of(c.words, 4), c.first_draw);
}

void random_whole_range(const random_fill_call& c, int draw_bytes, int out_bytes, void* stream) {
  switch (draw_bytes) {
    case 1: return fill_draws<Offset, u8, u8>(c, stream);
    case 2: return fill_draws<Offset, u16, u16>(c, stream);
    case 8: return fill_draws<Offset, u64, u64>(c, stream);
    default: break;
  }
  if (out_bytes == 8)
    fill_draws<Offset, u32, u64>(c, stream);
  else
    fill_draws<Offset, u32, u32>(c, stream);
}

void random_bounded(const random_fill_call& c, int draw_bytes, int out_bytes, void* stream) {
  switch (draw_bytes) {
    case 1: return fill_bounded<u8, u8>(c, stream);
    case 2: return fill_bounded<u16, u16>(c, stream);
    case 8: return fill_bounded<u64, u64>(c, stream);
    default: break;
  }
  if (out_bytes == 8)
    fill_bounded<u32, u64>(c, stream);
  else
    fill_bounded<u32, u32>(c, stream);
}

}  // namespace numloom::kernels
