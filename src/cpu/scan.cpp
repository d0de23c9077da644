// SPDX-License-Identifier: BSD-3-Clause
// Scans. Along rows that lie in memory one after the other, each thread takes a line; a single long line is
// cut into pieces that are claimed in order: sum the piece, wait for what stands before it, scan it while it
// is still in the cache. Along columns, neighbouring lines advance together.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <vector>

#include <sched.h>

#include "cpu/backend.hpp"
#include "cpu/executor.hpp"
#include "cpu/level.hpp"
#include "cpu/loops.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {

namespace {

constexpr std::int64_t buffered = 1024;  // elements that pass through buffers at a time
constexpr std::int64_t piece = 32768;    // of a long line
constexpr std::int64_t worth_a_thread = 32768;

// The scan as a set of lines: the scanned axis, and all other dimensions as one list.
struct scan_job {
  const scan_kernels& kernels;
  loop_fn convert;  // null: same dtype
  std::int64_t item, source_item;
  std::int64_t n;  // along the axis
  std::int64_t out_step, source_step;
  int others = 0;
  std::int64_t shape[max_dims], out_stride[max_dims], source_stride[max_dims];
  char* out;
  const char* source;
  std::int64_t lines = 1;
  bool streamed = false;

  // Addresses of line i, not counting dimension `skip`.
  void locate(std::int64_t i, int skip, char*& to, const char*& from) const {
    to = out;
    from = source;
    for (int d = others - 1; d >= 0; --d) {
      if (d == skip) continue;
      to += i % shape[d] * out_stride[d];
      from += i % shape[d] * source_stride[d];
      i /= shape[d];
    }
  }

  // n elements as contiguous elements of the result's dtype. The buffer holds twice as many.
  const char* load(const char* from, std::int64_t step, std::int64_t count, char* buffer) const {
    if (!convert && step == item) return from;
    if (convert) {
      char* const args[] = {const_cast<char*>(from), buffer};
      const std::int64_t steps[] = {step, item};
      convert(args, steps, count);
    } else {
      tables().move[size_index(static_cast<int>(item))].copy(buffer, from, 1, count, 0, item, 0, step);
    }
    return buffer;
  }
};

// Scans `count` elements of a line. Memory of two blocks of 16-byte elements.
void scan_line(const scan_job& job, char* to, const char* from, std::int64_t count, char* carry,
               char* memory) {
  char* const results = memory + buffered * 16;
  for (std::int64_t i = 0; i < count; i += buffered) {
    const std::int64_t length = std::min(buffered, count - i);
    const char* loaded = job.load(from + i * job.source_step, job.source_step, length, memory);
    char* const place = to + i * job.out_step;
    if (job.out_step == job.item && !job.streamed) {
      job.kernels.row(place, loaded, length, carry);
      continue;
    }
    job.kernels.row(results, loaded, length, carry);
    if (job.out_step == job.item)
      tables().stream(place, results, length * job.item, nullptr, nullptr);
    else
      tables().move[size_index(static_cast<int>(job.item))].copy(place, results, 1, length, 0, job.out_step,
                                                                 0, job.item);
  }
}

void scan_lines(const scan_job& job) {
  parallel_for(job.lines, std::max<std::int64_t>(1, worth_a_thread / job.n),
               [&](std::int64_t begin, std::int64_t end) {
                 char* const memory = scratch(2 * 16 * buffered);
                 for (std::int64_t i = begin; i < end; ++i) {
                   alignas(16) char carry[16];
                   char* to;
                   const char* from;
                   job.locate(i, -1, to, from);
                   job.kernels.identity(carry, 1);
                   scan_line(job, to, from, job.n, carry, memory);
                 }
                 store_fence();
               });
}

// One line for all threads. Pieces are claimed in increasing order, so whoever waits for the piece before
// waits for a thread that is at work on it.
void scan_long_line(const scan_job& job, char* to, const char* from) {
  struct alignas(64) state {
    std::atomic<bool> known{false};
    alignas(16) char carry[16];  // everything up to the end of this piece
  };
  const std::int64_t pieces = (job.n + piece - 1) / piece;
  const std::unique_ptr<state[]> states(new state[static_cast<std::size_t>(pieces)]);
  for_each_chunk(pieces, [&](std::int64_t p) {
    char* const memory = scratch(2 * 16 * buffered);
    const std::int64_t first = p * piece, count = std::min(piece, job.n - first);
    const char* const mine = from + first * job.source_step;
    alignas(16) char carry[16], total[16];
    job.kernels.identity(total, 1);
    for (std::int64_t i = 0; i < count; i += buffered) {
      const std::int64_t length = std::min(buffered, count - i);
      job.kernels.total(job.load(mine + i * job.source_step, job.source_step, length, memory), length, total);
    }
    state& my = states[static_cast<std::size_t>(p)];
    if (p == 0) {
      job.kernels.identity(carry, 1);
      std::memcpy(my.carry, total, 16);
    } else {
      const state& before = states[static_cast<std::size_t>(p - 1)];
      for (int spin = 0; !before.known.load(std::memory_order_acquire); ++spin)
        if (spin > 1000) sched_yield();
      std::memcpy(carry, before.carry, 16);
      job.kernels.join(carry, total, my.carry);
    }
    my.known.store(true, std::memory_order_release);
    scan_line(job, to + first * job.out_step, mine, count, carry, memory);
    store_fence();
  });
}

// Strips of neighbouring lines along dimension d, whose elements touch in the result.
void scan_columns(const scan_job& job, int d) {
  const std::int64_t columns = job.shape[d], most = std::max<std::int64_t>(64, 16384 / job.item);
  const std::int64_t wanted = std::max<std::int64_t>(
      (columns + most - 1) / most, std::min<std::int64_t>(2 * num_threads(), columns * job.item / 256));
  const std::int64_t strips = std::max<std::int64_t>(1, wanted);
  const std::int64_t tables = job.lines / columns;
  parallel_for(tables * strips, std::max<std::int64_t>(1, worth_a_thread * strips / (job.n * columns)),
               [&](std::int64_t begin, std::int64_t end) {
                 const std::int64_t widest = columns / strips + 1;
                 char* const carries = scratch(static_cast<std::size_t>(3 * 16 * widest + 64));
                 char* const buffer = carries + 16 * widest;
                 for (std::int64_t task = begin; task < end; ++task) {
                   const std::int64_t strip = task % strips;
                   const std::int64_t first = columns * strip / strips;
                   const std::int64_t width = columns * (strip + 1) / strips - first;
                   char* to;
                   const char* from;
                   job.locate(task / strips, d, to, from);
                   to += first * job.out_stride[d];
                   from += first * job.source_stride[d];
                   job.kernels.identity(carries, width);
                   if (!job.convert && job.source_stride[d] == job.item) {
                     job.kernels.columns(to, from, job.out_step, job.source_step, job.n, width, carries);
                     continue;
                   }
                   for (std::int64_t r = 0; r < job.n; ++r)
                     job.kernels.columns(
                         to + r * job.out_step,
                         job.load(from + r * job.source_step, job.source_stride[d], width, buffer), 0, 0, 1,
                         width, carries);
                 }
               });
}

}  // namespace

void cpu_device::scan(scan_op op, const array_ref& out, const array_ref& source, int axis, stream_view) {
  scan_job job{tables().scan[static_cast<int>(op)][static_cast<int>(out.type)],
               source.type == out.type ? nullptr : cast_loop(source.type, out.type),
               itemsize(out.type),
               itemsize(source.type),
               out.shape[axis],
               out.strides[axis],
               source.strides[axis],
               0,
               {},
               {},
               {},
               static_cast<char*>(out.data),
               static_cast<const char*>(source.data)};
  int touching = -1;
  for (int d = 0; d < out.ndim; ++d) {
    if (d == axis || out.shape[d] == 1) continue;
    if (out.strides[d] == job.item && out.shape[d] > 1) touching = job.others;
    job.shape[job.others] = out.shape[d];
    job.out_stride[job.others] = out.strides[d];
    job.source_stride[job.others] = source.strides[d];
    job.lines *= out.shape[d];
    ++job.others;
  }
  if (job.n == 0 || job.lines == 0) return;
  job.streamed = job.out_step == job.item && out.data != source.data &&
                 job.n * job.lines * (job.item + job.source_item) > last_level_cache();
  if (touching >= 0 && job.out_step != job.item && job.n > 1) return scan_columns(job, touching);
  if (job.lines < 8 && job.n >= 2 * piece) {  // whatever the number of threads: the rounding depends on it
    for (std::int64_t i = 0; i < job.lines; ++i) {
      char* to;
      const char* from;
      job.locate(i, -1, to, from);
      scan_long_line(job, to, from);
    }
    return;
  }
  scan_lines(job);
}

}  // namespace numloom::cpu_host
