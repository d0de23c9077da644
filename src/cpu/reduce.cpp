// SPDX-License-Identifier: BSD-3-Clause
// Reductions: the choice of a way, and the way along rows.
#include "cpu/reduce.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "cpu/backend.hpp"
#include "cpu/executor.hpp"
#include "cpu/level.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {

std::int64_t chunks_for(std::int64_t tasks, std::int64_t length, std::int64_t elements_each) {
  if (tasks >= most_chunks) return 1;
  const std::int64_t by_work = length * elements_each / chunk_elements;
  return std::clamp<std::int64_t>(std::min(by_work, most_chunks / tasks), 1,
                                  std::max<std::int64_t>(length, 1));
}

kept_position locate(const reduction_plan& p, std::int64_t position, int skip) {
  kept_position at;
  for (int d = p.kept - 1; d >= 0; --d) {
    if (d == skip) continue;
    const std::int64_t i = position % p.kept_shape[d];
    position /= p.kept_shape[d];
    at.source += i * p.kept_source[d];
    at.mask += i * p.kept_mask[d];
    at.out += i * p.kept_out[d];
    at.out2 += i * p.kept_out2[d];
  }
  return at;
}

namespace {

// The dtypes that finish() writes.
dtype natural_result(const reduction_plan& p) {
  switch (p.op) {
    case reduction::any:
    case reduction::all: return dtype::bool_;
    case reduction::count_nonzero:
    case reduction::argmin:
    case reduction::argmax: return dtype::int64;
    default: return p.loop;
  }
}

void store_strided(const char* from, dtype from_type, dtype to_type, char* to, std::int64_t step,
                   std::int64_t n) {
  char* const args[] = {const_cast<char*>(from), to};
  const std::int64_t steps[] = {itemsize(from_type), step};
  if (from_type != to_type)
    cast_loop(from_type, to_type)(args, steps, n);
  else
    tables().move[size_index(itemsize(to_type))].copy(to, from, 1, n, 0, step, 0, itemsize(from_type));
}

constexpr std::int64_t results_at_once = 512;

}  // namespace

void store_results(const reduce_setup& s, char* accs, std::int64_t n, char* out, char* out2, int d) {
  const reduction_plan& p = s.plan;
  alignas(64) char first[results_at_once * 16], second[results_at_once * 16];
  const dtype natural = natural_result(p);
  const std::int64_t out_step = p.kept > 0 ? p.kept_out[d] : 0, out2_step = p.kept > 0 ? p.kept_out2[d] : 0;
  if (p.has_initial) {
    char initial[16] = {};
    s.kernels.lift(reinterpret_cast<const char*>(p.initial), 1, initial);
    for (std::int64_t i = 0; i < n; ++i) s.kernels.merge(accs + i * s.kernels.acc_size, initial, 1);
  }
  if (p.result == natural && !p.out2 && (n == 1 || out_step == itemsize(natural)))
    return s.kernels.finish(accs, n, out, nullptr);
  for (std::int64_t begin = 0; begin < n; begin += results_at_once) {
    const std::int64_t length = std::min(results_at_once, n - begin);
    s.kernels.finish(accs + begin * s.kernels.acc_size, length, first, second);
    store_strided(first, natural, p.result, out + begin * out_step, out_step, length);
    if (p.out2)
      store_strided(second, real_part_of(natural), p.result2, out2 + begin * out2_step, out2_step, length);
  }
}

namespace {

// any and all need not look further once they know.
bool decided(const reduce_setup& s, const char* acc) {
  return (s.plan.op == reduction::any && *acc != 0) || (s.plan.op == reduction::all && *acc == 0);
}

// The acc of part of one output's elements.
void reduce_part(const reduce_setup& s, const char* source, const char* mask, std::int64_t first,
                 std::int64_t count, char* acc) {
  const reduce_kernels& k = s.kernels;
  const std::int64_t runs_bytes = reduced_runs::memory_bytes(s);
  char* const memory = scratch(static_cast<std::size_t>(runs_bytes + cascade::memory_bytes(k, 1)));
  reduced_runs runs(s, source, mask, first, count, memory);
  cascade parts(k, 1, memory + runs_bytes);
  if (!k.cascades) k.identity(acc, 1);
  for (bool more = true; more;) {
    const reduced_runs::run run = runs.next();
    more = run.more;
    if (k.cascades) {
      k.identity(parts.next(), 1);
      k.leaf(run.data, run.n, run.first, parts.next());
      parts.push();
    } else {
      k.leaf(run.data, run.n, run.first, acc);
      if (decided(s, acc)) return;
    }
  }
  if (k.cascades) std::memcpy(acc, parts.finish(), static_cast<std::size_t>(k.acc_size));
}

// Few outputs: each is cut into chunks.
void reduce_in_chunks(const reduce_setup& s, std::int64_t chunks) {
  const reduction_plan& p = s.plan;
  const reduce_kernels& k = s.kernels;
  std::vector<char> partial(static_cast<std::size_t>(p.outputs * chunks * k.acc_size + 64));
  char* const accs = partial.data() + (-reinterpret_cast<std::uintptr_t>(partial.data()) & 63);
  const char* const source = static_cast<const char*>(p.source);
  const char* const mask = static_cast<const char*>(p.mask);
  std::atomic<bool> known{false};
  const auto reduce_chunk = [&](std::int64_t task) {
    const std::int64_t output = task / chunks, chunk = task % chunks;
    const kept_position at = locate(p, output, -1);
    const std::int64_t begin = p.length * chunk / chunks, end = p.length * (chunk + 1) / chunks;
    char* const acc = accs + task * k.acc_size;
    if (p.outputs == 1 && known.load(std::memory_order_relaxed)) return k.identity(acc, 1);
    reduce_part(s, source + at.source, mask ? mask + at.mask : nullptr, begin, end - begin, acc);
    if (p.outputs == 1 && decided(s, acc)) known.store(true, std::memory_order_relaxed);
  };
  if (p.outputs * p.length < chunk_elements / 2)
    for (std::int64_t t = 0; t < p.outputs * chunks; ++t) reduce_chunk(t);
  else
    for_each_chunk(p.outputs * chunks, reduce_chunk);
  for (std::int64_t o = 0; o < p.outputs; ++o) {
    char* const mine = accs + o * chunks * k.acc_size;
    for (std::int64_t width = 1; width < chunks; width *= 2)
      for (std::int64_t c = 0; c + width < chunks; c += 2 * width)
        k.merge(mine + c * k.acc_size, mine + (c + width) * k.acc_size, 1);
    const kept_position at = locate(p, o, -1);
    store_results(s, mine, 1, static_cast<char*>(p.out) + at.out, static_cast<char*>(p.out2) + at.out2, 0);
  }
}

// The kept dimension whose outputs are computed by one call of rows().
int rows_dimension(const reduction_plan& p) {
  int best = p.kept - 1;
  for (int d = p.kept - 2; d >= 0; --d)
    if (p.kept_shape[best] < 16 && p.kept_shape[d] > p.kept_shape[best]) best = d;
  return best;
}

// One group of neighbouring outputs along kept dimension d.
void reduce_group(const reduce_setup& s, kept_position at, std::int64_t n, int d, char* accs, char* memory) {
  const reduction_plan& p = s.plan;
  const reduce_kernels& k = s.kernels;
  const char* const source = static_cast<const char*>(p.source) + at.source;
  const std::int64_t row_step = p.kept_source[d];
  const std::int64_t step = p.reduced > 0 ? p.reduced_source[0] : s.item;
  if (!s.converts()) {
    k.rows(source, row_step, step, p.length, n, accs);
  } else {
    // Rows are brought together and converted as one.
    const std::int64_t together = std::max<std::int64_t>(1, k.leaf_length / p.length);
    char* const converted = memory + 16 * k.leaf_length;
    for (std::int64_t r = 0; r < n; r += together) {
      const std::int64_t rows = std::min(together, n - r), elements = rows * p.length;
      const char* from = source + r * row_step;
      if (step != s.item || row_step != p.length * s.item) {
        tables().move[size_index(s.item)].copy(memory, from, rows, p.length, p.length * s.item, s.item,
                                               row_step, step);
        from = memory;
      }
      from = s.prepare(from, s.item, elements, converted);
      k.rows(from, p.length * s.computed, s.computed, p.length, rows, accs + r * k.acc_size);
    }
  }
  store_results(s, accs, n, static_cast<char*>(p.out) + at.out, static_cast<char*>(p.out2) + at.out2, d);
}

// Many outputs of one short row each.
void reduce_short_rows(const reduce_setup& s) {
  const reduction_plan& p = s.plan;
  const reduce_kernels& k = s.kernels;
  const int d = rows_dimension(p);
  const std::int64_t extent = p.kept_shape[d];
  const std::int64_t most =
      std::clamp<std::int64_t>(chunk_elements / 4 / std::max<std::int64_t>(p.length, 1), 16, results_at_once);
  const std::int64_t groups = (extent + most - 1) / most;
  const std::int64_t tasks = p.outputs / extent * groups;
  const std::int64_t grain =
      std::max<std::int64_t>(1, chunk_elements / 2 / (std::min(most, extent) * p.length));
  parallel_for(tasks, grain, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t buffers = 16 * k.leaf_length + reduce_setup::buffer_bytes(k.leaf_length);
    char* const memory = scratch(static_cast<std::size_t>(buffers + most * k.acc_size));
    for (std::int64_t t = begin; t < end; ++t) {
      kept_position at = locate(p, t / groups, d);
      const std::int64_t first = t % groups * most;
      at.source += first * p.kept_source[d];
      at.out += first * p.kept_out[d];
      at.out2 += first * p.kept_out2[d];
      reduce_group(s, at, std::min(most, extent - first), d, memory + buffers, memory);
    }
  });
}

// Many outputs whose elements are masked, or lie in several dimensions, or are many.
void reduce_each(const reduce_setup& s) {
  const reduction_plan& p = s.plan;
  const std::int64_t grain = std::max<std::int64_t>(1, chunk_elements / 2 / (p.length + 64));
  parallel_for(p.outputs, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t o = begin; o < end; ++o) {
      const kept_position at = locate(p, o, -1);
      alignas(16) char acc[64];
      reduce_part(s, static_cast<const char*>(p.source) + at.source,
                  p.mask ? static_cast<const char*>(p.mask) + at.mask : nullptr, 0, p.length, acc);
      store_results(s, acc, 1, static_cast<char*>(p.out) + at.out, static_cast<char*>(p.out2) + at.out2, 0);
    }
  });
}

// One output of so few contiguous elements that they are one leaf: no chunks, no buffers.
bool is_one_leaf(const reduce_setup& s) {
  const reduction_plan& p = s.plan;
  return p.outputs == 1 && p.reduced == 1 && !p.mask && !s.converts() && p.length <= s.kernels.leaf_length &&
         p.reduced_source[0] == s.item;
}

void reduce_one_leaf(const reduce_setup& s) {
  alignas(16) char acc[64];
  s.kernels.identity(acc, 1);
  s.kernels.leaf(static_cast<const char*>(s.plan.source), s.plan.length, 0, acc);
  store_results(s, acc, 1, static_cast<char*>(s.plan.out), static_cast<char*>(s.plan.out2), 0);
}

void reduce_nothing(const reduce_setup& s) {
  const reduction_plan& p = s.plan;
  for (std::int64_t o = 0; o < p.outputs; ++o) {
    const kept_position at = locate(p, o, -1);
    alignas(16) char acc[64];
    s.kernels.identity(acc, 1);
    store_results(s, acc, 1, static_cast<char*>(p.out) + at.out, static_cast<char*>(p.out2) + at.out2, 0);
  }
}

// Do neighbouring outputs lie closer together than the elements of one of them?
bool along_columns(const reduce_setup& s) {
  const reduction_plan& p = s.plan;
  if (p.mask || p.kept == 0 || p.reduced == 0 || p.length < 2) return false;
  const int inner = p.kept - 1;
  if (p.kept_source[inner] != s.item) return false;
  if (std::abs(p.reduced_source[p.reduced - 1]) < p.kept_source[inner]) return false;
  // Small tables, many of them: rows() runs over the tables instead.
  const bool tiny = p.kept_shape[inner] < 16 && p.outputs / p.kept_shape[inner] > p.kept_shape[inner];
  return !(tiny && p.reduced == 1 && p.length <= 64);
}

}  // namespace

void reduce_rows(const reduce_setup& s) {
  const reduction_plan& p = s.plan;
  const std::int64_t chunks = chunks_for(p.outputs, p.length, 1);
  if (chunks > 1 || p.outputs == 1) return reduce_in_chunks(s, chunks);
  if (!p.mask && p.reduced <= 1 && p.length <= s.kernels.leaf_length) return reduce_short_rows(s);
  reduce_each(s);
}

void cpu_device::reduce(const reduction_plan& plan, stream_view) {
  const reduce_setup setup(plan);
  if (plan.length == 0) return reduce_nothing(setup);
  if (is_one_leaf(setup)) return reduce_one_leaf(setup);
  if (along_columns(setup)) return reduce_columns(setup);
  reduce_rows(setup);
}

}  // namespace numloom::cpu_host
