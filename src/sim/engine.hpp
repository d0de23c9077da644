// SPDX-License-Identifier: BSD-3-Clause
// What a kernel sees of the simulator: the thread that runs, and what device functions call. simt.hpp
// describes the model, run_grid.hpp is the host's side.
#pragma once
#include <stddef.h>

struct uint3 {
  unsigned x, y, z;
};

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
  constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
  constexpr operator uint3() const { return {x, y, z}; }
};

namespace numloom::simt {

class fiber;
class scheduler;

constexpr unsigned warp_lanes = 32;
constexpr unsigned max_block_threads = 1024;
constexpr size_t default_shared_bytes = 48 * 1024;
constexpr size_t opt_in_shared_bytes = 227 * 1024;  // compute capability 9.0
constexpr size_t max_exchange_bytes = 16;

// Where in the kernel's source a thread waits.
struct site {
  const char* what = "";  // "__syncthreads"
  const char* file = "";
  int line = 0;
};

enum class barrier_kind : unsigned char { sync, any, all, count };
enum class warp_op : unsigned char {
  sync,
  shuffle,
  ballot,
  match_any,
  match_all,
  reduce_add,
  reduce_min_i32,
  reduce_min_u32,
  reduce_max_i32,
  reduce_max_u32,
  reduce_and,
  reduce_or,
  reduce_xor,
};
enum class thread_state : unsigned char { unstarted, running, ready, at_barrier, at_warp_op, exited };

// What all threads of the running block share and kernels read.
struct block_record {
  uint3 index{};
  uint3 block_dim{};
  uint3 grid_dim{};
  scheduler* owner = nullptr;
};

// One CUDA thread of the running block. Kernels read index, linear and block; the rest is the scheduler's.
struct thread_record {
  uint3 index{};
  unsigned linear = 0;
  const block_record* block = nullptr;

  fiber* home = nullptr;
  thread_state state = thread_state::unstarted;
  site where;

  barrier_kind barrier = barrier_kind::sync;
  int barrier_value = 0;  // the predicate going in, the result coming out

  warp_op op = warp_op::sync;
  unsigned mask = 0;
  unsigned source_lane = 0;
  unsigned value_bytes = 0;
  unsigned attempts = 0;  // atomics and fences since the thread last gave way
  alignas(16) unsigned char value[max_exchange_bytes] = {};
  alignas(16) unsigned char result[max_exchange_bytes] = {};
  [[maybe_unused]] char* tsan_group = nullptr;
};

// The thread whose code runs now; null in host code. A kernel compiled from a string is a library of its own
// and finds it through kernels/prelude/engine_link.hpp.
#if !defined(NUMLOOM_KERNEL_STRING)
[[gnu::tls_model(NL_TLS_MODEL)]] extern constinit thread_local thread_record* current_thread;
#else
struct current_thread_reader {
  thread_record* operator->() const;
};
constexpr current_thread_reader current_thread{};
#endif

int block_barrier(barrier_kind kind, int predicate, site where);
// `value` and `result` have `bytes` (at most 16) bytes. Votes, matches and reductions give a 4-byte word.
void warp_exchange(warp_op op, unsigned mask, const void* value, void* result, unsigned bytes,
                   unsigned source_lane, site where);
unsigned active_mask();
// The block's copy of the variable that `key` stands for; made, filled with 0xCB, on first use.
void* shared_variable(const void* key, size_t bytes, const char* name, const char* file, int line);
void* dynamic_shared();
// Called by atomics and fences: lets others run when a thread has done so many that it may be waiting for
// them.
void give_way_if_spinning();
void give_way();
void memory_fence();
[[noreturn]] void trap(const char* what, const char* file, int line);

}  // namespace numloom::simt
