// SPDX-License-Identifier: BSD-3-Clause
// CUDA's atomics, for exactly the types that nvcc takes (so `unsigned long` is refused here too). They are
// relaxed, as CUDA's are: to publish data with one, put __threadfence() between the data and the flag, on
// both sides.
#pragma once
#include <type_traits>

#include "engine.hpp"

namespace numloom::simt {

template <class T, class... Types> constexpr bool one_of = (std::is_same_v<T, Types> || ...);

using ullong = unsigned long long;

// What a volatile read is on a GPU: whole, and no race with atomics.
template <class T> T load_volatile(const T* address) {
  T value;
  __atomic_load(address, &value, __ATOMIC_RELAXED);
  return value;
}

// The value changes from `old` to `next(old)`; returns `old`.
template <class T, class Next> T atomic_update(T* address, Next next) {
  give_way_if_spinning();
  T old;
  __atomic_load(address, &old, __ATOMIC_RELAXED);
  T desired = next(old);
  while (!__atomic_compare_exchange(address, &old, &desired, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    desired = next(old);
  }
  return old;
}

}  // namespace numloom::simt

template <class T>
requires(numloom::simt::one_of<T, int, unsigned, numloom::simt::ullong, float, double>) T
    atomicAdd(T* address, std::type_identity_t<T> value) {
  return numloom::simt::atomic_update(address, [value](T old) {
    if constexpr (std::is_same_v<T, int>) {
      return static_cast<int>(static_cast<unsigned>(old) +
                              static_cast<unsigned>(value));  // wraps, as hardware does
    } else {
      return static_cast<T>(old + value);
    }
  });
}

template <class T>
requires(numloom::simt::one_of<T, int, unsigned>) T atomicSub(T* address, std::type_identity_t<T> value) {
  return numloom::simt::atomic_update(address, [value](T old) {
    return static_cast<T>(static_cast<unsigned>(old) - static_cast<unsigned>(value));
  });
}

template <class T>
requires(numloom::simt::one_of<T, int, unsigned, long long, numloom::simt::ullong>) T
    atomicMin(T* address, std::type_identity_t<T> value) {
  return numloom::simt::atomic_update(address, [value](T old) { return value < old ? value : old; });
}

template <class T>
requires(numloom::simt::one_of<T, int, unsigned, long long, numloom::simt::ullong>) T
    atomicMax(T* address, std::type_identity_t<T> value) {
  return numloom::simt::atomic_update(address, [value](T old) { return value > old ? value : old; });
}

template <class T>
requires(numloom::simt::one_of<T, int, unsigned, numloom::simt::ullong>) T
    atomicAnd(T* address, std::type_identity_t<T> value) {
  return numloom::simt::atomic_update(address, [value](T old) { return old & value; });
}

template <class T>
requires(numloom::simt::one_of<T, int, unsigned, numloom::simt::ullong>) T
    atomicOr(T* address, std::type_identity_t<T> value) {
  return numloom::simt::atomic_update(address, [value](T old) { return old | value; });
}

template <class T>
requires(numloom::simt::one_of<T, int, unsigned, numloom::simt::ullong>) T
    atomicXor(T* address, std::type_identity_t<T> value) {
  return numloom::simt::atomic_update(address, [value](T old) { return old ^ value; });
}

template <class T>
requires(numloom::simt::one_of<T, int, unsigned, numloom::simt::ullong, float>) T
    atomicExch(T* address, std::type_identity_t<T> value) {
  return numloom::simt::atomic_update(address, [value](T) { return value; });
}

template <class T>
requires(numloom::simt::one_of<T, int, unsigned, unsigned short, numloom::simt::ullong>) T
    atomicCAS(T* address, std::type_identity_t<T> expected, std::type_identity_t<T> value) {
  numloom::simt::give_way_if_spinning();
  T old = expected;
  __atomic_compare_exchange(address, &old, &value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
  return old;
}

inline unsigned atomicInc(unsigned* address, unsigned limit) {
  return numloom::simt::atomic_update(address, [limit](unsigned old) { return old >= limit ? 0 : old + 1; });
}

inline unsigned atomicDec(unsigned* address, unsigned limit) {
  return numloom::simt::atomic_update(
      address, [limit](unsigned old) { return old == 0 || old > limit ? limit : old - 1; });
}

inline void __threadfence() { numloom::simt::memory_fence(); }
inline void __threadfence_block() { numloom::simt::memory_fence(); }
inline void __threadfence_system() { numloom::simt::memory_fence(); }
