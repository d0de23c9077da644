// SPDX-License-Identifier: BSD-3-Clause
// Functors about the representation of floating-point numbers.
#pragma once
#include "../types.hpp"
#include "math.hpp"

namespace numloom::NL_TARGET {

struct Isnan {
  template <class T> NL_HD bool operator()(T a) const { return is_nan(a); }
};
struct Isinf {
  template <class T> NL_HD bool operator()(T a) const { return is_inf(a); }
};
struct Isfinite {
  template <class T> NL_HD bool operator()(T a) const { return is_finite(a); }
};
struct Signbit {
  template <class T> NL_HD bool operator()(T a) const { return sign_bit(a); }
};

struct Fabs {
  template <class T> NL_HD T operator()(T a) const {
    if constexpr (is_same<T, float16>)
      return T::from_bits(a.bits & 0x7fff);
    else
      return fabs_(a);
  }
};
struct Copysign {
  template <class T> NL_HD T operator()(T a, T b) const {
    using U = unsigned_of<T>;
    constexpr U sign = static_cast<U>(U(1) << (sizeof(T) * 8 - 1));
    return bit_cast<T>(static_cast<U>((bit_cast<U>(a) & static_cast<U>(~sign)) | (bit_cast<U>(b) & sign)));
  }
};

// Neighbouring numbers of one sign have neighbouring bit patterns.
struct Nextafter {
  template <class T> NL_HD T operator()(T a, T b) const {
    using U = unsigned_of<T>;
    constexpr U sign = static_cast<U>(U(1) << (sizeof(T) * 8 - 1)), one = 1;
    const U bits = bit_cast<U>(a), other = bit_cast<U>(b);
    const bool grows = (a < b) == (a > T(0));
    const U from_zero = static_cast<U>((other & sign) | one);
    U next = static_cast<U>(grows ? bits + one : bits - one);
    next = a == T(0) ? from_zero : next;
    next = a == b ? (is_same<T, float16> ? bits : other) : next;
    return is_nan(a) | is_nan(b) ? T(wide(a) + wide(b)) : bit_cast<T>(next);
  }
};

// The distance to the next number away from zero, with x's sign. float16 differs in NumPy: always upwards.
struct Spacing {
  template <class T> NL_HD T operator()(T a) const {
    if (!is_finite(a)) return limits<T>::quiet_nan();
    if constexpr (is_same<T, float16>) {
      if (a.bits == 0x7bff) return limits<T>::infinity();
      return T(wide(Nextafter{}(a, limits<T>::infinity())) - wide(a));
    } else {
      if (a == T(0)) return limits<T>::denorm_min();
      return bit_cast<T>(static_cast<unsigned_of<T>>(bit_cast<unsigned_of<T>>(a) + 1)) - a;
    }
  }
};

// x * 2**exponent, rounded once. Exponents beyond int32 (the int64 loop) saturate.
struct Ldexp {
  template <class T, class Exponent> NL_HD T operator()(T a, Exponent exponent) const {
    constexpr Exponent far = 100000;
    const int n = static_cast<int>(exponent > far ? far : (exponent < -far ? -far : exponent));
    return T(ldexp_(wide(a), n));
  }
};

// x == first * 2**second with 0.5 <= |first| < 1; zero, infinity and NaN are themselves with exponent 0.
struct Frexp {
  template <class T> NL_HD pair<T, i32> operator()(T a) const {
    using R = wide_of<T>;
    using U = unsigned_of<R>;
    constexpr int fraction_bits = limits<R>::digits - 1, bias = limits<R>::max_exponent - 2;
    constexpr U field = static_cast<U>((U(2) << (sizeof(R) * 8 - 2 - fraction_bits)) - 1);
    const R x = wide(a);
    const bool subnormal = fabs_(x) < limits<R>::tiny(), plain = is_finite(x) & (x != R(0));
    const U bits = bit_cast<U>(subnormal ? x * R(U(1) << (fraction_bits + 1)) : x);
    const int exponent =
        static_cast<int>((bits >> fraction_bits) & field) - bias - (subnormal ? fraction_bits + 1 : 0);
    const U half = static_cast<U>((bits & ~(field << fraction_bits)) | (U(bias) << fraction_bits));
    return {T(plain ? bit_cast<R>(half) : x), plain ? exponent : 0};
  }
};

// Fraction and whole part, both with x's sign.
struct Modf {
  template <class T> NL_HD pair<T, T> operator()(T a) const {
    const auto x = wide(a);
    const auto whole = trunc_(x);
    const auto fraction = is_inf(x) ? decltype(x)(0) : x - whole;
    return {T(copysign_(fraction, x)), T(whole)};
  }
};
}  // namespace numloom::NL_TARGET
