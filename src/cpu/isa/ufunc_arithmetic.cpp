// SPDX-License-Identifier: BSD-3-Clause
// Loops of ufuncs.def: sums, products, quotients.
#include "functors/arithmetic.hpp"

#include "cpu/isa/rows.hpp"

namespace numloom::NL_TARGET {
void fill_arithmetic(loop_fn (*table)[cpu_host::table_dtypes]) {
  fill_section<id_add, id_floor_divide, true>(table);
}
}  // namespace numloom::NL_TARGET
