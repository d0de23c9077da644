// SPDX-License-Identifier: BSD-3-Clause
// Mathematical functions for CPUs with fused multiply-add: straight-line code, so that g++ turns a plain loop
// over them into vector instructions at x86-64-v3 and v4. All of it is IEEE arithmetic and integer
// operations; each fma_ is explicit and contraction is off, so v3 and v4 give the same bits. Errors and
// speed: benchmarks/ladder/vector_math.md.
//
// Three devices keep the code free of branches, conversions and tables:
//  - Rounding to a whole number n by adding a large number ("magic"): its last bits are then n, ready to be
//  shifted
//    into an exponent or a sign.
//  - Comparisons that select between two results; NaN falls through the comparison as the value it was.
//  - Ranges that would need much more work (sin of 1e20) are left to the C library; see
//  fast_path.hpp.
#pragma once

namespace numloom::NL_TARGET {

// c0 + c1 x + c2 x**2 + ... by fused multiply-adds from the highest term down.
template <class T> NL_HD T horner(T, T c0) { return c0; }
template <class T, class... Rest> NL_HD T horner(T x, T c0, Rest... rest) {
  return fma_(horner(x, rest...), x, c0);
}

NL_HD u32 sign_of(float x) { return bit_cast<u32>(x) & 0x80000000u; }
NL_HD u64 sign_of(double x) { return bit_cast<u64>(x) & 0x8000000000000000u; }
NL_HD float flip_sign(float x, u32 sign) { return bit_cast<float>(bit_cast<u32>(x) ^ sign); }
NL_HD double flip_sign(double x, u64 sign) { return bit_cast<double>(bit_cast<u64>(x) ^ sign); }
}  // namespace numloom::NL_TARGET

// Each builds on those before it.
// clang-format off
#include "vector_exp.hpp"
#include "vector_log.hpp"
#include "vector_hyperbolic.hpp"
#include "vector_trig.hpp"
#include "vector_inverse.hpp"
#include "vector_pow.hpp"
#include "vector_area.hpp"
// clang-format on
