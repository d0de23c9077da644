// SPDX-License-Identifier: BSD-3-Clause
// Elements as unsigned integers in NumPy's order: numbers ascending or descending, NaN always last.
#pragma once
#include "element.cuh"

namespace numloom::NL_TARGET {

// `merge_zeros`: -0.0 and 0.0 get one key, so that a stable sort keeps their order; then no key leads back to
// -0.0.
template <class T> NL_HD unsigned_of<T> sort_key(T x, bool descending, bool merge_zeros) {
  using U = unsigned_of<T>;
  constexpr U sign = static_cast<U>(U(1) << (8 * sizeof(T) - 1));
  U key;
  if constexpr (is_floating<T>) {
    if (is_nan(x)) return static_cast<U>(~U(0));
    U bits = bit_cast<U>(x);
    if (merge_zeros && bits == sign) bits = 0;
    key = static_cast<U>((bits & sign) != 0 ? ~bits : bits | sign);
  } else if constexpr (is_bool<T>) {
    key = x ? 1 : 0;
  } else {
    key = static_cast<U>(static_cast<U>(x) ^ (is_signed<T> ? sign : U(0)));
  }
  return descending ? static_cast<U>(~key) : key;
}

template <class T> NL_HD T from_sort_key(unsigned_of<T> key, bool descending) {
  using U = unsigned_of<T>;
  constexpr U sign = static_cast<U>(U(1) << (8 * sizeof(T) - 1));
  if constexpr (is_floating<T>) {
    if (key == static_cast<U>(~U(0))) return limits<T>::quiet_nan();
    if (descending) key = static_cast<U>(~key);
    return bit_cast<T>(static_cast<U>((key & sign) != 0 ? key ^ sign : ~key));
  } else {
    if (descending) key = static_cast<U>(~key);
    if constexpr (is_bool<T>)
      return key != 0;
    else
      return static_cast<T>(static_cast<U>(key ^ (is_signed<T> ? sign : U(0))));
  }
}

// Complex numbers are ordered by their real parts, then by their imaginary parts. Behind all of them stand
// those whose imaginary part alone is NaN, then those whose real part is, then those where both are. The
// three keys below are above the key of every number.
struct key_pair {
  u64 high, low;
};
NL_HD bool operator<(key_pair a, key_pair b) { return a.high != b.high ? a.high < b.high : a.low < b.low; }

template <class T> NL_HD key_pair sort_keys(T x, bool descending) {
  if constexpr (is_complex<T>) {
    using U = unsigned_of<real_of<T>>;
    constexpr U both_nan = static_cast<U>(~U(0)), real_nan = both_nan - 1, imaginary_nan = both_nan - 2;
    const U real = sort_key(x.re, descending, true), imaginary = sort_key(x.im, descending, true);
    if (is_nan(x.re)) return is_nan(x.im) ? key_pair{both_nan, 0} : key_pair{real_nan, imaginary};
    return is_nan(x.im) ? key_pair{imaginary_nan, real} : key_pair{real, imaginary};
  } else {
    return {sort_key(x, descending, true), 0};
  }
}

}  // namespace numloom::NL_TARGET
