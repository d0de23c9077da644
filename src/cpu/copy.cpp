// SPDX-License-Identifier: BSD-3-Clause
// Copies without conversion, selection and sequences: by element size, over the executor's blocks.
#include <algorithm>
#include <cstring>

#include "cpu/backend.hpp"
#include "cpu/executor.hpp"
#include "cpu/level.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {

namespace {

// The dimension along which the source runs through memory, when it is not the innermost one; -1 if it is.
int transposed_dimension(const iteration_space& s, int itemsize) {
  const int inner = s.ndim - 1;
  if (s.ndim < 2 || s.strides[0][inner] != itemsize || s.shape[inner] < 8) return -1;
  if (std::abs(s.strides[1][inner]) < 4 * itemsize) return -1;
  for (int d = inner - 1; d >= 0; --d)
    if (s.strides[1][d] == itemsize && s.shape[d] >= 8) return d;
  return -1;
}

// Tables turned block by block: long runs of the source, a few lines of each row of the result.
void copy_transposed(const iteration_space& s, int itemsize, int across) {
  constexpr std::int64_t block_rows = 1024, block_columns = 64;
  const int inner = s.ndim - 1;
  const auto turn = tables().move[size_index(itemsize)].transpose;
  const bool streamed = 2 * s.size * itemsize >= last_level_cache();
  const std::int64_t row_blocks = (s.shape[across] + block_rows - 1) / block_rows;
  const std::int64_t column_blocks = (s.shape[inner] + block_columns - 1) / block_columns;
  const std::int64_t blocks = s.size / (s.shape[across] * s.shape[inner]) * row_blocks * column_blocks;
  const std::int64_t grain = std::max<std::int64_t>(1, blocks * 65536 / s.size);
  parallel_for(blocks, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) {
      const std::int64_t column = b % column_blocks * block_columns,
                         row = b / column_blocks % row_blocks * block_rows;
      std::int64_t rest = b / column_blocks / row_blocks;
      char* to = static_cast<char*>(s.data[0]) + row * s.strides[0][across] + column * itemsize;
      const char* from = static_cast<char*>(s.data[1]) + row * itemsize + column * s.strides[1][inner];
      for (int d = inner; d >= 0; --d) {
        if (d == across || d == inner) continue;
        to += rest % s.shape[d] * s.strides[0][d];
        from += rest % s.shape[d] * s.strides[1][d];
        rest /= s.shape[d];
      }
      turn(to, from, std::min(block_rows, s.shape[across] - row),
           std::min(block_columns, s.shape[inner] - column), s.strides[0][across], s.strides[1][inner],
           streamed);
    }
    store_fence();
  });
}

}  // namespace

namespace {

// Less than it costs to plan blocks.
constexpr std::int64_t few_elements = 64;

struct element16 {
  std::uint64_t half[2];
};
template <class F> void visit_size(int itemsize, F f) {
  switch (itemsize) {
    case 1: return f(std::uint8_t{});
    case 2: return f(std::uint16_t{});
    case 4: return f(std::uint32_t{});
    case 8: return f(std::uint64_t{});
    default: return f(element16{});
  }
}

bool are_few(const iteration_space& s) { return s.size <= few_elements && s.ndim <= 6; }

// Visits elements one by one: f(addresses of the operands), which move by their strides.
template <int Operands, class F>
void for_each_element(const iteration_space& s, char* const (&data)[Operands], F f) {
  if (s.size == 0) return;
  char* at[Operands];
  for (int k = 0; k < Operands; ++k) at[k] = data[k];
  const int inner = s.ndim - 1;
  const std::int64_t n = s.ndim > 0 ? s.shape[inner] : 1;
  std::int64_t position[6] = {};
  for (;;) {
    for (std::int64_t i = 0; i < n; ++i) {
      f(at);
      if (s.ndim > 0)
        for (int k = 0; k < Operands; ++k) at[k] += s.strides[k][inner];
    }
    for (int k = 0; k < Operands && s.ndim > 0; ++k) at[k] -= s.strides[k][inner] * n;
    int d = inner - 1;
    for (; d >= 0; --d) {
      for (int k = 0; k < Operands; ++k) at[k] += s.strides[k][d];
      if (++position[d] < s.shape[d]) break;
      for (int k = 0; k < Operands; ++k) at[k] -= s.strides[k][d] * s.shape[d];
      position[d] = 0;
    }
    if (d < 0) return;
  }
}

void copy_few(const iteration_space& s, int itemsize, const void* value) {
  char* const to = static_cast<char*>(s.data[0]);
  visit_size(itemsize, [&]<class T>(T) {
    if (!value)
      return for_each_element<2>(s, {to, static_cast<char*>(s.data[1])},
                                 [](char* const* at) { std::memcpy(at[0], at[1], sizeof(T)); });
    for_each_element<1>(s, {to}, [value](char* const* at) { std::memcpy(at[0], value, sizeof(T)); });
  });
}

void select_few(const iteration_space& s, int itemsize, const void* a, const void* b) {
  char* const data[4] = {static_cast<char*>(s.data[0]), static_cast<char*>(s.data[1]),
                         static_cast<char*>(s.data[2]), static_cast<char*>(s.data[3])};
  visit_size(itemsize, [&]<class T>(T) {
    for_each_element<4>(s, data, [a, b](char* const* at) {
      std::memcpy(at[0], *at[1] ? (a ? a : at[2]) : (b ? b : at[3]), sizeof(T));
    });
  });
}

}  // namespace

void cpu_device::copy(const iteration_space& space, int itemsize, const void* value, stream_view) {
  if (are_few(space)) return copy_few(space, itemsize, value);
  if (!value && space.data[1]) {
    const int across = transposed_dimension(space, itemsize);
    if (across >= 0) return copy_transposed(space, itemsize, across);
  }
  block_program p;
  p.space = &space;
  p.inputs = p.outputs = p.registers = 1;
  p.operand_size[0] = p.operand_size[1] = p.register_size[0] = itemsize;
  p.value[1] = value;
  p.load[0] = p.store[0] = nullptr;
  p.output_register[0] = 0;
  run_blocks(p);
}

void cpu_device::select(const iteration_space& space, int itemsize, const void* a, const void* b,
                        stream_view) {
  if (are_few(space)) return select_few(space, itemsize, a, b);
  block_program p;
  p.space = &space;
  p.inputs = 3;
  p.outputs = 1;
  p.registers = 4;
  p.operand_size[0] = p.operand_size[2] = p.operand_size[3] = itemsize;
  p.operand_size[1] = 1;
  for (int i = 0; i < 3; ++i) {
    p.register_size[i] = p.operand_size[1 + i];
    p.load[i] = nullptr;
  }
  p.register_size[3] = itemsize;
  p.value[2] = a;
  p.value[3] = b;
  p.store[0] = nullptr;
  p.output_register[0] = 3;
  p.steps = 1;
  p.body[0] = {tables().move[size_index(itemsize)].select, 4, 2, {0, 1, 2, 3}};
  run_blocks(p);
}

namespace {

// Integers wrap: the low bits of the number, so that a step may be negative in an unsigned dtype.
void store_wrapped(const scalar& s, dtype type, char* to) {
  if (is_integer(type) && (s.type == scalar::kind::integer || s.type == scalar::kind::unsigned_integer))
    std::memcpy(to, &s.u, static_cast<std::size_t>(itemsize(type)));
  else
    store_scalar(s, type, to);
}

}  // namespace

void cpu_device::sequence(void* out, dtype type, std::int64_t n, const scalar& start, const scalar& step,
                          stream_view) {
  alignas(16) char first[16], difference[16];
  store_wrapped(start, type, first);
  store_wrapped(step, type, difference);
  const auto fill = tables().sequence[static_cast<int>(type)];
  const std::int64_t size = itemsize(type), block = 8192 / size;
  const bool streaming = n * size > last_level_cache();
  parallel_for(n, 32768, [&](std::int64_t begin, std::int64_t end) {
    char* const to = static_cast<char*>(out);
    if (!streaming) return fill(to + begin * size, begin, end - begin, first, difference);
    char* const buffer = scratch(8192);
    for (std::int64_t i = begin; i < end; i += block) {
      const std::int64_t length = std::min(block, end - i);
      fill(buffer, i, length, first, difference);
      tables().stream(to + i * size, buffer, length * size, nullptr, nullptr);
    }
    store_fence();
  });
}

}  // namespace numloom::cpu_host
