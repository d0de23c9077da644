// SPDX-License-Identifier: BSD-3-Clause
// Hyperbolic functors, for real and complex numbers; float16 is computed in float.
#pragma once
#include "../types.hpp"
#include "complex.hpp"
#include "math.hpp"

namespace numloom::NL_TARGET {

struct Sinh {
  template <class T> NL_HD T operator()(T x) const { return T(sinh_(wide(x))); }
};
struct Cosh {
  template <class T> NL_HD T operator()(T x) const { return T(cosh_(wide(x))); }
};
struct Tanh {
  template <class T> NL_HD T operator()(T x) const { return T(tanh_(wide(x))); }
};
struct Arcsinh {
  template <class T> NL_HD T operator()(T x) const { return T(asinh_(wide(x))); }
};
struct Arccosh {
  template <class T> NL_HD T operator()(T x) const { return T(acosh_(wide(x))); }
};
struct Arctanh {
  template <class T> NL_HD T operator()(T x) const { return T(atanh_(wide(x))); }
};
}  // namespace numloom::NL_TARGET
