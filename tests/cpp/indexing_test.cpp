// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/indexing.hpp"

#include "numloom/manipulation.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::iota;
using test::make;
using test::transposed;
using items = std::vector<index_item>;
using longs = std::vector<std::int64_t>;
constexpr std::int64_t zero = 0, one = 1;

longs values(const ndarray& a) { return a.to_vector<std::int64_t>(); }
ndarray count(const shape_t& shape) { return iota<std::int64_t>(shape); }
ndarray at(const longs& list) { return make<std::int64_t>(list); }
ndarray at(const longs& list, const shape_t& shape) { return make<std::int64_t>(list, shape); }
ndarray bools(const std::vector<bool>& list) { return make<bool>(list); }
ndarray bools(const std::vector<bool>& list, const shape_t& shape) { return make<bool>(list, shape); }
template <class Error, class F> std::string text_of(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "(nothing was thrown)";
}

TEST(basic_indexing, slices_are_views) {
  const ndarray a = count({3, 4});
  const ndarray b = get_item(a, items{slice{.step = -1}, slice{1, 3}});
  EXPECT_EQ(values(b), (longs{9, 10, 5, 6, 1, 2}));
  EXPECT_EQ(b.bytes(), a.bytes());
  EXPECT_EQ(values(get_item(a, items{-one})), (longs{8, 9, 10, 11}));
  EXPECT_EQ(get_item(a, items{newaxis, ellipsis, newaxis, one}).shape(), shape_t({1, 3, 1}));
  EXPECT_EQ(values(get_item(a, items{ellipsis, one})), (longs{1, 5, 9}));
  EXPECT_EQ(get_item(a, items{slice{5, 9}}).shape(), shape_t({0, 4}));
  EXPECT_EQ(values(get_item(count({5}), items{slice{.start = -2, .stop = -100, .step = -2}})), (longs{3, 1}));
  EXPECT_EQ(values(slice_axis(a, 1, -1, INT64_MIN, -2)), (longs{3, 1, 7, 5, 11, 9}));
  EXPECT_EQ(values(slice_axis(a, 0, 2, INT64_MAX, INT64_MAX)), (longs{8, 9, 10, 11}));
}

TEST(basic_indexing, full_index_gives_a_scalar_copy) {
  const ndarray a = count({2, 2});
  const ndarray s = get_item(a, items{one, zero});
  EXPECT_TRUE(s.is_scalar());
  EXPECT_NE(s.bytes(), a.bytes());
  EXPECT_EQ(s.item<std::int64_t>(), 2);
  EXPECT_TRUE(select_index(count({3}), 0, -1).is_scalar());
  EXPECT_FALSE(get_item(a, items{one, zero, ellipsis}).is_scalar());  // a view, as in NumPy
  EXPECT_EQ(get_item(a, items{one, zero, ellipsis}).bytes(), a.bytes());
  EXPECT_TRUE(get_item(count({}), items{}).is_scalar());
}

TEST(basic_indexing, errors_read_as_numpys) {
  const ndarray a = count({3, 2});
  EXPECT_EQ(text_of<index_error>([&] { get_item(a, items{std::int64_t{7}}); }),
            "[getitem] index 7 is out of bounds for axis 0 with size 3");
  EXPECT_EQ(text_of<index_error>([&] { select_index(a, 1, -3); }),
            "[getitem] index -3 is out of bounds for axis 1 with size 2");
  EXPECT_EQ(text_of<index_error>([&] {
              get_item(a, items{zero, zero, zero});
            }),
            "[getitem] too many indices for array: array is 2-dimensional, but 3 were indexed");
  EXPECT_EQ(text_of<index_error>([&] {
              get_item(a, items{ellipsis, ellipsis});
            }),
            "[getitem] an index can only have a single ellipsis ('...')");
  EXPECT_EQ(text_of<value_error>([&] { get_item(a, items{slice{.step = 0}}); }),
            "[getitem] slice step cannot be zero");
}

TEST(basic_indexing, assigns_through_views) {
  const ndarray a = count({2, 3});
  set_item(a, items{slice{}, zero}, 9);
  EXPECT_EQ(values(a), (longs{9, 1, 2, 9, 4, 5}));
  set_item(a, items{one}, at({6, 7, 8}));
  EXPECT_EQ(values(a), (longs{9, 1, 2, 6, 7, 8}));
  set_item(a, items{zero, slice{1, 3}}, get_item(a, items{zero, slice{0, 2}}));  // overlap
  EXPECT_EQ(values(a), (longs{9, 9, 1, 6, 7, 8}));
  set_item(a, items{one, one}, 2.9);  // NumPy's assignment casts
  EXPECT_EQ(values(a), (longs{9, 9, 1, 6, 2, 8}));
  EXPECT_EQ(text_of<value_error>([&] {
              set_item(a, items{zero}, at({1, 2}));
            }),
            "could not broadcast input array from shape (2,) into shape (3,)");
  EXPECT_THROW(set_item(iota<std::uint8_t>({2}), items{zero}, 300), overflow_error);
  ndarray fixed = count({2});
  fixed.set_writeable(false);
  EXPECT_THROW(set_item(fixed, items{zero}, 1), value_error);
}

TEST(advanced_indexing, integer_arrays_pick) {
  const ndarray a = count({3, 4});
  EXPECT_EQ(values(get_item(a, items{at({2, 0, -1})})), (longs{8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11}));
  EXPECT_EQ(values(get_item(a, items{at({0, 1, 2}), at({1, 2, 3})})), (longs{1, 6, 11}));
  EXPECT_EQ(get_item(a, items{at({0, 2}, {2, 1}), at({1, 3, 0})}).shape(), shape_t({2, 3}));
  EXPECT_EQ(values(get_item(a, items{slice{0, 2}, at({3, 0})})), (longs{3, 0, 7, 4}));
  EXPECT_EQ(values(get_item(transposed(a), items{at({1, 1})})), (longs{1, 5, 9, 1, 5, 9}));
  EXPECT_EQ(get_item(a, items{at({}, {0})}).shape(), shape_t({0, 4}));
  EXPECT_TRUE(get_item(a, items{at({1}, {}), zero}).is_scalar());
}

TEST(advanced_indexing, separated_indices_come_first) {
  const ndarray a = count({2, 3, 4});
  const ndarray i = at({0, 1, 1, 0, 1});
  EXPECT_EQ(get_item(a, items{i, slice{}, i}).shape(), shape_t({5, 3}));
  EXPECT_EQ(get_item(a, items{slice{}, i, i}).shape(), shape_t({2, 5}));
  EXPECT_EQ(get_item(a, items{zero, slice{}, i}).shape(), shape_t({5, 3}));
  EXPECT_EQ(get_item(a, items{slice{}, zero, i}).shape(), shape_t({2, 5}));
  EXPECT_EQ(get_item(a, items{slice{}, i, newaxis, i}).shape(), shape_t({5, 2, 1}));
  EXPECT_EQ(get_item(a, items{slice{}, i, ellipsis, i}).shape(), shape_t({5, 2}));
  EXPECT_EQ(values(get_item(a, items{at({0, 1}), slice{}, at({1, 2})})), (longs{1, 5, 9, 14, 18, 22}));
}

TEST(advanced_indexing, masks_pick) {
  const ndarray a = count({2, 3});
  EXPECT_EQ(values(get_item(a, items{bools({true, false, true, false, true, false}, {2, 3})})),
            (longs{0, 2, 4}));
  EXPECT_EQ(values(get_item(a, items{bools({false, true})})), (longs{3, 4, 5}));
  EXPECT_EQ(values(get_item(a, items{slice{}, bools({true, false, true})})), (longs{0, 2, 3, 5}));
  EXPECT_EQ(values(get_item(a, items{bools({true, true}), at({0, 2})})), (longs{0, 5}));
  EXPECT_EQ(get_item(a, items{bools({true}, {})}).shape(), shape_t({1, 2, 3}));
  EXPECT_EQ(get_item(a, items{bools({false}, {})}).shape(), shape_t({0, 2, 3}));
  EXPECT_EQ(values(get_item(transposed(a), items{bools({true, false, false, true, true, true}, {3, 2})})),
            (longs{0, 4, 2, 5}));
  EXPECT_EQ(text_of<index_error>([&] {
              get_item(a, items{bools({true, true, true})});
            }),
            "[getitem] boolean index did not match indexed array along axis 0; size of axis is 2 but size of "
            "corresponding boolean axis is 3");
}

TEST(advanced_indexing, errors_read_as_numpys) {
  const ndarray a = count({2, 3});
  if (test::test_device().is_cpu()) {  // on CUDA the error waits for a synchronising point
    EXPECT_THROW(get_item(a, items{at({0, 2})}), index_error);
    EXPECT_THROW(set_item(a, items{slice{}, at({-4})}, 1), index_error);
  }
  EXPECT_EQ(
      text_of<index_error>([&] {
        get_item(a, items{at({0, 1}), at({0, 1, 2})});
      }),
      "[getitem] shape mismatch: indexing arrays could not be broadcast together with shapes (2,) (3,) ");
  EXPECT_THROW(get_item(a, items{make<double>({0.5})}), index_error);
}

TEST(advanced_indexing, assigns) {
  const ndarray a = count({2, 3});
  set_item(a, items{slice{}, at({0, 2})}, at({7, 8}));
  EXPECT_EQ(values(a), (longs{7, 1, 8, 7, 4, 8}));
  set_item(a, items{at({1, 1}), at({0, 0})}, at({5, 6}));  // the last one wins
  EXPECT_EQ(values(a), (longs{7, 1, 8, 6, 4, 8}));
  set_item(a, items{bools({true, false, true, false, false, true}, {2, 3})}, 0);
  EXPECT_EQ(values(a), (longs{0, 1, 0, 6, 4, 0}));
  set_item(a, items{bools({true, true, false, false, false, true}, {2, 3})}, at({1, 2, 3}));
  EXPECT_EQ(values(a), (longs{1, 2, 0, 6, 4, 3}));
  set_item(a, items{bools({false, true})}, at({9, 8, 7}));
  EXPECT_EQ(values(a), (longs{1, 2, 0, 9, 8, 7}));
  set_item(a, items{bools({true, false})}, -1);
  EXPECT_EQ(values(a), (longs{-1, -1, -1, 9, 8, 7}));
  set_item(a, items{at({1, 0})}, a);  // rows swapped through themselves
  EXPECT_EQ(values(a), (longs{9, 8, 7, -1, -1, -1}));
  EXPECT_EQ(text_of<value_error>([&] {
              set_item(a, items{at({0, 1})}, at({1, 2}));
            }),
            "[setitem] shape mismatch: value array of shape (2,) could not be broadcast to indexing result "
            "of shape "
            "(2,3)");
  EXPECT_EQ(
      text_of<value_error>([&] {
        set_item(a, items{bools({true, true, true, false, false, false}, {2, 3})}, at({1, 2}));
      }),
      "[setitem] NumPy boolean array indexing assignment cannot assign 2 input values to the 3 output values "
      "where the mask is true");
}

TEST(advanced_indexing, takes_more_arrays_than_a_kernel) {
  const ndarray a = count({2, 2, 2, 2, 2, 2, 2, 2});
  const ndarray i = at({0, 1, -1});
  EXPECT_EQ(values(get_item(a, items{i, i, i, i, i, i, i, i})), (longs{0, 255, 255}));
  EXPECT_EQ(values(get_item(flip(a), items{i, i, i, i, i, i, i})), (longs{255, 254, 1, 0, 1, 0}));
  EXPECT_THROW(get_item(a, items{i, i, i, i, i, i, i, at({0, 0, 2})}), index_error);
}

TEST(selection, take_and_put) {
  const ndarray a = count({2, 3});
  EXPECT_EQ(values(take(a, at({5, 0}))), (longs{5, 0}));
  EXPECT_EQ(values(take(a, at({2, 0}), 1)), (longs{2, 0, 5, 3}));
  EXPECT_EQ(values(take(a, at({7, -1}), {}, "wrap")), (longs{1, 5}));
  EXPECT_EQ(values(take(a, at({7, -1}), {}, "clip")), (longs{5, 0}));
  EXPECT_TRUE(take(a, at({1}, {})).is_scalar());
  EXPECT_THROW(take(count({0}), at({0})), index_error);
  EXPECT_THROW(take(a, make<double>({0})), type_error);
  const ndarray out = at({0, 0});
  take(a, at({3, 4}), {}, "raise", out);
  EXPECT_EQ(values(out), (longs{3, 4}));
  put(transposed(a), at({1, -1, 2}), at({7, 8}));
  EXPECT_EQ(values(a), (longs{0, 7, 2, 7, 4, 8}));
}

TEST(selection, along_an_axis) {
  const ndarray a = at({3, 1, 2, 6, 5, 4}, {2, 3});
  EXPECT_EQ(values(take_along_axis(a, at({1, 2, 0, 2, 1, 0}, {2, 3}), 1)), (longs{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(values(take_along_axis(a, at({1, 0, 1}, {1, 3}), 0)), (longs{6, 1, 4}));
  EXPECT_EQ(values(compress(bools({false, true}), a, 0)), (longs{6, 5, 4}));
  EXPECT_EQ(values(compress(bools({false, true}), a, 1)), (longs{1, 5}));
  EXPECT_EQ(values(compress(bools({false, true, true}), a)), (longs{1, 2}));
}

TEST(selection, nonzero_where_clip) {
  if (test::lacks({dtype::uint8})) GTEST_SKIP() << test::left_out;
  const ndarray a = at({0, 3, 0, 4, 5, 0}, {2, 3});
  const auto places = nonzero(a);
  EXPECT_EQ(values(places[0]), (longs{0, 1, 1}));
  EXPECT_EQ(values(places[1]), (longs{1, 0, 1}));
  EXPECT_EQ(values(argwhere(a)), (longs{0, 1, 1, 0, 1, 1}));
  EXPECT_EQ(values(flatnonzero(transposed(a))), (longs{1, 2, 3}));
  EXPECT_THROW(nonzero(count({})), value_error);
  EXPECT_EQ(values(where(bools({true, false}), at({1, 2}), at({3, 4}))), (longs{1, 4}));
  EXPECT_EQ(values(where(bools({true, false}, {2, 1}), at({1, 2, 3}), 0)), (longs{1, 2, 3, 0, 0, 0}));
  EXPECT_EQ(where(bools({true}), make<float>({1}), 2.5).dtype(), dtype::float32);
  EXPECT_EQ(where(bools({true}), make<float>({1}), at({1})).dtype(), dtype::float64);
  EXPECT_EQ(where(bools({true}), 1, 2.5).item<double>(), 1);
  EXPECT_EQ(values(clip(a, 1, 4)), (longs{1, 3, 1, 4, 4, 1}));
  EXPECT_EQ(values(clip(a, std::nullopt, 2)), (longs{0, 2, 0, 2, 2, 0}));
  EXPECT_EQ(clip(iota<std::uint8_t>({3}), -1, 1000).to_vector<std::uint8_t>(),
            (std::vector<std::uint8_t>{0, 1, 2}));
}

TEST(indexing, members_of_ndarray) {
  const ndarray a = count({3, 4});
  a.assign(7, slice{0, 2}, 1);
  EXPECT_EQ(values(a(slice{}, 1)), (longs{7, 7, 9}));
  EXPECT_EQ(values(a[-1](slice{.step = 2})), (longs{8, 10}));
  a[0].assign(at({1, 2, 3, 4}));
  EXPECT_EQ(values(a(0, ellipsis)), (longs{1, 2, 3, 4}));
  EXPECT_EQ(values(a(at({2, 0}), 3)), (longs{11, 4}));
  EXPECT_EQ(text_of<index_error>([&] { a[3]; }), "[getitem] index 3 is out of bounds for axis 0 with size 3");
}

TEST(positions, grids) {
  EXPECT_EQ(values(indices({2, 2})), (longs{0, 0, 1, 1, 0, 1, 0, 1}));
  EXPECT_EQ(indices({}).shape(), shape_t({0}));
  const auto sparse = sparse_indices({2, 3});
  EXPECT_EQ(sparse[0].shape(), shape_t({2, 1}));
  EXPECT_EQ(values(sparse[1]), (longs{0, 1, 2}));
  const auto open = ix_({at({0, 2}), test::make<bool>({true, false, true})});
  EXPECT_EQ(open[0].shape(), shape_t({2, 1}));
  EXPECT_EQ(values(open[1]), (longs{0, 2}));
  EXPECT_THROW(ix_({count({2, 2})}), value_error);
}

TEST(positions, flat_and_by_axis) {
  const auto found = unravel_index(at({1, 5}), {2, 3});
  EXPECT_EQ(values(found[0]), (longs{0, 1}));
  EXPECT_EQ(values(found[1]), (longs{1, 2}));
  EXPECT_EQ(values(unravel_index(at({1, 5}), {2, 3}, order::F)[0]), (longs{1, 1}));
  EXPECT_EQ(text_of<value_error>([&] {
              unravel_index(at({0, 6}), {2, 3});
            }),
            "[unravel_index] index 6 is out of bounds for array with size 6");
  EXPECT_THROW(unravel_index(test::make<double>({1}), {2, 3}), type_error);
  EXPECT_THROW(unravel_index(at({0}), {std::int64_t{1} << 40, std::int64_t{1} << 40}), value_error);
  EXPECT_EQ(values(ravel_multi_index(found, {2, 3})), (longs{1, 5}));
  EXPECT_EQ(values(ravel_multi_index(found, {2, 3}, {"raise"}, order::F)), (longs{2, 5}));
  EXPECT_EQ(values(ravel_multi_index({at({5}), at({-7})}, {2, 3}, {"wrap", "clip"})), (longs{3}));
  EXPECT_THROW(ravel_multi_index({at({2}), at({0})}, {2, 3}), value_error);
  EXPECT_THROW(ravel_multi_index({at({0})}, {2, 3}), value_error);
}

TEST(positions, triangles_and_diagonals) {
  EXPECT_EQ(values(tril_indices(2)[0]), (longs{0, 1, 1}));
  EXPECT_EQ(values(triu_indices(2, 0, 3)[1]), (longs{0, 1, 2, 1, 2}));
  EXPECT_EQ(values(triu_indices_from(count({2, 3}), 1)[1]), (longs{1, 2, 2}));
  EXPECT_THROW(tril_indices_from(count({2})), value_error);
  EXPECT_EQ(values(diag_indices(2, 3)[2]), (longs{0, 1}));
  EXPECT_THROW(diag_indices_from(count({2, 3})), value_error);
}

TEST(choosing, by_conditions_and_numbers) {
  const ndarray a = make<std::int64_t>({0, 1, 2}), b = make<double>({5, 6, 7});
  const ndarray low = make<bool>({true, false, false}), middle = make<bool>({true, true, false});
  EXPECT_EQ(select({low, middle}, {a, b}, -1).to_vector<double>(), (std::vector<double>{0, 6, -1}));
  EXPECT_EQ(select({low}, {1}).dtype(), dtype::int64);
  EXPECT_THROW(select({a}, {b}), type_error);
  EXPECT_THROW(select({low}, {a, b}), value_error);
  EXPECT_EQ(choose(a, {10, b, 30}).to_vector<double>(), (std::vector<double>{10, 6, 30}));
  EXPECT_EQ(choose(a, {10, 20}, "wrap").to_vector<std::int64_t>(), (longs{10, 20, 10}));
  EXPECT_EQ(choose(a, {10, 20}, "clip").to_vector<std::int64_t>(), (longs{10, 20, 20}));
  EXPECT_EQ(choose(make<std::int64_t>({0, 0}), {7}).to_vector<std::int64_t>(), (longs{7, 7}));
  EXPECT_THROW(choose(a, {10, 20}), value_error);
  EXPECT_THROW(choose(b, {10, 20}), type_error);
  EXPECT_EQ(extract(middle, a).to_vector<std::int64_t>(), (longs{0, 1}));
}

TEST(choosing, replaces_where_masks_say) {
  const ndarray mask = make<bool>({true, false, true, true}, {2, 2});
  const ndarray a = iota<double>({2, 2}), b = iota<double>({2, 2});
  place(a, mask, make<double>({8, 9}));
  EXPECT_EQ(a.to_vector<double>(), (std::vector<double>{8, 1, 9, 8}));
  putmask(b, mask, make<double>({7, 8, 9}));
  EXPECT_EQ(b.to_vector<double>(), (std::vector<double>{7, 1, 9, 7}));
  EXPECT_THROW(place(a, mask, make<double>({})), value_error);
  EXPECT_THROW(putmask(a, make<bool>({true}), b), value_error);
  EXPECT_THROW(place(iota<std::int32_t>({2, 2}), mask, b), type_error);
}

TEST(choosing, puts_along_axes_and_diagonals) {
  const ndarray a = iota<std::int64_t>({2, 3});
  put_along_axis(a, make<std::int64_t>({2, 0}, {2, 1}), 9, 1);
  EXPECT_EQ(a.to_vector<std::int64_t>(), (longs{0, 1, 9, 9, 4, 5}));
  put_along_axis(a, make<std::int64_t>({1}), 8, {});
  EXPECT_EQ(a.to_vector<std::int64_t>(), (longs{0, 8, 9, 9, 4, 5}));
  EXPECT_THROW(put_along_axis(a, make<double>({1}), 8), index_error);
  EXPECT_THROW(put_along_axis(a, make<std::int64_t>({1}), 8), value_error);
  const ndarray tall = make<std::int64_t>(longs(8, 0), {4, 2}),
                plain = make<std::int64_t>(longs(8, 0), {4, 2});
  fill_diagonal(tall, make<std::int64_t>({1, 2}), true);
  EXPECT_EQ(tall.to_vector<std::int64_t>(), (longs{1, 0, 0, 2, 0, 0, 1, 0}));
  fill_diagonal(plain, make<std::int64_t>({1, 2}));
  EXPECT_EQ(plain.to_vector<std::int64_t>(), (longs{1, 0, 0, 2, 0, 0, 0, 0}));
  EXPECT_THROW(fill_diagonal(make<double>({1}), a), value_error);
  EXPECT_THROW(fill_diagonal(iota<double>({2, 2, 3}), a), value_error);
}

}  // namespace
}  // namespace numloom
