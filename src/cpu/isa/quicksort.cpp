// SPDX-License-Identifier: BSD-3-Clause
// Quicksort of unsigned keys over AVX-512 vectors: keys are partitioned in place by comparing a vector with
// the pivot and moving the lanes of either side together (Bramas 2017, "A novel hybrid quicksort algorithm
// vectorized using AVX-512 on Intel Skylake"); what fits 16 registers is sorted in them (vector_network.hpp).
#include "cpu/isa/quicksort.hpp"

#if defined(NL_QUICKSORT)
#include "cpu/isa/vector_network.hpp"

namespace numloom::NL_TARGET {
namespace {

template <class Key> struct quicksort {
  using ops = key_ops<Key>;
  using vector = typename ops::vector;
  using mask = typename ops::mask;
  static constexpr int lanes = ops::lanes;
  static constexpr long longest_leaf = 32 * lanes;

  // n <= longest_leaf.
  static NL_HD void sort_leaf(Key* key, long n) {
    if (n <= lanes)
      sort_in_registers<Key, 1>(key, n);
    else if (n <= 2 * lanes)
      sort_in_registers<Key, 2>(key, n);
    else if (n <= 4 * lanes)
      sort_in_registers<Key, 4>(key, n);
    else if (n <= 8 * lanes)
      sort_in_registers<Key, 8>(key, n);
    else if (n <= 16 * lanes)
      sort_in_registers<Key, 16>(key, n);
    else
      sort_two_halves<Key>(key, n);
  }

  struct pivot {
    Key key;
    bool repeated;  // probably
  };
  template <int Vectors> static NL_HD pivot pick(vector_network<Key, Vectors>& sample, long share, long n) {
    alignas(64) Key sorted[Vectors * lanes];
    sample.sort();
    sample.store(sorted, Vectors * lanes);
    const long at = share * (Vectors * lanes) / n - 1;
    return {sorted[at], sorted[at] == sorted[at + 1]};
  }
  // A sample of whole vectors.
  template <int Vectors> static pivot pick_spread(const Key* key, long n, long share) {
    vector_network<Key, Vectors> sample;
    NL_UNROLL_REGISTERS
    for (int i = 0; i < Vectors; ++i) sample.v[i] = ops::load(key + (n - lanes) * i / (Vectors - 1));
    return pick(sample, share, n);
  }
  // The greatest key that is to be on the left.
  static pivot choose_pivot(const Key* key, long n) {
    if (n < 64 * lanes)
      return pick_spread<2>(key, n, 14 * lanes);  // leaves take as long when they are not full
    if (n < 512 * lanes) return pick_spread<4>(key, n, n / 2);
    if (n < 4096 * lanes) return pick_spread<8>(key, n, n / 2);
    constexpr int most = 8 * lanes;  // scattered, so that no rhythm of the data is met
    alignas(64) Key scattered[most];
    u64 place = 0x9e3779b97f4a7c15ul * static_cast<u64>(n);
    for (int i = 0; i < most; ++i) {
      unsigned long long at;  // the upper half of the product: below n
      _mulx_u64(place, static_cast<u64>(n), &at);
      scattered[i] = key[at];
      place += 0x9e3779b97f4a7c15ul;
    }
    vector_network<Key, 8> sample;
    sample.load(scattered, most);
    return pick(sample, n / 2, n);
  }

  static constexpr int together = 4;  // vectors that are read at a time
  static constexpr long block = together * lanes;

  // Brings the keys up to the pivot, or only those below it, to the front; returns their number.
  template <bool Below> static long partition(Key* key, long n, Key pivot_key) {
    const vector pivot = ops::all(pivot_key);
    const auto on_left = [&](vector v) { return Below ? ops::below(v, pivot) : ops::at_most(v, pivot); };
    alignas(64) Key stash[4 * block];  // the first block and what follows the last whole one
    const long behind = block + n % block, stashed = block + behind;
    for (long i = 0; i < together; ++i) ops::store(stash + i * lanes, ops::load(key + i * lanes));
    {
      const Key* const from = key + n - behind;
      long i = 0;
      for (; i + lanes <= behind; i += lanes) ops::store(stash + block + i, ops::load(from + i));
      ops::store(stash + block + i, ops::load_some(from + i, ops::first_lanes(behind - i)));
    }
    Key *left = key, *right = key + n;                          // what is done ends and begins here
    Key *unread = key + block, *unread_end = key + n - behind;  // what is not read yet
    while (unread != unread_end) {
      // Read where there is less room, so that afterwards a block fits on either side.
      const bool from_left = unread - left <= right - unread_end;
      const Key* const from = from_left ? unread : unread_end - block;
      unread += from_left ? block : 0;
      unread_end -= from_left ? 0 : block;
      vector v[together];
      NL_UNROLL_REGISTERS
      for (int i = 0; i < together; ++i) v[i] = ops::load(from + i * lanes);
      NL_UNROLL_REGISTERS
      for (int i = 0; i < together; ++i) {
        const mask low = on_left(v[i]);
        const int lows = __builtin_popcount(low);
        ops::store(left, ops::compress(low, v[i]));
        left += lows;
        right -= lanes - lows;
        ops::store_some(right, ops::first_lanes(lanes - lows), ops::compress(static_cast<mask>(~low), v[i]));
      }
    }
    for (long i = 0; i < stashed; i += lanes) {
      const mask some = ops::first_lanes(stashed - i);
      const vector v = ops::load(stash + i);
      const mask low = on_left(v) & some, high = static_cast<mask>(~low & some);
      const int lows = __builtin_popcount(low), highs = __builtin_popcount(high);
      ops::store_some(left, ops::first_lanes(lows), ops::compress(low, v));
      left += lows;
      right -= highs;
      ops::store_some(right, ops::first_lanes(highs), ops::compress(high, v));
    }
    return left - key;
  }

  struct range {
    Key low, high;
  };
  static range range_of(const Key* key, long n) {
    range r{key[0], key[0]};
    for (long i = 1; i < n; ++i) {
      r.low = key[i] < r.low ? key[i] : r.low;
      r.high = key[i] > r.high ? key[i] : r.high;
    }
    return r;
  }

  // `depth` partitions by medians of samples; then the range is halved, which needs no luck.
  static void sort(Key* key, long n, int depth) {
    while (n > longest_leaf) {
      long lows;
      if (depth <= 0) {
        const range r = range_of(key, n);
        if (r.low == r.high) return;
        lows = partition<false>(key, n, r.low + (r.high - r.low) / 2);
      } else {
        const pivot p = choose_pivot(key, n);
        if (p.repeated) {  // they all go to their place
          const long below = partition<true>(key, n, p.key);
          sort(key, below, depth - 1);
          key += below;
          n -= below;
          if (n <= longest_leaf) break;
          const long equal = partition<false>(key, n, p.key);
          key += equal;
          n -= equal;
          --depth;
          continue;
        }
        lows = partition<false>(key, n, p.key);
      }
      --depth;
      sort(key, lows, depth);
      key += lows;
      n -= lows;
    }
    if (n > 1) sort_leaf(key, n);
  }
  static void sort_rows(Key* row, long rows, long n) {
    const int depth = 2 * (64 - __builtin_clzl(static_cast<u64>(n) | 1));
    for (; rows > 0; --rows, row += n) sort(row, n, depth);
  }
};

}  // namespace

void sort_keys(u32* keys, long rows, long n) { quicksort<u32>::sort_rows(keys, rows, n); }
void sort_keys(u64* keys, long rows, long n) { quicksort<u64>::sort_rows(keys, rows, n); }

}  // namespace numloom::NL_TARGET
#endif
