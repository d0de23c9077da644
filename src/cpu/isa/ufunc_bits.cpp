// SPDX-License-Identifier: BSD-3-Clause
// Loops of ufuncs.def: logic and bits.
#include "functors/bitwise.hpp"
#include "functors/logical.hpp"

#include "cpu/isa/rows.hpp"

namespace numloom::NL_TARGET {
void fill_bits(loop_fn (*table)[cpu_host::table_dtypes]) {
  fill_section<id_logical_and, id_end, true>(table);
}
}  // namespace numloom::NL_TARGET
