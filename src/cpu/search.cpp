// SPDX-License-Identifier: BSD-3-Clause
/// searchsorted and interp: binary search without branches. The probes of one value wait for each other's
/// memory, so several values are looked for at once.
#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "cpu/backend.hpp"
#include "cpu/sort_keys.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {
namespace {

constexpr int together = 8;
constexpr std::int64_t few = 1 << 12, block = 64, long_table = 512;

/// out[k] = number of sorted elements before value j + k, which lies in [low, low + length]. Which half
/// follows is a coin toss, so it is arithmetic and not a jump.
template <bool Right, int Count, class KeyAt, class ValueKey>
void search_group(std::int64_t* out, std::int64_t low, std::int64_t length, std::int64_t j,
                  const KeyAt& key_at, const ValueKey& value_key) {
  decltype(value_key(0)) key[Count];
  std::int64_t first[Count];
  for (int k = 0; k < Count; ++k) key[k] = value_key(j + k), first[k] = low;
  // The answers lie in [first, first + length]; all intervals have the same length.
  while (length > 0) {
    const std::int64_t half = (length + 1) / 2;
    for (int k = 0; k < Count; ++k) {
      const auto probe = key_at(first[k] + half - 1);
      const bool after = Right ? !(key[k] < probe) : probe < key[k];
      first[k] += half & -static_cast<std::int64_t>(after);
    }
    length -= half;
  }
  for (int k = 0; k < Count; ++k) out[k] = first[k];
}

template <class ValueKey> bool ascends(std::int64_t first, std::int64_t last, const ValueKey& value_key) {
  for (std::int64_t j = first; j < last; ++j)
    if (value_key(j + 1) < value_key(j)) return false;
  return true;
}

/// The same for values j ... j + count - 1, count <= block. Values in order begin their search where the one
/// before has ended, and look no further than where the last of them belongs: a long table is then read in
/// one place. `from`: the answer for value j - 1, or nothing.
template <bool Right, class KeyAt, class ValueKey>
void search_block(std::int64_t* out, std::int64_t n, std::int64_t j, std::int64_t count, const KeyAt& key_at,
                  const ValueKey& value_key, std::optional<std::int64_t>& from) {
  std::int64_t low = 0, length = n, k = 0;
  const bool in_order = n >= long_table && count > 2 * together && ascends(j, j + count - 1, value_key);
  if (in_order) {
    if (from && !(value_key(j) < value_key(j - 1)))
      low = *from;
    else
      search_group<Right, 1>(&low, 0, n, j, key_at, value_key);
    const auto last = value_key(j + count - 1);
    const auto belongs_after = [&](const auto& key) { return Right ? !(last < key) : key < last; };
    length = count;
    while (low + length <= n && belongs_after(key_at(low + length - 1))) length *= 2;
    length = std::min(length, n - low);
  }
  for (; k + together <= count; k += together)
    search_group<Right, together>(out + k, low, length, j + k, key_at, value_key);
  for (; k < count; ++k) search_group<Right, 1>(out + k, low, length, j + k, key_at, value_key);
  from.reset();
  if (in_order) from = out[count - 1];
}

/// out[j] = number of sorted elements before value j. key_at(i) and value_key(j) are comparable with <.
template <bool Right, class KeyAt, class ValueKey>
void search(std::int64_t* out, std::int64_t n, std::int64_t m, KeyAt key_at, ValueKey value_key) {
  parallel_for(m, 512, [&](std::int64_t begin, std::int64_t end) {
    std::optional<std::int64_t> from;
    for (std::int64_t j = begin; j < end; j += block)
      search_block<Right>(out + j, n, j, std::min(block, end - j), key_at, value_key, from);
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
  if (n > few || m < n / 8) return run(key_at);
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

/// As NumPy compares points and places: nothing is beside NaN, which belongs behind.
struct place {
  double at;
  friend bool operator<(place a, place b) { return !(b.at <= a.at); }
};

/// The value at x, where `before` points are not greater. As NumPy: from the other side where one side has no
/// answer, and the point's own value on a point.
double value_between(const interpolate_call& c, double x, std::int64_t before, const double* slopes) {
  const double *const points = c.points, *const values = c.values;
  if (c.n > 1 && std::isnan(x)) return x;
  if (x < points[0]) return c.left.value_or(values[0]);
  const double last = points[c.n - 1];
  if (x > last) return c.right.value_or(values[c.n - 1]);
  if (x == last || c.n == 1) return values[c.n - 1];
  const std::int64_t i = std::max<std::int64_t>(before, 1) - 1;  // none is before where the first is NaN
  if (points[i] == x) return values[i];
  const double slope = slopes ? slopes[i] : (values[i + 1] - values[i]) / (points[i + 1] - points[i]);
  double y = slope * (x - points[i]) + values[i];
  if (std::isnan(y)) {
    y = slope * (x - points[i + 1]) + values[i + 1];
    if (std::isnan(y) && values[i] == values[i + 1]) y = values[i];
  }
  return y;
}

}  // namespace

bool cpu_device::interpolate(const interpolate_call& c, stream_view) {
  std::vector<double> slopes;
  if (c.length >= c.n) {
    slopes.resize(static_cast<std::size_t>(c.n));
    for (std::int64_t i = 0; i + 1 < c.n; ++i)
      slopes[static_cast<std::size_t>(i)] = (c.values[i + 1] - c.values[i]) / (c.points[i + 1] - c.points[i]);
  }
  const double* const slope = slopes.empty() ? nullptr : slopes.data();
  const auto key_at = [&](std::int64_t i) { return place{c.points[i]}; };
  const auto value_key = [&](std::int64_t j) { return place{c.x[j]}; };
  parallel_for(c.length, 512, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t before[block];
    std::optional<std::int64_t> from;
    for (std::int64_t j = begin; j < end; j += block) {
      const std::int64_t count = std::min(block, end - j);
      search_block<true>(before, c.n, j, count, key_at, value_key, from);
      for (std::int64_t k = 0; k < count; ++k) c.out[j + k] = value_between(c, c.x[j + k], before[k], slope);
    }
  });
  return true;
}

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
