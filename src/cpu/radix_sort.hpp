// SPDX-License-Identifier: BSD-3-Clause
/// Least-significant-digit radix sort of unsigned keys. Digits in which all keys agree are skipped, so
/// integers of a small range cost few passes. Stable.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "cpu/threads.hpp"

namespace numloom::cpu_host {

/// A digit of up to 8 bits.
template <class Key> struct digit_window {
  static constexpr int radix = 256;
  int shift = 0;
  unsigned mask = 0;
  unsigned operator()(Key key) const { return static_cast<unsigned>(key >> shift) & mask; }

  /// The digits in which keys differ, lowest first. `differing` has a bit set where any two keys differ.
  static int windows(Key differing, digit_window* out) {
    int count = 0;
    while (differing != 0) {
      const int shift = std::countr_zero(differing);
      const int width = std::min(8, static_cast<int>(8 * sizeof(Key)) - shift);
      out[count++] = {shift, (1u << width) - 1};
      const Key covered = static_cast<Key>(((1u << width) - 1));
      differing = static_cast<Key>(differing & static_cast<Key>(~static_cast<Key>(covered << shift)));
    }
    return count;
  }
};

/// Moves [begin, end) of `from` to where the digit's running offsets say.
template <class Key>
void scatter_digit(const Key* from, Key* to, std::int64_t begin, std::int64_t end, digit_window<Key> digit,
                   std::int64_t* offset) {
  for (std::int64_t i = begin; i < end; ++i) {
    const Key key = from[i];
    to[offset[digit(key)]++] = key;
  }
}

template <class Key>
void count_digit(const Key* key, std::int64_t n, digit_window<Key> digit, std::int64_t* count) {
  std::fill_n(count, 256, 0);
  for (std::int64_t i = 0; i < n;) {
    // Two tables: runs of one digit would wait for their own stores.
    std::uint32_t even[256] = {}, odd[256] = {};
    const std::int64_t end = i + std::min<std::int64_t>(n - i, UINT32_MAX);
    for (; i + 1 < end; i += 2) {
      ++even[digit(key[i])];
      ++odd[digit(key[i + 1])];
    }
    if (i < end) ++even[digit(key[i++])];
    for (int d = 0; d < 256; ++d) count[d] += static_cast<std::int64_t>(even[d]) + odd[d];
  }
}

/// Sorts n keys of `a` by the bits `differing`, with `b` as room; the result is in the one returned. blocks >
/// 1: that many pieces are counted and moved in parallel.
template <class Key> Key* radix_sort(Key* a, Key* b, std::int64_t n, Key differing, int blocks) {
  digit_window<Key> digits[8 * sizeof(Key)];
  const int passes = digit_window<Key>::windows(differing, digits);
  std::int64_t few[256];
  std::vector<std::int64_t> many;
  if (blocks > 1) many.resize(static_cast<std::size_t>(blocks) * 256);
  std::int64_t* const offset = blocks > 1 ? many.data() : few;
  const auto begin_of = [&](std::int64_t block) { return n * block / blocks; };
  for (int pass = 0; pass < passes; ++pass) {
    const digit_window<Key> digit = digits[pass];
    parallel_for(blocks, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t k = first; k < last; ++k)
        count_digit(a + begin_of(k), begin_of(k + 1) - begin_of(k), digit, offset + 256 * k);
    });
    std::int64_t sum = 0;
    for (int d = 0; d < 256; ++d)
      for (int k = 0; k < blocks; ++k) sum += std::exchange(offset[256 * k + d], sum);
    parallel_for(blocks, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t k = first; k < last; ++k)
        scatter_digit(a, b, begin_of(k), begin_of(k + 1), digit, offset + 256 * k);
    });
    std::swap(a, b);
  }
  return a;
}

}  // namespace numloom::cpu_host
