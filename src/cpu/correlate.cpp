// SPDX-License-Identifier: BSD-3-Clause
/// Correlation with a short kernel. Results near the ends, where the kernel reaches beyond the sequence, are
/// sums of fewer terms: the same loop with what is left of both.
#include <algorithm>

#include "cpu/backend.hpp"
#include "cpu/dense.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {

bool cpu_device::correlate(const correlate_call& call, stream_view) {
  const auto slide = dense().correlate[static_cast<int>(call.type)];
  if (!slide) return false;
  const std::int64_t item = itemsize(call.type);
  char* const out = static_cast<char*>(call.out);
  const char* const a = static_cast<const char*>(call.a);
  const char* const w = static_cast<const char*>(call.w);
  const auto at_end = [&](std::int64_t i) {
    const std::int64_t start = i - call.left;  // in a
    const std::int64_t first = std::max<std::int64_t>(0, -start), last = std::min(call.terms, call.n - start);
    slide(out + i * item, a + (start + first) * item, w + first * item, 1, last - first);
  };
  const std::int64_t first = std::min(call.left, call.length);
  const std::int64_t last = std::clamp(call.n - call.terms + 1 + call.left, first, call.length);
  for (std::int64_t i = 0; i < first; ++i) at_end(i);
  const std::int64_t grain = std::max<std::int64_t>(1 << 10, (1 << 17) / call.terms);
  parallel_for(last - first, grain, [&](std::int64_t begin, std::int64_t end) {
    slide(out + (first + begin) * item, a + (first + begin - call.left) * item, w, end - begin, call.terms);
  });
  for (std::int64_t i = last; i < call.length; ++i) at_end(i);
  return true;
}

}  // namespace numloom::cpu_host
