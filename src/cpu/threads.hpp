// SPDX-License-Identifier: BSD-3-Clause
/// The CPU's threads: one pool for the process, whose workers claim chunks from one atomic word. Nobody waits
/// for a worker that has not started, so a sleeping or preempted one costs nothing.
#pragma once

#include <cstdint>
#include <type_traits>

#include "numloom/export.hpp"

namespace numloom::cpu_host {

/// Threads that take part in one operation, the caller included: NUMLOOM_NUM_THREADS, else the CPUs this
/// process may use.
NL_API int num_threads() noexcept;
/// 1 to 1024; 0 goes back to the default.
NL_API void set_num_threads(int count);
/// Ends the workers; later work runs on the calling thread. For a language's exit hook: static destructors
/// come too late for it.
NL_API void shutdown_threads() noexcept;

/// Calls body(context, chunk) for each chunk in [0, chunks) in increasing order of starting, on all threads;
/// returns when all are done. Inside another run, or while another thread has one under way, the caller does
/// everything itself. The first exception thrown by a chunk is thrown here, after the rest has stopped.
void run_chunks(std::int64_t chunks, void (*body)(void* context, std::int64_t chunk), void* context);

/// run_chunks for any callable.
template <class F> void for_each_chunk(std::int64_t chunks, F&& f) {
  using callable = std::remove_reference_t<F>;
  run_chunks(
      chunks, [](void* context, std::int64_t chunk) { (*static_cast<callable*>(context))(chunk); },
      const_cast<void*>(static_cast<const void*>(&f)));
}

/// Calls f(begin, end) for consecutive ranges that cover [0, n): at least `grain` long each, a few per
/// thread.
template <class F> void parallel_for(std::int64_t n, std::int64_t grain, F&& f) {
  if (n <= 0) return;
  if (grain < 1) grain = 1;
  std::int64_t chunks = n / grain;
  const std::int64_t most = 8 * static_cast<std::int64_t>(num_threads());
  if (chunks > most) chunks = most;
  if (chunks <= 1) {
    f(std::int64_t{0}, n);
    return;
  }
  const std::int64_t length = n / chunks, longer = n % chunks;  // the first `longer` chunks have one more
  for_each_chunk(chunks, [&](std::int64_t c) {
    const std::int64_t begin = c * length + (c < longer ? c : longer);
    f(begin, begin + length + (c < longer ? 1 : 0));
  });
}

}  // namespace numloom::cpu_host
