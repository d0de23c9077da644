// SPDX-License-Identifier: BSD-3-Clause
// The reductions of floating-point and complex numbers.
#include "loop_masks.cuh"
#include "reduce.cuh"

namespace numloom::NL_TARGET {
using namespace loops;

extern const reduce_table_row floating_reductions[] = {
#define NL_REDUCTION(name, functor, inputs, loop, result, doc) \
  make_reduce_row<functor, (inputs) & (INEXACT)>(),
#include "numloom/reductions.def"
};

}  // namespace numloom::NL_TARGET
