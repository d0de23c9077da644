// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <numeric>

#include "core/program.hpp"
#include "cuda_support.hpp"
#include "kernel_interface.hpp"
#include "numloom/ufuncs.hpp"

namespace numloom {
namespace {

using namespace cuda_test;

/// An operand of a program: where it starts and how it moves.
struct operand {
  void* data;
  dtype type;
  std::vector<std::int64_t> strides;
};

program one_instruction(ufunc op, dtype loop, int inputs, dtype result) {
  program code;
  code.inputs = inputs;
  code.outputs = code.instructions = 1;
  code.registers = inputs + 1;
  for (int i = 0; i < inputs; ++i) code.register_type[i] = loop;
  code.register_type[inputs] = result;
  code.output_register[0] = static_cast<std::uint8_t>(inputs);
  code.body[0] = {op, loop, {0, 1, 2}, {static_cast<std::uint8_t>(inputs), 0}};
  return code;
}

void run_on_gpu(const program& code, const std::vector<std::int64_t>& shape,
                const std::vector<operand>& operands, bool masked = false) {
  bound_program bound;
  bound.code = &code;
  bound.masked = masked;
  std::vector<operand_layout> layouts;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    bound.type[k] = operands[k].type;
    layouts.push_back({operands[k].data, operands[k].strides.data()});
  }
  canonicalise(bound.space, shape, layouts);
  gpu().elementwise(bound, queue());
}

template <class T> class elementwise_arithmetic : public testing::Test {};
using arithmetic_types = testing::Types<std::int32_t, float, std::uint8_t, std::int64_t, double>;
TYPED_TEST_SUITE(elementwise_arithmetic, arithmetic_types);

TYPED_TEST(elementwise_arithmetic, adds_contiguous_arrays_of_any_length) {
  using T = TypeParam;
  if (!in_this_build<T>) GTEST_SKIP() << test::left_out;
  const program code = one_instruction(ufunc::add, dtype_of<T>, 2, dtype_of<T>);
  for (const std::int64_t n : lengths) {
    const auto a = small_values<T>(n, 1), b = small_values<T>(n, 2);
    const device_vector<T> da(a), db(b), out(a.size());
    const std::int64_t step = sizeof(T);
    run_on_gpu(code, {n},
               {{out.data(), dtype_of<T>, {step}},
                {da.data(), dtype_of<T>, {step}},
                {db.data(), dtype_of<T>, {step}}});
    const auto r = out.read();
    for (std::size_t i = 0; i < r.size(); ++i)
      ASSERT_EQ(r[i], static_cast<T>(a[i] + b[i])) << n << " at " << i;
  }
}

TYPED_TEST(elementwise_arithmetic, handles_unaligned_starts_and_gaps) {
  using T = TypeParam;
  if (!in_this_build<T>) GTEST_SKIP() << test::left_out;
  const program code = one_instruction(ufunc::multiply, dtype_of<T>, 2, dtype_of<T>);
  const std::int64_t n = 700, step = sizeof(T);
  const auto a = small_values<T>(2 * n + 8, 3), b = small_values<T>(n + 8, 4);
  const device_vector<T> da(a), db(b), out(static_cast<std::size_t>(n + 8));
  run_on_gpu(code, {n},
             {{out.data() + 3, dtype_of<T>, {step}},
              {da.data() + 1, dtype_of<T>, {2 * step}},
              {db.data() + n, dtype_of<T>, {-step}}});
  const auto r = out.read();
  for (std::int64_t i = 0; i < n; ++i) {
    const auto x = a[static_cast<std::size_t>(1 + 2 * i)], y = b[static_cast<std::size_t>(n - i)];
    ASSERT_EQ(r[static_cast<std::size_t>(i + 3)], static_cast<T>(x * y)) << i;
  }
}

TEST(cuda_elementwise, broadcasts_rows_columns_and_transposes) {
  const std::int64_t rows = 37, columns = 53;
  const auto a = small_values<float>(rows * columns, 5), b = small_values<float>(rows * columns, 6);
  const device_vector<float> da(a), db(b), out(a.size());
  const program code = one_instruction(ufunc::subtract, dtype::float32, 2, dtype::float32);
  const struct {
    std::int64_t row, column;
  } layouts[] = {{0, 4}, {4, 0}, {4, 4 * rows}, {4 * columns, 4}, {0, 0}};
  for (const auto& layout : layouts) {
    run_on_gpu(code, {rows, columns},
               {{out.data(), dtype::float32, {4 * columns, 4}},
                {da.data(), dtype::float32, {4 * columns, 4}},
                {db.data(), dtype::float32, {layout.row, layout.column}}});
    const auto r = out.read();
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j) {
        const auto at = static_cast<std::size_t>(i * columns + j);
        const auto other = static_cast<std::size_t>((i * layout.row + j * layout.column) / 4);
        ASSERT_EQ(r[at], a[at] - b[other]) << i << ", " << j;
      }
  }
}

TEST(cuda_elementwise, takes_numbers_by_value_and_converts_mixed_dtypes) {
  const std::int64_t n = 333;
  const auto a = small_values<std::int32_t>(n, 7);
  const device_vector<std::int32_t> da(a);
  const device_vector<float> out(a.size());
  const program code = one_instruction(ufunc::multiply, dtype::float32, 2, dtype::float32);
  bound_program bound;
  bound.code = &code;
  const std::int64_t step = 4, none = 0;
  const operand_layout layouts[] = {{out.data(), &step}, {da.data(), &step}, {nullptr, &none}};
  bound.type[0] = dtype::float32;
  bound.type[1] = dtype::int32;
  bound.type[2] = dtype::int64;
  store_scalar(scalar(3), dtype::int64, bound.value[2]);
  canonicalise(bound.space, std::span(&n, 1), layouts);
  gpu().elementwise(bound, queue());
  const auto r = out.read();
  for (std::size_t i = 0; i < r.size(); ++i) ASSERT_EQ(r[i], static_cast<float>(a[i]) * 3.0f);
}

TEST(cuda_elementwise, stores_only_where_the_mask_is_true) {
  const std::int64_t n = 1001;
  const auto a = small_values<float>(n, 8);
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(n));
  numbers source(9);
  for (auto& m : mask) m = source.below(3) == 0;
  std::vector<float> before(static_cast<std::size_t>(n), -1.0f);
  const device_vector<float> da(a), out(before);
  const device_mask dm(mask);
  const program code = one_instruction(ufunc::negative, dtype::float32, 1, dtype::float32);
  run_on_gpu(
      code, {n},
      {{out.data(), dtype::float32, {4}}, {da.data(), dtype::float32, {4}}, {dm.data(), dtype::bool_, {1}}},
      true);
  const auto r = out.read();
  for (std::size_t i = 0; i < r.size(); ++i) ASSERT_EQ(r[i], mask[i] ? -a[i] : -1.0f) << i;
}

TEST(cuda_elementwise, runs_programs_of_several_instructions_in_place) {
  // a, s <- a * b + a, a - b: the first output overwrites an input that the second still needs.
  const std::int64_t n = 300;
  const auto a = small_values<float>(n, 10), b = small_values<float>(n, 11);
  const device_vector<float> da(a), db(b), difference(a.size());
  program code;
  code.inputs = 2;
  code.outputs = 2;
  code.instructions = 3;
  code.registers = 5;
  for (int i = 0; i < 5; ++i) code.register_type[i] = dtype::float32;
  code.output_register[0] = 3;
  code.output_register[1] = 4;
  code.body[0] = {ufunc::multiply, dtype::float32, {0, 1, 0}, {2, 0}};
  code.body[1] = {ufunc::add, dtype::float32, {2, 0, 0}, {3, 0}};
  code.body[2] = {ufunc::subtract, dtype::float32, {0, 1, 0}, {4, 0}};
  const operand in_out = {da.data(), dtype::float32, {4}};
  run_on_gpu(code, {n},
             {in_out, {difference.data(), dtype::float32, {4}}, in_out, {db.data(), dtype::float32, {4}}});
  const auto first = da.read(), second = difference.read();
  for (std::size_t i = 0; i < first.size(); ++i) {
    ASSERT_EQ(first[i], a[i] * b[i] + a[i]);
    ASSERT_EQ(second[i], a[i] - b[i]);
  }
}

TEST(cuda_elementwise, splits_more_dimensions_than_a_kernel_takes) {
  // 2^11 elements whose dimensions are all in reverse order: nothing merges.
  const int ndim = 11;
  std::vector<std::int64_t> shape(ndim, 2), forward(ndim), backward(ndim);
  for (int d = 0; d < ndim; ++d) {
    backward[static_cast<std::size_t>(d)] = std::int64_t{4} << d;
    forward[static_cast<std::size_t>(d)] = std::int64_t{4} << (ndim - 1 - d);
  }
  std::vector<float> a(std::size_t{1} << ndim);
  std::iota(a.begin(), a.end(), 0.0f);
  const device_vector<float> da(a), out(a.size());
  const program code = one_instruction(ufunc::add, dtype::float32, 2, dtype::float32);
  run_on_gpu(code, shape,
             {{out.data(), dtype::float32, forward},
              {da.data(), dtype::float32, backward},
              {da.data(), dtype::float32, forward}});
  const auto r = out.read();
  for (std::size_t i = 0; i < r.size(); ++i) {
    std::size_t mirrored = 0;
    for (int d = 0; d < ndim; ++d) mirrored |= (i >> d & 1) << (ndim - 1 - d);
    ASSERT_EQ(r[i], a[i] + a[mirrored]);
  }
}

TEST(cuda_elementwise, returns_two_results) {
  const std::int64_t n = 100;
  const auto a = small_values<std::int32_t>(n, 12);
  auto b = small_values<std::int32_t>(n, 13);
  for (auto& x : b) x = x == 0 ? 7 : x;
  const device_vector<std::int32_t> da(a), db(b), quotient(a.size()), rest(a.size());
  program code = one_instruction(ufunc::divmod, dtype::int32, 2, dtype::int32);
  code.outputs = 2;
  code.registers = 4;
  code.register_type[3] = dtype::int32;
  code.output_register[1] = 3;
  code.body[0].out[1] = 3;
  const std::vector<std::int64_t> step{4};
  run_on_gpu(code, {n},
             {{quotient.data(), dtype::int32, step},
              {rest.data(), dtype::int32, step},
              {da.data(), dtype::int32, step},
              {db.data(), dtype::int32, step}});
  const auto q = quotient.read(), r = rest.read();
  for (std::size_t i = 0; i < q.size(); ++i) {
    ASSERT_EQ(q[i], static_cast<std::int32_t>(std::floor(static_cast<double>(a[i]) / b[i])));
    ASSERT_EQ(r[i], a[i] - q[i] * b[i]);
  }
}

TEST(cuda_elementwise, casts_between_all_dtypes) {
  const std::int64_t n = 41;
  for (int from = 0; from < dtype_count; ++from)
    for (int to = 0; to < dtype_count; ++to) {
      if (!test::kernels_hold(static_cast<dtype>(to))) continue;
      const auto source = static_cast<dtype>(from), target = static_cast<dtype>(to);
      std::vector<unsigned char> values(static_cast<std::size_t>(n * itemsize(source))),
          expected(static_cast<std::size_t>(n * itemsize(target)));
      for (std::int64_t i = 0; i < n; ++i) {
      }
      for (std::int64_t i = 0; i < n; ++i) {
        unsigned char held[16];
        store_scalar(scalar(static_cast<double>(i % 100)), dtype::float64, held);
        kernels::cast_value(static_cast<int>(dtype::float64), held, from,
                            values.data() + i * itemsize(source));
        kernels::cast_value(from, values.data() + i * itemsize(source), to,
                            expected.data() + i * itemsize(target));
      }
      const device_vector<unsigned char> in(values), out(expected.size());
      program code;
      code.inputs = code.outputs = code.registers = 1;
      code.register_type[0] = target;
      code.output_register[0] = 0;
      run_on_gpu(code, {n},
                 {{out.data(), target, {itemsize(target)}}, {in.data(), source, {itemsize(source)}}});
      ASSERT_EQ(out.read(), expected) << name_of(source) << " to " << name_of(target);
    }
}

TEST(cuda_elementwise, has_a_loop_wherever_the_table_says_so) {
  constexpr auto bits = [](char kind) {
    unsigned mask = 0;
    for (int t = 0; t < dtype_count; ++t) mask |= kind_of(static_cast<dtype>(t)) == kind ? 1u << t : 0u;
    return mask;
  };
  [[maybe_unused]] const unsigned BOOL = bits('b'), SIGNED = bits('i'), UNSIGNED = bits('u'),
                                  FLOATS = bits('f'), COMPLEX = bits('c'), INTS = SIGNED | UNSIGNED,
                                  REAL = INTS | FLOATS, INEXACT = FLOATS | COMPLEX, NUMERIC = INTS | INEXACT,
                                  ALL = BOOL | NUMERIC, FLOAT64 = 1u << static_cast<int>(dtype::float64),
                                  COMPLEX128 = 1u << static_cast<int>(dtype::complex128);
  const struct {
    const char* name;
    unsigned loops;
  } rows[] = {
#define NL_UFUNC(name, nin, nout, functor, loops, out_rule, identity, doc) {#name, loops},
#include "numloom/ufuncs.def"
  };
  int op = 0;
  for (const auto& row : rows) {
    for (int t = 0; t < dtype_count; ++t)
      EXPECT_EQ(kernels::has_elementwise(op, t),
                (row.loops >> t & 1) != 0 && test::kernels_hold(static_cast<dtype>(t)))
          << row.name << " for " << name_of(static_cast<dtype>(t));
    ++op;
  }
}

}  // namespace
}  // namespace numloom
