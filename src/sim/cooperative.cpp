// SPDX-License-Identifier: BSD-3-Clause
// Grids whose blocks meet: each block has an OS thread of its own, and one of them runs at a time, from one
// grid-wide barrier to the next, in launch order. So nothing that is right for blocks in sequence changes.
#include "cooperative.hpp"

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace numloom::simt {
namespace {

class meeting {
 public:
  explicit meeting(unsigned blocks) : blocks_(blocks) {}

  // Waits for the block's turn; false when another block has failed.
  bool begin(unsigned block) {
    std::unique_lock lock(mutex_);
    wait_turn(lock, block);
    return !failed_;
  }
  // At grid.sync(). False if something is wrong.
  bool arrive(unsigned block) {
    std::unique_lock lock(mutex_);
    ++arrived_;
    pass(block);
    wait_turn(lock, block);
    return !failed_;
  }
  std::string problem() {
    const std::lock_guard lock(mutex_);
    return problem_;
  }
  void leave(unsigned block) {
    const std::lock_guard lock(mutex_);
    pass(block);
  }
  // The first error counts: those of the blocks that it stops follow from it.
  void fail(const kernel_error& e) {
    const std::lock_guard lock(mutex_);
    if (!code_) code_ = e.code(), text_ = e.what();
    failed_ = true;
    turn_changed_.notify_all();
  }
  void report() const {
    if (code_) throw kernel_error(code_, text_);
  }

 private:
  void wait_turn(std::unique_lock<std::mutex>& lock, unsigned block) {
    turn_changed_.wait(lock, [&] { return failed_ || turn_ == block; });
  }
  void pass(unsigned block) {
    turn_ = block + 1;
    if (turn_ == blocks_ && arrived_ != 0) {
      turn_ = 0;
      if (arrived_ != blocks_) {
        failed_ = true;
        problem_ = "grid.sync() reached by " + std::to_string(arrived_) + " blocks of " +
                   std::to_string(blocks_) + ": the others have returned";
      }
      arrived_ = 0;
    }
    turn_changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable turn_changed_;
  const unsigned blocks_;
  unsigned turn_ = 0, arrived_ = 0;
  bool failed_ = false;
  std::string problem_ = "grid.sync(): another block has failed";
  int code_ = 0;
  std::string text_;
};

// Of the block that this OS thread runs.
thread_local meeting* joined = nullptr;
thread_local unsigned joined_as = 0;

uint3 index_of(unsigned block, const dim3& grid) {
  return {block % grid.x, block / grid.x % grid.y, block / (grid.x * grid.y)};
}

}  // namespace

void grid_barrier(site where) {
  const auto place = [&] { return std::string(" at ") + where.file + ":" + std::to_string(where.line); };
  const uint3 grid = current_thread->block->grid_dim;
  if (grid.x * grid.y * grid.z == 1) return;
  if (joined == nullptr)
    fail_thread(error_launch_failure, [&] {
      return "grid.sync() of more than one block: expected a cooperative launch (cooperative=True)" + place();
    });
  if (!joined->arrive(joined_as))
    fail_thread(error_launch_failure, [&] { return joined->problem() + place(); });
}

void run_cooperative(const grid_launch& launch) {
  check_configuration(launch);
  const unsigned blocks = launch.grid.x * launch.grid.y * launch.grid.z;
  if (blocks == 1) return run_grid(launch);
  meeting together(blocks);
  std::vector<std::thread> threads;
  for (unsigned block = 0; block < blocks; ++block) {
    threads.emplace_back([&together, &launch, block] {
      joined = &together;
      joined_as = block;
      const uint3 index = index_of(block, launch.grid);
      grid_launch mine = launch;
      mine.only_block = &index;
      if (!together.begin(block)) return;
      try {
        run_grid(mine);
        together.leave(block);
      } catch (const kernel_error& e) {
        together.fail(e);
      }
    });
  }
  for (std::thread& t : threads) t.join();
  together.report();
}

}  // namespace numloom::simt
