// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/signal.hpp"

#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using test::values;
using doubles = std::vector<double>;

void expect_near(const ndarray& found, const doubles& wanted) {
  const doubles got = values(found);
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], wanted[i], 1e-14) << "at " << i;
}

TEST(signal, interpolates) {
  const ndarray xp = make<double>({1, 2, 4}), fp = make<double>({10, 20, 0});
  EXPECT_EQ(values(interp(make<double>({0, 1.5, 3, 9}), xp, fp)), (doubles{10, 15, 10, 0}));
  EXPECT_EQ(values(interp(make<double>({0, 9}), xp, fp, -1, 7)), (doubles{-1, 7}));
  EXPECT_EQ(values(interp(make<double>({7.5, -3}), make<double>({2, 4, 1}), make<double>({20, 0, 10}), {}, {},
                          6.0)),
            (doubles{15, 10}));
  EXPECT_THROW(interp(xp, xp, fp, {}, {}, 0.0), value_error);
  EXPECT_THROW(interp(xp, xp, make<double>({1})), value_error);
}

TEST(signal, convolves) {
  const ndarray a = make<double>({1, 2, 3}), v = make<double>({1, 10});
  EXPECT_EQ(values(convolve(a, v)), (doubles{1, 12, 23, 30}));
  EXPECT_EQ(values(correlate(a, v)), (doubles{21, 32}));
}

TEST(signal, windows) {
  expect_near(bartlett(5), {0, 0.5, 1, 0.5, 0});
  expect_near(hanning(5), {0, 0.5, 1, 0.5, 0});
  expect_near(hamming(3), {0.08, 1, 0.08});
  expect_near(blackman(3), {0, 1, 0});
  expect_near(kaiser(3, 0), {1, 1, 1});
  EXPECT_EQ(hanning(0).size(), 0);
  EXPECT_EQ(values(kaiser(1, 3)), doubles{1});
}

TEST(signal, functions_of_one_variable) {
  expect_near(sinc(make<double>({0, 0.5, 1})), {1, 2 / 3.14159265358979323846, 0});
  expect_near(i0(make<double>({0, 1, -1})), {1, 1.2660658777520084, 1.2660658777520084});
  EXPECT_NEAR(values(i0(make<double>({10})))[0], 2815.716628466254, 1e-9);
  EXPECT_EQ(i0(make<float>({1})).dtype(), dtype::float32);
}

}  // namespace
}  // namespace numloom
