// SPDX-License-Identifier: BSD-3-Clause
// Operands that a contiguous loop cannot take as they lie: gathered into buffers in the first-level cache,
// block by block, and results scattered back. Gathering costs less than a scalar loop, and each loop is
// compiled once.
#include "cpu/isa/copy_row.hpp"
#include "cpu/isa/loops.hpp"

namespace numloom::NL_TARGET {

namespace {

constexpr long block = 256;
constexpr int most_operands = 5;

void move(int size, char* to, long to_step, const char* from, long from_step, long n) {
  switch (size) {
    case 1: return copy_row<u8>(to, from, n, to_step, from_step);
    case 2: return copy_row<u16>(to, from, n, to_step, from_step);
    case 4: return copy_row<u32>(to, from, n, to_step, from_step);
    case 8: return copy_row<u64>(to, from, n, to_step, from_step);
    default: return copy_row<wide_element>(to, from, n, to_step, from_step);
  }
}

}  // namespace

void run_strided(loop_fn contiguous, const unsigned char* sizes, int inputs, int outputs, char* const* args,
                 const long* steps, long n) {
  alignas(64) char buffers[most_operands][block * sizeof(wide_element)];
  char* pointers[most_operands];
  const int operands = inputs + outputs;
  for (long begin = 0; begin < n; begin += block) {
    const long length = n - begin < block ? n - begin : block;
    for (int k = 0; k < operands; ++k) {
      char* const here = args[k] + begin * steps[k];
      pointers[k] = steps[k] == sizes[k] ? here : buffers[k];
      const bool filled = steps[k] == 0 && begin > 0;  // a scalar stays in its buffer
      if (k < inputs && steps[k] != sizes[k] && !filled)
        move(sizes[k], buffers[k], sizes[k], here, steps[k], length);
    }
    contiguous(pointers, nullptr, length);
    for (int k = inputs; k < operands; ++k)
      if (steps[k] != sizes[k])
        move(sizes[k], args[k] + begin * steps[k], steps[k], buffers[k], sizes[k], length);
  }
}
}  // namespace numloom::NL_TARGET
