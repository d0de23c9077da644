// SPDX-License-Identifier: BSD-3-Clause
/// Most-significant-digit sort of unsigned keys, for many keys of many different values. Keys are dealt into
/// buckets until a bucket is one that the level's kernels sort; so every key travels through memory about
/// twice, however wide it is.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "cpu/dense.hpp"
#include "cpu/radix_sort.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {

/// Leaf: leaf(keys, offset, count, equal) is given the keys of one bucket, which belong at `offset` in the
/// order, and brings them there; `equal` says that they are all one key. leaf.longest: the most keys that it
/// takes when they differ.
template <class Key, class Leaf> class partition_sort {
 public:
  static constexpr std::int64_t parallel_length = 1 << 16;

  /// Keys in a, room in b.
  partition_sort(Key* a, Key* b, std::int64_t n, Leaf leaf) : leaf_(leaf) {
    if (n >= parallel_length && num_threads() > 1)
      split_together(a, b, 0, n, 0);
    else
      split(a, b, 0, n);
  }

 private:
  struct range {
    Key low, high;
  };
  static range range_of(const Key* key, std::int64_t n) {
    range r{key[0], key[0]};
    for (std::int64_t i = 1; i < n; ++i) {
      r.low = std::min(r.low, key[i]);
      r.high = std::max(r.high, key[i]);
    }
    return r;
  }

  /// Moves `count` keys from `from` to where the running offsets of their buckets say.
  template <class Bucket>
  static void deal(const Key* from, Key* to, std::int64_t count, std::int64_t* offset, Bucket bucket) {
    for (std::int64_t i = 0; i < count; ++i) {
      const Key key = from[i];
      to[offset[bucket(key)]++] = key;
    }
  }
  template <class Bucket>
  static void count_buckets(const Key* key, std::int64_t n, std::int64_t* counts, Bucket bucket) {
    std::fill_n(counts, 256, 0);
    std::int64_t odd[256] = {};  // a second table: runs of one bucket would wait for their own stores
    std::int64_t i = 0;
    for (; i + 1 < n; i += 2) {
      ++counts[bucket(key[i])];
      ++odd[bucket(key[i + 1])];
    }
    if (i < n) ++counts[bucket(key[i])];
    for (int b = 0; b < 256; ++b) counts[b] += odd[b];
  }

  /// On this thread, by the highest bits in which the bucket's keys differ.
  void split(Key* from, Key* to, std::int64_t offset, std::int64_t count) const {
    if (count <= leaf_.longest) return leaf_(from, offset, count, false);
    const range r = range_of(from, count);
    if (r.low == r.high) return leaf_(from, offset, count, true);
    const int bits =
        std::clamp(static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count) / 384)), 1, 8);
    const int shift = std::max(static_cast<int>(std::bit_width(static_cast<Key>(r.high - r.low))) - bits, 0);
    const auto bucket = [low = r.low, shift](Key key) { return static_cast<Key>(key - low) >> shift; };
    std::int64_t counts[256], at[256], sum = 0;
    count_buckets(from, count, counts, bucket);
    for (int b = 0; b < 256; ++b) at[b] = std::exchange(sum, sum + counts[b]);
    deal(from, to, count, at, bucket);
    std::int64_t begin = 0;
    for (int b = 0; b < 256; begin += counts[b++]) {
      if (counts[b] == 0) continue;
      if (shift == 0)
        leaf_(to + begin, offset + begin, counts[b], true);
      else
        split(to + begin, from + begin, offset + begin, counts[b]);
    }
  }

  /// A monotone map from the highest bits of a key to buckets that hold about as many keys each. Bits alone
  /// would put most of a usual set of floats, which share a few exponents, into few buckets.
  struct bucket_map {
    Key low;
    int shift;
    std::vector<std::uint8_t> bucket;
    std::size_t prefix_of(Key key) const {
      return static_cast<std::size_t>(static_cast<Key>(key - low) >> shift);
    }
    std::uint8_t operator()(Key key) const { return bucket[prefix_of(key)]; }

    bucket_map(const Key* key, std::int64_t n, range r) : low(r.low) {
      constexpr std::int64_t samples = longest_network;
      std::vector<Key> sample(samples);
      for (std::int64_t i = 0; i < samples; ++i)  // scattered, so that no rhythm of the data is met
        sample[static_cast<std::size_t>(i)] = key[static_cast<std::int64_t>(
            static_cast<unsigned __int128>(static_cast<std::uint64_t>(i) * 0x9e3779b97f4a7c15u) *
                static_cast<std::uint64_t>(n) >>
            64)];
      std::sort(sample.begin(), sample.end());
      const int width = static_cast<int>(std::bit_width(static_cast<Key>(r.high - r.low))),
                bits = std::min(width, 16);
      shift = width - bits;
      bucket.resize(std::size_t{1} << bits);
      // The middle of a prefix's samples, so that one with many of them has a bucket of its own.
      std::size_t below = 0, up_to = 0;  // samples in lower prefixes, and with the prefix's own
      for (std::size_t prefix = 0; prefix < bucket.size(); ++prefix, below = up_to) {
        while (up_to < sample.size() && prefix_of(sample[up_to]) == prefix) ++up_to;
        bucket[prefix] = static_cast<std::uint8_t>((below + up_to) * 255 / (2 * samples));
      }
      // The samples may know nothing of a few keys far off. Least and greatest key part, so that it ends.
      bucket.back() = std::max<std::uint8_t>(bucket.back(), 1);
    }
  };

  /// By all threads. Within a few levels a bucket that stays large is of one key, unless the samples mislead.
  void split_together(Key* from, Key* to, std::int64_t offset, std::int64_t count, int level) const {
    constexpr int most_levels = 8;
    if (level == most_levels) return split(from, to, offset, count);
    const range r = range_of_together(from, count);
    if (r.low == r.high) return leaf_(from, offset, count, true);
    const bucket_map bucket(from, count, r);
    const int blocks = 2 * num_threads();
    const auto begin_of = [=](std::int64_t block) { return count * block / blocks; };
    std::vector<std::int64_t> at(static_cast<std::size_t>(blocks) * 256);
    for_each_chunk(blocks, [&](std::int64_t k) {
      count_buckets(from + begin_of(k), begin_of(k + 1) - begin_of(k), &at[static_cast<std::size_t>(k) * 256],
                    bucket);
    });
    std::int64_t begins[257], sum = 0;
    for (std::size_t b = 0; b < 256; ++b) {
      begins[b] = sum;
      for (std::size_t k = 0; k < static_cast<std::size_t>(blocks); ++k)
        sum += std::exchange(at[256 * k + b], sum);
    }
    begins[256] = sum;
    for_each_chunk(blocks, [&](std::int64_t k) {
      deal(from + begin_of(k), to, begin_of(k + 1) - begin_of(k), &at[static_cast<std::size_t>(k) * 256],
           bucket);
    });
    const auto size = [&](std::int64_t b) { return begins[b + 1] - begins[b]; };
    // One bucket may hold most keys, when they share their highest bits: that one is for all threads again.
    const std::int64_t giant = std::max(count / 4, parallel_length);
    for (std::int64_t b = 0; b < 256; ++b)
      if (size(b) > giant)
        split_together(to + begins[b], from + begins[b], offset + begins[b], size(b), level + 1);
    for_each_chunk(256, [&](std::int64_t b) {
      if (size(b) > 0 && size(b) <= giant)
        split(to + begins[b], from + begins[b], offset + begins[b], size(b));
    });
  }

  static range range_of_together(const Key* key, std::int64_t n) {
    const int blocks = num_threads();
    std::vector<range> parts(static_cast<std::size_t>(blocks));
    for_each_chunk(blocks, [&](std::int64_t k) {
      const std::int64_t begin = n * k / blocks, end = n * (k + 1) / blocks;
      parts[static_cast<std::size_t>(k)] = range_of(key + begin, end - begin);
    });
    range r = parts[0];
    for (const range& part : parts) r = {std::min(r.low, part.low), std::max(r.high, part.high)};
    return r;
  }

  const Leaf leaf_;
};

}  // namespace numloom::cpu_host
