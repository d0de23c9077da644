// SPDX-License-Identifier: BSD-3-Clause
// The CPU's reductions and scans: shapes that take each way through the code, accuracy, and independence from
// the number of threads.
#include <cmath>
#include <random>

#include "core/backend.hpp"
#include "cpu/threads.hpp"
#include "numloom/reductions.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::on_cpu::make;

const shape_t shapes[] = {{1},          {2},         {100},        {8193},          {200000},
                          {2, 90000},   {90000, 2},  {70000, 3},   {3, 70000},      {300, 200},
                          {20, 30, 40}, {40, 3, 50}, {3000, 3, 3}, {5, 4, 3, 2, 6}, {129, 200},
                          {30000, 1},   {40000, 5}};

// Calls f(shape, axes) for all subsets of the axes.
template <class F> void for_all_axes(F f) {
  for (const shape_t& shape : shapes)
    for (int subset = 0; subset < 1 << shape.size(); ++subset) {
      std::vector<int> axes;
      for (int d = 0; d < shape.size(); ++d)
        if (subset >> d & 1) axes.push_back(d);
      f(shape, axes);
    }
}

// The output position of each element, in C order.
std::vector<std::size_t> targets(const shape_t& shape, const std::vector<int>& axes) {
  std::vector<std::size_t> result(static_cast<std::size_t>(size_of(shape)));
  for (std::size_t i = 0; i < result.size(); ++i) {
    std::size_t rest = i, step = 1, at = 0;
    for (int d = shape.size() - 1; d >= 0; --d) {
      const auto extent = static_cast<std::size_t>(shape[d]);
      if (std::find(axes.begin(), axes.end(), d) == axes.end()) {
        at += rest % extent * step;
        step *= extent;
      }
      rest /= extent;
    }
    result[i] = at;
  }
  return result;
}

template <class T> std::vector<T> random_values(std::int64_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<T> values(static_cast<std::size_t>(n));
  for (T& x : values) x = static_cast<T>(static_cast<double>(random() % 2001) - 1000);
  return values;
}

TEST(cpu_reduce, sums_of_integers_over_all_axes) {
  for_all_axes([](const shape_t& shape, const std::vector<int>& axes) {
    const auto x = random_values<std::int16_t>(size_of(shape), 1);
    const auto to = targets(shape, axes);
    const ndarray a = make(x, shape);
    reduction_options options;
    options.axis = inline_vector<int, 6>(axes);
    const auto got = sum(a, options).to_vector<std::int64_t>();
    std::vector<std::int64_t> expected(got.size());
    for (std::size_t i = 0; i < x.size(); ++i) expected[to[i]] += x[i];
    ASSERT_EQ(got, expected) << to_string(shape) << " over " << axes.size();
  });
}

TEST(cpu_reduce, extrema_in_place_order_and_transposed) {
  for_all_axes([](const shape_t& shape, const std::vector<int>& axes) {
    const auto x = random_values<float>(size_of(shape), 2);
    const auto to = targets(shape, axes);
    const ndarray a = make(x, shape);
    std::vector<int> mirrored;
    for (int axis : axes) mirrored.push_back(shape.size() - 1 - axis);
    reduction_options options, turned;
    options.axis = inline_vector<int, 6>(axes);
    turned.axis = inline_vector<int, 6>(mirrored);
    const ndarray result = max(a, options);
    const auto got = result.to_vector<float>();
    std::vector<float> expected(got.size(), -1e9f);
    for (std::size_t i = 0; i < x.size(); ++i) expected[to[i]] = std::max(expected[to[i]], x[i]);
    ASSERT_EQ(got, expected) << to_string(shape);
    ASSERT_EQ(test::transposed(max(test::transposed(a), turned)).to_vector<float>(), expected)
        << to_string(shape);
  });
}

TEST(cpu_reduce, first_extremum_along_each_axis) {
  for (const shape_t& shape : shapes)
    for (int axis = 0; axis < shape.size(); ++axis) {
      auto x = random_values<double>(size_of(shape), 3);
      if (x.size() > 50) x[x.size() / 2] = x[x.size() / 3] = NAN;
      const auto to = targets(shape, {axis});
      arg_options options;
      options.axis = axis;
      const auto got = argmax(make(x, shape), options).to_vector<std::int64_t>();
      std::vector<std::int64_t> expected(got.size()), seen(got.size());
      std::vector<double> best(got.size(), -INFINITY);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t o = to[i];
        const bool ahead = seen[o] == 0 || x[i] > best[o] || (std::isnan(x[i]) && !std::isnan(best[o]));
        if (ahead) best[o] = x[i], expected[o] = seen[o];
        ++seen[o];
      }
      ASSERT_EQ(got, expected) << to_string(shape) << " axis " << axis;
    }
}

TEST(cpu_reduce, masked_elements_are_left_out) {
  for_all_axes([](const shape_t& shape, const std::vector<int>& axes) {
    const auto x = random_values<std::int32_t>(size_of(shape), 4);
    const auto to = targets(shape, axes);
    const ndarray a = make(x, shape), where = numloom::call(ufunc::greater, a, 0);
    reduction_options options;
    options.axis = inline_vector<int, 6>(axes);
    options.where = where;
    const auto got = sum(a, options).to_vector<std::int64_t>();
    std::vector<std::int64_t> expected(got.size());
    for (std::size_t i = 0; i < x.size(); ++i) expected[to[i]] += x[i] > 0 ? x[i] : 0;
    ASSERT_EQ(got, expected) << to_string(shape);
  });
}

TEST(cpu_reduce, variance_of_numbers_far_from_zero) {
  for_all_axes([](const shape_t& shape, const std::vector<int>& axes) {
    auto x = random_values<double>(size_of(shape), 5);
    for (double& v : x) v += 1e9;
    const auto to = targets(shape, axes);
    variance_options options;
    options.axis = inline_vector<int, 6>(axes);
    const auto got = var(make(x, shape), options).to_vector<double>();
    std::vector<long double> mean(got.size()), squares(got.size()), count(got.size());
    for (std::size_t i = 0; i < x.size(); ++i) mean[to[i]] += x[i], count[to[i]] += 1;
    for (std::size_t o = 0; o < got.size(); ++o) mean[o] /= count[o];
    for (std::size_t i = 0; i < x.size(); ++i) squares[to[i]] += (x[i] - mean[to[i]]) * (x[i] - mean[to[i]]);
    for (std::size_t o = 0; o < got.size(); ++o) {
      const double expected = static_cast<double>(squares[o] / count[o]);
      ASSERT_NEAR(got[o], expected, 1e-9 * (1 + expected)) << to_string(shape);
    }
  });
}

TEST(cpu_reduce, float_sums_are_as_accurate_as_pairwise_ones) {
  for (const auto& [shape, axis] : {std::pair{shape_t{1 << 22}, 0},
                                    {shape_t{1 << 20, 4}, 0},
                                    {shape_t{4, 1 << 20}, 1},
                                    {shape_t{1 << 18, 16}, 0}}) {
    const ndarray a = empty(shape, dtype::float32, cpu);
    auto* p = static_cast<float*>(a.data(access::write));
    for (std::int64_t i = 0; i < a.size(); ++i) p[i] = 0.1f;
    reduction_options options;
    options.axis = axis;
    const double exact = 0.1f * static_cast<double>(shape[axis]);
    for (const float got : sum(a, options).to_vector<float>()) EXPECT_NEAR(got, exact, exact * 1e-6);
  }
}

TEST(cpu_reduce, results_do_not_depend_on_the_number_of_threads) {
  const auto x = random_values<float>(1000000, 6);
  for (const shape_t& shape : {shape_t{1000000}, shape_t{1000, 1000}, shape_t{500000, 2}, shape_t{2, 500000}})
    for (int axis = 0; axis < shape.size(); ++axis) {
      const ndarray a = call(ufunc::divide, make(x, shape), 3.0f);
      std::vector<std::vector<float>> sums, scans;
      for (const int threads : {1, 2, 7}) {
        cpu_host::set_num_threads(threads);
        reduction_options options;
        options.axis = axis;
        sums.push_back(sum(a, options).to_vector<float>());
        const ndarray running = empty(shape, dtype::float32, cpu);
        cpu_backend().scan(
            scan_op::sum,
            {running.data(access::write), dtype::float32, shape.size(), shape.data(),
             running.strides().data()},
            {a.data(access::read), dtype::float32, shape.size(), shape.data(), a.strides().data()}, axis, {});
        scans.push_back(running.to_vector<float>());
      }
      cpu_host::set_num_threads(0);
      EXPECT_EQ(sums[0], sums[1]);
      EXPECT_EQ(sums[0], sums[2]);
      EXPECT_EQ(scans[0], scans[1]);
      EXPECT_EQ(scans[0], scans[2]);
    }
}

TEST(cpu_scan, along_each_axis_in_each_layout) {
  for (const shape_t& shape : shapes)
    for (int axis = 0; axis < shape.size(); ++axis)
      for (const bool turned : {false, true}) {
        const auto x = random_values<std::int32_t>(size_of(shape), 7);
        const ndarray a = make(x, shape);
        ndarray out = empty(shape, dtype::int64, cpu);
        if (turned) out = test::transposed(copy(test::transposed(out), order::C));
        cpu_backend().scan(
            scan_op::sum,
            {out.data(access::write), out.dtype(), out.ndim(), shape.data(), out.strides().data()},
            {a.data(access::read), a.dtype(), a.ndim(), shape.data(), a.strides().data()}, axis, {});
        const auto to = targets(shape, {axis});
        const auto got = out.to_vector<std::int64_t>();
        std::vector<std::int64_t> running(x.size());
        for (std::size_t i = 0; i < x.size(); ++i)
          ASSERT_EQ(got[i], running[to[i]] += x[i])
              << to_string(shape) << " axis " << axis << " element " << i;
      }
}

TEST(cpu_scan, float_runs_keep_their_accuracy_and_signs) {
  const std::int64_t n = 1 << 20;
  const ndarray a = call(ufunc::add, call(ufunc::multiply, make(std::vector<float>(n, 1)), 0.1f), 0.0f);
  const ndarray out = empty({n}, dtype::float32, cpu);
  const std::int64_t shape[] = {n}, steps[] = {4};
  cpu_backend().scan(scan_op::sum, {out.data(access::write), dtype::float32, 1, shape, steps},
                     {a.data(access::read), dtype::float32, 1, shape, steps}, 0, {});
  const auto got = out.to_vector<float>();
  for (std::int64_t i = 0; i < n; i += 997) {
    const double exact = 0.1f * static_cast<double>(i + 1);
    ASSERT_NEAR(got[static_cast<std::size_t>(i)], exact, exact * 1e-4);
  }
  const std::vector<float> zeros(40, -0.0f);
  const ndarray minus = make(zeros);
  const std::int64_t forty[] = {40};
  cpu_backend().scan(scan_op::sum, {minus.data(access::write), dtype::float32, 1, forty, steps},
                     {minus.data(access::read), dtype::float32, 1, forty, steps}, 0, {});
  for (const float x : minus.to_vector<float>()) EXPECT_TRUE(std::signbit(x));
}

}  // namespace
}  // namespace numloom
