// SPDX-License-Identifier: BSD-3-Clause
// For kernels with debug=True or check=True. The compiler's instrumentation for sanitizers calls these
// functions; instead of a sanitizer's runtime, which would have to be loaded before the program starts, the
// library itself looks at each access (src/kernel/access_check.cpp) and at each undefined operation.
#pragma once
#include "engine_link.hpp"

#define NL_UNCHECKED __attribute__((no_sanitize("thread"), no_sanitize("undefined"), noinline))

namespace numloom::simt::checked {

enum kind : int { read, write, atomic };

NL_UNCHECKED inline void access(const volatile void* address, size_t bytes, kind k, const void* code) {
  if (engine.checked_access == nullptr) return;  // the module is being set up
  engine.checked_access(const_cast<const void*>(address), bytes, k, code);
}

// ---- what is behind undefined behaviour's reports ----
struct place {
  const char* file;
  unsigned line, column;
};
struct type_description {
  unsigned short kind, info;
  char name[1];
};
struct bounds_data {
  place where;
  const type_description* array;
  const type_description* index;
};

NL_UNCHECKED inline void report(const char* what, const void* data) {
  const place* where = static_cast<const place*>(data);
  engine.undefined_behaviour(what, where->file, static_cast<int>(where->line));
}

NL_UNCHECKED inline void report_bounds(const bounds_data* data, unsigned long index) {
  static char text[200];
  snprintf(text, sizeof text, "index %ld out of bounds for %s", static_cast<long>(index), data->array->name);
  report(text, data);
}

// One OS thread runs all threads of a kernel, so plain memory operations are atomic.
template <class T> NL_UNCHECKED T load(const volatile T* p, const void* code) {
  access(p, sizeof(T), atomic, code);
  return *p;
}
template <class T> NL_UNCHECKED T store(volatile T* p, T value, const void* code) {
  access(p, sizeof(T), atomic, code);
  const T old = *p;
  *p = value;
  return old;
}
template <class T> NL_UNCHECKED T add(volatile T* p, T value, const void* code) {
  return store(p, static_cast<T>(*p + value), code);
}
template <class T> NL_UNCHECKED T replace(volatile T* p, T expected, T value, const void* code) {
  access(p, sizeof(T), atomic, code);
  const T old = *p;
  if (old == expected) *p = value;
  return old;
}
template <class T> NL_UNCHECKED int replaced(volatile T* p, T* expected, T value, const void* code) {
  const T old = replace(p, *expected, value, code);
  const bool done = old == *expected;
  *expected = old;
  return done;
}

}  // namespace numloom::simt::checked
namespace nl_checked = numloom::simt::checked;

extern "C" {
void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
NL_UNCHECKED void __tsan_vptr_update(void**, void*) {}
NL_UNCHECKED void __tsan_read_range(const void* p, unsigned long n) {
  nl_checked::access(p, n, nl_checked::read, __builtin_return_address(0));
}
NL_UNCHECKED void __tsan_write_range(void* p, unsigned long n) {
  nl_checked::access(p, n, nl_checked::write, __builtin_return_address(0));
}

#define NL_CODE __builtin_return_address(0)
#define NL_ACCESS(name, n, kind) \
  NL_UNCHECKED void __tsan_##name(void* p) { nl_checked::access(p, n, nl_checked::kind, NL_CODE); }
#define NL_WORDS(name, kind) NL_ACCESS(name##2, 2, kind) NL_ACCESS(name##4, 4, kind)
#define NL_LONGS(name, kind) NL_ACCESS(name##8, 8, kind) NL_ACCESS(name##16, 16, kind)
#define NL_ACCESSES(name, kind) NL_WORDS(name, kind) NL_LONGS(name, kind)
NL_ACCESS(read1, 1, read)
NL_ACCESS(write1, 1, write)
NL_ACCESSES(read, read)
NL_ACCESSES(write, write)
NL_ACCESSES(unaligned_read, read)
NL_ACCESSES(unaligned_write, write)
NL_ACCESS(volatile_read1, 1, read)
NL_ACCESS(volatile_write1, 1, write)
NL_ACCESSES(volatile_read, read)
NL_ACCESSES(volatile_write, write)
#undef NL_ACCESSES
#undef NL_LONGS
#undef NL_WORDS
#undef NL_ACCESS

#define NL_NAME(n, name) __tsan_atomic##n##_##name
#define NL_LOAD(n, T) \
  NL_UNCHECKED T NL_NAME(n, load)(const volatile T* p, int) { return nl_checked::load(p, NL_CODE); }
#define NL_STORE(n, T) \
  NL_UNCHECKED void NL_NAME(n, store)(volatile T * p, T v, int) { nl_checked::store(p, v, NL_CODE); }
#define NL_SWAP(n, T) \
  NL_UNCHECKED T NL_NAME(n, exchange)(volatile T * p, T v, int) { return nl_checked::store(p, v, NL_CODE); }
#define NL_ADD(n, T) \
  NL_UNCHECKED T NL_NAME(n, fetch_add)(volatile T * p, T v, int) { return nl_checked::add(p, v, NL_CODE); }
#define NL_VALUE(n, T)                                                                  \
  NL_UNCHECKED T NL_NAME(n, compare_exchange_val)(volatile T * p, T e, T v, int, int) { \
    return nl_checked::replace(p, e, v, NL_CODE);                                       \
  }
#define NL_CAS(n, T, name)                                                  \
  NL_UNCHECKED int NL_NAME(n, name)(volatile T * p, T * e, T v, int, int) { \
    return nl_checked::replaced(p, e, v, NL_CODE);                          \
  }
#define NL_CHANGES(n, T) NL_SWAP(n, T) NL_ADD(n, T) NL_VALUE(n, T)
#define NL_CASES(n, T) NL_CAS(n, T, compare_exchange_strong) NL_CAS(n, T, compare_exchange_weak)
#define NL_ATOMICS(n, T) NL_LOAD(n, T) NL_STORE(n, T) NL_CHANGES(n, T) NL_CASES(n, T)
NL_ATOMICS(8, unsigned char)
NL_ATOMICS(16, unsigned short)
NL_ATOMICS(32, unsigned)
NL_ATOMICS(64, unsigned long)
#undef NL_ATOMICS
#undef NL_CASES
#undef NL_CHANGES
#undef NL_CAS
#undef NL_VALUE
#undef NL_ADD
#undef NL_SWAP
#undef NL_STORE
#undef NL_LOAD
#undef NL_NAME
#undef NL_CODE

#define NL_REPORT(name, text) \
  NL_UNCHECKED void __ubsan_handle_##name(void* data, long, long) { nl_checked::report(text, data); }
NL_REPORT(add_overflow, "signed integer overflow in an addition")
NL_REPORT(sub_overflow, "signed integer overflow in a subtraction")
NL_REPORT(mul_overflow, "signed integer overflow in a multiplication")
NL_REPORT(negate_overflow, "signed integer overflow in a negation")
NL_REPORT(divrem_overflow, "integer division by zero or overflow")
NL_REPORT(shift_out_of_bounds, "shift by a negative count, or by all bits or more")
NL_REPORT(builtin_unreachable, "a place that must not be reached")
NL_REPORT(missing_return, "a function that returns a value ended without one")
NL_REPORT(load_invalid_value, "a value that a bool or enumeration cannot have")
NL_REPORT(vla_bound_not_positive, "an array of no elements")
#undef NL_REPORT
NL_UNCHECKED void __ubsan_handle_out_of_bounds(void* data, unsigned long index) {
  nl_checked::report_bounds(static_cast<const nl_checked::bounds_data*>(data), index);
}
}
#undef NL_UNCHECKED
