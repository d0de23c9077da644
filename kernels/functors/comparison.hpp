// SPDX-License-Identifier: BSD-3-Clause
// Comparisons: two values of one type give a bool. Mixed int64 and uint64 are compared exactly by *Mixed
// below.
#pragma once
#include "../types.hpp"

namespace numloom::NL_TARGET {

struct Equal {
  template <class T> NL_HD bool operator()(T a, T b) const { return a == b; }
};
struct NotEqual {
  template <class T> NL_HD bool operator()(T a, T b) const { return a != b; }
};
struct Less {
  template <class T> NL_HD bool operator()(T a, T b) const { return a < b; }
};
struct LessEqual {
  template <class T> NL_HD bool operator()(T a, T b) const { return a <= b; }
};
struct Greater {
  template <class T> NL_HD bool operator()(T a, T b) const { return a > b; }
};
struct GreaterEqual {
  template <class T> NL_HD bool operator()(T a, T b) const { return a >= b; }
};

// Compares int64 with uint64 by value, where a common type would be float64 and lose digits. A negative
// number is below every unsigned one: compare (sign, bits) pairs with the sign deciding first.
template <class Comparison> struct MixedSigns {
  NL_HD bool operator()(i64 a, u64 b) const {
    return a < 0 ? Comparison{}(u64(0), u64(1)) : Comparison{}(static_cast<u64>(a), b);
  }
  NL_HD bool operator()(u64 a, i64 b) const {
    return b < 0 ? Comparison{}(u64(1), u64(0)) : Comparison{}(a, static_cast<u64>(b));
  }
};
}  // namespace numloom::NL_TARGET
