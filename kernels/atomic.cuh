// SPDX-License-Identifier: BSD-3-Clause
// Atomic updates of elements of any dtype. Sums of 32- and 64-bit numbers are one instruction; everything
// else is a compare-and-swap loop on the word that holds the element. Floating-point sums come out in no
// fixed order.
#pragma once
#include "functors/arithmetic.hpp"
#include "types.hpp"

namespace numloom::NL_TARGET {

using atomic_u64 = unsigned long long;

template <class F, class Word, class T> __device__ __forceinline__ void swap_until_done(T* address, T value) {
  Word* word = reinterpret_cast<Word*>(address);
  Word seen = load_volatile(word);
  for (;;) {
    const Word wanted = bit_cast<Word>(F{}(bit_cast<T>(seen), value));
    const Word before = atomicCAS(word, seen, wanted);
    if (before == seen) return;
    seen = before;
  }
}

// Elements of one or two bytes share a word with others.
template <class F, class T> __device__ __forceinline__ void swap_within_word(T* address, T value) {
  using Bits = unsigned_of<T>;
  const u64 at = reinterpret_cast<u64>(address);
  u32* word = reinterpret_cast<u32*>(at & ~u64(3));
  const u32 shift = static_cast<u32>(at & 3) * 8, mask = static_cast<u32>(static_cast<Bits>(~Bits(0)))
                                                         << shift;
  u32 seen = load_volatile(word);
  for (;;) {
    T old;
    if constexpr (is_bool<T>)
      old = (seen & mask) != 0;
    else
      old = bit_cast<T>(static_cast<Bits>(seen >> shift));
    const T updated = F{}(old, value);
    Bits bits;
    if constexpr (is_bool<T>)
      bits = updated ? 1 : 0;
    else
      bits = bit_cast<Bits>(updated);
    const u32 wanted = (seen & ~mask) | (static_cast<u32>(bits) << shift);
    const u32 before = atomicCAS(word, seen, wanted);
    if (before == seen) return;
    seen = before;
  }
}

// No device has a 16-byte compare-and-swap before Hopper: a table of locks stands in, chosen by the address.
constexpr int lock_count = 1024;
template <class F, class T> __device__ __forceinline__ void update_locked(T* address, T value, u32* locks) {
  u32* lock = locks + (reinterpret_cast<u64>(address) / sizeof(T)) % lock_count;
  for (bool done = false; !done;) {
    if (atomicCAS(lock, 0u, 1u) != 0) continue;
    __threadfence();
    volatile u64* bytes = reinterpret_cast<volatile u64*>(address);
    struct halves {
      u64 low, high;
    };
    const T updated = F{}(bit_cast<T>(halves{bytes[0], bytes[1]}), value);
    const halves stored = bit_cast<halves>(updated);
    bytes[0] = stored.low;
    bytes[1] = stored.high;
    __threadfence();
    atomicExch(lock, 0u);
    done = true;
  }
}

template <class F, class T>
__device__ __forceinline__ void atomic_update_element(T* address, T value, u32* locks) {
  constexpr bool adds = is_same<F, Add>;
  if constexpr (adds && (is_same<T, float> || is_same<T, double> || is_same<T, i32> || is_same<T, u32>)) {
    atomicAdd(address, value);
  } else if constexpr (adds && is_integral<T> && sizeof(T) == 8) {
    atomicAdd(reinterpret_cast<atomic_u64*>(address), static_cast<atomic_u64>(value));
  } else if constexpr (adds && is_complex<T>) {
    atomicAdd(&address->re, value.re);
    atomicAdd(&address->im, value.im);
  } else if constexpr (sizeof(T) < 4) {
    swap_within_word<F>(address, value);
  } else if constexpr (sizeof(T) == 4) {
    swap_until_done<F, u32>(address, value);
  } else if constexpr (sizeof(T) == 8) {
    swap_until_done<F, atomic_u64>(address, value);
  } else {
    update_locked<F>(address, value, locks);
  }
}

}  // namespace numloom::NL_TARGET
