// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/fft.hpp"

#include <cmath>
#include <complex>
#include <numbers>

#include "numloom/manipulation.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using number = std::complex<double>;

// The definition, in long double.
std::vector<number> defined(const std::vector<number>& x, int sign) {
  const std::size_t n = x.size();
  std::vector<std::complex<long double>> roots;
  for (std::size_t k = 0; k < n; ++k)
    roots.push_back(std::polar(1.0L, sign * 2 * std::numbers::pi_v<long double> *
                                         static_cast<long double>(k) / static_cast<long double>(n)));
  std::vector<number> result;
  for (std::size_t k = 0; k < n; ++k) {
    std::complex<long double> sum = 0;
    for (std::size_t j = 0; j < n; ++j) {
      const auto w = roots[j * k % n];
      const long double re = x[j].real(), im = x[j].imag();
      sum += std::complex<long double>(re * w.real() - im * w.imag(), re * w.imag() + im * w.real());
    }
    result.emplace_back(sum);
  }
  return result;
}

std::vector<number> numbers(std::size_t n) {
  std::vector<number> x;
  std::uint32_t state = 1;
  const auto next = [&] {
    state = state * 1664525u + 1013904223u;
    return static_cast<double>(state >> 8) / (1 << 24) - 0.5;
  };
  for (std::size_t j = 0; j < n; ++j) {
    const double re = next();
    x.emplace_back(re, next());
  }
  return x;
}

double relative_error(const std::vector<number>& got, const std::vector<number>& expected) {
  double error = 0, size = 0;
  for (std::size_t k = 0; k < expected.size(); ++k)
    error += std::norm(got[k] - expected[k]), size += std::norm(expected[k]);
  return std::sqrt(error / size);
}

class fft_of_length : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(all_kinds, fft_of_length,
                         testing::Values(2, 3, 5, 8, 11, 13, 16, 17, 30, 59, 64, 67, 100, 134, 210, 256, 1001,
                                         1009, 1024, 2048));

TEST_P(fft_of_length, is_accurate_alone_and_among_others) {
  const auto n = static_cast<std::size_t>(GetParam());
  const auto x = numbers(n);
  const double allowed = 0x1p-52 * std::max(1.0, std::log2(static_cast<double>(n)));
  const auto forward = defined(x, -1);
  EXPECT_LE(relative_error(fft::fft(make(x)).to_vector<number>(), forward), allowed);
  auto backward = defined(x, 1);
  for (number& z : backward) z /= static_cast<double>(n);
  EXPECT_LE(relative_error(fft::ifft(make(x)).to_vector<number>(), backward), allowed);
  std::vector<number> many;
  for (int row = 0; row < 19; ++row) many.insert(many.end(), x.begin(), x.end());
  const ndarray rows = fft::fft(make(many, {19, GetParam()}));
  const ndarray columns = fft::fft(transpose(make(many, {19, GetParam()})), {.axis = 0});
  const auto last = rows.to_vector<number>();
  EXPECT_LE(relative_error({last.end() - GetParam(), last.end()}, forward), allowed);
  EXPECT_EQ(transpose(columns).to_vector<number>(), last);
}

TEST_P(fft_of_length, of_real_numbers_is_half_of_it) {
  const int n = GetParam();
  std::vector<double> x;
  std::vector<number> z;
  for (const number& v : numbers(static_cast<std::size_t>(n))) x.push_back(v.real()), z.push_back(v.real());
  auto expected = defined(z, -1);
  expected.resize(static_cast<std::size_t>(n / 2 + 1));
  const double allowed = 0x1p-52 * std::max(2.0, std::log2(n));
  const ndarray half = fft::rfft(make(x));
  EXPECT_EQ(half.shape(0), n / 2 + 1);
  EXPECT_LE(relative_error(half.to_vector<number>(), expected), allowed);
  EXPECT_LE(relative_error(fft::irfft(half, {.n = n}).to_vector<number>(), z), 2 * allowed);
}

TEST(fft, keeps_single_precision) {
  const ndarray x = make(std::vector<float>{1, 2, 3, 4});
  EXPECT_EQ(fft::fft(x).dtype(), dtype::complex64);
  EXPECT_EQ(fft::irfft(fft::rfft(x)).dtype(), dtype::float32);
  EXPECT_EQ(fft::rfft(astype(x, dtype::float16)).dtype(), dtype::complex64);
  EXPECT_EQ(fft::fft(astype(x, dtype::int8)).dtype(), dtype::complex128);
}

TEST(fft, over_several_axes_is_one_after_the_other) {
  const ndarray x = make(numbers(4 * 6 * 10), {4, 6, 10});
  const ndarray one = fft::fft(fft::fft(fft::fft(x), {.axis = 1}), {.axis = 0});
  EXPECT_EQ(fft::fftn(x).to_vector<number>(), one.to_vector<number>());
  EXPECT_EQ(fft::fft2(x).to_vector<number>(), fft::fft(fft::fft(x), {.axis = 1}).to_vector<number>());
  const ndarray back = fft::ifftn(fft::fftn(x));
  EXPECT_LE(relative_error(back.to_vector<number>(), x.to_vector<number>()), 0x1p-50);
  const ndarray cut = fft::fftn(x, {.s = std::vector<std::int64_t>{3, 12}, .axes = std::vector<int>{0, 2}});
  EXPECT_EQ(cut.shape(), (shape_t{3, 6, 12}));
}

TEST(fft, norms_share_out_the_factor) {
  const auto x = numbers(12);
  const auto sum = fft::fft(make(x)).to_vector<number>();
  const auto mean = fft::fft(make(x), {.norm = fft::norm::forward}).to_vector<number>();
  const auto root = fft::fft(make(x), {.norm = fft::norm::ortho}).to_vector<number>();
  for (std::size_t k = 0; k < x.size(); ++k) {
    EXPECT_NEAR(std::abs(mean[k] * 12.0 - sum[k]), 0, 1e-14);
    EXPECT_NEAR(std::abs(root[k] * std::sqrt(12.0) - sum[k]), 0, 1e-14);
  }
  EXPECT_THROW(fft::parse_norm("half"), value_error);
}

TEST(fft, frequencies_and_shifts) {
  EXPECT_EQ(fft::fftfreq(5, 0.2).to_vector<double>(), (std::vector<double>{0, 1, 2, -2, -1}));
  EXPECT_EQ(fft::rfftfreq(5, 0.2).to_vector<double>(), (std::vector<double>{0, 1, 2}));
  EXPECT_EQ(fft::fftfreq(4, 1, {.dtype = dtype::float32}).dtype(), dtype::float32);
  const ndarray f = make(std::vector<double>{0, 1, 2, -2, -1});
  EXPECT_EQ(fft::fftshift(f).to_vector<double>(), (std::vector<double>{-2, -1, 0, 1, 2}));
  EXPECT_EQ(fft::ifftshift(fft::fftshift(f)).to_vector<double>(), f.to_vector<double>());
}

TEST(fft, refuses_what_numpy_refuses) {
  const ndarray x = make(numbers(12), {3, 4});
  EXPECT_THROW(fft::fft(x, {.n = 0}), value_error);
  EXPECT_THROW(fft::fft(x, {.axis = 2}), axis_error);
  EXPECT_THROW(fft::rfft(x), type_error);
  EXPECT_THROW(fft::fft(x, {.out = empty({3, 5}, dtype::complex128, x.device())}), value_error);
  EXPECT_THROW(fft::fft(x, {.out = empty({3, 4}, dtype::float64, x.device())}), casting_error);
  EXPECT_THROW(fft::fftn(x, {.s = std::vector<std::int64_t>{2}, .axes = std::vector<int>{0, 1}}),
               value_error);
}

}  // namespace
}  // namespace numloom
