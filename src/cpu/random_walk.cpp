// SPDX-License-Identifier: BSD-3-Clause
#include "cpu/random_walk.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "cpu/word_reader.hpp"
#include "numloom/error.hpp"

#include "functors/bounded.hpp"

namespace numloom::cpu_host {
namespace {

// ---- integers with bounds of their own ----
template <class Out, int Bits, class Source> void narrow_integers(const random_call& call, Source& draws) {
  Out* const out = static_cast<Out*>(call.out);
  part_reader<Bits, Source> next(draws);
  for (std::int64_t i = 0; i < call.n; ++i) {
    const Out value = bounded_part(next, static_cast<Out>(call.ranges[i]));
    out[i] = static_cast<Out>(static_cast<Out>(call.lows[i]) + value);
  }
}

template <class Out, class Source> void wide_integers(const random_call& call, Source& draws) {
  Out* const out = static_cast<Out*>(call.out);
  for (std::int64_t i = 0; i < call.n; ++i)
    out[i] = static_cast<Out>(call.lows[i] + bounded_any(draws, call.ranges[i]));
}

template <class Source> void integers_each(const random_call& call, Source& draws) {
  if (call.type == dtype::bool_) return narrow_integers<u8, 1>(call, draws);
  switch (itemsize(call.type)) {
    case 1: return narrow_integers<u8, 8>(call, draws);
    case 2: return narrow_integers<u16, 16>(call, draws);
    case 4: return wide_integers<u32>(call, draws);
    default: return wide_integers<u64>(call, draws);
  }
}

// ---- shuffling (Fisher and Yates, from the end) ----
/// Partners in [0, i] for i, i - 1, ... down to `first`, at most `room` of them: bits as wide as i, those
/// beyond i passed over. There is no branch on that: a third of the draws would take it by surprise.
template <class Source>
std::int64_t draw_masked(Source& draws, std::int64_t i, std::int64_t first, std::int64_t* to,
                         std::int64_t room) {
  std::int64_t n = 0;
  while (n < room && i >= first) {
    const std::int64_t mask = static_cast<std::int64_t>(~u64{0} >> __builtin_clzll(static_cast<u64>(i)));
    const std::int64_t last = std::max(first, (mask >> 1) + 1);  // down to here the mask is the same
    const bool narrow = i <= 0xffffffff;
    while (n < room && i >= last) {
      to[n] = static_cast<std::int64_t>(narrow ? draws.next32() : draws.next64()) & mask;
      const std::int64_t accepted = to[n] <= i ? 1 : 0;
      n += accepted;
      i -= accepted;
    }
  }
  return n;
}

/// The same by Lemire's method.
template <class Source>
std::int64_t draw_bounded(Source& draws, std::int64_t i, std::int64_t first, std::int64_t* to,
                          std::int64_t room) {
  std::int64_t n = 0;
  for (; n < room && i >= first; --i)
    to[n++] = static_cast<std::int64_t>(bounded_any(draws, static_cast<u64>(i)));
  return n;
}

/// Partners are drawn and fetched a block ahead, since elements lie far apart and waiting for each of them in
/// turn is most of the time.
template <class Source, class T>
void shuffle_row(Source& draws, T* data, std::int64_t n, std::int64_t first, bool masked) {
  constexpr std::int64_t block = 64;
  std::int64_t partner[2][block];
  const auto draw = [&](std::int64_t i, std::int64_t* to) {
    const std::int64_t count =
        (masked ? draw_masked<Source> : draw_bounded<Source>)(draws, i, first, to, block);
    for (std::int64_t k = 0; k < count; ++k) __builtin_prefetch(data + to[k], 1);
    return count;
  };
  std::int64_t last = n - 1, count = draw(last, partner[0]);
  for (int which = 0; count > 0; which ^= 1) {
    const std::int64_t following = draw(last - count, partner[which ^ 1]);
    for (std::int64_t k = 0; k < count; ++k, --last) std::swap(data[last], data[partner[which][k]]);
    count = following;
  }
}

struct wide_element {
  u64 part[2];
};

template <class Source> void shuffle(const random_call& call, Source& draws) {
  const auto rows = [&](auto* data) {
    for (std::int64_t r = 0; r < call.rows; ++r)
      shuffle_row(draws, data + r * call.n, call.n, call.first, call.masked);
  };
  switch (itemsize(call.type)) {
    case 1: return rows(static_cast<u8*>(call.out));
    case 2: return rows(static_cast<u16*>(call.out));
    case 4: return rows(static_cast<u32*>(call.out));
    case 8: return rows(static_cast<u64*>(call.out));
    default: return rows(static_cast<wide_element*>(call.out));
  }
}

/// Numbers of 32 bits are shuffled while they fit: half of the memory that is jumped about in.
template <class Source> void permutation(const random_call& call, Source& draws) {
  std::int64_t* out = static_cast<std::int64_t*>(call.out);
  std::vector<u32> narrow(call.n <= (std::int64_t{1} << 32) ? static_cast<std::size_t>(call.n) : 0);
  for (std::int64_t r = 0; r < call.rows; ++r, out += call.n) {
    if (narrow.empty()) {
      std::iota(out, out + call.n, std::int64_t{0});
      shuffle_row(draws, out, call.n, call.first, call.masked);
      continue;
    }
    std::iota(narrow.begin(), narrow.end(), u32{0});
    shuffle_row(draws, narrow.data(), call.n, call.first, call.masked);
    std::copy(narrow.begin(), narrow.end(), out);
  }
}

// ---- different numbers ----
/// Open addressing; the key is at its own place or behind it.
class number_set {
 public:
  explicit number_set(std::int64_t n) {
    std::size_t size = 2;
    while (size < 2 * static_cast<std::size_t>(n)) size *= 2;
    places_.assign(size, -1);
  }
  /// False if it was there.
  bool insert(std::int64_t value) {
    const std::size_t mask = places_.size() - 1;
    std::size_t at = static_cast<std::size_t>(value) * 0x9e3779b97f4a7c15u >> 20 & mask;
    for (; places_[at] != -1; at = (at + 1) & mask)
      if (places_[at] == value) return false;
    places_[at] = value;
    return true;
  }

 private:
  std::vector<std::int64_t> places_;
};

/// Floyd's sampling (Bentley and Floyd 1987).
template <class Source> void sample(const random_call& call, Source& draws) {
  std::int64_t* const out = static_cast<std::int64_t*>(call.out);
  const std::int64_t population = static_cast<std::int64_t>(call.range) + 1;
  number_set seen(call.n);
  for (std::int64_t k = 0; k < call.n; ++k) {
    const std::int64_t last = population - call.n + k;
    const auto drawn = static_cast<std::int64_t>(bounded_any(draws, static_cast<u64>(last)));
    out[k] = seen.insert(drawn) ? drawn : last;
    if (out[k] != drawn) seen.insert(last);
  }
}

}  // namespace

void walk_random(const random_call& call) {
  switch (call.kind) {
    case distribution::sampled:
      if (fill_sampled(call)) return;
      [[fallthrough]];
    case distribution::multinomial:
    case distribution::dirichlet:
    case distribution::hypergeometric: return walk_rows(call);
    default: break;
  }
  with_draws(call, [&](auto& draws) {
    switch (call.kind) {
      case distribution::integers_each: return integers_each(call, draws);
      case distribution::permutation: return permutation(call, draws);
      case distribution::shuffle: return shuffle(call, draws);
      case distribution::sample: return sample(call, draws);
      default: fail<not_available>("[random] expected a distribution that is walked in order");
    }
  });
}

}  // namespace numloom::cpu_host
