// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/sets.hpp"

#include <cmath>

#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using longs = std::vector<std::int64_t>;
using doubles = std::vector<double>;

TEST(sets, unique_elements_with_where_and_how_often) {
  const ndarray a = make<std::int64_t>({3, 1, 3, 2, 1, 3}, {2, 3});
  EXPECT_EQ(unique(a).to_vector<std::int64_t>(), (longs{1, 2, 3}));
  for (const double scale : {1.0, 1e15}) {  // counted in a table, or sorted
    std::vector<double> values{3 * scale, scale, 3 * scale, 2 * scale, scale, 3 * scale};
    const ndarray x = astype(make<double>(values, {2, 3}), dtype::int64);
    const unique_result found =
        unique(x, {.return_index = true, .return_inverse = true, .return_counts = true});
    EXPECT_EQ(found.indices.to_vector<std::int64_t>(), (longs{1, 3, 0}));
    EXPECT_EQ(found.inverse.to_vector<std::int64_t>(), (longs{2, 0, 2, 1, 0, 2}));
    EXPECT_EQ(found.inverse.shape(), shape_t({2, 3}));
    EXPECT_EQ(found.counts.to_vector<std::int64_t>(), (longs{2, 1, 3}));
  }
}

TEST(sets, unique_of_nan_and_of_rows) {
  const ndarray a = make<float>({std::nanf(""), 1, std::nanf("")});
  EXPECT_EQ(unique(a).size(), 2);
  EXPECT_EQ(unique(a, {.equal_nan = false}).values.size(), 3);
  const ndarray rows = make<std::int64_t>({2, 1, 1, 5, 2, 1, 1, 4}, {4, 2});
  EXPECT_EQ(unique(rows, {.axis = 0}).values.to_vector<std::int64_t>(), (longs{1, 4, 1, 5, 2, 1}));
  EXPECT_THROW(unique(rows, {.axis = 2}), axis_error);
  EXPECT_EQ(unique(make<double>({})).size(), 0);
}

TEST(sets, membership_and_the_operations) {
  const ndarray a = make<std::int32_t>({1, 5, 2, 5}), b = make<std::int64_t>({5, 9});
  EXPECT_EQ(isin(a, b).to_vector<bool>(), (std::vector<bool>{false, true, false, true}));
  EXPECT_EQ(isin(a, b, true, membership::sort).to_vector<bool>(),
            (std::vector<bool>{true, false, true, false}));
  EXPECT_THROW(isin(make<float>({1}), b, false, membership::table), value_error);
  EXPECT_EQ(intersect1d(a, b).to_vector<std::int64_t>(), (longs{5}));
  EXPECT_EQ(intersect1d(a, b, false, true).indices1.to_vector<std::int64_t>(), (longs{1}));
  EXPECT_EQ(union1d(a, b).to_vector<std::int64_t>(), (longs{1, 2, 5, 9}));
  EXPECT_EQ(setdiff1d(a, b).to_vector<std::int64_t>(), (longs{1, 2}));
  EXPECT_EQ(setxor1d(a, b).to_vector<std::int64_t>(), (longs{1, 2, 9}));
}

}  // namespace
}  // namespace numloom
