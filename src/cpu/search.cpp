// SPDX-License-Identifier: BSD-3-Clause
/// searchsorted: binary search without branches. The probes of one value wait for each other's memory, so
/// several values are looked for at once.

#include <vector>

#include "cpu/backend.hpp"
#include "cpu/sort_keys.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {
namespace {

constexpr int together = 8;
constexpr std::int64_t few = 1 << 12;

/// Values j ... j + Count - 1. Which half follows is a coin toss, so it is arithmetic and not a jump.
template <bool Right, int Count, class KeyAt, class ValueKey>
void search_group(std::int64_t* out, std::int64_t n, std::int64_t j, KeyAt key_at, ValueKey value_key) {
  decltype(value_key(0)) key[Count];
  std::int64_t first[Count] = {};
  for (int k = 0; k < Count; ++k) key[k] = value_key(j + k);
  // The answers lie in [first, first + length]; all intervals have the same length.
  for (std::int64_t length = n; length > 0;) {
    const std::int64_t half = (length + 1) / 2;
    for (int k = 0; k < Count; ++k) {
      const auto probe = key_at(first[k] + half - 1);
      const bool after = Right ? !(key[k] < probe) : probe < key[k];
      first[k] += half & -static_cast<std::int64_t>(after);
    }
    length -= half;
  }
  for (int k = 0; k < Count; ++k) out[j + k] = first[k];
}

/// out[j] = number of sorted elements before value j. key_at(i) and value_key(j) are comparable with <.
template <bool Right, class KeyAt, class ValueKey>
void search(std::int64_t* out, std::int64_t n, std::int64_t m, KeyAt key_at, ValueKey value_key) {
  parallel_for(m, 512, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t j = begin;
    for (; j + together <= end; j += together) search_group<Right, together>(out, n, j, key_at, value_key);
    for (; j < end; ++j) search_group<Right, 1>(out, n, j, key_at, value_key);
  });
}

template <class KeyOf>
void search_either(std::int64_t* out, std::int64_t n, std::int64_t m, bool right, KeyOf key_of,
                   const void* sorted, const void* values) {
  const auto key_at = [=](std::int64_t i) { return key_of(sorted, i); };
  const auto value_key = [=](std::int64_t j) { return key_of(values, j); };
  const auto run = [&](auto sorted_key) {
    if (right)
      search<true>(out, n, m, sorted_key, value_key);
    else
      search<false>(out, n, m, sorted_key, value_key);
  };
  if (n > few) return run(key_at);
  std::vector<decltype(key_at(0))> keys(static_cast<std::size_t>(n));  // few: made once, not at each probe
  for (std::int64_t i = 0; i < n; ++i) keys[static_cast<std::size_t>(i)] = key_at(i);
  run([first = keys.data()](std::int64_t i) { return first[i]; });
}

template <class Bits> Bits load_bits(const void* from, std::int64_t i) {
  Bits bits;
  std::memcpy(&bits, static_cast<const char*>(from) + i * static_cast<std::int64_t>(sizeof(Bits)),
              sizeof(Bits));
  return bits;
}

template <class Bits> complex_key<Bits> load_complex(const void* from, std::int64_t i) {
  return complex_key<Bits>::of(load_bits<Bits>(from, 2 * i), load_bits<Bits>(from, 2 * i + 1), false);
}

}  // namespace

void cpu_device::searchsorted(std::int64_t* out, const void* sorted, std::int64_t n, const void* values,
                              std::int64_t m, dtype type, bool right, stream_view) {
  if (type == dtype::complex64)
    return search_either(out, n, m, right, load_complex<std::uint32_t>, sorted, values);
  if (type == dtype::complex128)
    return search_either(out, n, m, right, load_complex<std::uint64_t>, sorted, values);
  visit_key(type, [&]<class Bits, bits_kind Kind>(sort_key<Bits, Kind>) {
    const auto key_of = [](const void* from, std::int64_t i) {
      return sort_key<Bits, Kind>::same(load_bits<Bits>(from, i), false);
    };
    search_either(out, n, m, right, key_of, sorted, values);
  });
}

}  // namespace numloom::cpu_host
