// SPDX-License-Identifier: BSD-3-Clause
// Complex numbers with the layout of std::complex and NumPy's arithmetic and ordering. Included by types.hpp.
#pragma once

namespace numloom::NL_TARGET {

template <class T> struct complex {
  using value_type = T;
  T re, im;

  complex() = default;
  NL_HD constexpr complex(T x, T y = T(0)) : re(x), im(y) {}
  template <class U>
  NL_HD explicit constexpr complex(complex<U> z) : re(static_cast<T>(z.re)), im(static_cast<T>(z.im)) {}

  NL_HD constexpr T real() const { return re; }
  NL_HD constexpr T imag() const { return im; }
  NL_HD constexpr void real(T value) { re = value; }
  NL_HD constexpr void imag(T value) { im = value; }
};

template <class T> NL_HD complex<T> operator+(complex<T> a, complex<T> b) {
  return {a.re + b.re, a.im + b.im};
}
template <class T> NL_HD complex<T> operator-(complex<T> a, complex<T> b) {
  return {a.re - b.re, a.im - b.im};
}
template <class T> NL_HD complex<T> operator-(complex<T> a) { return {-a.re, -a.im}; }
// The schoolbook product: Annex G's recovery of infinities is not what NumPy does.
template <class T> NL_HD complex<T> operator*(complex<T> a, complex<T> b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
// Smith's method: dividing through by the larger part keeps the intermediate values in range.
template <class T> NL_HD complex<T> operator/(complex<T> a, complex<T> b) {
  const T abs_re = static_cast<T>(::fabs(b.re));
  const T abs_im = static_cast<T>(::fabs(b.im));
  if (abs_re >= abs_im) {
    if (abs_re == T(0) && abs_im == T(0)) return {a.re / abs_re, a.im / abs_re};
    const T ratio = b.im / b.re;
    const T scale = T(1) / (b.re + b.im * ratio);
    return {(a.re + a.im * ratio) * scale, (a.im - a.re * ratio) * scale};
  }
  const T ratio = b.re / b.im;
  const T scale = T(1) / (b.im + b.re * ratio);
  return {(a.re * ratio + a.im) * scale, (a.im * ratio - a.re) * scale};
}

template <class T> NL_HD bool operator==(complex<T> a, complex<T> b) {
  return (a.re == b.re) & (a.im == b.im);
}
template <class T> NL_HD bool operator!=(complex<T> a, complex<T> b) {
  return (a.re != b.re) | (a.im != b.im);
}
// Lexicographic order. A NaN in either imaginary part makes the comparison false even when the real parts
// decide.
template <class T> NL_HD bool operator<(complex<T> a, complex<T> b) {
  return ((a.re < b.re) & (a.im == a.im) & (b.im == b.im)) | ((a.re == b.re) & (a.im < b.im));
}
template <class T> NL_HD bool operator<=(complex<T> a, complex<T> b) {
  return ((a.re < b.re) & (a.im == a.im) & (b.im == b.im)) | ((a.re == b.re) & (a.im <= b.im));
}
template <class T> NL_HD bool operator>(complex<T> a, complex<T> b) { return b < a; }
template <class T> NL_HD bool operator>=(complex<T> a, complex<T> b) { return b <= a; }
}  // namespace numloom::NL_TARGET
