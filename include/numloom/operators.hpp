// SPDX-License-Identifier: BSD-3-Clause
/// Operators of arrays, element by element, with NumPy's meaning: between ndarray, array<T> and numbers.
/// Typed operands give a typed result; as soon as an ndarray takes part, the result is an ndarray.
/// Comparisons give arrays of bool. `a += b` writes into a.
#pragma once

#include "numloom/promotion.hpp"
#include "numloom/ufuncs.hpp"

namespace numloom {

template <element T> class array;

namespace detail {

enum class operand_kind { other, untyped, typed, number };
template <class T> struct operand_traits {
  static constexpr operand_kind kind = numloom::number<T> ? operand_kind::number : operand_kind::other;
  using element_type = T;
};
template <> struct operand_traits<ndarray> { static constexpr operand_kind kind = operand_kind::untyped; };
template <element T> struct operand_traits<array<T>> {
  static constexpr operand_kind kind = operand_kind::typed;
  using element_type = T;
};
template <class T>
concept array_operand =
    operand_traits<T>::kind == operand_kind::untyped || operand_traits<T>::kind == operand_kind::typed;
/// Two operands of which at least one is an array.
template <class A, class B>
concept operands = (array_operand<A> || array_operand<B>)&&operand_traits<A>::kind
                   != operand_kind::other&& operand_traits<B>::kind != operand_kind::other;

/// The dtype that a ufunc returns for operands that promote to t.
constexpr dtype result_dtype(ufunc f, dtype t) {
  if (f >= ufunc::equal && f <= ufunc::greater_equal) return dtype::bool_;
  if (f == ufunc::divide && !is_inexact(t)) return dtype::float64;
  const bool widened = f == ufunc::remainder || f == ufunc::left_shift || f == ufunc::right_shift;
  return widened && t == dtype::bool_ ? dtype::int8 : t;
}
template <class A, class B> constexpr dtype common_dtype() {
  using x = typename operand_traits<A>::element_type;
  using y = typename operand_traits<B>::element_type;
  if constexpr (operand_traits<A>::kind == operand_kind::number)
    return dtype_of<promoted_with<y, x>>;
  else if constexpr (operand_traits<B>::kind == operand_kind::number)
    return dtype_of<promoted_with<x, y>>;
  else
    return dtype_of<promoted<x, y>>;
}

template <ufunc F, class A, class B> auto binary(const A& a, const B& b) {
  ndarray result = call(F, array_like(a), array_like(b));
  if constexpr (operand_traits<A>::kind == operand_kind::untyped ||
                operand_traits<B>::kind == operand_kind::untyped)
    return result;
  else
    return array<type_of<result_dtype(F, common_dtype<A, B>())>>(std::move(result));
}
template <ufunc F, class A> auto unary(const A& a) {
  ndarray result = call(F, array_like(a));
  if constexpr (operand_traits<A>::kind == operand_kind::untyped)
    return result;
  else
    return A(std::move(result));
}
template <ufunc F, class A, class B> void in_place(A& a, const B& b) {
  const array_like inputs[] = {a, b};
  call(F, std::span<const array_like>(inputs), {.out = static_cast<const ndarray&>(a)});
}
/// a(mask) and a(i, j) are copies: what is written into them would be lost.
template <class A> void refuse_temporary() {
  static_assert(
      !array_operand<A>,
      "an array without a name is not changed in place: write `auto v = a(...); v += b;` for a view, "
      "or a.assign(value, index...)");
}

}  // namespace detail

// clang-format off
#define NL_BINARY(symbol, name)                                    \
  template <class A, class B> requires detail::operands<A, B>      \
  auto operator symbol(const A& a, const B& b) { return detail::binary<ufunc::name>(a, b); }
#define NL_IN_PLACE(symbol, name)                                  \
  template <detail::array_operand A, class B> requires detail::operands<A, B> \
  A& operator symbol(A& a, const B& b) { detail::in_place<ufunc::name>(a, b); return a; } \
  template <detail::array_operand A, class B> void operator symbol(A&&, const B&) { detail::refuse_temporary<A>(); }
#define NL_UNARY(symbol, name)                                     \
  template <detail::array_operand A> auto operator symbol(const A& a) { return detail::unary<ufunc::name>(a); }
NL_BINARY(+, add)
NL_BINARY(-, subtract)
NL_BINARY(*, multiply)
NL_BINARY(/, divide)
NL_BINARY(%, remainder)
NL_BINARY(&, bitwise_and)
NL_BINARY(|, bitwise_or)
NL_BINARY(^, bitwise_xor)
NL_BINARY(>>, right_shift)
NL_BINARY(==, equal)
NL_BINARY(!=, not_equal)
NL_BINARY(<, less)
NL_BINARY(<=, less_equal)
NL_BINARY(>, greater)
NL_BINARY(>=, greater_equal)
NL_BINARY(<<, left_shift)
NL_IN_PLACE(+=, add)
NL_IN_PLACE(-=, subtract)
NL_IN_PLACE(*=, multiply)
NL_IN_PLACE(/=, divide)
NL_IN_PLACE(%=, remainder)
NL_IN_PLACE(&=, bitwise_and)
NL_IN_PLACE(|=, bitwise_or)
NL_IN_PLACE(^=, bitwise_xor)
NL_IN_PLACE(<<=, left_shift)
NL_IN_PLACE(>>=, right_shift)
NL_UNARY(-, negative)
NL_UNARY(+, positive)
NL_UNARY(~, invert)
#undef NL_BINARY
#undef NL_IN_PLACE
#undef NL_UNARY
// clang-format on

}  // namespace numloom
