// SPDX-License-Identifier: BSD-3-Clause
// What kernels from strings may do with complex numbers besides arithmetic of two: real operands,
// assignments, parts and functions, under the names of C++'s library.
#pragma once
#include "types.hpp"

namespace numloom::NL_TARGET {

// The other operand decides T, so that 2 * z works for an int and a complex<double>.
template <class T> struct as_given { using type = T; };
template <class T> using real_operand = typename as_given<T>::type;

template <class T> NL_HD complex<T> operator+(complex<T> a, real_operand<T> b) { return {a.re + b, a.im}; }
template <class T> NL_HD complex<T> operator+(real_operand<T> a, complex<T> b) { return {a + b.re, b.im}; }
template <class T> NL_HD complex<T> operator-(complex<T> a, real_operand<T> b) { return {a.re - b, a.im}; }
template <class T> NL_HD complex<T> operator-(real_operand<T> a, complex<T> b) { return {a - b.re, -b.im}; }
template <class T> NL_HD complex<T> operator*(complex<T> a, real_operand<T> b) {
  return {a.re * b, a.im * b};
}
template <class T> NL_HD complex<T> operator*(real_operand<T> a, complex<T> b) {
  return {a * b.re, a * b.im};
}
template <class T> NL_HD complex<T> operator/(complex<T> a, real_operand<T> b) {
  return {a.re / b, a.im / b};
}
template <class T> NL_HD complex<T> operator/(real_operand<T> a, complex<T> b) { return complex<T>(a) / b; }
template <class T, class B> NL_HD complex<T>& operator+=(complex<T>& a, B b) { return a = a + b; }
template <class T, class B> NL_HD complex<T>& operator-=(complex<T>& a, B b) { return a = a - b; }
template <class T, class B> NL_HD complex<T>& operator*=(complex<T>& a, B b) { return a = a * b; }
template <class T, class B> NL_HD complex<T>& operator/=(complex<T>& a, B b) { return a = a / b; }

template <class T> NL_HD T real(complex<T> z) { return z.re; }
template <class T> NL_HD T imag(complex<T> z) { return z.im; }
template <class T> NL_HD complex<T> conj(complex<T> z) { return {z.re, -z.im}; }
template <class T> NL_HD T norm(complex<T> z) { return z.re * z.re + z.im * z.im; }
template <class T> NL_HD T abs(complex<T> z) { return static_cast<T>(::hypot(z.re, z.im)); }
template <class T> NL_HD T arg(complex<T> z) { return static_cast<T>(::atan2(z.im, z.re)); }
template <class T> NL_HD complex<T> polar(T length, T angle) {
  return {length * static_cast<T>(::cos(angle)), length * static_cast<T>(::sin(angle))};
}
template <class T> NL_HD complex<T> exp(complex<T> z) { return polar(static_cast<T>(::exp(z.re)), z.im); }
template <class T> NL_HD complex<T> sqrt(complex<T> z) {
  const T length = abs(z);
  const T im = static_cast<T>(::sqrt((length - z.re) / 2));
  return {static_cast<T>(::sqrt((length + z.re) / 2)), z.im < 0 ? -im : im};
}
template <class T> NL_HD bool isnan(complex<T> z) { return ::isnan(z.re) || ::isnan(z.im); }
template <class T> NL_HD bool isinf(complex<T> z) { return ::isinf(z.re) || ::isinf(z.im); }
template <class T> NL_HD bool isfinite(complex<T> z) { return ::isfinite(z.re) && ::isfinite(z.im); }
template <class T> NL_HD complex<T> proj(complex<T> z) {
  if (!isinf(z)) return z;
  return {limits<T>::infinity(), static_cast<T>(::copysign(T(0), z.im))};
}
template <class T> NL_HD complex<T> log(complex<T> z) { return {static_cast<T>(::log(abs(z))), arg(z)}; }
template <class T> NL_HD complex<T> log10(complex<T> z) {
  return log(z) / static_cast<T>(2.302585092994045684);
}
template <class T> NL_HD complex<T> pow(complex<T> z, complex<T> exponent) {
  if (z == complex<T>(0)) return exponent == complex<T>(0) ? complex<T>(1) : complex<T>(0);
  return exp(exponent * log(z));
}
template <class T> NL_HD complex<T> pow(complex<T> z, real_operand<T> exponent) {
  return pow(z, complex<T>(exponent));
}
template <class T> NL_HD complex<T> pow(real_operand<T> z, complex<T> exponent) {
  return pow(complex<T>(z), exponent);
}
template <class T> NL_HD complex<T> sinh(complex<T> z) {
  return {static_cast<T>(::sinh(z.re) * ::cos(z.im)), static_cast<T>(::cosh(z.re) * ::sin(z.im))};
}
template <class T> NL_HD complex<T> cosh(complex<T> z) {
  return {static_cast<T>(::cosh(z.re) * ::cos(z.im)), static_cast<T>(::sinh(z.re) * ::sin(z.im))};
}
template <class T> NL_HD complex<T> tanh(complex<T> z) { return sinh(z) / cosh(z); }
template <class T> NL_HD complex<T> sin(complex<T> z) {
  return {static_cast<T>(::sin(z.re) * ::cosh(z.im)), static_cast<T>(::cos(z.re) * ::sinh(z.im))};
}
template <class T> NL_HD complex<T> cos(complex<T> z) {
  return {static_cast<T>(::cos(z.re) * ::cosh(z.im)), static_cast<T>(-::sin(z.re) * ::sinh(z.im))};
}
template <class T> NL_HD complex<T> tan(complex<T> z) { return sin(z) / cos(z); }

}  // namespace numloom::NL_TARGET
