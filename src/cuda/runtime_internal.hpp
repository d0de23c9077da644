// SPDX-License-Identifier: BSD-3-Clause
// What the two implementations of runtime.hpp share.
#pragma once
#include "runtime.hpp"

namespace numloom::cuda_runtime {

/// "; last launches, newest first:" and up to sixteen lines; empty when there were none.
std::string recent_launches();

enum class counted : uint8_t {
  launch,
  fill,
  allocation,
  synchronisation,
};
void count(counted what) noexcept;
void count_launch() noexcept;
void count_copy(copy_kind kind, size_t bytes) noexcept;

}  // namespace numloom::cuda_runtime
