// SPDX-License-Identifier: BSD-3-Clause
#include "cpu/reduce_source.hpp"

#include <algorithm>

#include "cpu/level.hpp"
#include "cpu/loops.hpp"

namespace numloom::cpu_host {

namespace {

// Sums of narrow integers in 64 bits: widened on the fly.
bool widens(const reduction_plan& p) {
  return p.op == reduction::sum && (p.loop == dtype::int64 || p.loop == dtype::uint64) &&
         (is_integer(p.type) || p.type == dtype::bool_) && itemsize(p.type) < 8;
}

}  // namespace

reduce_setup::reduce_setup(const reduction_plan& p)
    : plan(p),
      kernels(widens(p) ? tables().widening_sum[static_cast<int>(p.type)]
                        : tables().reduce[static_cast<int>(p.op)][static_cast<int>(p.loop)]),
      item(itemsize(p.type)),
      computed(widens(p) ? item : itemsize(computed_in(p.loop))),
      convert(p.type == p.loop || widens(p) ? nullptr : cast_loop(p.type, p.loop)),
      widen(p.loop == dtype::float16 ? cast_loop(dtype::float16, dtype::float32) : nullptr),
      loop_item(itemsize(p.loop)) {}

const char* reduce_setup::prepare(const char* from, std::int64_t step, std::int64_t n, char* buffer) const {
  char* const other = buffer + 16 * n;
  const auto run = [&](loop_fn loop, int size, char* to) {
    char* const args[] = {const_cast<char*>(from), to};
    const std::int64_t steps[] = {step, size};
    loop(args, steps, n);
    from = to;
    step = size;
  };
  if (convert) run(convert, loop_item, buffer);
  if (widen) run(widen, computed, other);
  if (step != computed && n > 0) {
    tables().move[size_index(computed)].copy(buffer, from, 1, n, 0, computed, 0, step);
    from = buffer;
  }
  return from;
}

std::int64_t reduced_runs::memory_bytes(const reduce_setup& s) {
  return (16 + 1 + 16) * static_cast<std::int64_t>(s.kernels.leaf_length) +
         reduce_setup::buffer_bytes(s.kernels.leaf_length);
}

reduced_runs::reduced_runs(const reduce_setup& s, const char* source, const char* mask, std::int64_t first,
                           std::int64_t count, char* memory)
    : s_(s), memory_(memory), source_(source), mask_(mask), position_(first), end_(first + count) {
  const reduction_plan& p = s.plan;
  for (int d = p.reduced - 1; d >= 0; --d) {
    index_[d] = first % p.reduced_shape[d];
    first /= p.reduced_shape[d];
    source_ += index_[d] * p.reduced_source[d];
    if (mask_) mask_ += index_[d] * p.reduced_mask[d];
  }
}

// Moves on by n elements, which do not cross the end of an innermost row.
void reduced_runs::advance(std::int64_t n) {
  const reduction_plan& p = s_.plan;
  position_ += n;
  for (int d = p.reduced - 1; d >= 0; --d) {
    index_[d] += n;
    source_ += n * p.reduced_source[d];
    if (mask_) mask_ += n * p.reduced_mask[d];
    if (index_[d] < p.reduced_shape[d]) return;
    source_ -= index_[d] * p.reduced_source[d];
    if (mask_) mask_ -= index_[d] * p.reduced_mask[d];
    index_[d] = 0;
    n = 1;
  }
}

// Brings rows together until the buffers are full. Returns the number of elements.
std::int64_t reduced_runs::gather(char* data, char* mask, std::int64_t most) {
  const reduction_plan& p = s_.plan;
  const int inner = p.reduced - 1;
  const move_kernels& move = tables().move[size_index(s_.item)];
  std::int64_t filled = 0;
  while (filled < most && position_ < end_) {
    const std::int64_t left = std::min(most - filled, end_ - position_);
    const std::int64_t extent = p.reduced_shape[inner], step = p.reduced_source[inner];
    std::int64_t rows = 1, columns = std::min(left, extent - index_[inner]);
    if (inner > 0 && index_[inner] == 0 && left >= 2 * extent)
      rows =
          std::max<std::int64_t>(1, std::min(left / extent, p.reduced_shape[inner - 1] - index_[inner - 1]));
    const std::int64_t row_step = inner > 0 ? p.reduced_source[inner - 1] : 0;
    move.copy(data + filled * s_.item, source_, rows, columns, columns * s_.item, s_.item, row_step, step);
    if (mask_)
      tables().move[0].copy(mask + filled, mask_, rows, columns, columns, 1,
                            inner > 0 ? p.reduced_mask[inner - 1] : 0, p.reduced_mask[inner]);
    filled += rows * columns;
    for (; rows > 1; --rows) advance(columns);
    advance(columns);
  }
  return filled;
}

reduced_runs::run reduced_runs::next() {
  const reduction_plan& p = s_.plan;
  // Converted elements are to stay in the first-level cache.
  const std::int64_t most = s_.converts() ? std::min(s_.kernels.leaf_length, 1024) : s_.kernels.leaf_length;
  const std::int64_t first = position_;
  if (p.reduced == 0) {  // one element, and a mask
    position_ = end_;
    const bool skipped = mask_ && !*mask_;
    return {s_.prepare(source_, s_.item, 1, memory_), skipped ? 0 : 1, first, false};
  }
  const int inner = p.reduced - 1;
  char* const converted = memory_ + (16 + 1 + 16) * static_cast<std::int64_t>(s_.kernels.leaf_length);
  const std::int64_t row = std::min(p.reduced_shape[inner] - index_[inner], end_ - position_);
  if (!mask_ && (row >= 64 || p.reduced == 1)) {
    // Long rows are taken where they lie.
    const std::int64_t n = std::min(row, most);
    const char* data = s_.prepare(source_, p.reduced_source[inner], n, converted);
    advance(n);
    return {data, n, first, position_ < end_};
  }
  char* const data = memory_;
  char* const mask = memory_ + 16 * most;
  char* const kept = mask + most;
  std::int64_t n = gather(data, mask_ ? mask : nullptr, most);
  const char* from = data;
  if (mask_) {
    n = tables().move[size_index(s_.item)].compress(kept, data, mask, 1, n);
    from = kept;
  }
  return {s_.prepare(from, s_.item, n, converted), n, first, position_ < end_};
}

}  // namespace numloom::cpu_host
