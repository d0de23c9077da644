// SPDX-License-Identifier: BSD-3-Clause
#include "fiber.hpp"

#include <stdint.h>
#include <sys/mman.h>

#include <new>

#if !defined(NUMLOOM_SIM_UCONTEXT)
// Saves what the ABI asks a callee to keep and changes stacks. The floating-point control words are left
// alone: all fibres of an OS thread share them, as they share its exception flags.
extern "C" void numloom_simt_switch_stack(void** save, void* to);
asm(R"(
.text
.hidden numloom_simt_switch_stack
.globl numloom_simt_switch_stack
.type numloom_simt_switch_stack,@function
numloom_simt_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size numloom_simt_switch_stack,.-numloom_simt_switch_stack
)");
#endif

namespace numloom::simt {
namespace {

// Below the stack, and wider than most frames, so that an overflow does not step over it.
constexpr size_t guard_bytes = 64 * 1024;

// Who left last, so that the fibre that continues can tell ASan about it.
thread_local fiber* previous = nullptr;

}  // namespace

fiber::fiber() = default;

fiber::fiber(unsigned colour, size_t stack_bytes)
    : stack_bytes_(stack_bytes), colour_bytes_(size_t{colour % 61} * 64) {
  void* mapping = mmap(nullptr, guard_bytes + stack_bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (mapping == MAP_FAILED) throw std::bad_alloc();
  mapping_ = static_cast<char*>(mapping);
  mprotect(mapping_, guard_bytes, PROT_NONE);
  stack_bottom_ = mapping_ + guard_bytes;
}

fiber::~fiber() {
  if (mapping_ == nullptr) return;
  sanitizer::unpoison(stack_bottom_, stack_bytes_);
  munmap(mapping_, guard_bytes + stack_bytes_);
}

bool fiber::in_guard(const void* address) const {
  const char* p = static_cast<const char*>(address);
  return mapping_ != nullptr && p >= mapping_ && p < mapping_ + guard_bytes;
}

void fiber::arm(void (*entry)()) {
#if NUMLOOM_SIM_ASAN
  // Frames that a failed kernel abandoned are still marked.
  sanitizer::unpoison(stack_bottom_, stack_bytes_);
  asan_fake_stack_ = nullptr;
#elif NUMLOOM_SIM_TSAN
  // New memory in ThreadSanitizer's eyes: the thread that had this stack before is no party to a race.
  mmap(mapping_ + guard_bytes, stack_bytes_, PROT_READ | PROT_WRITE,
       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
#endif
#if defined(NUMLOOM_SIM_UCONTEXT)
  getcontext(&context_);
  context_.uc_stack.ss_sp = mapping_ + guard_bytes;
  context_.uc_stack.ss_size = stack_bytes_ - colour_bytes_;
  context_.uc_link = nullptr;
  makecontext(&context_, entry, 0);
#else
  const uintptr_t top = reinterpret_cast<uintptr_t>(mapping_) + guard_bytes + stack_bytes_ - colour_bytes_;
  void** slot = reinterpret_cast<void**>(top & ~uintptr_t{15});
  *--slot = nullptr;  // the entry's return address: unwinders stop here
  *--slot = reinterpret_cast<void*>(entry);
  for (int saved_register = 0; saved_register < 6; ++saved_register) *--slot = nullptr;
  stack_pointer_ = slot;
#endif
}

NUMLOOM_SIM_SWITCHES void fiber_started() {
#if NUMLOOM_SIM_ASAN
  __sanitizer_finish_switch_fiber(nullptr, &previous->stack_bottom_, &previous->stack_bytes_);
#endif
}

NUMLOOM_SIM_SWITCHES void switch_fiber(fiber& from, fiber& to, [[maybe_unused]] bool from_ends) {
  previous = &from;
#if NUMLOOM_SIM_ASAN
  __sanitizer_start_switch_fiber(from_ends ? nullptr : &from.asan_fake_stack_, to.stack_bottom_,
                                 to.stack_bytes_);
#endif
#if NUMLOOM_SIM_TSAN
  constexpr unsigned no_synchronisation = 1;
  __tsan_switch_to_fiber(to.tsan, no_synchronisation);
#endif
#if defined(NUMLOOM_SIM_UCONTEXT)
  swapcontext(&from.context_, &to.context_);
#else
  numloom_simt_switch_stack(&from.stack_pointer_, to.stack_pointer_);
#endif
#if NUMLOOM_SIM_ASAN
  __sanitizer_finish_switch_fiber(from.asan_fake_stack_, &previous->stack_bottom_, &previous->stack_bytes_);
#endif
}

}  // namespace numloom::simt
