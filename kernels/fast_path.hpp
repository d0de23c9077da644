// SPDX-License-Identifier: BSD-3-Clause
// Loops over functors that have a fast path beside the general one.
#pragma once
#include "types.hpp"

namespace numloom::NL_TARGET {

// Functors for which most arguments have vectorisable code and rare ones do not (sin of 1e20) offer, beside
// operator(),
//   static R fast(T... x)              branch-free, right unless exceptional(x...)
//   static bool exceptional(T... x)
// A loop first asks exceptional of a block of arguments and then runs fast over it, or operator() if any was.
template <class F, class... T>
concept has_fast_path = requires(T... x) {
  F::fast(x...);
  F::exceptional(x...);
};

// Functors of two operands that are much cheaper where the second one is the same number for all (x ** 3,
// i // 10) offer
//   static bool uniform(i64 n, T* out, const T* a, T b)    false: it is not one of those, and nothing is done
// out may be a.
template <class F, class T>
concept has_uniform_path = requires(T* out, const T* a, T b) {
  F::uniform(i64(0), out, a, b);
};

#if !defined(__CUDACC__)
// out[i] = F{}(in[i]...) over contiguous memory, vectorised also for functors with a fast path. out may be
// one of in.
template <class F, class Out, class... T> inline void apply_contiguous(i64 n, Out* out, const T*... in) {
  if constexpr (has_fast_path<F, T...>) {
    constexpr i64 block = 512;
    for (i64 start = 0; start < n; start += block) {
      const i64 end = n - start < block ? n : start + block;
      unsigned any = 0;
      for (i64 i = start; i < end; ++i) any |= static_cast<unsigned>(F::exceptional(in[i]...));
      if (any == 0) {
#pragma GCC ivdep
        for (i64 i = start; i < end; ++i) out[i] = F::fast(in[i]...);
      } else {
        for (i64 i = start; i < end; ++i) out[i] = F{}(in[i]...);
      }
    }
  } else {
#pragma GCC ivdep
    for (i64 i = 0; i < n; ++i) out[i] = F{}(load(in + i)...);
  }
}
#endif
}  // namespace numloom::NL_TARGET
