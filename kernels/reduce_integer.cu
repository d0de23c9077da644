// SPDX-License-Identifier: BSD-3-Clause
// The reductions of bool and the integers.
#include "loop_masks.cuh"
#include "reduce.cuh"

namespace numloom::NL_TARGET {
using namespace loops;

extern const reduce_table_row integer_reductions[] = {
#define NL_REDUCTION(name, functor, inputs, loop, result, doc) \
  make_reduce_row<functor, (inputs) & (BOOL | INTS)>(),
#include "numloom/reductions.def"
};

}  // namespace numloom::NL_TARGET
