// SPDX-License-Identifier: BSD-3-Clause
// Operands that a contiguous loop cannot take as they lie: gathered into buffers in the first-level cache,
// block by block, and results scattered back. Gathering costs less than a scalar loop, and each loop is
// compiled once.
#include "cpu/isa/loops.hpp"

namespace numloom::NL_TARGET {

namespace {

constexpr long block = 256;
constexpr int most_operands = 5;
struct wide_element {
  u64 low, high;
};

template <class U> void gather(char* to, const char* from, long step, long n) {
  auto* out = reinterpret_cast<U*>(to);
  if (step == 0) {
    const U value = *reinterpret_cast<const U*>(from);
    for (long i = 0; i < n; ++i) out[i] = value;
    return;
  }
  for (long i = 0; i < n; ++i) out[i] = *reinterpret_cast<const U*>(from + i * step);
}
template <class U> void scatter(char* to, const char* from, long step, long n) {
  const auto* in = reinterpret_cast<const U*>(from);
  for (long i = 0; i < n; ++i) *reinterpret_cast<U*>(to + i * step) = in[i];
}

void gather_by_size(int size, char* to, const char* from, long step, long n) {
  switch (size) {
    case 1: return gather<u8>(to, from, step, n);
    case 2: return gather<u16>(to, from, step, n);
    case 4: return gather<u32>(to, from, step, n);
    case 8: return gather<u64>(to, from, step, n);
    default: return gather<wide_element>(to, from, step, n);
  }
}
void scatter_by_size(int size, char* to, const char* from, long step, long n) {
  switch (size) {
    case 1: return scatter<u8>(to, from, step, n);
    case 2: return scatter<u16>(to, from, step, n);
    case 4: return scatter<u32>(to, from, step, n);
    case 8: return scatter<u64>(to, from, step, n);
    default: return scatter<wide_element>(to, from, step, n);
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
        gather_by_size(sizes[k], buffers[k], here, steps[k], length);
    }
    contiguous(pointers, nullptr, length);
    for (int k = inputs; k < operands; ++k)
      if (steps[k] != sizes[k])
        scatter_by_size(sizes[k], args[k] + begin * steps[k], buffers[k], steps[k], length);
  }
}
}  // namespace numloom::NL_TARGET
