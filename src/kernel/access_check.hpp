// SPDX-License-Identifier: BSD-3-Clause
/// What a kernel compiled with debug or check may touch, and whether its threads race.
///
/// Bounds: each access must lie in an array that was given as an argument, in a shared variable of the
/// running block, in the module's own variables or on the thread's stack.
///
/// Races (check): two accesses to the same bytes by different threads, one of them a write and not both
/// atomic, with nothing between them that orders the two. What orders: a barrier, within a block; a warp
/// operation, between the lanes of its mask; __threadfence() by both threads, the first one's before the
/// second one's. The end of the grid. Atomics alone order nothing.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernel/arguments.hpp"
#include "sim/run_grid.hpp"

namespace numloom::kernel_detail {

class access_check final : public simt::execution_observer {
 public:
  /// For one launch. `own`: the module's data.
  access_check(const kernel_function& f, const argument_buffer& arguments,
               const std::vector<memory_range>& own, bool races);
  ~access_check() override;
  access_check(const access_check&) = delete;
  access_check& operator=(const access_check&) = delete;

  enum class kind : int { read, write, atomic };
  /// The running thread touches memory. Does not return where it may not.
  void touch(const void* address, std::size_t bytes, kind k, const void* code);
  /// The one of this OS thread's running launch, or null.
  static access_check* current();

  void block_began() override;
  void block_met() override;
  void lanes_met(unsigned first_lane, unsigned group) override;
  void fenced() override;

 private:
  /// A past access, and the clocks that tell what has happened since.
  struct past_access {
    std::uint32_t block = 0, thread = 0;
    std::uint32_t epoch = 0;  // barriers that the block had passed
    std::uint32_t clock = 0;  // of the thread's warp operations
    std::uint32_t mask = 0;   // which of the word's bytes
    std::uint64_t time = 0;   // among all accesses
    const void* code = nullptr;
    bool atomic = false;
  };
  struct cell {
    past_access write, read;
    bool written = false, was_read = false;
  };
  struct thread_clock {
    std::array<std::uint32_t, 32> lanes{};  // what it knows of its warp's lanes
    std::uint64_t last_fence = 0;
  };

  bool allowed(const char* p, std::size_t bytes, kind k);
  [[noreturn]] void refuse(const char* p, std::size_t bytes, kind k, const void* code);
  void look_for_race(std::uintptr_t word, std::uint32_t mask, kind k, const void* code, bool shared);
  bool ordered(const past_access& before, const past_access& now) const;
  [[noreturn]] void refuse_race(std::uintptr_t word, const past_access& before, const char* did, kind k,
                                const void* code);
  past_access now(kind k, const void* code) const;
  std::string array_text(const char* p, std::size_t bytes) const;

  const kernel_function& function_;
  const argument_buffer& arguments_;
  const std::vector<memory_range>& own_;
  bool races_;
  std::uint32_t block_ = 0, epoch_ = 0;
  std::uint64_t time_ = 0;
  std::vector<thread_clock> threads_;
  std::unordered_map<std::uint32_t, std::uint64_t> fences_;  // block * 1024 + thread -> its last fence
  std::unordered_map<std::uintptr_t, cell> global_, shared_;
};

/// "code 0x1234": where the text of an error names an instruction, for put_lines().
std::string code_text(const void* code);
/// Turns those into the source's lines with addr2line, for code of the module loaded at `base` from `path`.
std::string put_lines(std::string text, const std::string& path, std::uintptr_t base);

}  // namespace numloom::kernel_detail
