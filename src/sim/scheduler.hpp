// SPDX-License-Identifier: BSD-3-Clause
// Runs one block after another. The threads of a block are started in turn on one fibre, each as a plain
// call, for as long as none of them waits; a thread that waits keeps its fibre and the next one gets another.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "fiber.hpp"
#include "run_grid.hpp"
#include "shared_memory.hpp"

namespace numloom::simt {

class scheduler {
 public:
  static scheduler& of_this_os_thread();
  ~scheduler();

  void run(const grid_launch& launch);
  std::string running_thread() const;

  int barrier(barrier_kind kind, int predicate, site where);
  void exchange(warp_op op, unsigned mask, const void* value, void* result, unsigned bytes,
                unsigned source_lane, site where);
  unsigned active_mask() const;
  void* shared_variable(const void* key, size_t bytes, const char* name, const char* file, int line);
  void* dynamic_shared();
  void give_way();
  void count_attempt();
  void memory_fence();
  // Ends the grid with an error that names the running thread. Its stack is abandoned, not unwound, since
  // kernels own nothing and may be noexcept; so `text` is a function, and no string is left behind on that
  // stack.
  template <class Text> [[noreturn]] void fail(int code, const Text& text) {
    note_failure(code, text());
    abandon_grid();
  }
  bool stack_overflowed(const void* address) const;
  void observe(execution_observer* observer) { observer_ = observer; }
  bool owns(const void* address, size_t bytes) const;
  std::string near_shared(const void* address) const { return shared_.near(address); }
  bool shares(const void* address, size_t bytes) const { return shared_.contains(address, bytes); }

 private:
  scheduler() = default;
  scheduler(const scheduler&) = delete;
  scheduler& operator=(const scheduler&) = delete;

  struct warp_record {
    unsigned lanes = 0;    // that the block has
    unsigned waiting = 0;  // at a warp operation
    unsigned exited = 0;
    [[maybe_unused]] unsigned groups = 0;  // completed, for the tags below
    [[maybe_unused]] char tsan_groups[64] = {};
  };

  void run_block();
  void prepare_block();
  void end_block();
  void start_threads();
  void finish_thread();
  void suspend(thread_state state);
  void resume_next();
  void start_fresh_fiber(bool running_ends);
  bool next_ready(thread_record*& next);
  void make_ready(thread_record& thread);
  void leave_for(fiber& to, bool ends);
  void drop_tsan_fibers();
  void publish_to_host();
  fiber& idle_fiber();
  void put_aside(fiber* f);
  static void fiber_main();

  void refuse_divergence(const thread_record& me);
  void complete_barrier(barrier_kind kind);
  void check_lanes(const warp_record& warp, const thread_record& me);
  bool group_complete(const warp_record& warp, const thread_record& me);
  void complete_group(warp_record& warp, const thread_record& me);
  static unsigned matching_lanes(const thread_record* lanes, unsigned group, const thread_record& t);
  static unsigned word_result(const thread_record* lanes, unsigned group, warp_op op);
  void refuse_early_exit(const thread_record& me);
  void note_failure(int code, const std::string& text);
  [[noreturn]] void abandon_grid();
  [[noreturn]] void fail_deadlock();
  std::string describe_deadlock() const;
  const std::string& kernel_name() const;
  std::string describe(const thread_record& thread) const;
  std::string failure_text(const std::string& text) const;
  unsigned start_order(unsigned i) const {
    return static_cast<unsigned>((order_offset_ + i * order_stride_) % count_);
  }
  warp_record& warp_of(const thread_record& t) { return warps_[t.linear / warp_lanes]; }

  const grid_launch* launch_ = nullptr;
  execution_observer* observer_ = nullptr;
  block_record block_;
  unsigned count_ = 0;  // threads of the block
  unsigned started_ = 0;
  unsigned exited_ = 0;
  unsigned at_barrier_ = 0;
  size_t order_offset_ = 0;
  size_t order_stride_ = 1;
  unsigned long long attempts_ = 0;  // atomics and fences since the block last got anywhere
  std::array<thread_record, max_block_threads> threads_;
  std::array<warp_record, max_block_threads / warp_lanes> warps_;
  std::array<unsigned short, 2 * max_block_threads> ready_{};
  unsigned ready_head_ = 0;
  unsigned ready_tail_ = 0;

  fiber host_;
  fiber* running_ = nullptr;
  std::vector<std::unique_ptr<fiber>> fibers_;
  std::vector<fiber*> idle_;
  // Where blocks of one thread run: the stand-ins for NVIDIA's libraries are such blocks, and the CPU's
  // libraries that they call keep half a megabyte in a frame (OpenBLAS with several threads).
  std::unique_ptr<fiber> deep_;
  shared_memory shared_;
  int failure_code_ = 0;
  std::string failure_;
  mutable std::string kernel_name_;  // looked up when a text needs it

#if NUMLOOM_SIM_TSAN
  std::vector<void*> tsan_fibers_;
  size_t tsan_rotation_ = 0;
  size_t barriers_ = 0;
  char barrier_tags_[2] = {};
  char launch_tag_ = 0;
  char end_tag_ = 0;
  char fence_tag_ = 0;
#endif
};

}  // namespace numloom::simt
