// SPDX-License-Identifier: BSD-3-Clause
#include <array>
#include <mutex>

#include "cuda/backend.hpp"
#include "cuda/context.hpp"
#include "cuda/pool.hpp"
#include "cuda/runtime.hpp"

namespace numloom::cuda_host {
namespace {

constexpr int most_devices = 64;

}  // namespace

void* enter(stream_view s) {
  use_device(s.device.index);
  return s.handle ? s.handle : cuda_backend()->default_stream(s.device.index);
}

void* cuda_device::default_stream(int index) {
  static std::mutex lock;
  static std::array<std::atomic<void*>, most_devices> streams{};
  use_device(index);
  auto& slot = streams[static_cast<std::size_t>(index)];
  if (void* stream = slot.load(std::memory_order_acquire)) return stream;
  const std::lock_guard hold(lock);
  if (!slot.load()) slot = cuda_runtime::stream_create();
  return slot;
}

void* cuda_device::create_stream(int index) {
  use_device(index);
  return cuda_runtime::stream_create();
}

// Waits: blocks that this stream uses may belong to other streams, which then need no event to order them.
void cuda_device::destroy_stream(stream_view s) noexcept {
  if (!s.handle || in_forked_child()) return;
  try {
    use_device(s.device.index);
    cuda_runtime::stream_synchronize(s.handle);
    forget_errors(s.handle);
    pool_of(s.device.index).forget_stream(s.handle);
    cuda_runtime::stream_destroy(s.handle);
  } catch (...) {
    // The runtime is shutting down, or the stream's work failed and the next call on the device says so.
  }
}

void cuda_device::synchronize(stream_view s) { synchronize_and_check(s); }

bool cuda_device::query(stream_view s) { return cuda_runtime::stream_query(enter(s)); }

void cuda_device::synchronize_device(int index) { synchronize_and_check_device(index); }

void* cuda_device::create_event(int index) {
  use_device(index);
  return cuda_runtime::event_create(true);
}

void cuda_device::destroy_event(void* event) noexcept {
  if (!event || in_forked_child()) return;
  try {
    cuda_runtime::event_destroy(event);
  } catch (...) {
    // Destructors do not throw; the runtime is shutting down.
  }
}

void cuda_device::record_event(void* event, stream_view s) { cuda_runtime::event_record(event, enter(s)); }

bool cuda_device::query_event(void* event) { return cuda_runtime::event_query(event); }

void cuda_device::synchronize_event(void* event) { cuda_runtime::event_synchronize(event); }

void cuda_device::wait_event(stream_view s, void* event) { cuda_runtime::stream_wait_event(enter(s), event); }

double cuda_device::elapsed_milliseconds(void* start, void* end) {
  return static_cast<double>(cuda_runtime::event_elapsed_ms(start, end));
}

}  // namespace numloom::cuda_host
