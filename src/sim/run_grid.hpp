// SPDX-License-Identifier: BSD-3-Clause
// The host's side of the simulator: run one grid to its end on the calling OS thread.
#pragma once
#include <stdexcept>
#include <string>

#include "engine.hpp"

namespace numloom::simt {

// A launch that the hardware would refuse, or a grid that broke a rule. The codes are the CUDA runtime's.
class kernel_error : public std::runtime_error {
 public:
  kernel_error(int code, const std::string& text) : std::runtime_error(text), code_(code) {}
  int code() const { return code_; }

 private:
  int code_;
};

constexpr int error_invalid_value = 1;
constexpr int error_invalid_configuration = 9;
constexpr int error_invalid_device_function = 98;
constexpr int error_illegal_address = 700;
constexpr int error_assert = 710;
constexpr int error_launch_failure = 719;

struct grid_launch {
  const void* kernel = nullptr;  // its address, for its name
  void (*invoke)(const void* closure) = nullptr;
  const void* closure = nullptr;
  dim3 grid;
  dim3 block;
  size_t dynamic_bytes = 0;
  bool opt_in = false;  // the kernel may use 227 KiB of shared memory instead of 48
  const char* file = "";
  int line = 0;
  const uint3* only_block = nullptr;  // of the grid, just this one
};

// Throws kernel_error when grid, block or shared memory are beyond what CUDA allows.
void check_configuration(const grid_launch& launch);

// Runs every thread of every block, blocks in launch order. Throws kernel_error at the first broken rule.
void run_grid(const grid_launch& launch);

// "[name] block (0,0,0) thread (3,0,0)" of the running thread; empty in host code. For reports.
std::string running_thread();

// Told of what orders the threads of the running grid, for a check of their accesses (src/kernel).
class execution_observer {
 public:
  virtual ~execution_observer() = default;
  virtual void block_began() = 0;
  virtual void block_met() = 0;                                     // all threads at a barrier
  virtual void lanes_met(unsigned first_lane, unsigned group) = 0;  // threads first_lane + k, k in group
  virtual void fenced() = 0;                                        // the running thread
};
// For grids that this OS thread runs; null for none.
void set_observer(execution_observer* observer);
// May the running thread touch these bytes as its own, or the block's shared memory? (Its stack, the
// simulator's records.)
bool is_own_memory(const void* address, size_t bytes);
bool is_shared_memory(const void* address, size_t bytes);
std::string near_shared_memory(const void* address);
// Ends the running grid with an error that names the running thread. Its stack is abandoned, not unwound:
// `text` is a function, so that no string is left behind there.
[[noreturn]] void fail_thread(int code, std::string (*text)(const void*), const void* captured);
template <class Text> [[noreturn]] void fail_thread(int code, const Text& text) {
  fail_thread(
      code, [](const void* t) -> std::string { return (*static_cast<const Text*>(t))(); }, &text);
}

// NUMLOOM_SIM_SEED: 0 runs threads and streams in their natural order, any other number in an order of its
// own.
unsigned long seed();
// For tests: as if the variable had this value.
void set_seed(unsigned long value);

}  // namespace numloom::simt
