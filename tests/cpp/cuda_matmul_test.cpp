// SPDX-License-Identifier: BSD-3-Clause
#include <complex>

#include "cuda_support.hpp"

namespace numloom {
namespace {

using namespace cuda_test;

template <class T> class cuda_matmul : public testing::Test {};
using matmul_types = testing::Types<std::int32_t, std::uint8_t, float, double>;
TYPED_TEST_SUITE(cuda_matmul, matmul_types);

/// Products of every combination of row-major, column-major and gapped operands.
TYPED_TEST(cuda_matmul, multiplies_batches_of_any_layout) {
  using T = TypeParam;
  const std::int64_t sizes[][4] = {{1, 1, 1, 1}, {17, 33, 5, 2}, {16, 1, 40, 1}, {1, 20, 3, 3}, {4, 6, 0, 1}};
  for (const auto& [m, n, k, batch] : sizes)
    for (int layout = 0; layout < 18; ++layout) {
      const auto steps = [](std::int64_t rows, std::int64_t columns, int kind) {
        if (kind == 0) return std::pair{columns, std::int64_t{1}};
        if (kind == 1) return std::pair{std::int64_t{1}, rows};
        return std::pair{2 * columns + 1, std::int64_t{2}};  // gaps: no BLAS form
      };
      matmul_call c{};
      c.type = dtype_of<T>;
      std::tie(c.m, c.n, c.k, c.batch) = std::tuple{m, n, k, batch};
      std::tie(c.a_row, c.a_col) = steps(m, k, layout % 3);
      std::tie(c.b_row, c.b_col) = steps(k, n, layout / 3 % 3);
      std::tie(c.c_row, c.c_col) = steps(m, n, layout / 9);
      c.a_batch = 2 * m * k + m + 2;
      c.b_batch = 0;
      c.c_batch = m * n;
      const auto a = small_values<T>(batch * c.a_batch + 1, 1), b = small_values<T>(2 * k * n + k + 2, 2);
      const device_vector<T> da(a), db(b), out(static_cast<std::size_t>(batch * m * n));
      c.a = da.data();
      c.b = db.data();
      c.c = out.data();
      gpu().matmul(c, queue());
      const auto r = out.read();
      for (std::int64_t q = 0; q < batch; ++q)
        for (std::int64_t i = 0; i < m; ++i)
          for (std::int64_t j = 0; j < n; ++j) {
            T sum{};
            for (std::int64_t p = 0; p < k; ++p)
              sum = static_cast<T>(
                  sum +
                  static_cast<T>(a[static_cast<std::size_t>(q * c.a_batch + i * c.a_row + p * c.a_col)] *
                                 b[static_cast<std::size_t>(p * c.b_row + j * c.b_col)]));
            ASSERT_EQ(r[static_cast<std::size_t>(q * c.c_batch + i * c.c_row + j * c.c_col)], sum)
                << m << "x" << k << "x" << n << " layout " << layout;
          }
    }
}

TEST(cuda_matmul_half, adds_in_float) {
  const std::int64_t k = 4096;
  const std::vector<float16> a(static_cast<std::size_t>(k), float16(0.25f)),
      b(static_cast<std::size_t>(k), float16(1.0f));
  const device_vector<float16> da(a), db(b), out(std::size_t{1});
  matmul_call c{dtype::float16, 1, 1, k, 1, da.data(), db.data(), out.data(), k, 1, 1, 1, 1, 1, 0, 0, 0};
  gpu().matmul(c, queue());
  EXPECT_EQ(static_cast<float>(out.read()[0]), 1024.0f);  // float16 sums stop growing at 512
}

}  // namespace
}  // namespace numloom
