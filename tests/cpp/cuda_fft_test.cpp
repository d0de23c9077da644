// SPDX-License-Identifier: BSD-3-Clause
// Runs twice: with cuFFT's part played by the CPU's transforms, and with NUMLOOM_CUFFT=none, all in our
// kernels.
#include <cmath>
#include <complex>
#include <numbers>

#include "cuda_support.hpp"

namespace numloom {
namespace {

using namespace cuda_test;

template <class T> class cuda_fft : public testing::Test {};
using fft_types = testing::Types<float, double>;
TYPED_TEST_SUITE(cuda_fft, fft_types);

template <class T> std::vector<T> random_numbers(std::int64_t count, std::uint64_t seed) {
  cuda_test::numbers source(seed);
  std::vector<T> x(static_cast<std::size_t>(count));
  for (T& v : x) v = static_cast<T>(source.unit() - 0.5);
  return x;
}

/// Result k of the definition, in long double; x: interleaved.
template <class T> std::complex<long double> defined(const T* x, std::int64_t n, std::int64_t k, int sign) {
  std::complex<long double> sum = 0;
  for (std::int64_t j = 0; j < n; ++j) {
    const long double angle = sign * 2 * std::numbers::pi_v<long double> *
                              static_cast<long double>(j * k % n) / static_cast<long double>(n);
    const long double c = std::cos(angle), s = std::sin(angle);
    const long double re = static_cast<long double>(x[2 * j]), im = static_cast<long double>(x[2 * j + 1]);
    sum += std::complex<long double>(re * c - im * s, re * s + im * c);
  }
  return sum;
}

template <class T> double bound(std::int64_t n) {
  return std::numeric_limits<T>::epsilon() * std::max(1.0, std::log2(static_cast<double>(n)));
}

/// A call on dense lines.
template <class T> fft_call dense_call(fft_kind kind, std::int64_t n, std::int64_t lines) {
  const std::int64_t real = sizeof(T), half = n / 2 + 1;
  fft_call c;
  c.kind = kind;
  c.type = dtype_of<T>;
  c.real_input = kind == fft_kind::real_to_complex;
  c.inverse = kind == fft_kind::complex_to_real;
  c.n = n;
  c.count = kind == fft_kind::complex_to_real ? half : n;
  c.in_step = c.real_input ? real : 2 * real;
  c.out_step = kind == fft_kind::complex_to_real ? real : 2 * real;
  c.ndim = 1;
  c.shape[0] = lines;
  c.in_strides[0] = c.count * c.in_step;
  c.out_strides[0] = (kind == fft_kind::real_to_complex ? half : n) * c.out_step;
  return c;
}

/// Results k of the last of three lines against the definition, both ways.
template <class T> void expect_accurate(std::int64_t n, const std::vector<std::int64_t>& bins) {
  const auto x = random_numbers<T>(3 * 2 * n, static_cast<std::uint64_t>(n));
  const T* const last = x.data() + 2 * 2 * n;
  const device_vector<T> in(x), out(x.size());
  for (const bool inverse : {false, true}) {
    fft_call c = dense_call<T>(fft_kind::complex, n, 3);
    c.inverse = inverse;
    c.scale = inverse ? 1.0 / static_cast<double>(n) : 1;
    c.in = in.data();
    c.out = out.data();
    gpu().fft(c, queue());
    const auto got = out.read();
    long double error = 0, size = 0;
    for (std::int64_t j = 0; j < 2 * n; ++j)
      size += static_cast<long double>(last[j]) * static_cast<long double>(last[j]);
    for (const std::int64_t k : bins) {
      const auto at = static_cast<std::size_t>(2 * (2 * n + k));
      const auto expected = defined(last, n, k, inverse ? 1 : -1) * static_cast<long double>(c.scale);
      error += std::norm(expected - std::complex<long double>(got[at], got[at + 1]));
    }
    // What a result has on average: the sum of squares.
    size *= static_cast<long double>(bins.size()) * static_cast<long double>(c.scale * c.scale);
    EXPECT_LE(static_cast<double>(std::sqrt(error / size)), bound<T>(n)) << n << (inverse ? " inverse" : "");
  }
}

TYPED_TEST(cuda_fft, follows_the_definition_for_every_short_length) {
  for (std::int64_t n = 1; n <= 64; ++n) {
    std::vector<std::int64_t> all;
    for (std::int64_t k = 0; k < n; ++k) all.push_back(k);
    expect_accurate<TypeParam>(n, all);
  }
}

// Products of all radices, primes for a chirp in a block (67 ... 1009) and over several kernels (4099),
// several kernels for powers (8192, 6561, 4913) and three of them (2^21 would be slow here; 61^3 has parts of
// 61).
TYPED_TEST(cuda_fft, follows_the_definition_for_longer_lengths) {
  for (const std::int64_t n : {67,   97,   100,  121,  128,  169,  210,  1000, 1001,  1009,
                               1024, 2187, 3721, 4096, 4099, 4913, 6561, 8192, 10010, 131072}) {
    std::vector<std::int64_t> bins{0, 1, n / 2, n - 1};
    cuda_test::numbers source(static_cast<std::uint64_t>(n));
    while (bins.size() < (n < 20000 ? 24u : 5u)) bins.push_back(source.below(n));
    expect_accurate<TypeParam>(n, bins);
  }
}

/// The same call on the CPU and on the GPU: all of the output's memory is compared.
template <class T>
void expect_as_on_cpu(fft_call c, std::int64_t in_numbers, std::int64_t in_first, std::int64_t out_numbers,
                      std::int64_t out_first, const std::string& what, bool in_place = false) {
  const auto x = random_numbers<T>(in_numbers, 7);
  auto expected = in_place ? x : random_numbers<T>(out_numbers, 8);
  const device_vector<T> in(x), other(expected);
  const device_vector<T>& out = in_place ? in : other;
  c.in = in.data() + in_first;
  c.out = out.data() + out_first;
  gpu().fft(c, queue());
  c.in = (in_place ? expected : x).data() + in_first;
  c.out = expected.data() + out_first;
  cpu_backend().fft(c, {});
  const auto got = out.read();
  double error = 0, size = 0;
  for (std::size_t k = 0; k < got.size(); ++k) {
    error += std::pow(static_cast<double>(got[k]) - static_cast<double>(expected[k]), 2);
    size += std::pow(static_cast<double>(expected[k]), 2);
  }
  EXPECT_LE(std::sqrt(error / size), 2 * bound<T>(std::max<std::int64_t>(c.n, 4))) << what;
}

TYPED_TEST(cuda_fft, of_real_numbers_and_back) {
  using T = TypeParam;
  for (const std::int64_t n :
       {1, 2, 3, 4, 5, 6, 8, 17, 30, 64, 67, 134, 1001, 1024, 2018, 4096, 4913, 6561, 8192, 8198, 9000, 4337})
    for (const auto kind : {fft_kind::real_to_complex, fft_kind::complex_to_real}) {
      fft_call c = dense_call<T>(kind, n, 3);
      c.scale = 0.25;
      const std::string what = std::to_string(n) + (c.inverse ? " to real" : " from real");
      expect_as_on_cpu<T>(c, 3 * c.in_strides[0] / c.in_step * 2, 0, 3 * 2 * (n + 2), 0, what);
    }
}

TYPED_TEST(cuda_fft, of_cut_and_filled_up_lines) {
  using T = TypeParam;
  for (const std::int64_t n : {7, 16, 67, 134, 2016, 6000, 8198})
    for (const std::int64_t missing : {1, 2, 5})
      for (const auto kind : {fft_kind::complex, fft_kind::real_to_complex, fft_kind::complex_to_real}) {
        fft_call c = dense_call<T>(kind, n, 2);
        c.count = std::max<std::int64_t>(1, c.count - missing);
        const std::string what = std::to_string(n) + " without " + std::to_string(missing);
        expect_as_on_cpu<T>(c, 4 * (n + 2), 0, 4 * (n + 2), 0, what);
        if (kind == fft_kind::complex_to_real) continue;
        c.kind = fft_kind::complex;  // of real numbers, the inverse
        c.real_input = c.inverse = true;
        c.in_step = sizeof(T);
        c.out_step = 2 * sizeof(T);
        c.out_strides[0] = n * c.out_step;
        expect_as_on_cpu<T>(c, 4 * (n + 2), 0, 4 * (n + 2), 0, what + ", inverse of real numbers");
      }
}

// (lines, n) and (n, lines), gaps, backwards, at odd addresses, in place.
TYPED_TEST(cuda_fft, of_any_layout) {
  using T = TypeParam;
  const std::int64_t item = 2 * sizeof(T);
  for (const std::int64_t n : {1, 5, 16, 61, 67, 300, 1024, 4099, 8192})
    for (const std::int64_t lines : {1, 3, 37}) {
      if (n * lines > 40000) continue;
      fft_call c = dense_call<T>(fft_kind::complex, n, lines);
      const std::int64_t all = 2 * n * lines;
      const std::string what = std::to_string(n) + " of " + std::to_string(lines);
      expect_as_on_cpu<T>(c, all, 0, all, 0, what + " in place", true);
      expect_as_on_cpu<T>(c, all + 1, 1, all + 1, 1, what + " at odd addresses");
      c.in_step = c.out_step = lines * item;
      c.in_strides[0] = c.out_strides[0] = item;
      expect_as_on_cpu<T>(c, all, 0, all, 0, what + " columns");
      expect_as_on_cpu<T>(c, all, 0, all, 0, what + " columns in place", true);
      c.in_step = -2 * lines * item;
      c.in_strides[0] = 2 * item;
      c.out_strides[0] = -item;
      expect_as_on_cpu<T>(c, 2 * all, 4 * lines * (n - 1), all, 2 * (lines - 1),
                          what + " backwards with gaps");
    }
}

// More dimensions than a kernel takes, none of which merge.
TYPED_TEST(cuda_fft, of_many_dimensions) {
  using T = TypeParam;
  for (const std::int64_t n : {6, 67, 4100}) {
    const int ndim = n > 100 ? 5 : 6;
    fft_call c = dense_call<T>(fft_kind::complex, n, 1);
    c.ndim = ndim;
    std::int64_t in = 2 * sizeof(T) * n, out = in;
    for (int d = ndim; d-- > 0;) {
      c.shape[d] = 2;
      c.in_strides[d] = in;
      c.out_strides[d] = out;
      in = 2 * in + 2 * sizeof(T);  // a gap after each
      out = 2 * out;
    }
    expect_as_on_cpu<T>(c, in / static_cast<std::int64_t>(sizeof(T)), 0,
                        out / static_cast<std::int64_t>(sizeof(T)), 0, std::to_string(n));
  }
}

// Roots of unity are uploaded on one stream and used on others.
TEST(cuda_fft_tables, are_there_before_they_are_used) {
  const std::int64_t n = 1536;
  const auto x = random_numbers<double>(2 * n, 3);
  std::vector<double> expected(x.size());
  fft_call c = dense_call<double>(fft_kind::complex, n, 1);
  c.in = x.data();
  c.out = expected.data();
  cpu_backend().fft(c, {});
  const stream streams[3] = {stream(cuda(0)), stream(cuda(0)), stream(cuda(0))};
  for (const stream& s : streams) {
    const storage_ptr in = gpu().allocate(x.size() * 8, s), out = gpu().allocate(x.size() * 8, s);
    gpu().copy_from_host(in->data, x.data(), x.size() * 8, s);
    c.in = in->data;
    c.out = out->data;
    gpu().fft(c, s);
    std::vector<double> got(x.size());
    gpu().copy_to_host(got.data(), out->data, x.size() * 8, s);
    for (std::size_t k = 0; k < got.size(); ++k) ASSERT_NEAR(got[k], expected[k], 1e-12);
  }
}

// 122 lengths, the long ones first: kept without a limit, their tables would take 3.8 MB.
TEST(cuda_fft_tables, are_kept_within_a_limit) {
  const device_vector<double> data(std::size_t{2 * 61 * 64});
  const auto used = [] { return static_cast<std::int64_t>(gpu().statistics(0).used); };
  const std::int64_t before = used();
  for (std::int64_t k = 61; k > 0; --k)
    for (const std::int64_t n : {64 * k, 63 * k}) {
      fft_call c = dense_call<double>(fft_kind::complex, n, 1);
      c.in = c.out = data.data();
      gpu().fft(c, queue());
    }
  EXPECT_LE(used() - before, 3'000'000);
}

}  // namespace
}  // namespace numloom
