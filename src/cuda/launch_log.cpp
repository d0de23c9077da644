// SPDX-License-Identifier: BSD-3-Clause
#include "launch_log.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>

#include "runtime_internal.hpp"
#include "symbol_name.hpp"

namespace numloom::cuda_runtime {
namespace {

constexpr size_t ring_size = 16;

struct launch_ring {
  std::mutex mutex;
  std::array<launch_record, ring_size> launches{};
  size_t count = 0;
};

launch_ring& ring() {
  static launch_ring* const instance = new launch_ring;  // never destroyed: errors may come late
  return *instance;
}

std::string triple(const unsigned (&v)[3]) {
  return "(" + std::to_string(v[0]) + "," + std::to_string(v[1]) + "," + std::to_string(v[2]) + ")";
}

std::string describe(const launch_record& launch) {
  std::string text =
      symbol_name(launch.kernel) + " grid " + triple(launch.grid) + " block " + triple(launch.block);
  if (launch.shared_bytes != 0) text += " shared " + std::to_string(launch.shared_bytes);
  return text + " at " + launch.file + ":" + std::to_string(launch.line);
}

}  // namespace

void log_launch(const launch_record& launch) noexcept {
  launch_ring& r = ring();
  const std::lock_guard lock(r.mutex);
  r.launches[r.count++ % ring_size] = launch;
  count_launch();
}

std::string recent_launches() {
  launch_ring& r = ring();
  const std::lock_guard lock(r.mutex);
  std::string text;
  std::string last;
  size_t times = 0;
  const auto write_last = [&] {
    if (times != 0) text += "\n  " + last + (times > 1 ? " (" + std::to_string(times) + " times)" : "");
  };
  for (size_t back = 0; back < std::min(r.count, ring_size); ++back) {
    std::string next = describe(r.launches[(r.count - 1 - back) % ring_size]);
    if (next != last) {
      write_last();
      last = std::move(next);
      times = 0;
    }
    ++times;
  }
  write_last();
  return text.empty() ? text : "; last launches, newest first:" + text;
}

void check_launch(int code, const launch_record& launch) {
  if (code == 0) return;
  throw cuda_error(code, error_name(code), "launch", error_text(code) + ": " + describe(launch),
                   caller::current());
}

void synchronize_if_debugging(const launch_record& launch) {
  static const bool debugging = [] {
    const char* text = std::getenv("NUMLOOM_DEBUG_SYNC");
    return text != nullptr && text[0] != 0 && text[0] != '0';
  }();
  if (debugging) stream_synchronize(launch.stream);
}

}  // namespace numloom::cuda_runtime
