// SPDX-License-Identifier: BSD-3-Clause
// Exponentials, logarithms and roots, for real and complex numbers; float16 is computed in float.
#pragma once
#include "../types.hpp"
#include "complex.hpp"
#include "math.hpp"

namespace numloom::NL_TARGET {

struct Exp {
  template <class T> NL_HD T operator()(T x) const { return T(exp_(wide(x))); }
};
struct Exp2 {
  template <class T> NL_HD T operator()(T x) const { return T(exp2_(wide(x))); }
};
struct Expm1 {
  template <class T> NL_HD T operator()(T x) const { return T(expm1_(wide(x))); }
};
struct Log {
  template <class T> NL_HD T operator()(T x) const { return T(log_(wide(x))); }
};
struct Log2 {
  template <class T> NL_HD T operator()(T x) const { return T(log2_(wide(x))); }
};
struct Log10 {
  template <class T> NL_HD T operator()(T x) const { return T(log10_(wide(x))); }
};
struct Log1p {
  template <class T> NL_HD T operator()(T x) const { return T(log1p_(wide(x))); }
};
struct Sqrt {
  template <class T> NL_HD T operator()(T x) const { return T(sqrt_(wide(x))); }
};
struct Cbrt {
  template <class T> NL_HD T operator()(T x) const { return T(cbrt_(wide(x))); }
};

// log(exp(a) + exp(b)) = max + log1p(exp(-|a - b|)). Equal operands, infinite ones among them, have no
// difference to use; NaN is carried by the difference.
struct Logaddexp {
  template <class T> NL_HD T operator()(T a, T b) const {
    using R = wide_of<T>;
    const R x = wide(a), y = wide(b), larger = x > y ? x : y;
    const R sum = larger + log1p_(exp_(-fabs_(x - y)));
    return T(x == y ? x + R(0.693147180559945309417232121458176568) : sum);
  }
};
struct Logaddexp2 {
  template <class T> NL_HD T operator()(T a, T b) const {
    using R = wide_of<T>;
    const R x = wide(a), y = wide(b), larger = x > y ? x : y;
    const R sum = larger + R(1.442695040888963407359924681001892137) * log1p_(exp2_(-fabs_(x - y)));
    return T(x == y ? x + R(1) : sum);
  }
};
}  // namespace numloom::NL_TARGET
