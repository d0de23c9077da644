// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/sorting.hpp"

#include <cmath>
#include <complex>

#include "numloom/manipulation.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::iota;
using test::make;
using test::transposed;
using longs = std::vector<std::int64_t>;

TEST(sorting, sorts_along_any_axis) {
  const ndarray a = make<std::int64_t>({3, 1, 2, 0, 5, 4}, {2, 3});
  EXPECT_EQ(sort(a).to_vector<std::int64_t>(), (longs{1, 2, 3, 0, 4, 5}));
  EXPECT_EQ(sort(a, 0).to_vector<std::int64_t>(), (longs{0, 1, 2, 3, 5, 4}));
  EXPECT_EQ(sort(a, {}).to_vector<std::int64_t>(), (longs{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(sort(a, -1, true).to_vector<std::int64_t>(), (longs{3, 2, 1, 5, 4, 0}));
  EXPECT_EQ(a.to_vector<std::int64_t>(), (longs{3, 1, 2, 0, 5, 4}));  // untouched
  EXPECT_EQ(sort(transposed(a), 0).to_vector<std::int64_t>(), (longs{1, 0, 2, 4, 3, 5}));
  EXPECT_THROW(sort(a, 2), axis_error);
  EXPECT_THROW(sort(iota<float>({})), axis_error);
  EXPECT_EQ(sort(iota<float>({0, 3}), 0).shape(), shape_t({0, 3}));
}

TEST(sorting, in_place_works_through_views) {
  const ndarray a = make<std::int64_t>({3, 1, 2, 0, 5, 4}, {2, 3});
  sort_in_place(flip(a, 1), 1);
  EXPECT_EQ(a.to_vector<std::int64_t>(), (longs{3, 2, 1, 5, 4, 0}));
  sort_in_place(a, 0);
  EXPECT_EQ(a.to_vector<std::int64_t>(), (longs{3, 2, 0, 5, 4, 1}));
}

TEST(sorting, nan_comes_last_and_equal_elements_keep_their_order) {
  const float nan = std::nanf("");
  const ndarray a = make<float>({nan, 1, -1, nan, 0});
  EXPECT_EQ(argsort(a).to_vector<std::int64_t>(), (longs{2, 4, 1, 0, 3}));
  const std::vector<float> sorted = sort(a).to_vector<float>();
  EXPECT_EQ(sorted[0], -1);
  EXPECT_TRUE(std::isnan(sorted[4]));
  EXPECT_EQ(argsort(make<std::int8_t>({1, 0, 1, 0})).to_vector<std::int64_t>(), (longs{1, 3, 0, 2}));
  const ndarray b = make<std::int64_t>({3, 1, 2, 0, 5, 4}, {2, 3});
  EXPECT_EQ(argsort(b, 0).to_vector<std::int64_t>(), (longs{1, 0, 0, 0, 1, 1}));
  EXPECT_EQ(argsort(b, {}).to_vector<std::int64_t>(), (longs{3, 1, 2, 0, 5, 4}));
  EXPECT_EQ(argsort(iota<float>({})).shape(), shape_t{1});
}

TEST(sorting, searchsorted_on_both_sides) {
  const ndarray a = make<double>({1, 2, 2, 3});
  EXPECT_EQ(searchsorted(a, make<double>({0, 2, 2.5, 9})).to_vector<std::int64_t>(), (longs{0, 1, 3, 4}));
  EXPECT_EQ(searchsorted(a, make<std::int32_t>({0, 2, 9}), true).to_vector<std::int64_t>(), (longs{0, 3, 4}));
  EXPECT_TRUE(searchsorted(a, make<double>({2}, {1}).view({}, {})).is_scalar());
  const ndarray mixed = make<double>({3, 1, 2}), order = argsort(mixed);
  EXPECT_EQ(searchsorted(mixed, make<double>({2.5}), false, &order).to_vector<std::int64_t>(), longs{2});
  EXPECT_THROW(searchsorted(iota<double>({2, 2}), a), value_error);
}

}  // namespace
}  // namespace numloom
