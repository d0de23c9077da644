// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/backend.hpp"

#include <pthread.h>

#include <atomic>

#include "cuda/context.hpp"
#include "cuda/runtime.hpp"
#include "numloom/device.hpp"
#include "numloom/error.hpp"

namespace numloom {

backend* cuda_backend() {
  static auto* device = new cuda_host::cuda_device;  // never destroyed: arrays may outlive static destructors
  return device;
}

int cuda_device_count() {
  static const int count = cuda_runtime::device_count();
  return count;
}

std::string why_no_cuda_device() { return cuda_runtime::why_no_device(); }

std::vector<std::pair<std::string, std::string>> describe_cuda() {
  const auto version = [](int number) {
    return std::to_string(number / 1000) + '.' + std::to_string(number % 1000 / 10);
  };
  const bool simulated = std::string_view(cuda_runtime::implementation()) == "simulator";
  const int driver = cuda_runtime::driver_version();
  std::vector<std::pair<std::string, std::string>> rows;
  rows.emplace_back("build", simulated ? "simulator" : "CUDA " + version(cuda_runtime::runtime_version()));
  if (!simulated) rows.emplace_back("driver", driver == 0 ? "none found" : "for CUDA " + version(driver));
  if (cuda_device_count() == 0) rows.emplace_back("devices", "none: " + why_no_cuda_device());
  for (int i = 0; i < cuda_device_count(); ++i) {
    const cuda_runtime::device_properties& p = cuda_runtime::get_device_properties(i);
    rows.emplace_back(to_string(cuda(i)), p.name + ", compute capability " + std::to_string(p.compute_major) +
                                              '.' + std::to_string(p.compute_minor));
  }
  return rows;
}

namespace cuda_host {
namespace {

std::atomic<bool> started{false}, forked{false};

// Called in a fresh child. Only what the parent had started is lost; a child may start CUDA itself.
void after_fork_in_child() { forked = started.load(); }

void start() {
  if (cuda_device_count() == 0)
    fail<not_available>("[cuda] expected a CUDA device, got none: ", why_no_cuda_device());
  static const int registered = pthread_atfork(nullptr, nullptr, after_fork_in_child);
  static_cast<void>(registered);
  started = true;
}

}  // namespace

bool in_forked_child() noexcept { return forked.load(std::memory_order_relaxed); }

void use_device(int index) {
  if (in_forked_child())
    fail<cuda_error>(
        "[cuda] expected a process that started CUDA itself, got a child of fork(): CUDA was in use "
        "before the fork and does not survive it. Start processes with 'spawn', or use device \"cpu\"");
  if (!started.load(std::memory_order_relaxed)) start();
  if (index < 0 || index >= cuda_device_count())
    fail<not_available>("[cuda] expected a device below cuda:", cuda_device_count(), ", got cuda:", index);
  thread_local int current = -1;
  // Others in this process may have changed it, which cannot happen when there is only one.
  if (current == index && cuda_device_count() == 1) return;
  cuda_runtime::set_device(index);
  current = index;
}

}  // namespace cuda_host
}  // namespace numloom
