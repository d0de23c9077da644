// SPDX-License-Identifier: BSD-3-Clause
// Rounding to whole numbers. Integers and bool are whole already.
#pragma once
#include "../types.hpp"
#include "math.hpp"

namespace numloom::NL_TARGET {

struct Floor {
  template <class T> NL_HD T operator()(T a) const {
    if constexpr (is_floating<T>)
      return T(floor_(wide(a)));
    else
      return a;
  }
};
struct Ceil {
  template <class T> NL_HD T operator()(T a) const {
    if constexpr (is_floating<T>)
      return T(ceil_(wide(a)));
    else
      return a;
  }
};
struct Trunc {
  template <class T> NL_HD T operator()(T a) const {
    if constexpr (is_floating<T>)
      return T(trunc_(wide(a)));
    else
      return a;
  }
};
// Ties go to the even neighbour; complex numbers part by part.
struct Rint {
  template <class T> NL_HD T operator()(T a) const {
    if constexpr (is_complex<T>)
      return {rint_(a.re), rint_(a.im)};
    else
      return T(rint_(wide(a)));
  }
};
}  // namespace numloom::NL_TARGET
