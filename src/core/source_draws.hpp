// SPDX-License-Identifier: BSD-3-Clause
/// The draws that samplers take, from a bit generator's functions.
#pragma once

#include "numloom/bit_source.hpp"

namespace numloom {

struct source_draws {
  const random::bit_source& s;
  std::uint64_t next64() { return s.next_uint64(s.state); }
  std::uint32_t next32() { return s.next_uint32(s.state); }
  double uniform() { return s.next_double(s.state); }
};

}  // namespace numloom
