// SPDX-License-Identifier: BSD-3-Clause
// Loops of ufuncs.def: signs, squares, gcd.
#include "functors/arithmetic.hpp"
#include "functors/division.hpp"
#include "functors/floating.hpp"

#include "cpu/isa/rows.hpp"

namespace numloom::NL_TARGET {
void fill_unary(loop_fn (*table)[cpu_host::table_dtypes]) {
  fill_section<id_negative, id_gcd, true>(table);
  fill_section<id_gcd, id_maximum, false>(table);
}
}  // namespace numloom::NL_TARGET
