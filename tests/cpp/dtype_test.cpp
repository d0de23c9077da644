// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/dtype.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "numloom/error.hpp"

namespace numloom {
namespace {

constexpr std::string_view codes = "?bBhHiIlLefdFD";

TEST(dtype, promotes_as_numpy) {
  // Rows and columns in the order of dtypes.def; what numpy.promote_types says.
  constexpr std::string_view expected[] = {
      "?bBhHiIlLefdFD", "bbhhiilldefdFD", "BhBhHiIlLefdFD", "hhhhiilldffdFD", "HiHiHiIlLffdFD",
      "iiiiiillddddDD", "IlIlIlIlLdddDD", "llllllllddddDD", "LdLdLdLdLdddDD", "eeeffddddefdFD",
      "fffffddddffdFD", "ddddddddddddDD", "FFFFFDDDDFFDFD", "DDDDDDDDDDDDDD",
  };
  for (int a = 0; a < dtype_count; ++a)
    for (int b = 0; b < dtype_count; ++b)
      EXPECT_EQ(codes[static_cast<std::size_t>(promote_types(static_cast<dtype>(a), static_cast<dtype>(b)))],
                expected[a][static_cast<std::size_t>(b)])
          << static_cast<dtype>(a) << " and " << static_cast<dtype>(b);
}

TEST(dtype, casts_as_numpy) {
  constexpr std::string_view safe_then_same_kind[] = {
      "1111111111111111111111111111", "0101010101111101010101011111", "0011111111111101111111111111",
      "0001010100111101010101011111", "0000111110111101111111111111", "0000010100010101010101011111",
      "0000001110010101111111111111", "0000000100010101010101011111", "0000000010010101111111111111",
      "0000000001111100000000011111", "0000000000111100000000011111", "0000000000010100000000011111",
      "0000000000001100000000000011", "0000000000000100000000000011",
  };
  for (int a = 0; a < dtype_count; ++a)
    for (int b = 0; b < dtype_count; ++b) {
      const auto from = static_cast<dtype>(a), to = static_cast<dtype>(b);
      const auto column = static_cast<std::size_t>(b);
      EXPECT_EQ(can_cast(from, to), safe_then_same_kind[a][column] == '1') << from << " to " << to;
      EXPECT_EQ(can_cast(from, to, casting::same_kind), safe_then_same_kind[a][column + dtype_count] == '1')
          << from << " to " << to;
      EXPECT_EQ(can_cast(from, to, casting::no), from == to);
      EXPECT_TRUE(can_cast(from, to, casting::unsafe));
    }
}

TEST(dtype, parses_names_and_codes) {
  for (int i = 0; i < dtype_count; ++i) {
    const auto t = static_cast<dtype>(i);
    EXPECT_EQ(parse_dtype(name_of(t)), t);
    EXPECT_EQ(parse_dtype(codes.substr(static_cast<std::size_t>(i), 1)), t);
  }
  EXPECT_EQ(parse_dtype("<f4"), dtype::float32);
  EXPECT_THROW(parse_dtype("float128"), type_error);
  EXPECT_THROW(parse_dtype(""), type_error);
  EXPECT_THROW(parse_casting("sometimes"), value_error);
}

TEST(scalar, adapts_to_the_dtype_beside_it) {
  EXPECT_EQ(promote_with_scalar(dtype::int8, 1), dtype::int8);
  EXPECT_EQ(promote_with_scalar(dtype::bool_, 1), dtype::int64);
  EXPECT_EQ(promote_with_scalar(dtype::int32, 1.0), dtype::float64);
  EXPECT_EQ(promote_with_scalar(dtype::float16, 1.0), dtype::float16);
  EXPECT_EQ(promote_with_scalar(dtype::float32, std::complex<double>(0, 1)), dtype::complex64);
  EXPECT_EQ(promote_with_scalar(dtype::float16, std::complex<double>(0, 1)), dtype::complex64);
  EXPECT_EQ(promote_with_scalar(dtype::int64, std::complex<double>(0, 1)), dtype::complex128);
}

TEST(scalar, refuses_integers_that_do_not_fit) {
  unsigned char room[16];
  EXPECT_THROW(store_scalar(300, dtype::uint8, room), overflow_error);
  EXPECT_THROW(store_scalar(-1, dtype::uint64, room), overflow_error);
  EXPECT_NO_THROW(store_scalar(std::numeric_limits<std::uint64_t>::max(), dtype::uint64, room));
  EXPECT_THROW(store_scalar(std::numeric_limits<std::uint64_t>::max(), dtype::int64, room), overflow_error);
  EXPECT_THROW(store_scalar(std::nan(""), dtype::int64, room), value_error);
  EXPECT_THROW(store_scalar(std::numeric_limits<double>::infinity(), dtype::int32, room), overflow_error);
}

TEST(float16, rounds_every_float_as_the_hardware_does) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {  // every half survives the way to float and back
    float16 h;
    h.bits = static_cast<std::uint16_t>(bits);
    const float f = h;
    if (std::isnan(f)) {
      EXPECT_TRUE(std::isnan(static_cast<float>(float16(f))));
      continue;
    }
    EXPECT_EQ(float16(f).bits, h.bits);
  }
  for (std::uint64_t bits = 0; bits <= 0xffffffffu; bits += 4097) {
    const float f = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (std::isnan(f)) continue;
    EXPECT_EQ(float16(f).bits, std::bit_cast<std::uint16_t>(static_cast<_Float16>(f))) << bits;
  }
}

}  // namespace
}  // namespace numloom
