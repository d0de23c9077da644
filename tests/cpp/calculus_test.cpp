// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/calculus.hpp"

#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using test::values;
using doubles = std::vector<double>;

TEST(calculus, differences_of_neighbours) {
  const ndarray a = make<double>({1, 2, 4, 7}, {2, 2});
  EXPECT_EQ(values(diff(a)), (doubles{1, 3}));
  EXPECT_EQ(values(diff(a, 1, 0)), (doubles{3, 5}));
  EXPECT_EQ(diff(a, 5).shape(), shape_t({2, 0}));
  EXPECT_TRUE(is_same_view(diff(a, 0), a));
  EXPECT_EQ(values(diff(make<double>({1, 4}), 1, -1, make<double>({0}), make<double>({9}))),
            (doubles{1, 3, 5}));
  EXPECT_EQ(values(diff(a, 1, 1, make<double>({0}, {}))), (doubles{1, 1, 4, 3}));
  EXPECT_EQ(diff(make<bool>({true, false})).dtype(), dtype::bool_);
  EXPECT_THROW(diff(a, -1), value_error);
  EXPECT_THROW(diff(make<double>({1}, {})), value_error);
}

TEST(calculus, differences_and_integrals) {
  const ndarray y = make<double>({1, 2, 4});
  EXPECT_EQ(values(ediff1d(y)), (doubles{1, 2}));
  EXPECT_EQ(values(ediff1d(y, make<double>({9}), make<double>({7, 8}))), (doubles{7, 8, 1, 2, 9}));
  EXPECT_THROW(ediff1d(make<std::int32_t>({1, 2}), make<double>({1})), type_error);
  EXPECT_EQ(trapezoid(y).item<double>(), 4.5);
  EXPECT_EQ(trapezoid(y, {}, 2.0).item<double>(), 9);
  EXPECT_EQ(trapezoid(y, make<double>({0, 2, 3})).item<double>(), 6);
  EXPECT_EQ(values(trapezoid(make<double>({1, 2, 3, 4}, {2, 2}), {}, 1.0, 0)), (doubles{2, 3}));
}

TEST(calculus, gradients) {
  const ndarray f = make<double>({1, 2, 4, 7});
  EXPECT_EQ(values(gradient(f)[0]), (doubles{1, 1.5, 2.5, 3}));
  const array_like half[] = {0.5};
  EXPECT_EQ(values(gradient(f, half)[0]), (doubles{2, 3, 5, 6}));
  EXPECT_EQ(values(gradient(f, {}, {.edge_order = 2})[0]), (doubles{0.5, 1.5, 2.5, 3.5}));
  // A parabola over uneven places: exact inside, and at the ends to second order.
  const ndarray x = make<double>({0, 1, 3, 4});
  const array_like places[] = {x};
  const ndarray squares = make<double>({0, 1, 9, 16});
  for (int i = 0; i < 4; ++i)
    EXPECT_NEAR(values(gradient(squares, places, {.edge_order = 2})[0])[static_cast<std::size_t>(i)],
                2 * values(x)[static_cast<std::size_t>(i)], 1e-13);
  EXPECT_EQ(values(gradient(squares, places)[0]).front(), 1);
  EXPECT_EQ(gradient(make<double>({1, 2, 3, 4}, {2, 2})).size(), 2u);
  EXPECT_EQ(gradient(make<std::int32_t>({1, 2}))[0].dtype(), dtype::float64);
  const array_like three[] = {1, 2, 3};
  EXPECT_THROW(gradient(f, three), type_error);
  EXPECT_THROW(gradient(make<double>({1})), value_error);
}

TEST(calculus, phases) {
  EXPECT_EQ(values(unwrap(make<double>({0, 3, 7, 2}), {.period = 4})), (doubles{0, -1, -1, -2}));
  EXPECT_EQ(unwrap(make<std::int32_t>({0, 3, 7}), {.period = 4}).dtype(), dtype::int32);
  EXPECT_EQ(values(unwrap(make<double>({0, 3}), {.discont = 4, .period = 4})), (doubles{0, 3}));
}

TEST(calculus, running_sums) {
  const ndarray a = make<double>({1, 2, 3, 4}, {2, 2});
  EXPECT_EQ(values(cumulative_sum(a, {.axis = 1, .include_initial = true})), (doubles{0, 1, 3, 0, 3, 7}));
  EXPECT_EQ(values(cumulative_prod(make<double>({2, 3}), {.include_initial = true})), (doubles{1, 2, 6}));
  EXPECT_EQ(values(cumulative_sum(make<double>({2, 3}))), (doubles{2, 5}));
  EXPECT_THROW(cumulative_sum(a), value_error);
}

}  // namespace
}  // namespace numloom
