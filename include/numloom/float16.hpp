// SPDX-License-Identifier: BSD-3-Clause
/// IEEE 754 half precision as an element type on the host. Arithmetic is float's, rounded once.
#pragma once

#include <bit>
#include <cstdint>

namespace numloom {

struct float16 {
  std::uint16_t bits = 0;

  float16() = default;
  float16(float value) : bits(to_bits(value)) {}
  operator float() const { return from_bits(bits); }
  friend bool operator==(float16 a, float16 b) { return static_cast<float>(a) == static_cast<float>(b); }

 private:
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
