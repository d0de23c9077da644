// SPDX-License-Identifier: BSD-3-Clause
// From the rows of ufuncs.def to rows of loops. Each file instantiates the rows between two names of the
// table, so a new row lands in the file of its section by itself. It includes the functors of its rows, and
// no others, before this header: an edit of a functor is then compiled again only where it is used.
#pragma once
#include "cpu/isa/loops.hpp"

// Rows name functors that this file may not know: those resolve to these incomplete types.
namespace numloom {
#define NL_UFUNC(name, nin, nout, functor, loops, rule, identity, doc) struct functor;
#include "numloom/ufuncs.def"
}  // namespace numloom

namespace numloom::NL_TARGET {

// Ufuncs that give signed and unsigned integers the same bits: one loop serves both.
constexpr bool is_sign_blind(int id) {
  constexpr int blind[] = {id_add,        id_subtract,    id_multiply,    id_negative,   id_positive,
                           id_square,     id_conjugate,   id_bitwise_and, id_bitwise_or, id_bitwise_xor,
                           id_invert,     id_left_shift,  id_equal,       id_not_equal,  id_logical_and,
                           id_logical_or, id_logical_xor, id_logical_not, id_isnan,      id_isinf,
                           id_isfinite,   id_floor,       id_ceil,        id_trunc};
  for (const int other : blind)
    if (id == other) return true;
  return false;
}

template <int Id, class T> struct loop_type_of { using type = T; };
template <int Id, class T>
requires(is_sign_blind(Id) && is_integral<T>) struct loop_type_of<Id, T> {
  using type = unsigned_of<T>;
};

template <int Id, class F, int Inputs, int Outputs, out_rule Rule, bool Cheap, class L>
constexpr loop_fn loop_for() {
  using types = loop_types<L, Rule>;
  using out = typename types::out;
  if constexpr (Id == id_greater)
    return &exchanged<binary_loop<Less, L, L, out, Cheap>>::run;
  else if constexpr (Id == id_greater_equal)
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

template <int Id, class F, int Inputs, int Outputs, int Mask, out_rule Rule, bool Cheap, int D = 0>
void fill_row(loop_fn* row) {
  if constexpr (D < cpu_host::table_dtypes) {
    if constexpr ((Mask >> D) & 1) {
      using L = typename loop_type_of<Id, typename element_of<D>::type>::type;
      row[D] = loop_for<Id, F, Inputs, Outputs, Rule, Cheap, L>();
    }
    fill_row<Id, F, Inputs, Outputs, Mask, Rule, Cheap, D + 1>(row);
  }
}

template <bool Wanted, int Id, class F, int Inputs, int Outputs, int Mask, out_rule Rule, bool Cheap>
void fill_if(loop_fn* row) {
  if constexpr (Wanted) fill_row<Id, F, Inputs, Outputs, Mask, Rule, Cheap>(row);
}

// Fills the rows from First up to, not including, End.
template <int First, int End, bool Cheap> void fill_section(loop_fn (*table)[cpu_host::table_dtypes]) {
#define NL_UFUNC(name, nin, nout, F, loops, rule, identity, doc)                                           \
  fill_if<(First <= id_##name && id_##name < End), id_##name, F, nin, nout, loops, out_rule::rule, Cheap>( \
      table[id_##name]);
#include "numloom/ufuncs.def"
}
}  // namespace numloom::NL_TARGET
