// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "cuda_support.hpp"

namespace numloom {
namespace {

using namespace cuda_test;

/// NumPy's order: NaN behind everything, in both directions.
template <class T> bool stands_before(T a, T b, bool descending) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
  }
  return descending ? b < a : a < b;
}

template <class T> std::vector<T> shuffled(std::int64_t n, std::uint64_t seed) {
  numbers source(seed);
  std::vector<T> values(static_cast<std::size_t>(n));
  for (auto& v : values) {
    const std::int64_t x = source.below(2001) - 1000;
    v = static_cast<T>(x);
    if constexpr (std::is_floating_point_v<T>) {
      v /= 8;
      if (x == 7) v = std::numeric_limits<T>::quiet_NaN();
      if (x == 8) v = -std::numeric_limits<T>::infinity();
      if (x == 9) v = T(-0.0);
    }
  }
  return values;
}

const std::vector<std::pair<std::int64_t, std::int64_t>> row_shapes = {
    {1, 1}, {1, 2}, {5, 3}, {40, 33}, {1, 2048}, {3, 1000}, {1, 2049}, {2, 5000}, {1, 9000}};

template <class T> class cuda_sort : public testing::Test {};
using sort_types = testing::Types<std::int8_t, std::uint16_t, std::int32_t, std::uint64_t, float, double>;
TYPED_TEST_SUITE(cuda_sort, sort_types);

TYPED_TEST(cuda_sort, sorts_rows_and_gives_stable_positions) {
  using T = TypeParam;
  for (const bool descending : {false, true})
    for (const auto& [rows, n] : row_shapes) {
      const auto values = shuffled<T>(rows * n, 3);
      std::vector<std::int64_t> expected(values.size());
      for (std::int64_t r = 0; r < rows; ++r) {
        const auto first = expected.begin() + r * n;
        std::iota(first, first + n, std::int64_t{0});
        std::stable_sort(first, first + n, [&](std::int64_t a, std::int64_t b) {
          return stands_before(values[static_cast<std::size_t>(r * n + a)],
                               values[static_cast<std::size_t>(r * n + b)], descending);
        });
      }
      const device_vector<T> data(values);
      const device_vector<std::int64_t> positions(values.size());
      gpu().argsort(positions.data(), data.data(), dtype_of<T>, rows, n, descending, queue());
      ASSERT_EQ(positions.read(), expected) << rows << " x " << n << " descending " << descending;
      gpu().sort(data.data(), dtype_of<T>, rows, n, descending, queue());
      const auto r = data.read();
      for (std::size_t i = 0; i < r.size(); ++i) {
        const T wanted = values[i / static_cast<std::size_t>(n) * static_cast<std::size_t>(n) +
                                static_cast<std::size_t>(expected[i])];
        ASSERT_TRUE(r[i] == wanted || (r[i] != r[i] && wanted != wanted))
            << rows << " x " << n << " at " << i;
      }
    }
}

TEST(cuda_sort_complex, orders_by_real_then_imaginary_part) {
  using complex = std::complex<float>;
  for (const std::int64_t n : {50, 3000}) {
    numbers source(11);
    std::vector<complex> values(static_cast<std::size_t>(n));
    for (auto& v : values)
      v = {static_cast<float>(source.below(10)), static_cast<float>(source.below(40) - 20)};
    const device_vector<complex> data(values);
    gpu().sort(data.data(), dtype::complex64, 1, n, false, queue());
    std::sort(values.begin(), values.end(), [](complex a, complex b) {
      return a.real() != b.real() ? a.real() < b.real() : a.imag() < b.imag();
    });
    ASSERT_EQ(data.read(), values) << n;
  }
}

TEST(cuda_search, finds_where_values_belong) {
  std::vector<float> sorted = shuffled<float>(1000, 4);
  std::sort(sorted.begin(), sorted.end(), [](float a, float b) { return stands_before(a, b, false); });
  const std::vector<float> values = shuffled<float>(300, 5);
  const device_vector<float> data(sorted), wanted(values);
  const device_vector<std::int64_t> out(values.size());
  for (const bool right : {false, true}) {
    gpu().searchsorted(out.data(), data.data(), 1000, wanted.data(), 300, dtype::float32, right, queue());
    const auto r = out.read();
    for (std::size_t i = 0; i < r.size(); ++i) {
      const auto before = [](float a, float b) { return stands_before(a, b, false); };
      const auto at = right ? std::upper_bound(sorted.begin(), sorted.end(), values[i], before)
                            : std::lower_bound(sorted.begin(), sorted.end(), values[i], before);
      ASSERT_EQ(r[i], at - sorted.begin()) << values[i];
    }
  }
}

}  // namespace
}  // namespace numloom
