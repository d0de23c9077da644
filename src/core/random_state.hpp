// SPDX-License-Identifier: BSD-3-Clause
/// What a device needs to fill an array with random numbers: a generator's position and a distribution.
#pragma once

#include <cstdint>

#include "numloom/dtype.hpp"
#include "numloom/random.hpp"

namespace numloom {

enum class distribution : std::uint8_t { uniform, integers, standard_normal, raw };

struct random_call {
  distribution kind;
  dtype type;
  void* out = nullptr;  // contiguous, n elements
  std::int64_t n = 0;
  pcg64_state* generator = nullptr;  // advanced by what was drawn (the call may wait for it)
  /// integers: low + [0, range], in the arithmetic of the dtype (modulo 2^64).
  std::uint64_t low = 0, range = 0;
};

}  // namespace numloom
