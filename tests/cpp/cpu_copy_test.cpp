// SPDX-License-Identifier: BSD-3-Clause
// Data movement on the CPU by element size: copies between all layouts, selection, sequences.
#include "core/backend.hpp"
#include "cpu/level.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

template <class T> class cpu_copy : public testing::Test {};
struct sixteen_bytes {
  std::uint64_t low, high;
  bool operator==(const sixteen_bytes&) const = default;
};
using sizes = testing::Types<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, sixteen_bytes>;
TYPED_TEST_SUITE(cpu_copy, sizes);

template <class T> T numbered(std::int64_t i) {
  if constexpr (sizeof(T) == 16)
    return {static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(~i)};
  else
    return static_cast<T>(i * 37 + i / 251);
}

TYPED_TEST(cpu_copy, tables_of_all_shapes_and_steps) {
  using T = TypeParam;
  const long S = sizeof(T);
  const auto copy = cpu_host::tables().move[cpu_host::size_index(sizeof(T))].copy;
  const long extents[] = {1, 2, 3, 4, 5, 8, 15, 16, 17, 31, 33, 64, 65, 130};
  for (const long rows : extents)
    for (const long columns : extents) {
      const long room = 2 * rows * columns + 4 * rows + 64;
      std::vector<T> from(static_cast<std::size_t>(room)), to(static_cast<std::size_t>(room));
      for (long i = 0; i < room; ++i) from[static_cast<std::size_t>(i)] = numbered<T>(i);
      // row step, column step, in elements: C order, with gaps, transposed, backwards, broadcast
      const long steps[][2] = {{columns, 1},  {2 * columns, 2}, {1, rows}, {2, 2 * rows},
                               {columns, -1}, {0, 1},           {1, 0},    {columns + 3, 1}};
      for (const auto& f : steps)
        for (const auto& t : steps) {
          if (t[0] == 0 || t[1] <= 0) continue;  // a target steps forwards
          const long start = f[1] < 0 ? columns - 1 : 0;
          std::fill(to.begin(), to.end(), T{});
          copy(reinterpret_cast<char*>(to.data()), reinterpret_cast<const char*>(from.data() + start), rows,
               columns, t[0] * S, t[1] * S, f[0] * S, f[1] * S);
          std::int64_t touched = 0, nonzero = 0;
          for (long r = 0; r < rows; ++r)
            for (long c = 0; c < columns; ++c) {
              const T expected = from[static_cast<std::size_t>(start + r * f[0] + c * f[1])];
              ASSERT_EQ(to[static_cast<std::size_t>(r * t[0] + c * t[1])], expected)
                  << rows << "x" << columns << " at " << r << "," << c << " steps " << f[0] << "," << f[1]
                  << " -> " << t[0] << "," << t[1];
              touched += !(expected == T{});
            }
          for (const T& x : to) nonzero += !(x == T{});
          ASSERT_EQ(nonzero, touched) << "something else was written";
        }
    }
}

TYPED_TEST(cpu_copy, masked_and_compressed) {
  using T = TypeParam;
  const auto& move = cpu_host::tables().move[cpu_host::size_index(sizeof(T))];
  for (const long n : {0L, 1L, 15L, 64L, 100L, 1000L}) {
    std::vector<T> from(static_cast<std::size_t>(n)), to(from), kept(from);
    std::vector<char> mask(static_cast<std::size_t>(n));
    std::vector<T> expected;
    for (std::size_t i = 0; i < from.size(); ++i) {
      from[i] = numbered<T>(static_cast<std::int64_t>(i) + 1);
      mask[i] = static_cast<char>(i * i % 3 != 0 ? 1 : 0);
      if (mask[i]) expected.push_back(from[i]);
    }
    char* const args[] = {reinterpret_cast<char*>(from.data()), mask.data(),
                          reinterpret_cast<char*>(to.data())};
    const long steps[] = {sizeof(T), 1, sizeof(T)};
    move.masked_store(args, steps, n);
    for (std::size_t i = 0; i < to.size(); ++i) ASSERT_EQ(to[i], mask[i] ? from[i] : T{});
    const long count = move.compress(reinterpret_cast<char*>(kept.data()), args[0], mask.data(), 1, n);
    kept.resize(static_cast<std::size_t>(count));
    ASSERT_EQ(kept, expected);
  }
}

TEST(cpu_copy_arrays, transposed_copies_of_large_tables) {
  for (const auto& [rows, columns] :
       {std::pair{1000, 777}, {64, 5000}, {5000, 64}, {3, 100000}, {100000, 3}}) {
    const ndarray a = test::iota<std::int32_t>({rows, columns}, cpu);
    const ndarray b = copy(test::transposed(a), order::C);
    const auto x = a.to_vector<std::int32_t>(), y = b.to_vector<std::int32_t>();
    for (int r = 0; r < rows; ++r)
      for (int c = 0; c < columns; ++c)
        ASSERT_EQ(x[static_cast<std::size_t>(r * columns + c)], y[static_cast<std::size_t>(c * rows + r)]);
  }
}

TEST(cpu_copy_arrays, sequences) {
  for (const std::int64_t n : {0, 1, 100, 100000}) {
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(n) + 1);
    cpu_backend().sequence(bytes.data(), dtype::uint8, n, 250, -3, {});
    for (std::int64_t i = 0; i < n; ++i)
      ASSERT_EQ(bytes[static_cast<std::size_t>(i)], static_cast<std::uint8_t>(250 - 3 * i));
    std::vector<double> numbers(static_cast<std::size_t>(n) + 1);
    cpu_backend().sequence(numbers.data(), dtype::float64, n, 0.5, 0.1, {});
    for (std::int64_t i = 0; i < n; ++i)
      ASSERT_EQ(numbers[static_cast<std::size_t>(i)], 0.5 + static_cast<double>(i) * 0.1);
  }
}

}  // namespace
}  // namespace numloom
