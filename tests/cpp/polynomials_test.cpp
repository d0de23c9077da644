// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/polynomials.hpp"

#include "numloom/sorting.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using test::values;
using doubles = std::vector<double>;

TEST(polynomials, values_sums_and_products) {
  const ndarray p = make<double>({1, -3, 2}), q = make<double>({1, -1});
  EXPECT_EQ(values(polyval(p, make<double>({0, 1, 3}))), (doubles{2, 0, 2}));
  EXPECT_EQ(values(polyadd(p, q)), (doubles{1, -2, 1}));
  EXPECT_EQ(values(polysub(q, p)), (doubles{-1, 4, -3}));
  EXPECT_EQ(values(polymul(make<double>({0, 1, -1}), make<double>({1, -2}))), (doubles{1, -3, 2}));
  const auto [whole, rest] = polydiv(p, q);
  EXPECT_EQ(values(whole), (doubles{1, -2}));
  EXPECT_EQ(values(rest), doubles{0});
  EXPECT_EQ(values(polydiv(q, p).first), doubles{0});
  EXPECT_THROW(polydiv(p, make<double>({})), index_error);
}

TEST(polynomials, derivatives_and_integrals) {
  const ndarray p = make<double>({1, -3, 2});
  EXPECT_EQ(values(polyder(p)), (doubles{2, -3}));
  EXPECT_EQ(values(polyder(p, 2)), doubles{2});
  EXPECT_EQ(values(polyint(make<double>({2, -3}), 1, make<double>({2}))), (doubles{1, -3, 2}));
  EXPECT_EQ(values(polyint(make<double>({6}), 2, make<double>({1}))), (doubles{3, 1, 1}));
  EXPECT_THROW(polyder(p, -1), value_error);
  EXPECT_THROW(polyint(p, 3, make<double>({1, 2})), value_error);
}

TEST(polynomials, roots_and_back) {
  EXPECT_EQ(values(poly(make<double>({1, 2}))), (doubles{1, -3, 2}));
  EXPECT_EQ(poly(make<double>({})).item<double>(), 1);
  const doubles found = values(sort(roots(make<double>({0, 1, -3, 2, 0}))));
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0], 0);
  EXPECT_NEAR(found[1], 1, 1e-14);
  EXPECT_NEAR(found[2], 2, 1e-14);
  EXPECT_EQ(roots(make<double>({0, 0})).size(), 0);
  EXPECT_THROW(roots(make<double>({1, 2}, {1, 2})), value_error);
  EXPECT_THROW(poly(make<double>({1, 2}, {1, 2})), value_error);
}

TEST(polynomials, fits) {
  const ndarray x = make<double>({0, 1, 2, 3}), y = make<double>({1, 3, 7, 13});
  const polyfit_result fit = polyfit(x, y, 2);
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(values(fit.coefficients)[static_cast<std::size_t>(i)], 1, 1e-13);
  EXPECT_EQ(fit.rank.item<std::int64_t>(), 3);
  EXPECT_FALSE(fit.covariance.defined());
  const polyfit_result line =
      polyfit(x, y, 1, {.weights = make<double>({1, 1, 0, 0}), .covariance = covariance_scale::unscaled});
  EXPECT_NEAR(values(line.coefficients)[0], 2, 1e-13);
  EXPECT_EQ(line.covariance.shape(), shape_t({2, 2}));
  EXPECT_THROW(polyfit(x, y, -1), value_error);
  EXPECT_THROW(polyfit(x, make<double>({1}), 1), type_error);
  EXPECT_THROW(polyfit(x, y, 1, {.weights = make<double>({1})}), type_error);
  EXPECT_THROW(polyfit(x, y, 3, {.covariance = covariance_scale::by_residuals}), value_error);
  // A column of zeros takes no part.
  const ndarray columns = make<double>({1, 0, 1, 0, 1, 0}, {3, 2});
  const column_fit shared = fit_columns(columns, make<double>({2, 2, 2}), {.zero_columns = true});
  EXPECT_NEAR(values(shared.coefficients)[0], 2, 1e-14);
  EXPECT_EQ(values(shared.coefficients)[1], 0);
}

}  // namespace
}  // namespace numloom
