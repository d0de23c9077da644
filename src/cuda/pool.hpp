// SPDX-License-Identifier: BSD-3-Clause
/// Device memory: one arena per stream, so that a freed block can be given out again at once. The work that
/// still reads it and the work that will write it are on the same stream, which keeps them in order.
///
///   up to 1 MiB   size classes (at most 25 % too large), cut from slabs of 2 to 32 MiB; a free list for each
///   class above         best fit among the free blocks of the arena's segments; what is left over is split
///   off when it is
///                 at least 1 MiB, and free neighbours are merged
///
/// Blocks used on another stream too (record_stream) wait for an event on that stream before they are given
/// out.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>
#include <vector>

#include "numloom/memory.hpp"

namespace numloom::cuda_host {

class arena;
class device_pool;

/// A piece of device memory. Small ones have no neighbours.
struct memory_block {
  storage header;  // what arrays share; header.owner is this block
  char* data = nullptr;
  std::size_t size = 0;
  int size_class = -1;  // -1: large
  bool free = false;
  arena* home = nullptr;
  struct memory_segment* segment = nullptr;
  memory_block *before = nullptr, *after = nullptr;  // neighbours in the segment, large blocks only
  std::vector<void*> streams;                        // others that use it (record_stream)
};

/// One allocation from the system.
struct memory_segment {
  char* data = nullptr;
  std::size_t size = 0;
  std::size_t cut = 0;  // slabs: bytes given to blocks so far
  int live = 0;         // blocks in use
  bool small = false;   // a slab
  std::vector<std::unique_ptr<memory_block>> blocks;
};

/// Orders free blocks by size, then address: best fit is lower_bound.
struct by_size_then_address {
  using is_transparent = void;
  bool operator()(const memory_block* a, const memory_block* b) const {
    return a->size != b->size ? a->size < b->size : a->data < b->data;
  }
  bool operator()(const memory_block* a, std::size_t size) const { return a->size < size; }
  bool operator()(std::size_t size, const memory_block* b) const { return size < b->size; }
};

/// The blocks of one stream.
class arena {
 public:
  arena(device_pool& pool, void* stream) : pool_(pool), stream_(stream) {}
  /// Null when nothing fits and the system must be asked.
  memory_block* take(std::size_t bytes);
  /// Asks the system for a segment that can serve the request. False when the system refuses.
  bool grow(std::size_t bytes);
  void put_back(memory_block* block);
  /// Gives segments without a live block back to the system.
  void release_cached();
  /// Blocks whose other streams are done become free. With `wait`, waits for them.
  void collect(bool wait);
  bool has_pending() const { return !pending_.empty(); }
  /// Nobody uses a block of it and nothing is awaited.
  bool is_idle() const;
  void* stream() const { return stream_; }
  /// The arena's own stream has been destroyed (null), or an idle arena serves a new one.
  void serve(void* stream) { stream_ = stream; }
  /// Another stream has been destroyed, after all work on it was done.
  void forget_user(void* stream);

 private:
  friend class device_pool;
  memory_block* take_small(int size_class);
  memory_block* take_large(std::size_t bytes);
  void merge_into_free(memory_block* block);
  void drop_segment(memory_segment* segment);
  memory_block* new_block(memory_segment* segment, char* data, std::size_t size, int size_class);

  struct pending_block {
    memory_block* block;
    std::vector<void*> events;
  };
  device_pool& pool_;
  void* stream_;
  std::vector<std::unique_ptr<memory_segment>> segments_;
  memory_segment* slab_ = nullptr;  // the one that is being cut
  std::size_t next_slab_ = 0;
  std::vector<std::vector<memory_block*>> small_;
  std::set<memory_block*, by_size_then_address> large_;
  std::vector<pending_block> pending_;
};

/// All arenas of a device, its statistics and its limit.
class device_pool {
 public:
  explicit device_pool(int device) : device_(device) {}
  storage_ptr allocate(std::size_t bytes, void* stream);
  void record_stream(memory_block* block, void* stream);
  memory_statistics statistics();
  void reset_peak();
  void set_limit(std::size_t bytes);
  void free_cached();
  /// The stream is about to be destroyed: its arena only lives on for the blocks that are still used.
  void forget_stream(void* stream);
  int device() const { return device_; }
  /// The releaser of the storages that the pool hands out.
  static void release(storage* header) noexcept;

 private:
  friend class arena;
  memory_block* allocate_block(std::size_t bytes, void* stream);
  arena& arena_of(void* stream);
  void release_cached();
  /// Null when the system or the limit refuses.
  void* allocate_from_system(std::size_t bytes);
  void return_to_system(void* data, std::size_t bytes);
  [[noreturn]] void fail_out_of_memory(std::size_t bytes);

  std::mutex lock_;
  const int device_;
  memory_statistics statistics_;
  std::unordered_map<void*, std::unique_ptr<arena>> arenas_;
  std::vector<std::unique_ptr<arena>> orphans_;  // their streams are gone; idle ones serve new streams
  arena* last_ = nullptr;
};

/// The pool of a device; lives until the process ends. Throws cuda_error in a forked child.
device_pool& pool_of(int device);

}  // namespace numloom::cuda_host
