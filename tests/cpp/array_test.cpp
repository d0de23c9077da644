// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/array.hpp"

#include <sstream>

#include "numloom/linalg.hpp"
#include "numloom/reductions.hpp"
#include "numloom/ufunc_functions.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using ints = std::vector<int>;
using doubles = std::vector<double>;

class typed_array : public testing::Test {
  device_guard on_device{test::test_device()};
};

TEST_F(typed_array, is_made_from_lists_vectors_and_spans) {
  EXPECT_EQ((array<int>{1, 2, 3}).shape(), shape_t{3});
  EXPECT_EQ((array<int>{{1, 2, 3}, {4, 5, 6}}).shape(), shape_t({2, 3}));
  EXPECT_EQ((array<int>{{{1, 2}, {3, 4}, {5, 6}}}).shape(), shape_t({1, 3, 2}));
  EXPECT_EQ((array<int>{{{1, 2}}, {{3, 4}}}).to_vector(), (ints{1, 2, 3, 4}));
  EXPECT_EQ(array<double>(doubles{1, 2}).to_vector(), (doubles{1, 2}));
  const ints six{1, 2, 3, 4, 5, 6};
  EXPECT_EQ(array<int>(std::span(six)).shape(), shape_t{6});
  EXPECT_EQ(array<int>(std::span(six), {2, 3}).shape(), shape_t({2, 3}));
  EXPECT_EQ(array<bool>({true, false}).untyped().to_vector<bool>(), (std::vector<bool>{true, false}));
  EXPECT_EQ(array<float>().shape(), shape_t{0});
  EXPECT_THROW((array<int>{{1, 2}, {3}}), value_error);
  EXPECT_THROW(array<int>(std::span(six), {4}), value_error);
}

TEST_F(typed_array, is_a_handle_and_copies_when_asked) {
  array<int> a{1, 2, 3};
  const array<int> same = a, other = a.copy();
  a += 1;
  EXPECT_EQ(same.to_vector(), (ints{2, 3, 4}));
  EXPECT_EQ(other.to_vector(), (ints{1, 2, 3}));
  array<int> moved = std::move(a);
  EXPECT_EQ(moved.to_vector(), (ints{2, 3, 4}));
}

TEST_F(typed_array, checks_the_dtype_once) {
  const ndarray a = array<float>{1, 2};
  EXPECT_EQ(array<float>(a).size(), 2);
  EXPECT_THROW(array<double>{a}, type_error);
  EXPECT_EQ(array<double>(mean(array<int>{1, 2})).item(), 1.5);
}

TEST_F(typed_array, promotion_at_compile_time_is_that_at_run_time) {
  for (int i = 0; i < dtype_count; ++i)
    for (int j = 0; j < dtype_count; ++j) {
      const auto a = static_cast<dtype>(i), b = static_cast<dtype>(j);
      EXPECT_EQ(detail::promote_static(a, b), promote_types(a, b)) << name_of(a) << " " << name_of(b);
    }
  for (int i = 0; i < dtype_count; ++i) {
    const auto t = static_cast<dtype>(i);
    EXPECT_EQ(detail::promote_with_kind(t, 'b'), promote_with_scalar(t, true));
    EXPECT_EQ(detail::promote_with_kind(t, 'i'), promote_with_scalar(t, 1));
    EXPECT_EQ(detail::promote_with_kind(t, 'f'), promote_with_scalar(t, 1.5));
    EXPECT_EQ(detail::promote_with_kind(t, 'c'), promote_with_scalar(t, std::complex<double>(1)));
  }
}

TEST_F(typed_array, operators_have_numpys_types) {
  const array<int> a{1, 2, 3};
  const array<float> f{0.5f, 1, 2};
  static_assert(std::is_same_v<decltype(a + a), array<int>>);
  static_assert(std::is_same_v<decltype(a / a), array<double>>);
  static_assert(std::is_same_v<decltype(a * f), array<double>>);
  static_assert(std::is_same_v<decltype(f * 2.0), array<float>>);
  static_assert(std::is_same_v<decltype(2 + a), array<int>>);
  static_assert(std::is_same_v<decltype(a + 0.5), array<double>>);
  static_assert(std::is_same_v<decltype(a < f), array<bool>>);
  static_assert(std::is_same_v<decltype(a + a.untyped()), ndarray>);
  EXPECT_EQ((a + a).to_vector(), (ints{2, 4, 6}));
  EXPECT_EQ((a / 2).to_vector(), (doubles{0.5, 1, 1.5}));
  EXPECT_EQ((10 - a).to_vector(), (ints{9, 8, 7}));
  EXPECT_EQ((a * f).to_vector(), (doubles{0.5, 2, 6}));
  EXPECT_EQ((-a % 2).to_vector(), (ints{1, 0, 1}));
  EXPECT_EQ((a & 1).to_vector(), (ints{1, 0, 1}));
  EXPECT_EQ((a << 2).to_vector(), (ints{4, 8, 12}));
  EXPECT_EQ((~a).to_vector(), (ints{-2, -3, -4}));
  EXPECT_EQ((a >= 2).untyped().to_vector<bool>(), (std::vector<bool>{false, true, true}));
  EXPECT_EQ((2 == a).untyped().to_vector<bool>(), (std::vector<bool>{false, true, false}));
}

TEST_F(typed_array, compound_assignment_writes_in_place) {
  array<double> a{{1, 2}, {3, 4}};
  array<double> row = a[1];
  row *= 10;
  row -= array<double>{1, 1};
  EXPECT_EQ(a.to_vector(), (doubles{1, 2, 29, 39}));
  ndarray u = a;
  u += 1;
  EXPECT_EQ(a.to_vector(), (doubles{2, 3, 30, 40}));
  array<int> i{1, 2};
  EXPECT_THROW(i += 0.5, casting_error);
}

TEST_F(typed_array, is_sliced_and_assigned) {
  const array<int> a{{0, 1, 2}, {3, 4, 5}};
  EXPECT_EQ(a(1, 2).item(), 5);
  EXPECT_EQ(a(slice{}, slice{.step = -1}).to_vector(), (ints{2, 1, 0, 5, 4, 3}));
  EXPECT_EQ(a(ellipsis, newaxis, 0).shape(), shape_t({2, 1}));
  EXPECT_EQ(a(a > 2).to_vector(), (ints{3, 4, 5}));
  EXPECT_EQ(a(array<std::int64_t>{1, 0}, 1).to_vector(), (ints{4, 1}));
  a.assign(9, 0, slice{1, 3});
  a.assign(array<int>{7, 8}, slice{}, 0);
  EXPECT_EQ(a.to_vector(), (ints{7, 9, 9, 8, 4, 5}));
  EXPECT_EQ(a[0].to_vector(), (ints{7, 9, 9}));
  EXPECT_THROW(a[2], index_error);
}

TEST_F(typed_array, goes_into_every_function) {
  const array<double> a{{1, 4}, {9, 16}};
  EXPECT_EQ(array<double>(sqrt(a)).to_vector(), (doubles{1, 2, 3, 4}));
  EXPECT_EQ(array<double>(add(a, 1)).to_vector(), (doubles{2, 5, 10, 17}));
  EXPECT_EQ(array<double>(sum(a, {.axis = 0})).to_vector(), (doubles{10, 20}));
  EXPECT_EQ(array<double>(matmul(a, a)).to_vector(), (doubles{37, 68, 153, 292}));
  const auto [fraction, whole] = modf(array<double>{1.25, -2.5});
  EXPECT_EQ(array<double>(fraction).to_vector(), (doubles{0.25, -0.5}));
  EXPECT_EQ(array<double>(whole).to_vector(), (doubles{1, -2}));
  EXPECT_EQ(concatenate({a, a}).shape(), shape_t({4, 2}));
  multiply(a, 2, {.out = a});
  EXPECT_EQ(a.to_vector(), (doubles{2, 8, 18, 32}));
}

TEST_F(typed_array, spans_and_streams) {
  const array<int> a{1, 2, 3};
  std::ostringstream text;
  text << a << " " << (a << 1);
  EXPECT_EQ(text.str(), "[1 2 3] [2 4 6]");
  if (a.device().is_cpu()) {
    for (int& x : a.span()) x = -x;
    EXPECT_EQ(a.to_vector(), (ints{-1, -2, -3}));
  }
  EXPECT_THROW(a(slice{.step = 2}).span(), value_error);
}

}  // namespace
}  // namespace numloom
