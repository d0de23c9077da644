// SPDX-License-Identifier: BSD-3-Clause
#pragma once
#include "element.cuh"

namespace numloom::NL_TARGET {

// The loop masks of ufuncs.def and reductions.def: one bit for each dtype.
constexpr unsigned dtype_bits(char kind) {
  unsigned bits = 0;
#define NL_DTYPE(name, type, k, bytes) bits |= (k == kind) ? 1u << element_##name : 0u;
#include "numloom/dtypes.def"
  return bits;
}
namespace loops {
inline constexpr unsigned BOOL = dtype_bits('b'), SIGNED = dtype_bits('i'), UNSIGNED = dtype_bits('u');
inline constexpr unsigned FLOATS = dtype_bits('f'), COMPLEX = dtype_bits('c');
inline constexpr unsigned INTS = SIGNED | UNSIGNED, REAL = INTS | FLOATS, INEXACT = FLOATS | COMPLEX;
inline constexpr unsigned NUMERIC = INTS | INEXACT, ALL = BOOL | NUMERIC;
inline constexpr unsigned FLOAT64 = 1u << element_float64, COMPLEX128 = 1u << element_complex128;
}  // namespace loops

}  // namespace numloom::NL_TARGET
