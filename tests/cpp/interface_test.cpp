// SPDX-License-Identifier: BSD-3-Clause
// What programs write that looks right: NumPy's other names, numbers where arrays are taken, shapes from the
// standard library's containers; and what they must not get away with.
#include <sstream>

#include "numloom/numloom.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using ints = std::vector<int>;
using longs = std::vector<std::int64_t>;
using doubles = std::vector<double>;

class interface : public testing::Test {
  device_guard on_device{test::test_device()};
};

// a(0) = b and a(mask) += b would be lost.
static_assert(std::is_assignable_v<ndarray&, const ndarray&> && std::is_assignable_v<ndarray&, ndarray>);
static_assert(!std::is_assignable_v<ndarray, const ndarray&> && !std::is_assignable_v<ndarray, ndarray>);
static_assert(!std::is_assignable_v<array<int>, array<int>>);
static_assert(std::is_nothrow_move_constructible_v<ndarray>);
static_assert(!std::is_constructible_v<array<float>, array<double>>);  // astype<float>() converts
static_assert(!std::is_convertible_v<const char*, scalar> && !std::is_convertible_v<int*, scalar>);
static_assert(!std::is_convertible_v<std::nullptr_t, array_like>);
static_assert(std::is_same_v<decltype(array{{1, 2}, {3, 4}}), array<int>>);
static_assert(std::is_same_v<decltype(array(std::span<const float>())), array<float>>);

TEST_F(interface, numpys_other_names) {
  const array<double> a{{-1, 0.5}, {0.25, 1}};
  const array<int> i{1, 2, 5};
  const auto same = [](const ndarray& x, const ndarray& y) { EXPECT_TRUE(array_equal(x, y)); };
  same(abs(a), absolute(a));
  same(acos(a), arccos(a));
  same(atan2(a, 2), arctan2(a, 2));
  same(mod(i, 2), remainder(i, 2));
  same(bitwise_left_shift(i, 1), left_shift(i, 1));
  same(bitwise_not(i), invert(i));
  same(amax(a, {.axis = 0}), max(a, {.axis = 0}));
  same(around(a, 1), round(a, 1));
  same(concat({i, i}), concatenate({i, i}));
  same(concat(std::vector<ndarray>{a, a}, {.axis = 1}), concatenate({a, a}, {.axis = 1}));
  same(permute_dims(a, {1, 0}), transpose(a));
  same(where(a > 0)[1], nonzero(a > 0)[1]);
  same(unique_counts(i).counts, unique(i, {.return_counts = true}).counts);
  EXPECT_EQ(unique_values(array<double>{NAN, NAN}).size(), 2);
  EXPECT_TRUE(isrealobj(a) && iscomplexobj(array<std::complex<double>>::zeros({1})));
  EXPECT_TRUE(asfortranarray(a).is_f_contiguous());
  const ndarray planes = reshape(arange(12), {2, 2, 3});
  EXPECT_EQ(linalg::trace(planes).to_vector<std::int64_t>(), (longs{4, 16}));
  EXPECT_EQ(linalg::diagonal(planes, 1).shape(), shape_t({2, 2}));
  const ndarray out = zeros({2, 2});
  EXPECT_TRUE(is_same_view(abs(a, {.out = out}), out));
}

TEST_F(interface, numbers_stand_where_arrays_do) {
  const array<int> a{5, 1, 4};
  EXPECT_EQ(take(a, 2).item<int>(), 4);
  EXPECT_EQ(append(a, 7).to_vector<int>(), (ints{5, 1, 4, 7}));
  EXPECT_EQ(searchsorted(sort(a), 4.5).item<int>(), 2);
  EXPECT_EQ(digitize(0.5, array<double>{0, 1}).item<int>(), 1);
  EXPECT_EQ(interp(0.25, array<double>{0, 1}, array<double>{0, 8}).item<double>(), 2);
  EXPECT_EQ(polyval(a, 2).item<int>(), 26);
  EXPECT_EQ(array<bool>(isin(a, 1)).to_vector(), (std::vector<bool>{false, true, false}));
  const array<int> square = array<int>::ones({2, 2});
  fill_diagonal(square, 9);
  put(square, 1, 8);
  putmask(square, square == 1, 7);
  place(square, square == 9, 6);
  EXPECT_EQ(square.to_vector(), (ints{6, 8, 7, 6}));
  EXPECT_EQ(percentile(a, array<double>{0, 50, 100}).to_vector<double>(), (doubles{1, 4, 5}));
  EXPECT_EQ(nanpercentile(array<double>{NAN, 3}, array<double>{50}).to_vector<double>(), doubles{3});
}

TEST_F(interface, shapes_and_axes_from_containers) {
  EXPECT_EQ(zeros(std::vector<int>{2, 3}).shape(), shape_t({2, 3}));
  EXPECT_EQ(zeros(std::array<std::size_t, 2>{2, 3}).shape(), shape_t({2, 3}));
  EXPECT_EQ(sum(ones({2, 3, 4}), {.axis = std::vector<int>{0, 2}}).to_vector<double>(), (doubles{8, 8, 8}));
  random::generator g(7), same(7);
  EXPECT_TRUE(array_equal(g.random(3), same.random({3})));
  EXPECT_TRUE(array_equal(g.normal(0, 1, 4), same.normal(0, 1, {4})));
  EXPECT_EQ(g.random().ndim(), 0);
  const std::vector<ndarray> common = broadcast_arrays({ones({2, 1}), arange(3)});
  EXPECT_EQ(common[0].shape(), shape_t({2, 3}));
  EXPECT_EQ(common[1].shape(), shape_t({2, 3}));
  EXPECT_THROW(broadcast_arrays({ones({2}), ones({3})}), value_error);
  EXPECT_THROW(broadcast_to(ones({1}), {-1}), value_error);
  EXPECT_THROW(arange(0, 10, 0), zero_division_error);
}

TEST_F(interface, typed_arrays_tell_what_ndarrays_tell) {
  const array<float> a{{1, 2, 3}, {4, 5, 6}};
  EXPECT_EQ(a.dtype(), dtype::float32);
  EXPECT_EQ(a.strides(), dims({12, 4}));
  EXPECT_EQ(a.nbytes(), 24);
}

TEST_F(interface, arrays_that_are_not_defined_are_refused) {
  ndarray a;
  EXPECT_THROW(sum(a), value_error);
  EXPECT_THROW(a + 1, value_error);
  EXPECT_FALSE(a.writeable());
  array<int> from{1, 2};
  const array<int> to = std::move(from);
  EXPECT_THROW(max(from), value_error);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(to.size(), 2);
}

TEST_F(interface, scalars_print_as_pythons_numbers) {
  std::ostringstream text;
  text << scalar(true) << ' ' << scalar(3) << ' ' << scalar(0.1) << ' ' << scalar(std::complex<double>(1, -2))
       << ' ' << sum(array<int>{1, 2}).item();
  EXPECT_EQ(text.str(), "True 3 0.1 (1-2j) 3");
}

TEST(float16, a_double_is_rounded_once) {
  const double above_the_tie = 1 + 1 / 2048.0 + 1e-12;  // which float would round to the tie, and that to 1
  EXPECT_GT(float16(above_the_tie), 1);
  EXPECT_EQ(float16(-above_the_tie), -float16(above_the_tie));
  EXPECT_EQ(float16(1e300), float16(INFINITY));
  EXPECT_EQ(float16(3), 3.0);
  if (test::lacks({dtype::float16})) GTEST_SKIP() << test::left_out;
  EXPECT_GT(full({1}, above_the_tie, {.dtype = dtype::float16}).to_vector<float>()[0], 1);
}

}  // namespace
}  // namespace numloom
