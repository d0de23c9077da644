// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <limits>

#include "core/reduction.hpp"
#include "cuda_support.hpp"

namespace numloom {
namespace {

using namespace cuda_test;

/// A reduction of a C-contiguous array over some axes, seen as [kept][reduced] by a plain loop.
struct layout {
  shape_t shape;
  dims axes;
};

reduction_plan plan_for(reduction op, dtype loop, dtype result, const layout& l, bool masked) {
  reduction_plan p;
  p.op = op;
  p.type = p.loop = loop;
  p.result = result;
  p.result2 = real_part_of(loop);
  const dims source = contiguous_strides(l.shape, itemsize(loop));
  const dims mask = contiguous_strides(l.shape, 1);
  shape_t kept;
  for (int d = 0; d < l.shape.size(); ++d)
    if (std::find(l.axes.begin(), l.axes.end(), d) == l.axes.end()) kept.push_back(l.shape[d]);
  const dims out = contiguous_strides(kept, itemsize(result));
  const dims out2 = contiguous_strides(kept, itemsize(p.result2));
  make_plan(p, l.shape, source, masked ? mask.data() : nullptr, l.axes, out.data(), out2.data(),
            op == reduction::argmin || op == reduction::argmax);
  return p;
}

/// For each output, the flat indices of the elements that it reduces, in C order.
std::vector<std::vector<std::size_t>> members(const layout& l) {
  std::int64_t outputs = 1, total = 1;
  for (int d = 0; d < l.shape.size(); ++d) {
    total *= l.shape[d];
    if (std::find(l.axes.begin(), l.axes.end(), d) == l.axes.end()) outputs *= l.shape[d];
  }
  std::vector<std::vector<std::size_t>> groups(static_cast<std::size_t>(outputs));
  for (std::int64_t flat = 0; flat < total; ++flat) {
    std::int64_t rest = flat, output = 0, weight = 1;
    for (int d = l.shape.size() - 1; d >= 0; --d) {
      const std::int64_t at = rest % l.shape[d];
      rest /= l.shape[d];
      if (std::find(l.axes.begin(), l.axes.end(), d) != l.axes.end()) continue;
      output += at * weight;
      weight *= l.shape[d];
    }
    groups[static_cast<std::size_t>(output)].push_back(static_cast<std::size_t>(flat));
  }
  return groups;
}

const std::vector<layout> layouts = {
    {{1}, {0}},         {{31}, {0}},           {{32}, {0}},
    {{33}, {0}},        {{100000}, {0}},       {{5, 7}, {0}},
    {{5, 7}, {1}},      {{300, 2}, {1}},       {{2, 300}, {0}},
    {{3000, 3}, {0}},   {{3, 3000}, {1}},      {{70, 70}, {0, 1}},
    {{9, 33, 17}, {1}}, {{9, 33, 17}, {0, 2}}, {{4, 3, 2, 5, 6}, {0, 2, 4}},
    {{1, 70000}, {1}},  {{70000, 1}, {0}},     {{40, 1000}, {1}},
    {{1000, 40}, {0}},
};

template <class T, class R, class Reference>
void check(reduction op, Reference reference, double tolerance = 0, std::int64_t seed = 1) {
  for (const layout& l : layouts) {
    const auto values = small_values<T>(size_of(l.shape), static_cast<std::uint64_t>(seed));
    const auto groups = members(l);
    const device_vector<T> source(values);
    const device_vector<R> out(groups.size());
    reduction_plan p = plan_for(op, dtype_of<T>, dtype_of<R>, l, false);
    p.source = source.data();
    p.out = out.data();
    gpu().reduce(p, queue());
    const auto r = out.read();
    for (std::size_t o = 0; o < groups.size(); ++o) {
      std::vector<T> members_of_output;
      for (const std::size_t i : groups[o]) members_of_output.push_back(values[i]);
      const auto expected = static_cast<double>(reference(members_of_output));
      ASSERT_NEAR(static_cast<double>(r[o]), expected, tolerance * (1 + std::abs(expected)))
          << "shape " << to_string(l.shape) << ", output " << o;
    }
  }
}

template <class T> std::int64_t position_of_smallest(const std::vector<T>& v) {
  return std::min_element(v.begin(), v.end()) - v.begin();
}

TEST(cuda_reduce, sums_integers_over_any_axes) {
  check<std::int32_t, std::int32_t>(reduction::sum, [](const auto& v) {
    std::int32_t s = 0;
    for (const auto x : v) s += x;
    return s;
  });
}

TEST(cuda_reduce, sums_floats_over_any_axes) {
  check<float, float>(
      reduction::sum,
      [](const auto& v) {
        double s = 0;
        for (const auto x : v) s += x;
        return s;
      },
      1e-6);
}

TEST(cuda_reduce, finds_the_largest_and_the_first_smallest) {
  check<float, float>(reduction::max, [](const auto& v) { return *std::max_element(v.begin(), v.end()); });
  check<std::int32_t, std::int64_t>(reduction::argmin, [](const auto& v) { return position_of_smallest(v); });
  check<float, std::int64_t>(reduction::argmin, [](const auto& v) { return position_of_smallest(v); });
}

TEST(cuda_reduce, counts_elements_that_are_not_zero) {
  check<std::int32_t, std::int64_t>(reduction::count_nonzero, [](const auto& v) {
    return std::count_if(v.begin(), v.end(), [](auto x) { return x != 0; });
  });
}

TEST(cuda_reduce, gives_mean_and_distances_in_one_pass) {
  for (const layout& l : layouts) {
    auto values = small_values<float>(size_of(l.shape), 5);
    for (auto& v : values) v += 1000;  // a difference of squares would lose everything
    const auto groups = members(l);
    const device_vector<float> source(values), mean(groups.size()), distances(groups.size());
    reduction_plan p = plan_for(reduction::moments, dtype::float32, dtype::float32, l, false);
    p.source = source.data();
    p.out = mean.data();
    p.out2 = distances.data();
    gpu().reduce(p, queue());
    const auto m = mean.read(), d = distances.read();
    for (std::size_t o = 0; o < groups.size(); ++o) {
      double expected = 0, squares = 0;
      for (const std::size_t i : groups[o]) expected += values[i];
      expected /= static_cast<double>(groups[o].size());
      for (const std::size_t i : groups[o]) squares += (values[i] - expected) * (values[i] - expected);
      ASSERT_NEAR(m[o], expected, 1e-3) << to_string(l.shape);
      ASSERT_NEAR(d[o], squares, 1e-4 * squares + 1e-3) << to_string(l.shape);
    }
  }
}

TEST(cuda_reduce, skips_what_the_mask_leaves_out) {
  for (const layout& l : layouts) {
    const auto values = small_values<std::int32_t>(size_of(l.shape), 6);
    std::vector<std::uint8_t> mask(values.size());
    numbers source_of_bits(7);
    for (auto& m : mask) m = source_of_bits.below(2) != 0;
    const auto groups = members(l);
    const device_vector<std::int32_t> source(values), out(groups.size());
    const device_mask device_bits(mask);
    reduction_plan p = plan_for(reduction::min, dtype::int32, dtype::int32, l, true);
    p.source = source.data();
    p.mask = device_bits.data();
    p.out = out.data();
    p.has_initial = true;
    store_scalar(scalar(20), dtype::int32, p.initial);
    gpu().reduce(p, queue());
    const auto r = out.read();
    for (std::size_t o = 0; o < groups.size(); ++o) {
      std::int32_t expected = 20;
      for (const std::size_t i : groups[o])
        if (mask[i]) expected = std::min(expected, values[i]);
      ASSERT_EQ(r[o], expected) << to_string(l.shape);
    }
  }
}

TEST(cuda_reduce, lets_nan_win_and_takes_the_first_one) {
  std::vector<float> values = small_values<float>(5000, 8);
  values[4000] = values[3000] = std::numeric_limits<float>::quiet_NaN();
  const device_vector<float> source(values), smallest(1);
  const device_vector<std::int64_t> position(1);
  const layout all{{5000}, {0}};
  reduction_plan p = plan_for(reduction::min, dtype::float32, dtype::float32, all, false);
  p.source = source.data();
  p.out = smallest.data();
  gpu().reduce(p, queue());
  EXPECT_TRUE(std::isnan(smallest.read()[0]));
  p = plan_for(reduction::argmax, dtype::float32, dtype::int64, all, false);
  p.source = source.data();
  p.out = position.data();
  gpu().reduce(p, queue());
  EXPECT_EQ(position.read()[0], 3000);
}

TEST(cuda_reduce, gives_the_identity_of_nothing) {
  const device_vector<float> source(std::size_t{1}), out(std::size_t{3});
  reduction_plan p = plan_for(reduction::sum, dtype::float32, dtype::float32, {{3, 0}, {1}}, false);
  p.source = source.data();
  p.out = out.data();
  gpu().reduce(p, queue());
  EXPECT_EQ(out.read(), (std::vector<float>{0, 0, 0}));
}

TEST(cuda_reduce, takes_more_dimensions_than_a_kernel) {
  // 20 dimensions of two, every other one reduced: nothing merges.
  layout l;
  for (int d = 0; d < 20; ++d) {
    l.shape.push_back(d < 14 ? 2 : 1);
    if (d % 2 == 0) l.axes.push_back(d);
  }
  for (int d = 0; d < 6; ++d) l.shape[d + 14] = 1 + (d & 1);
  const auto values = small_values<std::int32_t>(size_of(l.shape), 9);
  const auto groups = members(l);
  const device_vector<std::int32_t> source(values), out(groups.size());
  reduction_plan p = plan_for(reduction::sum, dtype::int32, dtype::int32, l, false);
  p.source = source.data();
  p.out = out.data();
  gpu().reduce(p, queue());
  const auto r = out.read();
  for (std::size_t o = 0; o < groups.size(); ++o) {
    std::int32_t expected = 0;
    for (const std::size_t i : groups[o]) expected += values[i];
    ASSERT_EQ(r[o], expected);
  }
}

TEST(cuda_reduce, sums_many_floats_as_well_as_a_tree) {
  const std::vector<float> values(1 << 20, 0.1f);
  const device_vector<float> source(values), out(std::size_t{1});
  reduction_plan p = plan_for(reduction::sum, dtype::float32, dtype::float32, {{1 << 20}, {0}}, false);
  p.source = source.data();
  p.out = out.data();
  gpu().reduce(p, queue());
  const double exact = static_cast<double>(0.1f) * (1 << 20);
  EXPECT_NEAR(out.read()[0], exact, exact * 2e-7);  // a serial sum is off by 1e-3
}

}  // namespace
}  // namespace numloom
