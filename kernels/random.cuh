// SPDX-License-Identifier: BSD-3-Clause
// NumPy's random numbers on a grid: word i of a stream is computed by whoever needs it.
#pragma once
#include "block.cuh"
#include "functors/philox.hpp"
#include "kernel_interface.hpp"
#include "strided.cuh"

namespace numloom::NL_TARGET {

constexpr int jump_bits = 44;  // positions below 2^44 words

// A stream of words. With the LCGs word w is the output of `base` after w + 1 steps (DXSM: w); when half of a
// word was left over, word 0 is that word and base stands one step further back. Philox words are computed
// from their position alone.
struct random_source {
  int engine;  // 0 PCG64, 1 PCG64DXSM, 2 Philox
  bool has_half;
  u64 half_word;
  u128 base;
  lcg_step power[jump_bits];  // 1, 2, 4, ... steps
  lcg_step stride;            // from a thread's word to its next one
  u64 counter[4], key[2], buffer[4];
  i64 buffer_position;
};

__device__ __forceinline__ u128 state_before(const random_source& r, i64 word) {
  u128 state = r.base;
  if (r.engine == 2) return state;
  for (int bit = 0; (word >> bit) != 0; ++bit)
    if (word >> bit & 1) state = r.power[bit](state);
  return state;
}
// The state that word_of() wants for a word.
__device__ __forceinline__ u128 state_for(const random_source& r, i64 word) {
  const u128 state = state_before(r, word);
  return r.engine == 0 ? r.power[0](state) : state;
}
__device__ __forceinline__ u64 philox_word(const random_source& r, i64 word) {
  const i64 at =
      word - (r.has_half ? 1 : 0) + r.buffer_position;  // from the start of the block in the buffer
  if (at < 4) return r.buffer[at];
  return philox_after(r.counter, r.key, static_cast<u64>(at / 4)).word[at % 4];
}
__device__ __forceinline__ u64 word_of(const random_source& r, i64 word, u128 state) {
  if (word == 0 && r.has_half) return r.half_word;
  if (r.engine == 2) return philox_word(r, word);
  return r.engine == 0 ? pcg64_output(state) : pcg64dxsm_output(state);
}
__device__ __forceinline__ u64 word_at(const random_source& r, i64 word) {
  return word_of(r, word, state_for(r, word));
}

// Draws narrower than a word are its parts, low ones first; `position` counts draws from the start of word 0.
template <class Draw> __device__ __forceinline__ Draw part_of(u64 word, i64 position) {
  constexpr int parts = 8 / int(sizeof(Draw));
  return static_cast<Draw>(word >> (position % parts * 8 * i64(sizeof(Draw)) & 63));
}
template <class Draw> __device__ __forceinline__ Draw draw_at(const random_source& r, i64 position) {
  return part_of<Draw>(word_at(r, position / (8 / i64(sizeof(Draw)))), position);
}

constexpr int random_items = 8;
constexpr int random_tile = block_size * random_items;

// Threads of long fills take more: each begins with a jump that costs as much as a dozen draws.
constexpr int many_random_items = 32;
constexpr i64 long_fill = i64(1) << 22;  // enough blocks for any device

// f(k, draw) for the thread's draws of the tile that starts at `first`: number k of them is at first + k *
// 256 + thread, so that neighbouring threads have neighbouring draws.
template <class Draw, int Items = random_items, class F>
__device__ __forceinline__ void for_each_draw(const random_source& r, i64 first, F&& f) {
  constexpr i64 parts = 8 / i64(sizeof(Draw));
  const i64 position = first + threadIdx.x;
  i64 word = position / parts;
  u128 state = state_for(r, word);
  for (int k = 0; k < Items; ++k) {
    f(k, part_of<Draw>(word_of(r, word, state), position));
    if (r.engine != 2) state = r.stride(state);
    word += block_size / parts;
  }
}

using kernels::random_progress;

}  // namespace numloom::NL_TARGET
