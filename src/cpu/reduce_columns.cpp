// SPDX-License-Identifier: BSD-3-Clause
// Reductions along columns: strips of neighbouring outputs, 128 rows at a time, joined pairwise.
#include <algorithm>
#include <cstring>

#include "cpu/executor.hpp"
#include "cpu/level.hpp"
#include "cpu/reduce.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {

namespace {

constexpr std::int64_t block_rows = 128;

// How the columns of one table are cut.
struct column_cut {
  std::int64_t width, strips;  // outputs at a time
  std::int64_t chunks;         // of rows
  std::int64_t fold = 1;       // rows that are read side by side because they are short and touch
};

// Rows of a table, which may have several reduced dimensions.
class row_walk {
 public:
  row_walk(const reduction_plan& p, const char* source, std::int64_t first) : p_(p), at_(source) {
    for (int d = p.reduced - 1; d >= 0; --d) {
      index_[d] = first % p.reduced_shape[d];
      first /= p.reduced_shape[d];
      at_ += index_[d] * p.reduced_source[d];
    }
  }
  const char* at() const { return at_; }
  std::int64_t rows_left() const { return p_.reduced_shape[p_.reduced - 1] - index_[p_.reduced - 1]; }
  void advance(std::int64_t n) {
    for (int d = p_.reduced - 1; d >= 0; --d) {
      index_[d] += n;
      at_ += n * p_.reduced_source[d];
      if (index_[d] < p_.reduced_shape[d]) return;
      at_ -= index_[d] * p_.reduced_source[d];
      index_[d] = 0;
      n = 1;
    }
  }

 private:
  const reduction_plan& p_;
  const char* at_;
  std::int64_t index_[max_dims];
};

column_cut cut_columns(const reduce_setup& s) {
  const reduction_plan& p = s.plan;
  const std::int64_t columns = p.kept_shape[p.kept - 1];
  column_cut c;
  const std::int64_t most = 16384 / std::max(s.kernels.acc_size, s.computed);
  c.strips = (columns + most - 1) / most;
  c.width = (columns + c.strips - 1) / c.strips;
  c.chunks = chunks_for(p.outputs / columns * c.strips, p.length, c.width);
  const bool touching = p.reduced == 1 && p.reduced_source[0] == columns * s.item;
  if (touching && columns <= 512 && p.length >= 1024 && !s.converts())
    while (c.fold * 2 * columns * s.item <= 4096) c.fold *= 2;
  return c;
}

// Positions of arg reductions count folded rows: back to single ones.
void unfold_places(const reduce_setup& s, char* accs, std::int64_t columns, std::int64_t fold,
                   std::int64_t first) {
  if (s.plan.op != reduction::argmin && s.plan.op != reduction::argmax) return;
  const int acc = s.kernels.acc_size;
  for (std::int64_t f = 0; f < fold; ++f)
    for (std::int64_t j = 0; j < columns; ++j) {
      char* const place = accs + (f * columns + j + 1) * acc - 8;
      std::int64_t index;
      std::memcpy(&index, place, 8);
      index = first + index * fold + f;
      std::memcpy(place, &index, 8);
    }
}

// Rows [first, first + n) of a folded table: `columns` accs, somewhere in the memory.
char* reduce_folded(const reduce_setup& s, const char* source, std::int64_t first, std::int64_t n,
                    std::int64_t columns, std::int64_t fold, char* memory) {
  const reduce_kernels& k = s.kernels;
  const std::int64_t row_bytes = columns * s.item, wide = columns * fold;
  cascade parts(k, wide, memory);
  source += first * row_bytes;
  std::int64_t done = 0;
  while (n - done >= fold) {
    const std::int64_t rows = std::min(block_rows, (n - done) / fold);
    k.columns(source + done * row_bytes, fold * row_bytes, rows, wide, done / fold, parts.next());
    parts.push();
    done += rows * fold;
  }
  char* const accs = parts.finish();
  if (done > 0) unfold_places(s, accs, columns, fold, first);
  for (std::int64_t half = fold / 2; half > 0; half /= 2)
    k.merge(accs, accs + half * columns * k.acc_size, half * columns);
  for (; done < n; done += std::min(block_rows, n - done)) {
    char* const rest = accs + columns * k.acc_size;
    k.columns(source + done * row_bytes, row_bytes, std::min(block_rows, n - done), columns, first + done,
              rest);
    k.merge(accs, rest, columns);
  }
  return accs;
}

// Rows [first, first + n) of a strip: `width` accs, somewhere in the memory.
char* reduce_strip(const reduce_setup& s, const char* source, std::int64_t first, std::int64_t n,
                   std::int64_t width, char* memory) {
  const reduce_kernels& k = s.kernels;
  const reduction_plan& p = s.plan;
  const std::int64_t row_step = p.reduced_source[p.reduced - 1];
  cascade parts(k, width, memory);
  char* const converted = memory + cascade::memory_bytes(k, width);
  row_walk walk(p, source, first);
  // Converted rows are to stay in the first-level cache.
  const std::int64_t at_once =
      s.converts() ? std::clamp<std::int64_t>(16384 / (width * 16), 1, block_rows) : block_rows;
  for (std::int64_t done = 0; done < n;) {
    const std::int64_t rows = std::min({at_once, walk.rows_left(), n - done});
    const char* from = walk.at();
    std::int64_t step = row_step;
    if (s.converts()) {
      char* buffer = converted;
      for (std::int64_t r = 0; r < rows; ++r, buffer += 48 * width) {
        const char* row = s.prepare(from + r * row_step, s.item, width, buffer + 16 * width);
        std::memcpy(buffer, row, static_cast<std::size_t>(width * s.computed));
      }
      from = converted;
      step = 48 * width;
    }
    k.columns(from, step, rows, width, first + done, parts.next());
    parts.push();
    walk.advance(rows);
    done += rows;
  }
  return parts.finish();
}

// Where a strip of columns begins; d is the axis that the columns lie along.
kept_position place_of(const reduction_plan& p, const column_cut& c, std::int64_t strip, int d) {
  kept_position at = locate(p, strip / c.strips, d);
  const std::int64_t first = strip % c.strips * c.width;
  at.source += first * p.kept_source[d];
  at.out += first * p.kept_out[d];
  at.out2 += first * p.kept_out2[d];
  return at;
}

}  // namespace

void reduce_columns(const reduce_setup& s) {
  const reduction_plan& p = s.plan;
  const reduce_kernels& k = s.kernels;
  const int d = p.kept - 1;
  const std::int64_t columns = p.kept_shape[d];
  const column_cut c = cut_columns(s);
  const std::int64_t tables = p.outputs / columns, accs_bytes = c.width * k.acc_size;
  const std::int64_t strips = tables * c.strips;
  const std::int64_t converted = s.converts() ? 48 * c.width * block_rows : 0;
  const std::size_t memory_bytes =
      static_cast<std::size_t>(cascade::memory_bytes(k, c.width * c.fold) + converted);
  std::vector<char> partial(c.chunks > 1 ? static_cast<std::size_t>(strips * c.chunks * accs_bytes + 64) : 0);
  char* const partials = partial.data() + (-reinterpret_cast<std::uintptr_t>(partial.data()) & 63);

  const auto width_of = [&](std::int64_t strip) {
    return std::min(c.width, columns - strip % c.strips * c.width);
  };
  const auto store = [&](std::int64_t strip, char* accs) {
    const kept_position at = place_of(p, c, strip, d);
    store_results(s, accs, width_of(strip), static_cast<char*>(p.out) + at.out,
                  static_cast<char*>(p.out2) + at.out2, d);
  };
  // A few rows: their combination is the result.
  const bool in_place = k.acc_is_result && c.chunks == 1 && c.fold == 1 && !s.converts() && p.reduced == 1 &&
                        p.length <= block_rows && p.result == p.loop && p.kept_out[d] == s.computed &&
                        s.computed == k.acc_size && !p.has_initial;
  const auto run = [&](std::int64_t begin, std::int64_t end) {
    char* const memory = scratch(memory_bytes);
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t strip = task / c.chunks, chunk = task % c.chunks;
      const std::int64_t first = p.length * chunk / c.chunks, last = p.length * (chunk + 1) / c.chunks;
      const kept_position at = place_of(p, c, strip, d);
      const char* const source = static_cast<const char*>(p.source) + at.source;
      if (in_place) {
        k.columns(source, p.reduced_source[0], p.length, width_of(strip), 0,
                  static_cast<char*>(p.out) + at.out);
        continue;
      }
      char* const accs = c.fold > 1 ? reduce_folded(s, source, first, last - first, columns, c.fold, memory)
                                    : reduce_strip(s, source, first, last - first, width_of(strip), memory);
      if (c.chunks == 1)
        store(strip, accs);
      else
        std::memcpy(partials + task * accs_bytes, accs,
                    static_cast<std::size_t>(width_of(strip) * k.acc_size));
    }
  };
  const std::int64_t work = std::max<std::int64_t>(1, c.width * (p.length / c.chunks));
  parallel_for(strips * c.chunks, std::max<std::int64_t>(1, chunk_elements / 2 / work), run);
  if (c.chunks == 1) return;
  for (std::int64_t strip = 0; strip < strips; ++strip) {
    char* const mine = partials + strip * c.chunks * accs_bytes;
    for (std::int64_t width = 1; width < c.chunks; width *= 2)
      for (std::int64_t i = 0; i + width < c.chunks; i += 2 * width)
        k.merge(mine + i * accs_bytes, mine + (i + width) * accs_bytes, width_of(strip));
    store(strip, mine);
  }
}

}  // namespace numloom::cpu_host
