// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/manipulation.hpp"

#include "numloom/indexing.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::iota;
using test::make;
using test::transposed;
using longs = std::vector<std::int64_t>;

longs values(const ndarray& a) { return a.to_vector<std::int64_t>(); }
ndarray count(const shape_t& shape) { return iota<std::int64_t>(shape); }
template <class Error, class F> std::string text_of(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "(nothing was thrown)";
}

TEST(reshape, is_a_view_where_strides_allow) {
  const ndarray a = count({2, 6});
  const ndarray b = reshape(a, {3, -1});
  EXPECT_EQ(b.shape(), shape_t({3, 4}));
  EXPECT_EQ(b.bytes(), a.bytes());
  const ndarray t = reshape(transposed(count({2, 6})), {3, 2, 2});  // splits an axis of a transposed array
  EXPECT_EQ(t.shape(), shape_t({3, 2, 2}));
  EXPECT_EQ(values(t), (longs{0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11}));
  const ndarray c = transposed(a);
  EXPECT_NE(reshape(c, {12}).bytes(), a.bytes());
  EXPECT_EQ(values(reshape(c, {12})), (longs{0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11}));
  EXPECT_EQ(reshape(c, {12}, order::F).bytes(), a.bytes());
  EXPECT_EQ(values(reshape(c, {12}, order::F)), values(a));
  EXPECT_NE(reshape(a, {12}, order::C, true).bytes(), a.bytes());
  EXPECT_THROW(reshape(c, {12}, order::C, false), value_error);
}

TEST(reshape, names_what_does_not_fit) {
  const ndarray a = count({6});
  EXPECT_EQ(text_of<value_error>([&] { reshape(a, {4}); }),
            "[reshape] cannot reshape array of size 6 into shape (4,)");
  EXPECT_EQ(text_of<value_error>([&] {
              reshape(a, {-1, 4});
            }),
            "[reshape] cannot reshape array of size 6 into shape (4)");
  EXPECT_EQ(text_of<value_error>([&] {
              reshape(a, {-1, -1});
            }),
            "[reshape] can only specify one unknown dimension");
  EXPECT_EQ(reshape(count({0, 3}), {-1, 3}).shape(), shape_t({0, 3}));
  EXPECT_THROW(reshape(count({0, 3}), {-1, 0}), value_error);
  EXPECT_EQ(reshape(count({1}), {}).ndim(), 0);
}

TEST(manipulation, ravel_and_flatten) {
  const ndarray a = count({2, 3});
  EXPECT_EQ(ravel(a).bytes(), a.bytes());
  EXPECT_NE(flatten(a).bytes(), a.bytes());
  EXPECT_EQ(values(ravel(a, order::F)), (longs{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(ravel(transposed(a), order::K).bytes(), a.bytes());
  EXPECT_EQ(values(ravel(transposed(a), order::A)), (longs{0, 1, 2, 3, 4, 5}));
}

TEST(manipulation, axes_move_without_copies) {
  const ndarray a = count({2, 3, 4});
  EXPECT_EQ(transpose(a).shape(), shape_t({4, 3, 2}));
  EXPECT_EQ(transpose(a, {1, 0, -1}).shape(), shape_t({3, 2, 4}));
  EXPECT_EQ(swapaxes(a, 0, -1).shape(), shape_t({4, 3, 2}));
  EXPECT_EQ(moveaxis(a, 0, -1).shape(), shape_t({3, 4, 2}));
  EXPECT_EQ(moveaxis(a, {0, 1}, {-1, -2}).shape(), shape_t({4, 3, 2}));
  EXPECT_EQ(squeeze(count({1, 3, 1})).shape(), shape_t{3});
  EXPECT_EQ(squeeze(count({1, 3, 1}), 0).shape(), shape_t({3, 1}));
  EXPECT_EQ(expand_dims(count({3}), {0, 2}).shape(), shape_t({1, 3, 1}));
  EXPECT_EQ(text_of<value_error>([&] { transpose(a, {0, 1}); }), "[transpose] axes don't match array");
  EXPECT_EQ(text_of<value_error>([&] { squeeze(a, 0); }),
            "[squeeze] cannot select an axis to squeeze out which has size not equal to one");
  EXPECT_THROW(transpose(a, {0, 0, 1}), value_error);
  EXPECT_THROW(moveaxis(a, 0, 3), axis_error);
}

TEST(manipulation, flip_roll_diagonal) {
  const ndarray a = count({2, 3});
  EXPECT_EQ(values(flip(a)), (longs{5, 4, 3, 2, 1, 0}));
  EXPECT_EQ(values(flip(a, 1)), (longs{2, 1, 0, 5, 4, 3}));
  EXPECT_EQ(flip(a).bytes(), a.bytes());
  EXPECT_EQ(values(roll(a, {1})), (longs{5, 0, 1, 2, 3, 4}));
  EXPECT_EQ(values(roll(a, {1, 2}, {0, 1})), (longs{4, 5, 3, 1, 2, 0}));
  EXPECT_EQ(values(roll(a, {-7}, 1)), (longs{1, 2, 0, 4, 5, 3}));
  EXPECT_EQ(values(diagonal(a)), (longs{0, 4}));
  EXPECT_EQ(values(diagonal(a, 2)), longs{2});
  EXPECT_EQ(values(diagonal(a, -1)), longs{3});
  EXPECT_EQ(diagonal(a, 5).size(), 0);
  EXPECT_FALSE(diagonal(a).writeable());
}

TEST(joining, concatenates_and_promotes) {
  const ndarray a = count({2, 2});
  EXPECT_EQ(values(concatenate({a, a}, {.axis = 1})), (longs{0, 1, 0, 1, 2, 3, 2, 3}));
  EXPECT_EQ(values(concatenate({a, count({1, 2})})), (longs{0, 1, 2, 3, 0, 1}));
  EXPECT_EQ(values(concatenate({a, count({3})}, {.axis = std::nullopt})), (longs{0, 1, 2, 3, 0, 1, 2}));
  EXPECT_EQ(concatenate({a, iota<float>({1, 2})}).dtype(), dtype::float64);
  EXPECT_EQ(concatenate({transposed(a), transposed(a)}).strides(), (dims{8, 32}));  // F order stays
  const ndarray out = count({4, 2});
  concatenate({a, transposed(a)}, {.out = out});
  EXPECT_EQ(values(out), (longs{0, 1, 2, 3, 0, 2, 1, 3}));
  concatenate({out.view({2, 2}, {16, 8}), out.view({2, 2}, {16, 8}, 32)}, {.axis = 0, .out = flip(out, 0)});
  EXPECT_EQ(values(out), (longs{1, 3, 0, 2, 2, 3, 0, 1}));
}

TEST(joining, concatenate_names_what_does_not_fit) {
  const ndarray a = count({2, 3});
  EXPECT_EQ(text_of<value_error>([] { concatenate(std::vector<ndarray>{}); }),
            "[concatenate] need at least one array to concatenate");
  EXPECT_EQ(text_of<value_error>([&] {
              concatenate({a, count({2, 2})});
            }),
            "[concatenate] all the input array dimensions except for the concatenation axis must match "
            "exactly, but "
            "along dimension 1, the array at index 0 has size 3 and the array at index 1 has size 2");
  EXPECT_THROW(concatenate({count({}), count({})}), value_error);
  EXPECT_THROW(concatenate({a, a}, {.axis = 2}), axis_error);
  EXPECT_THROW(concatenate({iota<double>({2})}, {.dtype = dtype::int32}), casting_error);
  EXPECT_THROW(concatenate({a, a}, {.out = count({3})}), value_error);
}

TEST(joining, stacks_along_a_new_axis) {
  const ndarray a = count({2}), b = make<std::int64_t>({5, 6});
  EXPECT_EQ(values(stack({a, b})), (longs{0, 1, 5, 6}));
  EXPECT_EQ(values(stack({a, b}, {.axis = -1})), (longs{0, 5, 1, 6}));
  EXPECT_EQ(stack({count({}), count({})}).shape(), shape_t{2});
  EXPECT_EQ(text_of<value_error>([&] {
              stack({a, count({3})});
            }).substr(0, 54),
            "[stack] all input arrays must have the same shape, got");
}

TEST(joining, splits_into_views) {
  const ndarray a = count({6});
  const auto halves = split(a, 2);
  EXPECT_EQ(values(halves[1]), (longs{3, 4, 5}));
  EXPECT_EQ(halves[0].bytes(), a.bytes());
  const auto parts = split(a, std::vector<std::int64_t>{2, 4, 9});
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_EQ(values(parts[2]), (longs{4, 5}));
  EXPECT_EQ(parts[3].size(), 0);
  EXPECT_EQ(values(array_split(a, 4)[1]), (longs{2, 3}));
  EXPECT_EQ(text_of<value_error>([&] { split(a, 4); }),
            "[split] array split does not result in an equal division");
}

TEST(joining, repeats_and_tiles) {
  const ndarray a = count({2, 2});
  EXPECT_EQ(values(repeat(a, 2)), (longs{0, 0, 1, 1, 2, 2, 3, 3}));
  EXPECT_EQ(values(repeat(a, 2, 0)), (longs{0, 1, 0, 1, 2, 3, 2, 3}));
  EXPECT_EQ(values(repeat(a, make<std::int64_t>({1, 2}), 1)), (longs{0, 1, 1, 2, 3, 3}));
  EXPECT_EQ(values(repeat(a, make<std::int64_t>({0, 2}), 0)), (longs{2, 3, 2, 3}));
  EXPECT_EQ(repeat(a, 0).size(), 0);
  EXPECT_THROW(repeat(a, -1), value_error);
  EXPECT_THROW(repeat(a, make<std::int64_t>({1, -2}), 1), value_error);
  EXPECT_EQ(values(tile(count({2}), {2, 2})), (longs{0, 1, 0, 1, 0, 1, 0, 1}));
  EXPECT_EQ(values(tile(transposed(a), {1, 2})), (longs{0, 2, 0, 2, 1, 3, 1, 3}));
  EXPECT_EQ(tile(a, {0}).shape(), shape_t({2, 0}));
}

TEST(joining, puts_blocks_together) {
  const ndarray a = test::make<double>({1, 2}), b = test::make<double>({3, 4});
  EXPECT_EQ(block({{a, b}, {b, a}}).to_vector<double>(), (std::vector<double>{1, 2, 3, 4, 3, 4, 1, 2}));
  EXPECT_EQ(block({a, b}).shape(), shape_t({4}));
  EXPECT_FALSE(may_share_memory(block(a), a));
  EXPECT_THROW(block({blocks(a), blocks({a})}), value_error);
  EXPECT_THROW(block(std::vector<blocks>()), value_error);
}

TEST(manipulation, turns_and_widens) {
  const ndarray a = count({2, 3}), v = count({2});
  EXPECT_EQ(values(rot90(a)), (longs{2, 5, 1, 4, 0, 3}));
  EXPECT_EQ(values(rot90(a, 2)), (longs{5, 4, 3, 2, 1, 0}));
  EXPECT_EQ(values(rot90(a, -1)), (longs{3, 0, 4, 1, 5, 2}));
  EXPECT_EQ(rot90(a, 4).bytes(), a.bytes());
  EXPECT_THROW(rot90(a, 1, 0, -2), value_error);
  EXPECT_THROW(rot90(a, 1, 0, 2), value_error);
  EXPECT_EQ(values(fliplr(a)), (longs{2, 1, 0, 5, 4, 3}));
  EXPECT_EQ(values(flipud(a)), (longs{3, 4, 5, 0, 1, 2}));
  EXPECT_THROW(fliplr(v), value_error);
  EXPECT_THROW(flipud(select_index(v, 0, 0)), value_error);
  EXPECT_EQ(rollaxis(count({2, 3, 4}), 2).shape(), shape_t({4, 2, 3}));
  EXPECT_EQ(rollaxis(count({2, 3, 4}), 0, 3).shape(), shape_t({3, 4, 2}));
  EXPECT_THROW(rollaxis(a, 0, 3), axis_error);
  EXPECT_EQ(matrix_transpose(count({2, 3, 4})).shape(), shape_t({2, 4, 3}));
  EXPECT_THROW(matrix_transpose(v), value_error);
  EXPECT_EQ(atleast_1d(select_index(v, 0, 1)).shape(), shape_t({1}));
  EXPECT_EQ(atleast_2d(v).shape(), shape_t({1, 2}));
  EXPECT_EQ(atleast_3d(v).shape(), shape_t({1, 2, 1}));
  EXPECT_EQ(atleast_3d(a).shape(), shape_t({2, 3, 1}));
  EXPECT_EQ(values(roll(v, 1)), (longs{1, 0}));
}

TEST(joining, rows_columns_and_slices) {
  const ndarray v = count({2}), a = count({2, 4}), cube = count({2, 2, 2});
  EXPECT_EQ(vstack({v, v}).shape(), shape_t({2, 2}));
  EXPECT_EQ(vstack({v, v}, {.dtype = dtype::float64}).dtype(), dtype::float64);
  EXPECT_EQ(values(hstack({v, v})), (longs{0, 1, 0, 1}));
  EXPECT_EQ(hstack({a, a}).shape(), shape_t({2, 8}));
  EXPECT_EQ(dstack({v, v}).shape(), shape_t({1, 2, 2}));
  EXPECT_EQ(values(column_stack({v, v})), (longs{0, 0, 1, 1}));
  EXPECT_EQ(column_stack({v, a}).shape(), shape_t({2, 5}));
  EXPECT_EQ(unstack(a, 1).size(), 4u);
  EXPECT_EQ(values(unstack(a, 1)[3]), (longs{3, 7}));
  EXPECT_THROW(unstack(select_index(v, 0, 0)), value_error);
  EXPECT_EQ(values(vsplit(a, 2)[1]), (longs{4, 5, 6, 7}));
  EXPECT_EQ(values(hsplit(a, 2)[1]), (longs{2, 3, 6, 7}));
  EXPECT_EQ(values(hsplit(v, std::vector<std::int64_t>{1})[1]), (longs{1}));
  EXPECT_EQ(values(dsplit(cube, 2)[1]), (longs{1, 3, 5, 7}));
  EXPECT_THROW(vsplit(v, 2), value_error);
  EXPECT_THROW(dsplit(a, 2), value_error);
}

}  // namespace
}  // namespace numloom
