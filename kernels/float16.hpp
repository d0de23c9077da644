// SPDX-License-Identifier: BSD-3-Clause
// IEEE binary16 as storage: arithmetic happens in float by the implicit conversions. Included by types.hpp.
// The integer forms below are exact (subnormals, NaN payloads, ties to even) and free of branches, so that
// g++ vectorises loops over them at every instruction-set level, which it does not do with F16C's intrinsics.
#pragma once

namespace numloom::NL_TARGET {

NL_HD float half_bits_to_float(u16 half) {
  const u32 magnitude = half & 0x7fffu;
  const u32 shifted = magnitude << 13;
  const u32 normal = shifted + (112u << 23);        // rebias the exponent from 15 to 127
  const u32 special = shifted | 0x7f800000u;        // inf and NaN keep their fraction
  const float scale = bit_cast<float>(113u << 23);  // 2^-14, the smallest normal float16
  const u32 subnormal = bit_cast<u32>(bit_cast<float>(normal + (1u << 23)) - scale);
  u32 bits = magnitude < 0x0400u ? subnormal : normal;
  bits = magnitude >= 0x7c00u ? special : bits;
  return bit_cast<float>(bits | (half & 0x8000u) << 16);
}

// condition ? a : b without a branch: where the operand before was chosen by a condition too, g++ would
// thread the two into jumps and give up vectorising.
NL_HD u32 select_bits(bool condition, u32 a, u32 b) {
  const u32 mask = 0u - static_cast<u32>(condition);
  return (a & mask) | (b & ~mask);
}

NL_HD u16 float_to_half_bits(float value) {
  const u32 bits = bit_cast<u32>(value);
  const u32 magnitude = bits & 0x7fffffffu;
  // Adding 0x0fff plus the lowest kept bit rounds ties to even; the carry may run into the exponent, up to
  // infinity.
  const u32 normal = (magnitude - (112u << 23) + 0x0fffu + ((magnitude >> 13) & 1u)) >> 13;
  // At 0.5 a float's last place is 2^-24, the last place of float16's subnormals: the addition rounds for us.
  const u32 subnormal = bit_cast<u32>(bit_cast<float>(magnitude) + 0.5f) - bit_cast<u32>(0.5f);
  const u32 nan = 0x7e00u | ((magnitude >> 13) & 0x03ffu);
  u32 half = select_bits(magnitude < (113u << 23), subnormal, normal);
  half = select_bits(magnitude >= (143u << 23), 0x7c00u, half);
  half = select_bits(magnitude > 0x7f800000u, nan, half);
  return static_cast<u16>(half | ((bits >> 16) & 0x8000u));
}

// double to float with the discarded bits collected in the last place ("round to odd"), so that a second
// rounding to float16 gives the same as one rounding would.
NL_HD float round_to_odd(double value) {
  const float nearest = static_cast<float>(value);
  const u32 away = ::fabs(static_cast<double>(nearest)) > ::fabs(value) ? 1u : 0u;
  const float truncated = bit_cast<float>(bit_cast<u32>(nearest) - away);
  const u32 inexact = static_cast<double>(truncated) != value ? 1u : 0u;
  return bit_cast<float>(bit_cast<u32>(truncated) | inexact);
}

struct float16 {
  u16 bits;

  float16() = default;
  NL_HD float16(float value) {
#if defined(__CUDA_ARCH__)
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
#else
    bits = float_to_half_bits(value);
#endif
  }
  NL_HD explicit float16(double value) {
#if defined(__CUDA_ARCH__)
    asm("cvt.rn.f16.f64 %0, %1;" : "=h"(bits) : "d"(value));
#else
    bits = float_to_half_bits(round_to_odd(value));
#endif
  }
  // Integers that a float cannot hold exactly are beyond float16's range, so the way through float rounds
  // once.
  NL_HD explicit float16(int value) : float16(static_cast<float>(value)) {}

  NL_HD operator float() const {
#if defined(__CUDA_ARCH__)
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
    return value;
#else
    return half_bits_to_float(bits);
#endif
  }
  static constexpr NL_HD float16 from_bits(u16 bits) {
    float16 value;
    value.bits = bits;
    return value;
  }
};
}  // namespace numloom::NL_TARGET
