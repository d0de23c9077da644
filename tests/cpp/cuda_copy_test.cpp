// SPDX-License-Identifier: BSD-3-Clause
#include <complex>
#include <cstring>

#include "cuda/runtime.hpp"
#include "cuda/staging.hpp"
#include "cuda_support.hpp"

namespace numloom {
namespace {

using namespace cuda_test;

template <class T> class cuda_copy : public testing::Test {};
using copy_types = testing::Types<std::uint8_t, std::int16_t, float, double, std::complex<double>>;
TYPED_TEST_SUITE(cuda_copy, copy_types);

template <class T> std::vector<T> counted(std::int64_t n) {
  std::vector<T> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(static_cast<float>(i % 251));
  return values;
}

void copy_on_gpu(const std::vector<std::int64_t>& shape, int size, void* to,
                 const std::vector<std::int64_t>& to_strides, const void* from,
                 const std::vector<std::int64_t>& from_strides, const void* value = nullptr) {
  iteration_space space;
  const operand_layout operands[] = {{to, to_strides.data()}, {const_cast<void*>(from), from_strides.data()}};
  canonicalise(space, shape, operands);
  gpu().copy(space, size, value, queue());
}

TYPED_TEST(cuda_copy, moves_contiguous_runs_from_any_start) {
  using T = TypeParam;
  const std::int64_t size = sizeof(T);
  for (const std::int64_t n : lengths)
    for (const std::int64_t skip : {0, 1, 3}) {
      const auto values = counted<T>(n + skip);
      const device_vector<T> from(values), to(values.size());
      copy_on_gpu({n}, sizeof(T), to.data() + skip, {size}, from.data() + (skip ? 1 : 0), {size});
      const auto r = to.read();
      for (std::int64_t i = 0; i < n; ++i)
        ASSERT_EQ(r[static_cast<std::size_t>(i + skip)], values[static_cast<std::size_t>(i + (skip ? 1 : 0))])
            << n;
    }
}

TYPED_TEST(cuda_copy, transposes_reverses_and_repeats) {
  using T = TypeParam;
  const std::int64_t size = sizeof(T);
  for (const auto& [rows, columns] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{3, 5}, {33, 70}, {100, 17}}) {
    const auto values = counted<T>(rows * columns);
    const device_vector<T> from(values), to(values.size());
    copy_on_gpu({columns, rows}, sizeof(T), to.data(), {rows * size, size}, from.data(),
                {size, columns * size});
    auto r = to.read();
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j)
        ASSERT_EQ(r[static_cast<std::size_t>(j * rows + i)],
                  values[static_cast<std::size_t>(i * columns + j)]);
    copy_on_gpu({rows, columns}, sizeof(T), to.data(), {columns * size, size},
                from.data() + rows * columns - 1, {-columns * size, -size});
    r = to.read();
    for (std::size_t i = 0; i < r.size(); ++i) ASSERT_EQ(r[i], values[r.size() - 1 - i]);
    copy_on_gpu({rows, columns}, sizeof(T), to.data(), {columns * size, size}, from.data(), {0, size});
    r = to.read();
    for (std::size_t i = 0; i < r.size(); ++i) ASSERT_EQ(r[i], values[i % static_cast<std::size_t>(columns)]);
  }
}

TYPED_TEST(cuda_copy, transposes_batches_in_the_middle) {
  using T = TypeParam;
  const std::int64_t size = sizeof(T), a = 3, b = 40, c = 50;
  const auto values = counted<T>(a * b * c);
  const device_vector<T> from(values), to(values.size());
  copy_on_gpu({a, c, b}, sizeof(T), to.data(), {b * c * size, b * size, size}, from.data(),
              {b * c * size, size, c * size});
  const auto r = to.read();
  for (std::int64_t i = 0; i < a; ++i)
    for (std::int64_t j = 0; j < b; ++j)
      for (std::int64_t k = 0; k < c; ++k)
        ASSERT_EQ(r[static_cast<std::size_t>((i * c + k) * b + j)],
                  values[static_cast<std::size_t>((i * b + j) * c + k)]);
}

TYPED_TEST(cuda_copy, fills_with_a_value) {
  using T = TypeParam;
  const std::int64_t size = sizeof(T);
  const T value = static_cast<T>(7.0f), zero = static_cast<T>(0.0f);
  const device_vector<T> to(std::vector<T>(3000, zero));
  copy_on_gpu({1000}, sizeof(T), to.data() + 1, {2 * size}, nullptr, {0}, &value);
  const auto r = to.read();
  for (std::size_t i = 0; i < r.size(); ++i) ASSERT_EQ(r[i], i % 2 == 1 && i < 2000 ? value : zero) << i;
}

TEST(cuda_select_by_condition, takes_arrays_and_values) {
  const std::int64_t n = 777;
  const auto a = small_values<float>(n, 1);
  std::vector<std::uint8_t> condition(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < condition.size(); ++i) condition[i] = i % 3 == 0;
  const device_vector<float> da(a), out(a.size());
  const device_mask dc(condition);
  const std::int64_t four = 4, one = 1, none = 0;
  iteration_space space;
  const operand_layout operands[] = {
      {out.data(), &four}, {dc.data(), &one}, {da.data(), &four}, {nullptr, &none}};
  canonicalise(space, std::span(&n, 1), operands);
  const float value = -5;
  gpu().select(space, 4, nullptr, &value, queue());
  const auto r = out.read();
  for (std::size_t i = 0; i < r.size(); ++i) ASSERT_EQ(r[i], condition[i] ? a[i] : value);
}

TEST(cuda_sequence, counts_in_the_dtype) {
  for (const std::int64_t n : lengths) {
    const device_vector<std::int32_t> whole(static_cast<std::size_t>(n));
    const device_vector<double> real(static_cast<std::size_t>(n));
    const device_vector<float16> half(static_cast<std::size_t>(n));
    gpu().sequence(whole.data(), dtype::int32, n, scalar(5), scalar(-3), queue());
    gpu().sequence(real.data(), dtype::float64, n, scalar(0.5), scalar(0.1), queue());
    gpu().sequence(half.data(), dtype::float16, n, scalar(1.0), scalar(0.5), queue());
    const auto w = whole.read();
    const auto r = real.read();
    const auto h = half.read();
    for (std::size_t i = 0; i < w.size(); ++i) {
      ASSERT_EQ(w[i], 5 - 3 * static_cast<std::int32_t>(i));
      ASSERT_EQ(r[i], 0.5 + static_cast<double>(i) * 0.1);
      ASSERT_EQ(static_cast<float>(h[i]), static_cast<float>(float16(1.0f + static_cast<float>(i) * 0.5f)));
    }
  }
}

TEST(cuda_transfer, copies_are_ordered_and_complete) {
  std::vector<float> values(100000, 1.0f);
  const device_vector<float> device_values(values);
  values.assign(values.size(), 2.0f);  // the source may change as soon as the call is back
  for (const float x : device_values.read()) ASSERT_EQ(x, 1.0f);
}

// More than CUDA stages itself goes through pinned blocks: the source may change at once, nothing waits, and
// more bytes than there are blocks arrive as well.
TEST(cuda_transfer, stages_ordinary_memory_and_waits_for_nothing) {
  using namespace cuda_host;
  const std::size_t all = staging_blocks * staging_block_bytes;
  for (const std::size_t bytes : {staged_by_runtime, staged_by_runtime + 1, staging_block_bytes,
                                  staging_block_bytes + 1, 5 * staging_block_bytes + 3, all + 7}) {
    std::vector<std::uint8_t> source = counted<std::uint8_t>(static_cast<std::int64_t>(bytes));
    const std::vector<std::uint8_t> expected = source;
    const device_vector<std::uint8_t> there(bytes);
    const auto before = cuda_runtime::get_statistics().synchronisations;
    gpu().copy_from_host(there.data(), source.data(), bytes, queue());
    if (bytes <= all / 2) {
      EXPECT_EQ(cuda_runtime::get_statistics().synchronisations, before) << bytes;
    }
    std::memset(source.data(), 0xff, bytes);
    EXPECT_EQ(there.read(), expected) << bytes;
  }
}

}  // namespace
}  // namespace numloom
