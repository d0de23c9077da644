// SPDX-License-Identifier: BSD-3-Clause
// PCG64 (O'Neill 2014): a 128-bit LCG, so that any position can be jumped to. Word i of a stream is the
// output of the state after i + 1 steps with XSL-RR, of the state after i steps with DXSM (which also has a
// multiplier of 64 bits).
#pragma once
#include "target.hpp"

namespace numloom::NL_TARGET {

struct u128 {
  u64 high, low;
};

// High half of a 64 x 64 bit product.
NL_HD u64 multiply_high(u64 a, u64 b) {
#if defined(__CUDA_ARCH__)
  return __umul64hi(a, b);
#else
  __extension__ using wide = unsigned __int128;
  return static_cast<u64>((static_cast<wide>(a) * b) >> 64);
#endif
}
NL_HD u128 operator+(u128 a, u128 b) {
  const u64 low = a.low + b.low;
  return {a.high + b.high + (low < a.low ? 1u : 0u), low};
}
NL_HD u128 operator*(u128 a, u128 b) {
  return {multiply_high(a.low, b.low) + a.high * b.low + a.low * b.high, a.low * b.low};
}

// state -> multiplier * state + addend: some number of steps at once.
struct lcg_step {
  u128 multiplier, addend;
  NL_HD u128 operator()(u128 state) const {
#if defined(__CUDA_ARCH__)
    return multiplier * state + addend;
#else  // compilers add with carry only when they see one number
    __extension__ using wide = unsigned __int128;
    const auto join = [](u128 x) { return static_cast<wide>(x.high) << 64 | x.low; };
    const wide next = join(multiplier) * join(state) + join(addend);
    return {static_cast<u64>(next >> 64), static_cast<u64>(next)};
#endif
  }
};

NL_HD lcg_step pcg64_step(u128 increment) { return {{0x2360ed051fc65da4u, 0x4385df649fccf645u}, increment}; }

NL_HD lcg_step pcg64dxsm_step(u128 increment) { return {{0, 0xda942042e4dd58b5u}, increment}; }

// `count` steps as one (Brown, "Random number generation with arbitrary strides", 1994).
NL_HD lcg_step repeated(lcg_step power, u128 count) {
  lcg_step all = {{0, 1}, {0, 0}};
  while ((count.high | count.low) != 0) {
    if (count.low & 1u) all = {all.multiplier * power.multiplier, power(all.addend)};
    power = {power.multiplier * power.multiplier, power(power.addend)};
    count = {count.high >> 1, count.low >> 1 | count.high << 63};
  }
  return all;
}

NL_HD lcg_step pcg64_steps(u128 increment, u128 count) { return repeated(pcg64_step(increment), count); }

NL_HD u64 pcg64_output(u128 state) {
  const u64 value = state.high ^ state.low;
  const unsigned turn = static_cast<unsigned>(state.high >> 58);
  return value >> turn | value << (-turn & 63u);
}

NL_HD u64 pcg64dxsm_output(u128 state) {
  const u64 odd = state.low | 1;
  u64 value = (state.high ^ state.high >> 32) * 0xda942042e4dd58b5u;
  value ^= value >> 48;
  return value * odd;
}

// ---- what a draw of some width means ----
// Draws of 32, 16 and 8 bits are the parts of the words, low ones first.
NL_HD double uniform_f64(u64 word) { return static_cast<double>(static_cast<i64>(word >> 11)) * 0x1p-53; }
NL_HD float uniform_f32(u32 draw) { return static_cast<float>(static_cast<i32>(draw >> 8)) * 0x1p-24f; }

// Lemire's bounded integers (2019): the high half of draw * (range + 1), unless the low half is below a
// threshold; then the draw is passed over. Draw is the unsigned type of the draws; range < its maximum.
template <class Draw> struct lemire {
  Draw span, threshold;
  NL_HD explicit lemire(Draw range)
      : span(static_cast<Draw>(range + 1u)),
        threshold(static_cast<Draw>(static_cast<Draw>(~range) % static_cast<Draw>(range + 1u))) {}
  NL_HD bool accepts(Draw draw) const { return static_cast<Draw>(draw * span) >= threshold; }
  NL_HD Draw value(Draw draw) const {
    if constexpr (sizeof(Draw) == 8)
      return multiply_high(draw, span);
    else if constexpr (sizeof(Draw) == 4)
      return static_cast<Draw>((static_cast<u64>(draw) * span) >> 32);
    else
      return static_cast<Draw>((static_cast<u32>(draw) * span) >> (8 * sizeof(Draw)));
  }
};

}  // namespace numloom::NL_TARGET
