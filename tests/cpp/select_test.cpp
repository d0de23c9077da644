// SPDX-License-Identifier: BSD-3-Clause
// Selection by a mask, at the level of a device's primitives.
#include <random>

#include "core/backend.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::make;
using positions = std::vector<std::int64_t>;

backend& device_backend() { return backend_of(test::test_device()); }
stream_view stream() { return current_stream(test::test_device()); }

std::vector<bool> random_mask(std::int64_t n, double share) {
  std::mt19937 g(static_cast<unsigned>(n));
  std::bernoulli_distribution chosen(share);
  std::vector<bool> mask;
  for (std::int64_t i = 0; i < n; ++i) mask.push_back(chosen(g));
  return mask;
}

std::int64_t count_true(const ndarray& a) {
  return device_backend().count_true(
      {a.data(access::read), a.dtype(), a.ndim(), a.shape().data(), a.strides().data()}, stream());
}

TEST(select, counts_nonzero_and_compress) {
  for (const std::int64_t n : {0, 1, 7, 8, 9, 64, 1000, 32768, 100003}) {
    for (const double share : {0.0, 0.01, 0.5, 0.99, 1.0}) {
      const std::vector<bool> chosen = random_mask(n, share);
      const ndarray mask = make<bool>(chosen);
      positions wanted;
      for (std::int64_t i = 0; i < n; ++i)
        if (chosen[static_cast<std::size_t>(i)]) wanted.push_back(i);
      const auto count = static_cast<std::int64_t>(wanted.size());
      ASSERT_EQ(count_true(mask), count);
      // One element more: nothing may be written behind the result.
      const ndarray out = make<std::int64_t>(positions(static_cast<std::size_t>(count) + 1, -1));
      device_backend().flat_nonzero(static_cast<std::int64_t*>(out.data(access::write)),
                                    mask.data(access::read), n, count, stream());
      positions padded = wanted;
      padded.push_back(-1);
      ASSERT_EQ(out.to_vector<std::int64_t>(), padded) << n << ' ' << share;
    }
  }
}

template <element T> void check_compress(std::int64_t n, std::int64_t block) {
  const std::vector<bool> chosen = random_mask(n, 0.4);
  const ndarray source = test::iota<T>({n, block}), mask = make<bool>(chosen);
  const std::vector<T> all = source.to_vector<T>();
  std::vector<T> wanted;
  for (std::int64_t i = 0; i < n; ++i)
    if (chosen[static_cast<std::size_t>(i)])
      wanted.insert(wanted.end(), all.begin() + i * block, all.begin() + (i + 1) * block);
  const std::int64_t count = static_cast<std::int64_t>(wanted.size()) / block;
  wanted.push_back(T(1));
  const ndarray out = make<T>(std::vector<T>(wanted.size(), T(1)));
  device_backend().compress(out.data(access::write), source.data(access::read), mask.data(access::read), n,
                            block * static_cast<std::int64_t>(sizeof(T)), count, stream());
  ASSERT_EQ(out.to_vector<T>(), wanted) << n << ' ' << block;
}

TEST(select, blocks_of_all_sizes) {
  for (const std::int64_t n : {1, 8, 63, 40000}) {
    check_compress<std::uint8_t>(n, 1);
    check_compress<float16>(n, 1);
    check_compress<float>(n, 1);
    check_compress<double>(n, 1);
    check_compress<std::complex<double>>(n, 1);
    check_compress<std::int16_t>(n, 3);
    check_compress<float>(n, 50);
  }
}

TEST(select, counts_in_views) {
  const ndarray mask = make<bool>(random_mask(6 * 7 * 8, 0.5), {6, 7, 8});
  std::int64_t count = 0;
  for (const bool b : mask.to_vector<bool>()) count += b;
  EXPECT_EQ(count_true(test::transposed(mask)), count);
  EXPECT_EQ(count_true(test::reversed(mask)), count);
  const ndarray every_other = mask.view({3, 7, 4}, {112, 8, 2});
  count = 0;
  for (const bool b : every_other.to_vector<bool>()) count += b;
  EXPECT_EQ(count_true(every_other), count);
  EXPECT_EQ(count_true(mask.view({0, 8}, {8, 1})), 0);
}

}  // namespace
}  // namespace numloom
