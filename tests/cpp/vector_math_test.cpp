// SPDX-License-Identifier: BSD-3-Clause
// The mathematical functions as the CPU's loops compute them, at every instruction-set level that this
// machine has: distance from the correctly rounded result, special values, equal bits on v3 and v4.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "cpu/isa/tables.hpp"
#include "numloom/ufuncs.hpp"

#if defined(__x86_64__)
namespace numloom {
// clang-format off
#define NL_LEVEL(space, name, supported) namespace space { void fill_tables(cpu_host::level_tables&); }
// clang-format on
#include "cpu/levels.def"

namespace {

struct level {
  const char* name;
  cpu_host::level_tables tables;
};

// The levels of this build that this machine can run, lowest first.
const std::vector<level>& levels() {
  static const std::vector<level> all = [] {
    std::vector<level> found;
    const auto add = [&](const char* name, bool supported, void (*fill)(cpu_host::level_tables&)) {
      if (!supported) return;
      found.push_back({name, {}});
      fill(found.back().tables);
    };
#define NL_LEVEL(space, name, supported) add(name, (supported) != 0, space::fill_tables);
#include "cpu/levels.def"
    return found;
  }();
  return all;
}

template <class Out, class... T>
std::vector<Out> run(const level& at, ufunc op, dtype loop, const std::vector<T>&... in) {
  const auto n = std::get<0>(std::tie(in...)).size();
  std::vector<Out> out(n);
  char* args[] = {reinterpret_cast<char*>(const_cast<T*>(in.data()))..., reinterpret_cast<char*>(out.data())};
  const long steps[] = {long(sizeof(T))..., long(sizeof(Out))};
  at.tables.ufunc[static_cast<int>(op)][static_cast<int>(loop)](args, steps, static_cast<long>(n));
  return out;
}
template <class T> std::vector<T> run(const level& at, ufunc op, const std::vector<T>& x) {
  return run<T>(at, op, dtype_of<T>, x);
}
template <class T>
std::vector<T> run(const level& at, ufunc op, const std::vector<T>& x, const std::vector<T>& y) {
  return run<T>(at, op, dtype_of<T>, x, y);
}

// How many representable numbers lie between two; NaN equals NaN and nothing else.
template <class T> double distance(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b) ? 0 : 1e300;
  if (std::isinf(a) || std::isinf(b)) return a == b ? 0 : 1e300;
  using bits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  const auto order = [](T x) {  // neighbours differ by 1, and both zeros are 0
    const std::int64_t i = std::bit_cast<bits>(x);
    return i < 0 ? -(i & std::numeric_limits<bits>::max()) : i;
  };
  const auto high = static_cast<std::uint64_t>(std::max(order(a), order(b)));
  return static_cast<double>(high - static_cast<std::uint64_t>(std::min(order(a), order(b))));
}

enum class spread { even, log, both_signs };

// `count` numbers between low and high: evenly, or with evenly distributed logarithms.
template <class T> std::vector<T> sample(double low, double high, spread how, std::size_t count) {
  std::mt19937_64 random(17);
  std::uniform_real_distribution<double> unit(0, 1);
  std::vector<T> x(count);
  for (T& v : x) {
    const double u = unit(random);
    double r =
        how == spread::even ? low + (high - low) * u : std::exp(std::log(low) * (1 - u) + std::log(high) * u);
    if (how == spread::both_signs && unit(random) < 0.5) r = -r;
    v = static_cast<T>(r);
  }
  return x;
}

// A function, where to try it, and NumPy's bound for its error in units of the last place.
template <class T> struct accuracy_case {
  using reference = std::conditional_t<sizeof(T) == 4, double, long double>;
  ufunc op;
  reference (*exact)(reference);
  double bound, low, high;
  spread how = spread::even;
};

template <class T> void check_accuracy(const accuracy_case<T>& c) {
  using reference = typename accuracy_case<T>::reference;
  const auto x = sample<T>(c.low, c.high, c.how, 200000);
  std::vector<T> expected(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    expected[i] = static_cast<T>(c.exact(static_cast<reference>(x[i])));
  for (const level& at : levels()) {
    const auto y = run(at, c.op, x);
    double worst = 0;
    std::size_t where = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (const double d = distance(y[i], expected[i]); d > worst) worst = d, where = i;
    // At v2 these are the C library's functions with its own errors, 3 for cbrt in glibc 2.36: here only that
    // the right one is called.
    const bool fused = std::strcmp(at.name, "x86-64-v2") != 0;
    const double bound = fused ? c.bound : std::max(c.bound, 4.0);
    EXPECT_LE(worst, bound) << info(c.op).name << " at " << at.name << ", x = " << x[where] << ": expected "
                            << expected[where] << ", got " << y[where];
  }
}

TEST(vector_math, float32_is_within_numpys_bounds) {
  const accuracy_case<float> cases[] = {
      {ufunc::exp, std::exp, 3, -104, 89},
      {ufunc::exp2, std::exp2, 2, -150, 128},
      {ufunc::expm1, std::expm1, 3, -30, 89},
      {ufunc::expm1, std::expm1, 3, 1e-12, 2, spread::both_signs},
      {ufunc::log, std::log, 4, 1e-45, 3.4e38, spread::log},
      {ufunc::log, std::log, 4, 0.5, 2},
      {ufunc::log2, std::log2, 3, 1e-45, 3.4e38, spread::log},
      {ufunc::log2, std::log2, 3, 0.5, 2},
      {ufunc::log10, std::log10, 4, 1e-45, 3.4e38, spread::log},
      {ufunc::log10, std::log10, 4, 0.5, 2},
      {ufunc::log1p, std::log1p, 2, -0.9999, 3},
      {ufunc::log1p, std::log1p, 2, 1e-20, 3e38, spread::log},
      {ufunc::sin, std::sin, 2, -10, 10},
      {ufunc::sin, std::sin, 2, 1e-30, 1e30, spread::both_signs},
      {ufunc::cos, std::cos, 2, -10, 10},
      {ufunc::cos, std::cos, 2, 1e-30, 1e30, spread::both_signs},
      {ufunc::tan, std::tan, 4, -10, 10},
      {ufunc::tan, std::tan, 4, 1e-30, 1e30, spread::both_signs},
      {ufunc::arcsin, std::asin, 4, -1, 1},
      {ufunc::arccos, std::acos, 3, -1, 1},
      {ufunc::arctan, std::atan, 3, 1e-20, 1e20, spread::both_signs},
      {ufunc::arctan, std::atan, 3, -4, 4},
      {ufunc::sinh, std::sinh, 2, 1e-10, 89.5, spread::both_signs},
      {ufunc::cosh, std::cosh, 2, -90, 90},
      {ufunc::tanh, std::tanh, 2, 1e-10, 12, spread::both_signs},
      {ufunc::arcsinh, std::asinh, 2, 1e-10, 1e30, spread::both_signs},
      {ufunc::arccosh, std::acosh, 2, 1, 100},
      {ufunc::arctanh, std::atanh, 2, -0.9999, 0.9999},
      {ufunc::cbrt, std::cbrt, 2, 1e-45, 3.4e38, spread::both_signs},
  };
  for (const auto& c : cases) check_accuracy(c);
}

TEST(vector_math, float64_is_within_numpys_bounds) {
  const accuracy_case<double> cases[] = {
      {ufunc::exp, std::exp, 1, -746, 710},
      {ufunc::exp, std::exp, 1, -2, 2},
      {ufunc::exp2, std::exp2, 1, -1075, 1024},
      {ufunc::expm1, std::expm1, 1, -50, 710},
      {ufunc::expm1, std::expm1, 1, 1e-20, 2, spread::both_signs},
      {ufunc::log, std::log, 1, 1e-320, 1e308, spread::log},
      {ufunc::log, std::log, 1, 0.5, 2},
      {ufunc::log2, std::log2, 1, 1e-320, 1e308, spread::log},
      {ufunc::log2, std::log2, 1, 0.5, 2},
      {ufunc::log10, std::log10, 1, 1e-320, 1e308, spread::log},
      {ufunc::log10, std::log10, 1, 0.5, 2},
      {ufunc::log1p, std::log1p, 1, -0.9999999, 3},
      {ufunc::log1p, std::log1p, 1, 1e-30, 1e308, spread::log},
      {ufunc::sin, std::sin, 1, -10, 10},
      {ufunc::sin, std::sin, 1, 1e-30, 1e18, spread::both_signs},
      {ufunc::cos, std::cos, 1, -10, 10},
      {ufunc::cos, std::cos, 1, 1e-30, 1e18, spread::both_signs},
      {ufunc::tan, std::tan, 1, -10, 10},
      {ufunc::tan, std::tan, 1, 1e-30, 1e18, spread::both_signs},
      {ufunc::arcsin, std::asin, 1, -1, 1},
      {ufunc::arccos, std::acos, 1, -1, 1},
      {ufunc::arctan, std::atan, 1, 1e-20, 1e20, spread::both_signs},
      {ufunc::arctan, std::atan, 1, -4, 4},
      {ufunc::cosh, std::cosh, 1, -711, 711},
      {ufunc::tanh, std::tanh, 2, 1e-20, 22, spread::both_signs},
      {ufunc::cbrt, std::cbrt, 2, 1e-300, 1e300, spread::both_signs},
  };
  for (const auto& c : cases) check_accuracy(c);
}

// Not against long double: rounding its root once more to double is now and then one too far.
TEST(vector_math, sqrt_is_correctly_rounded) {
  const auto x = sample<float>(1e-45, 3.4e38, spread::log, 50000);
  const auto y = sample<double>(1e-320, 1e308, spread::log, 50000);
  for (const level& at : levels()) {
    const auto x_root = run(at, ufunc::sqrt, x);
    const auto y_root = run(at, ufunc::sqrt, y);
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_EQ(x_root[i], std::sqrt(x[i])) << at.name;
      ASSERT_EQ(y_root[i], std::sqrt(y[i])) << at.name;
    }
  }
}

template <class T> struct pair_case {
  using reference = std::conditional_t<sizeof(T) == 4, double, long double>;
  ufunc op;
  reference (*exact)(reference, reference);
  double bound, x_low, x_high, y_low, y_high;
  spread x_how = spread::even;
};

template <class T> void check_pair_accuracy(const pair_case<T>& c) {
  using reference = typename pair_case<T>::reference;
  const auto x = sample<T>(c.x_low, c.x_high, c.x_how, 200000);
  auto y = sample<T>(c.y_low, c.y_high, spread::even, 200000);
  std::reverse(y.begin(), y.end());  // the same stream of random numbers as x
  for (const level& at : levels()) {
    const auto z = run(at, c.op, x, y);
    double worst = 0;
    std::size_t where = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const T expected = static_cast<T>(c.exact(static_cast<reference>(x[i]), static_cast<reference>(y[i])));
      if (const double d = distance(z[i], expected); d > worst) worst = d, where = i;
    }
    EXPECT_LE(worst, c.bound) << info(c.op).name << " at " << at.name << " of " << x[where] << " and "
                              << y[where] << ": got " << z[where];
  }
}

TEST(vector_math, functions_of_two_numbers_are_accurate) {
  for (const auto& c :
       {pair_case<float>{ufunc::power, std::pow, 1, 1e-40, 1e38, -4, 4, spread::log},
        pair_case<float>{ufunc::arctan2, std::atan2, 2, 1e-10, 1e10, -5, 5, spread::both_signs},
        pair_case<float>{ufunc::hypot, std::hypot, 1, -5, 5, -5, 5},
        pair_case<float>{ufunc::fmod, std::fmod, 0, 1e-3, 1e6, -40, 40, spread::both_signs}})
    check_pair_accuracy(c);
  for (const auto& c :
       {pair_case<double>{ufunc::power, std::pow, 1, 1e-300, 1e300, -2, 2, spread::log},
        pair_case<double>{ufunc::power, std::pow, 1, 0.5, 2, -1000, 1000},
        pair_case<double>{ufunc::arctan2, std::atan2, 1, 1e-10, 1e10, -5, 5, spread::both_signs},
        pair_case<double>{ufunc::hypot, std::hypot, 1, -5, 5, -5, 5},
        pair_case<double>{ufunc::fmod, std::fmod, 0, 1e-3, 1e12, -40, 40, spread::both_signs}})
    check_pair_accuracy(c);
}

// Floor division and remainder as CPython and NumPy compute them, with the C library's exact fmod.
TEST(vector_math, floor_division_is_pythons) {
  const double inf = INFINITY, nan = NAN;
  std::vector<double> values = {0.0,  -0.0,  1.0,    -1.0,   0.1, -0.3, 7.5,
                                -7.5, 1e300, -1e300, 5e-324, inf, -inf, nan};
  std::vector<double> a, b;
  for (double x : values)
    for (double y : values) a.push_back(x), b.push_back(y);
  for (int i = 0; i < 40000; ++i) {
    a.push_back(std::ldexp(double(std::rand() - RAND_MAX / 2), std::rand() % 60 - 30));
    b.push_back(std::ldexp(double(std::rand() - RAND_MAX / 2), std::rand() % 60 - 30));
  }
  for (const level& at : levels()) {
    const auto quotient = run(at, ufunc::floor_divide, a, b), rest = run(at, ufunc::remainder, a, b);
    for (std::size_t i = 0; i < a.size(); ++i) {
      double m = std::fmod(a[i], b[i]);
      double exact = (a[i] - m) / b[i];
      if (m != 0 && (m < 0) != (b[i] < 0)) exact -= 1;
      if (m != 0 && (m < 0) != (b[i] < 0)) m += b[i];
      if (m == 0) m = std::copysign(0.0, b[i]);
      EXPECT_EQ(distance(rest[i], m), 0) << a[i] << " % " << b[i] << " at " << at.name;
      if (b[i] == 0) {
        EXPECT_EQ(distance(quotient[i], a[i] / b[i]), 0) << a[i] << " // " << b[i];
      } else if (!std::isnan(m) && !std::isinf(b[i])) {
        const double whole = std::floor(exact) + (exact - std::floor(exact) > 0.5);
        EXPECT_EQ(distance(quotient[i], whole), 0) << a[i] << " // " << b[i] << " at " << at.name;
      }
    }
  }
}

struct special_case {
  ufunc op;
  double x, expected;
};

// Annex F: what the functions give for zeros of both signs, infinities, NaN and numbers outside their domain.
TEST(vector_math, special_values) {
  const double inf = INFINITY, nan = NAN, half_pi = std::acos(0.0);
  const special_case cases[] = {
      {ufunc::exp, 0.0, 1},          {ufunc::exp, inf, inf},        {ufunc::exp, -inf, 0.0},
      {ufunc::exp, nan, nan},        {ufunc::exp2, 10, 1024},       {ufunc::exp2, -inf, 0.0},
      {ufunc::exp2, inf, inf},       {ufunc::exp2, nan, nan},       {ufunc::expm1, -0.0, -0.0},
      {ufunc::expm1, -inf, -1},      {ufunc::expm1, inf, inf},      {ufunc::expm1, nan, nan},
      {ufunc::log, 1, 0.0},          {ufunc::log, 0.0, -inf},       {ufunc::log, -0.0, -inf},
      {ufunc::log, -1, nan},         {ufunc::log, inf, inf},        {ufunc::log, nan, nan},
      {ufunc::log, -inf, nan},       {ufunc::log2, 8, 3},           {ufunc::log2, 0.0, -inf},
      {ufunc::log2, -1, nan},        {ufunc::log2, inf, inf},       {ufunc::log10, 1000, 3},
      {ufunc::log10, 0.0, -inf},     {ufunc::log10, -1, nan},       {ufunc::log10, inf, inf},
      {ufunc::log1p, -0.0, -0.0},    {ufunc::log1p, -1, -inf},      {ufunc::log1p, -2, nan},
      {ufunc::log1p, inf, inf},      {ufunc::log1p, nan, nan},      {ufunc::sin, 0.0, 0.0},
      {ufunc::sin, -0.0, -0.0},      {ufunc::sin, inf, nan},        {ufunc::sin, nan, nan},
      {ufunc::cos, 0.0, 1},          {ufunc::cos, -0.0, 1},         {ufunc::cos, -inf, nan},
      {ufunc::cos, nan, nan},        {ufunc::tan, -0.0, -0.0},      {ufunc::tan, inf, nan},
      {ufunc::tan, nan, nan},        {ufunc::arcsin, -0.0, -0.0},   {ufunc::arcsin, 1, half_pi},
      {ufunc::arcsin, 1.5, nan},     {ufunc::arcsin, nan, nan},     {ufunc::arccos, 1, 0.0},
      {ufunc::arccos, -2, nan},      {ufunc::arccos, 0.0, half_pi}, {ufunc::arctan, -0.0, -0.0},
      {ufunc::arctan, inf, half_pi}, {ufunc::arctan, nan, nan},     {ufunc::sinh, -0.0, -0.0},
      {ufunc::sinh, -inf, -inf},     {ufunc::sinh, nan, nan},       {ufunc::cosh, 0.0, 1},
      {ufunc::cosh, -inf, inf},      {ufunc::cosh, nan, nan},       {ufunc::tanh, -0.0, -0.0},
      {ufunc::tanh, inf, 1},         {ufunc::tanh, -inf, -1},       {ufunc::tanh, nan, nan},
      {ufunc::cbrt, -8, -2},         {ufunc::sqrt, -0.0, -0.0},     {ufunc::sqrt, -1, nan},
      {ufunc::sqrt, inf, inf},       {ufunc::rint, 2.5, 2},         {ufunc::rint, -0.4, -0.0},
      {ufunc::floor, -0.0, -0.0},    {ufunc::ceil, -0.5, -0.0},     {ufunc::trunc, -1.5, -1},
  };
  for (const level& at : levels())
    for (const auto& c : cases) {
      const double y = run(at, c.op, std::vector<double>{c.x})[0];
      const auto z = run(at, c.op, std::vector<float>{static_cast<float>(c.x)})[0];
      EXPECT_EQ(distance(y, c.expected), 0)
          << info(c.op).name << "(" << c.x << ") at " << at.name << ": got " << y;
      EXPECT_EQ(distance(z, static_cast<float>(c.expected)), 0)
          << info(c.op).name << "(float " << c.x << ") at " << at.name << ": got " << z;
      if (!std::isnan(c.expected)) {
        EXPECT_EQ(std::signbit(y), std::signbit(c.expected)) << info(c.op).name << "(" << c.x << ")";
        EXPECT_EQ(std::signbit(z), std::signbit(c.expected)) << info(c.op).name << "(float " << c.x << ")";
      }
    }
}

TEST(vector_math, power_follows_annex_f) {
  const double inf = INFINITY, nan = NAN;
  const std::vector<double> x = {0.0, -0.0, 0.0, -0.0, -0.0, -2,  -2,   -8, 1,
                                 nan, -1,   2,   0.5,  -1,   inf, -inf, 1};
  const std::vector<double> y = {3, 3, -2, -3, 2, 3, 0.5, 0.0, nan, 0.0, inf, inf, inf, 3, -1, 3, inf};
  const std::vector<double> z = {0.0, -0.0, inf, -inf, 0.0, -8, nan, 1, 1, 1, 1, inf, 0.0, -1, 0.0, -inf, 1};
  for (const level& at : levels()) {
    // Once among their like, and once one by one: blocks with an infinity take another path.
    const auto together = run(at, ufunc::power, x, y);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double alone = run(at, ufunc::power, std::vector<double>{x[i]}, std::vector<double>{y[i]})[0];
      for (double got : {together[i], alone}) {
        EXPECT_EQ(distance(got, z[i]), 0) << x[i] << " ** " << y[i] << " at " << at.name << ": got " << got;
        EXPECT_TRUE(std::isnan(z[i]) || std::signbit(got) == std::signbit(z[i])) << x[i] << " ** " << y[i];
      }
    }
  }
}

// A few huge arguments among many small ones must not change either.
TEST(vector_math, huge_arguments_of_sin_are_reduced_exactly) {
  auto x = sample<double>(-10, 10, spread::even, 2000);
  x[3] = 1e22;
  x[700] = -1e300;
  x[1999] = std::numeric_limits<double>::max();
  for (const level& at : levels()) {
    const auto y = run(at, ufunc::sin, x);
    EXPECT_NEAR(y[3], -0.8522008497671888, 1e-15);
    for (std::size_t i = 0; i < x.size(); ++i)
      EXPECT_LE(distance(y[i], std::sin(x[i])), 1) << x[i] << " " << at.name;
  }
}

template <class T> std::vector<T> random_bits(std::size_t count) {
  using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  std::mt19937_64 random(5);
  std::vector<T> x(count);
  for (T& v : x) v = std::bit_cast<T>(static_cast<bits>(random()));
  return x;
}

// Signs and payloads of NaN are nobody's promise; all other results have the same bits.
template <class T>
void expect_equal_levels(ufunc op, const std::vector<T>& a, const std::vector<T>& b, bool unary) {
  const auto lower = unary ? run(levels()[1], op, a) : run(levels()[1], op, a, b);
  const auto upper = unary ? run(levels()[2], op, a) : run(levels()[2], op, a, b);
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::memcmp(&lower[i], &upper[i], sizeof(T)) != 0 &&
        !(std::isnan(lower[i]) && std::isnan(upper[i]))) {
      ADD_FAILURE() << info(op).name << " of " << a[i] << " and " << b[i] << ": v3 " << lower[i] << ", v4 "
                    << upper[i];
      return;
    }
}

TEST(vector_math, v3_and_v4_give_equal_bits) {
  if (levels().size() < 3) GTEST_SKIP() << "this machine has no AVX-512";
  const auto small = sample<float>(-20, 20, spread::even, 50001);
  const auto wide = random_bits<float>(50001);
  const auto small64 = sample<double>(-20, 20, spread::even, 50001);
  const auto wide64 = random_bits<double>(50001);
  const std::vector<float> other(small.rbegin(), small.rend());
  const std::vector<double> other64(small64.rbegin(), small64.rend());
  for (int op = 0; op < static_cast<int>(ufunc::bitwise_count); ++op) {
    const auto f = static_cast<ufunc>(op);
    const auto& facts = info(f);
    if (facts.nout != 1 || facts.nin > 2 || f == ufunc::ldexp || types_of(f).empty()) continue;
    const auto types = types_of(f);
    const std::string wanted = facts.nin == 1 ? "f->f" : "ff->f";
    if (std::find(types.begin(), types.end(), wanted) == types.end()) continue;
    expect_equal_levels(f, small, other, facts.nin == 1);
    expect_equal_levels(f, wide, small, facts.nin == 1);
    expect_equal_levels(f, small64, other64, facts.nin == 1);
    expect_equal_levels(f, wide64, small64, facts.nin == 1);
  }
}

}  // namespace
}  // namespace numloom
#endif
