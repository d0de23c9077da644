// SPDX-License-Identifier: BSD-3-Clause
// NumPy's random numbers on a grid: word i of a PCG64 stream is computed by whoever needs it.
#pragma once
#include "block.cuh"
#include "functors/pcg64.hpp"
#include "kernel_interface.hpp"
#include "strided.cuh"

namespace numloom::NL_TARGET {

constexpr int jump_bits = 44;  // positions below 2^44 words

// A stream of words. Word w is the output of `base` after w + 1 steps; when half of a word was left over,
// word 0 is that word and base stands one step further back.
struct random_source {
  u128 base;
  bool has_half;
  u64 half_word;
  lcg_step power[jump_bits];  // 1, 2, 4, ... steps
  lcg_step stride;            // from a thread's word to its next one
};

__device__ __forceinline__ u128 state_before(const random_source& r, i64 word) {
  u128 state = r.base;
  for (int bit = 0; (word >> bit) != 0; ++bit)
    if (word >> bit & 1) state = r.power[bit](state);
  return state;
}
__device__ __forceinline__ u64 word_of(const random_source& r, i64 word, u128 state_after) {
  return word == 0 && r.has_half ? r.half_word : pcg64_output(state_after);
}
__device__ __forceinline__ u64 word_at(const random_source& r, i64 word) {
  return word_of(r, word, r.power[0](state_before(r, word)));
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

// f(k, draw) for the thread's draws of the tile that starts at `first`: number k of them is at first + k *
// 256 + thread, so that neighbouring threads have neighbouring draws.
template <class Draw, class F>
__device__ __forceinline__ void for_each_draw(const random_source& r, i64 first, F&& f) {
  constexpr i64 parts = 8 / i64(sizeof(Draw));
  const i64 position = first + threadIdx.x;
  i64 word = position / parts;
  u128 state = r.power[0](state_before(r, word));
  for (int k = 0; k < random_items; ++k) {
    f(k, part_of<Draw>(word_of(r, word, state), position));
    state = r.stride(state);
    word += block_size / parts;
  }
}

using kernels::random_progress;

}  // namespace numloom::NL_TARGET
