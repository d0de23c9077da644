// SPDX-License-Identifier: BSD-3-Clause
// Rows of elements of one size, moved between places that are any steps apart.
#pragma once
#include "cpu/isa/tables.hpp"
#include "types.hpp"

namespace numloom::NL_TARGET {

struct wide_element {
  u64 low, high;
};

template <class U> NL_HD U get(const char* p) { return *reinterpret_cast<const U*>(p); }
template <class U> NL_HD void put(char* p, U value) { *reinterpret_cast<U*>(p) = value; }

// n elements between places that do not overlap.
template <class U> NL_HD void copy_row(char* to, const char* from, long n, long to_step, long from_step) {
  constexpr long S = sizeof(U);
  if (to_step == S) {
    auto* out = reinterpret_cast<U*>(to);
    if (from_step == S) {
      __builtin_memcpy(to, from, static_cast<unsigned long>(n * S));
      return;
    }
    if (from_step == 0) {
      const U value = get<U>(from);
      for (long i = 0; i < n; ++i) out[i] = value;
      return;
    }
    if (from_step == -S) {
      const auto* in = reinterpret_cast<const U*>(from);
#pragma GCC ivdep
      for (long i = 0; i < n; ++i) out[i] = in[-i];
      return;
    }
    if (from_step == 2 * S) {
      const auto* in = reinterpret_cast<const U*>(from);
#pragma GCC ivdep
      for (long i = 0; i < n - 1; ++i) out[i] = in[2 * i];
      if (n > 0) out[n - 1] = in[2 * (n - 1)];
      return;
    }
  }
  long i = 0;
  for (; i + 4 <= n; i += 4, to += 4 * to_step, from += 4 * from_step) {
    const U a = get<U>(from), b = get<U>(from + from_step), c = get<U>(from + 2 * from_step),
            d = get<U>(from + 3 * from_step);
    put(to, a);
    put(to + to_step, b);
    put(to + 2 * to_step, c);
    put(to + 3 * to_step, d);
  }
  for (; i < n; ++i, to += to_step, from += from_step) put(to, get<U>(from));
}
}  // namespace numloom::NL_TARGET
