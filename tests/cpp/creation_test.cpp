// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/creation.hpp"

#include <complex>

#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using test::test_device;
using doubles = std::vector<double>;
using longs = std::vector<std::int64_t>;

creation_options here() { return {.device = test_device()}; }
creation_options of(dtype t) { return {.dtype = t, .device = test_device()}; }

TEST(creation, fills_with_zeros_ones_and_values) {
  EXPECT_EQ(zeros({2, 2}, here()).to_vector<double>(), doubles(4, 0));
  EXPECT_EQ(ones({3}, of(dtype::complex64)).to_vector<std::complex<float>>(),
            (std::vector<std::complex<float>>{1, 1, 1}));
  EXPECT_EQ(full({2}, 7, here()).dtype(), dtype::int64);
  EXPECT_EQ(full({2}, 2.5, of(dtype::int8)).to_vector<std::int8_t>(), (std::vector<std::int8_t>{2, 2}));
  EXPECT_EQ(full({2, 2}, make<float>({1, 2}), here()).to_vector<float>(), (std::vector<float>{1, 2, 1, 2}));
  EXPECT_THROW(full({2}, 300, of(dtype::uint8)), overflow_error);
  EXPECT_EQ(zeros({0, 5}, here()).size(), 0);
}

TEST(creation, like_keeps_the_layout) {
  const ndarray f = zeros({2, 3}, {.device = test_device(), .order = order::F});
  EXPECT_TRUE(f.is_f_contiguous());
  EXPECT_EQ(ones_like(f).strides(), f.strides());
  EXPECT_TRUE(ones_like(f, {.order = order::C}).is_c_contiguous());
  EXPECT_EQ(full_like(f, 3, {.dtype = dtype::int16}).to_vector<std::int16_t>(),
            std::vector<std::int16_t>(6, 3));
  EXPECT_EQ(zeros_like(f, {.shape = shape_t{4}}).shape(), shape_t{4});
}

TEST(creation, arange_counts_as_numpy_does) {
  EXPECT_EQ(arange(3, 10, 3, here()).to_vector<std::int64_t>(), (longs{3, 6, 9}));
  EXPECT_EQ(arange(5, 0, -2, here()).to_vector<std::int64_t>(), (longs{5, 3, 1}));
  EXPECT_EQ(arange(0, 0, 1, here()).size(), 0);
  EXPECT_EQ(arange(3, 0, 1, here()).size(), 0);
  EXPECT_EQ(arange(0, 1, 0.25, here()).to_vector<double>(), (doubles{0, 0.25, 0.5, 0.75}));
  // NumPy multiplies by the difference of the first two elements as they are stored.
  const doubles tenths = arange(0.1, 1.0, 0.1, here()).to_vector<double>();
  ASSERT_EQ(tenths.size(), 9u);
  EXPECT_EQ(tenths[2], 0.30000000000000004);
  EXPECT_EQ(tenths[7], 0.8);
  EXPECT_EQ(arange(0, 3, 1, of(dtype::uint8)).dtype(), dtype::uint8);
  EXPECT_EQ(arange(0, 2, 1, of(dtype::bool_)).to_vector<bool>(), (std::vector<bool>{false, true}));
  EXPECT_THROW(arange(0, 3, 1, of(dtype::bool_)), type_error);
}

TEST(creation, linspace_ends_where_asked) {
  const linspace_options five{.num = 5, .device = test_device()};
  EXPECT_EQ(linspace(0, 1, five).to_vector<double>(), (doubles{0, 0.25, 0.5, 0.75, 1}));
  EXPECT_EQ(linspace(2, 3, {.num = 4, .endpoint = false, .device = test_device()}).to_vector<double>(),
            (doubles{2, 2.25, 2.5, 2.75}));
  EXPECT_EQ(
      linspace(0, -1.5, {.num = 4, .dtype = dtype::int32, .device = test_device()}).to_vector<std::int32_t>(),
      (std::vector<std::int32_t>{0, -1, -1, -2}));
  EXPECT_EQ(linspace(3, 9, {.num = 1, .device = test_device()}).to_vector<double>(), doubles{3});
  EXPECT_EQ(linspace(3, 9, {.num = 0, .device = test_device()}).size(), 0);
  EXPECT_THROW(linspace(0, 1, {.num = -1}), value_error);
}

TEST(creation, eye_and_meshgrid) {
  EXPECT_EQ(eye(2, 3, 1, here()).to_vector<double>(), (doubles{0, 1, 0, 0, 0, 1}));
  EXPECT_EQ(eye(3, 2, -1, here()).to_vector<double>(), (doubles{0, 0, 1, 0, 0, 1}));
  EXPECT_EQ(eye(2, 2, 5, here()).to_vector<double>(), doubles(4, 0));
  EXPECT_EQ(identity(2, of(dtype::bool_)).to_vector<bool>(), (std::vector<bool>{true, false, false, true}));
  const auto grid = meshgrid({make<double>({1, 2, 3}), make<double>({4, 5})});
  EXPECT_EQ(grid[0].shape(), shape_t({2, 3}));
  EXPECT_EQ(grid[0].to_vector<double>(), (doubles{1, 2, 3, 1, 2, 3}));
  EXPECT_EQ(grid[1].to_vector<double>(), (doubles{4, 4, 4, 5, 5, 5}));
  const auto sparse = meshgrid({make<double>({1, 2, 3}), make<double>({4, 5})}, indexing::ij, true);
  EXPECT_EQ(sparse[0].shape(), shape_t({3, 1}));
  EXPECT_EQ(sparse[1].shape(), shape_t({1, 2}));
}

TEST(creation, sequences_between_arrays) {
  const ndarray from = make<double>({0, 10}), to = make<double>({4, 30});
  const ndarray rows = linspace(from, to, {.num = 3});
  EXPECT_EQ(rows.shape(), shape_t({3, 2}));
  EXPECT_EQ(rows.to_vector<double>(), (doubles{0, 10, 2, 20, 4, 30}));
  EXPECT_EQ(linspace(from, to, {.num = 2, .endpoint = false, .axis = 1}).to_vector<double>(),
            (doubles{0, 2, 10, 20}));
  EXPECT_EQ(linspace(from, to, {.num = 0}).shape(), shape_t({0, 2}));
  if (!test::lacks({dtype::int8})) {
    const ndarray low = make<std::int8_t>({-100}), high = make<std::int8_t>({100});
    EXPECT_EQ(linspace(low, high, {.num = 3}).to_vector<double>(), (doubles{-100, 0, 100}));
  }
}

TEST(creation, powers_evenly_spaced) {
  const linspace_options four{.num = 4, .device = test_device()};
  EXPECT_EQ(logspace(0, 3, four, 2).to_vector<double>(), (doubles{1, 2, 4, 8}));
  const ndarray bases = make<double>({2, 3});
  EXPECT_EQ(logspace(0, 2, {.num = 3, .device = test_device()}, bases).shape(), shape_t({3, 2}));
  const doubles found = geomspace(-1, -1000, four).to_vector<double>();
  EXPECT_EQ(found.front(), -1);
  EXPECT_NEAR(found[1], -10, 1e-13);
  EXPECT_EQ(found.back(), -1000);
  EXPECT_THROW(geomspace(0, 1), value_error);
}

TEST(creation, diagonals_triangles_and_powers) {
  const ndarray a = make<double>({1, 2, 3, 4}, {2, 2});
  EXPECT_EQ(diag(a).to_vector<double>(), (doubles{1, 4}));
  EXPECT_TRUE(may_share_memory(diag(a), a));
  EXPECT_EQ(diag(make<double>({5, 6}), 1).to_vector<double>(), (doubles{0, 5, 0, 0, 0, 6, 0, 0, 0}));
  EXPECT_THROW(diag(make<double>({1}, {1, 1, 1})), value_error);
  EXPECT_EQ(diagflat(a, -1).shape(), shape_t({5, 5}));
  EXPECT_EQ(tri(2, 3, 1).to_vector<double>(), (doubles{1, 1, 0, 1, 1, 1}));
  const ndarray x = make<double>({2, 3});
  EXPECT_EQ(vander(x, 3).to_vector<double>(), (doubles{4, 2, 1, 9, 3, 1}));
  EXPECT_EQ(vander(x, 3, true).to_vector<double>(), (doubles{1, 2, 4, 1, 3, 9}));
  EXPECT_EQ(vander(x, 0).shape(), shape_t({2, 0}));
  EXPECT_THROW(vander(a), value_error);
}

TEST(creation, triangles) {
  const ndarray a = make<double>({1, 2, 3, 4}, {2, 2});
  EXPECT_EQ(tril(a).to_vector<double>(), (std::vector<double>{1, 0, 3, 4}));
  EXPECT_EQ(triu(a, 1).to_vector<double>(), (std::vector<double>{0, 2, 0, 0}));
  EXPECT_EQ(tril(make<double>({1, 2})).to_vector<double>(), (std::vector<double>{1, 0, 1, 2}));
  EXPECT_EQ(triu(make<bool>({true, true}, {2, 1})).dtype(), dtype::bool_);
  EXPECT_THROW(tril(make<double>({1}, {})), type_error);
}

}  // namespace
}  // namespace numloom
