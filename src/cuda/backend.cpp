// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/backend.hpp"

#include <pthread.h>

#include <atomic>

#include "cuda/context.hpp"
#include "cuda/runtime.hpp"
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
