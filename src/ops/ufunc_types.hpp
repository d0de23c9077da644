// SPDX-License-Identifier: BSD-3-Clause
/// What src/ops knows about a ufunc's dtypes beyond its public facts.
#pragma once

#include "numloom/ufuncs.hpp"

namespace numloom {

/// The out_rule column of ufuncs.def.
enum class out_rule : std::uint8_t { SAME, TO_BOOL, REAL_PART, FREXP, LDEXP, BIT_COUNT };
out_rule rule_of(ufunc f);
/// The loop dtype for operands of one common dtype; found is false when there is none.
dtype loop_for(ufunc f, dtype common, bool& found);
bool is_comparison(ufunc f);
bool is_logical_ufunc(ufunc f);

}  // namespace numloom
