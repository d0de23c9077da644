// SPDX-License-Identifier: BSD-3-Clause
// runtime.hpp on the simulator. docs/simulator.md says what is faithful and what is not.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

#include "sim/sanitizers.hpp"
#include "sim/simulation.hpp"

namespace numloom::cuda_runtime {
namespace {

using simt::block_state;
using simt::device_range_problem;
using simt::error_illegal_address;
using simt::error_invalid_handle;
using simt::error_invalid_value;
using simt::error_not_ready;
using simt::event_of;
using simt::is_pinned;
using simt::memory_block;
using simt::moment;
using simt::need_device;
using simt::refuse_call;
using simt::run_queued;
using simt::sim;
using simt::simulated_stream;
using simt::stream_of;

thread_local int current_device = 0;

void check_device_range(const void* pointer, size_t bytes, int device, const char* call, caller where) {
  const std::string problem = device_range_problem(pointer, bytes, device, moment::queued);
  if (!problem.empty()) refuse_call(error_invalid_value, call, problem, where);
}

// The same at the time the work runs: another stream may have freed the memory since.
void recheck_device_range(const void* pointer, size_t bytes, int device, const char* call) {
  const std::string problem = device_range_problem(pointer, bytes, device, moment::running);
  if (!problem.empty())
    throw simt::kernel_error(error_illegal_address, std::string("[") + call + "] " + problem);
}

void check_host_range(const void* pointer, const char* call, caller where) {
  if (sim().memory.contains(pointer))
    refuse_call(error_invalid_value, call, "expected host memory, got device memory", where);
}

void drain(const simulated_stream& stream, const char* call, caller where) {
  run_queued(call, where, [&] { sim().queues.run_until([&] { return stream.queue.empty(); }, &stream); });
}

void copy_host_to_device(void* target, const void* source, size_t bytes, simulated_stream& stream,
                         caller where) {
  check_host_range(source, "memcpy_async", where);
  check_device_range(target, bytes, stream.device, "memcpy_async", where);
  const int device = stream.device;
  std::shared_ptr<char[]> staged;
  if (!is_pinned(source)) {
    staged = std::make_shared<char[]>(bytes);
    std::memcpy(staged.get(), source, bytes);
    source = staged.get();
  }
  const size_t staged_bytes = staged == nullptr ? 0 : bytes;
  auto run = [=] {
    recheck_device_range(target, bytes, device, "memcpy_async");
    const simt::device_access access(sim().memory);
    std::memcpy(target, staged == nullptr ? source : staged.get(), bytes);
  };
  run_queued("memcpy_async", where, [&] { sim().queues.push(stream, {run, nullptr, 0, staged_bytes}); });
}

void copy_device_to_host(void* target, const void* source, size_t bytes, simulated_stream& stream,
                         caller where) {
  check_host_range(target, "memcpy_async", where);
  check_device_range(source, bytes, stream.device, "memcpy_async", where);
  const int device = stream.device;
  auto run = [=] {
    recheck_device_range(source, bytes, device, "memcpy_async");
    const simt::device_access access(sim().memory);
    std::memcpy(target, source, bytes);
  };
  run_queued("memcpy_async", where, [&] { sim().queues.push(stream, {run, nullptr, 0, 0}); });
  if (!is_pinned(target)) drain(stream, "memcpy_async", where);
}

void copy_device_to_device(void* target, const void* source, size_t bytes, simulated_stream& stream,
                           int target_device, int source_device, const char* call, caller where) {
  check_device_range(target, bytes, target_device, call, where);
  check_device_range(source, bytes, source_device, call, where);
  auto run = [=] {
    recheck_device_range(target, bytes, target_device, call);
    recheck_device_range(source, bytes, source_device, call);
    const simt::device_access access(sim().memory);
    std::memmove(target, source, bytes);
  };
  run_queued(call, where, [&] { sim().queues.push(stream, {run, nullptr, 0, 0}); });
}

memory_block& block_to_free(void* pointer, const char* call, caller where) {
  memory_block* b = sim().memory.find(pointer);
  if (b == nullptr || b->begin != pointer) {
    refuse_call(error_invalid_value, call,
                "expected a pointer that malloc_device or malloc_async gave, got another", where);
  }
  if (b->state != block_state::live)
    refuse_call(error_invalid_value, call, "double free: " + describe(*b), where);
  return *b;
}

void check_guard(const memory_block& b, const char* call, caller where) {
  const simt::device_access access(sim().memory);
  if (simt::device_memory::guard_intact(b)) return;
  refuse_call(error_illegal_address, call, "something wrote past the end of " + describe(b), where);
}

void* allocate(size_t bytes, const char* call, caller where) {
  const std::lock_guard lock(sim().mutex);
  need_device(call, where);
  if (bytes == 0) return nullptr;
  count(counted::allocation);
  char* p = sim().memory.allocate(current_device, bytes, where);
  if (p == nullptr) {
    run_queued(call, where, [] { sim().queues.run_all(current_device); });  // memory may be on its way back
    p = sim().memory.allocate(current_device, bytes, where);
  }
  if (p != nullptr) return p;
  refuse_call(error_out_of_memory, call,
              "asked for " + std::to_string(bytes) + " bytes, " +
                  std::to_string(sim().memory.limit() - sim().memory.used(current_device)) + " of " +
                  std::to_string(sim().memory.limit()) + " are free",
              where);
}

}  // namespace

// ---- devices ----

const char* implementation() noexcept { return "simulator"; }
int device_count() noexcept {
  static const int devices = simt::devices_from_environment();
  return devices;
}

std::string why_no_device() { return "the simulator was told to have none"; }

void set_device(int device, caller where) {
  need_device("set_device", where);
  if (device < 0 || device >= sim().devices) {
    refuse_call(
        error_invalid_device, "set_device",
        "expected a device below " + std::to_string(sim().devices) + ", got " + std::to_string(device),
        where);
  }
  current_device = device;
}

int get_device(caller where) {
  need_device("get_device", where);
  return current_device;
}

const device_properties& get_device_properties(int device, caller where) {
  const std::lock_guard lock(sim().mutex);
  need_device("get_device_properties", where);
  if (device < 0 || device >= sim().devices) {
    refuse_call(error_invalid_device, "get_device_properties", "no device " + std::to_string(device), where);
  }
  if (sim().properties.empty()) {
    device_properties p;
    p.name = "numloom SIMT simulator";
    p.compute_major = 9;
    p.multiprocessors = 4;  // few, so that grids sized by it stay small
    p.total_bytes = sim().memory.limit();
    p.l2_bytes = size_t{4} << 20;
    p.shared_bytes_per_block = simt::default_shared_bytes;
    p.shared_bytes_per_block_opt_in = simt::opt_in_shared_bytes;
    p.shared_bytes_per_multiprocessor = simt::opt_in_shared_bytes + 1024;
    p.memory_pools = true;
    sim().properties.assign(static_cast<size_t>(sim().devices), p);
  }
  return sim().properties[static_cast<size_t>(device)];
}

memory_info get_memory_info(caller where) {
  const std::lock_guard lock(sim().mutex);
  need_device("get_memory_info", where);
  return {sim().memory.limit() - sim().memory.used(current_device), sim().memory.limit()};
}

void device_synchronize(caller where) {
  const std::lock_guard lock(sim().mutex);
  need_device("device_synchronize", where);
  count(counted::synchronisation);
  run_queued("device_synchronize", where, [] { sim().queues.run_all(current_device); });
}

bool enable_peer_access(int peer, caller where) {
  const std::lock_guard lock(sim().mutex);
  get_device_properties(peer, where);
  sim().peers[current_device][peer] = true;
  return true;
}

int driver_version() noexcept { return device_count() == 0 ? 0 : 13000; }
int runtime_version() noexcept { return 13000; }

int take_last_error() noexcept {
  const std::lock_guard lock(sim().mutex);
  return std::exchange(sim().last_error, 0);
}

std::string error_name(int code) {
  switch (code) {
    case 0: return "cudaSuccess";
    case error_invalid_value: return "cudaErrorInvalidValue";
    case error_out_of_memory: return "cudaErrorMemoryAllocation";
    case simt::error_invalid_configuration: return "cudaErrorInvalidConfiguration";
    case simt::error_invalid_device_function: return "cudaErrorInvalidDeviceFunction";
    case error_no_device: return "cudaErrorNoDevice";
    case error_invalid_device: return "cudaErrorInvalidDevice";
    case error_invalid_handle: return "cudaErrorInvalidResourceHandle";
    case error_not_ready: return "cudaErrorNotReady";
    case error_illegal_address: return "cudaErrorIllegalAddress";
    case simt::error_assert: return "cudaErrorAssert";
    case simt::error_launch_failure: return "cudaErrorLaunchFailure";
    default: return "cudaError" + std::to_string(code);
  }
}
std::string error_text(int code) { return error_name(code); }

// ---- memory ----

void* malloc_device(size_t bytes, caller where) { return allocate(bytes, "malloc_device", where); }

void free_device(void* pointer, caller where) {
  if (pointer == nullptr) return;
  const std::lock_guard lock(sim().mutex);
  memory_block& b = block_to_free(pointer, "free_device", where);
  run_queued("free_device", where, [&] { sim().queues.run_all(b.device); });
  check_guard(b, "free_device", where);
  b.freed_at = where;
  sim().memory.release(b);
}

void* malloc_async(size_t bytes, stream_handle stream, caller where) {
  const std::lock_guard lock(sim().mutex);
  stream_of(stream, "malloc_async", where);
  return allocate(bytes, "malloc_async", where);
}

void free_async(void* pointer, stream_handle stream, caller where) {
  if (pointer == nullptr) return;
  const std::lock_guard lock(sim().mutex);
  simulated_stream& s = stream_of(stream, "free_async", where);
  memory_block& b = block_to_free(pointer, "free_async", where);
  b.freed_at = where;
  b.state = block_state::freeing;
  auto run = [pointer] {
    memory_block* freed = sim().memory.find(pointer);
    const simt::device_access access(sim().memory);
    const bool intact = simt::device_memory::guard_intact(*freed);
    const std::string text = describe(*freed);
    sim().memory.release(*freed);
    if (!intact)
      throw simt::kernel_error(error_illegal_address, "[free_async] something wrote past the end of " + text);
  };
  run_queued("free_async", where, [&] { sim().queues.push(s, {run, nullptr, 0, 0}); });
}

void* malloc_host(size_t bytes, caller where) {
  const std::lock_guard lock(sim().mutex);
  need_device("malloc_host", where);
  if (bytes == 0) return nullptr;
  void* p = nullptr;
  if (posix_memalign(&p, 256, bytes) != 0)
    refuse_call(error_out_of_memory, "malloc_host", "out of host memory", where);
  sim().pinned[static_cast<char*>(p)] = bytes;
  return p;
}

void free_host(void* pointer, caller where) {
  if (pointer == nullptr) return;
  const std::lock_guard lock(sim().mutex);
  if (sim().pinned.erase(static_cast<char*>(pointer)) == 0) {
    refuse_call(error_invalid_value, "free_host",
                "expected a pointer that malloc_host gave (and nobody freed), got another", where);
  }
  // As CUDA does: copies that use the memory are finished first.
  run_queued("free_host", where, [] { sim().queues.run_all(current_device); });
  std::free(pointer);
}

pointer_info get_pointer_info(const void* pointer) noexcept {
  const std::lock_guard lock(sim().mutex);
  if (const memory_block* b = sim().memory.find(pointer)) return {memory_kind::device, b->device};
  return {is_pinned(pointer) ? memory_kind::pinned_host : memory_kind::unknown, -1};
}

void annotate_used(void* pointer, size_t bytes, size_t span, stream_handle stream, caller where) {
  if (!NUMLOOM_SIM_ASAN || pointer == nullptr) return;
  const std::lock_guard lock(sim().mutex);
  simulated_stream* s = sim().queues.find_stream(stream);
  if (s == nullptr) return;  // a block may outlive its stream
  check_device_range(pointer, span, s->device, "annotate_used", where);
  auto run = [=] {
    const simt::device_access access(sim().memory);  // what waits to be filled is filled first
    simt::sanitizer::poison(pointer, span);
    simt::sanitizer::unpoison(pointer, bytes);
  };
  run_queued("annotate_used", where, [&] { sim().queues.push(*s, {run, nullptr, 0, 0}); });
}

void annotate_unused(void* pointer, size_t span, stream_handle stream, caller where) {
  annotate_used(pointer, 0, span, stream, where);
}

// ---- copies ----

void memcpy_async(void* target, const void* source, size_t bytes, copy_kind kind, stream_handle stream,
                  caller where) {
  const std::lock_guard lock(sim().mutex);
  simulated_stream& s = stream_of(stream, "memcpy_async", where);
  if (bytes == 0) return;
  count_copy(kind, bytes);
  switch (kind) {
    case copy_kind::host_to_device: return copy_host_to_device(target, source, bytes, s, where);
    case copy_kind::device_to_host: return copy_device_to_host(target, source, bytes, s, where);
    case copy_kind::device_to_device:
      return copy_device_to_device(target, source, bytes, s, s.device, s.device, "memcpy_async", where);
  }
}

void memcpy_peer_async(void* target, int target_device, const void* source, int source_device, size_t bytes,
                       stream_handle stream, caller where) {
  const std::lock_guard lock(sim().mutex);
  simulated_stream& s = stream_of(stream, "memcpy_peer_async", where);
  if (bytes == 0) return;
  count_copy(copy_kind::device_to_device, bytes);
  copy_device_to_device(target, source, bytes, s, target_device, source_device, "memcpy_peer_async", where);
}

void memset_async(void* target, int byte, size_t bytes, stream_handle stream, caller where) {
  const std::lock_guard lock(sim().mutex);
  simulated_stream& s = stream_of(stream, "memset_async", where);
  if (bytes == 0) return;
  count(counted::fill);
  const int device = s.device;
  check_device_range(target, bytes, device, "memset_async", where);
  auto run = [=] {
    recheck_device_range(target, bytes, device, "memset_async");
    const simt::device_access access(sim().memory);
    std::memset(target, byte, bytes);
  };
  run_queued("memset_async", where, [&] { sim().queues.push(s, {run, nullptr, 0, 0}); });
}

// ---- streams ----

stream_handle stream_create(caller where) {
  const std::lock_guard lock(sim().mutex);
  need_device("stream_create", where);
  return sim().queues.create_stream(current_device);
}

void stream_destroy(stream_handle stream, caller where) {
  const std::lock_guard lock(sim().mutex);
  stream_of(stream, "stream_destroy", where);
  sim().queues.destroy_stream(stream);
}

void stream_synchronize(stream_handle stream, caller where) {
  const std::lock_guard lock(sim().mutex);
  const simulated_stream& s = stream_of(stream, "stream_synchronize", where);
  count(counted::synchronisation);
  drain(s, "stream_synchronize", where);
}

bool stream_query(stream_handle stream, caller where) {
  const std::lock_guard lock(sim().mutex);
  const simulated_stream& s = stream_of(stream, "stream_query", where);
  bool once = false;  // each look lets the devices get a little further
  run_queued("stream_query", where,
             [&] { sim().queues.run_until([&] { return std::exchange(once, true); }, &s); });
  return s.queue.empty();
}

void stream_wait_event(stream_handle stream, event_handle event, caller where) {
  const std::lock_guard lock(sim().mutex);
  simulated_stream& s = stream_of(stream, "stream_wait_event", where);
  const simt::event_pointer e = event_of(event, "stream_wait_event", where);
  run_queued("stream_wait_event", where, [&] { sim().queues.wait(s, e); });
}

// ---- events ----

event_handle event_create(bool timing, caller where) {
  const std::lock_guard lock(sim().mutex);
  need_device("event_create", where);
  return sim().queues.create_event(timing);
}

void event_destroy(event_handle event, caller where) {
  const std::lock_guard lock(sim().mutex);
  event_of(event, "event_destroy", where);
  sim().queues.destroy_event(event);
}

void event_record(event_handle event, stream_handle stream, caller where) {
  const std::lock_guard lock(sim().mutex);
  const simt::event_pointer e = event_of(event, "event_record", where);
  simulated_stream& s = stream_of(stream, "event_record", where);
  run_queued("event_record", where, [&] { sim().queues.record(s, e); });
}

bool event_query(event_handle event, caller where) {
  const std::lock_guard lock(sim().mutex);
  const simt::event_pointer e = event_of(event, "event_query", where);
  bool once = false;
  run_queued("event_query", where,
             [&] { sim().queues.run_until([&] { return std::exchange(once, true); }, nullptr); });
  return e->completed == e->recorded;
}

void event_synchronize(event_handle event, caller where) {
  const std::lock_guard lock(sim().mutex);
  const simt::event_pointer e = event_of(event, "event_synchronize", where);
  count(counted::synchronisation);
  run_queued("event_synchronize", where,
             [&] { sim().queues.run_until([&] { return e->completed == e->recorded; }, nullptr); });
}

float event_elapsed_ms(event_handle start, event_handle stop, caller where) {
  const std::lock_guard lock(sim().mutex);
  const simt::event_pointer a = event_of(start, "event_elapsed_ms", where);
  const simt::event_pointer b = event_of(stop, "event_elapsed_ms", where);
  if (!a->timing || !b->timing || a->recorded == 0 || b->recorded == 0) {
    refuse_call(error_invalid_handle, "event_elapsed_ms", "expected two recorded events created with timing",
                where);
  }
  if (a->completed != a->recorded || b->completed != b->recorded) {
    refuse_call(error_not_ready, "event_elapsed_ms", "the events have not been reached", where);
  }
  return std::chrono::duration<float, std::milli>(b->time - a->time).count();
}

}  // namespace numloom::cuda_runtime
