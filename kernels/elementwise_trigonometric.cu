// SPDX-License-Identifier: BSD-3-Clause
#include "functors/trigonometric.hpp"
#define NL_OTHER_FAMILY Conjugate
#include "elementwise.cuh"

namespace numloom::NL_TARGET {
using namespace loops;

extern const elementwise_row trigonometric_rows[] = {
#define NL_UFUNC(name, nin, nout, functor, mask, rule, identity, doc) \
  make_row<functor, nin, nout, (mask), out_rule::rule, kernels::heavy>(),
#include "numloom/ufuncs.def"
};

}  // namespace numloom::NL_TARGET
