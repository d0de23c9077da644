// SPDX-License-Identifier: BSD-3-Clause
// Loops of ufuncs.def: whole quotients and powers.
#include "functors/division.hpp"
#include "functors/power.hpp"

#include "cpu/isa/rows.hpp"

namespace numloom::NL_TARGET {
void fill_division(loop_fn (*table)[cpu_host::table_dtypes]) {
  fill_section<id_floor_divide, id_negative, false>(table);
}
}  // namespace numloom::NL_TARGET
