// SPDX-License-Identifier: BSD-3-Clause
// Exponential numbers, orders, samples, parameters for every element, other engines. The numbers in this file
// are numpy.random's.
#include <bit>

#include "cpu/threads.hpp"
#include "numloom/bit_source.hpp"
#include "numloom/creation.hpp"
#include "numloom/manipulation.hpp"
#include "numloom/random.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using doubles = std::vector<double>;
using floats = std::vector<float>;
using integers = std::vector<std::int64_t>;
using unsigned_integers = std::vector<std::uint64_t>;
using random::default_rng;

struct random_order_test : ::testing::Test {
  device_guard guard{test::test_device()};
};

integers numbers(const ndarray& a) { return a.to_vector<std::int64_t>(); }
ndarray array_of(const integers& values) {
  ndarray a = empty({static_cast<std::int64_t>(values.size())}, dtype::int64, cpu);
  std::copy(values.begin(), values.end(), static_cast<std::int64_t*>(a.data(access::write)));
  return to_device(a, current_device());
}
ndarray values_of(const doubles& values) {
  ndarray a = empty({static_cast<std::int64_t>(values.size())}, dtype::float64, cpu);
  std::copy(values.begin(), values.end(), static_cast<double*>(a.data(access::write)));
  return to_device(a, current_device());
}
template <element T> std::uint64_t combined_bits(const ndarray& a) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  std::uint64_t all = 0;
  for (const T value : a.to_vector<T>()) all ^= std::bit_cast<Bits>(value);
  return all;
}

TEST_F(random_order_test, exponential_numbers) {
  EXPECT_EQ(
      default_rng(42).standard_exponential({4}).to_vector<double>(),
      (doubles{0x1.33bd1b8765db9p+1, 0x1.2b08433c827fcp+1, 0x1.313fd9339e3b5p+1, 0x1.1e8264f21493bp-2}));
  EXPECT_EQ(default_rng(42).standard_exponential({4}, dtype::float32).to_vector<float>(),
            (floats{0x1.6ae22ep-4f, 0x1.7fb9b2p+1f, 0x1.2e552cp+1f, 0x1.5d4448p-2f}));
  EXPECT_EQ(default_rng(42)
                .standard_exponential({2}, dtype::float64, random::exponential_method::inverse)
                .to_vector<double>(),
            (doubles{0x1.7cadb96ef5652p+0, 0x1.27d7b9202a0f4p-1}));
  EXPECT_EQ(default_rng(42).exponential(3, {2}).to_vector<double>(),
            (doubles{0x1.cd9ba94b18c96p+2, 0x1.c08c64dac3bfap+2}));
  EXPECT_THROW(default_rng(42).exponential(-1, {2}), value_error);
}

TEST_F(random_order_test, a_million_exponentials_bit_for_bit) {
  if (test::slowed()) GTEST_SKIP() << test::too_slow;
  EXPECT_EQ(combined_bits<double>(default_rng(12345).standard_exponential({1000000})), 0x14b5d86393661b2u);
  EXPECT_EQ(combined_bits<float>(default_rng(12345).standard_exponential({1000000}, dtype::float32)),
            0x7f37df4eu);
}

TEST_F(random_order_test, permutations) {
  EXPECT_EQ(numbers(default_rng(42).permutation(8)), (integers{3, 4, 2, 7, 6, 1, 5, 0}));
  const ndarray table = reshape(arange(6), {3, 2}), wide = reshape(arange(8), {2, 4});
  EXPECT_EQ(numbers(default_rng(42).permutation(table)), (integers{4, 5, 2, 3, 0, 1}));
  EXPECT_EQ(numbers(default_rng(42).permuted(wide, 1)), (integers{3, 2, 1, 0, 7, 6, 4, 5}));
  const ndarray line = arange(8);
  default_rng(42).shuffle(line);
  EXPECT_EQ(numbers(line), (integers{3, 4, 2, 7, 6, 1, 5, 0}));
  default_rng(42).shuffle(table);
  EXPECT_EQ(numbers(table), (integers{4, 5, 2, 3, 0, 1}));
  std::uint64_t sum = 0, i = 0;
  for (const std::int64_t x : numbers(default_rng(12345).permutation(1000001)))
    sum += static_cast<std::uint64_t>(x) * (i++ % 1009);
  EXPECT_EQ(sum, 252055657066418u);
  EXPECT_EQ(default_rng(1).permutation(0).size(), 0);
  EXPECT_THROW(default_rng(1).permutation(table, 2), axis_error);
  EXPECT_THROW(default_rng(1).permuted(table, {}, empty({2, 3}, dtype::int64)), value_error);
}

TEST_F(random_order_test, samples) {
  EXPECT_EQ(numbers(default_rng(42).choice(10, {4}, {.replace = false})), (integers{4, 0, 5, 6}));
  const integers many = numbers(default_rng(42).choice(100000, {5000}, {.replace = false}));
  EXPECT_EQ(integers(many.begin(), many.begin() + 5), (integers{47367, 64461, 97743, 70940, 20116}));
  ndarray p = empty({5}, dtype::float64, cpu);
  std::ranges::copy(doubles{.1, .2, .3, .2, .2}, static_cast<double*>(p.data(access::write)));
  EXPECT_EQ(numbers(default_rng(42).choice(5, {6}, {.p = p})), (integers{3, 2, 4, 3, 0, 4}));
  EXPECT_EQ(numbers(default_rng(42).choice(5, {3}, {.replace = false, .p = p})), (integers{3, 2, 4}));
  EXPECT_EQ(default_rng(42).choice(reshape(arange(6), {3, 2}), {4, 5}).shape(), (shape_t{4, 5, 2}));
  EXPECT_THROW(default_rng(42).choice(3, {4}, {.replace = false}), value_error);
  EXPECT_THROW(default_rng(42).choice(0, {4}), value_error);
  EXPECT_THROW(default_rng(42).choice(4, {4}, {.p = p}), value_error);
  const std::vector<std::byte> bytes = default_rng(42).bytes(5);
  EXPECT_EQ(bytes, (std::vector<std::byte>{std::byte{136}, std::byte{38}, std::byte{217}, std::byte{22},
                                           std::byte{205}}));
}

TEST_F(random_order_test, parameters_for_every_element) {
  EXPECT_EQ(numbers(default_rng(42).integers(array_of({0, 5, 0}), array_of({10, std::int64_t{1} << 40, 3}),
                                             shape_t{2, 3})),
            (integers{0, 482551947690, 2, 4, 766764256791, 2}));
  const ndarray loc = array_of({0, 10}), scale = array_of({1, 2});
  EXPECT_EQ(default_rng(42).normal(loc, scale, {}).to_vector<double>(),
            (doubles{0x1.3807c1104fc6bp-2, 0x1.fae1cd01ab2c1p+2}));
  EXPECT_EQ(default_rng(42).uniform(loc, 20.0, {}).to_vector<double>(),
            (doubles{0x1.ef54f580b91edp+3, 0x1.cc70ebfa11768p+3}));
  EXPECT_THROW(default_rng(42).normal(loc, scale, shape_t{3}), value_error);
  EXPECT_THROW(default_rng(42).integers(loc, loc), value_error);
}

TEST_F(random_order_test, seeds_of_several_integers) {
  const unsigned_integers seeds{1, std::uint64_t{1} << 40, 0};
  EXPECT_EQ(random::seed_sequence(seeds).generate_state(2),
            (std::vector<std::uint32_t>{2946415092u, 616684486u}));
  EXPECT_EQ(default_rng(seeds).random({1}).to_vector<double>()[0], 0x1.9b58c42a138b0p-2);
}

TEST_F(random_order_test, samples_of_several_draws) {
  EXPECT_EQ(numbers(default_rng(7).poisson(3, {6})), (integers{4, 1, 4, 3, 5, 1}));
  EXPECT_EQ(numbers(default_rng(7).geometric(0.2, {4})), (integers{4, 5, 3, 5}));
  const doubles gamma = default_rng(7).gamma(2.5, 2, {100003}).to_vector<double>();
  EXPECT_EQ(gamma[1], 0x1.c9a551912a263p+1);
  EXPECT_EQ(gamma[100002], 0x1.acf2df70fd68dp+2);
  const int before = cpu_host::num_threads();
  for (const int threads : {1, 2, 5}) {
    cpu_host::set_num_threads(threads);
    EXPECT_EQ(default_rng(7).gamma(2.5, 2, {100003}).to_vector<double>(), gamma) << threads;
  }
  cpu_host::set_num_threads(before);
  EXPECT_THROW(default_rng(7).gamma(-1, 1, {3}), value_error);
  EXPECT_THROW(default_rng(7).poisson(-1, {3}), value_error);
  EXPECT_THROW(default_rng(7).triangular(1, 1, 1, {3}), value_error);
}

TEST_F(random_order_test, other_engines) {
  const random::seed_sequence seed(42);
  random::generator dxsm(random::pcg64dxsm_seed(seed)), philox(random::philox_seed(seed));
  EXPECT_EQ(dxsm.random_raw({6}).to_vector<std::uint64_t>(),
            (unsigned_integers{0xab1c50338e63481d, 0x1bdf91d548d1872, 0xa872905d0418d0a1, 0x5f0a84270b80eabc,
                               0x34e825054db5f685, 0x319ff93cb20cb433}));
  EXPECT_EQ(philox.random_raw({6}).to_vector<std::uint64_t>(),
            (unsigned_integers{0x16092f00ecdab98a, 0x243d19cc24021070, 0x4524d130684efe02, 0xdfc0f20c3c4b5bca,
                               0x2b8fe7053fb23371, 0x81be758196fbd62c}));
  // Pieces join to the whole, whatever part of a block they end in.
  for (const random::stream_state& start : {random::pcg64dxsm_seed(seed), random::philox_seed(seed)}) {
    random::generator whole(start), pieces(start);
    const unsigned_integers all = whole.random_raw({5000}).to_vector<std::uint64_t>();
    unsigned_integers joined;
    for (std::int64_t n = 1; joined.size() < all.size(); n = n * 2 + 1) {
      const std::int64_t count = std::min(n, static_cast<std::int64_t>(all.size() - joined.size()));
      const auto piece = pieces.random_raw({count}).to_vector<std::uint64_t>();
      joined.insert(joined.end(), piece.begin(), piece.end());
    }
    EXPECT_EQ(joined, all);
    EXPECT_TRUE(whole.state() == pieces.state());
  }
}

TEST_F(random_order_test, engines_that_are_walked) {
  const random::seed_sequence seed(42);
  random::sfc64 small(seed);
  random::generator g(small.source());
  EXPECT_EQ(g.random_raw({3}).to_vector<std::uint64_t>(),
            (unsigned_integers{0x87a9e37f3ed2c19d, 0x60d4edb76d651052, 0xf20682759befde78}));
  small = random::sfc64(seed);
  EXPECT_EQ(g.random({2}).to_vector<double>(), (doubles{0x1.0f53c6fe7da58p-1, 0x1.8353b6ddb5944p-2}));
  EXPECT_EQ(g.standard_normal({2}).to_vector<double>(),
            (doubles{0x1.ab3e832f80e84p-1, 0x1.ed49392716749p-1}));
  EXPECT_EQ(numbers(g.integers(100, {5})), (integers{71, 64, 71, 32, 58}));
  EXPECT_EQ(numbers(g.permutation(6)), (integers{5, 0, 4, 2, 3, 1}));
  random::mt19937 twister(seed);
  random::generator h(twister.source());
  EXPECT_EQ(h.random_raw({3}).to_vector<std::uint64_t>(),
            (unsigned_integers{0x8ac01c92, 0xe8bfd726, 0x9ea282a8}));
  twister = random::mt19937(seed);
  EXPECT_EQ(h.random({2}).to_vector<double>(), (doubles{0x1.1580393a2ff5cp-1, 0x1.3d450559d6841p-1}));
  EXPECT_EQ(h.standard_normal({2}).to_vector<double>(),
            (doubles{-0x1.5df749de4cb91p+0, -0x1.1b8d6e3a6cd77p-1}));
  EXPECT_EQ(numbers(h.integers(100, {5})), (integers{86, 81, 62, 6, 68}));
  EXPECT_EQ(numbers(h.permutation(6)), (integers{0, 4, 1, 5, 3, 2}));
}

TEST_F(random_order_test, jumps) {
  const random::seed_sequence seed(42);
  const auto words = [](const random::stream_state& s) {
    return random::generator(random::jumped(s, 3)).random_raw({2}).to_vector<std::uint64_t>();
  };
  EXPECT_EQ(words(random::pcg64_seed(seed)), (unsigned_integers{0xc4e64e08b7d383dc, 0xae07186b571155d9}));
  EXPECT_EQ(words(random::philox_seed(seed)), (unsigned_integers{0x8c34d9975c484fb2, 0xdf2a6436fc22d607}));
  EXPECT_EQ(words(random::pcg64dxsm_seed(seed)), (unsigned_integers{0x5e13e3a97a1710a6, 0x810c906d22c5cc4b}));
  random::sfc64 bits(seed);
  EXPECT_THROW(random::jumped(random::stream_state(bits.source())), value_error);
}

TEST_F(random_order_test, arrays_as_parameters) {
  const ndarray lam = values_of({1, 20, 3.5}), shape = values_of({.5, 2.5});
  EXPECT_EQ(numbers(default_rng(7).poisson(lam, {2, 3})), (integers{3, 17, 0, 2, 17, 5}));
  EXPECT_EQ(
      default_rng(7).gamma(shape, reshape(values_of({1, 2}), {2, 1})).to_vector<double>(),
      (doubles{0x1.a8a5dd6c69c04p-2, 0x1.c9a551912a263p+0, 0x1.710c7c85a1fecp-3, 0x1.20d1f0c8ff744p+2}));
  EXPECT_EQ(default_rng(7).standard_gamma(shape, {}, dtype::float32).to_vector<float>(),
            (std::vector<float>{0x1.48d132p+1f, 0x1.15b08cp+2f}));
  EXPECT_EQ(numbers(default_rng(7).binomial(array_of({10, 100}), 0.3)), (integers{3, 36}));
  EXPECT_EQ(default_rng(7).beta(2, 3).item<double>(), 0x1.b4b2bc46f011bp-2);
  EXPECT_EQ(numbers(default_rng(7).hypergeometric(10, 20, 5, {6})), (integers{3, 1, 2, 4, 1, 2}));
  EXPECT_EQ(numbers(default_rng(7).hypergeometric(100, 200, 50, {6})), (integers{14, 16, 12, 15, 17, 19}));
  EXPECT_EQ(
      numbers(default_rng(7).hypergeometric(array_of({10, 100}), array_of({20, 50}), array_of({5, 30}))),
      (integers{3, 20}));
  EXPECT_THROW(default_rng(7).poisson(lam, {2}), value_error);
  EXPECT_THROW(default_rng(7).gamma(values_of({1, -1})), value_error);
  EXPECT_THROW(default_rng(7).binomial(shape, 0.5), type_error);
  EXPECT_THROW(default_rng(7).hypergeometric(3, 4, 8), value_error);
}

TEST_F(random_order_test, several_numbers_a_sample) {
  const ndarray p = values_of({.2, .3, .5}), colors = array_of({16, 8, 4});
  EXPECT_EQ(numbers(default_rng(7).multinomial(20, p, {2})), (integers{4, 8, 8, 5, 4, 11}));
  EXPECT_EQ(numbers(default_rng(7).multinomial(reshape(array_of({3, 9}), {2, 1}),
                                               reshape(values_of({.5, .5, .25, .75}), {2, 2}))),
            (integers{2, 1, 2, 1, 6, 3, 1, 8}));
  EXPECT_EQ(default_rng(7).dirichlet(values_of({1, 2, 3})).to_vector<double>(),
            (doubles{0x1.54dbc6c9618f2p-3, 0x1.f5b7d98011560p-2, 0x1.5fda431b3de25p-2}));
  EXPECT_EQ(default_rng(7).dirichlet(values_of({.01, .02, .03})).to_vector<double>(),
            (doubles{0x1.450447d46fad1p-65, 0x1.fffffffffffffp-1, 0x1.0000000000000p-53}));
  EXPECT_EQ(numbers(default_rng(7).multivariate_hypergeometric(colors, 6, {2})),
            (integers{5, 1, 0, 1, 2, 3}));
  EXPECT_EQ(numbers(default_rng(7).multivariate_hypergeometric(colors, 20, {2}, random::urn_method::count)),
            (integers{11, 6, 3, 11, 5, 4}));
  EXPECT_THROW(default_rng(7).multinomial(-1, p), value_error);
  EXPECT_THROW(default_rng(7).multinomial(3, values_of({.9, .9, .1})), value_error);
  EXPECT_THROW(default_rng(7).dirichlet(values_of({1, -1})), value_error);
  EXPECT_THROW(default_rng(7).multivariate_hypergeometric(colors, 29), value_error);
}

TEST_F(random_order_test, normal_vectors) {
  const ndarray mean = values_of({0, 1}), cov = reshape(values_of({2, .5, .5, 1}), {2, 2});
  const doubles by_svd = default_rng(7).multivariate_normal(mean, cov).to_vector<double>();
  EXPECT_NEAR(by_svd[0], -0.10348859746965117, 1e-15);
  EXPECT_NEAR(by_svd[1], 1.2450679390026291, 1e-15);
  const doubles by_cholesky =
      default_rng(7)
          .multivariate_normal(mean, cov, {}, {.method = random::covariance_factor::cholesky})
          .to_vector<double>();
  EXPECT_NEAR(by_cholesky[0], 0.001739699561950655, 1e-15);
  EXPECT_NEAR(by_cholesky[1], 1.2798857866865672, 1e-15);
  const ndarray bad = reshape(values_of({1, 2, 2, 1}), {2, 2});
  EXPECT_THROW(default_rng(7).multivariate_normal(mean, bad), value_error);
  EXPECT_EQ(default_rng(7).multivariate_normal(mean, bad, {3}, {.check_valid = false}).shape(),
            (shape_t{3, 2}));
  bool invalid = false;
  default_rng(7).multivariate_normal(mean, bad, {}, {.invalid = &invalid});
  EXPECT_TRUE(invalid);
}

/// A counter as the source: bits one after another, made by hand.
struct counter {
  std::uint64_t next = 0;
  static std::uint64_t word(void* self) { return static_cast<counter*>(self)->next += 0x9e3779b97f4a7c15u; }
  static std::uint32_t half(void* self) { return static_cast<std::uint32_t>(word(self) >> 32); }
  static double unit(void* self) { return static_cast<double>(word(self) >> 11) * 0x1p-53; }
};

TEST(bit_source, draws_from_any_source) {
  counter bits;
  const random::bit_source source{&bits, counter::word, counter::half, counter::unit, counter::word};
  double mean = 0;
  doubles x(1000);
  random::draw(source, random::standard_distribution::uniform, dtype::float64, x.data(), 1000, 2, 5);
  for (const double value : x) {
    EXPECT_GE(value, 5);
    EXPECT_LT(value, 7);
    mean += value / 1000;
  }
  EXPECT_NEAR(mean, 6, 0.01);
  std::vector<std::uint8_t> dice(600);
  random::draw_integers(source, dtype::uint8, dice.data(), 600, 1, 5);
  for (const std::uint8_t value : dice) EXPECT_TRUE(value >= 1 && value <= 6);
  EXPECT_THROW(random::draw(source, random::standard_distribution::normal, dtype::int32, x.data(), 1),
               type_error);
}

}  // namespace
}  // namespace numloom
