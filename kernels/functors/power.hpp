// SPDX-License-Identifier: BSD-3-Clause
// power and float_power.
#pragma once
#include "../fast_path.hpp"
#include "../types.hpp"
#include "complex.hpp"
#include "math.hpp"

namespace numloom::NL_TARGET {

// Wraps like repeated multiplication. Negative exponents are refused before the loop; here they give 1 /
// base**-n rounded towards zero, so that nothing traps.
template <class T> NL_HD T integer_power(T base, T exponent) {
  using U = wrap_of<T>;
  if constexpr (is_signed<T>) {
    if (exponent < 0) return base == 1 ? T(1) : (base == -1 ? ((exponent & 1) ? T(-1) : T(1)) : T(0));
  }
  U result = 1, square = static_cast<U>(base);
  for (U n = static_cast<U>(exponent); n != 0; n >>= 1, square *= square) {
    if (n & 1) result *= square;
  }
  return static_cast<T>(result);
}

// Small whole exponents by multiplication, as NumPy does: exact for Gaussian integers, where exp(w log z) is
// not.
template <class T> NL_HD complex<T> complex_power(complex<T> a, complex<T> b) {
  if (b.re == T(0) && b.im == T(0)) return {T(1), T(0)};
  if (a.re == T(0) && a.im == T(0)) {
    if (b.re > T(0)) return {T(0), T(0)};
    return {limits<T>::quiet_nan(), limits<T>::quiet_nan()};
  }
  if (b.im == T(0) && b.re > T(-100) && b.re < T(100) && b.re == trunc_(b.re)) {
    const int exponent = static_cast<int>(b.re);
    complex<T> result(T(1)), square = a;
    if (exponent == 1) return a;
    if (exponent == 2) return a * a;
    if (exponent == 3) return a * (a * a);
    for (int n = exponent < 0 ? -exponent : exponent;;) {
      if (n & 1) result = result * square;
      if ((n >>= 1) == 0) break;
      square = square * square;
    }
    return exponent < 0 ? complex<T>(T(1)) / result : result;
  }
  return pow_(a, b);
}

#if NL_VECTOR_MATH
// Whole powers by multiplication, rounded once: little work beside a logarithm and an exponential.
template <int N, bool Inverse> struct WholePower {
  template <class T> NL_HD T operator()(T x) const {
    return whole_pow_exceptional<N>(x) ? pow_(x, T(Inverse ? -N : N)) : fast(x);
  }
  template <class T> static NL_HD T fast(T x) { return whole_pow_fast<N, Inverse>(x); }
  template <class T> static NL_HD bool exceptional(T x) { return whole_pow_exceptional<N>(x); }
};
// The same of integers, which wrap.
template <int N> struct IntegerPower {
  template <class T> NL_HD T operator()(T x) const {
    using U = wrap_of<T>;
    if constexpr (N == 1) {
      return x;
    } else {
      const auto half = static_cast<U>(IntegerPower<N / 2>{}(x));
      return static_cast<T>(half * half * (N % 2 ? static_cast<U>(x) : U(1)));
    }
  }
};
template <class T, int N = 8> bool whole_power(i64 n, T* out, const T* a, T exponent) {
  if constexpr (N < 2) {
    return false;
  } else if constexpr (is_integral<T>) {
    if (exponent == T(N)) return apply_contiguous<IntegerPower<N>>(n, out, a), true;
  } else {
    if (exponent == T(N)) return apply_contiguous<WholePower<N, false>>(n, out, a), true;
    if (exponent == T(-N)) return apply_contiguous<WholePower<N, true>>(n, out, a), true;
  }
  if constexpr (N >= 2) return whole_power<T, N - 1>(n, out, a, exponent);
}
#endif

struct Power {
  template <class T> NL_HD T operator()(T a, T b) const {
    if constexpr (is_integral<T>)
      return integer_power(a, b);
    else if constexpr (is_complex<T>)
      return complex_power(a, b);
    else
      return T(pow_(wide(a), wide(b)));
  }
#if NL_VECTOR_MATH
  template <class T>
  requires(is_floating<T>) static NL_HD T fast(T a, T b) { return T(pow_fast(wide(a), wide(b))); }
  template <class T>
  requires(is_floating<T>) static NL_HD bool exceptional(T a, T b) {
    return pow_exceptional(wide(a), wide(b));
  }
  template <class T>
  requires(is_integral<T> || is_same<T, float> || is_same<T, double>) static bool uniform(i64 n, T* out,
                                                                                          const T* a, T b) {
    return whole_power(n, out, a, b);
  }
#endif
};
using FloatPower = Power;
}  // namespace numloom::NL_TARGET
