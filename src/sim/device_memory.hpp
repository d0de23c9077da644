// SPDX-License-Identifier: BSD-3-Clause
// The memory of the simulated devices: a reserved range of addresses that host code cannot touch. It is
// opened while a kernel or a copy runs and closed again.
#pragma once
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <source_location>
#include <string>
#include <vector>

namespace numloom::simt {

enum class block_state : unsigned char {
  live,
  freeing,  // freed in stream order, not yet reached
  freed,    // kept from reuse for a while, so that a late user is noticed
  unallocated,
};

struct memory_block {
  char* begin = nullptr;
  size_t bytes = 0;  // that were asked for
  size_t span = 0;   // that it takes, guard bytes included
  block_state state = block_state::unallocated;
  int device = 0;
  std::source_location allocated_at;
  std::source_location freed_at;
};

/// "96 bytes allocated at a.cpp:12, freed at b.cpp:9"
std::string describe(const memory_block& block);

class device_memory {
 public:
  /// One range for all devices, `limit` bytes usable on each.
  device_memory(int devices, size_t limit, bool protect);
  device_memory(const device_memory&) = delete;
  device_memory& operator=(const device_memory&) = delete;

  /// Null when the device's limit is reached. Filled with 0xCD.
  char* allocate(int device, size_t bytes, std::source_location where);
  /// Fills the block with 0xDD (or poisons it, under ASan) and keeps it from reuse for a while.
  void release(memory_block& block);

  bool contains(const volatile void* address) const;
  /// The block that the address lies in or at the end of; null outside the range or between blocks.
  memory_block* find(const volatile void* address);
  /// The last block that begins at or before the address, for texts.
  memory_block* nearest(const volatile void* address);
  /// False when the bytes behind the block have been written to.
  static bool guard_intact(const memory_block& block);

  size_t limit() const { return limit_; }
  size_t used(int device) const { return arenas_[static_cast<size_t>(device)].used; }

  void open();
  void close();
  /// In between, what was opened once stays open: for a series of operations with no host code among them.
  void begin_series() { ++series_; }
  void end_series();

 private:
  struct arena {
    char* begin = nullptr;
    char* top = nullptr;  // nothing has been handed out from here on
    size_t used = 0;
    std::map<char*, memory_block> blocks;
    std::multimap<size_t, char*> unallocated;  // by span
    std::deque<char*> quarantine;
    size_t quarantined = 0;
  };
  struct pending_fill {
    char* begin;
    size_t bytes;
    unsigned char byte;
    size_t guard;
  };

  memory_block* take_block(arena& a, size_t span);
  void recycle(arena& a, char* begin);
  void set_access(bool allowed);
  void fill(const pending_fill& f);
  void fill_soon(const pending_fill& f);

  char* base_ = nullptr;
  size_t limit_;
  size_t stride_;  // between the devices' ranges
  bool protect_;
  int opened_ = 0;
  int series_ = 0;
  bool accessible_ = false;
  std::vector<arena> arenas_;
  std::vector<pending_fill> pending_;  // done when the range is next open
};

/// Device memory is accessible while one lives.
class device_access {
 public:
  explicit device_access(device_memory& memory) : memory_(memory) { memory_.open(); }
  ~device_access() { memory_.close(); }
  device_access(const device_access&) = delete;
  device_access& operator=(const device_access&) = delete;

 private:
  device_memory& memory_;
};

/// A series of operations on device memory.
class device_series {
 public:
  explicit device_series(device_memory& memory) : memory_(memory) { memory_.begin_series(); }
  ~device_series() { memory_.end_series(); }
  device_series(const device_series&) = delete;
  device_series& operator=(const device_series&) = delete;

 private:
  device_memory& memory_;
};

}  // namespace numloom::simt
