// SPDX-License-Identifier: BSD-3-Clause
/// The ufuncs as functions, one for each row of ufuncs.def: numloom::add(a, b), numloom::exp(a, {.out = b}),
/// auto [fraction, whole] = numloom::modf(a). Operands are arrays, or numbers that adapt to the arrays beside
/// them. clip is declared in indexing.hpp: its bounds may be missing.
#pragma once

#include <utility>

#include "numloom/ufuncs.hpp"

namespace numloom {

namespace detail {

template <class... Operands>
ndarray call_ufunc(ufunc f, const ufunc_options& options, const Operands&... operands) {
  const array_like inputs[] = {operands...};
  return call(f, std::span<const array_like>(inputs), options);
}
template <class... Operands>
std::pair<ndarray, ndarray> call_ufunc2(ufunc f, const ufunc_options& options, const Operands&... operands) {
  const array_like inputs[] = {operands...};
  return call2(f, std::span<const array_like>(inputs), options);
}

}  // namespace detail

// clang-format off
#define NL_UFUNC_1_1(name, row)                                                       \
  inline ndarray name(const array_like& a) { return call(ufunc::row, a); }            \
  inline ndarray name(const array_like& a, const ufunc_options& options) { return detail::call_ufunc(ufunc::row, options, a); }
#define NL_UFUNC_2_1(name, row)                                                                    \
  inline ndarray name(const array_like& a, const array_like& b) { return call(ufunc::row, a, b); } \
  inline ndarray name(const array_like& a, const array_like& b, const ufunc_options& options) { return detail::call_ufunc(ufunc::row, options, a, b); }
#define NL_UFUNC_1_2(name, row) \
  inline std::pair<ndarray, ndarray> name(const array_like& a, const ufunc_options& options = {}) { return detail::call_ufunc2(ufunc::row, options, a); }
#define NL_UFUNC_2_2(name, row) \
  inline std::pair<ndarray, ndarray> name(const array_like& a, const array_like& b, const ufunc_options& options = {}) { return detail::call_ufunc2(ufunc::row, options, a, b); }
#define NL_UFUNC_3_1(name, row)
#define NL_UFUNC(name, nin, nout, functor, loops, out_rule, identity, doc) NL_UFUNC_##nin##_##nout(name, name)
#include "numloom/ufuncs.def"

// NumPy's other names for the same ufuncs.
NL_UFUNC_1_1(abs, absolute)
NL_UFUNC_1_1(acos, arccos)
NL_UFUNC_1_1(acosh, arccosh)
NL_UFUNC_1_1(asin, arcsin)
NL_UFUNC_1_1(asinh, arcsinh)
NL_UFUNC_1_1(atan, arctan)
NL_UFUNC_1_1(atanh, arctanh)
NL_UFUNC_1_1(bitwise_invert, invert)
NL_UFUNC_1_1(bitwise_not, invert)
NL_UFUNC_1_1(conj, conjugate)
NL_UFUNC_2_1(atan2, arctan2)
NL_UFUNC_2_1(bitwise_left_shift, left_shift)
NL_UFUNC_2_1(bitwise_right_shift, right_shift)
NL_UFUNC_2_1(mod, remainder)
NL_UFUNC_2_1(pow, power)
NL_UFUNC_2_1(true_divide, divide)
#undef NL_UFUNC_1_1
#undef NL_UFUNC_2_1
#undef NL_UFUNC_1_2
#undef NL_UFUNC_2_2
#undef NL_UFUNC_3_1
// clang-format on

}  // namespace numloom
