// SPDX-License-Identifier: BSD-3-Clause
// The CPU's loops and the block executor, against plain loops over elements.
#include <cmath>
#include <random>

#include "core/program.hpp"
#include "cpu/loops.hpp"
#include "cpu/threads.hpp"
#include "numloom/reductions.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::on_cpu::make;

ndarray random_array(std::mt19937& random, const shape_t& shape, dtype type) {
  const ndarray a = empty(shape, dtype::float64, cpu);
  auto* p = static_cast<double*>(a.data(access::write));
  for (std::int64_t i = 0; i < a.size(); ++i) p[i] = static_cast<double>(random() % 200) - 100;
  return astype(a, type, order::C, casting::unsafe);
}

// The same values in another layout: axes exchanged, gaps, steps back.
ndarray scattered(std::mt19937& random, const ndarray& a) {
  dims shape = a.shape(), strides(a.ndim());
  dims axes(a.ndim());
  for (int d = 0; d < a.ndim(); ++d) axes[d] = d;
  std::shuffle(axes.begin(), axes.end(), random);
  std::int64_t step = a.itemsize(), offset = 0;
  for (std::int64_t d : axes) {
    const int axis = static_cast<int>(d);
    strides[axis] = step * static_cast<std::int64_t>(1 + random() % 2);
    step = strides[axis] * shape[axis];
    if (random() % 3 == 0) {
      offset += (shape[axis] - 1) * strides[axis];
      strides[axis] = -strides[axis];
    }
  }
  const ndarray room = empty({step + a.itemsize()}, dtype::uint8, cpu);
  const ndarray b(room.bytes(), offset, a.dtype(), shape, strides);
  copyto(b, a);
  return b;
}

std::vector<double> values(const ndarray& a) {
  return astype(a, dtype::float64, order::C).to_vector<double>();
}

TEST(cpu_loops, every_row_of_the_table_has_its_loops) {
  for (int f = 0; f <= static_cast<int>(ufunc::bitwise_count); ++f) {
    const auto op = static_cast<ufunc>(f);
    std::size_t loops = 0;
    for (int d = 0; d < dtype_count; ++d) loops += cpu_host::ufunc_loop(op, static_cast<dtype>(d)) != nullptr;
    EXPECT_EQ(loops, types_of(op).size()) << info(op).name;
  }
  for (int from = 0; from < dtype_count; ++from)
    for (int to = 0; to < dtype_count; ++to)
      EXPECT_NE(cpu_host::cast_loop(static_cast<dtype>(from), static_cast<dtype>(to)), nullptr);
}

TEST(cpu_loops, steps_of_all_kinds_give_the_contiguous_result) {
  std::vector<float> a(700), b(700), out(1400);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i), b[i] = static_cast<float>(3 * i);
  const auto loop = cpu_host::ufunc_loop(ufunc::subtract, dtype::float32);
  for (const std::int64_t a_step : {0, 4, 8, -4})
    for (const std::int64_t b_step : {0, 4, 8})
      for (const std::int64_t out_step : {4, 8})
        for (const std::int64_t n : {1, 7, 33, 300}) {
          const std::size_t a0 = a_step < 0 ? 699 : 0;
          char* const args[] = {reinterpret_cast<char*>(&a[a0]), reinterpret_cast<char*>(&b[0]),
                                reinterpret_cast<char*>(&out[0])};
          const std::int64_t steps[] = {a_step, b_step, out_step};
          loop(args, steps, n);
          for (std::int64_t i = 0; i < n; ++i)
            ASSERT_EQ(out[static_cast<std::size_t>(i * out_step / 4)],
                      a[a0 + static_cast<std::size_t>(i * a_step / 4)] -
                          b[static_cast<std::size_t>(i * b_step / 4)]);
        }
}

TEST(cpu_executor, mixed_dtypes_layouts_and_broadcasts) {
  std::mt19937 random(7);
  const shape_t shapes[] = {{},         {1},      {33},      {5000},          {300000},    {40, 3},
                            {5, 7, 11}, {70, 90}, {3, 1000}, {2, 3, 4, 5, 6}, {100000, 3}, {600, 500}};
  const dtype types[] = {dtype::float32, dtype::float64, dtype::int16, dtype::int64, dtype::uint8};
  for (const shape_t& shape : shapes)
    for (int round = 0; round < 6; ++round) {
      shape_t narrow = shape;
      for (std::int64_t& extent : narrow)
        if (random() % 3 == 0) extent = 1;
      const ndarray a = scattered(random, random_array(random, shape, types[random() % 5]));
      const ndarray b = scattered(random, random_array(random, narrow, types[random() % 5]));
      const dtype type = promote_types(promote_types(a.dtype(), b.dtype()), dtype::int16);
      const ndarray out = scattered(random, random_array(random, shape, type));
      const ndarray old = copy(out);
      const bool masked = round % 3 == 2;
      const ndarray mask =
          astype(random_array(random, narrow, dtype::int64), dtype::bool_, order::C, casting::unsafe);
      ufunc_options options{.out = out, .dtype = type};
      if (masked) options.where = mask;
      const array_like inputs[] = {a, b};
      call(ufunc::add, inputs, options);
      const auto x = values(a), y = values(broadcast_to(b, shape)), got = values(out), before = values(old);
      const auto kept = values(broadcast_to(mask, shape));
      for (std::size_t i = 0; i < got.size(); ++i) {
        const double expected = masked && kept[i] == 0 ? before[i] : x[i] + y[i];
        ASSERT_EQ(got[i], expected) << to_string(shape) << " element " << i << ": " << a.dtype()
                                    << to_string(a.strides()) << " + " << b.dtype() << to_string(b.shape())
                                    << to_string(b.strides()) << " -> " << out.dtype()
                                    << to_string(out.strides()) << (masked ? " masked " : " ")
                                    << to_string(mask.shape()) << " kept " << kept[i] << " before "
                                    << before[i];
      }
    }
}

TEST(cpu_executor, several_instructions_keep_their_registers_apart) {
  program p;
  p.inputs = 3;
  p.outputs = 2;
  p.instructions = 3;
  p.registers = 6;
  for (int r = 0; r < 6; ++r) p.register_type[r] = dtype::float64;
  p.body[0] = {ufunc::multiply, dtype::float64, {0, 1}, {3}};
  p.body[1] = {ufunc::add, dtype::float64, {3, 2}, {4}};
  p.body[2] = {ufunc::subtract, dtype::float64, {4, 0}, {5}};
  p.output_register[0] = 4;
  p.output_register[1] = 5;
  std::mt19937 random(3);
  for (const shape_t& shape : {shape_t{10}, shape_t{100000}, shape_t{700, 3}}) {
    const ndarray a = random_array(random, shape, dtype::float64),
                  b = random_array(random, shape, dtype::int8);
    const ndarray sum = empty(shape, dtype::float32, cpu);
    const auto before = values(a);
    const ndarray* const outputs[] = {&sum, &a};  // the second in place of an input
    const array_like inputs[] = {a, b, 2.5};
    run(p, outputs, inputs);
    const auto y = values(b), first = values(sum), second = values(a);
    for (std::size_t i = 0; i < y.size(); ++i) {
      ASSERT_EQ(first[i], before[i] * y[i] + 2.5);
      ASSERT_EQ(second[i], before[i] * y[i] + 2.5 - before[i]);
    }
  }
}

TEST(cpu_executor, large_outputs_are_streamed_whole) {
  // More than any last-level cache: an odd number of elements, and a start that is not on a cache line.
  const std::int64_t n = (100 << 20) / 4 + 13;
  const ndarray base = empty({n + 3}, dtype::float32, cpu), in = empty({n}, dtype::int32, cpu);
  auto* p = static_cast<std::int32_t*>(in.data(access::write));
  for (std::int64_t i = 0; i < n; ++i) p[i] = static_cast<std::int32_t>(i % 1000003);
  const ndarray out(base.bytes(), 12, dtype::float32, {n}, {4});
  copyto(out, in, casting::unsafe);
  const auto* got = static_cast<const float*>(out.data(access::read));
  for (std::int64_t i = 0; i < n; ++i) ASSERT_EQ(got[i], static_cast<float>(i % 1000003));
}

TEST(cpu_executor, results_do_not_depend_on_the_number_of_threads) {
  std::mt19937 random(5);
  const ndarray a = random_array(random, {1000, 301}, dtype::float32);
  cpu_host::set_num_threads(1);
  const auto alone = call(ufunc::exp, a).to_vector<float>();
  cpu_host::set_num_threads(5);
  const auto together = call(ufunc::exp, a).to_vector<float>();
  cpu_host::set_num_threads(0);
  EXPECT_EQ(std::memcmp(alone.data(), together.data(), alone.size() * 4), 0);
}

}  // namespace
}  // namespace numloom
