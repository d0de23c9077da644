// SPDX-License-Identifier: BSD-3-Clause
// Loops of ufuncs.def: comparisons.
#include "functors/comparison.hpp"

#include "cpu/isa/rows.hpp"

namespace numloom::NL_TARGET {
void fill_comparison(loop_fn (*table)[cpu_host::table_dtypes]) {
  fill_section<id_equal, id_logical_and, true>(table);
}
}  // namespace numloom::NL_TARGET
