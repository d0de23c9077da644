// SPDX-License-Identifier: BSD-3-Clause
/// Who owns bytes: storage (shared by views), pools, their statistics and limits.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "numloom/device.hpp"
#include "numloom/stream.hpp"

namespace numloom {

/// The bytes that an array and its views share. Made by allocate() or adopt(); freed by the last storage_ptr,
/// on the stream it was allocated on, without waiting. The header stands in front of small CPU blocks, so a
/// small array is one block.
struct storage {
  std::atomic<std::uint32_t> references{0};
  bool writeable = true;
  numloom::device device{};
  void* data = nullptr;
  std::size_t bytes = 0;
  void* stream = nullptr;  // the stream that owns the block
  void (*release)(storage*) noexcept = nullptr;
  void* owner = nullptr;  // for the releaser
};

/// Shared ownership of a storage.
class storage_ptr {
 public:
  storage_ptr() = default;
  explicit storage_ptr(storage* s) noexcept : s_(s) { retain(); }
  storage_ptr(const storage_ptr& o) noexcept : s_(o.s_) { retain(); }
  storage_ptr(storage_ptr&& o) noexcept : s_(std::exchange(o.s_, nullptr)) {}
  storage_ptr& operator=(storage_ptr o) noexcept {
    std::swap(s_, o.s_);
    return *this;
  }
  ~storage_ptr() {
    if (s_) drop();
  }
  storage* get() const noexcept { return s_; }
  storage* operator->() const noexcept { return s_; }
  explicit operator bool() const noexcept { return s_ != nullptr; }
  friend bool operator==(const storage_ptr&, const storage_ptr&) = default;

 private:
  // An atomic addition costs as much as a small sum. A storage without references is nobody else's yet, and
  // one with a single reference has no other owner who could take or drop one: plain stores will do for both.
  void retain() noexcept {
    if (!s_) return;
    if (s_->references.load(std::memory_order_relaxed) == 0)
      s_->references.store(1, std::memory_order_relaxed);
    else
      s_->references.fetch_add(1, std::memory_order_relaxed);
  }
  void drop() noexcept {
    if (s_->references.load(std::memory_order_acquire) == 1)
      s_->references.store(0, std::memory_order_relaxed);
    else if (s_->references.fetch_sub(1, std::memory_order_acq_rel) != 1)
      return;
    s_->release(s_);
  }
  storage* s_ = nullptr;
};

/// Uninitialised memory from the device's pool, 64-byte aligned (256 on CUDA), on the current stream.
/// Throws memory_error with what was asked, held and free.
NL_API storage_ptr allocate(std::size_t bytes, device d);
/// Foreign memory; `release(owner)` is called once, when the last array over it is gone.
NL_API storage_ptr adopt(void* data, std::size_t bytes, device d, void* owner,
                         void (*release)(void*) noexcept, bool writeable = true);
/// Keeps the block from being reused before the work now queued on s has run: for arrays used on several
/// streams.
NL_API void record_stream(const storage_ptr& block, stream_view s);

struct memory_statistics {
  std::size_t used = 0;            ///< bytes in live blocks
  std::size_t held = 0;            ///< bytes taken from the system: used + cached
  std::size_t peak = 0;            ///< highest `used` since reset_peak()
  std::size_t limit = 0;           ///< 0: none
  std::uint64_t allocations = 0;   ///< calls
  std::uint64_t system_calls = 0;  ///< those that the cache could not serve
};
NL_API memory_statistics memory_stats(device d = current_device());
NL_API void reset_peak_memory(device d = current_device());
/// At most this many bytes held on the device; 0 lifts the limit.
NL_API void set_memory_limit(std::size_t bytes, device d = current_device());
/// Gives cached blocks back to the system.
NL_API void free_cached_memory(device d = current_device());

}  // namespace numloom
