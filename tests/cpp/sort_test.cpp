// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/sorting.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <limits>
#include <random>

#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using positions = std::vector<std::int64_t>;

template <class T> constexpr bool is_complex_type = false;
template <class T> constexpr bool is_complex_type<std::complex<T>> = true;

template <class T> bool nan(T x) {
  if constexpr (is_complex_type<T>)
    return std::isnan(x.real()) || std::isnan(x.imag());
  else if constexpr (std::is_same_v<T, float16>)
    return std::isnan(static_cast<float>(x));
  else if constexpr (std::is_floating_point_v<T>)
    return std::isnan(x);
  else
    return false;
}

/// Complex numbers fall into four groups: no NaN, imaginary part NaN, real part NaN, both.
template <class T> int nan_group(const std::complex<T>& x) {
  return 2 * std::isnan(x.real()) + std::isnan(x.imag());
}

/// NumPy's order.
template <class T> bool before(const T& a, const T& b) {
  if constexpr (is_complex_type<T>) {
    if (nan_group(a) != nan_group(b)) return nan_group(a) < nan_group(b);
    if (std::isnan(a.real())) return a.imag() < b.imag();
    return a.real() < b.real() || (a.real() == b.real() && a.imag() < b.imag());
  } else if constexpr (std::is_same_v<T, float16>) {
    return before(static_cast<float>(a), static_cast<float>(b));
  } else {
    return a < b || (nan(b) && !nan(a));
  }
}
/// The other way round; NaN stays last, and the groups of complex NaN stay in their order.
template <class T> bool after(const T& a, const T& b) {
  if constexpr (is_complex_type<T>) {
    if (nan_group(a) != nan_group(b)) return nan_group(a) < nan_group(b);
    return before(b, a);
  }
  if (nan(a) || nan(b)) return !nan(a) && nan(b);
  return before(b, a);
}

template <class T> T random_element(std::mt19937_64& g, bool few) {
  const auto bits = g();
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(few ? bits % 7 : bits);
  } else if constexpr (is_complex_type<T>) {
    using part = typename T::value_type;
    return {random_element<part>(g, true), random_element<part>(g, few)};
  } else {
    constexpr float special[] = {
        std::numeric_limits<float>::infinity(),  -std::numeric_limits<float>::infinity(), 0.f, -0.f,
        std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::quiet_NaN()};
    if (bits % 9 == 0) return T(special[bits / 9 % 6]);
    const auto value = static_cast<float>(static_cast<std::int64_t>(bits)) * 0x1p-60f;
    return T(few ? std::round(value) : value);
  }
}

template <class T> class sort_test : public ::testing::Test {};
using element_types = ::testing::Types<bool, std::int8_t, std::uint8_t, std::int16_t, std::uint16_t,
                                       std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, float16,
                                       float, double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(sort_test, element_types);

template <class T> void check_rows(std::int64_t rows, std::int64_t n, bool few, bool descending) {
  std::mt19937_64 g(static_cast<std::uint64_t>(rows * 1000 + n));
  std::vector<T> values;
  for (std::int64_t i = 0; i < rows * n; ++i) values.push_back(random_element<T>(g, few));
  const ndarray a = make<T>(values, {rows, n});
  const std::vector<T> sorted = sort(a, -1, descending).to_vector<T>();
  const positions order = argsort(a, -1, descending).to_vector<std::int64_t>();
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::int64_t base = r * n;
    positions wanted(static_cast<std::size_t>(n));
    std::iota(wanted.begin(), wanted.end(), 0);
    const auto value = [&](std::int64_t i) { return T(values[static_cast<std::size_t>(base + i)]); };
    std::stable_sort(wanted.begin(), wanted.end(), [&](std::int64_t i, std::int64_t j) {
      return descending ? after(value(i), value(j)) : before(value(i), value(j));
    });
    for (std::int64_t i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(base + i);
      ASSERT_EQ(order[at], wanted[static_cast<std::size_t>(i)]) << "row of " << n << ", position " << i;
      const T got = sorted[at], want = value(wanted[static_cast<std::size_t>(i)]);
      ASSERT_FALSE(before(got, want) || before(want, got)) << "row of " << n << ", position " << i;
    }
  }
}

TYPED_TEST(sort_test, rows_of_all_lengths) {
  if (test::lacks({dtype_of<TypeParam>})) GTEST_SKIP() << test::left_out;
  for (const std::int64_t n : {1, 2, 3, 7, 16, 31, 32, 33, 64, 65, 127, 129, 300, 1024, 2048, 2049, 5000})
    for (const bool few : {false, true}) check_rows<TypeParam>(n < 100 ? 40 : 3, n, few, n % 2 == 0);
}
TYPED_TEST(sort_test, long_rows) {
  if (test::slowed() && dtype_of<TypeParam> != dtype::int32) GTEST_SKIP() << test::too_slow;
  check_rows<TypeParam>(1, 70001, false, false);
  if (test::slowed()) return;
  check_rows<TypeParam>(2, 66000, true, false);
  check_rows<TypeParam>(1, 70001, false, true);
}

TYPED_TEST(sort_test, searchsorted) {
  using T = TypeParam;
  std::mt19937_64 g(5);
  std::vector<T> sorted, values;
  for (int i = 0; i < 1000; ++i) sorted.push_back(random_element<T>(g, i % 2 == 0));
  for (int i = 0; i < 1501; ++i) values.push_back(random_element<T>(g, i % 3 == 0));
  std::sort(sorted.begin(), sorted.end(), [](const T& a, const T& b) { return before(a, b); });
  for (const bool right : {false, true}) {
    const ndarray found = numloom::searchsorted(make<T>(sorted), make<T>(values), right);
    const positions got = found.to_vector<std::int64_t>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const T value = values[i];
      const auto compare = [](const T& a, const T& b) { return before(a, b); };
      const auto at = right ? std::upper_bound(sorted.begin(), sorted.end(), value, compare)
                            : std::lower_bound(sorted.begin(), sorted.end(), value, compare);
      ASSERT_EQ(got[i], at - sorted.begin()) << i;
    }
  }
  const ndarray nowhere = numloom::searchsorted(make<T>({}), make<T>({T(), T()}));
  EXPECT_EQ(nowhere.to_vector<std::int64_t>(), (positions{0, 0}));
}

/// The lengths at which networks change, and rows that are hard on pivots.
template <class T> void check_hard_rows() {
  std::mt19937_64 g(9);
  const auto check = [](const std::string& what, std::vector<T> values) {
    const std::vector<T> got = sort(make<T>(values)).template to_vector<T>();
    std::sort(values.begin(), values.end());
    EXPECT_EQ(got, values) << what << " of " << values.size();
  };
  constexpr std::int64_t lanes = 64 / sizeof(T);
  for (const std::int64_t vectors : {1, 2, 4, 8, 16, 32, 64, 512, 1024})
    for (const std::int64_t n : {vectors * lanes - 1, vectors * lanes, vectors * lanes + 1}) {
      std::vector<T> values;
      for (std::int64_t i = 0; i < n; ++i) values.push_back(static_cast<T>(g()));
      check("random", values);
    }
  for (const std::int64_t n : {1000, 5000, 40000, 70001}) {
    const auto row = [n](auto value) {
      std::vector<T> values;
      for (std::int64_t i = 0; i < n; ++i) values.push_back(static_cast<T>(value(i)));
      return values;
    };
    const T most = std::numeric_limits<T>::max();
    check("ascending", row([](std::int64_t i) { return i; }));
    check("descending", row([n](std::int64_t i) { return n - i; }));
    check("equal", row([](std::int64_t) { return 3; }));
    check("greatest", row([=](std::int64_t) { return most; }));
    check("all but one equal", row([=](std::int64_t i) { return i == n / 2 ? T(0) : most; }));
    check("two values", row([](std::int64_t i) { return i * 7919 % 13 / 7; }));
    check("three values, one rare", row([](std::int64_t i) { return i % 500 == 0 ? 2 : i & 1; }));
    check("organ pipe", row([n](std::int64_t i) { return std::min(i, n - i); }));
    check("saw teeth", row([](std::int64_t i) { return i % 129; }));
    check("runs", row([](std::int64_t i) { return i / 100 * 7919 % 1000; }));
    check("powers", row([](std::int64_t i) { return T(1) << i % (8 * sizeof(T) - 2); }));
    // Ever more of what is left is one value, so that a median leaves the rest on one side.
    check("halves", row([n](std::int64_t i) { return std::bit_width(static_cast<std::uint64_t>(n - i)); }));
  }
}
TEST(sort, hard_rows) {
  if (test::slowed()) GTEST_SKIP() << test::too_slow;
  check_hard_rows<std::uint32_t>();
  check_hard_rows<std::int64_t>();
}

TEST(sort, keeps_the_bits_of_nan_and_zero) {
  const std::vector<float> values{std::bit_cast<float>(0x7fc12345u), -0.f, 1.f,
                                  std::bit_cast<float>(0xffc00001u), 0.f};
  const std::vector<float> sorted = sort(make<float>(values)).to_vector<float>();
  std::vector<std::uint32_t> got, want;
  for (const float v : sorted) got.push_back(std::bit_cast<std::uint32_t>(v));
  for (const float v : values) want.push_back(std::bit_cast<std::uint32_t>(v));
  EXPECT_TRUE(std::isnan(sorted[3]) && std::isnan(sorted[4]) && sorted[2] == 1.f);
  std::sort(got.begin(), got.end());
  std::sort(want.begin(), want.end());
  EXPECT_EQ(got, want);
}

// 64-bit keys that differ at both ends: a position does not fit beside what is left of them. Some are equal
// in all that is left, few or most, and differ in the rest or not at all.
TEST(sort, argsort_of_small_numbers_beside_one_large) {
  for (const std::int64_t n : {2000, 5000, 70001})
    for (const std::int64_t different : {1, 50, 1500, 100000}) {
      std::vector<std::int64_t> values;
      for (std::int64_t i = 0; i < n; ++i)
        values.push_back((i * 7919) % different + (i % 3 == 0 ? std::int64_t{1} << 50 : 0));
      values[77] = INT64_MIN;
      positions wanted(values.size());
      std::iota(wanted.begin(), wanted.end(), 0);
      std::stable_sort(wanted.begin(), wanted.end(), [&](std::int64_t i, std::int64_t j) {
        return values[static_cast<std::size_t>(i)] < values[static_cast<std::size_t>(j)];
      });
      EXPECT_EQ(argsort(make<std::int64_t>(values)).to_vector<std::int64_t>(), wanted)
          << n << ' ' << different;
    }
}

}  // namespace
}  // namespace numloom
