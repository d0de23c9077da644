// SPDX-License-Identifier: BSD-3-Clause
/// IEEE 754 half precision as an element type on the host. Arithmetic is float's, rounded once.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>

namespace numloom {

struct float16 {
  std::uint16_t bits = 0;

  float16() = default;
  float16(float value) : bits(to_bits(value)) {}
  float16(double value) : bits(to_bits(round_to_odd(value))) {}
  float16(std::integral auto value) : float16(static_cast<float>(value)) {}
  operator float() const { return from_bits(bits); }

 private:
  /// The bits that float has no room for are collected in the last place, so that a second rounding gives
  /// what one would.
  static float round_to_odd(double value) {
    const auto nearest = static_cast<float>(value);
    auto bits = std::bit_cast<std::uint32_t>(nearest);
    const double held = static_cast<double>(nearest);
    if (held == value || held != held) return nearest;
    if ((held < 0 ? -held : held) > (value < 0 ? -value : value)) --bits;
    return std::bit_cast<float>(bits | 1u);
  }
  /// Round to nearest even; overflow to infinity; NaN stays a quiet NaN.
  static std::uint16_t to_bits(float value) {
    const auto f = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (f >> 16) & 0x8000u, magnitude = f & 0x7fffffffu;
    std::uint32_t half;
    if (magnitude > 0x7f800000u) {
      half = 0x7e00u | ((magnitude >> 13) & 0x3ffu);
    } else if (magnitude >= 0x477ff000u) {  // 65520 and above round to infinity
      half = 0x7c00u;
    } else if (magnitude < 0x38800000u) {  // subnormal: adding 0.5 lets the float unit round at 2^-24
      half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - 0x3f000000u;
    } else {
      half = (magnitude - 0x38000000u + 0xfffu + ((magnitude >> 13) & 1u)) >> 13;
    }
    return static_cast<std::uint16_t>(sign | half);
  }
  static float from_bits(std::uint16_t bits) {
    const std::uint32_t sign = (bits & 0x8000u) << 16, magnitude = bits & 0x7fffu;
    if (magnitude >= 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u | ((magnitude & 0x3ffu) << 13));
    const float value = std::bit_cast<float>(magnitude << 13) * 0x1p112f;  // also right for subnormals
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) | sign);
  }
};
static_assert(sizeof(float16) == 2);

}  // namespace numloom
