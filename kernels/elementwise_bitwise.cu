// SPDX-License-Identifier: BSD-3-Clause
#include "elementwise.cuh"
#include "functors/bitwise.hpp"
#include "functors/rounding.hpp"

namespace numloom::NL_TARGET {
using namespace loops;

extern const elementwise_row bitwise_rows[] = {
#define NL_UFUNC(name, nin, nout, functor, mask, rule, identity, doc) \
  make_row<functor, nin, nout, (mask), out_rule::rule, kernels::light>(),
#include "numloom/ufuncs.def"
};

}  // namespace numloom::NL_TARGET
