// SPDX-License-Identifier: BSD-3-Clause
// gather, scatter and bincount, at the level of a device's primitives.
#include <algorithm>
#include <complex>

#include "core/backend.hpp"
#include "numloom/error.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using doubles = std::vector<double>;
using integers = std::vector<std::int64_t>;

backend& device_backend() { return backend_of(test::test_device()); }
stream_view stream() { return current_stream(test::test_device()); }
array_ref ref(const ndarray& a) {
  return {a.data(access::read), a.dtype(), a.ndim(), a.shape().data(), a.strides().data()};
}

/// data[index along `axes`, inner axes in order]: the axes not indexed.
struct indexing {
  indexed x;
  std::int64_t inner_shape[max_dims], inner_strides[max_dims];

  indexing(const ndarray& data, const std::vector<ndarray>& index, const std::vector<int>& axes,
           index_mode mode = index_mode::raise) {
    x.data = data.data(access::read);
    x.type = data.dtype();
    x.indices = static_cast<int>(index.size());
    x.ndim = index[0].ndim();
    x.shape = index[0].shape().data();
    for (std::size_t k = 0; k < index.size(); ++k) {
      x.index[k] = index[k].data(access::read);
      x.index_type[k] = index[k].dtype();
      x.index_strides[k] = index[k].strides().data();
      x.extent[k] = data.shape(axes[k]);
      x.stride[k] = data.strides()[axes[k]];
      x.axis[k] = axes[k];
    }
    for (int d = 0; d < data.ndim(); ++d) {
      if (std::find(axes.begin(), axes.end(), d) != axes.end()) continue;
      inner_shape[x.inner_ndim] = data.shape(d);
      inner_strides[x.inner_ndim++] = data.strides()[d];
    }
    x.inner_shape = inner_shape;
    x.inner_strides = inner_strides;
    x.mode = mode;
  }
};

void gather(const ndarray& out, const indexing& i) {
  device_backend().gather(ref(out), i.x, stream());
  synchronize(test::test_device());
}
void scatter(const indexing& i, const ndarray& values, scatter_op op) {
  device_backend().scatter(i.x, ref(values), op, stream());
  synchronize(test::test_device());
}

TEST(gather, one_index_of_every_integer_dtype) {
  const ndarray data = test::iota<double>({5});
  const auto check = [&]<element T>(T) {
    const ndarray out = make<double>(doubles(3));
    gather(out, {data, {make<T>({3, 0, 4})}, {0}});
    EXPECT_EQ(out.to_vector<double>(), (doubles{3, 0, 4})) << dtype_of<T>;
  };
  check(std::int8_t{});
  check(std::uint8_t{});
  check(std::int16_t{});
  check(std::uint16_t{});
  check(std::int32_t{});
  check(std::uint32_t{});
  check(std::int64_t{});
  check(std::uint64_t{});
}

TEST(gather, rows_columns_and_pairs) {
  const ndarray data = test::iota<double>({3, 4});  // 0 .. 11
  const ndarray rows = make<double>(doubles(8), {2, 4});
  gather(rows, {data, {make<std::int64_t>({-1, 0})}, {0}});
  EXPECT_EQ(rows.to_vector<double>(), (doubles{8, 9, 10, 11, 0, 1, 2, 3}));
  const ndarray columns = make<double>(doubles(6), {2, 3});
  gather(columns, {data, {make<std::int64_t>({3, -4})}, {1}});
  EXPECT_EQ(columns.to_vector<double>(), (doubles{3, 7, 11, 0, 4, 8}));
  const ndarray pairs = make<double>(doubles(4), {2, 2});
  gather(
      pairs,
      {data, {make<std::int64_t>({0, 1, 2, 0}, {2, 2}), make<std::int64_t>({3, 2, 1, 0}, {2, 2})}, {0, 1}});
  EXPECT_EQ(pairs.to_vector<double>(), (doubles{3, 6, 9, 0}));
}

TEST(gather, views_of_everything) {
  const ndarray data = test::reversed(test::transposed(test::iota<float>({4, 3})));  // [r, c] = 11 - r - 3 c
  const ndarray index = test::transposed(make<std::int64_t>({0, 1, 2, 0, 1, 2}, {2, 3}));  // [i, j] = i
  const ndarray out = test::transposed(make<float>(std::vector<float>(24), {4, 2, 3}));
  gather(out, {data, {index}, {0}});
  std::vector<float> wanted;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 2; ++j)
      for (int c = 0; c < 4; ++c) wanted.push_back(static_cast<float>(11 - i - 3 * c));
  EXPECT_EQ(out.to_vector<float>(), wanted);
}

TEST(gather, many_positions) {
  const std::int64_t n = 200000;
  std::vector<std::int32_t> index;
  std::vector<std::int64_t> wanted;
  for (std::int64_t i = 0; i < n; ++i) {
    index.push_back(static_cast<std::int32_t>(i * 7919 % 1000 - 500));
    wanted.push_back(index.back() < 0 ? index.back() + 1000 : index.back());
  }
  const ndarray out = make<std::int64_t>(std::vector<std::int64_t>(static_cast<std::size_t>(n)));
  gather(out, {test::iota<std::int64_t>({1000}), {make<std::int32_t>(index)}, {0}});
  EXPECT_EQ(out.to_vector<std::int64_t>(), wanted);
}

TEST(gather, wrap_and_clip) {
  const ndarray data = test::iota<double>({5}), index = make<std::int64_t>({-6, -1, 2, 5, 12});
  const ndarray out = make<double>(doubles(5));
  gather(out, {data, {index}, {0}, index_mode::wrap});
  EXPECT_EQ(out.to_vector<double>(), (doubles{4, 4, 2, 0, 2}));
  gather(out, {data, {index}, {0}, index_mode::clip});
  EXPECT_EQ(out.to_vector<double>(), (doubles{0, 0, 2, 4, 4}));
}

TEST(scatter, the_last_of_repeated_indices_wins) {
  const ndarray data = make<std::int32_t>({0, 0, 0, 0});
  scatter({data, {make<std::int64_t>({1, 3, 1, -1})}, {0}}, make<std::int32_t>({5, 6, 7, 8}),
          scatter_op::assign);
  EXPECT_EQ(data.to_vector<std::int32_t>(), (std::vector<std::int32_t>{0, 7, 0, 8}));
}

template <element T> std::vector<T> scattered(scatter_op op, std::vector<T> values) {
  const ndarray data = make<T>({T(2), T(2), T(2)});
  scatter({data, {make<std::int64_t>({0, 2, 0})}, {0}}, make<T>(values), op);
  return data.to_vector<T>();
}

TEST(scatter, operations_on_repeated_indices) {
  if (test::lacks({dtype::int8, dtype::complex128})) GTEST_SKIP() << test::left_out;
  using bytes = std::vector<std::int8_t>;
  EXPECT_EQ(scattered<std::int8_t>(scatter_op::add, {100, 1, 100}), (bytes{-54, 2, 3}));  // wraps
  EXPECT_EQ(scattered<std::int8_t>(scatter_op::subtract, {1, 1, 2}), (bytes{-1, 2, 1}));
  EXPECT_EQ(scattered<std::int8_t>(scatter_op::multiply, {3, 0, 5}), (bytes{30, 2, 0}));
  EXPECT_EQ(scattered<std::int8_t>(scatter_op::maximum, {1, 9, 7}), (bytes{7, 2, 9}));
  EXPECT_EQ(scattered<std::int8_t>(scatter_op::minimum, {1, 9, -7}), (bytes{-7, 2, 2}));
  EXPECT_EQ(scattered<double>(scatter_op::add, {0.5, 1, 0.25}), (doubles{2.75, 2, 3}));
  EXPECT_EQ(scattered<std::complex<double>>(scatter_op::multiply, {{0, 1}, {1, 0}, {0, 1}}),
            (std::vector<std::complex<double>>{{-2, 0}, {2, 0}, {2, 0}}));
  EXPECT_TRUE(std::isnan(scattered<double>(scatter_op::maximum, {1, 1, NAN})[0]));
  EXPECT_TRUE(std::isnan(scattered<double>(scatter_op::minimum, {NAN, 1, 1})[0]));
}

TEST(scatter, many_positions) {
  const std::int64_t n = 300000, bins = 977;
  std::vector<std::int64_t> index, wanted(static_cast<std::size_t>(bins)),
      last(static_cast<std::size_t>(bins), -1);
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < n; ++i) {
    index.push_back(i * i % bins);
    values.push_back(i);
    wanted[static_cast<std::size_t>(index.back())] += i;
    last[static_cast<std::size_t>(index.back())] = i;
  }
  const ndarray sums = make<std::int64_t>(integers(static_cast<std::size_t>(bins)));
  scatter({sums, {make<std::int64_t>(index)}, {0}}, make<std::int64_t>(values), scatter_op::add);
  EXPECT_EQ(sums.to_vector<std::int64_t>(), wanted);
  const ndarray assigned = make<std::int64_t>(integers(static_cast<std::size_t>(bins), -1));
  scatter({assigned, {make<std::int64_t>(index)}, {0}}, make<std::int64_t>(values), scatter_op::assign);
  EXPECT_EQ(assigned.to_vector<std::int64_t>(), last);
}

TEST(index, out_of_bounds_raises_before_anything_is_written) {
  const ndarray data = make<double>(doubles(12), {3, 4});
  try {
    scatter({data, {make<std::int64_t>({1, 7})}, {0}}, make<double>(doubles(8, 1.0), {2, 4}),
            scatter_op::assign);
    FAIL() << "expected index_error";
  } catch (const index_error& e) {
    EXPECT_NE(std::string(e.what()).find("index 7 is out of bounds for axis 0 with size 3"),
              std::string::npos)
        << e.what();
  }
  EXPECT_EQ(data.to_vector<double>(), doubles(12));
  const ndarray out = make<double>(doubles(3));
  EXPECT_THROW(gather(out, {data, {make<std::int64_t>({-5})}, {1}}), index_error);
}

TEST(bincount, counts_and_weights) {
  const ndarray values = make<std::int64_t>({1, 3, 1, 0, 3, 3});
  const ndarray counts = make<std::int64_t>({9, 9, 9, 9, 9}), sums = make<double>(doubles(5, 9));
  const ndarray weights = make<double>({0.5, 1, 2, 3, 4, 5});
  const auto* v = static_cast<const std::int64_t*>(values.data(access::read));
  device_backend().bincount(counts.data(access::write), dtype::int64, 5, v, nullptr, 6, stream());
  EXPECT_EQ(counts.to_vector<std::int64_t>(), (integers{1, 2, 0, 3, 0}));
  device_backend().bincount(sums.data(access::write), dtype::float64, 5, v,
                            static_cast<const double*>(weights.data(access::read)), 6, stream());
  EXPECT_EQ(sums.to_vector<double>(), (doubles{3, 2.5, 0, 10, 0}));
}

TEST(bincount, many_values) {
  integers values, wanted(300);
  for (std::int64_t i = 0; i < 500000; ++i)
    ++wanted[static_cast<std::size_t>(values.emplace_back(i * i % 300))];
  const ndarray counts = make<std::int64_t>(integers(300));
  device_backend().bincount(counts.data(access::write), dtype::int64, 300,
                            static_cast<const std::int64_t*>(make<std::int64_t>(values).data(access::read)),
                            nullptr, 500000, stream());
  EXPECT_EQ(counts.to_vector<std::int64_t>(), wanted);
}

}  // namespace
}  // namespace numloom
