// SPDX-License-Identifier: BSD-3-Clause
// What kernels share that move elements by size: 1, 2, 4, 8 or 16 bytes.
#pragma once
#include "element.cuh"

namespace numloom::NL_TARGET {

struct alignas(16) NL_MAY_ALIAS sixteen_bytes {
  u64 low, high;
};

// Elements of one thread: up to 16 bytes.
template <class T> inline constexpr int chunk_of = sizeof(T) >= 16 ? 1 : sizeof(T) == 8 ? 2 : 4;

// Operation<T>::run(arguments...) with the unsigned type of that size.
template <template <class> class Operation, class... Arguments>
void by_size(int bytes, Arguments... arguments) {
  switch (bytes) {
    case 1: return Operation<u8>::run(arguments...);
    case 2: return Operation<u16>::run(arguments...);
    case 4: return Operation<u32>::run(arguments...);
    case 8: return Operation<u64>::run(arguments...);
    default: return Operation<sixteen_bytes>::run(arguments...);
  }
}

}  // namespace numloom::NL_TARGET
