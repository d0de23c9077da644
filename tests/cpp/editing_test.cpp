// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/editing.hpp"

#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using test::values;
using doubles = std::vector<double>;
using longs = std::vector<std::int64_t>;

ndarray rows() { return make<double>({1, 2, 3, 4}, {2, 2}); }

TEST(editing, appends_and_repeats) {
  EXPECT_EQ(values(append(rows(), make<double>({5}))), (doubles{1, 2, 3, 4, 5}));
  EXPECT_EQ(append(rows(), rows(), 0).shape(), shape_t({4, 2}));
  EXPECT_EQ(values(resize(make<double>({1, 2}), {2, 3})), (doubles{1, 2, 1, 2, 1, 2}));
  EXPECT_EQ(values(resize(rows(), {3})), (doubles{1, 2, 3}));
  EXPECT_EQ(values(resize(make<double>({}), {2})), (doubles{0, 0}));
  EXPECT_THROW(resize(rows(), {-1}), value_error);
}

TEST(editing, inserts) {
  const ndarray a = make<double>({1, 2, 3});
  EXPECT_EQ(values(insert(a, 1, 9)), (doubles{1, 9, 2, 3}));
  EXPECT_EQ(values(insert(a, -1, make<double>({8, 9}))), (doubles{1, 2, 8, 9, 3}));
  EXPECT_EQ(values(insert(a, make<std::int64_t>({0, 3, 0}), make<double>({7, 8, 9}))),
            (doubles{7, 9, 1, 2, 3, 8}));
  EXPECT_EQ(values(insert(a, slice{.step = 2}, 0)), (doubles{0, 1, 2, 0, 3}));
  EXPECT_EQ(values(insert(a, make<bool>({false, true, true}), 0)), (doubles{1, 0, 2, 0, 3}));
  EXPECT_EQ(values(insert(rows(), 1, make<double>({8, 9}), 1)), (doubles{1, 8, 2, 3, 9, 4}));
  EXPECT_EQ(values(insert(rows(), make<std::int64_t>({0, 2}), 0, 0)), (doubles{0, 0, 1, 2, 3, 4, 0, 0}));
  EXPECT_THROW(insert(a, 4, 0), index_error);
  EXPECT_THROW(insert(a, make<std::int64_t>({0, 4}), 0), index_error);
  EXPECT_THROW(insert(a, make<double>({0, 1}), 0), index_error);
  EXPECT_THROW(insert(a, newaxis, 0), type_error);
}

TEST(editing, deletes) {
  const ndarray a = make<double>({1, 2, 3, 4});
  EXPECT_EQ(values(delete_(a, -1)), (doubles{1, 2, 3}));
  EXPECT_EQ(values(delete_(a, make<std::int64_t>({0, -1, 0}))), (doubles{2, 3}));
  EXPECT_EQ(values(delete_(a, slice{.start = 1, .stop = 3})), (doubles{1, 4}));
  EXPECT_EQ(values(delete_(a, make<bool>({true, false, false, true}))), (doubles{2, 3}));
  EXPECT_EQ(values(delete_(rows(), 0, 1)), (doubles{2, 4}));
  EXPECT_EQ(values(delete_(rows(), 0)), (doubles{2, 3, 4}));
  EXPECT_THROW(delete_(a, 4), index_error);
  EXPECT_THROW(delete_(a, make<bool>({true})), value_error);
}

TEST(editing, trims_zeros) {
  const ndarray a = make<double>({0, 0, 1, 0, 2, 0});
  EXPECT_EQ(values(trim_zeros(a)), (doubles{1, 0, 2}));
  EXPECT_EQ(values(trim_zeros(a, "f")), (doubles{1, 0, 2, 0}));
  EXPECT_EQ(trim_zeros(a).bytes(), a.bytes());
  EXPECT_EQ(trim_zeros(make<double>({0, 0})).size(), 0);
  const ndarray m = make<double>({0, 0, 0, 3}, {2, 2});
  EXPECT_EQ(trim_zeros(m).shape(), shape_t({1, 1}));
  EXPECT_EQ(trim_zeros(m, "fb", 0).shape(), shape_t({1, 2}));
  EXPECT_THROW(trim_zeros(a, "x"), value_error);
}

}  // namespace
}  // namespace numloom
