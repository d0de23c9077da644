// SPDX-License-Identifier: BSD-3-Clause
// The bit generators whose streams are walked word by word, and leaps along the others' streams.
#include <algorithm>
#include <bit>

#include "core/word_stream.hpp"
#include "numloom/error.hpp"
#include "numloom/random.hpp"

#define NL_TARGET core_host
#include "functors/philox.hpp"

namespace numloom::random {
namespace {

double unit_interval(std::uint64_t word) { return static_cast<double>(word >> 11) * 0x1p-53; }

// ---- SFC64 ----
sfc64& small_of(void* state) { return *static_cast<sfc64*>(state); }
std::uint64_t sfc64_word(void* state) {
  auto& [a, b, c, counter] = small_of(state).state;
  const std::uint64_t word = a + b + counter++;
  a = b ^ b >> 11;
  b = c + (c << 3);
  c = std::rotl(c, 24) + word;
  return word;
}
std::uint32_t sfc64_half(void* state) {
  sfc64& bits = small_of(state);
  if (bits.has_uint32) {
    bits.has_uint32 = false;
    return bits.uinteger;
  }
  const std::uint64_t word = sfc64_word(state);
  bits.has_uint32 = true;
  bits.uinteger = static_cast<std::uint32_t>(word >> 32);
  return static_cast<std::uint32_t>(word);
}
double sfc64_double(void* state) { return unit_interval(sfc64_word(state)); }

// ---- MT19937 ----
constexpr int mt_words = 624, mt_distance = 397;

/// The next 624 words of the recurrence.
void mt_turn(std::uint32_t* key) {
  for (int i = 0; i < mt_words; ++i) {
    const std::uint32_t joined = (key[i] & 0x80000000u) | (key[(i + 1) % mt_words] & 0x7fffffffu);
    key[i] = key[(i + mt_distance) % mt_words] ^ joined >> 1 ^ ((joined & 1) != 0 ? 0x9908b0dfu : 0);
  }
}
std::uint32_t mt_half(void* state) {
  mt19937& bits = *static_cast<mt19937*>(state);
  if (bits.position == mt_words) {
    mt_turn(bits.key.data());
    bits.position = 0;
  }
  std::uint32_t y = bits.key[static_cast<std::size_t>(bits.position++)];
  y ^= y >> 11;
  y ^= y << 7 & 0x9d2c5680u;
  y ^= y << 15 & 0xefc60000u;
  return y ^ y >> 18;
}
std::uint64_t mt_word(void* state) {
  const std::uint64_t high = mt_half(state);
  return high << 32 | mt_half(state);
}
std::uint64_t mt_raw(void* state) { return mt_half(state); }
double mt_double(void* state) {
  const std::uint32_t high = mt_half(state) >> 5, low = mt_half(state) >> 6;
  return (high * 0x1p26 + low) * 0x1p-53;
}

}  // namespace

sfc64::sfc64(const seed_sequence& sequence) {
  const std::vector<std::uint32_t> words = sequence.generate_state(6);
  for (std::size_t i = 0; i < 3; ++i)
    state[i] = static_cast<std::uint64_t>(words[2 * i + 1]) << 32 | words[2 * i];
  state[3] = 1;
  for (int i = 0; i < 12; ++i) sfc64_word(this);
}
bit_source sfc64::source() noexcept { return {this, sfc64_word, sfc64_half, sfc64_double, sfc64_word}; }

mt19937::mt19937(const seed_sequence& sequence) {
  const std::vector<std::uint32_t> words = sequence.generate_state(mt_words);
  std::copy(words.begin(), words.end(), key.begin());
  key[0] = 0x80000000u;  // not all zeros
}
bit_source mt19937::source() noexcept { return {this, mt_word, mt_half, mt_double, mt_raw}; }

stream_state jumped(const stream_state& s, std::uint64_t jumps) {
  stream_state after = s;
  after.has_uint32 = false;
  after.uinteger = 0;
  if (s.kind == engine::philox) {  // 2^128 draws are two words of the counter
    after.counter[2] += jumps;
    if (after.counter[2] < jumps) ++after.counter[3];
    after.buffer_position = 4;
    return after;
  }
  if (s.kind == engine::foreign) fail<value_error>("[jumped] expected a stream that can be entered anywhere");
  const core_host::u128 increment{static_cast<std::uint64_t>(s.increment >> 64),
                                  static_cast<std::uint64_t>(s.increment)};
  const uint128 golden = static_cast<uint128>(0x9e3779b97f4a7c15u) << 64 | 0xf39cc0605cedc835u;
  const uint128 steps = golden * jumps;
  const core_host::lcg_step one =
      s.kind == engine::pcg64 ? core_host::pcg64_step(increment) : core_host::pcg64dxsm_step(increment);
  const core_host::u128 moved =
      core_host::repeated(one, {static_cast<std::uint64_t>(steps >> 64), static_cast<std::uint64_t>(steps)})(
          {static_cast<std::uint64_t>(s.state >> 64), static_cast<std::uint64_t>(s.state)});
  after.state = static_cast<uint128>(moved.high) << 64 | moved.low;
  return after;
}

}  // namespace numloom::random
