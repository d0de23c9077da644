// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/reductions.hpp"

#include <cmath>
#include <limits>

#include "test_device.hpp"

namespace numloom {
namespace {

using test::iota;
using test::make;
using test::transposed;
using doubles = std::vector<double>;
using longs = std::vector<std::int64_t>;

TEST(sum, over_all_and_over_axes) {
  const ndarray a = iota<double>({2, 3, 4});
  const ndarray total = sum(a);
  EXPECT_TRUE(total.is_scalar());
  EXPECT_EQ(total.item<double>(), 276);
  EXPECT_EQ(sum(a, {.axis = 0}).shape(), shape_t({3, 4}));
  EXPECT_EQ(sum(a, {.axis = {0, 2}}).to_vector<double>(), (doubles{60, 92, 124}));
  EXPECT_EQ(sum(a, {.axis = {0, 2}, .keepdims = true}).shape(), shape_t({1, 3, 1}));
  EXPECT_EQ(sum(a, {.axis = -1}).to_vector<double>(), (doubles{6, 22, 38, 54, 70, 86}));
  EXPECT_EQ(sum(transposed(a), {.axis = 0}).shape(), shape_t({3, 2}));
  EXPECT_EQ(sum(transposed(a), {.axis = 0}).to_vector<double>(), (doubles{6, 54, 22, 70, 38, 86}));
}

TEST(sum, widens_integers) {
  if (test::lacks({dtype::uint64})) GTEST_SKIP() << test::left_out;
  EXPECT_EQ(sum(make<std::int8_t>({100, 100})).dtype(), dtype::int64);
  EXPECT_EQ(sum(make<std::int8_t>({100, 100})).item<std::int64_t>(), 200);
  EXPECT_EQ(sum(make<std::uint8_t>({1})).dtype(), dtype::uint64);
  EXPECT_EQ(sum(make<bool>({true, true})).item<std::int64_t>(), 2);
  EXPECT_EQ(sum(make<float>({1}), {.dtype = dtype::float64}).dtype(), dtype::float64);
}

TEST(sum, is_as_accurate_as_pairwise_summation) {
  std::vector<float> values(1 << 20, 0.1f);
  const double exact = static_cast<double>(0.1f) * static_cast<double>(values.size());
  EXPECT_NEAR(sum(make<float>(values)).item<double>(), exact, exact * 1e-6);
  const ndarray columns = make<float>(values, {1 << 18, 4});
  for (double column : sum(columns, {.axis = 0}).to_vector<double>())
    EXPECT_NEAR(column, exact / 4, exact * 1e-6);
}

TEST(sum, takes_initial_where_and_out) {
  const ndarray a = iota<double>({4});
  EXPECT_EQ(sum(a, {.initial = 10}).item<double>(), 16);
  EXPECT_EQ(sum(a, {.where = make<bool>({true, false, false, true})}).item<double>(), 3);
  const ndarray out = make<double>({0, 0});
  sum(iota<double>({2, 2}), {.axis = 0, .out = out});
  EXPECT_EQ(out.to_vector<double>(), (doubles{2, 4}));
  EXPECT_THROW(sum(a, {.axis = 1}), axis_error);
  EXPECT_THROW(sum(iota<double>({2, 2}), {.axis = {0, 0}}), value_error);
}

TEST(sum, of_nothing_is_zero) {
  EXPECT_EQ(sum(make<double>({})).item<double>(), 0);
  EXPECT_EQ(prod(iota<double>({0, 2}), {.axis = 0}).to_vector<double>(), (doubles{1, 1}));
}

TEST(extremes, let_nan_win) {
  const double nan = std::nan("");
  EXPECT_TRUE(std::isnan(max(make<double>({1, nan, 3})).item<double>()));
  EXPECT_EQ(max(make<double>({1, 5, 3})).item<double>(), 5);
  EXPECT_EQ(min(make<int>({4, -2, 3})).item<int>(), -2);
  EXPECT_THROW(max(make<double>({})), value_error);
  EXPECT_EQ(max(make<double>({}), {.initial = 7}).item<double>(), 7);
  EXPECT_THROW(max(make<double>({1, 2}), {.where = make<bool>({true, false})}), value_error);
  EXPECT_EQ(reduce(ufunc::fmax, make<double>({1, nan, 3})).item<double>(), 3);
}

TEST(arg_reductions, give_the_first_position) {
  const double nan = std::nan("");
  EXPECT_EQ(argmax(make<double>({1, 7, 7})).item<std::int64_t>(), 1);
  EXPECT_EQ(argmin(make<double>({1, nan, 0, nan})).item<std::int64_t>(), 1);
  const ndarray a = make<int>({3, 1, 2, 0, 5, 0}, {2, 3});
  EXPECT_EQ(argmin(a, {.axis = 0}).to_vector<std::int64_t>(), (longs{1, 0, 1}));
  EXPECT_EQ(argmax(a, {.axis = 1}).to_vector<std::int64_t>(), (longs{0, 1}));
  EXPECT_EQ(argmax(transposed(a)).item<std::int64_t>(), 3);  // C order of the view
  EXPECT_EQ(argmax(a, {.axis = 1, .keepdims = true}).shape(), shape_t({2, 1}));
  EXPECT_THROW(argmax(make<double>({})), value_error);
}

TEST(moments, mean_var_std) {
  const ndarray a = make<double>({1, 2, 4, 7}, {2, 2});
  EXPECT_EQ(mean(a).item<double>(), 3.5);
  EXPECT_EQ(mean(a, {.axis = 0}).to_vector<double>(), (doubles{2.5, 4.5}));
  EXPECT_DOUBLE_EQ(var(a).item<double>(), 5.25);
  EXPECT_DOUBLE_EQ(var(a, {.ddof = 1}).item<double>(), 7);
  EXPECT_DOUBLE_EQ(std(a, {.axis = 1}).to_vector<double>()[1], 1.5);
  EXPECT_EQ(mean(make<int>({1, 2})).item<double>(), 1.5);
  EXPECT_EQ(mean(make<float>({1, 2})).dtype(), dtype::float32);
  EXPECT_EQ(mean(a, {.where = make<bool>({true, false, true, true}, {2, 2})}).item<double>(), 4);
}

TEST(moments, var_survives_a_large_offset) {
  std::vector<double> values;
  for (int i = 0; i < 100000; ++i) values.push_back(1e9 + (i % 2));
  EXPECT_NEAR(var(make<double>(values)).item<double>(), 0.25, 1e-6);
}

TEST(logic, any_all_count) {
  EXPECT_TRUE(any(make<int>({0, 3})).item<bool>());
  EXPECT_FALSE(all(make<int>({0, 3})).item<bool>());
  EXPECT_TRUE(all(make<int>({})).item<bool>());
  EXPECT_EQ(count_nonzero(make<float>({0, 1, -0.0f, 2})).item<std::int64_t>(), 2);
}

TEST(scans, run_along_an_axis) {
  EXPECT_EQ(cumsum(iota<double>({5})).to_vector<double>(), (doubles{0, 1, 3, 6, 10}));
  const ndarray a = iota<std::int32_t>({2, 3});
  EXPECT_EQ(cumsum(a, {.axis = 0}).to_vector<std::int64_t>(), (longs{0, 1, 2, 3, 5, 7}));
  EXPECT_EQ(cumsum(a, {.axis = 1}).to_vector<std::int64_t>(), (longs{0, 1, 3, 3, 7, 12}));
  EXPECT_EQ(cumsum(a).shape(), shape_t({6}));
  EXPECT_EQ(cumprod(make<double>({1, 2, 3})).to_vector<double>(), (doubles{1, 2, 6}));
}

}  // namespace
}  // namespace numloom
