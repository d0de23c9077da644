// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>

#include "cuda_support.hpp"

namespace numloom {
namespace {

using namespace cuda_test;

const std::vector<std::pair<shape_t, int>> cases = {
    {{1}, 0},      {{33}, 0},        {{2047}, 0},      {{2049}, 0},    {{70000}, 0},
    {{700000}, 0}, {{5, 100}, 1},    {{100, 5}, 0},    {{3, 5000}, 1}, {{5000, 3}, 0},
    {{40, 3}, 1},  {{4, 300, 7}, 1}, {{2, 70, 70}, 0}, {{3, 0, 2}, 0},
};

// Walks along the axis of a C-contiguous array.
template <class T, class F> void for_each_line(const shape_t& shape, int axis, F&& f) {
  std::int64_t inner = 1, outer = 1;
  for (int d = 0; d < shape.size(); ++d) (d < axis ? outer : inner) *= d == axis ? 1 : shape[d];
  for (std::int64_t o = 0; o < outer; ++o)
    for (std::int64_t i = 0; i < inner; ++i) f(o * shape[axis] * inner + i, inner);
}

template <class T, class Source> void check(scan_op op, double tolerance = 0) {
  for (const auto& [shape, axis] : cases) {
    if (test::slowed() && size_of(shape) > 100000) continue;
    const auto values = small_values<Source>(size_of(shape), 3);
    const device_vector<Source> source(values);
    const device_vector<T> out(values.size());
    const dims source_strides = contiguous_strides(shape, sizeof(Source)),
               strides = contiguous_strides(shape, sizeof(T));
    gpu().scan(op, {out.data(), dtype_of<T>, shape.size(), shape.data(), strides.data()},
               {source.data(), dtype_of<Source>, shape.size(), shape.data(), source_strides.data()}, axis,
               queue());
    const auto r = out.read();
    for_each_line<T>(shape, axis, [&](std::int64_t first, std::int64_t step) {
      double expected = 0;
      for (std::int64_t i = 0; i < shape[axis]; ++i) {
        const auto at = static_cast<std::size_t>(first + i * step);
        const auto x = static_cast<double>(values[at]);
        if (op == scan_op::sum) expected += x;
        if (op == scan_op::max) expected = i == 0 ? x : std::max(expected, x);
        if (op == scan_op::min) expected = i == 0 ? x : std::min(expected, x);
        ASSERT_NEAR(static_cast<double>(r[at]), expected, tolerance * (1 + std::abs(expected)))
            << to_string(shape) << " axis " << axis << " at " << i;
      }
    });
  }
}

TEST(cuda_scan, sums_along_any_axis) { check<std::int64_t, std::int32_t>(scan_op::sum); }
TEST(cuda_scan, sums_floats) { check<float, float>(scan_op::sum, 1e-5); }
TEST(cuda_scan, keeps_the_largest_and_the_smallest) {
  check<float, float>(scan_op::max);
  check<std::int32_t, std::int32_t>(scan_op::min);
}

TEST(cuda_scan, works_in_place) {
  std::vector<std::int32_t> values(10000, 1);
  const device_vector<std::int32_t> data(values);
  const std::int64_t n = 10000, step = 4;
  const array_ref a{data.data(), dtype::int32, 1, &n, &step};
  gpu().scan(scan_op::sum, a, a, 0, queue());
  const auto r = data.read();
  for (std::int32_t i = 0; i < 10000; ++i) ASSERT_EQ(r[static_cast<std::size_t>(i)], i + 1);
}

TEST(cuda_select, finds_counts_and_compresses) {
  for (const std::int64_t n : lengths) {
    numbers source(static_cast<std::uint64_t>(n) + 5);
    std::vector<std::uint8_t> mask(static_cast<std::size_t>(n));
    for (auto& m : mask) m = source.below(4) == 0;
    const auto values = small_values<std::int32_t>(3 * n, 4);
    std::vector<std::int64_t> positions;
    std::vector<std::int32_t> blocks;
    for (std::int64_t i = 0; i < n; ++i) {
      if (!mask[static_cast<std::size_t>(i)]) continue;
      positions.push_back(i);
      for (std::int64_t k = 0; k < 3; ++k) blocks.push_back(values[static_cast<std::size_t>(3 * i + k)]);
    }
    const device_mask flags(mask);
    const device_vector<std::int32_t> data(values), out(blocks.size());
    const device_vector<std::int64_t> found(positions.size());
    const std::int64_t step = 1, count = static_cast<std::int64_t>(positions.size());
    ASSERT_EQ(gpu().count_true({flags.data(), dtype::bool_, 1, &n, &step}, queue()), count) << n;
    gpu().flat_nonzero(found.data(), flags.data(), n, count, queue());
    ASSERT_EQ(found.read(), positions) << n;
    gpu().compress(out.data(), data.data(), flags.data(), n, 12, count, queue());
    ASSERT_EQ(out.read(), blocks) << n;
  }
}

}  // namespace
}  // namespace numloom
