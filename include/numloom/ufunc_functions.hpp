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
#define NL_UFUNC_1_1(name)                                                            \
  inline ndarray name(const array_like& a) { return call(ufunc::name, a); }           \
  inline ndarray name(const array_like& a, const ufunc_options& options) { return detail::call_ufunc(ufunc::name, options, a); }
#define NL_UFUNC_2_1(name)                                                                          \
  inline ndarray name(const array_like& a, const array_like& b) { return call(ufunc::name, a, b); } \
  inline ndarray name(const array_like& a, const array_like& b, const ufunc_options& options) { return detail::call_ufunc(ufunc::name, options, a, b); }
#define NL_UFUNC_1_2(name) \
  inline std::pair<ndarray, ndarray> name(const array_like& a, const ufunc_options& options = {}) { return detail::call_ufunc2(ufunc::name, options, a); }
#define NL_UFUNC_2_2(name) \
  inline std::pair<ndarray, ndarray> name(const array_like& a, const array_like& b, const ufunc_options& options = {}) { return detail::call_ufunc2(ufunc::name, options, a, b); }
#define NL_UFUNC_3_1(name)
#define NL_UFUNC(name, nin, nout, functor, loops, out_rule, identity, doc) NL_UFUNC_##nin##_##nout(name)
#include "numloom/ufuncs.def"
#undef NL_UFUNC_1_1
#undef NL_UFUNC_2_1
#undef NL_UFUNC_1_2
#undef NL_UFUNC_2_2
#undef NL_UFUNC_3_1
// clang-format on

/// NumPy's other names for the same ufuncs.
inline ndarray abs(const array_like& a) { return absolute(a); }
inline ndarray true_divide(const array_like& a, const array_like& b) { return divide(a, b); }
inline ndarray mod(const array_like& a, const array_like& b) { return remainder(a, b); }
inline ndarray conj(const array_like& a) { return conjugate(a); }
inline ndarray pow(const array_like& a, const array_like& b) { return power(a, b); }

}  // namespace numloom
