// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cstring>

#include "cuda_support.hpp"

namespace numloom {
namespace {

using namespace cuda_test;

/// Picks rows (or, with rows of one element, elements) of a C-contiguous matrix by one index array.
struct row_picker {
  std::int64_t count, rows, columns;
  std::int64_t index_step = 8, row_step, column_step;
  indexed description;
  row_picker(void* data, dtype type, const device_vector<std::int64_t>& index, std::int64_t row_count,
             std::int64_t column_count)
      : count(static_cast<std::int64_t>(index.size())), rows(row_count), columns(column_count) {
    column_step = itemsize(type);
    row_step = columns * column_step;
    description.data = data;
    description.type = type;
    description.indices = 1;
    description.ndim = 1;
    description.shape = &count;
    description.index[0] = index.data();
    description.index_type[0] = dtype::int64;
    description.index_strides[0] = &index_step;
    description.extent[0] = rows;
    description.stride[0] = row_step;
    description.axis[0] = 0;
    description.inner_ndim = 1;
    description.inner_shape = &columns;
    description.inner_strides = &column_step;
    description.operation = "take";
  }
};

std::vector<std::int64_t> random_indices(std::int64_t n, std::int64_t extent, bool negative) {
  numbers source(static_cast<std::uint64_t>(n * 31 + extent));
  std::vector<std::int64_t> index(static_cast<std::size_t>(n));
  for (auto& i : index) i = source.below(negative ? 2 * extent : extent) - (negative ? extent : 0);
  return index;
}
std::size_t wrapped(std::int64_t i, std::int64_t extent) {
  return static_cast<std::size_t>(i < 0 ? i + extent : i);
}

TEST(cuda_index, gathers_rows) {
  for (const std::int64_t columns : {1, 3, 4, 33})
    for (const std::int64_t n : lengths) {
      const std::int64_t rows = 50;
      const auto values = small_values<float>(rows * columns, 1);
      const auto index = random_indices(n, rows, true);
      const device_vector<float> data(values), out(static_cast<std::size_t>(n * columns));
      const device_vector<std::int64_t> device_index(index);
      const row_picker pick(data.data(), dtype::float32, device_index, rows, columns);
      const std::int64_t shape[] = {n, columns}, strides[] = {4 * columns, 4};
      gpu().gather({out.data(), dtype::float32, 2, shape, strides}, pick.description, queue());
      const auto r = out.read();
      for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < columns; ++j)
          ASSERT_EQ(
              r[static_cast<std::size_t>(i * columns + j)],
              values[wrapped(index[static_cast<std::size_t>(i)], rows) * static_cast<std::size_t>(columns) +
                     static_cast<std::size_t>(j)]);
    }
}

TEST(cuda_index, names_the_index_that_is_out_of_bounds) {
  const auto values = small_values<float>(10, 1);
  const device_vector<float> data(values), out(std::size_t{3});
  const device_vector<std::int64_t> index(std::vector<std::int64_t>{1, 12, 2});
  row_picker pick(data.data(), dtype::float32, index, 10, 1);
  const std::int64_t shape[] = {3, 1}, strides[] = {4, 4};
  const array_ref result{out.data(), dtype::float32, 2, shape, strides};
  gpu().gather(result, pick.description, queue());
  try {
    out.read();
    FAIL() << "expected index_error";
  } catch (const index_error& e) {
    const std::string text = e.what();
    for (const char* part : {"take", "12", "axis 0", "size 10"})
      EXPECT_NE(text.find(part), std::string::npos) << text;
  }
  EXPECT_NO_THROW(gpu().synchronize(queue()));  // it is reported once
  pick.description.mode = index_mode::clip;
  gpu().gather(result, pick.description, queue());
  EXPECT_EQ(out.read()[1], values[9]);
  pick.description.mode = index_mode::wrap;
  gpu().gather(result, pick.description, queue());
  EXPECT_EQ(out.read()[1], values[2]);
}

TEST(cuda_index, writes_nothing_when_an_index_is_out_of_bounds) {
  const device_vector<float> target(std::vector<float>(10, 0.0f)), values(std::vector<float>(300, 1.0f));
  std::vector<std::int64_t> places(300, 4);
  places[250] = -11;
  const device_vector<std::int64_t> index(places);
  const row_picker pick(target.data(), dtype::float32, index, 10, 1);
  const std::int64_t shape[] = {300, 1}, strides[] = {4, 4};
  for (const scatter_op op : {scatter_op::assign, scatter_op::add}) {
    gpu().scatter(pick.description, {values.data(), dtype::float32, 2, shape, strides}, op, queue());
    EXPECT_THROW(gpu().synchronize(queue()), index_error);
    EXPECT_EQ(target.read(), std::vector<float>(10, 0.0f));
  }
}

TEST(cuda_index, the_last_of_repeated_indices_wins) {
  for (const std::int64_t columns : {1, 5})
    for (const std::int64_t n : {1, 100, 5000}) {
      const std::int64_t rows = 37;
      auto expected = small_values<float>(rows * columns, 2);
      const auto values = small_values<float>(n * columns, 3);
      const auto index = random_indices(n, rows, true);
      const device_vector<float> target(expected), dense(values);
      const device_vector<std::int64_t> device_index(index);
      const row_picker pick(target.data(), dtype::float32, device_index, rows, columns);
      const std::int64_t shape[] = {n, columns}, strides[] = {4 * columns, 4};
      gpu().scatter(pick.description, {dense.data(), dtype::float32, 2, shape, strides}, scatter_op::assign,
                    queue());
      for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < columns; ++j)
          expected[wrapped(index[static_cast<std::size_t>(i)], rows) * static_cast<std::size_t>(columns) +
                   static_cast<std::size_t>(j)] = values[static_cast<std::size_t>(i * columns + j)];
      ASSERT_EQ(target.read(), expected) << n;
    }
}

template <class T> class cuda_scatter : public testing::Test {};
using scatter_types = testing::Types<std::uint8_t, std::int16_t, std::int32_t, std::int64_t, float, double>;
TYPED_TEST_SUITE(cuda_scatter, scatter_types);

TYPED_TEST(cuda_scatter, updates_repeated_indices_once_for_each) {
  using T = TypeParam;
  if (!in_this_build<T>) GTEST_SKIP() << test::left_out;
  const std::int64_t n = 3000, rows = 21;
  const auto values = small_values<T>(n, 4);
  const auto index = random_indices(n, rows, false);
  for (const scatter_op op :
       {scatter_op::add, scatter_op::subtract, scatter_op::maximum, scatter_op::minimum}) {
    std::vector<T> expected(static_cast<std::size_t>(rows), T(7));
    const device_vector<T> target(expected), dense(values);
    const device_vector<std::int64_t> device_index(index);
    const row_picker pick(target.data(), dtype_of<T>, device_index, rows, 1);
    const std::int64_t shape[] = {n, 1}, strides[] = {sizeof(T), sizeof(T)};
    gpu().scatter(pick.description, {dense.data(), dtype_of<T>, 2, shape, strides}, op, queue());
    for (std::size_t i = 0; i < values.size(); ++i) {
      T& at = expected[static_cast<std::size_t>(index[i])];
      if (op == scatter_op::add) at = static_cast<T>(at + values[i]);
      if (op == scatter_op::subtract) at = static_cast<T>(at - values[i]);
      if (op == scatter_op::maximum) at = std::max(at, values[i]);
      if (op == scatter_op::minimum) at = std::min(at, values[i]);
    }
    ASSERT_EQ(target.read(), expected);
  }
}

TEST(cuda_scatter_complex, adds_and_multiplies_wide_elements) {
  using complex = std::complex<double>;
  if (!in_this_build<complex>) GTEST_SKIP() << test::left_out;
  const std::int64_t n = 300;
  std::vector<complex> values(n, complex(0, 1)), start(2, complex(1, 0));
  std::vector<std::int64_t> index(n, 1);
  const device_vector<complex> target(start), dense(values);
  const device_vector<std::int64_t> device_index(index);
  const row_picker pick(target.data(), dtype::complex128, device_index, 2, 1);
  const std::int64_t shape[] = {n, 1}, strides[] = {16, 16};
  const array_ref operand{dense.data(), dtype::complex128, 2, shape, strides};
  gpu().scatter(pick.description, operand, scatter_op::add, queue());
  EXPECT_EQ(target.read()[1], complex(1, 300));
  gpu().scatter(pick.description, operand, scatter_op::multiply, queue());  // i**300 == 1
  EXPECT_EQ(target.read()[1], complex(1, 300));
}

TEST(cuda_index, counts_into_few_and_into_many_bins) {
  for (const std::int64_t bins : {1, 10, 5000}) {
    const std::int64_t n = 10000;
    const auto values = random_indices(n, bins, false);
    std::vector<std::int64_t> expected(static_cast<std::size_t>(bins), 0);
    std::vector<double> weights(static_cast<std::size_t>(n)), sums(static_cast<std::size_t>(bins), 0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] = static_cast<double>(i % 8);
      ++expected[static_cast<std::size_t>(values[i])];
      sums[static_cast<std::size_t>(values[i])] += weights[i];
    }
    const device_vector<std::int64_t> data(values), counts(expected.size());
    const device_vector<double> device_weights(weights), device_sums(sums.size());
    gpu().bincount(counts.data(), dtype::int64, bins, data.data(), nullptr, n, queue());
    gpu().bincount(device_sums.data(), dtype::float64, bins, data.data(), device_weights.data(), n, queue());
    EXPECT_EQ(counts.read(), expected);
    EXPECT_EQ(device_sums.read(), sums);  // whole numbers: exact in any order
  }
}

}  // namespace
}  // namespace numloom
