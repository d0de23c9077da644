// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/logic.hpp"

#include <cmath>
#include <complex>

#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using doubles = std::vector<double>;
using longs = std::vector<std::int64_t>;

longs truths(const ndarray& a) { return a.to_vector<std::int64_t>(); }

TEST(logic, close_within_a_tolerance) {
  const double nan = std::nan("");
  const ndarray a = make<double>({1, nan, INFINITY}), b = make<double>({1 + 1e-9, nan, INFINITY});
  EXPECT_EQ(truths(isclose(a, b)), (longs{1, 0, 1}));
  EXPECT_TRUE(allclose(a, b, {.equal_nan = true}));
  EXPECT_FALSE(allclose(a, 1.0));
  EXPECT_EQ(truths(isclose(make<double>({1, 1}), 1.1, make<double>({0, 0.2}), 0.0)), (longs{0, 1}));
  EXPECT_EQ(truths(isclose(make<std::int64_t>({1, 2}), make<std::int64_t>({1, 3}))), (longs{1, 0}));
  EXPECT_EQ(isclose(1, 1.0).ndim(), 0);
  EXPECT_TRUE(allclose(make<float>({1}), make<float>({1.0001f}), {.rtol = 1e-3}));
}

TEST(logic, equal_arrays) {
  const ndarray a = make<double>({1, std::nan("")});
  EXPECT_FALSE(array_equal(a, a));
  EXPECT_TRUE(array_equal(a, a, true));
  EXPECT_FALSE(array_equal(a, make<double>({1})));
  EXPECT_TRUE(array_equal(make<std::int64_t>({1, 2}), make<double>({1, 2}), true));
  EXPECT_TRUE(array_equiv(make<double>({1, 1}), make<double>({1})));
  EXPECT_FALSE(array_equiv(make<double>({1, 1}), make<double>({1, 1, 1})));
}

TEST(logic, elements) {
  const ndarray a = make<double>({-INFINITY, 0, INFINITY});
  EXPECT_EQ(truths(isposinf(a)), (longs{0, 0, 1}));
  EXPECT_EQ(truths(isneginf(a)), (longs{1, 0, 0}));
  const ndarray out = make<bool>({true, true, true});
  isposinf(a, out);
  EXPECT_EQ(truths(out), (longs{0, 0, 1}));
  EXPECT_EQ(truths(isreal(a)), (longs{1, 1, 1}));
  EXPECT_EQ(truths(iscomplex(a)), (longs{0, 0, 0}));
  const ndarray c = make<std::complex<double>>({{1, 2}, {-3, 0}});
  EXPECT_THROW(isposinf(c), type_error);
  EXPECT_EQ(truths(iscomplex(c)), (longs{1, 0}));
  EXPECT_EQ(truths(isreal(c)), (longs{0, 1}));
}

}  // namespace
}  // namespace numloom
