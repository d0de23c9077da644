// SPDX-License-Identifier: BSD-3-Clause
#include <array>
#include <mutex>

#include "cuda/backend.hpp"
#include "cuda/context.hpp"
#include "cuda/pool.hpp"
#include "cuda/runtime.hpp"
#include "cuda/staging.hpp"

namespace numloom::cuda_host {

device_pool& pool_of(int device) {
  static std::mutex lock;
  static auto* pools =
      new std::array<std::unique_ptr<device_pool>, 64>;  // arrays may outlive static destructors
  use_device(device);
  auto& slot = (*pools)[static_cast<std::size_t>(device)];
  const std::lock_guard hold(lock);
  if (!slot) slot = std::make_unique<device_pool>(device);
  return *slot;
}

storage_ptr cuda_device::allocate(std::size_t bytes, stream_view s) {
  void* stream = enter(s);
  return pool_of(s.device.index).allocate(bytes, stream);
}

storage_ptr temporary(std::int64_t bytes, stream_view s) {
  return cuda_backend()->allocate(static_cast<std::size_t>(bytes), s);
}

memory_statistics cuda_device::statistics(int index) { return pool_of(index).statistics(); }
void cuda_device::reset_peak(int index) { pool_of(index).reset_peak(); }
void cuda_device::set_limit(std::size_t bytes, int index) { pool_of(index).set_limit(bytes); }
void cuda_device::free_cached(int index) { pool_of(index).free_cached(); }

void cuda_device::record_stream(const storage_ptr& block, stream_view s) {
  void* stream = enter(s);
  if (block->release != &device_pool::release) return;  // foreign memory: its owner knows when it is free
  pool_of(block->device.index).record_stream(static_cast<memory_block*>(block->owner), stream);
}

// Ordinary host memory is staged and may change once the call is back; pinned memory is read when the copy's
// turn comes, so the caller has to wait for it.
void cuda_device::copy_from_host(void* to, const void* from, std::size_t bytes, stream_view s) {
  if (bytes == 0) return;
  void* stream = enter(s);
  const auto kind = cuda_runtime::get_pointer_info(from).kind;
  if (kind == cuda_runtime::memory_kind::unknown && bytes > staged_by_runtime)
    return staged_to_device(s.device.index, to, from, bytes, stream);
  const bool on_device = kind == cuda_runtime::memory_kind::device;
  cuda_runtime::memcpy_async(
      to, from, bytes,
      on_device ? cuda_runtime::copy_kind::device_to_device : cuda_runtime::copy_kind::host_to_device,
      stream);
  if (kind == cuda_runtime::memory_kind::pinned_host) cuda_runtime::stream_synchronize(stream);
}

void cuda_device::copy_to_host(void* to, const void* from, std::size_t bytes, stream_view s) {
  void* stream = enter(s);
  const bool ordinary = cuda_runtime::get_pointer_info(to).kind == cuda_runtime::memory_kind::unknown;
  if (bytes > staged_by_runtime && ordinary)
    staged_to_host(s.device.index, to, from, bytes, stream);
  else if (bytes != 0)
    cuda_runtime::memcpy_async(to, from, bytes, cuda_runtime::copy_kind::device_to_host, stream);
  synchronize_and_check(s);
}

}  // namespace numloom::cuda_host
