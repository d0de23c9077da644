// SPDX-License-Identifier: BSD-3-Clause
// Everything compiled at this level, gathered.
#include "cpu/isa/loops.hpp"

namespace numloom::NL_TARGET {

using loop_table = loop_fn (*)[cpu_host::table_dtypes];
void fill_arithmetic(loop_table);
void fill_division(loop_table);
void fill_unary(loop_table);
void fill_extrema(loop_table);
void fill_exponential(loop_table);
void fill_trigonometric(loop_table);
void fill_floating(loop_table);
void fill_comparison(loop_table);
void fill_bits(loop_table);
void fill_casts(loop_table);
void fill_moves(cpu_host::level_tables&);
void fill_exponents(cpu_host::level_tables&);
void fill_reductions(cpu_host::level_tables&);
void fill_scans(cpu_host::level_tables&);

static_assert(id_end <= sizeof(cpu_host::level_tables::ufunc) / sizeof(cpu_host::level_tables::ufunc[0]));

void fill_tables(cpu_host::level_tables& t) {
  fill_arithmetic(t.ufunc);
  fill_division(t.ufunc);
  fill_unary(t.ufunc);
  fill_extrema(t.ufunc);
  fill_exponential(t.ufunc);
  fill_trigonometric(t.ufunc);
  fill_floating(t.ufunc);
  fill_comparison(t.ufunc);
  fill_bits(t.ufunc);
  fill_casts(t.cast);
  fill_moves(t);
  fill_exponents(t);
  fill_reductions(t);
  fill_scans(t);
}
}  // namespace numloom::NL_TARGET
