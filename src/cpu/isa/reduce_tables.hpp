// SPDX-License-Identifier: BSD-3-Clause
// Numbers of the rows of reductions.def and the columns of dtypes.def, for the files that fill the tables.
#pragma once
#include "cpu/isa/reduce.hpp"

namespace numloom::NL_TARGET {

enum dtype_id {
#define NL_DTYPE(name, type, kind, bytes) dtype_##name,
#include "numloom/dtypes.def"
};
enum reduce_id {
#define NL_REDUCTION(name, functor, inputs, loop, result, doc) reduce_##name,
#include "numloom/reductions.def"
  reduce_end
};
static_assert(reduce_end <= 16);
using reduce_table = reduce_kernels (*)[cpu_host::table_dtypes];

// float16 arrays are reduced as float; the first and the last step know better.
template <class Op> reduce_kernels as_half(reduce_kernels k) {
  k.acc_is_result = false;
  k.finish = plain_reduction<Op, float>::template finish<float16>;
  k.lift = lift_half<Op>;
  return k;
}
}  // namespace numloom::NL_TARGET
