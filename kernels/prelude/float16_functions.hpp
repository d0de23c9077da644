// SPDX-License-Identifier: BSD-3-Clause
// CUDA's functions that a kernel string may call with two float16, and that no conversion to float leads to.
#pragma once
#include "types.hpp"

namespace numloom::NL_TARGET {

NL_HD float16 min(float16 a, float16 b) { return b < a || a != a ? b : a; }
NL_HD float16 max(float16 a, float16 b) { return a < b || a != a ? b : a; }
NL_HD bool isnan(float16 x) { return ::isnan(static_cast<float>(x)); }
NL_HD bool isinf(float16 x) { return ::isinf(static_cast<float>(x)); }
NL_HD bool isfinite(float16 x) { return ::isfinite(static_cast<float>(x)); }

}  // namespace numloom::NL_TARGET
