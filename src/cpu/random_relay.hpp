// SPDX-License-Identifier: BSD-3-Clause
/// How the chunks of a stream that are judged in parallel agree, in order, on where samples begin.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace numloom::cpu_host {

/// What the chunks of a fill hand to each other, in order.
struct relay {
  alignas(64) std::atomic<std::int64_t> next_chunk{0};
  alignas(64) std::atomic<std::int64_t> turn{0};
  // Guarded by `turn`: only the chunk whose turn it is touches these.
  std::int64_t samples = 0;   // made by the chunks before
  std::int64_t carry = 0;     // draws of this chunk that the last sample before it took
  std::int64_t consumed = 0;  // draws behind the last sample wanted

  void await(std::int64_t chunk) const {
    for (int spins = 0; turn.load(std::memory_order_acquire) != chunk; ++spins)
      if (spins > 500) std::this_thread::yield();
  }
};

}  // namespace numloom::cpu_host
