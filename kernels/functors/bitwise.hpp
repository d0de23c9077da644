// SPDX-License-Identifier: BSD-3-Clause
// Bit operations on integers and bool.
#pragma once
#include "../types.hpp"

namespace numloom::NL_TARGET {

struct BitwiseAnd {
  template <class T> NL_HD T operator()(T a, T b) const { return static_cast<T>(a & b); }
};
struct BitwiseOr {
  template <class T> NL_HD T operator()(T a, T b) const { return static_cast<T>(a | b); }
};
struct BitwiseXor {
  template <class T> NL_HD T operator()(T a, T b) const { return static_cast<T>(a ^ b); }
};
struct Invert {
  template <class T> NL_HD T operator()(T a) const {
    if constexpr (is_bool<T>)
      return !a;
    else
      return static_cast<T>(~a);
  }
};

// A count outside 0 .. width - 1 shifts every bit out; C++ and the hardware would mask or refuse it.
struct LeftShift {
  template <class T> NL_HD T operator()(T a, T count) const {
    constexpr unsigned_of<T> width = sizeof(T) * 8;
    const auto n = static_cast<unsigned_of<T>>(count);
    const bool inside = n < width;
    const auto shifted = static_cast<wrap_of<T>>(a) << (inside ? n : unsigned_of<T>(0));
    return inside ? static_cast<T>(shifted) : T(0);
  }
};
struct RightShift {
  template <class T> NL_HD T operator()(T a, T count) const {
    constexpr unsigned_of<T> width = sizeof(T) * 8;
    const auto n = static_cast<unsigned_of<T>>(count);
    if constexpr (is_signed<T>) {
      return static_cast<T>(a >> (n < width ? n : unsigned_of<T>(width - 1)));
    } else {
      const bool inside = n < width;
      return inside ? static_cast<T>(a >> (inside ? n : T(0))) : T(0);
    }
  }
};

// The number of 1-bits of |x|.
struct BitwiseCount {
  template <class T> NL_HD u8 operator()(T a) const {
    u64 x = static_cast<unsigned_of<T>>(a);
    if (sign_bit(a)) x = static_cast<unsigned_of<T>>(u64(0) - x);
    x = x - ((x >> 1) & 0x5555555555555555u);
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return static_cast<u8>((x * 0x0101010101010101u) >> 56);
  }
};
}  // namespace numloom::NL_TARGET
