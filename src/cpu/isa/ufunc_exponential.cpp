// SPDX-License-Identifier: BSD-3-Clause
// Loops of ufuncs.def: exponentials, logarithms, roots.
#include "functors/exponential.hpp"

#include "cpu/isa/rows.hpp"

namespace numloom::NL_TARGET {
void fill_exponential(loop_fn (*table)[cpu_host::table_dtypes]) {
  fill_section<id_exp, id_sin, false>(table);
}
}  // namespace numloom::NL_TARGET
