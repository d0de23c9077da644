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

// The number of 1-bits of |x|: sums of neighbouring bits, pairs, nibbles, bytes, in the type's own width.
struct BitwiseCount {
  template <class T> NL_HD u8 operator()(T a) const {
    using U = unsigned_of<T>;
    constexpr U ones = static_cast<U>(~U(0));
    const U bits = static_cast<U>(a);
    U x = sign_bit(a) ? static_cast<U>(U(0) - bits) : bits;
    x = static_cast<U>(x - ((x >> 1) & (ones / 3)));
    x = static_cast<U>((x & (ones / 5)) + ((x >> 2) & (ones / 5)));
    x = static_cast<U>((x + (x >> 4)) & (ones / 17));
    if constexpr (sizeof(T) >= 2) x = static_cast<U>(x + (x >> 8));
    if constexpr (sizeof(T) >= 4) x = static_cast<U>(x + (x >> 16));
    if constexpr (sizeof(T) >= 8) x = static_cast<U>(x + (x >> 32));
    return static_cast<u8>(x & 0x7fu);
  }
};
}  // namespace numloom::NL_TARGET
