// SPDX-License-Identifier: BSD-3-Clause
// Elements as unsigned integers whose order is the order wanted: what sorting and searching compare. NaN
// comes last, ascending or descending.
#pragma once
#include "target.hpp"

namespace numloom::NL_TARGET {

// How the bits of an element order.
enum class bits_kind : u8 { natural, twos_complement, ieee };

// Keys of elements that are Bits wide. Two maps: `exact` is one to one and can be turned back, so it puts
// -0.0 before 0.0; under `same`, elements that compare equal (all NaN, both zeros) have one key.
template <class Bits, bits_kind Kind> struct sort_key {
  static constexpr int width = 8 * sizeof(Bits);
  static constexpr Bits sign = static_cast<Bits>(Bits(1) << (width - 1));
  static constexpr int fraction = width == 16 ? 10 : width == 32 ? 23 : 52;
  // Bits of infinity and the number of NaNs of one sign.
  static constexpr Bits infinity = static_cast<Bits>(static_cast<Bits>(~sign) >> fraction << fraction);
  static constexpr Bits nans = static_cast<Bits>(static_cast<Bits>(~sign) - infinity);
  // Key of +infinity: the last one that is no NaN.
  static constexpr Bits last = static_cast<Bits>(infinity + infinity + 1);

  static NL_HD Bits exact(Bits x, bool descending) {
    if constexpr (Kind == bits_kind::ieee) {
      // Flipped, the bits of negative numbers run downwards, from the NaNs with a sign at 0 to -0.0. Turning
      // the circle by their number puts -infinity at 0 and all NaNs at the top.
      const Bits ordered = static_cast<Bits>(x ^ (x & sign ? static_cast<Bits>(~Bits(0)) : sign));
      const Bits key = static_cast<Bits>(ordered - nans);
      return descending && key <= last ? static_cast<Bits>(last - key) : key;
    } else {
      const Bits key = Kind == bits_kind::twos_complement ? static_cast<Bits>(x ^ sign) : x;
      return descending ? static_cast<Bits>(~key) : key;
    }
  }
  static NL_HD Bits back(Bits key, bool descending) {
    if constexpr (Kind == bits_kind::ieee) {
      if (descending && key <= last) key = static_cast<Bits>(last - key);
      const Bits ordered = static_cast<Bits>(key + nans);
      return static_cast<Bits>(ordered & sign ? static_cast<Bits>(ordered ^ sign)
                                              : static_cast<Bits>(~ordered));
    } else {
      if (descending) key = static_cast<Bits>(~key);
      return Kind == bits_kind::twos_complement ? static_cast<Bits>(key ^ sign) : key;
    }
  }
  static NL_HD Bits same(Bits x, bool descending) {
    if constexpr (Kind == bits_kind::ieee) {  // selections, not branches, so that loops are vectorised
      const Bits magnitude = static_cast<Bits>(x & static_cast<Bits>(~sign));
      const Bits key = exact(magnitude == 0 ? Bits(0) : x, descending);
      return magnitude > infinity ? static_cast<Bits>(~Bits(0)) : key;
    } else {
      return exact(x, descending);
    }
  }
};

// Complex numbers order by their real parts, then by their imaginary parts, in four groups: no NaN,
// imaginary part NaN, real part NaN, both.
template <class Bits> struct complex_key {
  Bits high, low;

  static NL_HD complex_key of(Bits real, Bits imaginary, bool descending) {
    using part = sort_key<Bits, bits_kind::ieee>;
    constexpr Bits magnitude = static_cast<Bits>(~part::sign);
    const bool real_nan = (real & magnitude) > part::infinity,
               imag_nan = (imaginary & magnitude) > part::infinity;
    if (!real_nan && !imag_nan) return {part::same(real, descending), part::same(imaginary, descending)};
    // Above `last` the first half is free to number the groups.
    const Bits group = static_cast<Bits>(part::last + (real_nan ? 2 : 0) + (imag_nan ? 1 : 0));
    return {group,
            real_nan ? imag_nan ? Bits(0) : part::same(imaginary, descending) : part::same(real, descending)};
  }
  friend NL_HD bool operator<(const complex_key& a, const complex_key& b) {
    return (a.high < b.high) | ((a.high == b.high) & (a.low < b.low));
  }
};

}  // namespace numloom::NL_TARGET
