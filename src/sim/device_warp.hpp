// SPDX-License-Identifier: BSD-3-Clause
// Barriers and warp operations. Each is known by the line it stands on, which default arguments provide: a
// return address would not do, since the compiler may copy a call into both arms of an `if` around it.
#pragma once
#include <string.h>

#include <type_traits>

#include "engine.hpp"

namespace numloom::simt {

[[noreturn]] void assert_failed(const char* condition, const char* file, int line);

template <class T> T exchange(warp_op op, unsigned mask, T value, unsigned source_lane, site where) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= max_exchange_bytes,
                "a warp exchanges trivially copyable values of at most 16 bytes");
  T result;
  warp_exchange(op, mask, &value, &result, sizeof(T), source_lane, where);
  return result;
}

inline unsigned lane() { return current_thread->linear % warp_lanes; }

// Sub-warps of `width` lanes; a lane whose source lies outside its sub-warp reads itself.
template <class T> T shuffle(unsigned mask, T value, unsigned source, bool inside, site where) {
  return exchange(warp_op::shuffle, mask, value, inside ? source : lane(), where);
}

}  // namespace numloom::simt

inline void __syncthreads(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  numloom::simt::block_barrier(numloom::simt::barrier_kind::sync, 0, {"__syncthreads", file, line});
}

inline int __syncthreads_or(int predicate, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  return numloom::simt::block_barrier(numloom::simt::barrier_kind::any, predicate,
                                      {"__syncthreads_or", file, line});
}

inline int __syncthreads_and(int predicate, const char* file = __builtin_FILE(),
                             int line = __builtin_LINE()) {
  return numloom::simt::block_barrier(numloom::simt::barrier_kind::all, predicate,
                                      {"__syncthreads_and", file, line});
}

inline int __syncthreads_count(int predicate, const char* file = __builtin_FILE(),
                               int line = __builtin_LINE()) {
  return numloom::simt::block_barrier(numloom::simt::barrier_kind::count, predicate,
                                      {"__syncthreads_count", file, line});
}

inline void __syncwarp(unsigned mask = ~0u, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
  numloom::simt::exchange(numloom::simt::warp_op::sync, mask, 0u, 0, {"__syncwarp", file, line});
}

template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32, const char* file = __builtin_FILE(),
              int line = __builtin_LINE()) {
  const unsigned w = static_cast<unsigned>(width);
  const unsigned from = (numloom::simt::lane() & ~(w - 1)) + (static_cast<unsigned>(source) & (w - 1));
  return numloom::simt::shuffle(mask, value, from, true, {"__shfl_sync", file, line});
}

template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, const char* file = __builtin_FILE(),
                 int line = __builtin_LINE()) {
  const unsigned lane = numloom::simt::lane();
  const bool inside = (lane & (static_cast<unsigned>(width) - 1)) >= delta;
  return numloom::simt::shuffle(mask, value, lane - delta, inside, {"__shfl_up_sync", file, line});
}

template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32,
                   const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  const unsigned lane = numloom::simt::lane();
  const unsigned w = static_cast<unsigned>(width);
  const bool inside = delta < w && (lane & (w - 1)) + delta < w;
  return numloom::simt::shuffle(mask, value, lane + delta, inside, {"__shfl_down_sync", file, line});
}

template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = 32, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  const unsigned lane = numloom::simt::lane();
  const unsigned from = lane ^ static_cast<unsigned>(lane_mask);
  const unsigned next_group = (lane | (static_cast<unsigned>(width) - 1)) + 1;
  return numloom::simt::shuffle(mask, value, from, from < next_group, {"__shfl_xor_sync", file, line});
}

inline unsigned __ballot_sync(unsigned mask, int predicate, const char* file = __builtin_FILE(),
                              int line = __builtin_LINE()) {
  return numloom::simt::exchange(numloom::simt::warp_op::ballot, mask, static_cast<unsigned>(predicate), 0,
                                 {"__ballot_sync", file, line});
}

inline int __any_sync(unsigned mask, int predicate, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE()) {
  return __ballot_sync(mask, predicate, file, line) != 0;
}

inline int __all_sync(unsigned mask, int predicate, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE()) {
  return __ballot_sync(mask, predicate == 0, file, line) == 0;
}

template <class T>
unsigned __match_any_sync(unsigned mask, T value, const char* file = __builtin_FILE(),
                          int line = __builtin_LINE()) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8, "the hardware matches 4 and 8 bytes");
  T result = numloom::simt::exchange(numloom::simt::warp_op::match_any, mask, value, 0,
                                     {"__match_any_sync", file, line});
  unsigned lanes;
  memcpy(&lanes, &result, sizeof lanes);
  return lanes;
}

template <class T>
unsigned __match_all_sync(unsigned mask, T value, int* all, const char* file = __builtin_FILE(),
                          int line = __builtin_LINE()) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8, "the hardware matches 4 and 8 bytes");
  T result = numloom::simt::exchange(numloom::simt::warp_op::match_all, mask, value, 0,
                                     {"__match_all_sync", file, line});
  unsigned lanes;
  memcpy(&lanes, &result, sizeof lanes);
  *all = lanes != 0;
  return lanes;
}

template <class T>
requires(std::is_same_v<T, int> || std::is_same_v<T, unsigned>) T
    __reduce_add_sync(unsigned mask, T value, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE()) {
  return numloom::simt::exchange(numloom::simt::warp_op::reduce_add, mask, value, 0,
                                 {"__reduce_add_sync", file, line});
}

template <class T>
requires(std::is_same_v<T, int> || std::is_same_v<T, unsigned>) T
    __reduce_min_sync(unsigned mask, T value, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE()) {
  using numloom::simt::warp_op;
  constexpr warp_op op = std::is_signed_v<T> ? warp_op::reduce_min_i32 : warp_op::reduce_min_u32;
  return numloom::simt::exchange(op, mask, value, 0, {"__reduce_min_sync", file, line});
}

template <class T>
requires(std::is_same_v<T, int> || std::is_same_v<T, unsigned>) T
    __reduce_max_sync(unsigned mask, T value, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE()) {
  using numloom::simt::warp_op;
  constexpr warp_op op = std::is_signed_v<T> ? warp_op::reduce_max_i32 : warp_op::reduce_max_u32;
  return numloom::simt::exchange(op, mask, value, 0, {"__reduce_max_sync", file, line});
}

inline unsigned __reduce_and_sync(unsigned mask, unsigned value, const char* file = __builtin_FILE(),
                                  int line = __builtin_LINE()) {
  return numloom::simt::exchange(numloom::simt::warp_op::reduce_and, mask, value, 0,
                                 {"__reduce_and_sync", file, line});
}

inline unsigned __reduce_or_sync(unsigned mask, unsigned value, const char* file = __builtin_FILE(),
                                 int line = __builtin_LINE()) {
  return numloom::simt::exchange(numloom::simt::warp_op::reduce_or, mask, value, 0,
                                 {"__reduce_or_sync", file, line});
}

inline unsigned __reduce_xor_sync(unsigned mask, unsigned value, const char* file = __builtin_FILE(),
                                  int line = __builtin_LINE()) {
  return numloom::simt::exchange(numloom::simt::warp_op::reduce_xor, mask, value, 0,
                                 {"__reduce_xor_sync", file, line});
}

// The lanes of the warp that have not returned. Hardware gives the lanes that happen to be together, so a
// mask made with it inside a branch is a bug here as there; here it is reported as a deadlock.
inline unsigned __activemask() { return numloom::simt::active_mask(); }
