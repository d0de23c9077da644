// SPDX-License-Identifier: BSD-3-Clause
// Arithmetic functors. Integers wrap (computed unsigned, so overflow is defined), division by zero gives 0,
// float16 is computed in float and rounded once, bool adds as "or" and multiplies as "and".
#pragma once
#include "../types.hpp"
#include "math.hpp"

namespace numloom::NL_TARGET {

struct Add {
  template <class T> NL_HD T operator()(T a, T b) const {
    if constexpr (is_integral<T>)
      return static_cast<T>(static_cast<wrap_of<T>>(a) + static_cast<wrap_of<T>>(b));
    else if constexpr (is_bool<T>)
      return a | b;
    else
      return T(a + b);
  }
};

struct Subtract {
  template <class T> NL_HD T operator()(T a, T b) const {
    if constexpr (is_integral<T>)
      return static_cast<T>(static_cast<wrap_of<T>>(a) - static_cast<wrap_of<T>>(b));
    else
      return T(a - b);
  }
};

struct Multiply {
  template <class T> NL_HD T operator()(T a, T b) const {
    if constexpr (is_integral<T>)
      return static_cast<T>(static_cast<wrap_of<T>>(a) * static_cast<wrap_of<T>>(b));
    else if constexpr (is_bool<T>)
      return a & b;
#ifdef __FMA__
    else if constexpr (is_complex<T>)  // as NumPy's loops, whose second product alone is rounded first
      return T(fused(a.re, b.re, -(a.im * b.im)), fused(a.re, b.im, a.im * b.re));
#endif
    else
      return T(a * b);
  }

#ifdef __FMA__
 private:
  static NL_HD float fused(float x, float y, float z) { return __builtin_fmaf(x, y, z); }
  static NL_HD double fused(double x, double y, double z) { return __builtin_fma(x, y, z); }
#endif
};

struct Divide {
  template <class T> NL_HD T operator()(T a, T b) const { return T(a / b); }
};

struct Negative {
  template <class T> NL_HD T operator()(T a) const {
    if constexpr (is_integral<T>)
      return static_cast<T>(wrap_of<T>(0) - static_cast<wrap_of<T>>(a));
    else
      return T(-a);
  }
};

struct Positive {
  template <class T> NL_HD T operator()(T a) const { return a; }
};

// |x|; the modulus of a complex number, in its real type. The lowest signed integer stays what it is.
struct Absolute {
  template <class T> NL_HD real_of<T> operator()(T a) const {
    if constexpr (is_complex<T>)
      return hypot_(a.re, a.im);
    else if constexpr (is_same<T, float16>)
      return T::from_bits(a.bits & 0x7fff);
    else if constexpr (is_floating<T>)
      return fabs_(a);
    else if constexpr (is_integral<T> && is_signed<T>)
      return a < 0 ? Negative{}(a) : a;
    else
      return a;
  }
#if NL_VECTOR_MATH
  template <class T> static NL_HD T fast(complex<T> a) { return hypot_fast(a.re, a.im); }
  template <class T> static NL_HD bool exceptional(complex<T> a) { return hypot_exceptional(a.re, a.im); }
#endif
};

struct Square {
  template <class T> NL_HD T operator()(T a) const { return Multiply{}(a, a); }
};

struct Reciprocal {
  template <class T> NL_HD T operator()(T a) const {
    if constexpr (is_complex<T>)
      return complex_reciprocal(a);
    else if constexpr (is_integral<T>)
      return cast_to<T>(1.0 / static_cast<double>(a));
    else
      return T(1.0f / a);
  }

 private:
  template <class T> static NL_HD complex<T> complex_reciprocal(complex<T> z) {
    if (fabs_(z.im) <= fabs_(z.re)) {
      const T ratio = z.im / z.re, scale = z.re + z.im * ratio;
      return {T(1) / scale, -ratio / scale};
    }
    const T ratio = z.re / z.im, scale = z.re * ratio + z.im;
    return {ratio / scale, T(-1) / scale};
  }
};

// -1, 0 or 1, NaN for NaN; z / |z| for complex numbers, 0 for 0.
struct Sign {
  template <class T> NL_HD T operator()(T a) const {
    if constexpr (is_complex<T>)
      return complex_sign(a);
    else if constexpr (is_unsigned<T> || is_bool<T>)
      return a != T(0);
    else if constexpr (is_integral<T>)
      return static_cast<T>((a > 0) - (a < 0));
    else
      return a > T(0) ? T(1) : (a < T(0) ? T(-1) : (a == T(0) ? T(0) : a));
  }

 private:
  template <class T> static NL_HD complex<T> complex_sign(complex<T> z) {
    const T modulus = hypot_(z.re, z.im);
    if (is_nan(modulus) || (is_inf(z.re) && is_inf(z.im)))
      return {limits<T>::quiet_nan(), limits<T>::quiet_nan()};
    if (is_inf(z.re)) return {z.re > T(0) ? T(1) : T(-1), T(0)};
    if (is_inf(modulus)) return {T(0), z.im > T(0) ? T(1) : T(-1)};
    if (modulus == T(0)) return {T(0), T(0)};
    return {z.re / modulus, z.im / modulus};
  }
};

// The larger value; NaN in either operand wins. Of equal operands (zeros of either sign) the second is taken:
// that is the hardware's maximum, and NumPy's. (float16 and complex have no such instruction, and NumPy takes
// the first there.)
template <class T> NL_HD bool above(T a, T b) {
  if constexpr (is_same<T, float16> || is_complex<T>)
    return a >= b;
  else
    return a > b;
}
template <class T> NL_HD bool below(T a, T b) { return above(b, a); }

struct Maximum {
  template <class T> NL_HD T operator()(T a, T b) const {
    if constexpr (is_bool<T>)
      return a | b;
    else
      return is_nan(a) | above(a, b) ? a : b;
  }
};

struct Minimum {
  template <class T> NL_HD T operator()(T a, T b) const {
    if constexpr (is_bool<T>)
      return a & b;
    else
      return is_nan(a) | below(a, b) ? a : b;
  }
};

// The larger value; NaN loses against a number.
struct Fmax {
  template <class T> NL_HD T operator()(T a, T b) const {
    if constexpr (is_bool<T>)
      return a | b;
    else
      return is_nan(b) | above(a, b) ? a : b;
  }
};

struct Fmin {
  template <class T> NL_HD T operator()(T a, T b) const {
    if constexpr (is_bool<T>)
      return a & b;
    else
      return is_nan(b) | below(a, b) ? a : b;
  }
};

// minimum(maximum(x, low), high): the upper bound wins where the bounds cross.
struct Clip {
  template <class T> NL_HD T operator()(T x, T low, T high) const {
    if constexpr (is_complex<T>) {
      const T raised = is_nan(x) | precedes(low, x) ? x : low;
      return is_nan(raised) | precedes(raised, high) ? raised : high;
    } else if constexpr (is_floating<T>) {  // NaN last, one at a time: g++ gives up on nested conditions
      const auto a = wide(x), b = wide(low), c = wide(high);
      auto y = (is_same<T, float16> ? a >= b : a > b) ? a : b;
      y = (is_same<T, float16> ? y <= c : y < c) ? y : c;
      y = is_nan(b) ? b : y;
      return T(is_nan(a) ? a : y);
    } else {
      return Minimum{}(Maximum{}(x, low), high);
    }
  }

 private:
  // Unlike the comparisons, NumPy's clip orders by the real parts even when an imaginary part is NaN.
  template <class T> static NL_HD bool precedes(complex<T> a, complex<T> b) {
    return (a.re < b.re) | ((a.re == b.re) & (a.im < b.im));
  }
};

struct Heaviside {
  template <class T> NL_HD T operator()(T x, T at_zero) const {
    return is_nan(x) ? x : (x == T(0) ? at_zero : (x < T(0) ? T(0) : T(1)));
  }
};
}  // namespace numloom::NL_TARGET
