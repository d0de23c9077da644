// SPDX-License-Identifier: BSD-3-Clause
// Sorting of short rows by bitonic networks over vectors (Batcher 1968). The keys of a row stand in m vectors
// of W lanes, and the network sorts them column by column: key i of the order ends up in vector i % m, lane i
// / m. So all comparisons over distances below m are between whole vectors, and only log2(W) of the phases
// look across lanes. Where there is a quicksort over vectors (quicksort.cpp), that one sorts the keys.
#include "cpu/isa/dense.hpp"
#include "cpu/isa/quicksort.hpp"
#include "cpu/isa/shuffle.hpp"
#include "functors/sort_key.hpp"
#include "types.hpp"

namespace numloom::NL_TARGET {
namespace {

#if !defined(NL_QUICKSORT)

// No more than 32 bytes, also where there are 64: the shuffles and stores of whole 64-byte vectors take as
// long as two of 32 on many machines, and short rows fill them badly.
#if defined(__AVX2__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif

template <class T> struct network {  // T is i32 or i64
  typedef T vector __attribute__((vector_size(vector_bytes)));
  static constexpr long lanes = vector_bytes / sizeof(T);
  static constexpr long in_registers = 8;  // vectors that the innermost stages hold

  template <class F> static NL_HD vector lanewise(F f) {
    vector v{};
    for (long l = 0; l < lanes; ++l) v[l] = static_cast<T>(f(l));
    return v;
  }
  static NL_HD vector least(vector a, vector b) { return a < b ? a : b; }
  static NL_HD vector greatest(vector a, vector b) { return a < b ? b : a; }
  static NL_HD void exchange(vector& a, vector& b) {
    const vector low = least(a, b);
    b = greatest(a, b);
    a = low;
  }
  // v against its lanes permuted: lanes where `upper` has all bits keep the greater one.
  static NL_HD vector exchange_lanes(vector v, vector other, vector upper) {
    return upper ? greatest(v, other) : least(v, other);
  }
  static NL_HD vector upper_lanes(long distance) {
    return lanewise([=](long l) { return l & distance ? -1 : 0; });
  }
  // Distances Block/4 .. 1 between lanes.
  template <long Block> static NL_HD vector clean_lanes(vector v) {
    if constexpr (Block >= 4) {
      constexpr long distance = Block / 4;
      const vector other = shuffle(v, lanewise([](long l) { return l ^ distance; }));
      v = clean_lanes<Block / 2>(exchange_lanes(v, other, upper_lanes(distance)));
    }
    return v;
  }

  // Distances m/2 .. 1 between vectors.
  static NL_HD void clean_eight(vector* v) {
    vector r[in_registers];
    for (long i = 0; i < 8; ++i) r[i] = v[i];
    for (long i = 0; i < 4; ++i) exchange(r[i], r[i + 4]);
    for (long i = 0; i < 2; ++i) exchange(r[i], r[i + 2]), exchange(r[i + 4], r[i + 6]);
    for (long i = 0; i < 8; i += 2) exchange(r[i], r[i + 1]);
    for (long i = 0; i < 8; ++i) v[i] = r[i];
  }
  static NL_HD void sort_eight(vector* v) {
    vector r[in_registers];
    for (long i = 0; i < 8; ++i) r[i] = v[i];
    for (long i = 0; i < 8; i += 2) exchange(r[i], r[i + 1]);
    for (long i = 0; i < 8; i += 4) exchange(r[i], r[i + 3]), exchange(r[i + 1], r[i + 2]);
    for (long i = 0; i < 8; i += 2) exchange(r[i], r[i + 1]);
    for (long i = 0; i < 4; ++i) exchange(r[i], r[7 - i]);
    for (long i = 0; i < 2; ++i) exchange(r[i], r[i + 2]), exchange(r[i + 4], r[i + 6]);
    for (long i = 0; i < 8; i += 2) exchange(r[i], r[i + 1]);
    for (long i = 0; i < 8; ++i) v[i] = r[i];
  }
  // Distances from `distance` down to 1, in each block of m vectors.
  static void clean(vector* v, long m, long distance) {
    for (; distance >= 2 * in_registers;
         distance /= 4)  // two distances at a time, to load and store half as often
      for (long base = 0; base < m; base += 2 * distance)
        for (long i = base; i < base + distance / 2; ++i) {
          vector a = v[i], b = v[i + distance / 2], c = v[i + distance], d = v[i + distance + distance / 2];
          exchange(a, c), exchange(b, d);
          exchange(a, b), exchange(c, d);
          v[i] = a, v[i + distance / 2] = b, v[i + distance] = c, v[i + distance + distance / 2] = d;
        }
    for (; distance >= in_registers || (distance > 0 && m < in_registers); distance /= 2)
      for (long base = 0; base < m; base += 2 * distance)
        for (long i = base; i < base + distance; ++i) exchange(v[i], v[i + distance]);
    if (distance > 0)
      for (long base = 0; base < m; base += in_registers) clean_eight(v + base);
  }

  // Merges neighbouring sorted blocks of Block / 2 lanes.
  template <long Block> static NL_HD void merge_lanes(vector* v, long m) {
    const vector mirror = lanewise([](long l) { return l ^ (Block - 1); }), upper = upper_lanes(Block / 2);
    if (m == 1) v[0] = clean_lanes<Block>(exchange_lanes(v[0], shuffle(v[0], mirror), upper));
    for (long i = 0; i < m / 2; ++i) {
      const vector a = v[i], b = v[m - 1 - i];
      v[i] = clean_lanes<Block>(exchange_lanes(a, shuffle(b, mirror), upper));
      v[m - 1 - i] = clean_lanes<Block>(exchange_lanes(b, shuffle(a, mirror), upper));
    }
    clean(v, m, m / 2);
  }

  // m is a power of two.
  static void sort(vector* v, long m) {
    long block = 2;
    if (m >= in_registers) {
      for (long base = 0; base < m; base += in_registers) sort_eight(v + base);
      block = 2 * in_registers;
    }
    for (; block <= m; block *= 2) {
      for (long base = 0; base < m; base += block)
        for (long i = 0; i < block / 2; ++i) exchange(v[base + i], v[base + block - 1 - i]);
      clean(v, m, block / 4);
    }
    merge_lanes<2>(v, m);
    if constexpr (lanes >= 4) merge_lanes<4>(v, m);
    if constexpr (lanes >= 8) merge_lanes<8>(v, m);
    if constexpr (lanes >= 16) merge_lanes<16>(v, m);
  }

  static constexpr long vectors_for(long n) {
    long m = 1;
    while (m * lanes < n) m *= 2;
    return m;
  }
};

// Keys of rows on their way through the network.
template <class Key> struct rows_of {
  using net = network<conditional_t<sizeof(Key) == 8, i64, i32>>;
  static constexpr Key sign = Key(1) << (8 * sizeof(Key) - 1);  // vectors compare signed keys
  static constexpr Key greatest_key = static_cast<Key>(~Key(0) ^ sign);
  alignas(64) Key key[cpu_host::longest_network < net::lanes ? net::lanes : cpu_host::longest_network];
  long m;

  static long at_once(long) { return 1; }
  // One row of n keys.
  template <class F> NL_HD void sort(long, long n, F key_at) {
    m = net::vectors_for(n);
    for (long i = 0; i < n; ++i) key[i] = key_at(i) ^ sign;
    for (long i = n; i < m * net::lanes; ++i) key[i] = greatest_key;
    net::sort(reinterpret_cast<typename net::vector*>(key), m);
  }
  // f(i, key i of the order)
  template <class F> NL_HD void read(long n, F f) const {
    for (long lane = 0; lane * m < n; ++lane) {
      const long first = lane * m, count = n - first < m ? n - first : m;
      for (long i = 0; i < count; ++i) f(first + i, key[i * net::lanes + lane] ^ sign);
    }
  }
};

#else

template <class Key> struct rows_of {
  alignas(64) Key key[cpu_host::longest_network];

  // Rows of n keys that are sorted together.
  static long at_once(long n) { return cpu_host::longest_network / n; }
  template <class F> NL_HD void sort(long rows, long n, F key_at) {
    for (long i = 0; i < rows * n; ++i) key[i] = key_at(i);
    sort_keys(key, rows, n);
  }
  template <class F> NL_HD void read(long n, F f) const {
    for (long i = 0; i < n; ++i) f(i, key[i]);
  }
};

#endif

template <class Bits, bits_kind Kind> struct row_sort {
  using rule = sort_key<Bits, Kind>;
  using Key = conditional_t<sizeof(Bits) == 8, u64, u32>;

  template <bool Descending> static void sort_rows(Bits* data, long rows, long n) {
    rows_of<Key> some;
    for (long count = some.at_once(n); rows > 0; rows -= count, data += count * n) {
      count = count < rows ? count : rows;
      some.sort(count, n, [=](long i) { return Key(rule::exact(data[i], Descending)); });
      some.read(count * n,
                [=](long i, Key key) { data[i] = rule::back(static_cast<Bits>(key), Descending); });
    }
  }
  static void sort(void* data, long rows, long n, bool descending) {
    (descending ? sort_rows<true> : sort_rows<false>)(static_cast<Bits*>(data), rows, n);
  }

  // Key and position in one word: equal keys stay in order.
  static void argsort(long* out, const void* data, long rows, long n, bool descending) {
    if constexpr (sizeof(Bits) == 8)
      argsort_long_keys(out, static_cast<const Bits*>(data), rows, n, descending);
    else if constexpr (sizeof(Bits) == 4)
      argsort_packed<u64>(out, static_cast<const Bits*>(data), rows, n, descending);
    else
      argsort_packed<u32>(out, static_cast<const Bits*>(data), rows, n, descending);
  }
  template <class Word>
  static void argsort_packed(long* out, const Bits* data, long rows, long n, bool descending) {
    constexpr int up = 8 * (sizeof(Word) - sizeof(Bits));
    constexpr Word position = (Word(1) << (up < 16 ? up : 16)) - 1;
    rows_of<Word> row;
    for (; rows > 0; --rows, data += n, out += n) {
      row.sort(1, n, [=](long i) {
        return static_cast<Word>(rule::same(data[i], descending)) << up | static_cast<Word>(i);
      });
      row.read(n, [=](long i, Word word) { out[i] = static_cast<long>(word & position); });
    }
  }

  // 64-bit keys: the 53 highest bits of what they exceed the least one by, over the position. Keys spread
  // wider than that may differ in lower bits only: a few such are put in order by insertion, many by sorting
  // in two steps.
  static constexpr int position_bits = 11;
  static constexpr u64 position = (u64(1) << position_bits) - 1;
  static_assert(cpu_host::longest_network == 1 << position_bits);

  static void argsort_long_keys(long* out, const Bits* data, long rows, long n, bool descending) {
    rows_of<u64> row;
    u64 keys[cpu_host::longest_network];
    for (; rows > 0; --rows, data += n, out += n) {
      for (long i = 0; i < n; ++i) keys[i] = static_cast<u64>(rule::same(data[i], descending));
      u64 low = keys[0], high = keys[0];
      for (long i = 1; i < n; ++i) {
        low = keys[i] < low ? keys[i] : low;
        high = keys[i] > high ? keys[i] : high;
      }
      const int up = __builtin_clzll((high - low) | 1);
      const auto key = [&](long i) { return keys[i]; };
      row.sort(1, n, [&](long i) { return ((keys[i] - low) << up & ~position) | static_cast<u64>(i); });
      row.read(n, [=](long i, u64 word) { out[i] = static_cast<long>(word & position); });
      if (up < position_bits && !insert(out, n, key)) argsort_in_two_steps(row, out, n, key);
    }
  }
  // False when it would take too long.
  template <class F> static bool insert(long* out, long n, F key_at) {
    long steps = 4 * n;
    for (long i = 1; i < n; ++i) {
      const long index = out[i];
      const u64 key = key_at(index);
      long j = i;
      for (; j > 0; --j) {
        const u64 before = key_at(out[j - 1]);
        if (before < key || (before == key && out[j - 1] < index)) break;
        out[j] = out[j - 1];
        --steps;
      }
      out[j] = index;
      if (steps < 0) return false;
    }
    return true;
  }
  // By the lower half of the keys, then, keeping that order, by the upper half.
  template <class F> static void argsort_in_two_steps(rows_of<u64>& row, long* out, long n, F key_at) {
    constexpr u64 half = 0xffffffffu;
    long first[cpu_host::longest_network];
    row.sort(1, n, [=](long i) { return (key_at(i) & half) << position_bits | static_cast<u64>(i); });
    row.read(n, [&](long i, u64 word) { first[i] = static_cast<long>(word & position); });
    row.sort(1, n, [&](long i) { return key_at(first[i]) >> 32 << position_bits | static_cast<u64>(i); });
    row.read(n, [&](long i, u64 word) { out[i] = first[word & position]; });
  }
};

template <bits_kind Kind> void fill_kind(cpu_host::sort_kernels* row) {
  if constexpr (Kind != bits_kind::ieee) row[0] = {row_sort<u8, Kind>::sort, row_sort<u8, Kind>::argsort};
  row[1] = {row_sort<u16, Kind>::sort, row_sort<u16, Kind>::argsort};
  row[2] = {row_sort<u32, Kind>::sort, row_sort<u32, Kind>::argsort};
  row[3] = {row_sort<u64, Kind>::sort, row_sort<u64, Kind>::argsort};
}

}  // namespace

void fill_sort(cpu_host::dense_tables& tables) {
  fill_kind<bits_kind::natural>(tables.sort[0]);
  fill_kind<bits_kind::twos_complement>(tables.sort[1]);
  fill_kind<bits_kind::ieee>(tables.sort[2]);
#if defined(NL_QUICKSORT)
  tables.sort_keys_32 = sort_keys;
  tables.sort_keys_64 = sort_keys;
#endif
}

}  // namespace numloom::NL_TARGET
