// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/staging.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <mutex>
#include <vector>

namespace numloom::cuda_host {
namespace {

using namespace cuda_runtime;

// A pinned block and the point in a stream at which its last copy is done.
struct block {
  char* memory = nullptr;
  event_handle done = nullptr;
};

class staging_pool {
 public:
  // A block that no copy uses; waits for the oldest copy where all are in use.
  block take() {
    std::unique_lock hold(lock_);
    const bool is_done = !used_.empty() && event_query(used_.front().done);
    if (is_done || used_.size() == staging_blocks) {
      const block oldest = used_.front();
      used_.pop_front();
      hold.unlock();
      if (!is_done) event_synchronize(oldest.done);
      return oldest;
    }
    if (!free_.empty()) {
      const block b = free_.back();
      free_.pop_back();
      return b;
    }
    return {static_cast<char*>(malloc_host(staging_block_bytes)), event_create()};
  }
  // Back when the work that is queued on the stream so far is done.
  void give_after(const block& b, stream_handle stream) {
    event_record(b.done, stream);
    const std::lock_guard hold(lock_);
    used_.push_back(b);
  }
  void give(const block& b) {
    const std::lock_guard hold(lock_);
    free_.push_back(b);
  }

 private:
  std::mutex lock_;
  std::deque<block> used_;  // the oldest first
  std::vector<block> free_;
};

staging_pool& pool_for(int device) {
  static auto* pools = new std::array<staging_pool, 64>;  // copies may come after static destructors
  return (*pools)[static_cast<std::size_t>(device)];
}

}  // namespace

void staged_to_device(int device, void* to, const void* from, std::size_t bytes, stream_handle stream) {
  staging_pool& pool = pool_for(device);
  for (std::size_t at = 0; at < bytes; at += staging_block_bytes) {
    const std::size_t part = std::min(staging_block_bytes, bytes - at);
    const block b = pool.take();
    std::memcpy(b.memory, static_cast<const char*>(from) + at, part);
    memcpy_async(static_cast<char*>(to) + at, b.memory, part, copy_kind::host_to_device, stream);
    pool.give_after(b, stream);
  }
}

void staged_to_host(int device, void* to, const void* from, std::size_t bytes, stream_handle stream) {
  staging_pool& pool = pool_for(device);
  std::deque<block> queued;  // the copy of the next parts runs while one is carried to its place
  std::size_t asked = 0;
  for (std::size_t at = 0; at < bytes; at += staging_block_bytes) {
    for (; asked < bytes && queued.size() < 4; asked += staging_block_bytes) {
      const block b = pool.take();
      memcpy_async(b.memory, static_cast<const char*>(from) + asked,
                   std::min(staging_block_bytes, bytes - asked), copy_kind::device_to_host, stream);
      event_record(b.done, stream);
      queued.push_back(b);
    }
    const block b = queued.front();
    queued.pop_front();
    event_synchronize(b.done);
    std::memcpy(static_cast<char*>(to) + at, b.memory, std::min(staging_block_bytes, bytes - at));
    pool.give(b);
  }
}

}  // namespace numloom::cuda_host
