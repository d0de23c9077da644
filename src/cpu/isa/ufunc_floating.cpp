// SPDX-License-Identifier: BSD-3-Clause
// Loops of ufuncs.def: rounding and the representation of numbers.
#include "functors/floating.hpp"
#include "functors/rounding.hpp"

#include "cpu/isa/rows.hpp"

namespace numloom::NL_TARGET {
void fill_floating(loop_fn (*table)[cpu_host::table_dtypes]) {
  fill_section<id_rint, id_equal, false>(table);
}
}  // namespace numloom::NL_TARGET
