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
  void operator()(columns<Key, no_index> some, std::int64_t offset, std::int64_t count, bool equal) const {
    if (!equal) sort_few(some.key, count);
    store(some.key, offset, offset + count);
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
  const columns<Key, no_index> keys{row, nullptr},
      room{static_cast<Key*>(large ? large->data : scratch(bytes)), nullptr};
  if (sizeof(Key) <= 2 || has_few_digits(differing)) {
    const Key* const sorted = radix_sort(keys, room, n, differing, blocks).key;
    return for_blocks(n, blocks,
                      [&](std::int64_t begin, std::int64_t end) { store(sorted + begin, begin, end); });
  }
  if constexpr (sizeof(Key) > 2) partition_sort<Key, no_index, sort_leaf<Key>>(keys, room, n, {store});
}

/// Bytes are counted, not moved.
template <class Traits> void sort_bytes(std::uint8_t* row, std::int64_t n, bool descending, Traits) {
  std::int64_t count[256] = {};
  for (std::int64_t i = 0; i < n; i += UINT32_MAX) {
    std::int64_t some[256];
    count_digit<std::uint8_t>(row + i, std::min<std::int64_t>(n - i, UINT32_MAX), {0, 255}, some);
    for (int b = 0; b < 256; ++b) count[b] += some[b];
  }
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

/// Keys of a row that sort as its elements do, equal ones alike; returns the bits in which they differ.
template <class Traits, class Key>
Key stable_keys(Key* key, const Key* row, std::int64_t n, int blocks, bool descending) {
  return make_keys(key, n, blocks, [=](std::int64_t i) { return Traits::same(row[i], descending); });
}

/// The leaf of partition_sort for keys with their positions.
template <class Key, class Index> struct argsort_leaf {
  std::int64_t* out;
  std::int64_t longest = longest_network;
  void operator()(columns<Key, Index> some, std::int64_t offset, std::int64_t length, bool equal) const {
    constexpr int size = sizeof(Key) == 4 ? 2 : 3;
    std::int64_t* const to = out + offset;
    if (equal) {
      for (std::int64_t i = 0; i < length; ++i) to[i] = static_cast<std::int64_t>(some.index[i]);
      return;
    }
    dense().sort[static_cast<int>(bits_kind::natural)][size].argsort(to, some.key, 1, length, false);
    for (std::int64_t i = 0; i < length; ++i) to[i] = static_cast<std::int64_t>(some.index[to[i]]);
  }
};

/// Without Traits, as partition_sort: `keys_of` is stable_keys of the dtype.
template <class Index, class Key>
void argsort_long(std::int64_t* out, const Key* row, std::int64_t n, bool descending,
                  Key (*keys_of)(Key*, const Key*, std::int64_t, int, bool)) {
  const int blocks = blocks_of(n);
  const std::size_t count = static_cast<std::size_t>(n), keys = (count * sizeof(Key) + 63) / 64 * 64,
                    indices = (count * sizeof(Index) + 63) / 64 * 64, bytes = 2 * keys + 2 * indices;
  storage_ptr large;
  if (blocks > 1) large = allocate(bytes, cpu);
  char* const room = static_cast<char*>(large ? large->data : scratch(bytes));
  columns<Key, Index> a{reinterpret_cast<Key*>(room), reinterpret_cast<Index*>(room + 2 * keys)};
  columns<Key, Index> b{reinterpret_cast<Key*>(room + keys),
                        reinterpret_cast<Index*>(room + 2 * keys + indices)};
  const Key differing = keys_of(a.key, row, n, blocks, descending);
  for_blocks(n, blocks, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) a.index[i] = static_cast<Index>(i);
  });
  if (sizeof(Key) <= 2 || has_few_digits(differing)) {
    const Index* const sorted = radix_sort(a, b, n, differing, blocks).index;
    return for_blocks(n, blocks, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) out[i] = static_cast<std::int64_t>(sorted[i]);
    });
  }
  if constexpr (sizeof(Key) > 2) partition_sort<Key, Index, argsort_leaf<Key, Index>>(a, b, n, {out});
}

/// The network for rows of that length, if there is one.
const sort_kernels* network_for(dtype type, std::int64_t n) {
  const int item = itemsize(type);
  if (n > longest_network || is_complex(type)) return nullptr;
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
  if (is_complex(type)) {
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
  if (is_complex(type)) {
    for_rows(rows, n, [&](std::int64_t r) {
      if (type == dtype::complex64)
        argsort_complex(out + n * r, static_cast<const std::uint32_t*>(data) + 2 * n * r, n, descending);
      else
        argsort_complex(out + n * r, static_cast<const std::uint64_t*>(data) + 2 * n * r, n, descending);
    });
    return;
  }
  visit_key(type, [&]<class Bits, bits_kind Kind>(sort_key<Bits, Kind>) {
    constexpr auto keys_of = stable_keys<sort_key<Bits, Kind>, Bits>;
    for_rows(rows, n, [&](std::int64_t r) {
      const Bits* const row = static_cast<const Bits*>(data) + n * r;
      if (n <= UINT32_MAX)
        argsort_long<std::uint32_t>(out + n * r, row, n, descending, keys_of);
      else
        argsort_long<std::int64_t>(out + n * r, row, n, descending, keys_of);
    });
  });
}

}  // namespace numloom::cpu_host
