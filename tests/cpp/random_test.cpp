// SPDX-License-Identifier: BSD-3-Clause
// The numbers in this file are numpy.random's.
#include "numloom/random.hpp"

#include <bit>
#include <cmath>

#include "cpu/threads.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using doubles = std::vector<double>;
using floats = std::vector<float>;
using integers = std::vector<std::int64_t>;
using words = std::vector<std::uint32_t>;

constexpr uint128 wide(std::uint64_t high, std::uint64_t low) {
  return static_cast<uint128>(high) << 64 | low;
}

/// Generators that draw on the device under test.
struct random_test : ::testing::Test {
  device_guard guard{test::test_device()};
};

/// All bits of an array in one number, and another that depends on their order.
template <element T> std::uint64_t combined_bits(const ndarray& a) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  std::uint64_t all = 0;
  for (const T value : a.to_vector<T>()) all ^= std::bit_cast<Bits>(value);
  return all;
}
template <element T> std::uint64_t weighted_sum(const ndarray& a) {
  std::uint64_t sum = 0, i = 0;
  for (const T value : a.to_vector<T>()) sum += static_cast<std::uint64_t>(value) * (i++ % 1009);
  return sum;
}

TEST(seed_sequence, gives_numpys_words) {
  EXPECT_EQ(random::seed_sequence(42).generate_state(4),
            (words{3444837047u, 2669555309u, 2046530742u, 3581440988u}));
  // SeedSequence([1, 2**40, 0], spawn_key=(3,))
  const words entropy{1, 0, 256, 0}, key{3};
  EXPECT_EQ(random::seed_sequence(entropy, key).generate_state(4),
            (words{3932107016u, 3127029545u, 1844826848u, 2598458841u}));
}

TEST(seed_sequence, spawns_numpys_children) {
  random::seed_sequence parent(7);
  std::vector<random::seed_sequence> children = parent.spawn(2);
  EXPECT_EQ(children[0].generate_state(2), (words{1201125462u, 788422957u}));
  EXPECT_EQ(children[1].generate_state(2), (words{3618983171u, 941218350u}));
  EXPECT_EQ(parent.children_spawned(), 2u);
  EXPECT_NE(parent.spawn(1)[0].generate_state(2), children[0].generate_state(2));
  EXPECT_THROW(random::seed_sequence(words{1}, {}, 3), value_error);
}

TEST(pcg64, starts_and_advances_as_numpys) {
  const pcg64_state s = random::pcg64_seed(random::seed_sequence(42));
  EXPECT_TRUE(s.state == wide(0xcea44f6798798f2a, 0xacbc7c9d68860ac8));
  EXPECT_TRUE(s.increment == wide(0xfa505436c9a8416e, 0x66caf2e28d25abff));
  const uint128 far = static_cast<uint128>(10'000'000'000) * 10'000'000'000;
  EXPECT_TRUE(random::pcg64_advance(s, far).state == wide(0xdafbf204f4fe71d1, 0xc8894bb9c1960ac8));
  EXPECT_TRUE(random::pcg64_advance(random::pcg64_advance(s, far), -far).state == s.state);
}

TEST_F(random_test, uniform_numbers) {
  EXPECT_EQ(
      random::default_rng(42).random({4}).to_vector<double>(),
      (doubles{0x1.8c43f79a2db24p-1, 0x1.c16959869e47ep-2, 0x1.b79a2584ddb42p-1, 0x1.650d6c1c2c011p-1}));
  random::generator g(42);
  EXPECT_EQ(g.random({5}, dtype::float32).to_vector<float>(),
            (floats{0x1.6d926p-4f, 0x1.8c43f6p-1f, 0x1.4f23fep-1f, 0x1.c16958p-2f, 0x1.bb6858p-2f}));
  EXPECT_TRUE(g.state().has_uint32);
  EXPECT_EQ(g.state().uinteger, 3687649986u);
  EXPECT_EQ(combined_bits<float>(random::generator(12345).random({1000001}, dtype::float32)), 0x3864b432u);
}

TEST_F(random_test, standard_normal_numbers) {
  EXPECT_EQ(
      random::default_rng(42).standard_normal({4}).to_vector<double>(),
      (doubles{0x1.3807c1104fc6bp-2, -0x1.0a3c65fca9a7ep+0, 0x1.803b239e77350p-1, 0x1.e191b2d157f36p-1}));
  EXPECT_EQ(random::default_rng(42).standard_normal({5}, dtype::float32).to_vector<float>(),
            (floats{0x1.22a03ap-3f, -0x1.ab2356p+0f, -0x1.550508p+0f, 0x1.2a4472p-1f, 0x1.7f0374p-2f}));
}

TEST_F(random_test, a_million_normals_bit_for_bit) {
  if (test::slowed()) GTEST_SKIP() << test::too_slow;
  const ndarray x = random::default_rng(12345).standard_normal({1000, 1000});
  EXPECT_EQ(combined_bits<double>(x), 0xffc85075efa3f20du);
  EXPECT_EQ(x.to_vector<double>()[999999], -0x1.450e2776df8fap+0);
  EXPECT_EQ(combined_bits<float>(random::default_rng(12345).standard_normal({1000000}, dtype::float32)),
            0xf83a8796u);
}

TEST_F(random_test, integers_of_all_widths_in_one_stream) {
  random::generator g(42);
  EXPECT_EQ(g.integers(0, 100, {10}).to_vector<std::int64_t>(),
            (integers{8, 77, 65, 43, 43, 85, 8, 69, 20, 9}));
  EXPECT_EQ(g.integers(-5, 5, {5}, {.dtype = dtype::int8}).to_vector<std::int64_t>(),
            (integers{0, -2, 2, 0, 4}));
  EXPECT_EQ(g.integers(std::int64_t{1} << 40, {3}).to_vector<std::int64_t>(),
            (integers{836881952700, 864286843831, 140862428803}));
  EXPECT_EQ(
      g.integers(0, UINT64_MAX, {2}, {.dtype = dtype::uint64, .endpoint = true}).to_vector<std::uint64_t>(),
      (std::vector<std::uint64_t>{8308154130757172590u, 6840016256055578665u}));
  EXPECT_EQ(g.integers(2, {12}, {.dtype = dtype::bool_}).to_vector<bool>(),
            (std::vector<bool>{1, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0}));
  EXPECT_TRUE(g.state().has_uint32);
  EXPECT_EQ(g.state().uinteger, 3980425318u);
}

TEST_F(random_test, integers_that_pass_draws_over) {
  if (test::slowed()) GTEST_SKIP() << test::too_slow;
  random::generator g(12345);  // a fifth of all 8-bit draws
  EXPECT_EQ(weighted_sum<std::uint8_t>(g.integers(200, {1000001}, {.dtype = dtype::uint8})), 50141008448u);
  EXPECT_FALSE(g.state().has_uint32);
  EXPECT_EQ(g.state().uinteger, 1684582557u);
  EXPECT_EQ(weighted_sum<std::int64_t>(random::generator(12345).integers(std::int64_t{3} << 30, {1000001})),
            810934537546250780u);
}

/// One large fill gives what many small ones give.
template <element T, class Draw> void expect_the_same_in_pieces(Draw draw) {
  random::generator whole(7), pieces(7);
  const std::vector<T> all = draw(whole, test::elements(100003, 10007)).template to_vector<T>();
  std::vector<T> joined;
  for (std::int64_t n = 1; joined.size() < all.size(); n = n * 3 + 1) {
    const std::int64_t count = std::min(n, static_cast<std::int64_t>(all.size() - joined.size()));
    const std::vector<T> piece = draw(pieces, count).template to_vector<T>();
    joined.insert(joined.end(), piece.begin(), piece.end());
  }
  EXPECT_EQ(joined, all);
  EXPECT_TRUE(whole.state() == pieces.state());
}

TEST_F(random_test, pieces_join_to_the_whole) {
  using generator = random::generator;
  expect_the_same_in_pieces<double>([](generator& g, std::int64_t n) { return g.random({n}); });
  expect_the_same_in_pieces<float>(
      [](generator& g, std::int64_t n) { return g.random({n}, dtype::float32); });
  expect_the_same_in_pieces<double>([](generator& g, std::int64_t n) { return g.standard_normal({n}); });
  expect_the_same_in_pieces<float>(
      [](generator& g, std::int64_t n) { return g.standard_normal({n}, dtype::float32); });
  expect_the_same_in_pieces<std::int64_t>(
      [](generator& g, std::int64_t n) { return g.integers(3000000000, {n}); });
  expect_the_same_in_pieces<std::int64_t>(
      [](generator& g, std::int64_t n) { return g.integers(std::int64_t{3} << 60, {n}); });
}

TEST_F(random_test, the_number_of_threads_does_not_matter) {
  const int before = cpu_host::num_threads();
  std::vector<double> first;
  for (const int threads : {1, 2, 5}) {
    cpu_host::set_num_threads(threads);
    const std::vector<double> numbers =
        random::generator(3).standard_normal({test::elements(200000, 20000)}).to_vector<double>();
    if (first.empty()) first = numbers;
    EXPECT_EQ(numbers, first) << threads;
  }
  cpu_host::set_num_threads(before);
}

TEST_F(random_test, copies_and_states_go_on_from_the_same_place) {
  random::generator g(1);
  g.random({3}, dtype::float32);
  random::generator copy = g, restored;
  restored.set_state(g.state());
  const std::vector<float> next = g.random({5}, dtype::float32).to_vector<float>();
  EXPECT_EQ(copy.random({5}, dtype::float32).to_vector<float>(), next);
  EXPECT_EQ(restored.random({5}, dtype::float32).to_vector<float>(), next);
}

TEST_F(random_test, bounds) {
  random::generator g(1);
  EXPECT_EQ(g.integers(5, 6, {3}).to_vector<std::int64_t>(), (integers{5, 5, 5}));
  EXPECT_EQ(g.integers(-128, 127, {1}, {.dtype = dtype::int8, .endpoint = true}).dtype(), dtype::int8);
  EXPECT_THROW(g.integers(5, 5, {3}), value_error);
  EXPECT_THROW(g.integers(0, 257, {3}, {.dtype = dtype::uint8}), value_error);
  EXPECT_THROW(g.integers(-1, 5, {3}, {.dtype = dtype::uint8}), value_error);
  EXPECT_THROW(g.integers(5, {3}, {.dtype = dtype::float64}), type_error);
  EXPECT_THROW(g.random({3}, dtype::int32), type_error);
  EXPECT_THROW(g.normal(0, -1, {3}), value_error);
  EXPECT_EQ(g.random({0, 3}).size(), 0);
}

TEST_F(random_test, scaled_numbers) {
  const std::vector<double> u = random::generator(9).random({100}).to_vector<double>();
  const std::vector<double> scaled = random::generator(9).uniform(-2, 3, {100}).to_vector<double>();
  const std::vector<double> z = random::generator(9).standard_normal({100}).to_vector<double>();
  const std::vector<double> normal = random::generator(9).normal(10, 0.5, {100}).to_vector<double>();
  for (std::size_t i = 0; i < u.size(); ++i) {
    EXPECT_EQ(scaled[i], -2 + 5 * u[i]);
    EXPECT_EQ(normal[i], 10 + 0.5 * z[i]);
  }
}

TEST_F(random_test, fills_existing_arrays) {
  const ndarray out = empty({2, 2}, dtype::float32);
  random::generator(42).random_into(out);
  EXPECT_EQ(out.to_vector<float>()[0], 0x1.6d926p-4f);
  EXPECT_THROW(random::generator(42).random_into(test::transposed(empty({2, 3}, dtype::float32))),
               value_error);
}

}  // namespace
}  // namespace numloom
