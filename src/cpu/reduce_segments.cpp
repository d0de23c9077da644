// SPDX-License-Identifier: BSD-3-Clause
/// Reductions of pieces of an array, one result each: ufunc.reduceat. A piece is often a few elements long,
/// so each goes to the kernel as it lies, without a plan.
#include <algorithm>
#include <cstring>

#include "cpu/backend.hpp"
#include "cpu/executor.hpp"
#include "cpu/level.hpp"
#include "cpu/reduce.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {

namespace {

constexpr std::int64_t most_rows = 128;  // of a table that columns() takes

struct segment_reducer {
  const segments_call& c;
  const reduce_kernels& k = tables().reduce[static_cast<int>(c.op)][static_cast<int>(c.type)];
  std::int64_t item = itemsize(c.type);
  std::int64_t result_item = c.op == reduction::any || c.op == reduction::all ? 1 : item;

  bool sums_floats = c.op == reduction::sum && is_inexact(c.type);

  bool is_table() const { return c.columns > 1 && c.column_step == item; }
  std::size_t memory_bytes() const {
    return static_cast<std::size_t>(cascade::memory_bytes(k, is_table() ? c.columns : 1));
  }

  // Parts of at most `most` elements, combined and finished as `width` results.
  template <class Part>
  void pieces(const char* from, std::int64_t n, std::int64_t most, std::int64_t width, char* memory,
              char* out, Part&& part) const {
    if (n <= most) {
      part(from, n, k.acc_is_result ? out : memory);
      if (!k.acc_is_result) k.finish(memory, width, out, nullptr);
      return;
    }
    cascade parts(k, width, memory);
    for (std::int64_t i = 0; i < n; i += most) {
      part(from + i * c.row_step, std::min(most, n - i), parts.next());
      parts.push();
    }
    k.finish(parts.finish(), width, out, nullptr);
  }

  void segment(std::int64_t s, char* memory) const {
    const std::int64_t n = c.length[s];
    const char* const from = static_cast<const char*>(c.source) + c.start[s] * c.row_step;
    char* const out = static_cast<char*>(c.out) + s * c.columns * result_item;
    if (is_table())
      return pieces(from, n, most_rows, c.columns, memory, out,
                    [&](const char* rows, std::int64_t count, char* accs) {
                      k.columns(rows, c.row_step, count, c.columns, 0, accs);
                    });
    for (std::int64_t j = 0; j < c.columns; ++j) {
      const char* const column = from + j * c.column_step;
      char* const to = out + j * result_item;
      pieces(column, n, k.leaf_length, 1, memory, to,
             [&](const char* elements, std::int64_t count, char* acc) {
               k.rows(elements, count * c.row_step, c.row_step, count, 1, acc);
             });
      if (sums_floats) keep_sign(column, n, to);
    }
  }

  // Sums begin at 0, which -0.0 alone does not change in NumPy's.
  void keep_sign(const char* from, std::int64_t n, char* out) const {
    if (real_part_of(c.type) == dtype::float32)
      keep_signs<float, std::uint32_t>(from, n, out);
    else
      keep_signs<double, std::uint64_t>(from, n, out);
  }
  template <class T, class Bits> void keep_signs(const char* from, std::int64_t n, char* out) const {
    for (std::int64_t part = 0; part < item; part += static_cast<std::int64_t>(sizeof(T))) {
      Bits bits;
      std::memcpy(&bits, out + part, sizeof bits);
      constexpr Bits negative_zero = Bits{1} << (8 * sizeof(Bits) - 1);
      if (bits != 0) continue;
      bool all = true;
      for (std::int64_t i = 0; all && i < n; ++i) {
        std::memcpy(&bits, from + i * c.row_step + part, sizeof bits);
        all = bits == negative_zero;
      }
      if (all) std::memcpy(out + part, &negative_zero, sizeof negative_zero);
    }
  }
};

}  // namespace

bool cpu_device::reduce_segments(const segments_call& call, stream_view) {
  if (call.type == dtype::float16) return false;  // it is carried in another type
  const segment_reducer reducer{call};
  if (!reducer.k.rows) return false;
  std::int64_t elements = 0;
  for (std::int64_t s = 0; s < call.segments; ++s) elements += call.length[s] + 16;
  const std::int64_t each = call.columns * elements / call.segments;
  const std::int64_t grain = std::max<std::int64_t>(1, chunk_elements / 2 / each);
  parallel_for(call.segments, grain, [&](std::int64_t begin, std::int64_t end) {
    char* const memory = scratch(reducer.memory_bytes());
    for (std::int64_t s = begin; s < end; ++s) reducer.segment(s, memory);
  });
  return true;
}

}  // namespace numloom::cpu_host
