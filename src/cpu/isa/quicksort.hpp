// SPDX-License-Identifier: BSD-3-Clause
// Sorts rows of n unsigned keys, ascending and in place: only where vectors compress their lanes.
#pragma once
#include "types.hpp"

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__BMI2__)
#define NL_QUICKSORT

namespace numloom::NL_TARGET {
void sort_keys(u32* keys, long rows, long n);
void sort_keys(u64* keys, long rows, long n);
}  // namespace numloom::NL_TARGET
#endif
