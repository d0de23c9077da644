// SPDX-License-Identifier: BSD-3-Clause
#include "core/word_stream.hpp"

#include <unistd.h>

#include <algorithm>

#include "numloom/error.hpp"

#define NL_TARGET core_host
#include "functors/philox.hpp"

namespace numloom {
namespace {

using core_host::u128;

u128 split(uint128 x) { return {static_cast<std::uint64_t>(x >> 64), static_cast<std::uint64_t>(x)}; }
uint128 join(u128 x) { return static_cast<uint128>(x.high) << 64 | x.low; }

// The hash of NumPy's SeedSequence: O'Neill's seed_seq_fe with a longer pool.
struct hasher {
  std::uint32_t constant, factor;
  std::uint32_t operator()(std::uint32_t value) {
    value ^= constant;
    constant *= factor;
    value *= constant;
    return value ^ value >> 16;
  }
};
std::uint32_t mix(std::uint32_t x, std::uint32_t y) {
  const std::uint32_t value = 0xca01f9ddu * x - 0x4973f715u * y;
  return value ^ value >> 16;
}

std::vector<std::uint32_t> mixed_pool(const std::vector<std::uint32_t>& entropy, std::size_t size) {
  std::vector<std::uint32_t> pool(size);
  hasher hash{0x43b0d7e5u, 0x931e8875u};
  for (std::size_t i = 0; i < size; ++i) pool[i] = hash(i < entropy.size() ? entropy[i] : 0);
  for (std::size_t from = 0; from < size; ++from)
    for (std::size_t to = 0; to < size; ++to)
      if (from != to) pool[to] = mix(pool[to], hash(pool[from]));
  for (std::size_t i = size; i < entropy.size(); ++i)
    for (std::uint32_t& value : pool) value = mix(value, hash(entropy[i]));
  return pool;
}

std::vector<std::uint32_t> system_entropy() {
  std::vector<std::uint32_t> words(4);
  if (getentropy(words.data(), 16) != 0)
    fail<not_available>("[seed_sequence] expected random bytes from the operating system, got none");
  return words;
}

}  // namespace

namespace random {

seed_sequence::seed_sequence() : seed_sequence(system_entropy()) {}

seed_sequence::seed_sequence(std::span<const std::uint32_t> entropy, std::span<const std::uint32_t> spawn_key,
                             int pool_size)
    : entropy_(entropy.begin(), entropy.end()), spawn_key_(spawn_key.begin(), spawn_key.end()) {
  if (pool_size < 4) fail<value_error>("[seed_sequence] expected a pool size of at least 4, got ", pool_size);
  std::vector<std::uint32_t> all = entropy_;
  // Padding keeps entropy and spawn key apart: (e, key) and (e + key, ()) must differ.
  if (!spawn_key_.empty() && all.size() < static_cast<std::size_t>(pool_size))
    all.resize(static_cast<std::size_t>(pool_size));
  all.insert(all.end(), spawn_key_.begin(), spawn_key_.end());
  pool_ = mixed_pool(all, static_cast<std::size_t>(pool_size));
}

std::vector<std::uint32_t> seed_sequence::words_of(std::uint64_t value) {
  std::vector<std::uint32_t> words{static_cast<std::uint32_t>(value)};
  if (value >> 32) words.push_back(static_cast<std::uint32_t>(value >> 32));
  return words;
}

std::vector<std::uint32_t> seed_sequence::words_of(const std::vector<std::uint64_t>& integers) {
  std::vector<std::uint32_t> all;
  for (const std::uint64_t value : integers)
    for (const std::uint32_t word : words_of(value)) all.push_back(word);
  return all;
}

std::vector<std::uint32_t> seed_sequence::generate_state(int n) const {
  std::vector<std::uint32_t> words(static_cast<std::size_t>(n));
  hasher hash{0x8b51f9ddu, 0x58f38dedu};
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = hash(pool_[i % pool_.size()]);
  return words;
}

std::vector<seed_sequence> seed_sequence::spawn(int n) {
  std::vector<seed_sequence> children;
  std::vector<std::uint32_t> key = spawn_key_;
  key.push_back(0);
  for (int i = 0; i < n; ++i) {
    key.back() = children_++;
    children.emplace_back(entropy_, key, static_cast<int>(pool_.size()));
  }
  return children;
}

pcg64_state pcg64_seed(const seed_sequence& sequence) {
  const std::vector<std::uint32_t> words = sequence.generate_state(8);
  const auto word = [&](std::size_t i) {
    return static_cast<uint128>(words[2 * i + 1]) << 32 | words[2 * i];
  };
  pcg64_state s;
  s.increment = (word(2) << 64 | word(3)) << 1 | 1;
  s.state = s.increment + (word(0) << 64 | word(1));  // one step from 0, then the seed
  s.state = join(core_host::pcg64_step(split(s.increment))(split(s.state)));
  return s;
}

stream_state pcg64dxsm_seed(const seed_sequence& sequence) {
  return {pcg64_seed(sequence), engine::pcg64dxsm};  // NumPy seeds both by PCG64's own step
}

stream_state philox_seed(const seed_sequence& sequence) {
  const std::vector<std::uint32_t> words = sequence.generate_state(4);
  stream_state s;
  s.kind = engine::philox;
  for (std::size_t i = 0; i < 2; ++i)
    s.key[i] = static_cast<std::uint64_t>(words[2 * i + 1]) << 32 | words[2 * i];
  return s;
}

pcg64_state pcg64_advance(pcg64_state s, uint128 delta) {
  s.state = join(core_host::pcg64_steps(split(s.increment), split(delta))(split(s.state)));
  s.has_uint32 = false;
  s.uinteger = 0;
  return s;
}

}  // namespace random

std::uint64_t consume_words(random::stream_state& s, std::int64_t words) {
  if (words == 0) return 0;
  const auto steps = static_cast<std::uint64_t>(words);
  if (s.kind == random::engine::philox) {
    // Counted from the first word of the block in the buffer: that block is used up after four.
    const std::uint64_t end = static_cast<std::uint64_t>(s.buffer_position) + steps;
    const std::uint64_t blocks = (end - 1) / 4;
    if (blocks > 0) {
      const core_host::philox_block block = core_host::philox_after(s.counter, s.key, blocks);
      std::copy_n(block.word, 4, s.buffer);
      bool carry = (s.counter[0] += blocks) < blocks;
      for (int i = 1; i < 4 && carry; ++i) carry = ++s.counter[i] == 0;
    }
    s.buffer_position = static_cast<int>(end - 4 * blocks);
    return s.buffer[s.buffer_position - 1];
  }
  const bool dxsm = s.kind == random::engine::pcg64dxsm;
  const u128 increment = split(s.increment);
  const core_host::lcg_step one =
      dxsm ? core_host::pcg64dxsm_step(increment) : core_host::pcg64_step(increment);
  const u128 before = core_host::repeated(one, {0, steps - 1})(split(s.state)), after = one(before);
  s.state = join(after);
  return dxsm ? core_host::pcg64dxsm_output(before) : core_host::pcg64_output(after);
}

void consume_draws(random::stream_state& s, std::int64_t draws, int draw_bytes) {
  if (draws == 0) return;
  if (draw_bytes == 8) {
    consume_words(s, draws);
    return;
  }
  const std::int64_t per_half = 4 / draw_bytes;
  const std::int64_t halves = (draws + per_half - 1) / per_half - (s.has_uint32 ? 1 : 0);
  s.has_uint32 = false;
  if (halves == 0) return;
  s.uinteger = static_cast<std::uint32_t>(consume_words(s, (halves + 1) / 2) >> 32);
  s.has_uint32 = halves % 2 != 0;
}

}  // namespace numloom
