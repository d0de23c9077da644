// SPDX-License-Identifier: BSD-3-Clause
/// What a device needs to fill an array with random numbers: a generator's position and a distribution.
#pragma once

#include <cstdint>

#include "numloom/dtype.hpp"

namespace numloom {

/// PCG64 (O'Neill 2014, XSL-RR 128/64) as NumPy seeds and steps it: a 128-bit LCG, so any position can be
/// jumped to.
struct pcg64_state {
  unsigned __int128 state = 0, increment = 1;
  bool has_uint32 = false;  // the upper half of the last word is still to be used by 32-bit draws
  std::uint32_t uinteger = 0;
};

enum class distribution : std::uint8_t { uniform, integers, standard_normal, raw };

struct random_call {
  distribution kind;
  dtype type;
  void* out = nullptr;  // contiguous, n elements
  std::int64_t n = 0;
  pcg64_state* generator = nullptr;  // advanced by what was drawn (the call may wait for it)
  std::uint64_t low = 0, range = 0;  // integers: low + [0, range]
};

}  // namespace numloom
