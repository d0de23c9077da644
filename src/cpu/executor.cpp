// SPDX-License-Identifier: BSD-3-Clause
#include "cpu/executor.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "cpu/level.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {

char* scratch(std::size_t bytes) {
  struct release {
    void operator()(char* p) const { std::free(p); }
  };
  thread_local std::unique_ptr<char, release> memory;
  thread_local std::size_t held = 0;
  if (held < bytes) {
    bytes = (bytes + 4095) & ~std::size_t{4095};
    memory.reset();
    held = 0;
    memory.reset(static_cast<char*>(std::aligned_alloc(64, bytes)));
    if (!memory) throw std::bad_alloc();
    held = bytes;
  }
  return memory.get();
}

namespace {

constexpr std::int64_t register_bytes =
    8192;  // of the widest register: four of them fit the first-level cache
// In elements of 4 bytes times cost: what is worth waking a thread, and what is worth claiming.
constexpr std::int64_t parallel_work = 128 * 1024, claimed_work = 16 * 1024;
// When results are streamed, reading must overlap with writing: short blocks (an addition on one core: 36
// GB/s with 2 KiB and the next block fetched ahead, 20 GB/s with 8 KiB).
constexpr std::int64_t streamed_block_bytes = 2048;
// Rows and columns of a block where an operand is transposed: a few lines of the cache wide.
constexpr std::int64_t tile_of(int widest) { return widest <= 2 ? 64 : 32; }
constexpr int box_dims = 8;  // inner dimensions that one block may span

// An operand inside one block: dimensions merged as far as its own strides allow. extent[0] is per unit of
// the split dimension.
struct box {
  int ndim = 1;
  std::int64_t extent[box_dims], stride[box_dims];
};

// How the space is cut: blocks are boxes of `rows` steps along dimension `split` and everything inside it, or
// tiles of rows x columns over the last two dimensions. Loops over blocks are `outer`.
struct cut {
  int ndim = 0;  // of the outer loops
  std::int64_t shape[max_dims + 1];
  std::int64_t stride[max_operands][max_dims + 1];
  std::int64_t blocks = 1;
  std::int64_t rows = 1, rows_extent = 1;        // along the split dimension: per block, in all
  std::int64_t columns = 1, columns_extent = 1;  // of a tile; elements inside the split dimension otherwise
  bool tiled = false;
  int row_loop = -1, column_loop = -1;  // the outer loops over row blocks and column blocks
  box layout[max_operands];
};

enum class place : std::uint8_t { direct, buffer, scalar };
struct register_plan {
  place where = place::buffer;
  int operand = -1;        // direct: whose memory
  std::size_t offset = 0;  // buffer: where in the scratch memory
};

struct block_plan {
  const block_program& p;
  cut c;
  register_plan registers[max_values];
  std::size_t gathered[max_operands];   // where operands that do not lie in one line are brought together
  std::size_t converted[max_operands];  // where results wait between conversion and store
  alignas(16) char scalars[max_operands][16];  // inputs passed by value, converted
  bool in_line[max_operands];                  // the operand is one run of equal steps inside a block
  bool unchanging[max_operands];               // the same in all blocks: load once
  bool streamed[max_operands];
  std::size_t scratch_bytes = 0;
  explicit block_plan(const block_program& program) : p(program) {}
};

// ---- how to cut ----

bool is_value(const block_program& p, int k) { return p.space->data[k] == nullptr; }

// The dimension along which some input runs through memory while the inner one makes it jump; -1 if none.
int transposed_dimension(const block_program& p) {
  const iteration_space& s = *p.space;
  const int inner = s.ndim - 1;
  if (s.ndim < 2 || s.shape[inner] < 8) return -1;
  for (int k = 0; k < s.operands; ++k) {
    if (is_value(p, k) || std::abs(s.strides[k][inner]) < 64) continue;
    for (int d = 0; d < inner; ++d)
      if (s.strides[k][d] == p.operand_size[k] && s.shape[d] >= 8) return d;
  }
  return -1;
}

void cut_tiles(const block_program& p, cut& c, int across, std::int64_t tile) {
  const iteration_space& s = *p.space;
  const int inner = s.ndim - 1;
  c.tiled = true;
  c.rows = c.columns = tile;
  c.rows_extent = s.shape[across];
  c.columns_extent = s.shape[inner];
  for (int d = 0; d < s.ndim; ++d) {
    if (d == across || d == inner) continue;
    c.shape[c.ndim] = s.shape[d];
    for (int k = 0; k < s.operands; ++k) c.stride[k][c.ndim] = s.strides[k][d];
    ++c.ndim;
  }
  c.row_loop = c.ndim++;
  c.column_loop = c.ndim++;
  c.shape[c.row_loop] = (c.rows_extent + tile - 1) / tile;
  c.shape[c.column_loop] = (c.columns_extent + tile - 1) / tile;
  for (int k = 0; k < s.operands; ++k) {
    c.stride[k][c.row_loop] = tile * s.strides[k][across];
    c.stride[k][c.column_loop] = tile * s.strides[k][inner];
    c.layout[k].ndim = 2;
    c.layout[k].stride[0] = s.strides[k][across];
    c.layout[k].stride[1] = s.strides[k][inner];
    if (s.strides[k][across] == 0 && s.strides[k][inner] == 0) c.layout[k].ndim = 1;
  }
}

// Blocks of about `target` elements: whole inner dimensions as far as they are shorter than that.
void cut_lines(const block_program& p, cut& c, std::int64_t target, std::int64_t join_below) {
  const iteration_space& s = *p.space;
  int split = std::max(s.ndim - 1, 0);
  std::int64_t inside = 1;
  while (split > 0 && s.ndim - split < box_dims && inside * s.shape[split] < join_below) {
    inside *= s.shape[split];
    --split;
  }
  c.rows_extent = s.ndim > 0 ? s.shape[split] : 1;
  c.columns = c.columns_extent = inside;
  c.rows = std::clamp<std::int64_t>(target / inside, 1, c.rows_extent);
  for (int d = 0; d < split; ++d) {
    c.shape[c.ndim] = s.shape[d];
    for (int k = 0; k < s.operands; ++k) c.stride[k][c.ndim] = s.strides[k][d];
    ++c.ndim;
  }
  c.row_loop = c.ndim++;
  c.shape[c.row_loop] = (c.rows_extent + c.rows - 1) / c.rows;
  for (int k = 0; k < s.operands; ++k) {
    c.stride[k][c.row_loop] = s.ndim > 0 ? c.rows * s.strides[k][split] : 0;
    box& b = c.layout[k];
    b.ndim = 1;
    b.extent[0] = 1;
    b.stride[0] = s.ndim > 0 ? s.strides[k][split] : 0;
    for (int d = split + 1; d < s.ndim; ++d) {
      if (b.stride[b.ndim - 1] == s.strides[k][d] * s.shape[d]) {
        b.extent[b.ndim - 1] *= s.shape[d];
      } else {
        b.extent[b.ndim++] = s.shape[d];
      }
      b.stride[b.ndim - 1] = s.strides[k][d];
    }
  }
}

// ---- what is where ----

bool overlaps_an_input(const block_program& p, int output) {
  for (int i = 0; i < p.inputs; ++i)
    if (p.space->data[p.outputs + i] == p.space->data[output]) return true;
  return false;
}

std::int64_t bytes_touched(const block_program& p) {
  const iteration_space& s = *p.space;
  std::int64_t bytes = 0;
  for (int k = 0; k < s.operands; ++k) {
    if (is_value(p, k)) continue;
    std::int64_t elements = 1;
    for (int d = 0; d < s.ndim; ++d)
      if (s.strides[k][d] != 0) elements *= s.shape[d];
    bytes += elements * p.operand_size[k];
  }
  return bytes;
}

class scratch_layout {
 public:
  std::size_t add(std::int64_t elements, int size) {
    const std::size_t at = bytes_;
    bytes_ += (static_cast<std::size_t>(elements * size) + 127) & ~std::size_t{63};
    return at;
  }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

void place_inputs(block_plan& b, scratch_layout& layout, std::int64_t elements) {
  const block_program& p = b.p;
  for (int i = 0; i < p.inputs; ++i) {
    const int k = p.outputs + i;
    register_plan& r = b.registers[i];
    if (is_value(p, k)) {
      r.where = place::scalar;
      const char* value = static_cast<const char*>(p.value[k]);
      if (p.load[i]) {
        char* const args[] = {const_cast<char*>(value), b.scalars[i]};
        const std::int64_t steps[] = {0, 0};
        p.load[i](args, steps, 1);
      } else {
        std::copy_n(value, p.operand_size[k], b.scalars[i]);
      }
      continue;
    }
    if (!b.in_line[k]) b.gathered[k] = layout.add(elements, p.operand_size[k]);
    if (p.load[i]) {
      r.offset = layout.add(elements, p.register_size[i]);
    } else if (b.in_line[k]) {
      r.where = place::direct;
      r.operand = k;
    } else {
      r.offset = b.gathered[k];
    }
  }
}

// A result that may be computed where it is to lie: nothing to convert, mask or stream, and nobody reads an
// input that lies there after it is written.
bool computed_in_place(const block_plan& b, int output) {
  const block_program& p = b.p;
  const int r = p.output_register[output];
  if (p.store[output] || p.masked || b.streamed[output] || !b.in_line[output]) return false;
  for (int o = 0; o < output; ++o)
    if (p.output_register[o] == r) return false;
  if (r < p.inputs) return p.steps == 0 && static_cast<bool>(p.load[r]);
  const block_program::step& last = p.body[p.steps - 1];
  for (int a = last.last_input + 1; a < last.operands; ++a)
    if (last.args[a] == r) return true;
  return false;
}

void place_results(block_plan& b, scratch_layout& layout, std::int64_t elements) {
  const block_program& p = b.p;
  for (int o = 0; o < p.outputs; ++o) {
    if (computed_in_place(b, o)) {
      const int r = p.output_register[o];
      b.registers[r].where = place::direct;
      b.registers[r].operand = o;
      if (r < p.inputs) b.unchanging[p.outputs + r] = false;  // converted into every block of the output
    }
    if (p.store[o] || p.output_register[o] < p.inputs)
      b.converted[o] = layout.add(elements, p.operand_size[o]);
    if (p.masked && !b.in_line[o]) b.gathered[o] = layout.add(elements, p.operand_size[o]);
  }
  for (int r = p.inputs; r < p.registers; ++r)
    if (b.registers[r].where == place::buffer)
      b.registers[r].offset = layout.add(elements, p.register_size[r]);
  const int mask = p.space->operands - 1;
  if (p.masked && !b.in_line[mask]) b.gathered[mask] = layout.add(elements, 1);
}

// No buffer is needed at all: blocks can be as long as the threads' shares.
bool needs_no_buffers(const block_program& p) {
  if (p.steps > 1 || p.masked) return false;
  for (int i = 0; i < p.inputs; ++i)
    if (p.load[i] && p.steps > 0) return false;
  for (int o = 0; o < p.outputs; ++o)
    if (p.store[o]) return false;
  return true;
}

void make_plan(block_plan& b) {
  const block_program& p = b.p;
  const iteration_space& s = *p.space;
  int widest = 1;
  for (int r = 0; r < p.registers; ++r) widest = std::max(widest, p.register_size[r]);
  const bool streaming = bytes_touched(p) > last_level_cache();
  std::int64_t target = std::clamp<std::int64_t>(register_bytes / widest, 512, 8192);
  if (streaming) target = std::max<std::int64_t>(128, streamed_block_bytes / widest);
  const int across = transposed_dimension(p);
  const std::int64_t inner = s.ndim > 0 ? s.shape[s.ndim - 1] : 1;
  if (!streaming && across < 0 && needs_no_buffers(p) && inner >= 4 * target)
    target = std::clamp<std::int64_t>(inner / (8 * num_threads()), target, 65536);
  if (across >= 0)
    cut_tiles(p, b.c, across, tile_of(widest));
  else
    cut_lines(p, b.c, target, needs_no_buffers(p) && !streaming ? 128 : target / 4);
  for (int d = 0; d < b.c.ndim; ++d) b.c.blocks *= b.c.shape[d];
  for (int k = 0; k < s.operands; ++k) {
    b.in_line[k] = b.c.layout[k].ndim == 1;
    bool moves = false;
    for (int d = 0; d < b.c.ndim; ++d) moves |= b.c.stride[k][d] != 0 && b.c.shape[d] > 1;
    b.unchanging[k] = !moves;
    b.streamed[k] = k < p.outputs && streaming && !p.masked && b.in_line[k] &&
                    b.c.layout[k].stride[0] == p.operand_size[k] && !overlaps_an_input(p, k);
  }
  scratch_layout layout;
  const std::int64_t elements = b.c.rows * b.c.columns;
  place_inputs(b, layout, elements);
  place_results(b, layout, elements);
  b.scratch_bytes = layout.bytes();
}

// ---- running ----

// One thread's walk over a range of blocks.
class walker {
 public:
  walker(const block_plan& b, std::int64_t first) : b_(b), memory_(scratch(b.scratch_bytes)) {
    const cut& c = b.c;
    for (int k = 0; k < b.p.space->operands; ++k) at_[k] = static_cast<char*>(b.p.space->data[k]);
    for (int d = c.ndim - 1; d >= 0; --d) {
      index_[d] = first % c.shape[d];
      first /= c.shape[d];
      for (int k = 0; k < b.p.space->operands; ++k)
        if (at_[k]) at_[k] += index_[d] * c.stride[k][d];
    }
  }

  void run(std::int64_t blocks) {
    bool first = true;
    choose_next();
    for (; blocks > 0; --blocks) {
      measure();
      load(first);
      first = false;
      compute();
      store();
      advance();
    }
    store_fence();
  }

 private:
  struct argument {
    char* at;
    std::int64_t step;
  };

  // Up to two inputs that the next block will read on from where this one ends.
  void choose_next() {
    int chosen = 0;
    for (int k = b_.p.outputs; k < b_.p.space->operands && chosen < 2; ++k)
      if (at_[k] && b_.in_line[k] && b_.c.layout[k].stride[0] == b_.p.operand_size[k]) ahead_[chosen++] = k;
  }

  void measure() {
    const cut& c = b_.c;
    rows_ = std::min(c.rows, c.rows_extent - index_[c.row_loop] * c.rows);
    columns_ =
        c.tiled ? std::min(c.columns, c.columns_extent - index_[c.column_loop] * c.columns) : c.columns;
    n_ = rows_ * columns_;
  }

  void advance() {
    const cut& c = b_.c;
    for (int d = c.ndim - 1; d >= 0; --d) {
      const bool wraps = ++index_[d] == c.shape[d];
      for (int k = 0; k < b_.p.space->operands; ++k)
        if (at_[k]) at_[k] += wraps ? c.stride[k][d] * (1 - c.shape[d]) : c.stride[k][d];
      if (!wraps) return;
      index_[d] = 0;
    }
  }

  // Copies operand k between its place and a contiguous buffer.
  template <bool Gather> void move_box(int k, char* buffer) const {
    const cut& c = b_.c;
    const box& layout = c.layout[k];
    std::int64_t extent[box_dims] = {};
    for (int d = 0; d < layout.ndim; ++d) extent[d] = layout.extent[d];
    if (c.tiled) {
      extent[0] = layout.ndim == 1 ? n_ : rows_;
      extent[1] = columns_;
    } else {
      extent[0] *= rows_;
      if (layout.ndim == 1 && layout.stride[0] == 0) extent[0] = n_;
    }
    const std::int64_t size = b_.p.operand_size[k];
    const auto copy = tables().move[size_index(static_cast<int>(size))].copy;
    const int last = layout.ndim - 1;
    const std::int64_t rows = last > 0 ? extent[last - 1] : 1, columns = extent[last];
    const std::int64_t row_step = last > 0 ? layout.stride[last - 1] : 0;
    std::int64_t index[box_dims] = {};
    for (char* place = at_[k];;) {
      if constexpr (Gather)
        copy(buffer, place, rows, columns, columns * size, size, row_step, layout.stride[last]);
      else
        copy(place, buffer, rows, columns, row_step, layout.stride[last], columns * size, size);
      buffer += rows * columns * size;
      int d = last - 2;
      for (; d >= 0; --d) {
        place += layout.stride[d];
        if (++index[d] < extent[d]) break;
        place -= extent[d] * layout.stride[d];
        index[d] = 0;
      }
      if (d < 0) return;
    }
  }

  argument value_of(int r) const {
    const register_plan& plan = b_.registers[r];
    switch (plan.where) {
      case place::direct: return {at_[plan.operand], b_.c.layout[plan.operand].stride[0]};
      case place::scalar: return {const_cast<char*>(b_.scalars[r]), 0};
      default: return {memory_ + plan.offset, b_.p.register_size[r]};
    }
  }

  void load(bool first) {
    const block_program& p = b_.p;
    for (int i = 0; i < p.inputs; ++i) {
      const int k = p.outputs + i;
      if (is_value(p, k) || (b_.unchanging[k] && !first && n_ <= loaded_ && columns_ == loaded_columns_))
        continue;
      if (!b_.in_line[k]) move_box<true>(k, memory_ + b_.gathered[k]);
      if (!p.load[i]) continue;
      const argument from = b_.in_line[k] ? argument{at_[k], b_.c.layout[k].stride[0]}
                                          : argument{memory_ + b_.gathered[k], p.operand_size[k]};
      const argument to = value_of(i);
      char* const args[] = {from.at, to.at};
      const std::int64_t steps[] = {from.step, to.step};
      p.load[i](args, steps, n_);
    }
    loaded_ = n_;
    loaded_columns_ = columns_;
  }

  int arguments(const block_program::step& step, char** args, std::int64_t* steps) const {
    for (int a = 0; a < step.operands; ++a) {
      const argument value = value_of(step.args[a]);
      args[a] = value.at;
      steps[a] = value.step;
    }
    return step.operands;
  }

  void compute() {
    const block_program& p = b_.p;
    char* args[5];
    std::int64_t steps[5];
    const unsigned before = p.masked ? float_errors::get() : 0;
    if (p.masked) float_errors::set(0);
    for (int s = 0; s < p.steps; ++s) {
      arguments(p.body[s], args, steps);
      p.masked ? p.body[s].run.run(args, steps, n_) : p.body[s].run(args, steps, n_);
    }
    if (!p.masked) return;
    suspected_ = float_errors::get();
    float_errors::set(before);
  }

  // Elements that the mask leaves out commit no errors.
  void flag_masked(argument mask) const {
    const block_program& p = b_.p;
    char* args[5];
    std::int64_t steps[5];
    unsigned found = 0;
    for (int s = 0; s < p.steps; ++s) {
      const ufunc_step& step = p.body[s].run;
      const int count = arguments(p.body[s], args, steps);
      if (step.source == error_source::none || (step.source == error_source::hardware && !suspected_) ||
          errors_in(step.op, step.type, args, steps, n_) == 0)
        continue;
      for (std::int64_t i = 0; i < n_; ++i) {
        if (mask.at[i * mask.step]) found |= errors_in(step.op, step.type, args, steps, 1);
        for (int a = 0; a < count; ++a) args[a] += steps[a];
      }
    }
    if (found) float_errors::set(float_errors::get() | found);
  }

  void store() {
    const block_program& p = b_.p;
    argument mask{};
    if (p.masked) {
      const int k = p.space->operands - 1;
      mask = {at_[k], b_.c.layout[k].stride[0]};
      if (!b_.in_line[k]) {
        move_box<true>(k, memory_ + b_.gathered[k]);
        mask = {memory_ + b_.gathered[k], 1};
      }
      flag_masked(mask);
    }
    for (int i = 0; i < 2; ++i)
      if (ahead_[i] >= 0) next_[i] = at_[ahead_[i]] + n_ * p.operand_size[ahead_[i]];
    for (int o = 0; o < p.outputs; ++o) store_output(o, mask);
  }

  void store_output(int o, argument mask) {
    const block_program& p = b_.p;
    const register_plan& plan = b_.registers[p.output_register[o]];
    if (plan.where == place::direct && plan.operand == o) return;  // computed there
    argument from = value_of(p.output_register[o]);
    const std::int64_t size = p.operand_size[o], out_step = b_.c.layout[o].stride[0];
    const bool plain = b_.in_line[o] && !p.masked && !b_.streamed[o];
    if (p.store[o]) {
      const argument to = plain ? argument{at_[o], out_step} : argument{memory_ + b_.converted[o], size};
      char* const args[] = {from.at, to.at};
      const std::int64_t steps[] = {from.step, to.step};
      p.store[o](args, steps, n_);
      if (plain) return;
      from = to;
    }
    const move_kernels& move = tables().move[size_index(static_cast<int>(size))];
    if (p.masked) {
      char* target = at_[o];
      std::int64_t target_step = out_step;
      if (!b_.in_line[o]) {
        target = memory_ + b_.gathered[o];
        target_step = size;
        move_box<true>(o, target);
      }
      char* const args[] = {from.at, mask.at, target};
      const std::int64_t steps[] = {from.step, mask.step, target_step};
      move.masked_store(args, steps, n_);
      if (!b_.in_line[o]) move_box<false>(o, target);
    } else if (b_.streamed[o]) {
      tables().stream(at_[o], contiguous(o, from, size), n_ * size, next_[0], next_[1]);
    } else if (b_.in_line[o]) {
      move.copy(at_[o], from.at, 1, n_, 0, out_step, 0, from.step);
    } else {
      move_box<false>(o, contiguous(o, from, size));
    }
  }

  // A register that is not contiguous (a scalar, or an operand's own memory) goes through a buffer.
  char* contiguous(int o, argument from, std::int64_t size) const {
    if (from.step == size) return from.at;
    char* const buffer = memory_ + b_.converted[o];
    tables().move[size_index(static_cast<int>(size))].copy(buffer, from.at, 1, n_, 0, size, 0, from.step);
    return buffer;
  }

  const block_plan& b_;
  char* memory_;
  char* at_[max_operands];
  int ahead_[2] = {-1, -1};
  const char* next_[2] = {nullptr, nullptr};
  unsigned suspected_ = 0;  // floating-point errors of a block of which a mask leaves elements out
  std::int64_t index_[max_dims + 1];
  std::int64_t rows_ = 0, columns_ = 0, n_ = 0, loaded_ = 0, loaded_columns_ = 0;
};

}  // namespace

void run_blocks(const block_program& p) {
  block_plan plan(p);
  make_plan(plan);
  int widest = 4;
  for (int r = 0; r < p.registers; ++r) widest = std::max(widest, p.register_size[r]);
  const std::int64_t block_work =
      std::max<std::int64_t>(1, plan.c.rows * plan.c.columns * p.cost * widest / 4);
  const std::int64_t grain = plan.c.blocks * block_work < parallel_work
                                 ? plan.c.blocks
                                 : std::max<std::int64_t>(1, claimed_work / block_work);
  parallel_for(plan.c.blocks, grain,
               [&](std::int64_t begin, std::int64_t end) { walker(plan, begin).run(end - begin); });
}

}  // namespace numloom::cpu_host
