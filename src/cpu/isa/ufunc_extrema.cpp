// SPDX-License-Identifier: BSD-3-Clause
// Loops of ufuncs.def: extrema and clip.
#include "functors/arithmetic.hpp"
#include "functors/complex.hpp"

#include "cpu/isa/rows.hpp"

namespace numloom::NL_TARGET {
void fill_extrema(loop_fn (*table)[cpu_host::table_dtypes]) { fill_section<id_maximum, id_exp, true>(table); }
}  // namespace numloom::NL_TARGET
