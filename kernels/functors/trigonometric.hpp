// SPDX-License-Identifier: BSD-3-Clause
// Trigonometric functors, for real and complex numbers; float16 is computed in float.
#pragma once
#include "../types.hpp"
#include "complex.hpp"
#include "math.hpp"

namespace numloom::NL_TARGET {

struct Sin {
  template <class T> NL_HD T operator()(T x) const { return T(sin_(wide(x))); }
#if NL_VECTOR_MATH
  template <class T>
  requires(is_floating<T>) static NL_HD T fast(T x) { return T(sin_fast(wide(x))); }
  template <class T>
  requires(is_floating<T>) static NL_HD bool exceptional(T x) { return trig_exceptional(wide(x)); }
#endif
};
struct Cos {
  template <class T> NL_HD T operator()(T x) const { return T(cos_(wide(x))); }
#if NL_VECTOR_MATH
  template <class T>
  requires(is_floating<T>) static NL_HD T fast(T x) { return T(cos_fast(wide(x))); }
  template <class T>
  requires(is_floating<T>) static NL_HD bool exceptional(T x) { return trig_exceptional(wide(x)); }
#endif
};
struct Tan {
  template <class T> NL_HD T operator()(T x) const { return T(tan_(wide(x))); }
#if NL_VECTOR_MATH
  template <class T>
  requires(is_floating<T>) static NL_HD T fast(T x) { return T(tan_fast(wide(x))); }
  template <class T>
  requires(is_floating<T>) static NL_HD bool exceptional(T x) { return trig_exceptional(wide(x)); }
#endif
};
struct Arcsin {
  template <class T> NL_HD T operator()(T x) const { return T(asin_(wide(x))); }
};
struct Arccos {
  template <class T> NL_HD T operator()(T x) const { return T(acos_(wide(x))); }
};
struct Arctan {
  template <class T> NL_HD T operator()(T x) const { return T(atan_(wide(x))); }
};
struct Arctan2 {
  template <class T> NL_HD T operator()(T y, T x) const { return T(atan2_(wide(y), wide(x))); }
#if NL_VECTOR_MATH
  template <class T>
  requires(is_floating<T>) static NL_HD T fast(T a, T b) { return T(atan2_fast(wide(a), wide(b))); }
  template <class T>
  requires(is_floating<T>) static NL_HD bool exceptional(T a, T b) {
    return atan2_exceptional(wide(a), wide(b));
  }
#endif
};
struct Hypot {
  template <class T> NL_HD T operator()(T x, T y) const { return T(hypot_(wide(x), wide(y))); }
#if NL_VECTOR_MATH
  template <class T>
  requires(is_floating<T>) static NL_HD T fast(T a, T b) { return T(hypot_fast(wide(a), wide(b))); }
  template <class T>
  requires(is_floating<T>) static NL_HD bool exceptional(T a, T b) {
    return hypot_exceptional(wide(a), wide(b));
  }
#endif
};
struct Deg2rad {
  template <class T> NL_HD T operator()(T x) const {
    return T(wide(x) * wide_of<T>(0.017453292519943295769236907684886127));
  }
};
struct Rad2deg {
  template <class T> NL_HD T operator()(T x) const {
    // In float NumPy multiplies by 180.0f / pi_f, one unit in the last place below the nearest float.
    if constexpr (is_same<T, double>)
      return x * 57.29577951308232087679815481410517;
    else
      return T(wide(x) * 57.295776f);
  }
};
}  // namespace numloom::NL_TARGET
