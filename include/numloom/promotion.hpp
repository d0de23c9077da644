// SPDX-License-Identifier: BSD-3-Clause
/// NumPy 2's promotion (NEP 50), also at compile time: the element type of an expression of typed arrays and
/// numbers.
#pragma once

#include <algorithm>
#include <utility>

#include "numloom/dtype.hpp"

namespace numloom {

namespace detail {

constexpr int rank_of_kind(dtype t) {
  const char kind = kind_of(t);
  return kind == 'b' ? 0 : kind == 'u' ? 1 : kind == 'i' ? 2 : kind == 'f' ? 3 : 4;
}
constexpr dtype float_of(int bytes) {
  return bytes <= 2 ? dtype::float16 : bytes == 4 ? dtype::float32 : dtype::float64;
}
/// Bytes of the smallest float that holds every value (NumPy lets float64 hold 64-bit integers).
constexpr int float_bytes(dtype t) {
  return is_complex(t) ? itemsize(t) / 2 : is_floating(t) ? itemsize(t) : std::min(2 * itemsize(t), 8);
}
constexpr dtype promote_static(dtype a, dtype b) {
  if (rank_of_kind(a) > rank_of_kind(b)) std::swap(a, b);
  if (kind_of(a) == kind_of(b)) return itemsize(a) > itemsize(b) ? a : b;
  if (a == dtype::bool_) return b;
  if (kind_of(b) == 'i') {  // unsigned with signed
    if (itemsize(b) > itemsize(a)) return b;
    return itemsize(a) == 1   ? dtype::int16
           : itemsize(a) == 2 ? dtype::int32
           : itemsize(a) == 4 ? dtype::int64
                              : dtype::float64;
  }
  const int bytes = std::max(float_bytes(a), float_bytes(b));
  if (!is_complex(b)) return float_of(bytes);
  return bytes > 4 ? dtype::complex128 : dtype::complex64;
}
template <class T> inline constexpr bool is_complex_type = false;
template <class T> inline constexpr bool is_complex_type<std::complex<T>> = true;

constexpr dtype promote_with_kind(dtype t, char kind) {
  switch (kind) {
    case 'b': return t;
    case 'i':
    case 'u': return t == dtype::bool_ ? dtype::int64 : t;
    case 'f': return is_inexact(t) ? t : dtype::float64;
    default:
      return is_complex(t) ? t : is_floating(t) && t != dtype::float64 ? dtype::complex64 : dtype::complex128;
  }
}

}  // namespace detail

/// Numbers that adapt to the arrays beside them.
template <class T>
concept number = element<T> || std::is_arithmetic_v<T>;

/// The element type to which both promote.
template <element T, element U> using promoted = type_of<detail::promote_static(dtype_of<T>, dtype_of<U>)>;
/// The element type of an array of T beside a number of type N.
template <element T, number N>
using promoted_with = type_of<detail::promote_with_kind(dtype_of<T>, std::is_same_v<N, bool>      ? 'b'
                                                                     : std::is_integral_v<N>      ? 'i'
                                                                     : detail::is_complex_type<N> ? 'c'
                                                                                                  : 'f')>;

}  // namespace numloom
