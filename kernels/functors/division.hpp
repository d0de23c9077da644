// SPDX-License-Identifier: BSD-3-Clause
// Division with a whole quotient: floor_divide, remainder, divmod, fmod, and gcd, lcm. Python's rules: the
// quotient is rounded down and the remainder has the divisor's sign. An integer divisor of 0 gives 0 and
// never traps.
#pragma once
#include "../types.hpp"
#include "math.hpp"

namespace numloom::NL_TARGET {

// Quotient rounded towards zero, with the two cases that trap on x86 answered as NumPy does.
template <class T> NL_HD T truncated_quotient(T a, T b) {
  if (b == T(0)) return T(0);
  if constexpr (is_signed<T>) {
    if (b == T(-1)) return static_cast<T>(wrap_of<T>(0) - static_cast<wrap_of<T>>(a));
  }
  return static_cast<T>(a / b);
}
template <class T> NL_HD T truncated_remainder(T a, T b) {
  if (b == T(0)) return T(0);
  if constexpr (is_signed<T>) {
    if (b == T(-1)) return T(0);
  }
  return static_cast<T>(a % b);
}

template <class T> NL_HD pair<T, T> integer_divmod(T a, T b) {
  T quotient = truncated_quotient(a, b), remainder = truncated_remainder(a, b);
  if constexpr (is_signed<T>) {
    if (remainder != 0 && (remainder < 0) != (b < 0)) {
      quotient = static_cast<T>(quotient - 1);
      remainder = static_cast<T>(remainder + b);
    }
  }
  return {quotient, remainder};
}

// Python's float divmod: the remainder is exact (fmod), the quotient is the whole number nearest to (a -
// remainder) / b.
template <class T> NL_HD pair<T, T> float_divmod(T a, T b) {
  T remainder = fmod_(a, b);
  if (b == T(0)) return {a / b, remainder};
  T quotient = (a - remainder) / b;
  if (remainder != T(0)) {
    if ((b < T(0)) != (remainder < T(0))) {
      remainder += b;
      quotient -= T(1);
    }
  } else {
    remainder = copysign_(T(0), b);
  }
  if (quotient == T(0)) return {copysign_(T(0), a / b), remainder};
  T whole = floor_(quotient);
  if (quotient - whole > T(0.5)) whole += T(1);
  return {whole, remainder};
}

struct Divmod {
  template <class T> NL_HD pair<T, T> operator()(T a, T b) const {
    if constexpr (is_floating<T>) {
      const auto result = float_divmod(wide(a), wide(b));
      return {T(result.first), T(result.second)};
    } else {
      return integer_divmod(a, b);
    }
  }
};

struct FloorDivide {
  template <class T> NL_HD T operator()(T a, T b) const { return Divmod{}(a, b).first; }
};

struct Remainder {
  template <class T> NL_HD T operator()(T a, T b) const { return Divmod{}(a, b).second; }
};

// C's remainder: it has the sign of the dividend.
struct Fmod {
  template <class T> NL_HD T operator()(T a, T b) const {
    if constexpr (is_floating<T>)
      return T(fmod_(wide(a), wide(b)));
    else
      return truncated_remainder(a, b);
  }
};

template <class T> NL_HD unsigned_of<T> magnitude(T a) {
  const auto u = static_cast<wrap_of<T>>(a);
  return static_cast<unsigned_of<T>>(sign_bit(a) ? wrap_of<T>(0) - u : u);
}

struct Gcd {
  template <class T> NL_HD T operator()(T a, T b) const {
    auto x = magnitude(a), y = magnitude(b);
    while (y != 0) {
      const auto rest = static_cast<unsigned_of<T>>(x % y);
      x = y;
      y = rest;
    }
    return static_cast<T>(x);
  }
};

struct Lcm {
  template <class T> NL_HD T operator()(T a, T b) const {
    const auto divisor = magnitude(Gcd{}(a, b));
    if (divisor == 0) return T(0);
    return static_cast<T>(static_cast<wrap_of<T>>(magnitude(a) / divisor) *
                          static_cast<wrap_of<T>>(magnitude(b)));
  }
};
}  // namespace numloom::NL_TARGET
