// SPDX-License-Identifier: BSD-3-Clause
// The state of the simulated runtime, and what its calls and its launches share.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "cuda/launch_log.hpp"
#include "cuda/runtime_internal.hpp"
#include "sim/device_memory.hpp"
#include "sim/run_grid.hpp"
#include "sim/stream_queue.hpp"

namespace numloom::simt {

constexpr int max_devices = 16;
constexpr int error_invalid_handle = 400;
constexpr int error_not_ready = 600;

struct simulation {
  simulation();
  // Kernels run on the thread that waits, one at a time.
  std::recursive_mutex mutex;
  const int devices;
  device_memory memory;
  stream_queues queues;
  std::map<char*, size_t> pinned;
  std::vector<cuda_runtime::device_properties> properties;
  bool peers[max_devices][max_devices] = {};
  int last_error = 0;
};

// Made by the first call, and never destroyed: arrays may outlive static destructors.
simulation& sim();
int devices_from_environment();

// Who called: a function of runtime.hpp, or a launch.
struct place {
  place(cuda_runtime::caller where) : file(where.file_name()), line(where.line()) {}
  place(const cuda_runtime::launch_record& launch)
      : file(launch.file), line(static_cast<unsigned>(launch.line)) {}
  const char* file;
  unsigned line;
};

[[noreturn]] void refuse_call(int code, const char* call, const std::string& detail, place where);
void need_device(const char* call, place where);
simulated_stream& stream_of(void* handle, const char* call, place where);
event_pointer event_of(void* handle, const char* call, place where);
bool is_pinned(const void* pointer);

// When a piece of work is looked at: as it is queued, or as it runs. Memory that a queue will free later may
// not be named by new work, but what was queued before may still run.
enum class moment { queued, running };
// What is wrong with using these bytes on a device; empty when nothing.
std::string device_range_problem(const void* pointer, size_t bytes, int device, moment when);

// What went wrong while queued work ran belongs to that work, not to the call that waited.
template <class F> void run_queued(const char* call, place where, F&& run) {
  const device_series series(sim().memory);
  try {
    run();
  } catch (const kernel_error& e) {
    refuse_call(e.code(), call, e.what() + cuda_runtime::recent_launches(), where);
  }
}

}  // namespace numloom::simt
