// SPDX-License-Identifier: BSD-3-Clause
/// gather: index arrays are checked, then turned, a batch of positions at a time, into byte offsets, and the
/// elements are moved by offset. One index array that picks single elements needs no offsets.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <type_traits>

#include "cpu/backend.hpp"
#include "cpu/positions.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {

using namespace positions;

namespace {

/// f(offsets, positions, first block, end of blocks): every position with every block of its inner
/// dimensions, in parallel, in no order.
template <class F>
void for_batches(const indexed& x, const position_space& space, const inner_space& inner,
                 std::int64_t run_bytes, F f) {
  const std::int64_t weight = std::max<std::int64_t>(1, inner.blocks * run_bytes / 16);
  const std::int64_t grain = std::max<std::int64_t>(1, (1 << 14) / weight);
  if (space.size < 2 * num_threads() && inner.blocks > 1) {  // few positions, much in each
    offsets all;
    all.fill(x, space, 0, space.size);
    parallel_for(inner.blocks, std::max<std::int64_t>(1, (1 << 18) / (run_bytes * space.size)),
                 [&](std::int64_t begin, std::int64_t end) { f(all, space.size, begin, end); });
    return;
  }
  parallel_for(space.size, grain, [&](std::int64_t begin, std::int64_t end) {
    offsets some;
    for (std::int64_t p = begin; p < end; p += batch) {
      some.fill(x, space, p, std::min(end, p + batch));
      f(some, std::min(end - p, batch), 0, inner.blocks);
    }
  });
}

template <class Index, int Bytes> struct plain_gather {
  const indexed& x;
  const position_space& space;

  const Index* indices() const { return static_cast<const Index*>(x.index[0]); }

  /// False when an index is out of bounds: then the result is not complete.
  bool run(char* out) const {
    std::atomic<bool> good{true};
    const std::int64_t step = space.strides[0][0];
    parallel_for(space.size, 1 << 15, [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t n = end - begin;
      const bool dense = x.stride[0] == Bytes && step == Bytes;
      const bool all = dense && reaches_all()
                           ? pick<false>(out + begin * step, Bytes, Bytes, indices() + begin, n)
                       : dense ? pick<true>(out + begin * step, Bytes, Bytes, indices() + begin, n)
                               : pick<true>(out + begin * step, step, x.stride[0], indices() + begin, n);
      if (!all) good.store(false, std::memory_order_relaxed);
    });
    return good.load(std::memory_order_relaxed);
  }
  // A table with an entry for each value of the index's type.
  bool reaches_all() const {
    if constexpr (sizeof(Index) > 2)
      return false;
    else
      return std::is_unsigned_v<Index> && x.extent[0] > std::numeric_limits<Index>::max();
  }
  // Each index is checked as it is used: the branch is always guessed, a pass of its own costs half as much
  // again.
  template <bool Checked>
  [[gnu::always_inline]] bool pick(char* out, std::int64_t step, std::int64_t stride, const Index* index,
                                   std::int64_t n) const {
    const char* const from = static_cast<const char*>(x.data);
    const std::int64_t extent = x.extent[0];
    for (std::int64_t i = 0; i < n; ++i) {
      std::int64_t at = index[i];
      if (Checked && at < 0) at += extent;
      if (Checked && static_cast<std::uint64_t>(at) >= static_cast<std::uint64_t>(extent)) return false;
      std::memcpy(out + i * step, from + at * stride, Bytes);
    }
    return true;
  }
};

}  // namespace

void cpu_device::gather(const array_ref& out, const indexed& source, stream_view) {
  const position_space space(source, out.strides);
  const std::int64_t item = itemsize(out.type);
  const inner_space inner(source, out.strides + source.ndim, item);
  if (is_plain(source, space, inner) && space.size > 0) {
    if (!visit_plain(source, inner.run * item, [&]<class Index, int Bytes>() {
          return plain_gather<Index, Bytes>{source, space}.run(static_cast<char*>(out.data));
        }))
      check_bounds(source, space);
    return;
  }
  check_bounds(source, space);
  if (space.size == 0 || inner.blocks == 0 || inner.run == 0) return;
  const std::int64_t bytes = inner.run * item;
  const auto move = mover(bytes);
  for_batches(source, space, inner, bytes,
              [&](const offsets& some, std::int64_t n, std::int64_t begin, std::int64_t end) {
                inner.for_blocks(begin, end, [&](std::int64_t data, std::int64_t other) {
                  move(static_cast<char*>(out.data) + other, some.other,
                       static_cast<const char*>(source.data) + data, some.data, n, bytes);
                });
              });
}

}  // namespace numloom::cpu_host
