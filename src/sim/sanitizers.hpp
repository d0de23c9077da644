// SPDX-License-Identifier: BSD-3-Clause
// The sanitizers' annotations in one place: switching stacks, poisoning memory, ordering fibres. All of them
// are empty in a plain build.
#pragma once
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define NUMLOOM_SIM_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NUMLOOM_SIM_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define NUMLOOM_SIM_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define NUMLOOM_SIM_TSAN 1
#endif
#endif
#if !defined(NUMLOOM_SIM_ASAN)
#define NUMLOOM_SIM_ASAN 0
#endif
#if !defined(NUMLOOM_SIM_TSAN)
#define NUMLOOM_SIM_TSAN 0
#endif

#if NUMLOOM_SIM_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if NUMLOOM_SIM_TSAN
extern "C" {
void* __tsan_get_current_fiber();
void* __tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void* fiber);
void __tsan_switch_to_fiber(void* fiber, unsigned flags);
void __tsan_set_fiber_name(void* fiber, const char* name);
void __tsan_acquire(void* address);
void __tsan_release(void* address);
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
void __sanitizer_set_death_callback(void (*callback)());
}
// A function that is on the stack while fibres change must not record its entry and exit with
// ThreadSanitizer, which keeps one call stack per fibre.
#define NUMLOOM_SIM_SWITCHES __attribute__((noinline, no_sanitize_thread))
#else
#define NUMLOOM_SIM_SWITCHES __attribute__((noinline))
#endif

namespace numloom::simt::sanitizer {

inline void poison([[maybe_unused]] const void* address, [[maybe_unused]] size_t bytes) {
#if NUMLOOM_SIM_ASAN
  __asan_poison_memory_region(address, bytes);
#endif
}

inline void unpoison([[maybe_unused]] const void* address, [[maybe_unused]] size_t bytes) {
#if NUMLOOM_SIM_ASAN
  __asan_unpoison_memory_region(address, bytes);
#endif
}

// Happens-before edges: what a fibre did before release(x) is ordered before what follows another's
// acquire(x).
inline void release([[maybe_unused]] void* address) {
#if NUMLOOM_SIM_TSAN
  __tsan_release(address);
#endif
}

inline void acquire([[maybe_unused]] void* address) {
#if NUMLOOM_SIM_TSAN
  __tsan_acquire(address);
#endif
}

// In between, ThreadSanitizer does not record the accesses of the current fibre. Everything that writes the
// scheduler's own state runs so, hence only the kernel's accesses can race.
inline void begin_ignoring() {
#if NUMLOOM_SIM_TSAN
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
#endif
}

inline void end_ignoring() {
#if NUMLOOM_SIM_TSAN
  AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
#endif
}

class ignore_accesses {
 public:
  ignore_accesses() { begin_ignoring(); }
  ~ignore_accesses() { end_ignoring(); }
  ignore_accesses(const ignore_accesses&) = delete;
  ignore_accesses& operator=(const ignore_accesses&) = delete;
};

}  // namespace numloom::simt::sanitizer
