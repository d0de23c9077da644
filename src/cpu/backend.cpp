// SPDX-License-Identifier: BSD-3-Clause
// The CPU's one stream and its events. Work is done when the call returns, so there is nothing to wait for.
#include "cpu/backend.hpp"

#include <chrono>
#include <cstring>

#include "cpu/threads.hpp"

namespace numloom {

backend& cpu_backend() {
  static cpu_host::cpu_device& device =
      *new cpu_host::cpu_device;  // never destroyed: arrays may outlive statics
  return device;
}

namespace cpu_host {

namespace {

using clock = std::chrono::steady_clock;
struct cpu_event {
  clock::time_point time{};
};

}  // namespace

void cpu_device::copy_from_host(void* to, const void* from, std::size_t bytes, stream_view) {
  constexpr std::int64_t grain = 1 << 16;
  parallel_for(static_cast<std::int64_t>(bytes), grain, [&](std::int64_t begin, std::int64_t end) {
    std::memcpy(static_cast<char*>(to) + begin, static_cast<const char*>(from) + begin,
                static_cast<std::size_t>(end - begin));
  });
}

void cpu_device::copy_to_host(void* to, const void* from, std::size_t bytes, stream_view s) {
  copy_from_host(to, from, bytes, s);
}

void* cpu_device::create_stream(int) { return nullptr; }
void cpu_device::destroy_stream(stream_view) noexcept {}
void cpu_device::synchronize(stream_view) {}
bool cpu_device::query(stream_view) { return true; }
void cpu_device::synchronize_device(int) {}
void* cpu_device::default_stream(int) { return nullptr; }

void* cpu_device::create_event(int) { return new cpu_event; }
void cpu_device::destroy_event(void* event) noexcept { delete static_cast<cpu_event*>(event); }
void cpu_device::record_event(void* event, stream_view) {
  static_cast<cpu_event*>(event)->time = clock::now();
}
bool cpu_device::query_event(void*) { return true; }
void cpu_device::synchronize_event(void*) {}
void cpu_device::wait_event(stream_view, void*) {}
double cpu_device::elapsed_milliseconds(void* start, void* end) {
  const auto span = static_cast<cpu_event*>(end)->time - static_cast<cpu_event*>(start)->time;
  return std::chrono::duration<double, std::milli>(span).count();
}

}  // namespace cpu_host
}  // namespace numloom
