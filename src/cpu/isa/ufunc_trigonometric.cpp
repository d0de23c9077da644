// SPDX-License-Identifier: BSD-3-Clause
// Loops of ufuncs.def: trigonometric and hyperbolic functions.
#include "functors/hyperbolic.hpp"
#include "functors/trigonometric.hpp"

#include "cpu/isa/rows.hpp"

namespace numloom::NL_TARGET {
void fill_trigonometric(loop_fn (*table)[cpu_host::table_dtypes]) {
  fill_section<id_sin, id_rint, false>(table);
}
}  // namespace numloom::NL_TARGET
