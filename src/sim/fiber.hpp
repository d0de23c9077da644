// SPDX-License-Identifier: BSD-3-Clause
// A fibre: a stack of its own and a place to continue. Switching is a dozen instructions on x86-64 and
// ucontext elsewhere. A fibre never moves to another OS thread.
#pragma once
#include <stddef.h>

#include "sanitizers.hpp"

#if !defined(__x86_64__) && !defined(NUMLOOM_SIM_UCONTEXT)
#define NUMLOOM_SIM_UCONTEXT 1
#endif
#if defined(NUMLOOM_SIM_UCONTEXT)
#include <ucontext.h>
#endif

namespace numloom::simt {

// Address space, not memory: a page is used only when a kernel reaches it. Unoptimised and sanitized code has
// frames of many kilobytes.
constexpr size_t usual_stack_bytes = 256 * 1024;
// What an OS thread has, for code that was written for one.
constexpr size_t deep_stack_bytes = 8 * 1024 * 1024;

class fiber {
 public:
  // The OS thread's own context: something to switch back to.
  fiber();
  // A fibre with a stack. Equal stacks would put every fibre's hot lines into the same cache sets, so
  // `colour` (any small number) shifts where the stack begins.
  explicit fiber(unsigned colour, size_t stack_bytes = usual_stack_bytes);
  ~fiber();
  fiber(const fiber&) = delete;
  fiber& operator=(const fiber&) = delete;

  // The next switch to this fibre calls `entry`, which must not return. Forgets whatever it was doing before.
  void arm(void (*entry)());
  // True when the address lies in the guard below the stack: it overflowed.
  bool in_guard(const void* address) const;
  bool in_stack(const char* address) const {
    const char* bottom = static_cast<const char*>(stack_bottom_);
    return address >= bottom && address < bottom + stack_bytes_;
  }

#if NUMLOOM_SIM_TSAN
  void* tsan =
      nullptr;  // ThreadSanitizer's name for what runs here; the scheduler sets it before the first switch
#endif

 private:
  friend void switch_fiber(fiber& from, fiber& to, bool from_ends);
  friend void fiber_started();

#if defined(NUMLOOM_SIM_UCONTEXT)
  ucontext_t context_;
#else
  void* stack_pointer_ = nullptr;
#endif
  char* mapping_ = nullptr;  // guard, then the stack; null for an OS thread's own context
  const void* stack_bottom_ = nullptr;
  size_t stack_bytes_ = 0;
  size_t colour_bytes_ = 0;
  [[maybe_unused]] void* asan_fake_stack_ = nullptr;
};

// Leaves `from` (the running fibre) for `to`; returns when somebody switches back. With `from_ends` nobody
// will.
void switch_fiber(fiber& from, fiber& to, bool from_ends = false);
// The first thing an entry function calls.
void fiber_started();

}  // namespace numloom::simt
