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

#if NL_VECTOR_MATH
// 64-bit integers that a double holds with bits to spare. Adding 1.5 * 2**52 leaves a whole number in the
// last bits: the way there and back.
inline constexpr double whole_magic = 0x1.8p52;
inline constexpr u64 whole_magic_bits = 0x4338000000000000u;
template <class T> NL_HD bool is_small_whole(T a) {
  constexpr u64 limit = u64(1) << 50;
  return is_signed<T> ? static_cast<u64>(a) + limit < 2 * limit : static_cast<u64>(a) < limit;
}
template <class T> NL_HD double double_of_whole(T a) {
  if constexpr (is_same<T, i32> || sizeof(T) < 4)
    return static_cast<double>(a);
  else
    return bit_cast<double>(static_cast<u64>(a) + whole_magic_bits) - whole_magic;
}
template <class T> NL_HD T whole_of_double(double x) {
  return static_cast<T>(bit_cast<u64>(x + whole_magic) - whole_magic_bits);
}

// floor(a / b) for one divisor: (a + 1/2) / b is no whole number and lies 1 / 2b or more away from each, so
// that a product with the rounded reciprocal, less 1/2, rounds to the quotient. A float has the bits for it
// up to 16 bits, a double to 50.
template <class T> struct floor_quotient {
  using R = conditional_t<(sizeof(T) < 4), float, double>;
  R inverse, shift;
  explicit NL_HD floor_quotient(T b) {
    const R divisor = sizeof(T) < 4 ? static_cast<R>(b) : static_cast<R>(double_of_whole(b));
    inverse = R(1) / divisor;
    shift = (divisor < R(0) ? R(-0.5) : R(0.5)) * inverse - R(0.5);
  }
  NL_HD T operator()(T a) const {
    if constexpr (sizeof(T) < 4)
      return static_cast<T>(bit_cast<u32>(fma_(static_cast<float>(a), inverse, shift) + 0x1.8p23f));
    else
      return whole_of_double<T>(fma_(double_of_whole(a), inverse, shift));
  }
};
// The same of bytes in 16 bits: the high half of a product with 2**16 / |b|, rounded up, is the whole
// quotient of numbers from 0 to 255. ~(~a / b) rounds down below 0.
template <class T> void floor_divide_bytes(i64 n, T* out, const T* a, T b) {
  const u16 negative = b < T(0) ? u16(0xffff) : u16(0);
  const u32 size = static_cast<u16>((static_cast<u16>(b) ^ negative) - negative);
  // In memory, so that g++ finds two operands of 16 bits and multiplies their high halves.
  constexpr i64 block = 256;
  u16 factor[block];
  for (i64 i = 0; i < (n < block ? n : block); ++i) factor[i] = static_cast<u16>((65535 + size) / size);
  for (i64 start = 0; start < n; start += block) {
    const i64 count = n - start < block ? n - start : block;
    const T* const from = a + start;
    T* const to = out + start;
#pragma GCC ivdep
    for (i64 i = 0; i < count; ++i) {
      const u16 x = static_cast<u16>((static_cast<u16>(from[i]) ^ negative) - negative);
      const u16 sign = is_signed<T> ? static_cast<u16>(static_cast<i16>(x) >> 15) : u16(0);
      const u16 whole = static_cast<u16>(static_cast<u32>(static_cast<u16>(x ^ sign)) * factor[i] >> 16);
      to[i] = static_cast<T>(whole ^ sign);
    }
  }
}
template <class T> NL_HD pair<T, T> integer_divmod(T a, T b);

// Numbers of 64 bits below 2**63: the high half of a product with 2**(63 + s) / b, rounded up, for 2**s >= b.
// It is too large by less than 1 / b.
__extension__ using wide_product = unsigned __int128;
struct wide_quotient {
  int shift;
  u64 factor;
  explicit wide_quotient(u64 b)  // b >= 2
      : shift(63 - __builtin_clzll(b - 1)),
        factor(static_cast<u64>((wide_product(1) << (64 + shift)) / b) + 1) {}
  NL_HD u64 operator()(u64 a) const { return static_cast<u64>((wide_product(a) * factor) >> 64) >> shift; }
};
template <class T> void floor_divide_wide(i64 n, T* out, const T* a, T b) {
  if (b < T(2) || static_cast<u64>(b) > u64(1) << 62) {
    for (i64 i = 0; i < n; ++i) out[i] = integer_divmod(a[i], b).first;
    return;
  }
  const wide_quotient quotient(static_cast<u64>(b));
  for (i64 i = 0; i < n; ++i) {
    const u64 sign = static_cast<u64>(static_cast<i64>(a[i]) >> 63);  // ~(~a / b) rounds down below 0
    if (!is_signed<T> && sign)
      out[i] = a[i] / b;
    else
      out[i] = static_cast<T>(quotient(static_cast<u64>(a[i]) ^ sign) ^ sign);
  }
}

template <class T> bool floor_divide_by(i64 n, T* out, const T* a, T b) {
  if (b == T(0) || (sizeof(T) == 8 && !is_small_whole(b))) return false;
  if constexpr (sizeof(T) == 1)
    if (b != T(1) && b != static_cast<T>(-1)) return floor_divide_bytes(n, out, a, b), true;
  const floor_quotient<T> quotient(b);
  constexpr i64 block = 512;
  for (i64 start = 0; start < n; start += block) {
    const i64 end = n - start < block ? n : start + block;
    unsigned large = 0;
    if constexpr (sizeof(T) == 8)
      for (i64 i = start; i < end; ++i) large |= static_cast<unsigned>(!is_small_whole(a[i]));
    if (large) {
      if constexpr (sizeof(T) == 8) floor_divide_wide(end - start, out + start, a + start, b);
    } else {
#pragma GCC ivdep
      for (i64 i = start; i < end; ++i) out[i] = quotient(a[i]);
    }
  }
  return true;
}
template <class T> bool remainder_by(i64 n, T* out, const T* a, T b) {
  using U = wrap_of<T>;
  constexpr i64 block = 512;
  T quotient[block];
  for (i64 start = 0; start < n; start += block) {
    const i64 count = n - start < block ? n - start : block;
    if (!floor_divide_by(count, quotient, a + start, b)) return false;  // b decides: no block is done then
#pragma GCC ivdep
    for (i64 i = 0; i < count; ++i)
      out[start + i] =
          static_cast<T>(static_cast<U>(a[start + i]) - static_cast<U>(quotient[i]) * static_cast<U>(b));
  }
  return true;
}
#endif

template <class T> NL_HD pair<T, T> integer_divmod(T a, T b) {
  using U = wrap_of<T>;
  const T quotient = truncated_quotient(a, b);
  const T remainder =
      b == T(0) ? T(0) : static_cast<T>(static_cast<U>(a) - static_cast<U>(quotient) * static_cast<U>(b));
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
  // A rounded quotient of such numbers never passes a whole number.
  template <class T>
  requires(is_integral<T> && sizeof(T) == 8) static NL_HD T fast(T a, T b) {
    return whole_of_double<T>(floor_(double_of_whole(a) / double_of_whole(b)));
  }
  template <class T>
  requires(is_integral<T> && sizeof(T) == 8) static NL_HD bool exceptional(T a, T b) {
    return !(is_small_whole(a) & is_small_whole(b) & (b != T(0)));
  }
  template <class T>
  requires(is_integral<T>) static bool uniform(i64 n, T* out, const T* a, T b) {
    return floor_divide_by(n, out, a, b);
  }
#endif
};

struct Remainder {
  template <class T> NL_HD T operator()(T a, T b) const { return Divmod{}(a, b).second; }
#if NL_VECTOR_MATH
  template <class T>
  requires(is_integral<T> && sizeof(T) == 8) static NL_HD T fast(T a, T b) {
    return static_cast<T>(a - FloorDivide::fast(a, b) * b);
  }
  template <class T>
  requires(is_integral<T> && sizeof(T) == 8) static NL_HD bool exceptional(T a, T b) {
    return FloorDivide::exceptional(a, b);
  }
  template <class T>
  requires(is_integral<T>) static bool uniform(i64 n, T* out, const T* a, T b) {
    return remainder_by(n, out, a, b);
  }
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
