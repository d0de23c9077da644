// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/compositions.hpp"

#include <cmath>
#include <complex>

#include "test_device.hpp"

namespace numloom {
namespace {

using test::iota;
using test::make;
using doubles = std::vector<double>;

doubles values(const ndarray& a) { return a.to_vector<double>(); }

TEST(compositions, diagonals_and_triangles) {
  const ndarray a = make<double>({1, 2, 3, 4}, {2, 2});
  EXPECT_EQ(values(tril(a)), (doubles{1, 0, 3, 4}));
  EXPECT_EQ(values(triu(a, 1)), (doubles{0, 2, 0, 0}));
  EXPECT_EQ(trace(a).item<double>(), 5);
  EXPECT_EQ(trace(a, 1).item<double>(), 2);
}

TEST(compositions, stacks) {
  const ndarray v = make<double>({1, 2});
  EXPECT_EQ(vstack({v, v}).shape(), shape_t({2, 2}));
  EXPECT_EQ(values(hstack({v, v})), (doubles{1, 2, 1, 2}));
  EXPECT_EQ(hstack({vstack({v, v}), vstack({v, v})}).shape(), shape_t({2, 4}));
  EXPECT_EQ(dstack({v, v}).shape(), shape_t({1, 2, 2}));
  EXPECT_EQ(values(column_stack({v, v})), (doubles{1, 1, 2, 2}));
  EXPECT_EQ(atleast_3d(v).shape(), shape_t({1, 2, 1}));
  EXPECT_EQ(values(append(vstack({v, v}), v)), (doubles{1, 2, 1, 2, 1, 2}));
  EXPECT_EQ(append(vstack({v, v}), vstack({v}), 0).shape(), shape_t({3, 2}));
  const ndarray a = make<double>({1, 2, 3, 4, 5, 6}, {2, 3});
  EXPECT_EQ(values(rot90(a)), (doubles{3, 6, 2, 5, 1, 4}));
  EXPECT_EQ(values(rot90(a, 2)), (doubles{6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(values(rot90(a, -1)), (doubles{4, 1, 5, 2, 6, 3}));
  EXPECT_THROW(rot90(a, 1, 0, -2), value_error);
  EXPECT_EQ(values(roll(v, 1)), (doubles{2, 1}));
  EXPECT_EQ(values(partition(make<double>({3, 1, 2}), 0))[0], 1);
}

TEST(compositions, sums_and_differences) {
  const ndarray a = make<double>({1, 2, 4, 7}, {2, 2});
  EXPECT_EQ(ptp(a).item<double>(), 6);
  EXPECT_EQ(values(ptp(a, {.axis = 0})), (doubles{3, 5}));
  EXPECT_EQ(average(a).item<double>(), 3.5);
  EXPECT_EQ(values(average(a, {.axis = 0, .weights = make<double>({1, 3})})), (doubles{3.25, 5.75}));
  EXPECT_EQ(
      average(make<std::uint8_t>({200, 250}), {.weights = make<std::uint8_t>({200, 200})}).item<double>(),
      225);
  EXPECT_THROW(average(a, {.weights = make<double>({1, 3})}), value_error);
  EXPECT_EQ(values(diff(a)), (doubles{1, 3}));
  EXPECT_EQ(values(diff(a, 1, 0)), (doubles{3, 5}));
  EXPECT_THROW(diff(a, -1), value_error);
  EXPECT_EQ(tensordot(a, a).item<double>(), 70);
  EXPECT_EQ(values(tensordot(a, make<double>({1, 1}), 1)), (doubles{3, 11}));
}

TEST(compositions, numbers) {
  EXPECT_EQ(values(round(make<double>({1.25, -2.75}), 1)), (doubles{1.2, -2.8}));
  EXPECT_EQ(round(make<std::int32_t>({125, 135}), -1).to_vector<std::int32_t>(),
            (std::vector<std::int32_t>{120, 140}));
  EXPECT_EQ(round(make<float>({1.5f}), 2).dtype(), dtype::float32);
  const ndarray c = make<std::complex<double>>({{1, 2}, {-3, 0}});
  EXPECT_EQ(values(real(c)), (doubles{1, -3}));
  EXPECT_EQ(values(imag(c)), (doubles{2, 0}));
  EXPECT_EQ(values(angle(c, true))[1], 180);
  EXPECT_EQ(values(imag(make<double>({1, 2}))), (doubles{0, 0}));
  const double nan = std::nan("");
  const ndarray a = make<double>({1, nan, INFINITY}), b = make<double>({1 + 1e-9, nan, INFINITY});
  EXPECT_EQ(isclose(a, b).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 0, 1}));
  EXPECT_TRUE(allclose(a, b, {.equal_nan = true}));
  EXPECT_FALSE(allclose(a, 1.0));
  EXPECT_FALSE(array_equal(a, a));
  EXPECT_TRUE(array_equal(a, a, true));
  EXPECT_FALSE(array_equal(a, make<double>({1})));
}

}  // namespace
}  // namespace numloom
