// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/padding.hpp"

#include "numloom/manipulation.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using test::values;
using doubles = std::vector<double>;

ndarray padded(pad_mode mode, const pad_options& options = {}) {
  pad_options rule = options;
  rule.mode = mode;
  return pad(make<double>({1, 2, 4}), {{2, 1}}, rule);
}

TEST(padding, by_value) {
  EXPECT_EQ(values(padded(pad_mode::constant)), (doubles{0, 0, 1, 2, 4, 0}));
  EXPECT_EQ(values(padded(pad_mode::constant, {.values = make<double>({7, 8})})),
            (doubles{7, 7, 1, 2, 4, 8}));
  EXPECT_EQ(values(padded(pad_mode::linear_ramp, {.values = make<double>({-1, 5})})),
            (doubles{-1, 0, 1, 2, 4, 5}));
  EXPECT_EQ(padded(pad_mode::empty).shape(), shape_t({6}));
}

TEST(padding, by_elements) {
  EXPECT_EQ(values(padded(pad_mode::edge)), (doubles{1, 1, 1, 2, 4, 4}));
  EXPECT_EQ(values(padded(pad_mode::reflect)), (doubles{4, 2, 1, 2, 4, 2}));
  EXPECT_EQ(values(padded(pad_mode::reflect, {.odd = true})), (doubles{-2, 0, 1, 2, 4, 6}));
  EXPECT_EQ(values(padded(pad_mode::symmetric)), (doubles{2, 1, 1, 2, 4, 4}));
  EXPECT_EQ(values(padded(pad_mode::symmetric, {.odd = true})), (doubles{0, 1, 1, 2, 4, 4}));
  EXPECT_EQ(values(padded(pad_mode::wrap)), (doubles{2, 4, 1, 2, 4, 1}));
  // Further than the array is long.
  EXPECT_EQ(values(pad(make<double>({1, 2}), {{0, 5}}, {.mode = pad_mode::reflect})),
            (doubles{1, 2, 1, 2, 1, 2, 1}));
  EXPECT_EQ(values(pad(make<double>({1, 2}), {{3, 0}}, {.mode = pad_mode::reflect, .odd = true})),
            (doubles{-2, -1, 0, 1, 2}));
}

TEST(padding, by_statistics) {
  EXPECT_EQ(values(padded(pad_mode::maximum)), (doubles{4, 4, 1, 2, 4, 4}));
  EXPECT_EQ(values(padded(pad_mode::minimum, {.stat_length = {{1, 2}}})), (doubles{1, 1, 1, 2, 4, 2}));
  EXPECT_EQ(values(padded(pad_mode::mean, {.stat_length = {{2, 2}}})), (doubles{1.5, 1.5, 1, 2, 4, 3}));
  EXPECT_EQ(values(padded(pad_mode::median)), (doubles{2, 2, 1, 2, 4, 2}));
  EXPECT_THROW(padded(pad_mode::maximum, {.stat_length = {{0, 1}}}), value_error);
}

TEST(padding, of_several_axes) {
  const ndarray a = make<double>({1, 2, 3, 4}, {2, 2});
  EXPECT_EQ(values(pad(a, {{1, 0}, {0, 1}}, {.mode = pad_mode::edge})), (doubles{1, 2, 2, 1, 2, 2, 3, 4, 4}));
  EXPECT_EQ(pad(a, 2).shape(), shape_t({6, 6}));
  EXPECT_TRUE(pad(transpose(a), 1).is_f_contiguous());
  EXPECT_THROW(pad(a, {{1, 0}, {0, 1}, {0, 0}}), value_error);
  EXPECT_THROW(pad(a, -1), value_error);
  EXPECT_THROW(pad(empty({0}, dtype::float64, test::test_device()), 1, {.mode = pad_mode::edge}),
               value_error);
  EXPECT_EQ(parse_pad_mode("linear_ramp"), pad_mode::linear_ramp);
  EXPECT_THROW(parse_pad_mode("mirror"), value_error);
}

}  // namespace
}  // namespace numloom
