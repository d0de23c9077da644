// SPDX-License-Identifier: BSD-3-Clause
// Copies without conversion, selection and sequences: by element size, over the executor's blocks.
#include <algorithm>

#include "cpu/backend.hpp"
#include "cpu/executor.hpp"
#include "cpu/level.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {

void cpu_device::copy(const iteration_space& space, int itemsize, const void* value, stream_view) {
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

void cpu_device::sequence(void* out, dtype type, std::int64_t n, const scalar& start, const scalar& step,
                          stream_view) {
  alignas(16) char first[16], difference[16];
  store_scalar(start, type, first);
  store_scalar(step, type, difference);
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
      tables().stream(to + i * size, buffer, length * size);
    }
    store_fence();
  });
}

}  // namespace numloom::cpu_host
