// SPDX-License-Identifier: BSD-3-Clause
// The reductions of bool and the integers, but for their extrema.
#include "loop_masks.cuh"
#include "reduce.cuh"

namespace numloom::NL_TARGET {
using namespace loops;

extern const reduce_table_row integer_reductions[] = {
#define NL_REDUCTION(name, functor, inputs, loop, result, doc) \
  make_reduce_row<functor, finds_extremum(reduction_##name) ? 0 : (inputs) & (BOOL | INTS)>(),
#include "numloom/reductions.def"
};

}  // namespace numloom::NL_TARGET
