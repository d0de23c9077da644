// SPDX-License-Identifier: BSD-3-Clause
// Random numbers on the device against the plain, one after another way to make them.
#include <cmath>

#include "core/random_state.hpp"
#include "cuda_support.hpp"

#define NL_TARGET reference
#include "functors/pcg64.hpp"
#include "functors/ziggurat.hpp"

namespace numloom {
namespace {

using namespace cuda_test;

/// PCG64 as NumPy steps it.
class plain_generator {
 public:
  explicit plain_generator(const pcg64_state& s) : s_(s) {}
  std::uint64_t next64() {
    constexpr uint128 multiplier = (uint128{0x2360ed051fc65da4u} << 64) | 0x4385df649fccf645u;
    s_.state = s_.state * multiplier + s_.increment;
    const auto value = static_cast<std::uint64_t>(s_.state >> 64) ^ static_cast<std::uint64_t>(s_.state);
    const auto turn = static_cast<unsigned>(s_.state >> 122);
    return value >> turn | value << (-turn & 63u);
  }
  std::uint32_t next32() {
    if (s_.has_uint32) {
      s_.has_uint32 = false;
      return s_.uinteger;
    }
    const std::uint64_t word = next64();
    s_.has_uint32 = true;
    s_.uinteger = static_cast<std::uint32_t>(word >> 32);
    return static_cast<std::uint32_t>(word);
  }
  template <class T> T normal() {
    const auto next = [this] {
      if constexpr (std::is_same_v<T, float>)
        return next32();
      else
        return next64();
    };
    while (true) {
      reference::ziggurat_draw<T> d(next());
      if (d.plain || reference::settle(d, next)) return d.value;
    }
  }
  template <class T> T exponential() {
    const auto next = [this] {
      if constexpr (std::is_same_v<T, float>)
        return next32();
      else
        return next64();
    };
    while (true) {
      reference::exponential_draw<T> d(next());
      if (d.plain || reference::settle(d, next)) return d.value;
    }
  }
  template <class Draw> Draw bounded(Draw range) {
    const reference::lemire<Draw> rule(range);
    while (true) {
      const Draw draw = sizeof(Draw) == 8 ? static_cast<Draw>(next64()) : static_cast<Draw>(next32());
      if (rule.accepts(draw)) return rule.value(draw);
    }
  }
  const pcg64_state& state() const { return s_; }

 private:
  pcg64_state s_;
};

pcg64_state some_state(bool half) {
  pcg64_state s;
  s.state = (uint128{0x123456789abcdef0u} << 64) | 0xfedcba9876543210u;
  s.increment = (uint128{77} << 64) | 0x5851f42d4c957f2du;
  s.has_uint32 = half;
  s.uinteger = half ? 0xcafe1234u : 0;
  return s;
}

/// Fills on the device and compares with `reference(generator)` for each element; then the states must agree.
template <class T, class Reference>
void check(distribution kind, std::int64_t n, Reference reference, std::uint64_t low = 0,
           std::uint64_t range = 0) {
  for (const bool half : {false, true}) {
    random::stream_state s = some_state(half);
    plain_generator plain(s);
    const device_vector<T> out(static_cast<std::size_t>(n));
    random_call call{kind, dtype_of<T>};
    call.out = out.data();
    call.n = n;
    call.generator = &s;
    call.low = low;
    call.range = range;
    gpu().random_fill(call, queue());
    const auto r = out.read();
    for (std::size_t i = 0; i < r.size(); ++i)
      ASSERT_EQ(r[i], static_cast<T>(reference(plain))) << n << " at " << i;
    EXPECT_EQ(s.state, plain.state().state) << n;
    EXPECT_EQ(s.has_uint32, plain.state().has_uint32) << n;
  }
}

TEST(cuda_random, gives_the_words_of_the_stream) {
  for (const std::int64_t n : {1, 5, 257, 5000}) {
    check<std::uint64_t>(distribution::raw, n, [](plain_generator& g) { return g.next64(); });
    check<double>(distribution::uniform, n,
                  [](plain_generator& g) { return static_cast<double>(g.next64() >> 11) * 0x1p-53; });
    check<float>(distribution::uniform, n,
                 [](plain_generator& g) { return static_cast<float>(g.next32() >> 8) * 0x1p-24f; });
  }
}

TEST(cuda_random, passes_over_draws_as_lemire) {
  for (const std::int64_t n : {1, 300, 9000}) {
    const std::uint64_t narrow = 0x60000000u, wide = std::uint64_t{3} << 61;  // a quarter is passed over
    check<std::uint32_t>(
        distribution::integers, n,
        [&](plain_generator& g) { return 5 + g.bounded(static_cast<std::uint32_t>(narrow)); }, 5, narrow);
    check<std::int64_t>(
        distribution::integers, n,
        [&](plain_generator& g) { return -7 + static_cast<std::int64_t>(g.bounded(std::uint32_t{9})); },
        static_cast<std::uint64_t>(-7), 9);
    check<std::uint64_t>(
        distribution::integers, n, [&](plain_generator& g) { return g.bounded(wide); }, 0, wide);
  }
}

TEST(cuda_random, makes_normal_numbers_draw_for_draw) {
  for (const std::int64_t n : {1, 100, 2048, 30000}) {
    check<double>(distribution::standard_normal, n, [](plain_generator& g) { return g.normal<double>(); });
    check<float>(distribution::standard_normal, n, [](plain_generator& g) { return g.normal<float>(); });
  }
}

TEST(cuda_random, makes_exponential_numbers_draw_for_draw) {
  for (const std::int64_t n : {1, 2048, 30000}) {
    check<double>(distribution::standard_exponential, n,
                  [](plain_generator& g) { return g.exponential<double>(); });
    check<float>(distribution::standard_exponential, n,
                 [](plain_generator& g) { return g.exponential<float>(); });
  }
}

}  // namespace
}  // namespace numloom
