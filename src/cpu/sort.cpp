// SPDX-License-Identifier: BSD-3-Clause
/// sort and argsort: elements are turned into unsigned keys of the same order (sort_keys.hpp), the keys are
/// sorted, and turned back. Short rows go through networks over vectors (isa/sort_network.cpp), longer ones
/// are sorted by radix; rows are spread over the threads, and very long ones sorted by all threads together.
#include <algorithm>
#include <memory>
#include <vector>

#include "cpu/backend.hpp"
#include "cpu/dense.hpp"
#include "cpu/partition_sort.hpp"
#include "cpu/radix_sort.hpp"
#include "cpu/sort_keys.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {
namespace {

constexpr std::int64_t parallel_length = 1 << 16;  // rows from here on are sorted by all threads together
constexpr std::int64_t chunk_length = 1 << 14;     // elements of short rows that one thread takes at a time

int blocks_of(std::int64_t n) { return n >= parallel_length ? 2 * num_threads() : 1; }

/// key[i] = f(i) for all i; returns the bits in which keys differ.
template <class Key, class F> Key make_keys(Key* key, std::int64_t n, int blocks, F f) {
  std::vector<Key> differing(static_cast<std::size_t>(blocks));
  const Key first = f(0);
  parallel_for(blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t k = begin; k < end; ++k) {
      Key all = 0;
      for (std::int64_t i = n * k / blocks; i < n * (k + 1) / blocks; ++i) {
        key[i] = f(i);
        all = static_cast<Key>(all | (key[i] ^ first));
      }
      differing[static_cast<std::size_t>(k)] = all;
    }
  });
  Key all = 0;
  for (const Key some : differing) all = static_cast<Key>(all | some);
  return all;
}

template <class F> void for_blocks(std::int64_t n, int blocks, F f) {
  parallel_for(blocks, 1,
               [&](std::int64_t begin, std::int64_t end) { f(n * begin / blocks, n * end / blocks); });
}

/// Room that a thread keeps for the rows it sorts.
void* scratch(std::size_t bytes) {
  thread_local std::unique_ptr<std::uint64_t[]> room;
  thread_local std::size_t held = 0;
  if (held < bytes) {
    room = std::make_unique_for_overwrite<std::uint64_t[]>(bytes / 8 + 1);
    held = bytes;
  }
  return room.get();
}

/// Keys that differ in more digits than this are dealt into buckets.
template <class Key> bool has_few_digits(Key differing) {
  constexpr int most_digits = 2;
  digit_window<Key> digits[8 * sizeof(Key)];
  return digit_window<Key>::windows(differing, digits) <= most_digits;
}

/// The level's sort of rows of keys of any length, if it has one.
template <class Key> auto key_sort() {
  if constexpr (sizeof(Key) == 4)
    return dense().sort_keys_32;
  else
    return dense().sort_keys_64;
}

/// The most keys that sort_few takes.
template <class Key> std::int64_t longest_few() {
  if (key_sort<Key>()) return INT64_MAX;
  return longest_network;
}
template <class Key> void sort_few(Key* key, std::int64_t n) {
  if (const auto sort = key_sort<Key>()) return sort(key, 1, n);
  constexpr int size = sizeof(Key) == 4 ? 2 : 3;
  dense().sort[static_cast<int>(bits_kind::natural)][size].sort(key, 1, n, false);
}

/// Turns sorted keys back into the elements of a row.
template <class Key> struct key_store {
  Key* row;
  bool descending;
  void (*run)(Key* to, const Key* sorted, std::int64_t n, bool descending);
  void operator()(const Key* sorted, std::int64_t begin, std::int64_t end) const {
    run(row + begin, sorted, end - begin, descending);
  }
};
template <class Traits, class Key>
void store_keys(Key* to, const Key* sorted, std::int64_t n, bool descending) {
  for (std::int64_t i = 0; i < n; ++i) to[i] = Traits::back(sorted[i], descending);
}

/// The leaf of partition_sort for keys alone. Named and without Traits: one partition_sort a key size.
template <class Key> struct sort_leaf {
  key_store<Key> store;
  std::int64_t longest = longest_few<Key>();
  void operator()(Key* some, std::int64_t offset, std::int64_t count, bool equal) const {
    if (!equal) sort_few(some, count);
    store(some, offset, offset + count);
  }
};

template <class Traits, class Key> void sort_row(Key* row, std::int64_t n, bool descending, Traits) {
  const int blocks = blocks_of(n);
  const Key differing =
      make_keys(row, n, blocks, [&](std::int64_t i) { return Traits::exact(row[i], descending); });
  const key_store<Key> store{row, descending, store_keys<Traits, Key>};
  if constexpr (sizeof(Key) > 2)
    if (blocks == 1 && longest_few<Key>() >= n) {
      sort_few(row, n);
      return store(row, 0, n);
    }
  const std::size_t bytes = static_cast<std::size_t>(n) * sizeof(Key);
  storage_ptr large;
  if (blocks > 1) large = allocate(bytes, cpu);
  Key* const room = static_cast<Key*>(large ? large->data : scratch(bytes));
  if (sizeof(Key) <= 2 || has_few_digits(differing)) {
    const Key* const sorted = radix_sort(row, room, n, differing, blocks);
    return for_blocks(n, blocks,
                      [&](std::int64_t begin, std::int64_t end) { store(sorted + begin, begin, end); });
  }
  if constexpr (sizeof(Key) > 2) partition_sort<Key, sort_leaf<Key>>(row, room, n, {store});
}

/// Bytes are counted, not moved.
template <class Traits> void sort_bytes(std::uint8_t* row, std::int64_t n, bool descending, Traits) {
  std::int64_t count[256];
  count_digit<std::uint8_t>(row, n, {0, 255}, count);
  for (int key = 0; key < 256; ++key) {
    const std::uint8_t value = Traits::back(static_cast<std::uint8_t>(key), descending);
    std::memset(row, value, static_cast<std::size_t>(count[value]));
    row += count[value];
  }
}

/// f(row) for each row, with short rows spread over the threads.
template <class F> void for_rows(std::int64_t rows, std::int64_t n, F f) {
  if (n >= parallel_length) {
    for (std::int64_t r = 0; r < rows; ++r) f(r);
    return;
  }
  parallel_for(rows, std::max<std::int64_t>(1, chunk_length / n), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) f(r);
  });
}

template <class Bits> struct indexed_key {
  complex_key<Bits> key;
  std::int64_t index;
  friend bool operator<(const indexed_key& a, const indexed_key& b) {
    return a.key < b.key || (!(b.key < a.key) && a.index < b.index);
  }
};

/// Keys of complex numbers with their positions, sorted; the position breaks ties, so the order is stable.
template <class Bits>
std::vector<indexed_key<Bits>> sorted_complex(const Bits* row, std::int64_t n, bool descending) {
  std::vector<indexed_key<Bits>> items(static_cast<std::size_t>(n));
  const std::int64_t half = n >= parallel_length / 16 ? n / 2 : n;
  const auto middle = items.begin() + half;
  parallel_for(2, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      const std::int64_t from = part == 0 ? 0 : half, to = part == 0 ? half : n;
      for (std::int64_t i = from; i < to; ++i)
        items[static_cast<std::size_t>(i)] = {complex_key<Bits>::of(row[2 * i], row[2 * i + 1], descending),
                                              i};
      std::sort(items.begin() + from, items.begin() + to);
    }
  });
  std::inplace_merge(items.begin(), middle, items.end());
  return items;
}

template <class Bits> void sort_complex(Bits* row, std::int64_t n, bool descending) {
  const std::vector<indexed_key<Bits>> items = sorted_complex(row, n, descending);
  const std::vector<Bits> before(row, row + 2 * n);
  for (std::int64_t i = 0; i < n; ++i)
    std::memcpy(row + 2 * i, &before[static_cast<std::size_t>(2 * items[static_cast<std::size_t>(i)].index)],
                2 * sizeof(Bits));
}

template <class Bits>
void argsort_complex(std::int64_t* out, const Bits* row, std::int64_t n, bool descending) {
  for (const indexed_key<Bits>& item : sorted_complex(row, n, descending)) *out++ = item.index;
}

/// Keys of a row's elements that compare as they do, equal ones alike.
struct stable_keys {
  const void* row;
  bool descending;
  int bits;
  std::uint64_t (*at)(const stable_keys&, std::int64_t i);
  void (*write)(const stable_keys&, std::uint64_t* to, std::int64_t n, int blocks);

  template <class Rule, class Bits> static std::uint64_t key_at(const stable_keys& keys, std::int64_t i) {
    return Rule::same(static_cast<const Bits*>(keys.row)[i], keys.descending);
  }
  template <class Rule, class Bits>
  static void write_keys(const stable_keys& keys, std::uint64_t* to, std::int64_t n, int blocks) {
    for_blocks(n, blocks, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) to[i] = key_at<Rule, Bits>(keys, i);
    });
  }
  template <class Rule, class Bits> static stable_keys of(const Bits* row, bool descending, Rule) {
    return {row, descending, 8 * static_cast<int>(sizeof(Bits)), key_at<Rule, Bits>, write_keys<Rule, Bits>};
  }
};

using word = std::uint64_t;

struct word_range {
  word low, high;
};
word_range range_of(const word* words, std::int64_t n, int blocks) {
  std::vector<word_range> parts(static_cast<std::size_t>(blocks));
  for_each_chunk(blocks, [&](std::int64_t k) {
    word_range r{words[n * k / blocks], words[n * k / blocks]};
    for (std::int64_t i = n * k / blocks; i < n * (k + 1) / blocks; ++i)
      r = {std::min(r.low, words[i]), std::max(r.high, words[i])};
    parts[static_cast<std::size_t>(k)] = r;
  });
  word_range all = parts[0];
  for (const word_range& part : parts) all = {std::min(all.low, part.low), std::max(all.high, part.high)};
  return all;
}

/// The leaf of partition_sort for words that are to stay what they are.
struct word_leaf {
  word* to;
  std::int64_t longest = longest_few<word>();
  void operator()(word* some, std::int64_t offset, std::int64_t count, bool equal) const {
    if (!equal) sort_few(some, count);
    if (some != to + offset) std::memcpy(to + offset, some, static_cast<std::size_t>(count) * 8);
  }
};

/// Sorts words in place. They are in order already but for the bits `keys`.
void sort_words(word* words, std::int64_t n, int blocks, word keys) {
  if (blocks == 1 && n <= longest_few<word>()) return sort_few(words, n);
  storage_ptr large;
  if (blocks > 1) large = allocate(static_cast<std::size_t>(n) * 8, cpu);
  word* const room = static_cast<word*>(large ? large->data : scratch(static_cast<std::size_t>(n) * 8));
  if (!has_few_digits(keys)) return void(partition_sort<word, word_leaf>(words, room, n, word_leaf{words}));
  if (const word* const sorted = radix_sort(words, room, n, keys, blocks); sorted != words)
    for_blocks(n, blocks, [&](std::int64_t begin, std::int64_t end) {
      std::memcpy(words + begin, sorted + begin, static_cast<std::size_t>(end - begin) * 8);
    });
}

/// Key and position make one word, and words are sorted in the place of the result: no other memory is
/// needed, or that much again. Of keys too wide the lower bits are left out at first; where that makes words
/// equal but for their positions, these are then sorted by the bits left out.
void argsort_long(std::int64_t* out, const stable_keys& keys, std::int64_t n) {
  const int blocks = blocks_of(n), position_bits = static_cast<int>(std::bit_width(static_cast<word>(n - 1)));
  const word position = (word{1} << position_bits) - 1;
  word* const words = reinterpret_cast<word*>(out);
  keys.write(keys, words, n, blocks);
  const word_range range = keys.bits == 64 ? range_of(words, n, blocks) : word_range{0, 0};
  const int up = keys.bits == 64 ? std::countl_zero((range.high - range.low) | 1) : 64 - keys.bits,
            left_out = std::max(position_bits - up, 0);
  const word differing = make_keys(words, n, blocks, [=](std::int64_t i) {
    return ((words[i] - range.low) << up & ~position) | static_cast<word>(i);
  });
  sort_words(words, n, blocks, differing & ~position);
  const auto is_run = [=](std::int64_t i) { return (words[i - 1] ^ words[i]) <= position; };
  const auto settle = [&](std::int64_t begin, std::int64_t end) {
    std::vector<word> rest;
    for (std::int64_t first = begin, last = begin + 1; first < end; first = last++) {
      while (last < end && is_run(last)) ++last;
      if (last - first == 1) continue;
      if (left_out + position_bits > 64) {  // beyond 2^32 elements
        const auto key_of = [&](word w) { return keys.at(keys, static_cast<std::int64_t>(w & position)); };
        std::sort(words + first, words + last, [&](word a, word b) {
          const word x = key_of(a), y = key_of(b);
          return x < y || (x == y && a < b);
        });
        continue;
      }
      rest.clear();
      for (std::int64_t i = first; i < last; ++i) {
        const word at = words[i] & position;
        rest.push_back(
            ((keys.at(keys, static_cast<std::int64_t>(at)) - range.low) & ((word{1} << left_out) - 1))
                << position_bits |
            at);
      }
      if (std::is_sorted(rest.begin(), rest.end())) continue;
      sort_words(rest.data(), last - first, 1, ~position);
      std::copy(rest.begin(), rest.end(), words + first);
    }
  };
  std::vector<std::int64_t> begins;  // of pieces that no run crosses
  for (int k = 0; k <= blocks; ++k) {
    std::int64_t begin = std::max(n * k / blocks, begins.empty() ? 0 : begins.back());
    while (left_out > 0 && begin > 0 && begin < n && is_run(begin)) ++begin;
    begins.push_back(begin);
  }
  for_each_chunk(blocks, [&](std::int64_t k) {
    const std::int64_t begin = begins[static_cast<std::size_t>(k)],
                       end = begins[static_cast<std::size_t>(k) + 1];
    if (left_out > 0) settle(begin, end);
    for (std::int64_t i = begin; i < end; ++i) words[i] &= position;
  });
}

/// The network for rows of that length, if there is one.
const sort_kernels* network_for(dtype type, std::int64_t n) {
  const int item = itemsize(type);
  if (n > longest_network || numloom::is_complex(type)) return nullptr;
  return &dense().sort[static_cast<int>(bits_kind_of(type))][item == 1   ? 0
                                                             : item == 2 ? 1
                                                             : item == 4 ? 2
                                                                         : 3];
}

}  // namespace

void cpu_device::sort(void* data, dtype type, std::int64_t rows, std::int64_t n, bool descending,
                      stream_view) {
  if (rows == 0 || n < 2) return;
  constexpr std::int64_t countable = 128;  // from here on bytes are counted
  if (const sort_kernels* const network = network_for(type, n);
      network && (itemsize(type) > 1 || n < countable)) {
    parallel_for(
        rows, std::max<std::int64_t>(1, chunk_length / n), [&](std::int64_t begin, std::int64_t end) {
          network->sort(static_cast<char*>(data) + begin * n * itemsize(type), end - begin, n, descending);
        });
    return;
  }
  if (numloom::is_complex(type)) {
    for_rows(rows, n, [&](std::int64_t r) {
      if (type == dtype::complex64)
        sort_complex(static_cast<std::uint32_t*>(data) + 2 * n * r, n, descending);
      else
        sort_complex(static_cast<std::uint64_t*>(data) + 2 * n * r, n, descending);
    });
    return;
  }
  visit_key(type, [&]<class Bits, bits_kind Kind>(sort_key<Bits, Kind> traits) {
    for_rows(rows, n, [&](std::int64_t r) {
      Bits* const row = static_cast<Bits*>(data) + n * r;
      if constexpr (sizeof(Bits) == 1)
        sort_bytes(row, n, descending, traits);
      else
        sort_row(row, n, descending, traits);
    });
  });
}

void cpu_device::argsort(std::int64_t* out, const void* data, dtype type, std::int64_t rows, std::int64_t n,
                         bool descending, stream_view) {
  if (rows == 0 || n == 0) return;
  if (const sort_kernels* const network = network_for(type, n)) {
    parallel_for(
        rows, std::max<std::int64_t>(1, chunk_length / n), [&](std::int64_t begin, std::int64_t end) {
          network->argsort(out + begin * n, static_cast<const char*>(data) + begin * n * itemsize(type),
                           end - begin, n, descending);
        });
    return;
  }
  if (numloom::is_complex(type)) {
    for_rows(rows, n, [&](std::int64_t r) {
      if (type == dtype::complex64)
        argsort_complex(out + n * r, static_cast<const std::uint32_t*>(data) + 2 * n * r, n, descending);
      else
        argsort_complex(out + n * r, static_cast<const std::uint64_t*>(data) + 2 * n * r, n, descending);
    });
    return;
  }
  visit_key(type, [&]<class Bits, bits_kind Kind>(sort_key<Bits, Kind> rule) {
    for_rows(rows, n, [&](std::int64_t r) {
      argsort_long(out + n * r, stable_keys::of(static_cast<const Bits*>(data) + n * r, descending, rule), n);
    });
  });
}

}  // namespace numloom::cpu_host
