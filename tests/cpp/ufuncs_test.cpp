// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/ufuncs.hpp"

#include <cmath>
#include <cstdint>

#include "test_device.hpp"

namespace numloom {
namespace {

using test::iota;
using test::make;
using test::reversed;
using test::transposed;
using doubles = std::vector<double>;

TEST(ufunc, adds_arrays_of_one_dtype) {
  const ndarray c = call(ufunc::add, iota<float>({2, 3}), iota<float>({2, 3}));
  EXPECT_EQ(c.dtype(), dtype::float32);
  EXPECT_EQ(c.shape(), shape_t({2, 3}));
  EXPECT_EQ(c.to_vector<float>(), (std::vector<float>{0, 2, 4, 6, 8, 10}));
}

TEST(ufunc, converts_mixed_dtypes_to_their_common_one) {
  const ndarray c = call(ufunc::multiply, make<std::int32_t>({1, 2, 3}), make<float>({0.5f, 0.5f, 0.5f}));
  EXPECT_EQ(c.dtype(), dtype::float64);
  EXPECT_EQ(c.to_vector<double>(), (doubles{0.5, 1, 1.5}));
  EXPECT_EQ(call(ufunc::divide, make<std::int8_t>({1}), make<std::int8_t>({2})).dtype(), dtype::float64);
  EXPECT_EQ(call(ufunc::sqrt, make<std::int8_t>({4})).dtype(), dtype::float16);
}

TEST(ufunc, numbers_are_weak) {
  if (test::lacks({dtype::int8})) GTEST_SKIP() << test::left_out;
  EXPECT_EQ(call(ufunc::add, make<std::int8_t>({1}), array_like(1)).dtype(), dtype::int8);
  EXPECT_EQ(call(ufunc::add, make<float>({1}), array_like(1.5)).dtype(), dtype::float32);
  EXPECT_EQ(call(ufunc::add, make<std::int32_t>({1}), array_like(1.5)).dtype(), dtype::float64);
  EXPECT_THROW(call(ufunc::add, make<std::uint8_t>({1}), array_like(300)), overflow_error);
}

TEST(ufunc, compares_integers_that_no_dtype_holds_together) {
  if (test::lacks({dtype::uint64})) GTEST_SKIP() << test::left_out;
  const ndarray big = make<std::uint64_t>({1ull << 63, 1, 0});
  const ndarray small = make<std::int64_t>({-1, 1, 1});
  EXPECT_EQ(call(ufunc::less, small, big).to_vector<bool>(), (std::vector<bool>{true, false, false}));
  EXPECT_EQ(call(ufunc::greater_equal, big, small).to_vector<bool>(), (std::vector<bool>{true, true, false}));
  EXPECT_EQ(call(ufunc::equal, small, big).to_vector<bool>(), (std::vector<bool>{false, true, false}));
  EXPECT_EQ(call(ufunc::not_equal, small, big).to_vector<bool>(), (std::vector<bool>{true, false, true}));
  EXPECT_EQ(call(ufunc::less, make<std::uint8_t>({1, 2}), array_like(300)).to_vector<bool>(),
            (std::vector<bool>{true, true}));
  EXPECT_EQ(call(ufunc::less, make<std::uint8_t>({1, 2}), array_like(-1)).to_vector<bool>(),
            (std::vector<bool>{false, false}));
}

TEST(ufunc, broadcasts_and_names_shapes_that_do_not) {
  const ndarray column = iota<double>({3}).view({3, 1}, {8, 8});
  const ndarray c = call(ufunc::add, column, iota<double>({2}));
  EXPECT_EQ(c.shape(), shape_t({3, 2}));
  EXPECT_EQ(c.to_vector<double>(), (doubles{0, 1, 1, 2, 2, 3}));
  try {
    call(ufunc::add, iota<double>({3}), iota<double>({2}));
    FAIL();
  } catch (const value_error& e) {
    EXPECT_NE(std::string(e.what()).find("(3,) (2,)"), std::string::npos) << e.what();
  }
}

TEST(ufunc, keeps_the_layout_of_its_inputs) {
  const ndarray f = transposed(iota<float>({3, 4}));
  const ndarray c = call(ufunc::add, f, f);
  EXPECT_TRUE(c.is_f_contiguous());
  EXPECT_EQ(c.to_vector<float>()[1], 8);
  const ndarray r = call(ufunc::negative, reversed(iota<float>({5})));
  EXPECT_EQ(r.to_vector<float>(), (std::vector<float>{-4, -3, -2, -1, 0}));
}

TEST(ufunc, writes_through_out_and_under_a_mask) {
  const ndarray a = iota<float>({4}), out = make<float>({9, 9, 9, 9});
  const array_like inputs[] = {a, a};
  const ndarray mask = make<bool>({true, false, true, false});
  call(ufunc::add, inputs, {.out = out, .where = mask});
  EXPECT_EQ(out.to_vector<float>(), (std::vector<float>{0, 9, 4, 9}));
  const ndarray integers = iota<std::int32_t>({4});
  EXPECT_THROW(call(ufunc::add, inputs, {.out = integers}), casting_error);
  call(ufunc::add, inputs, {.out = integers, .casting = casting::unsafe});
  EXPECT_EQ(integers.to_vector<std::int32_t>(), (std::vector<std::int32_t>{0, 2, 4, 6}));
  EXPECT_THROW(call(ufunc::add, inputs, {.out = iota<float>({3})}), value_error);
}

TEST(ufunc, overlapping_operands_give_the_right_answer) {
  const ndarray a = iota<double>({6});
  const ndarray front = a.view({5}, {8}), back = a.view({5}, {8}, 8);
  const array_like inputs[] = {front, back};
  call(ufunc::add, inputs, {.out = back});  // must not read what it has written
  EXPECT_EQ(a.to_vector<double>(), (doubles{0, 1, 3, 5, 7, 9}));
}

TEST(ufunc, returns_two_outputs) {
  const ndarray values = make<double>({1.5, -2.25});
  const array_like x[] = {values};
  const auto [fraction, whole] = call2(ufunc::modf, x, {});
  EXPECT_EQ(fraction.to_vector<double>(), (doubles{0.5, -0.25}));
  EXPECT_EQ(whole.to_vector<double>(), (doubles{1, -2}));
  const auto [mantissa, exponent] = call2(ufunc::frexp, x, {});
  EXPECT_EQ(mantissa.to_vector<double>(), (doubles{0.75, -0.5625}));
  EXPECT_EQ(exponent.dtype(), dtype::int32);
  EXPECT_EQ(exponent.to_vector<std::int32_t>(), (std::vector<std::int32_t>{1, 2}));
}

TEST(ufunc, refuses_what_numpy_refuses) {
  const ndarray yes = make<bool>({true}), floats = make<double>({1});
  EXPECT_THROW(call(ufunc::subtract, yes, yes), type_error);
  EXPECT_THROW(call(ufunc::negative, yes), type_error);
  EXPECT_THROW(call(ufunc::bitwise_and, floats, floats), casting_error);
  EXPECT_THROW(call(ufunc::power, make<int>({2}), make<int>({-1})), value_error);
  EXPECT_THROW(call(ufunc::power, make<int>({2}), array_like(-1)), value_error);
}

TEST(ufunc, zero_dimensional_inputs_give_scalars) {
  const ndarray c = call(ufunc::add, make<double>({2}).view({}, {}), array_like(1));
  EXPECT_EQ(c.ndim(), 0);
  EXPECT_TRUE(c.is_scalar());
  EXPECT_EQ(c.item<double>(), 3);
}

TEST(ufunc, empty_arrays_pass_through) {
  EXPECT_EQ(call(ufunc::add, iota<float>({0, 3}), iota<float>({1, 3})).shape(), shape_t({0, 3}));
}

}  // namespace
}  // namespace numloom
