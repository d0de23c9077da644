// SPDX-License-Identifier: BSD-3-Clause
// Products of matrices of every layout against the definition.
#include <cmath>
#include <complex>
#include <random>

#include "core/backend.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;

/// Rows and columns in an array of their own shape, transposed, or with gaps.
enum class layout { rows, columns, gaps, reversed };
constexpr layout layouts[] = {layout::rows, layout::columns, layout::gaps, layout::reversed};

struct placed {
  ndarray bytes;
  std::int64_t row, column, batch, first = 0;  // in elements
};

template <element T>
placed place(const std::vector<T>& values, std::int64_t batch, std::int64_t rows, std::int64_t columns,
             layout l) {
  const std::int64_t gap = l == layout::gaps ? 3 : 0;
  placed p;
  if (l == layout::columns) {
    p.row = 1, p.column = rows, p.batch = rows * columns;
  } else {
    p.row = columns + gap, p.column = 1, p.batch = rows * p.row;
    if (l == layout::reversed) p.first = p.batch - 1, p.row = -p.row, p.column = -1;
  }
  std::vector<T> all(static_cast<std::size_t>(batch * p.batch), T(0));
  for (std::int64_t b = 0; b < batch; ++b)
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j)
        all[static_cast<std::size_t>(p.first + b * p.batch + i * p.row + j * p.column)] =
            values[static_cast<std::size_t>((b * rows + i) * columns + j)];
  p.bytes = make<T>(all);
  return p;
}

template <class T> T small_value(std::mt19937_64& g) {
  const auto bits = g();
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(bits);  // large ones: sums wrap
  else if constexpr (std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>)
    return {static_cast<typename T::value_type>(bits % 7) - 3,
            static_cast<typename T::value_type>(bits / 7 % 7) - 3};
  else
    return T(static_cast<float>(bits % 9) - 4);
}

/// The type in which the definition is exact.
template <class T> struct exact { using type = T; };
template <> struct exact<float16> { using type = float; };
template <> struct exact<bool> { using type = bool; };
template <class T>
requires std::is_integral_v<T>
struct exact<T> {
  using type = std::uint64_t;
};

template <element T>
void check(std::int64_t m, std::int64_t n, std::int64_t k, std::int64_t batch, layout la, layout lb,
           layout lc) {
  std::mt19937_64 g(static_cast<std::uint64_t>(m * 31 + n * 7 + k));
  const auto values = [&](std::int64_t count) {
    std::vector<T> v;
    for (std::int64_t i = 0; i < count; ++i) v.push_back(small_value<T>(g));
    return v;
  };
  const std::vector<T> a = values(batch * m * k), b = values(batch * k * n);
  const placed pa = place<T>(a, batch, m, k, la), pb = place<T>(b, batch, k, n, lb),
               pc = place<T>(std::vector<T>(static_cast<std::size_t>(batch * m * n), T(1)), batch, m, n, lc);
  const auto at = [](const placed& p, access intent) {
    return static_cast<char*>(p.bytes.data(intent)) + p.first * static_cast<std::int64_t>(sizeof(T));
  };
  backend_of(test::test_device())
      .matmul({dtype_of<T>, m, n, k, batch, at(pa, access::read), at(pb, access::read), at(pc, access::write),
               pa.row, pa.column, pb.row, pb.column, pc.row, pc.column, pa.batch, pb.batch, pc.batch},
              current_stream(test::test_device()));
  const std::vector<T> got = pc.bytes.to_vector<T>();
  using sum = typename exact<T>::type;
  for (std::int64_t i = 0; i < batch; ++i)
    for (std::int64_t r = 0; r < m; ++r)
      for (std::int64_t c = 0; c < n; ++c) {
        sum want{};
        for (std::int64_t q = 0; q < k; ++q) {
          const T x = a[static_cast<std::size_t>((i * m + r) * k + q)],
                  y = b[static_cast<std::size_t>((i * k + q) * n + c)];
          if constexpr (std::is_same_v<T, bool>)
            want = want || (x && y);
          else
            want += static_cast<sum>(x) * static_cast<sum>(y);
        }
        const T value = got[static_cast<std::size_t>(pc.first + i * pc.batch + r * pc.row + c * pc.column)];
        // Sums of small whole numbers are exact in every order.
        ASSERT_TRUE(value == static_cast<T>(want))
            << m << 'x' << k << " by " << k << 'x' << n << ", batch " << i << ", element " << r << ", " << c;
      }
}

template <class T> class matmul_test : public ::testing::Test {};
using element_types = ::testing::Types<bool, std::int8_t, std::uint8_t, std::int16_t, std::uint16_t,
                                       std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, float16,
                                       float, double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(matmul_test, element_types);

TYPED_TEST(matmul_test, sizes) {
  const std::int64_t sizes[][3] = {{1, 1, 1},     {2, 3, 4},   {8, 8, 8},     {16, 16, 16},
                                   {17, 33, 5},   {1, 40, 30}, {40, 1, 30},   {1, 1, 1000},
                                   {65, 70, 300}, {5, 4, 0},   {100, 1, 700}, {1, 200, 700}};
  for (const auto& s : sizes) check<TypeParam>(s[0], s[1], s[2], 1, layout::rows, layout::rows, layout::rows);
}
TYPED_TEST(matmul_test, layouts) {
  for (const layout a : layouts)
    for (const layout b : layouts) {
      check<TypeParam>(19, 21, 23, 1, a, b, layout::rows);
      check<TypeParam>(3, 4, 5, 1, a, b, layout::columns);
      check<TypeParam>(40, 1, 50, 1, a, b, layout::gaps);
      check<TypeParam>(1, 40, 50, 1, a, b, layout::reversed);
    }
  for (const layout c : layouts) check<TypeParam>(19, 21, 23, 1, layout::rows, layout::columns, c);
}
TYPED_TEST(matmul_test, batches) {
  check<TypeParam>(2, 3, 4, 100, layout::rows, layout::rows, layout::rows);
  check<TypeParam>(20, 30, 10, 9, layout::columns, layout::gaps, layout::reversed);
}

}  // namespace
}  // namespace numloom
