// SPDX-License-Identifier: BSD-3-Clause
// Division with a whole quotient: floor_divide, remainder, divmod, fmod, and gcd, lcm. Python's rules: the
// quotient is rounded down and the remainder has the divisor's sign. An integer divisor of 0 gives 0 and
// never traps.
#pragma once
#include "../types.hpp"
#include "math.hpp"

namespace numloom::NL_TARGET {

#if NL_VECTOR_MATH
// Processors divide vectors of floating-point numbers only. The quotient of two integers of at most 32 bits,
// rounded towards zero, is exact in a double (float for 16 bits): a rounded quotient never passes a whole
// number.
template <class T>
requires(sizeof(T) <= 4) NL_HD T truncated_quotient(T a, T b) {
  using R = conditional_t<sizeof(T) == 4, double, float>;
  const R divisor = b == T(0) ? R(1) : static_cast<R>(b);
  R quotient = trunc_((b == T(0) ? R(0) : static_cast<R>(a)) / divisor);
  if constexpr (is_same<T, u32>) {
    return static_cast<u32>(static_cast<i32>(quotient - R(2147483648.0))) ^ 0x80000000u;
  } else {
    if constexpr (is_same<T, i32>) quotient = quotient > R(2147483647) ? R(-2147483648.0) : quotient;
    return static_cast<T>(static_cast<i32>(quotient));
  }
}
template <class T>
requires(sizeof(T) <= 4) NL_HD T truncated_remainder(T a, T b) {
  using U = wrap_of<T>;
  const auto multiple = static_cast<U>(truncated_quotient(a, b)) * static_cast<U>(b);
  return b == T(0) ? T(0) : static_cast<T>(static_cast<U>(a) - multiple);
}
#endif

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
  const T quotient = truncated_quotient(a, b), remainder = truncated_remainder(a, b);
  if constexpr (is_signed<T>) {
    const bool adjust = (remainder != 0) & ((remainder ^ b) < 0);
    return {static_cast<T>(quotient - adjust), static_cast<T>(remainder + (adjust ? b : T(0)))};
  } else {
    return {quotient, remainder};
  }
}

// Python's float divmod: the remainder is exact (fmod), the quotient is the whole number nearest to
// (a - remainder) / b.
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

#if NL_VECTOR_MATH
// While the quotient is a whole number that the type holds with bits to spare, one division and fused
// multiply-adds give the exact remainder. A rounded quotient may reach the next whole number, never pass it:
// then the remainder has the wrong sign, and one divisor less is right.
template <class T> NL_HD bool divmod_exceptional(T a, T b) {
  constexpr T most = is_same<T, float> ? T(0x1p21f) : T(0x1p50);
  return !((fabs_(a) < fabs_(b) * most) & (fabs_(b) <= limits<T>::max()));
}
template <class T> NL_HD pair<T, T> fast_truncated_divmod(T a, T b) {
  const T quotient = trunc_(a / b), remainder = fma_(-quotient, b, a);
  const bool passed = (remainder < T(0)) != (a < T(0)) && remainder != T(0);
  return {passed ? quotient - copysign_(T(1), quotient) : quotient,
          copysign_(passed ? remainder + copysign_(b, a) : remainder, a)};
}
template <class T> NL_HD pair<T, T> fast_divmod(T a, T b) {
  const auto [quotient, remainder] = fast_truncated_divmod(a, b);
  const bool adjust = (remainder != T(0)) & ((b < T(0)) != (remainder < T(0)));
  const T whole = adjust ? quotient - T(1) : quotient;
  const T rest = adjust ? remainder + b : remainder;
  return {whole == T(0) ? copysign_(T(0), a / b) : whole, rest == T(0) ? copysign_(T(0), b) : rest};
}
#endif
template <class T> NL_HD pair<T, T> divmod_(T a, T b) {
#if NL_VECTOR_MATH
  if (!divmod_exceptional(a, b)) return fast_divmod(a, b);
#endif
  return float_divmod(a, b);
}

struct Divmod {
  template <class T> NL_HD pair<T, T> operator()(T a, T b) const {
    if constexpr (is_floating<T>) {
      const auto result = divmod_(wide(a), wide(b));
      return {T(result.first), T(result.second)};
    } else {
      return integer_divmod(a, b);
    }
  }
};

struct FloorDivide {
  template <class T> NL_HD T operator()(T a, T b) const { return Divmod{}(a, b).first; }
#if NL_VECTOR_MATH
  template <class T>
  requires(is_floating<T>) static NL_HD T fast(T a, T b) { return T(fast_divmod(wide(a), wide(b)).first); }
  template <class T>
  requires(is_floating<T>) static NL_HD bool exceptional(T a, T b) {
    return divmod_exceptional(wide(a), wide(b));
  }
#endif
};

struct Remainder {
  template <class T> NL_HD T operator()(T a, T b) const { return Divmod{}(a, b).second; }
#if NL_VECTOR_MATH
  template <class T>
  requires(is_floating<T>) static NL_HD T fast(T a, T b) { return T(fast_divmod(wide(a), wide(b)).second); }
  template <class T>
  requires(is_floating<T>) static NL_HD bool exceptional(T a, T b) {
    return divmod_exceptional(wide(a), wide(b));
  }
#endif
};

// C's remainder: it has the sign of the dividend.
struct Fmod {
  template <class T> NL_HD T operator()(T a, T b) const {
    if constexpr (is_floating<T>)
      return T(fmod_(wide(a), wide(b)));
    else
      return truncated_remainder(a, b);
  }
#if NL_VECTOR_MATH
  template <class T>
  requires(is_floating<T>) static NL_HD T fast(T a, T b) {
    return T(fast_truncated_divmod(wide(a), wide(b)).second);
  }
  template <class T>
  requires(is_floating<T>) static NL_HD bool exceptional(T a, T b) {
    return divmod_exceptional(wide(a), wide(b));
  }
#endif
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
