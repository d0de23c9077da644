// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/bits.hpp"

#include "numloom/manipulation.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using longs = std::vector<std::int64_t>;

TEST(bits, eight_truths_a_byte) {
  if (test::lacks({dtype::uint8})) GTEST_SKIP() << test::left_out;
  const ndarray a = make<std::int64_t>({1, 0, 0, 5, 0, 0, 0, 0, 1, 1});
  EXPECT_EQ(packbits(a).to_vector<std::int64_t>(), (longs{144, 192}));
  EXPECT_EQ(packbits(a, {}, bit_order::little).to_vector<std::int64_t>(), (longs{9, 3}));
  const ndarray m = make<bool>({true, false, true, true}, {2, 2});
  EXPECT_EQ(packbits(m, 0).to_vector<std::int64_t>(), (longs{192, 64}));
  EXPECT_EQ(packbits(m, 1).shape(), shape_t({2, 1}));
  EXPECT_THROW(packbits(make<double>({1})), type_error);
  const ndarray bytes = make<std::uint8_t>({144, 3});
  EXPECT_EQ(unpackbits(bytes, {}, 5).to_vector<std::int64_t>(), (longs{1, 0, 0, 1, 0}));
  EXPECT_EQ(unpackbits(bytes, {}, -14, bit_order::little).to_vector<std::int64_t>(), (longs{0, 0}));
  EXPECT_EQ(unpackbits(bytes, {}, 18).size(), 18);
  EXPECT_EQ(unpackbits(reshape(bytes, {2, 1}), 1).shape(), shape_t({2, 8}));
  EXPECT_THROW(unpackbits(bytes, {}, -17), value_error);
  EXPECT_THROW(unpackbits(a), type_error);
}

}  // namespace
}  // namespace numloom
