// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <complex>

#include "numloom/creation.hpp"
#include "numloom/linalg.hpp"
#include "numloom/manipulation.hpp"
#include "numloom/operators.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using doubles = std::vector<double>;

/// Needs a library with LAPACK (NUMLOOM_BLAS=path names one).
class decompositions : public ::testing::Test {
 protected:
  void SetUp() override {
    try {
      linalg::qr(make<double>({1}, {1, 1}));
    } catch (const not_available& e) {
      GTEST_SKIP() << e.what();
    }
  }
};

ndarray numbers(const shape_t& shape) {
  doubles values;
  std::uint32_t state = 7;
  for (std::int64_t i = 0; i < size_of(shape); ++i) {
    state = state * 1664525U + 1013904223U;
    values.push_back(static_cast<double>(state >> 8) / (1 << 23) - 1);
  }
  return make(values, shape);
}

ndarray adjoint(const ndarray& a) { return swapaxes(call(ufunc::conjugate, a), -1, -2); }
double distance(const ndarray& a, const ndarray& b) {
  EXPECT_EQ(a.shape(), b.shape());
  return std::abs(linalg::norm(call(ufunc::subtract, a, b)).item().real());
}
ndarray unit(std::int64_t n) { return identity(n, {.device = test::test_device()}); }

TEST_F(decompositions, solves_a_known_system) {
  const ndarray a = make<double>({2, 1, 1, 3}, {2, 2});
  EXPECT_LT(distance(linalg::solve(a, make<double>({3, 5})), make<double>({0.8, 1.4})), 1e-14);
  EXPECT_NEAR(linalg::det(a).item<double>(), 5, 1e-14);
  EXPECT_NEAR(linalg::slogdet(a).logabsdet.item<double>(), std::log(5.0), 1e-15);
  EXPECT_EQ(linalg::det(a).is_scalar(), true);
}

TEST(small_systems, need_no_library) {
  const ndarray a = make<double>({2, 1, 1, 3}, {2, 2});
  EXPECT_LT(distance(linalg::solve(a, make<double>({3, 5})), make<double>({0.8, 1.4})), 1e-14);
  EXPECT_LT(distance(matmul(a, linalg::inv(a)), unit(2)), 1e-14);
  EXPECT_NEAR(linalg::det(a).item<double>(), 5, 1e-14);
  const ndarray lower = linalg::cholesky(a);
  EXPECT_LT(distance(matmul(lower, transpose(lower)), a), 1e-14);
  EXPECT_NEAR(sum(linalg::eigvalsh(a)).item<double>(), 5, 1e-14);
  EXPECT_NEAR(prod(linalg::svdvals(a)).item<double>(), 5, 1e-14);
  EXPECT_THROW(linalg::inv(make<double>({1, 2, 2, 4}, {2, 2})), linalg_error);
}

TEST_F(decompositions, of_stacks_and_views) {
  const ndarray a = call(ufunc::add, numbers({50, 4, 4}), call(ufunc::multiply, unit(4), scalar(6.0)));
  const ndarray ones = broadcast_to(unit(4), {50, 4, 4});
  EXPECT_LT(distance(matmul(a, linalg::inv(a)), ones), 1e-12);
  const ndarray view = swapaxes(flip(a, 0), -1, -2);
  EXPECT_LT(distance(matmul(view, linalg::inv(view)), ones), 1e-12);
}

TEST_F(decompositions, have_small_residuals) {
  for (const shape_t& shape : {shape_t{6, 4}, shape_t{4, 6}, shape_t{5, 5}, shape_t{3, 7, 2}}) {
    const ndarray a = numbers(shape);
    const auto [q, r] = linalg::qr(a);
    EXPECT_LT(distance(matmul(q, r), a), 1e-13);
    const auto [u, s, vh] = linalg::svd(a, false);
    EXPECT_LT(distance(matmul(call(ufunc::multiply, u, expand_dims(s, -2)), vh), a), 1e-13);
  }
  const ndarray a = numbers({6, 6}), symmetric = call(ufunc::add, a, adjoint(a));
  const auto [w, v] = linalg::eigh(symmetric);
  EXPECT_LT(distance(matmul(v, call(ufunc::multiply, expand_dims(w, 1), adjoint(v))), symmetric), 1e-13);
  EXPECT_LT(distance(matmul(v, adjoint(v)), unit(6)), 1e-14);
  const ndarray definite = matmul(a, adjoint(a));
  const ndarray lower = linalg::cholesky(definite), upper = linalg::cholesky(definite, true);
  EXPECT_LT(distance(matmul(lower, adjoint(lower)), definite), 1e-13);
  EXPECT_LT(distance(lower, adjoint(upper)), 1e-13);
}

TEST_F(decompositions, of_stacks_of_small_matrices) {
  const auto gram = [](const ndarray& x) { return matmul(adjoint(x), x); };
  const auto units = [](const ndarray& x) {
    return broadcast_to(unit(x.shape().back()), {x.shape()[0], x.shape().back(), x.shape().back()});
  };
  for (const dtype type : {dtype::float64, dtype::complex128}) {
    if (test::lacks({type})) continue;
    const auto turned = [&](const ndarray& x) {  // complex where the dtype is
      if (type == dtype::float64) return x;
      return call(ufunc::multiply, x, scalar(std::complex<double>(0.6, 0.8)));
    };
    for (const shape_t& shape :
         {shape_t{70, 1, 1}, shape_t{70, 5, 3}, shape_t{70, 3, 8}, shape_t{5, 32, 32}}) {
      const ndarray a = astype(call(ufunc::add, numbers(shape), turned(numbers(shape))), type);
      const double bound = 1e-14 * static_cast<double>(a.size());
      const auto [q, r] = linalg::qr(a);
      EXPECT_LT(distance(matmul(q, r), a), bound);
      EXPECT_LT(distance(gram(q), units(q)), bound);
      const auto [u, s, vh] = linalg::svd(a, false);
      EXPECT_LT(distance(matmul(call(ufunc::multiply, u, expand_dims(s, -2)), vh), a), bound);
      EXPECT_LT(distance(gram(u), units(u)), bound);
      EXPECT_LT(distance(linalg::svdvals(a), s), bound);
      const ndarray hermitian = gram(a);
      const auto [w, v] = linalg::eigh(hermitian, 'U');
      EXPECT_LT(distance(matmul(hermitian, v), call(ufunc::multiply, v, expand_dims(w, -2))), 10 * bound);
      EXPECT_LT(distance(linalg::eigvalsh(hermitian), w), 10 * bound);
    }
  }
}

TEST_F(decompositions, complex_eigenvalues) {
  if (test::lacks({dtype::complex128})) GTEST_SKIP() << test::left_out;
  const ndarray a = numbers({6, 6});
  const auto [values, vectors] = linalg::eig(a);
  EXPECT_LT(distance(matmul(a, vectors), call(ufunc::multiply, vectors, values)), 1e-12);
}

TEST_F(decompositions, fail_as_numpy_does) {
  const ndarray zeros2 = make<double>({0, 0, 0, 0}, {2, 2});
  EXPECT_THROW(linalg::inv(zeros2), linalg_error);
  EXPECT_THROW(linalg::solve(zeros2, zeros2), linalg_error);
  EXPECT_THROW(linalg::cholesky(make<double>({1, 2, 2, 1}, {2, 2})), linalg_error);
  EXPECT_THROW(linalg::inv(make<double>({1, 2}, {1, 2})), linalg_error);
  EXPECT_THROW(linalg::svd(make<double>({1, 2})), linalg_error);
  EXPECT_THROW(linalg::inv(astype(zeros2, dtype::float16)), type_error);
  EXPECT_THROW(linalg::solve(unit(2), make<double>({1, 2, 3})), value_error);
  EXPECT_EQ(linalg::det(zeros2).item<double>(), 0);
}

TEST_F(decompositions, of_matrices_without_elements) {
  const ndarray none = make<double>({}, {0, 0});
  EXPECT_EQ(linalg::det(none).item<double>(), 1);
  EXPECT_EQ(linalg::inv(none).shape(), (shape_t{0, 0}));
  EXPECT_EQ(linalg::svd(make<double>({}, {0, 3})).vh.shape(), (shape_t{3, 3}));
  EXPECT_EQ(linalg::inv(make<double>({}, {0, 2, 2})).shape(), (shape_t{0, 2, 2}));
}

TEST_F(decompositions, least_squares_and_ranks) {
  const ndarray a = numbers({8, 3}), x = numbers({3}), b = matmul(a, x);
  const linalg::lstsq_result found = linalg::lstsq(a, b);
  EXPECT_LT(distance(found.x, x), 1e-13);
  EXPECT_EQ(found.rank.item<std::int32_t>(), 3);
  EXPECT_LT(distance(matmul(linalg::pinv(a), b), x), 1e-13);
  EXPECT_EQ(linalg::matrix_rank(matmul(expand_dims(x, 1), expand_dims(x, 0))).item<std::int64_t>(), 1);
  EXPECT_LT(distance(linalg::matrix_power(unit(3), -4), unit(3)), 1e-15);
}

TEST_F(decompositions, norms) {
  const ndarray a = make<double>({3, -4, 0, 12}, {2, 2});
  EXPECT_DOUBLE_EQ(linalg::norm(a).item<double>(), 13);
  EXPECT_DOUBLE_EQ(linalg::norm(a, 1.0).item<double>(), 16);
  EXPECT_DOUBLE_EQ(linalg::norm(a, INFINITY).item<double>(), 12);
  EXPECT_DOUBLE_EQ(linalg::norm(a, {}, 1).to_vector<double>()[0], 5);
  EXPECT_DOUBLE_EQ(linalg::vector_norm(a, {}, false, 1.0).item<double>(), 19);
  EXPECT_EQ(linalg::matrix_norm(a, true).shape(), (shape_t{1, 1}));
  EXPECT_THROW(linalg::norm(a, 3.0), value_error);
  EXPECT_NEAR(linalg::cond(unit(3)).item<double>(), 1, 1e-15);
}

TEST(products_of_many, cross_multi_dot_outer) {
  const ndarray x = make<double>({1, 0, 0}), y = make<double>({0, 1, 0});
  EXPECT_EQ(linalg::cross(x, y).to_vector<double>(), (doubles{0, 0, 1}));
  EXPECT_EQ(linalg::outer(x, y).to_vector<double>(), (doubles{0, 1, 0, 0, 0, 0, 0, 0, 0}));
  const ndarray a = numbers({2, 5}), b = numbers({5, 3}), c = numbers({3, 4});
  EXPECT_LT(distance(linalg::multi_dot({a, b, c}), matmul(matmul(a, b), c)), 1e-13);
  EXPECT_THROW(linalg::multi_dot({a}), value_error);
  EXPECT_THROW(linalg::cross(a, b), value_error);
}

}  // namespace
}  // namespace numloom
