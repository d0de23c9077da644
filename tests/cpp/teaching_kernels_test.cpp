// SPDX-License-Identifier: BSD-3-Clause
// The canonical teaching kernels as strings, from C++: the texts of tests/teaching_kernels, each with a size
// that fills no block exactly, against a loop on the host.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <random>

#include "numloom/array.hpp"
#include "numloom/kernel.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::test_device;

class TeachingKernels : public testing::Test {
 protected:
  static kernel taught(const std::string& name, const std::string& instance = "") {
    const std::string path = std::string(NUMLOOM_TESTS_DIR) + "/teaching_kernels/" + name + ".cu";
    std::ifstream file(path);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return kernel(std::move(text), instance.empty() ? name : instance, {.file = path});
  }
  template <class T> std::vector<T> normal(std::size_t count) {
    std::normal_distribution<T> values;
    std::vector<T> made(count);
    for (T& x : made) x = values(random_);
    return made;
  }
  template <class T> std::vector<T> integers(std::size_t count, int low, int high) {
    std::uniform_int_distribution<int> values(low, high - 1);
    std::vector<T> made(count);
    for (T& x : made) x = static_cast<T>(values(random_));
    return made;
  }
  template <class T> static array<T> put(const std::vector<T>& values) {
    return array<T>(to_device(array<T>(test::make<T>(values, {std::ssize(values)}, cpu)), test_device()));
  }
  template <class T> static array<T> nothing(std::int64_t count) {
    return put(std::vector<T>(static_cast<std::size_t>(count)));
  }
  template <class T> static void near(const array<T>& result, const std::vector<T>& expected, double within) {
    const std::vector<T> got = result.to_vector();
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], within) << i;
  }
  std::mt19937 random_{7};
};

TEST_F(TeachingKernels, VectorAdd) {
  const std::vector<float> a = normal<float>(1000), b = normal<float>(1000);
  const array<float> c = nothing<float>(1000);
  taught("vector_add")({.size = 1000}, put(a), put(b), c, 1000);
  std::vector<float> expected(1000);
  std::transform(a.begin(), a.end(), b.begin(), expected.begin(), std::plus<>());
  near(c, expected, 0);
}

TEST_F(TeachingKernels, Saxpy) {
  const std::vector<float> x = normal<float>(1000);
  std::vector<float> y = normal<float>(1000);
  const array<float> result = put(y);
  taught("saxpy")({.grid = 3, .block = 128}, 2.5f, put(x), result, 1000);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += 2.5f * x[i];
  near(result, y, 1e-5);
}

TEST_F(TeachingKernels, MatmulWithTiles) {
  constexpr std::size_t rows = 33, inner = 20, columns = 17;
  const std::vector<double> a = normal<double>(rows * inner), b = normal<double>(inner * columns);
  const array<double> c = nothing<double>(rows * columns);
  taught("matmul", "matmul<double, 8>")({.grid = {3, 5}, .block = {8, 8}}, put(a), put(b), c, rows, inner,
                                        columns);
  std::vector<double> expected(rows * columns, 0);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t k = 0; k < inner; ++k)
      for (std::size_t j = 0; j < columns; ++j)
        expected[i * columns + j] += a[i * inner + k] * b[k * columns + j];
  near(c, expected, 1e-12);
}

TEST_F(TeachingKernels, ReductionWithShuffles) {
  const std::vector<float> x = normal<float>(10'000);
  const array<float> total = nothing<float>(1);
  taught("reduction")({.grid = 4, .block = 256}, put(x), total, 10'000);
  double sum = 0;
  for (const float v : x) sum += v;
  EXPECT_NEAR(total.item(), sum, 1e-2);
}

TEST_F(TeachingKernels, HistogramWithSharedAtomics) {
  const std::vector<std::uint8_t> values = integers<std::uint8_t>(5000, 0, 256);
  const array<std::uint32_t> counts = nothing<std::uint32_t>(256);
  taught("histogram")({.grid = 5, .block = 128}, put(values), counts, 5000);
  std::vector<std::uint32_t> expected(256, 0);
  for (const std::uint8_t v : values) ++expected[v];
  EXPECT_EQ(counts.to_vector(), expected);
}

TEST_F(TeachingKernels, PrefixSum) {
  const std::vector<std::int32_t> x = integers<std::int32_t>(1001, -9, 9);
  const array<std::int32_t> out = nothing<std::int32_t>(1001);
  taught("prefix_sum")({.grid = 1, .block = 512, .shared_bytes = 4 * 1024}, put(x), out, 1001);
  std::vector<std::int32_t> expected(1001, 0);
  for (std::size_t i = 1; i < x.size(); ++i) expected[i] = expected[i - 1] + x[i - 1];
  EXPECT_EQ(out.to_vector(), expected);
}

TEST_F(TeachingKernels, TransposeWithPaddedTile) {
  constexpr std::size_t rows = 37, columns = 50;
  const std::vector<double> a = normal<double>(rows * columns);
  const array<double> out = nothing<double>(rows * columns);
  taught("transpose")({.grid = {4, 3}, .block = {16, 16}}, put(a), out, rows, columns);
  std::vector<double> expected(rows * columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) expected[j * rows + i] = a[i * columns + j];
  near(out, expected, 0);
}

TEST_F(TeachingKernels, StencilWithHaloAndConstantWeights) {
  constexpr int height = 30, width = 41;
  const std::vector<float> a = normal<float>(height * width);
  const std::vector<float> w{0.5f, 0.1f, 0.2f, 0.05f, 0.15f};
  const kernel stencil = taught("stencil");
  stencil.set_constant("weights", put(w));
  const array<float> out = nothing<float>(height * width);
  stencil({.grid = {3, 4}, .block = {16, 8}}, put(a), out, height, width);
  const auto at = [&](int y, int x) {
    return a[static_cast<std::size_t>(std::clamp(y, 0, height - 1) * width + std::clamp(x, 0, width - 1))];
  };
  std::vector<float> expected;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      expected.push_back(w[0] * at(y, x) + w[1] * at(y - 1, x) + w[2] * at(y + 1, x) + w[3] * at(y, x - 1) +
                         w[4] * at(y, x + 1));
  near(out, expected, 1e-5);
}

struct point {
  double x, y;
};

TEST_F(TeachingKernels, MandelbrotWithStructuresByValue) {
  constexpr int height = 20, width = 30, limit = 50;
  const array<std::uint16_t> steps = nothing<std::uint16_t>(height * width);
  const point low{-2, -1}, high{1, 1};
  taught("mandelbrot")({.grid = {4, 3}, .block = {8, 8}}, steps, height, width, low, high, limit);
  const std::vector<std::uint16_t> got = steps.to_vector();
  int different = 0;  // on the set's edge a rounding decides
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const std::complex<double> c(low.x + 3.0 * x / (width - 1), low.y + 2.0 * y / (height - 1));
      std::complex<double> z = 0;
      int k = 0;
      while (k < limit && std::norm(z) <= 4) z = z * z + c, ++k;
      different += got[static_cast<std::size_t>(y * width + x)] != k ? 1 : 0;
    }
  EXPECT_LE(different, height * width / 100);
}

TEST_F(TeachingKernels, NBodyWithVectors) {
  constexpr std::size_t n = 100;
  const std::vector<float> bodies = normal<float>(4 * n);
  const array<float> pull = nothing<float>(4 * n);
  taught("n_body")({.grid = 4, .block = 32, .shared_bytes = 32 * 16}, put(bodies), pull, n, 0.01);
  std::vector<float> expected(4 * n, 0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k) {
      double apart[3], square = 0.01;
      for (std::size_t d = 0; d < 3; ++d) {
        apart[d] = static_cast<double>(bodies[4 * k + d]) - bodies[4 * i + d];
        square += apart[d] * apart[d];
      }
      for (std::size_t d = 0; d < 3; ++d)
        expected[4 * i + d] +=
            static_cast<float>(apart[d] * bodies[4 * k + 3] / (square * std::sqrt(square)));
    }
  const std::vector<float> got = pull.to_vector();
  for (std::size_t i = 0; i < got.size(); ++i)
    ASSERT_NEAR(got[i], expected[i], 1e-2 + 1e-3 * std::fabs(expected[i])) << i;
}

TEST_F(TeachingKernels, SparseMatrixTimesVector) {
  constexpr std::size_t rows = 50, columns = 70;
  std::vector<std::int32_t> starts{0}, places;
  std::vector<double> values, expected;
  const std::vector<double> x = normal<double>(columns), dense = normal<double>(rows * columns);
  for (std::size_t i = 0; i < rows; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < columns; ++j) {
      const double v = dense[i * columns + j];
      if (v < 0.8) continue;
      places.push_back(static_cast<std::int32_t>(j));
      values.push_back(v);
      sum += v * x[j];
    }
    starts.push_back(static_cast<std::int32_t>(places.size()));
    expected.push_back(sum);
  }
  const array<double> y = nothing<double>(rows);
  taught("spmv")({.size = rows * 32}, put(starts), put(places), put(values), put(x), y, rows);
  near(y, expected, 1e-12);
}

TEST_F(TeachingKernels, BitonicSort) {
  std::vector<std::int32_t> keys = integers<std::int32_t>(512, -1000, 1000);
  const array<std::int32_t> given = put(keys);
  taught("bitonic_sort")({.grid = 1, .block = 128, .shared_bytes = 4 * 512}, given, 512);
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(given.to_vector(), keys);
}

}  // namespace
}  // namespace numloom
