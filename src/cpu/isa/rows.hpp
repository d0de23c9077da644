// SPDX-License-Identifier: BSD-3-Clause
// From the rows of ufuncs.def to rows of loops. Each file instantiates the rows between two names of the
// table, so a new row lands in the file of its section by itself.
#pragma once
#include "cpu/isa/loops.hpp"

namespace numloom::NL_TARGET {

// Functors that give signed and unsigned integers the same bits: one loop serves both.
template <class F>
inline constexpr bool sign_blind =
    is_same<F, Add> || is_same<F, Subtract> || is_same<F, Multiply> || is_same<F, Negative> ||
    is_same<F, Positive> || is_same<F, Square> || is_same<F, Conjugate> || is_same<F, BitwiseAnd> ||
    is_same<F, BitwiseOr> || is_same<F, BitwiseXor> || is_same<F, Invert> || is_same<F, LeftShift> ||
    is_same<F, Equal> || is_same<F, NotEqual> || is_same<F, LogicalAnd> || is_same<F, LogicalOr> ||
    is_same<F, LogicalXor> || is_same<F, LogicalNot> || is_same<F, Isnan> || is_same<F, Isinf> ||
    is_same<F, Isfinite> || is_same<F, Floor> || is_same<F, Ceil> || is_same<F, Trunc>;

template <class F, class T> struct loop_type_of { using type = T; };
template <class F, class T>
requires(sign_blind<F>&& is_integral<T>) struct loop_type_of<F, T> {
  using type = unsigned_of<T>;
};

template <class F, int Inputs, int Outputs, out_rule Rule, bool Cheap, class L> constexpr loop_fn loop_for() {
  using types = loop_types<L, Rule>;
  using out = typename types::out;
  if constexpr (is_same<F, Greater>)
    return &exchanged<binary_loop<Less, L, L, out, Cheap>>::run;
  else if constexpr (is_same<F, GreaterEqual>)
    return &exchanged<binary_loop<LessEqual, L, L, out, Cheap>>::run;
  else if constexpr (Inputs == 1 && Outputs == 1)
    return &unary_loop<F, L, out>::run;
  else if constexpr (Inputs == 1)
    return &unary_pair_loop<F, L, out, typename types::second_out>::run;
  else if constexpr (Inputs == 2 && Outputs == 1)
    return &binary_loop<F, L, typename types::second_in, out, Cheap>::run;
  else if constexpr (Inputs == 2)
    return &binary_pair_loop<F, L, out>::run;
  else
    return &ternary_loop<F, L>::run;
}

template <class F, int Inputs, int Outputs, int Mask, out_rule Rule, bool Cheap, int D = 0>
void fill_row(loop_fn* row) {
  if constexpr (D < cpu_host::table_dtypes) {
    if constexpr ((Mask >> D) & 1) {
      using L = typename loop_type_of<F, typename element_of<D>::type>::type;
      row[D] = loop_for<F, Inputs, Outputs, Rule, Cheap, L>();
    }
    fill_row<F, Inputs, Outputs, Mask, Rule, Cheap, D + 1>(row);
  }
}

template <bool Wanted, class F, int Inputs, int Outputs, int Mask, out_rule Rule, bool Cheap>
void fill_if(loop_fn* row) {
  if constexpr (Wanted) fill_row<F, Inputs, Outputs, Mask, Rule, Cheap>(row);
}

// Fills the rows from First up to, not including, End.
template <int First, int End, bool Cheap> void fill_section(loop_fn (*table)[cpu_host::table_dtypes]) {
#define NL_UFUNC(name, nin, nout, F, loops, rule, identity, doc)                                \
  fill_if<(First <= id_##name && id_##name < End), F, nin, nout, loops, out_rule::rule, Cheap>( \
      table[id_##name]);
#include "numloom/ufuncs.def"
}
}  // namespace numloom::NL_TARGET
