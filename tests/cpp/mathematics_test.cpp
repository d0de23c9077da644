// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/mathematics.hpp"

#include <cmath>
#include <complex>

#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using test::values;
using doubles = std::vector<double>;
using longs = std::vector<std::int64_t>;

TEST(mathematics, rounds_to_decimals) {
  EXPECT_EQ(values(round(make<double>({1.25, -2.75}), 1)), (doubles{1.2, -2.8}));
  EXPECT_EQ(values(round(make<double>({0.5, 1.5, 2.5}))), (doubles{0, 2, 2}));
  EXPECT_EQ(round(make<std::int32_t>({125, 135}), -1).to_vector<std::int64_t>(), (longs{120, 140}));
  EXPECT_EQ(round(make<float>({1.5f}), 2).dtype(), dtype::float32);
  EXPECT_EQ(round(make<bool>({true})).dtype(), dtype::float16);
  EXPECT_THROW(round(make<bool>({true}), 1), type_error);
  const ndarray out = make<double>({0, 0});
  EXPECT_TRUE(is_same_view(round(make<double>({1.26, 2.5}), 1, out), out));
  EXPECT_EQ(values(out), (doubles{1.3, 2.5}));
  EXPECT_EQ(values(fix(make<double>({-1.5, 1.5}))), (doubles{-1, 1}));
}

TEST(mathematics, parts_of_complex_numbers_are_views) {
  if (test::lacks({dtype::complex128})) GTEST_SKIP() << test::left_out;
  const ndarray c = make<std::complex<double>>({{1, 2}, {-3, 0}});
  EXPECT_EQ(values(real(c)), (doubles{1, -3}));
  EXPECT_EQ(values(imag(c)), (doubles{2, 0}));
  EXPECT_EQ(imag(c).bytes(), c.bytes());
  const ndarray rounded = round(make<std::complex<double>>({{1.26, -0.01}}), 1);
  EXPECT_EQ(values(real(rounded)), (doubles{1.3}));
  EXPECT_TRUE(std::signbit(values(imag(rounded))[0]));
  EXPECT_EQ(values(angle(c, true))[1], 180);
  EXPECT_EQ(real_if_close(c).dtype(), dtype::complex128);
  EXPECT_EQ(real_if_close(make<std::complex<double>>({{1, 1e-15}})).dtype(), dtype::float64);
  EXPECT_EQ(real_if_close(make<std::complex<double>>({{1, 1e-15}}), 1e-16).dtype(), dtype::complex128);
  const ndarray a = make<double>({1, -2});
  EXPECT_TRUE(is_same_view(real(a), a));
  EXPECT_EQ(values(imag(a)), (doubles{0, 0}));
  EXPECT_FALSE(imag(a).writeable());
}

}  // namespace
}  // namespace numloom
