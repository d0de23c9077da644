// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/linalg.hpp"

#include <complex>

#include "numloom/indexing.hpp"
#include "numloom/manipulation.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::iota;
using test::make;
using test::reversed;
using test::transposed;
using doubles = std::vector<double>;
using longs = std::vector<std::int64_t>;

template <class Error, class F> std::string text_of(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "(nothing was thrown)";
}

// The definition, on the host.
template <class T> std::vector<T> product(const ndarray& a, const ndarray& b) {
  const auto x = a.to_vector<T>(), y = b.to_vector<T>();
  const auto m = static_cast<std::size_t>(a.shape(0)), k = static_cast<std::size_t>(a.shape(1)),
             n = static_cast<std::size_t>(b.shape(1));
  std::vector<T> c(m * n, T(0));
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t l = 0; l < k; ++l)
        c[i * n + j] = static_cast<T>(c[i * n + j] + x[i * k + l] * y[l * n + j]);
  return c;
}

template <class T> class matmul_of : public testing::Test {};
using types =
    testing::Types<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t,
                   std::int64_t, std::uint64_t, float, double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(matmul_of, types);

TYPED_TEST(matmul_of, agrees_with_the_definition) {
  using T = TypeParam;
  std::vector<T> x(5 * 7), y(7 * 3);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(static_cast<float>(i % 5));
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<T>(static_cast<float>(i % 3));
  const ndarray a = make<T>(x, {5, 7}), b = make<T>(y, {7, 3});
  EXPECT_EQ(matmul(a, b).dtype(), dtype_of<T>);
  EXPECT_EQ(matmul(a, b).template to_vector<T>(), product<T>(a, b));
  EXPECT_EQ(matmul(transposed(b), transposed(a)).template to_vector<T>(),
            (product<T>(ascontiguousarray(transposed(b)), ascontiguousarray(transposed(a)))));
  EXPECT_EQ(matmul(reversed(a), reversed(b)).template to_vector<T>(), product<T>(reversed(a), reversed(b)));
}

TEST(matmul, of_bools_and_halves) {
  const ndarray a = make<bool>({true, false, true, true}, {2, 2}),
                b = make<bool>({false, true, false, true}, {2, 2});
  EXPECT_EQ(matmul(a, b).to_vector<bool>(), (std::vector<bool>{false, true, false, true}));
  const ndarray h = iota<float16>({2, 2});
  EXPECT_EQ(matmul(h, h).dtype(), dtype::float16);
  EXPECT_EQ(astype(matmul(h, h), dtype::float64).to_vector<double>(), (doubles{2, 3, 6, 11}));
}

TEST(matmul, vectors_and_stacks) {
  const ndarray v = iota<double>({3}), m = iota<double>({2, 3}), s = iota<double>({2, 3, 2});
  EXPECT_EQ(matmul(m, v).to_vector<double>(), (doubles{5, 14}));
  EXPECT_EQ(matmul(v, transposed(m)).to_vector<double>(), (doubles{5, 14}));
  EXPECT_EQ(matmul(v, v).item<double>(), 5);
  EXPECT_TRUE(matmul(v, v).is_scalar());
  EXPECT_EQ(matmul(m, s).shape(), shape_t({2, 2, 2}));
  EXPECT_EQ(matmul(m, s).to_vector<double>(), (doubles{10, 13, 28, 40, 28, 31, 100, 112}));
  EXPECT_EQ(matmul(v, s).to_vector<double>(), (doubles{10, 13, 28, 31}));
  // Stacks that no single stride describes.
  const ndarray left = broadcast_to(iota<double>({3, 1, 2, 2}), {3, 2, 2, 2}),
                right = iota<double>({2, 2, 1});
  const ndarray c = matmul(left, right);
  EXPECT_EQ(c.shape(), shape_t({3, 2, 2, 1}));
  EXPECT_EQ(c.to_vector<double>(), (doubles{1, 3, 3, 13, 5, 7, 23, 33, 9, 11, 43, 53}));
}

TEST(matmul, nothing_to_sum_gives_zeros) {
  EXPECT_EQ(matmul(iota<double>({2, 0}), iota<double>({0, 3})).to_vector<double>(), doubles(6, 0));
  EXPECT_EQ(matmul(iota<double>({0}), iota<double>({0})).item<double>(), 0);
  EXPECT_EQ(matmul(iota<double>({0, 2}), iota<double>({2, 3})).shape(), shape_t({0, 3}));
}

TEST(matmul, writes_into_out) {
  const ndarray a = iota<double>({2, 2});
  const ndarray out = iota<double>({2, 2});
  matmul(a, a, {.out = transposed(out)});
  EXPECT_EQ(out.to_vector<double>(), (doubles{2, 6, 3, 11}));
  matmul(a, a, {.out = a});  // through a temporary
  EXPECT_EQ(a.to_vector<double>(), (doubles{2, 3, 6, 11}));
  EXPECT_THROW(matmul(a, a, {.out = iota<std::int32_t>({2, 2})}), casting_error);
  EXPECT_THROW(matmul(a, a, {.out = iota<double>({2, 3})}), value_error);
  EXPECT_EQ(matmul(iota<std::int8_t>({2, 2}), iota<float>({2, 2})).dtype(), dtype::float32);
}

TEST(matmul, errors_read_as_numpys) {
  EXPECT_EQ(text_of<value_error>([] {
              matmul(iota<double>({2, 3}), iota<double>({2, 3}));
            }),
            "[matmul] matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
            "(n?,k),(k,m?)->(n?,m?) (size 2 is different from 3)");
  EXPECT_EQ(
      text_of<value_error>([] {
        matmul(iota<double>({}), iota<double>({2, 3}));
      }),
      "[matmul] matmul: Input operand 0 does not have enough dimensions (has 0, gufunc core with signature "
      "(n?,k),(k,m?)->(n?,m?) requires 1)");
  EXPECT_EQ(text_of<value_error>([] {
              dot(iota<double>({2, 3}), iota<double>({2}));
            }),
            "[dot] shapes (2,3) and (2,) not aligned: 3 (dim 1) != 2 (dim 0)");
}

TEST(products, dot_inner_outer_tensordot) {
  const ndarray m = iota<std::int64_t>({2, 3}), v = iota<std::int64_t>({3}),
                s = iota<std::int64_t>({2, 3, 2});
  EXPECT_EQ(dot(m, v).to_vector<std::int64_t>(), (longs{5, 14}));
  EXPECT_EQ(dot(m, s).shape(), shape_t({2, 2, 2}));
  EXPECT_EQ(dot(m, s).to_vector<std::int64_t>(), (longs{10, 13, 28, 31, 28, 40, 100, 112}));
  EXPECT_EQ(dot(m, iota<std::int64_t>({})).shape(), shape_t({2, 3}));
  EXPECT_EQ(inner(m, m).to_vector<std::int64_t>(), (longs{5, 14, 14, 50}));
  EXPECT_EQ(inner(v, v).item<std::int64_t>(), 5);
  EXPECT_EQ(outer(v, iota<std::int64_t>({2})).to_vector<std::int64_t>(), (longs{0, 0, 0, 1, 0, 2}));
  EXPECT_EQ(tensordot(m, s, {1}, {1}).to_vector<std::int64_t>(), (longs{10, 13, 28, 31, 28, 40, 100, 112}));
  EXPECT_EQ(tensordot(m, m, {0, 1}, {0, 1}).item<std::int64_t>(), 55);
  EXPECT_EQ(tensordot(v, v, {}, {}).shape(), shape_t({3, 3}));
  EXPECT_THROW(tensordot(m, m, {0}, {1}), value_error);
}

TEST(products, of_vectors_conjugate_the_first) {
  if (test::lacks({dtype::complex128})) GTEST_SKIP() << test::left_out;
  using c = std::complex<double>;
  const ndarray a = make<c>({c(1, 1), c(2, 0)}), b = make<c>({c(0, 1), c(1, 0)});
  EXPECT_EQ(vdot(a, b).item<c>(), c(3, 1));
  EXPECT_EQ(vecdot(a, b).item<c>(), c(3, 1));
  EXPECT_EQ(dot(a, b).item<c>(), c(1, 1));
  const ndarray m = iota<double>({2, 3}), v = iota<double>({3});
  EXPECT_EQ(vecdot(m, v).to_vector<double>(), (doubles{5, 14}));
  EXPECT_EQ(matvec(m, v).to_vector<double>(), (doubles{5, 14}));
  EXPECT_EQ(vecmat(v, transposed(m)).to_vector<double>(), (doubles{5, 14}));
}

TEST(products, kronecker_and_cross) {
  const ndarray a = test::make<double>({1, 2}), x = test::make<double>({1, 0, 0}),
                y = test::make<double>({0, 1, 0});
  EXPECT_EQ(kron(a, test::make<double>({1, 10})).to_vector<double>(), (std::vector<double>{1, 10, 2, 20}));
  EXPECT_EQ(kron(test::make<double>({1, 2, 3, 4}, {2, 2}), x).shape(), shape_t({2, 6}));
  EXPECT_EQ(cross(x, y).to_vector<double>(), (std::vector<double>{0, 0, 1}));
  EXPECT_EQ(cross(a, a).item<double>(), 0);
  EXPECT_EQ(cross(a, y).to_vector<double>(), (std::vector<double>{0, 0, 1}));
  const ndarray columns = test::make<double>({1, 0, 0, 1, 0, 0}, {3, 2});
  EXPECT_EQ(cross(columns, columns, {0, 0, 0}).shape(), shape_t({3, 2}));
  EXPECT_THROW(cross(x, test::make<double>({1})), value_error);
}

TEST(products, tensordot_over_a_number_of_axes) {
  const ndarray a = test::make<double>({1, 2, 4, 7}, {2, 2});
  EXPECT_EQ(tensordot(a, a).item<double>(), 70);
  EXPECT_EQ(tensordot(a, test::make<double>({1, 1}), 1).to_vector<double>(), (std::vector<double>{3, 11}));
}

TEST(products, trace_of_planes) {
  const ndarray a = iota<double>({2, 2, 2});
  EXPECT_EQ(trace(a[0]).item<double>(), 3);
  EXPECT_EQ(trace(a[0], 1).item<double>(), 1);
  EXPECT_EQ(trace(a, 0, 1, 2).to_vector<double>(), (std::vector<double>{3, 11}));
  EXPECT_EQ(trace(iota<std::int32_t>({2, 2}), 0, 0, 1, dtype::float32).dtype(), dtype::float32);
}

}  // namespace
}  // namespace numloom
