// SPDX-License-Identifier: BSD-3-Clause
// Element types and functors: NumPy's results where C++ has another answer, or none.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <random>

#include "functors/all.hpp"

namespace numloom::NL_TARGET {
namespace {

const double inf = INFINITY, nan = NAN;
const i32 lowest = std::numeric_limits<i32>::min();

// ---- float16 ----

// IEEE's definition, by arithmetic.
double value_of_half(unsigned bits) {
  const unsigned exponent = bits >> 10 & 31, fraction = bits & 1023;
  const double sign = bits >> 15 ? -1 : 1;
  if (exponent == 31) return fraction ? nan : sign * inf;
  return sign * (exponent ? std::ldexp(1024.0 + fraction, int(exponent) - 25) : std::ldexp(fraction, -24));
}

TEST(float16, every_value_converts_and_returns) {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    const float16 half = float16::from_bits(static_cast<u16>(bits));
    const float wide = half;
    const double expected = value_of_half(bits);
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(wide));
      EXPECT_GT(float16(wide).bits & 0x7fff, 0x7c00);
    } else {
      EXPECT_EQ(static_cast<double>(wide), expected);
      EXPECT_EQ(float16(wide).bits, bits);
      EXPECT_EQ(float16(expected).bits, bits);
    }
  }
}

TEST(float16, rounds_once_to_nearest_even) {
  // Between neighbours: below, at and above the middle, from float and from double.
  for (unsigned bits = 0; bits < 0x7bff; ++bits) {
    const double low = value_of_half(bits), high = value_of_half(bits + 1), middle = (low + high) / 2;
    const u16 even = static_cast<u16>(bits & 1 ? bits + 1 : bits);
    ASSERT_EQ(float16(static_cast<float>(middle)).bits, even) << bits;
    ASSERT_EQ(float16(middle).bits, even) << bits;
    ASSERT_EQ(float16(std::nextafter(middle, 0.0)).bits, bits);
    ASSERT_EQ(float16(std::nextafter(middle, inf)).bits, bits + 1);
    ASSERT_EQ(float16(std::nextafter(static_cast<float>(middle), 0.0f)).bits, bits);
  }
  EXPECT_EQ(float16(65519.0f).bits, 0x7bff);
  EXPECT_EQ(float16(65520.0f).bits, 0x7c00);
  EXPECT_EQ(float16(-1e30).bits, 0xfc00);
  EXPECT_EQ(float16(-0.0f).bits, 0x8000);
  EXPECT_EQ(float16(1e-300).bits, 0);
}

TEST(float16, arithmetic_is_floats_rounded_once) {
  const float16 a(1.0f), b(0.0009765625f * 0.5f);  // half a unit in the last place of 1
  EXPECT_EQ(Add{}(a, b).bits, a.bits);
  EXPECT_EQ(Multiply{}(float16(300.0f), float16(300.0f)).bits, 0x7c00);
  EXPECT_EQ(static_cast<float>(Exp{}(float16(1.0f))), 2.71875f);
  EXPECT_EQ(static_cast<float>(Negative{}(float16(2.0f))), -2.0f);
  EXPECT_TRUE(std::isnan(static_cast<float>(Maximum{}(float16(1.0f), limits<float16>::quiet_nan()))));
}

// ---- integers ----

TEST(integers, wrap_around) {
  EXPECT_EQ(Add{}(std::numeric_limits<i32>::max(), 1), lowest);
  EXPECT_EQ(Subtract{}(lowest, 1), std::numeric_limits<i32>::max());
  EXPECT_EQ(Multiply{}(u16(65535), u16(65535)), 1);
  EXPECT_EQ(Multiply{}(std::numeric_limits<i64>::max(), i64(2)), -2);
  EXPECT_EQ(Negative{}(lowest), lowest);
  EXPECT_EQ(Absolute{}(lowest), lowest);
  EXPECT_EQ(Absolute{}(i8(-128)), i8(-128));
  EXPECT_EQ(Negative{}(u8(1)), u8(255));
  EXPECT_EQ(Square{}(i16(256)), 0);
}

template <class T> void check_division_by_definition(T a, T b) {
  const auto [quotient, remainder] = Divmod{}(a, b);
  if (b == 0) {
    EXPECT_EQ(quotient, 0);
    EXPECT_EQ(remainder, 0);
    EXPECT_EQ(Fmod{}(a, b), 0);
    return;
  }
  EXPECT_EQ(FloorDivide{}(a, b), quotient);
  EXPECT_EQ(Remainder{}(a, b), remainder);
  EXPECT_EQ(Add{}(Multiply{}(quotient, b), remainder), a) << i64(a) << " and " << i64(b);
  EXPECT_TRUE(remainder == 0 || sign_bit(remainder) == sign_bit(b)) << i64(a) << " % " << i64(b);
  EXPECT_LT(magnitude(remainder), magnitude(b));
  const T rest = Fmod{}(a, b);
  EXPECT_TRUE(rest == 0 || sign_bit(rest) == sign_bit(a)) << i64(a) << " fmod " << i64(b);
  EXPECT_EQ(magnitude(Remainder{}(static_cast<T>(a - rest), b)), 0);
}

TEST(integers, floor_division_never_traps) {
  for (int a = -128; a < 128; ++a)
    for (int b = -128; b < 128; ++b) {
      check_division_by_definition(static_cast<i8>(a), static_cast<i8>(b));
      check_division_by_definition(static_cast<u8>(a), static_cast<u8>(b));
      check_division_by_definition(Add{}(a * 16777216, b), b);
      check_division_by_definition(i64(a) << 56, i64(b));
    }
  EXPECT_EQ(FloorDivide{}(lowest, -1), lowest);
  EXPECT_EQ(Remainder{}(lowest, -1), 0);
  EXPECT_EQ(FloorDivide{}(i8(-128), i8(-1)), i8(-128));
  EXPECT_EQ(FloorDivide{}(~u32(0), 1u), ~u32(0));
  EXPECT_EQ(FloorDivide{}(-7, 2), -4);
  EXPECT_EQ(Remainder{}(-7, 2), 1);
  EXPECT_EQ(Remainder{}(7, -2), -1);
  EXPECT_EQ(Fmod{}(-7, 2), -1);
}

TEST(integers, powers_wrap_like_products) {
  EXPECT_EQ(Power{}(3, 5), 243);
  EXPECT_EQ(Power{}(2, 31), lowest);
  EXPECT_EQ(Power{}(2, 32), 0);
  EXPECT_EQ(Power{}(u8(3), u8(7)), u8(2187 & 255));
  EXPECT_EQ(Power{}(0, 0), 1);
  EXPECT_EQ(Power{}(-1, -3), -1);
  EXPECT_EQ(Power{}(i64(-3), i64(3)), -27);
}

TEST(integers, shifts_beyond_the_width) {
  EXPECT_EQ(LeftShift{}(1, 31), lowest);
  EXPECT_EQ(LeftShift{}(1, 32), 0);
  EXPECT_EQ(LeftShift{}(1, -1), 0);
  EXPECT_EQ(LeftShift{}(u8(255), u8(1)), u8(254));
  EXPECT_EQ(RightShift{}(-8, 1), -4);
  EXPECT_EQ(RightShift{}(-8, 40), -1);
  EXPECT_EQ(RightShift{}(8, 40), 0);
  EXPECT_EQ(RightShift{}(~u64(0), u64(64)), 0u);
}

TEST(integers, bits_and_divisors) {
  EXPECT_EQ(BitwiseCount{}(i8(-128)), 1);
  EXPECT_EQ(BitwiseCount{}(i8(-1)), 1);
  EXPECT_EQ(BitwiseCount{}(~u64(0)), 64);
  EXPECT_EQ(BitwiseCount{}(u16(0xf0f1)), 9);
  EXPECT_EQ(Invert{}(true), false);
  EXPECT_EQ(Invert{}(u8(1)), u8(254));
  EXPECT_EQ(Gcd{}(-12, 18), 6);
  EXPECT_EQ(Gcd{}(0, 0), 0);
  EXPECT_EQ(Gcd{}(lowest, 0), lowest);
  EXPECT_EQ(Lcm{}(-4, 6), 12);
  EXPECT_EQ(Lcm{}(0, 6), 0);
}

TEST(integers, comparison_of_int64_and_uint64_is_exact) {
  const u64 large = (u64(1) << 63) + 1;
  EXPECT_TRUE(MixedSigns<Less>{}(i64(-1), u64(0)));
  EXPECT_FALSE(MixedSigns<Less>{}(u64(0), i64(-1)));
  EXPECT_TRUE(MixedSigns<Greater>{}(large, std::numeric_limits<i64>::max()));
  EXPECT_FALSE(MixedSigns<Equal>{}(i64(-1), ~u64(0)));
  EXPECT_TRUE(MixedSigns<NotEqual>{}(i64(-1), ~u64(0)));
  EXPECT_TRUE(MixedSigns<LessEqual>{}(i64(5), u64(5)));
}

// ---- casts ----

TEST(casts, out_of_range_as_x86) {
  EXPECT_EQ(cast_to<i32>(nan), lowest);
  EXPECT_EQ(cast_to<i32>(1e30), lowest);
  EXPECT_EQ(cast_to<i32>(-2147483648.5), lowest);
  EXPECT_EQ(cast_to<i32>(2147483647.5), 2147483647);
  EXPECT_EQ(cast_to<i8>(300.7f), i8(44));
  EXPECT_EQ(cast_to<u8>(-1.5), u8(255));
  EXPECT_EQ(cast_to<u16>(float16(-1.0f)), u16(65535));
  EXPECT_EQ(cast_to<u32>(3e9), 3000000000u);
  EXPECT_EQ(cast_to<u32>(-1.0), ~u32(0));
  EXPECT_EQ(cast_to<i64>(-inf), std::numeric_limits<i64>::min());
  EXPECT_EQ(cast_to<u64>(1e19), 10000000000000000000u);
  EXPECT_EQ(cast_to<u64>(-1.0), ~u64(0));
  EXPECT_EQ(cast_to<u64>(inf), 0u);
  EXPECT_EQ(cast_to<u64>(nan), u64(1) << 63);
}

TEST(casts, truth_and_complex) {
  EXPECT_TRUE(cast_to<bool>(nan));
  EXPECT_FALSE(cast_to<bool>(-0.0));
  EXPECT_TRUE(cast_to<bool>(complex<float>(0, 1)));
  EXPECT_TRUE(cast_to<bool>(float16(0.5f)));
  EXPECT_EQ(cast_to<double>(complex<float>(2.5f, 7)), 2.5);
  EXPECT_EQ(cast_to<i32>(complex<double>(-2.5, 7)), -2);
  EXPECT_TRUE(cast_to<complex<double>>(true) == complex<double>(1, 0));
  EXPECT_EQ(cast_to<float16>(1e-8).bits, 0);
  EXPECT_EQ(cast_to<float>(~u64(0)), 18446744073709551616.0f);
}

TEST(casts, foreign_bools_are_normalised) {
  const u8 bytes[] = {0, 1, 2, 255};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(load(reinterpret_cast<const bool*>(bytes + i)), i > 0);
}

// ---- reals ----

TEST(reals, nan_wins_or_loses) {
  EXPECT_TRUE(std::isnan(Maximum{}(nan, 1.0)));
  EXPECT_TRUE(std::isnan(Maximum{}(1.0, nan)));
  EXPECT_TRUE(std::isnan(Minimum{}(1.0f, float(nan))));
  EXPECT_EQ(Fmax{}(nan, 1.0), 1);
  EXPECT_EQ(Fmin{}(1.0, nan), 1);
  EXPECT_TRUE(std::isnan(Fmin{}(nan, nan)));
  EXPECT_TRUE(std::isnan(Sign{}(nan)));
  EXPECT_TRUE(std::isnan(Clip{}(nan, 0.0, 1.0)));
  EXPECT_TRUE(std::isnan(Clip{}(0.5, nan, 1.0)));
  EXPECT_EQ(Clip{}(5, 3, 2), 2);
  EXPECT_EQ(Clip{}(-1.0, 0.0, 1.0), 0);
}

TEST(reals, signs_and_steps) {
  EXPECT_EQ(Sign{}(-0.0), 0);
  EXPECT_FALSE(std::signbit(Sign{}(-0.0)));
  EXPECT_EQ(Heaviside{}(0.0, 0.5), 0.5);
  EXPECT_EQ(Heaviside{}(-3.0, 0.5), 0);
  EXPECT_TRUE(std::isnan(Heaviside{}(nan, 0.5)));
  EXPECT_TRUE(Signbit{}(-0.0f));
  EXPECT_EQ(Copysign{}(3.0, -0.0), -3);
  EXPECT_EQ(Reciprocal{}(2), 0);
  EXPECT_EQ(Reciprocal{}(-0.0), -inf);
  EXPECT_EQ(Logaddexp{}(-inf, -inf), -inf);
  EXPECT_EQ(Logaddexp{}(inf, 1.0), inf);
  EXPECT_TRUE(std::isnan(Logaddexp{}(nan, 1.0)));
}

TEST(reals, floor_division_of_special_values) {
  EXPECT_EQ(FloorDivide{}(1.0, inf), 0);
  EXPECT_EQ(FloorDivide{}(-1.0, inf), -1);
  EXPECT_EQ(Remainder{}(-1.0, inf), inf);
  EXPECT_TRUE(std::isnan(FloorDivide{}(inf, 1.0)));
  EXPECT_EQ(FloorDivide{}(1.0, 0.0), inf);
  EXPECT_TRUE(std::isnan(Remainder{}(1.0, 0.0)));
  EXPECT_TRUE(std::signbit(Remainder{}(0.0, -2.0)));
  EXPECT_TRUE(std::signbit(FloorDivide{}(0.0, -2.0)));
  EXPECT_EQ(Remainder{}(-7.5f, 2.0f), 0.5f);
}

TEST(reals, neighbours_against_the_c_library) {
  const double values[] = {0.0,     -0.0, 1,    -1, 2, 5e-324, -5e-324, 2.2250738585072014e-308,
                           1.7e308, inf,  -inf, nan};
  for (double a : values)
    for (double b : values) {
      const double got = Nextafter{}(a, b), expected = std::nextafter(a, b);
      EXPECT_TRUE(std::isnan(expected) ? std::isnan(got) : std::memcmp(&got, &expected, 8) == 0)
          << a << ' ' << b;
    }
  EXPECT_EQ(Spacing{}(1.0), 2.220446049250313e-16);
  EXPECT_EQ(Spacing{}(-1.0), -2.220446049250313e-16);
  EXPECT_EQ(Spacing{}(0.0f), std::numeric_limits<float>::denorm_min());
  EXPECT_TRUE(std::isnan(Spacing{}(inf)));
  EXPECT_EQ(Spacing{}(limits<float16>::max()).bits, 0x7c00);
}

TEST(reals, parts) {
  for (double x : {0.0, -0.0, 1.0, -0.75, 5e-324, -1e-310, 1e300, inf, -inf}) {
    int exponent = 0;
    const double fraction = std::frexp(x, &exponent);
    const auto parts = Frexp{}(x);
    EXPECT_EQ(std::bit_cast<u64>(parts.first), std::bit_cast<u64>(fraction)) << x;
    EXPECT_EQ(parts.second, std::isfinite(x) ? exponent : 0);
    double whole = 0;
    const double rest = std::modf(x, &whole);
    EXPECT_EQ(std::bit_cast<u64>(Modf{}(x).first), std::bit_cast<u64>(rest)) << x;
    EXPECT_EQ(std::bit_cast<u64>(Modf{}(x).second), std::bit_cast<u64>(whole)) << x;
  }
  EXPECT_EQ(Ldexp{}(1.0, i64(1) << 40), inf);
  EXPECT_EQ(Ldexp{}(1.0f, -149), std::numeric_limits<float>::denorm_min());
}

// ---- complex ----

template <class T> std::complex<T> standard(complex<T> z) { return {z.re, z.im}; }

TEST(complex_numbers, layout_order_and_division) {
  static_assert(sizeof(complex<float>) == 8 && alignof(complex<double>) == alignof(std::complex<double>));
  const complex<double> a(1, 5), b(2, -5), c(1, 7), missing(1, nan);
  EXPECT_TRUE(a < b);
  EXPECT_TRUE(a < c);
  EXPECT_FALSE(missing < b);  // a NaN anywhere, although the real parts decide
  EXPECT_TRUE(std::isnan(Maximum{}(missing, b).im));
  EXPECT_TRUE(Fmax{}(missing, b) == b);
  EXPECT_TRUE((a / b) * b == a);
  const auto by_zero = complex<double>(1, -1) / complex<double>(-0.0, 0.0);
  EXPECT_EQ(by_zero.re, inf);
  EXPECT_EQ(by_zero.im, -inf);
  const double big = 1e300;
  EXPECT_EQ((complex<double>(big, big) / complex<double>(big, big)).re, 1);
}

TEST(complex_numbers, powers_of_whole_exponents_are_exact) {
  const auto z = Power{}(complex<double>(2, 3), complex<double>(4, 0));
  EXPECT_EQ(z.re, -119);
  EXPECT_EQ(z.im, -120);
  EXPECT_TRUE(Power{}(complex<double>(0, 0), complex<double>(0, 0)) == complex<double>(1, 0));
  EXPECT_TRUE(std::isnan(Power{}(complex<double>(0, 0), complex<double>(-1, 0)).re));
}

// Against the C library, part by part: NaN and infinities alike, numbers to a few units of the larger part.
template <class F, class G> void compare_with_library(F functor, G library, const char* name) {
  const double values[] = {0.0, -0.0, 0.5, -1, 1, 2.25, -30, 1e-9, 1e5, inf, -inf, nan};
  for (double re : values)
    for (double im : values) {
      const complex<double> got = functor(complex<double>(re, im));
      const std::complex<double> expected = library(std::complex<double>(re, im));
      const double size = std::isfinite(std::abs(expected)) ? std::abs(expected) : 1;
      const auto same = [size](double x, double y) {
        return std::isnan(y) ? std::isnan(x) : x == y || std::abs(x - y) <= 16e-16 * size;
      };
      EXPECT_TRUE(same(got.re, expected.real()) && same(got.im, expected.imag()))
          << name << "(" << re << ", " << im << "): expected " << expected << ", got " << standard(got);
    }
}

TEST(complex_numbers, functions_agree_with_the_c_library) {
  using z = std::complex<double>;
  compare_with_library(
      Exp{}, [](z x) { return std::exp(x); }, "exp");
  compare_with_library(
      Log{}, [](z x) { return std::log(x); }, "log");
  compare_with_library(
      Sqrt{}, [](z x) { return std::sqrt(x); }, "sqrt");
  compare_with_library(
      Sin{}, [](z x) { return std::sin(x); }, "sin");
  compare_with_library(
      Cos{}, [](z x) { return std::cos(x); }, "cos");
  compare_with_library(
      Sinh{}, [](z x) { return std::sinh(x); }, "sinh");
  compare_with_library(
      Cosh{}, [](z x) { return std::cosh(x); }, "cosh");
  compare_with_library(
      Tanh{}, [](z x) { return std::tanh(x); }, "tanh");
  compare_with_library(
      Arcsin{}, [](z x) { return std::asin(x); }, "arcsin");
  compare_with_library(
      Arccos{}, [](z x) { return std::acos(x); }, "arccos");
  compare_with_library(
      Arctan{}, [](z x) { return std::atan(x); }, "arctan");
  compare_with_library(
      Arcsinh{}, [](z x) { return std::asinh(x); }, "arcsinh");
  compare_with_library(
      Arccosh{}, [](z x) { return std::acosh(x); }, "arccosh");
  compare_with_library(
      Arctanh{}, [](z x) { return std::atanh(x); }, "arctanh");
}

}  // namespace
}  // namespace numloom::NL_TARGET
