// SPDX-License-Identifier: BSD-3-Clause
// Extrema of bool and the integers, and their positions.
#include "loop_masks.cuh"
#include "reduce.cuh"

namespace numloom::NL_TARGET {
using namespace loops;

extern const reduce_table_row integer_extrema[] = {
#define NL_REDUCTION(name, functor, inputs, loop, result, doc) \
  make_reduce_row<functor, finds_extremum(reduction_##name) ? (inputs) & (BOOL | INTS) : 0>(),
#include "numloom/reductions.def"
};

}  // namespace numloom::NL_TARGET
