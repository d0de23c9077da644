// SPDX-License-Identifier: BSD-3-Clause
/// Random words in sequence, from any position of a stream; and draws of all widths, one after another.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/random_state.hpp"
#include "core/source_draws.hpp"
#include "core/word_stream.hpp"
#include "cpu/dense.hpp"

#define NL_TARGET cpu_host
#include "functors/philox.hpp"

namespace numloom::cpu_host {

/// Makes words in sequence from any position of a stream.
class word_reader {
 public:
  word_reader(const word_stream& source, std::int64_t position) : source_(source) { seek(position); }

  void seek(std::int64_t position) {
    position_ = position;
    const random::stream_state& s = source_.at;
    if (s.kind == random::engine::philox) return;
    const auto steps = static_cast<u64>(std::max<std::int64_t>(position - (source_.has_half ? 1 : 0), 0));
    const u128 increment = split(s.increment);
    const lcg_step one = s.kind == random::engine::pcg64 ? pcg64_step(increment) : pcg64dxsm_step(increment);
    state_ = repeated(one, {0, steps})(split(s.state));
  }

  void read(u64* out, std::int64_t n) {
    if (n == 0) return;
    const std::int64_t half = source_.has_half ? 1 : 0, first = position_ - half;
    position_ += n;
    if (first < 0) {
      *out++ = source_.half_word;
      --n;
    }
    if (source_.at.kind == random::engine::philox)
      read_philox(out, std::max<std::int64_t>(first, 0), n);
    else
      read_lcg(out, n);
  }
  std::int64_t position() const { return position_; }

 private:
  static u128 split(uint128 x) { return {static_cast<u64>(x >> 64), static_cast<u64>(x)}; }

  void read_lcg(u64* out, std::int64_t n) {
    u64 state[2] = {state_.high, state_.low};
    const u128 c = split(source_.at.increment);
    const u64 increment[2] = {c.high, c.low};
    const random_kernels& make = dense().random;
    (source_.at.kind == random::engine::pcg64 ? make.words : make.dxsm_words)(state, increment, out, n);
    state_ = {state[0], state[1]};
  }

  /// `first` counts whole words.
  void read_philox(u64* out, std::int64_t first, std::int64_t n) {
    const random::stream_state& s = source_.at;
    std::int64_t at = s.buffer_position + first;  // from the start of the block in the buffer
    for (; n > 0 && at < 4; --n) *out++ = s.buffer[at++];
    while (n > 0) {
      const auto block = static_cast<u64>(at / 4);
      if (at % 4 == 0 && n >= 4) {
        dense().random.philox_words(s.counter, s.key, block, out, n / 4);
        out += n / 4 * 4, at += n / 4 * 4, n %= 4;
      } else {
        const philox_block words = philox_after(s.counter, s.key, block);
        do {
          *out++ = words.word[at++ % 4];
        } while (--n > 0 && at % 4 != 0);
      }
    }
  }

  const word_stream source_;
  u128 state_{};
  std::int64_t position_ = 0;  // of the next word
};

/// Draws one after another, of 64 bits or the halves of words, as NumPy's bit generators give them.
class draw_reader {
 public:
  explicit draw_reader(random::stream_state& s)
      : state_(s), reader_(word_stream(s, 8), 0), has_half_(s.has_uint32), half_(s.uinteger) {}
  ~draw_reader() {
    consume_words(state_, taken_);
    state_.has_uint32 = has_half_;
    state_.uinteger = half_;
  }
  draw_reader(const draw_reader&) = delete;
  draw_reader& operator=(const draw_reader&) = delete;

  u64 next64() {
    if (at_ == end_) refill();
    ++taken_;
    return words_[at_++];
  }
  u32 next32() {
    if (has_half_) {
      has_half_ = false;
      return half_;
    }
    const u64 word = next64();
    has_half_ = true;
    half_ = static_cast<u32>(word >> 32);
    return static_cast<u32>(word);
  }
  double uniform() { return uniform_f64(next64()); }

 private:
  void refill() {
    length_ = std::min<std::int64_t>(length_ * 4, capacity);  // a short walk needs few words
    reader_.read(words_, length_);
    at_ = 0;
    end_ = length_;
  }

  static constexpr std::int64_t capacity = 1024;
  random::stream_state& state_;
  word_reader reader_;
  bool has_half_;
  u32 half_;
  std::int64_t at_ = 0, end_ = 0, length_ = 4, taken_ = 0;
  u64 words_[capacity];
};

/// f(the draws of the call's generator, one after another).
template <class F> void with_draws(const random_call& call, F&& f) {
  if (call.generator->kind == random::engine::foreign) {
    source_draws draws{call.generator->source};
    return f(draws);
  }
  draw_reader draws(*call.generator);
  f(draws);
}

}  // namespace numloom::cpu_host
