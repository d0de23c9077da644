// SPDX-License-Identifier: BSD-3-Clause
/// Correlation with a short kernel. Near the ends the kernel reaches beyond the sequence: results there are
/// computed in blocks, over a copy of that end with a block of zeros beside it.
#include <algorithm>
#include <bit>
#include <cstring>

#include "cpu/backend.hpp"
#include "cpu/dense.hpp"
#include "cpu/executor.hpp"
#include "cpu/level.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {

namespace {

constexpr std::int64_t block = 64;  // results at an end: as many as the loops keep in registers

struct correlation {
  const correlate_call& c;
  std::int64_t item = itemsize(c.type);
  void (*slide)(char* to, const char* from, const char* weights, long n,
                long terms) = dense().correlate[static_cast<int>(c.type)];

  char* out(std::int64_t i) const { return static_cast<char*>(c.out) + i * item; }
  const char* element(std::int64_t i) const { return static_cast<const char*>(c.a) + i * item; }
  const char* weight(std::int64_t k) const { return static_cast<const char*>(c.w) + k * item; }

  // Zeros times infinity are no zeros.
  bool has_special_weight() const {
    if (!is_inexact(c.type)) return false;
    const int part = itemsize(real_part_of(c.type));
    const auto look = tables().exponents[std::countr_zero(static_cast<unsigned>(part))];
    return look(weight(0), c.terms * item / part) & exponent_of_ones;
  }

  void one_by_one(std::int64_t begin, std::int64_t end) const {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t start = i - c.left;  // in a
      const std::int64_t first = std::max<std::int64_t>(0, -start), last = std::min(c.terms, c.n - start);
      slide(out(i), element(start + first), weight(first), 1, last - first);
    }
  }

  // Results begin ... end - 1, of which each has terms beyond the sequence.
  void at_end(std::int64_t begin, std::int64_t end) const {
    if (begin == end) return;
    if (end - begin < 4 || has_special_weight()) return one_by_one(begin, end);
    const std::int64_t low = std::max<std::int64_t>(0, begin - c.left),
                       high = std::min(c.n, end - 1 - c.left + c.terms);  // what they read of a
    const std::int64_t margin = block * item, read = (high - low) * item;
    const auto bytes = static_cast<std::size_t>(read + 2 * margin);
    const storage_ptr memory = allocate(bytes, cpu);
    char* const wide = static_cast<char*>(memory->data);
    std::memset(wide, 0, static_cast<std::size_t>(margin));
    std::memcpy(wide + margin, element(low), static_cast<std::size_t>(read));
    std::memset(wide + margin + read, 0, static_cast<std::size_t>(margin));
    const std::int64_t blocks = (end - begin + block - 1) / block;
    parallel_for(blocks, std::max<std::int64_t>(1, (1 << 17) / c.terms / block),
                 [&](std::int64_t first, std::int64_t last) {
                   for (std::int64_t b = first; b < last; ++b) {
                     const std::int64_t i = begin + b * block, count = std::min(block, end - i);
                     // Terms that at least one of these results has.
                     const std::int64_t from = std::max<std::int64_t>(0, c.left - (i + count - 1)),
                                        to = std::min(c.terms, c.n + c.left - i);
                     slide(out(i), wide + margin + (from + i - c.left - low) * item, weight(from), count,
                           to - from);
                   }
                 });
  }
};

}  // namespace

bool cpu_device::correlate(const correlate_call& call, stream_view) {
  const correlation work{call};
  if (!work.slide) return false;
  const std::int64_t first = std::min(call.left, call.length);
  const std::int64_t last = std::clamp(call.n - call.terms + 1 + call.left, first, call.length);
  work.at_end(0, first);
  const std::int64_t grain = std::max<std::int64_t>(1 << 10, (1 << 17) / call.terms);
  parallel_for(last - first, grain, [&](std::int64_t begin, std::int64_t end) {
    work.slide(work.out(first + begin), work.element(first + begin - call.left), work.weight(0), end - begin,
               call.terms);
  });
  work.at_end(last, call.length);
  return true;
}

}  // namespace numloom::cpu_host
