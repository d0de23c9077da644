// SPDX-License-Identifier: BSD-3-Clause
// The element types and what every kernel and functor asks about them. Read by nvcc, NVRTC and g++, so there
// are no standard headers; float16 and complex live in files of their own and are included from here.
#pragma once
#include "target.hpp"

namespace numloom::NL_TARGET {

// ---- small pieces of <type_traits> ----
template <class A, class B> inline constexpr bool is_same = false;
template <class A> inline constexpr bool is_same<A, A> = true;

template <bool Condition, class A, class B> struct conditional { using type = A; };
template <class A, class B> struct conditional<false, A, B> { using type = B; };
template <bool Condition, class A, class B> using conditional_t = typename conditional<Condition, A, B>::type;

template <class To, class From> NL_HD To bit_cast(From x) {
  static_assert(sizeof(To) == sizeof(From));
  return __builtin_bit_cast(To, x);
}
}  // namespace numloom::NL_TARGET

#include "complex.hpp"
#include "float16.hpp"

namespace numloom::NL_TARGET {

// ---- traits ----
template <class T> inline constexpr bool is_bool = is_same<T, bool>;
template <class T>
inline constexpr bool is_floating = is_same<T, float16> || is_same<T, float> || is_same<T, double>;
template <class T> inline constexpr bool is_complex = false;
template <class T> inline constexpr bool is_complex<complex<T>> = true;
// The eight integer types; bool is not one of them, as in NumPy.
template <class T> inline constexpr bool is_integral = !is_bool<T> && !is_floating<T> && !is_complex<T>;

template <class T> constexpr NL_HD bool signed_integral() {
  if constexpr (is_integral<T>)
    return T(-1) < T(0);
  else
    return false;
}
template <class T> inline constexpr bool is_unsigned = is_integral<T> && !signed_integral<T>();
// Types that hold negative numbers.
template <class T> inline constexpr bool is_signed = !is_bool<T> && !is_unsigned<T>;

template <class T> struct real_of_type { using type = T; };
template <class T> struct real_of_type<complex<T>> { using type = T; };
// complex<T> -> T, everything else unchanged.
template <class T> using real_of = typename real_of_type<T>::type;

// The type in which a value is computed: float16 in float, rounded once at the end.
template <class T> using wide_of = conditional_t<is_same<T, float16>, float, T>;
template <class T> NL_HD wide_of<T> wide(T x) { return static_cast<wide_of<T>>(x); }

// The unsigned integer of the same size.
template <class T>
using unsigned_of =
    conditional_t<sizeof(T) == 1, u8,
                  conditional_t<sizeof(T) == 2, u16, conditional_t<sizeof(T) == 4, u32, u64>>>;
// The unsigned type in which integer arithmetic wraps without overflow: never narrower than int, because
// u16 * u16 is computed in (signed) int.
template <class T> using wrap_of = conditional_t<sizeof(T) == 8, u64, u32>;

// ---- limits ----
template <class T> struct limits {  // integers and bool
  static constexpr int digits = is_bool<T> ? 1 : int(sizeof(T)) * 8 - int(is_signed<T>);
  static constexpr NL_HD T max() { return static_cast<T>(~u64(0) >> (64 - digits)); }
  static constexpr NL_HD T lowest() { return is_signed<T> ? static_cast<T>(-max() - 1) : T(0); }
};
template <> struct limits<float> {
  static constexpr int digits = 24, max_exponent = 128, min_exponent = -125;
  static constexpr NL_HD float max() { return 0x1.fffffep+127f; }
  static constexpr NL_HD float lowest() { return -max(); }
  static constexpr NL_HD float tiny() { return 0x1p-126f; }
  static constexpr NL_HD float denorm_min() { return 0x1p-149f; }
  static constexpr NL_HD float epsilon() { return 0x1p-23f; }
  static NL_HD float infinity() { return bit_cast<float>(0x7f800000u); }
  static NL_HD float quiet_nan() { return bit_cast<float>(0x7fc00000u); }
};
template <> struct limits<double> {
  static constexpr int digits = 53, max_exponent = 1024, min_exponent = -1021;
  static constexpr NL_HD double max() { return 0x1.fffffffffffffp+1023; }
  static constexpr NL_HD double lowest() { return -max(); }
  static constexpr NL_HD double tiny() { return 0x1p-1022; }
  static constexpr NL_HD double denorm_min() { return 0x1p-1074; }
  static constexpr NL_HD double epsilon() { return 0x1p-52; }
  static NL_HD double infinity() { return bit_cast<double>(u64(0x7ff) << 52); }
  static NL_HD double quiet_nan() { return bit_cast<double>(u64(0xfff) << 51); }
};
template <> struct limits<float16> {
  static constexpr int digits = 11, max_exponent = 16, min_exponent = -13;
  static NL_HD float16 max() { return float16::from_bits(0x7bff); }
  static NL_HD float16 lowest() { return float16::from_bits(0xfbff); }
  static NL_HD float16 tiny() { return float16::from_bits(0x0400); }
  static NL_HD float16 denorm_min() { return float16::from_bits(0x0001); }
  static NL_HD float16 epsilon() { return float16::from_bits(0x1400); }
  static NL_HD float16 infinity() { return float16::from_bits(0x7c00); }
  static NL_HD float16 quiet_nan() { return float16::from_bits(0x7e00); }
};

// ---- classification ----
template <class T> NL_HD bool is_nan(T x) {
  if constexpr (is_complex<T>)
    return is_nan(x.re) | is_nan(x.im);
  else if constexpr (is_same<T, float16>)
    return (x.bits & 0x7fff) > 0x7c00;
  else if constexpr (is_floating<T>)
    return x != x;
  else
    return false;
}
template <class T> NL_HD bool is_inf(T x) {
  if constexpr (is_complex<T>)
    return is_inf(x.re) | is_inf(x.im);
  else if constexpr (is_same<T, float16>)
    return (x.bits & 0x7fff) == 0x7c00;
  else if constexpr (is_floating<T>)
    return (x == limits<T>::infinity()) | (x == -limits<T>::infinity());
  else
    return false;
}
template <class T> NL_HD bool is_finite(T x) {
  if constexpr (is_complex<T>)
    return is_finite(x.re) & is_finite(x.im);
  else if constexpr (is_same<T, float16>)
    return (x.bits & 0x7c00) != 0x7c00;
  else if constexpr (is_floating<T>)
    return (x <= limits<T>::max()) & (x >= limits<T>::lowest());
  else
    return true;
}
template <class T> NL_HD bool sign_bit(T x) {
  if constexpr (is_floating<T>)
    return bit_cast<unsigned_of<T>>(x) >> (sizeof(T) * 8 - 1);
  else if constexpr (is_signed<T>)
    return x < T(0);
  else
    return false;
}
// C's truth value: NaN is true, complex numbers are true if either part is.
template <class T> NL_HD bool truth(T x) {
  if constexpr (is_complex<T>)
    return (x.re != 0) | (x.im != 0);
  else if constexpr (is_same<T, float16>)
    return (x.bits & 0x7fff) != 0;
  else
    return x != T(0);
}

// ---- two results of one functor (divmod, modf, frexp) ----
template <class A, class B> struct pair {
  A first;
  B second;
};

// ---- memory access ----
// N elements moved as one access; 16 bytes is the widest that a GPU thread can issue.
template <class T, int N> struct alignas(sizeof(T) * N) NL_MAY_ALIAS pack { T v[N]; };
template <class T> inline constexpr int pack_size = 16 / int(sizeof(T));

// Foreign buffers may hold bool bytes other than 0 and 1; C++ does not allow such a bool to exist.
template <class T> NL_HD T load(const T* p) {
  if constexpr (is_bool<T>)
    return *reinterpret_cast<const u8*>(p) != 0;
  else
    return *p;
}
}  // namespace numloom::NL_TARGET

#include "cast.hpp"
