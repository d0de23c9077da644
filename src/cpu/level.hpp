// SPDX-License-Identifier: BSD-3-Clause
/// The tables of the instruction-set level in use.
#pragma once

#include "cpu/isa/tables.hpp"

namespace numloom::cpu_host {

const level_tables& tables() noexcept;

/// Index of an element size (1, 2, 4, 8, 16) in level_tables::move.
constexpr int size_index(int itemsize) noexcept {
  return itemsize == 1 ? 0 : itemsize == 2 ? 1 : itemsize == 4 ? 2 : itemsize == 8 ? 3 : 4;
}

/// Orders streaming stores before what follows: before another thread may be told of them.
inline void store_fence() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

/// Bytes of the last-level cache: operations that touch more stream their results past it.
long last_level_cache() noexcept;

}  // namespace numloom::cpu_host
