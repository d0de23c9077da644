// SPDX-License-Identifier: BSD-3-Clause
#include "faults.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <mutex>

#include "run_grid.hpp"
#include "scheduler.hpp"

namespace numloom::simt::faults {
namespace {

using describe_function = void (*)(const void* address, char* text, size_t size);
std::atomic<const char*> device_begin = nullptr;
std::atomic<size_t> device_bytes = 0;
std::atomic<describe_function> describe_device = nullptr;

bool in_device_range(const void* address) {
  const char* p = static_cast<const char*>(address);
  const char* begin = device_begin;
  return begin != nullptr && p >= begin && p < begin + device_bytes;
}

void describe(const void* address, char* text, size_t size) {
  const describe_function function = describe_device;
  std::snprintf(text, size, "%p", address);
  if (in_device_range(address) && function != nullptr) function(address, text, size);
}

// Before the process dies of an access: whose it was.
void explain(const void* address) {
  char text[320];
  describe(address, text, sizeof text);
  if (current_thread != nullptr) {
    std::fprintf(stderr, "numloom simulator: in %s, address %s\n", running_thread().c_str(), text);
  } else if (in_device_range(address)) {
    std::fprintf(stderr, "numloom simulator: host code touched device memory at %s\n", text);
  }
}

constexpr bool sanitized = NUMLOOM_SIM_ASAN || NUMLOOM_SIM_TSAN;

#if NUMLOOM_SIM_ASAN
void after_report(const char*) {
  if (__asan_get_report_address() != nullptr) explain(__asan_get_report_address());
}
#elif NUMLOOM_SIM_TSAN
void before_death() { explain(nullptr); }
#endif

constexpr std::array watched = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
std::array<struct sigaction, 64> previous_actions;

// Sends a fault that is not ours to whoever was there before.
void pass_on(int number, siginfo_t* info, void* context) {
  const struct sigaction& previous = previous_actions[static_cast<size_t>(number)];
  if ((previous.sa_flags & SA_SIGINFO) != 0 && previous.sa_sigaction != nullptr) {
    previous.sa_sigaction(number, info, context);
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(number);
  } else {
    sigaction(number, &previous, nullptr);  // the instruction runs again and the process dies as it should
  }
}

// A kernel's fault is synchronous and the kernel will not continue, so leaving the handler by a change of
// stack is as safe as siglongjmp (SA_NODEFER: no signal stays blocked).
void on_fault(int number, siginfo_t* info, void* context) {
  // A sanitizer's own handler knows more; it comes next.
  if (current_thread == nullptr || sanitized) {
    explain(info->si_addr);
    return pass_on(number, info, context);
  }
  scheduler& owner = *current_thread->block->owner;
  owner.fail(number == SIGSEGV || number == SIGBUS ? error_illegal_address : error_launch_failure,
             [&]() -> std::string {
               if (number == SIGFPE)
                 return "integer division by zero or overflow (a GPU gives an unspecified value)";
               if (number == SIGILL) return "illegal instruction";
               if (owner.stack_overflowed(info->si_addr)) return "stack overflow";
               char text[320];
               describe(info->si_addr, text, sizeof text);
               return std::string("illegal memory access at ") + text;
             });
}

void install() {
#if NUMLOOM_SIM_ASAN
  __asan_set_error_report_callback(&after_report);
#elif NUMLOOM_SIM_TSAN
  __sanitizer_set_death_callback(&before_death);
  return;  // TSan takes exception to what our handler does
#endif
  for (const int number : watched) {
    struct sigaction action {};
    action.sa_sigaction = &on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, &previous_actions[static_cast<size_t>(number)]);
  }
}

// A fibre whose stack is full cannot take a signal on it.
class signal_stack {
 public:
  signal_stack() {
    stack_t present{};
    if (sigaltstack(nullptr, &present) != 0 || (present.ss_flags & SS_DISABLE) == 0) return;
    memory_ = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) return;
    stack_t mine{};
    mine.ss_sp = memory_;
    mine.ss_size = bytes;
    sigaltstack(&mine, nullptr);
  }
  ~signal_stack() {
    if (memory_ == MAP_FAILED) return;
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
    munmap(memory_, bytes);
  }
  signal_stack(const signal_stack&) = delete;
  signal_stack& operator=(const signal_stack&) = delete;

 private:
  static constexpr size_t bytes = 64 * 1024;
  void* memory_ = MAP_FAILED;
};

}  // namespace

void watch_this_os_thread() {
  static std::once_flag once;
  std::call_once(once, install);
  thread_local const signal_stack stack;
}

void set_device_range(const void* begin, size_t bytes,
                      void (*describe)(const void* address, char* text, size_t size)) {
  device_bytes = bytes;
  describe_device = describe;
  device_begin = static_cast<const char*>(begin);
}

}  // namespace numloom::simt::faults

#if NUMLOOM_SIM_ASAN
// UndefinedBehaviorSanitizer calls this after each of its reports.
extern "C" __attribute__((visibility("default"))) void __ubsan_on_report() {
  const std::string thread = numloom::simt::running_thread();
  if (!thread.empty()) std::fprintf(stderr, "numloom simulator: in %s\n", thread.c_str());
}
#endif
