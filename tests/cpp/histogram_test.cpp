// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/histogram.hpp"

#include <cmath>

#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using test::values;
using doubles = std::vector<double>;
using longs = std::vector<std::int64_t>;

TEST(histogram, counts_and_bins) {
  const ndarray x = make<std::int64_t>({1, 3, 1});
  EXPECT_EQ(bincount(x, {}, 6).to_vector<std::int64_t>(), (longs{0, 2, 0, 1, 0, 0}));
  EXPECT_EQ(bincount(x, make<double>({0.5, 1, 2})).to_vector<double>(), (doubles{0, 2.5, 0, 1}));
  EXPECT_THROW(bincount(make<std::int64_t>({-1})), value_error);
  EXPECT_THROW(bincount(make<double>({1})), type_error);
  const ndarray edges = make<double>({0, 1, 3});
  EXPECT_EQ(digitize(make<double>({-1, 0, 1, 3}), edges).to_vector<std::int64_t>(), (longs{0, 1, 2, 3}));
  EXPECT_EQ(digitize(make<double>({-1, 0, 1, 3}), edges, true).to_vector<std::int64_t>(),
            (longs{0, 0, 1, 2}));
  EXPECT_THROW(digitize(edges, make<double>({1, 0, 1})), value_error);
}

TEST(histogram, the_last_bin_has_both_its_edges) {
  const ndarray a = make<double>({0, 0.5, 1, 2, 2, std::nan("")});
  EXPECT_EQ(histogram(a, make<double>({0, 1, 2})).first.to_vector<std::int64_t>(), (longs{2, 3}));
  const auto [counts, edges] = histogram(make<double>({0, 1, 4}), 2);
  EXPECT_EQ(counts.to_vector<std::int64_t>(), (longs{2, 1}));
  EXPECT_EQ(edges.to_vector<double>(), (doubles{0, 2, 4}));
  EXPECT_THROW(histogram(a, 3), value_error);  // NaN has no range
  EXPECT_THROW(histogram(a, 0, {.range = std::pair(0., 1.)}), value_error);
  const ndarray points = make<double>({0, 0, 1, 2, 2, 2}, {3, 2}), e = make<double>({0, 1, 2});
  EXPECT_EQ(values(histogramdd(points, {e, e}).counts), (doubles{1, 0, 0, 2}));
}

TEST(histogram, edges_by_range_and_rule) {
  const ndarray a = make<double>({1, 2, 2, 3, 3, 3, 4, 4, 5});
  EXPECT_EQ(values(histogram_bin_edges(a, 2)), (doubles{1, 3, 5}));
  EXPECT_EQ(values(histogram_bin_edges(a, 2, bin_range{0, 10.})), (doubles{0, 5, 10}));
  EXPECT_EQ(values(histogram_bin_edges(make<double>({2, 2}), 1)), (doubles{1.5, 2.5}));
  const std::pair<const char*, std::int64_t> bins[] = {{"auto", 5}, {"fd", 3},   {"doane", 5},  {"scott", 3},
                                                       {"rice", 5}, {"sqrt", 3}, {"sturges", 5}};
  for (const auto& [rule, expected] : bins)
    EXPECT_EQ(histogram_bin_edges(a, rule).size(), expected + 1) << rule;
  EXPECT_EQ(histogram(a, "sqrt").first.to_vector<std::int64_t>(), (longs{3, 3, 3}));
  EXPECT_EQ(histogram_bin_edges(make<std::int64_t>({1, 2}), "rice").size(), 2);  // no bins below 1
  EXPECT_EQ(histogram_bin_edges(make<double>({}), "auto").size(), 2);
  EXPECT_EQ(histogram_bin_edges(make<float>({0, 1}), 3).dtype(), dtype::float32);
  EXPECT_THROW(histogram_bin_edges(a, "none"), value_error);
  EXPECT_THROW(histogram(a, "auto", {.weights = a}), type_error);
  EXPECT_THROW(histogram_bin_edges(a, 2, bin_range{1, 0}), value_error);
  EXPECT_THROW(histogram_bin_edges(a, 2, bin_range{0, INFINITY}), value_error);
}

TEST(histogram, several_dimensions) {
  const ndarray x = make<double>({0, 1, 2}), y = make<double>({0, 0, 4});
  const auto [counts, edges] = histogram2d(x, y, {std::int64_t{2}, make<double>({0, 1, 4})});
  EXPECT_EQ(values(counts), (doubles{1, 0, 1, 1}));
  EXPECT_EQ(values(edges[0]), (doubles{0, 1, 2}));
  const histogramdd_result shares =
      histogramdd(make<double>({0, 1, 3, 4}, {4, 1}), 2, {.ranges = {bin_range{0, 4}}, .density = true});
  EXPECT_EQ(values(shares.counts), (doubles{0.25, 0.25}));
  const ndarray points = make<double>({0, 0, 1, 1}, {2, 2});
  EXPECT_EQ(values(histogramdd(points, 1, {.weights = make<double>({2, 3})}).counts), (doubles{5}));
  EXPECT_THROW(histogramdd(points, std::vector<bin_edges>{std::int64_t{1}}), value_error);
  EXPECT_THROW(histogramdd(points, {std::int64_t{0}, std::int64_t{1}}), value_error);
  EXPECT_THROW(histogram2d(x, make<double>({1})), value_error);
}

}  // namespace
}  // namespace numloom
