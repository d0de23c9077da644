// SPDX-License-Identifier: BSD-3-Clause
// What the library and a kernel compiled from a string by the host's compiler tell each other. The kernel is
// a shared object without a reference to the library: it is handed the simulator as a table of functions,
// and gives a row for each of its kernels.
#pragma once
#include "engine.hpp"

namespace numloom::simt {

struct engine_table {
  long current_thread_offset;  // of the thread-local variable, from the thread pointer
  int (*block_barrier)(barrier_kind, int, site);
  void (*warp_exchange)(warp_op, unsigned, const void*, void*, unsigned, unsigned, site);
  unsigned (*active_mask)();
  void (*grid_barrier)(site);
  void* (*shared_variable)(const void*, size_t, const char*, const char*, int);
  void* (*dynamic_shared)();
  void (*give_way_if_spinning)();
  void (*give_way)();
  void (*memory_fence)();
  void (*trap)(const char*, const char*, int);
  void (*assert_failed)(const char*, const char*, int);
  void (*checked_access)(const void* address, size_t bytes, int kind, const void* code);
  void (*undefined_behaviour)(const char* what, const char* file, int line);
};

// What no text says of a parameter. A pointee of 0 bytes is void or incomplete.
struct parameter_row {
  unsigned bytes;
  unsigned alignment;
  unsigned pointee_bytes;
  unsigned pointee_alignment;
};

struct kernel_row {
  const char* type;  // mangled: "PFvPfPKffiE"
  const void* address;
  void (*invoke)(const void* closure);  // closure: the addresses of the arguments
  const parameter_row* parameters;
  unsigned parameter_count;
};

// A field of a structure that kernels take.
struct field_row {
  const char* structure;
  const char* name;
  size_t offset;
  size_t bytes;
  unsigned long kind;  // layout.hpp
};

// The two functions that the shared object exports for us.
using fields_function = const field_row* (*)(unsigned* count);
using attach_function = const kernel_row* (*)(const engine_table*, unsigned* count);

}  // namespace numloom::simt
