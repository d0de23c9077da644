// SPDX-License-Identifier: BSD-3-Clause
// Vector types of this level, for loops whose order of additions the compiler may not change by itself.
#pragma once
#include "cpu/isa/shuffle.hpp"
#include "cpu/isa/tables.hpp"
#include "types.hpp"

namespace numloom::NL_TARGET {

#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
inline constexpr int vector_bytes = 32;
#else
inline constexpr int vector_bytes = 16;
#endif

template <class T, int Bytes> struct vector_type {
  typedef T type __attribute__((vector_size(Bytes)));
  typedef T unaligned __attribute__((vector_size(Bytes), aligned(alignof(T)), may_alias));
};
template <class T, int Bytes = vector_bytes> using vec = typename vector_type<T, Bytes>::type;
template <class T> inline constexpr int lanes = vector_bytes / int(sizeof(T));

template <int Bytes = vector_bytes, class T> NL_HD vec<T, Bytes> load_vector(const T* p) {
  return *reinterpret_cast<const typename vector_type<T, Bytes>::unaligned*>(p);
}
template <int Bytes = vector_bytes, class T> NL_HD void store_vector(T* p, vec<T, Bytes> v) {
  *reinterpret_cast<typename vector_type<T, Bytes>::unaligned*>(p) = v;
}
// In a loop over what is left of a row after its whole vectors: the compiler is not to vectorise that again.
NL_HD void stay_scalar() { asm volatile(""); }
// x - 0 keeps the sign of a zero, which 0 + x would lose.
template <class T> NL_HD vec<T> broadcast(T x) { return x - vec<T>{}; }

// Folds a vector in halves down to 16 bytes, the narrowest register.
template <class Combine, class T, int Bytes> NL_HD vec<T, 16> fold(vec<T, Bytes> v, Combine combine) {
  if constexpr (Bytes == 16) {
    return v;
  } else {
    struct halves {
      vec<T, Bytes / 2> low, high;
    };
    const halves both = bit_cast<halves>(v);
    return fold<Combine, T, Bytes / 2>(combine(both.low, both.high), combine);
  }
}
}  // namespace numloom::NL_TARGET
