// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/statistics.hpp"

#include <algorithm>
#include <cmath>

#include "numloom/signal.hpp"
#include "numloom/sorting.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::iota;
using test::make;
using longs = std::vector<std::int64_t>;
using doubles = std::vector<double>;

const double nan = std::nan("");

TEST(statistics, median_and_quantiles) {
  const ndarray a = make<double>({3, 1, 2, 10, 0, 5}, {2, 3});
  EXPECT_EQ(median(a).item<double>(), 2.5);
  EXPECT_EQ(median(a, {.axis = 1}).to_vector<double>(), (doubles{2, 5}));
  EXPECT_EQ(median(a, {.axis = 0, .keepdims = true}).shape(), shape_t({1, 3}));
  EXPECT_EQ(quantile(a, 0.25, {.axis = 1}).to_vector<double>(), (doubles{1.5, 2.5}));
  EXPECT_EQ(percentile(a, 100).item<double>(), 10);
  EXPECT_EQ(quantile(a, 0.3, {.method = quantile_method::higher}).item<double>(), 2);
  EXPECT_EQ(quantile(a, make<double>({0, 0.5})).to_vector<double>(), (doubles{0, 2.5}));
  EXPECT_EQ(quantile(make<float>({1, 2}), 0.5).dtype(), dtype::float32);  // a number is weak
  EXPECT_THROW(quantile(a, 1.5), value_error);
  EXPECT_THROW(parse_quantile_method("best"), value_error);
}

TEST(statistics, nan_is_passed_on_or_over) {
  const ndarray a = make<double>({1, nan, 3, nan, nan, nan}, {2, 3});
  EXPECT_TRUE(std::isnan(median(a).item<double>()));
  EXPECT_EQ(nanmedian(a).item<double>(), 2);
  const doubles rows = nanquantile(a, 0.5, {.axis = 1}).to_vector<double>();
  EXPECT_EQ(rows[0], 2);
  EXPECT_TRUE(std::isnan(rows[1]));
  EXPECT_EQ(nansum(a).item<double>(), 4);
  EXPECT_EQ(nanmean(a).item<double>(), 2);
  EXPECT_EQ(nanvar(a).item<double>(), 1);
  EXPECT_EQ(nanmax(a).item<double>(), 3);
  EXPECT_EQ(nanargmax(a).item<std::int64_t>(), 2);
  EXPECT_THROW(nanargmax(a, {.axis = 1}), value_error);
  EXPECT_EQ(nancumsum(a).to_vector<double>(), (doubles{1, 1, 4, 4, 4, 4}));
  EXPECT_EQ(nan_to_num(make<double>({nan, 1})).to_vector<double>(), (doubles{0, 1}));
}

TEST(statistics, weights_and_covariance) {
  const ndarray a = make<double>({1, 2, 3});
  EXPECT_EQ(quantile(a, 0.5, {.method = quantile_method::inverted_cdf, .weights = make<double>({1, 1, 9})})
                .item<double>(),
            3);
  EXPECT_THROW(quantile(a, 0.5, {.weights = a}), value_error);
  EXPECT_EQ(cov(a).item<double>(), 1);
  const ndarray c = corrcoef(a, make<double>({3, 2, 1}));
  EXPECT_NEAR(c.to_vector<double>()[1], -1, 1e-15);
  EXPECT_THROW(cov(iota<double>({2, 2, 2})), value_error);
}

TEST(statistics, long_rows_are_selected_exactly) {
  const std::int64_t n = 100'003;
  std::vector<double> values(static_cast<std::size_t>(n));
  std::uint64_t state = 1;
  for (double& v : values) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    v = static_cast<double>(state >> 40) * 0.25;
  }
  const ndarray a = make<double>(values);
  std::sort(values.begin(), values.end());
  EXPECT_EQ(median(a).item<double>(), values[static_cast<std::size_t>(n / 2)]);
  const doubles split = partition(a, {1000}).to_vector<double>();
  EXPECT_EQ(split[1000], values[1000]);
  EXPECT_LE(*std::max_element(split.begin(), split.begin() + 1000), split[1000]);
  EXPECT_GE(*std::min_element(split.begin() + 1000, split.end()), split[1000]);
}

TEST(signal, interpolation) {
  const ndarray xp = make<double>({0, 1, 3}), fp = make<double>({10, 20, 0});
  EXPECT_EQ(interp(make<double>({-1, 0.5, 2, 9}), xp, fp).to_vector<double>(), (doubles{10, 15, 10, 0}));
  EXPECT_EQ(interp(make<double>({-1, 9}), xp, fp, 7, 8).to_vector<double>(), (doubles{7, 8}));
  EXPECT_THROW(interp(xp, xp, make<double>({1})), value_error);
}

TEST(signal, convolution_and_correlation) {
  const ndarray a = make<std::int64_t>({1, 2, 3}), v = make<std::int64_t>({1, 1});
  EXPECT_EQ(convolve(a, v).to_vector<std::int64_t>(), (longs{1, 3, 5, 3}));
  EXPECT_EQ(convolve(a, v, overlap::valid).to_vector<std::int64_t>(), (longs{3, 5}));
  EXPECT_EQ(correlate(v, a, overlap::full).to_vector<std::int64_t>(), (longs{3, 5, 3, 1}));
  EXPECT_THROW(convolve(a, make<double>({})), value_error);
  const ndarray long_one = iota<double>({100}), kernel = make<double>(doubles(20, 1.0));
  EXPECT_EQ(convolve(long_one, kernel, overlap::valid).to_vector<double>()[3], 20 * 12.5);  // 3 + ... + 22
}

TEST(sorting, several_keys) {
  const std::vector<ndarray> keys{make<std::int64_t>({1, 0, 1}), make<float>({2, 2, 1})};
  EXPECT_EQ(lexsort(keys).to_vector<std::int64_t>(), (longs{2, 1, 0}));
  EXPECT_THROW(partition(keys[0], {3}), value_error);
  EXPECT_EQ(partition(make<double>({3, 1, 2}), 0).to_vector<double>()[0], 1);
  EXPECT_EQ(argpartition(make<double>({3, 1, 2}), 0).to_vector<std::int64_t>()[0], 1);
}

TEST(statistics, weighted_means_and_ranges) {
  const ndarray a = make<double>({1, 2, 4, 7}, {2, 2});
  EXPECT_EQ(ptp(a).item<double>(), 6);
  EXPECT_EQ(ptp(a, {.axis = 0}).to_vector<double>(), (doubles{3, 5}));
  const ndarray out = make<double>({0, 0});
  EXPECT_TRUE(is_same_view(ptp(a, {.axis = 1, .out = out}), out));
  EXPECT_EQ(average(a).item<double>(), 3.5);
  const ndarray w = make<double>({1, 3});
  EXPECT_EQ(average(a, {.axis = 0, .weights = w}).to_vector<double>(), (doubles{3.25, 5.75}));
  const weighted_mean found = average_and_weight(a, {.axis = 0, .weights = w, .keepdims = true});
  EXPECT_EQ(found.mean.shape(), shape_t({1, 2}));
  EXPECT_EQ(found.weight.to_vector<double>(), (doubles{4, 4}));
  EXPECT_EQ(average_and_weight(a, {.axis = 0}).weight.to_vector<double>(), (doubles{2, 2}));
  const ndarray swapped = make<double>({1, 0, 0, 0}, {2, 2});
  EXPECT_EQ(average(a, {.axis = axes{1, 0}, .weights = swapped}).item<double>(), 1);
  EXPECT_THROW(average(a, {.weights = w}), type_error);
  EXPECT_THROW(average(a, {.axis = 0, .weights = make<double>({1, 2, 3})}), value_error);
  EXPECT_THROW(average(a, {.axis = 0, .weights = make<double>({1, -1})}), zero_division_error);
  if (test::lacks({dtype::uint8})) GTEST_SKIP() << test::left_out;
  const ndarray bytes = make<std::uint8_t>({200, 250}), weights = make<std::uint8_t>({200, 200});
  EXPECT_EQ(average(bytes, {.weights = weights}).item<double>(), 225);
}

}  // namespace
}  // namespace numloom
