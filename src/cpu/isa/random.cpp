// SPDX-License-Identifier: BSD-3-Clause
// PCG64's words in bulk. One chain of 128-bit products is bound by their latency, so several positions of the
// stream are stepped side by side: five in scalar registers, or sixteen in vectors where there are products
// of 64-bit lanes.
#include "cpu/isa/dense.hpp"
#include "functors/philox.hpp"

#if defined(__AVX512DQ__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // g++ 12 on its own header
#include <immintrin.h>
#pragma GCC diagnostic pop
#endif

namespace numloom::NL_TARGET {
namespace {

// `Lanes` consecutive states, each then moved on by Lanes steps. Returns words made, a multiple of Lanes.
template <long Lanes> long words_in_lanes(u128& state, u128 increment, u64* out, long n) {
  const lcg_step one = pcg64_step(increment), stride = pcg64_steps(increment, {0, Lanes});
  u128 lane[Lanes];
  lane[0] = one(state);
  for (long i = 1; i < Lanes; ++i) lane[i] = one(lane[i - 1]);
  long made = 0;
  for (; made + Lanes <= n; made += Lanes) {
    state = lane[Lanes - 1];
#pragma GCC unroll 8
    for (long i = 0; i < Lanes; ++i) {
      out[made + i] = pcg64_output(lane[i]);
      lane[i] = stride(lane[i]);
    }
  }
  return made;
}

#if defined(__AVX512DQ__)
struct vector_u128 {
  __m512i high, low;
};

// value * multiplier + addend in each lane; the halves of the constants are broadcast.
inline vector_u128 multiply_add(vector_u128 value, vector_u128 multiplier, __m512i multiplier_upper,
                                vector_u128 addend) {
  const __m512i half = _mm512_set1_epi64(0xffffffff);
  // The high half of low * low, from four products of 32 bits.
  const __m512i upper = _mm512_srli_epi64(value.low, 32);
  const __m512i p00 = _mm512_mul_epu32(value.low, multiplier.low),
                p01 = _mm512_mul_epu32(value.low, multiplier_upper);
  const __m512i p10 = _mm512_mul_epu32(upper, multiplier.low),
                p11 = _mm512_mul_epu32(upper, multiplier_upper);
  const __m512i middle = _mm512_add_epi64(p10, _mm512_srli_epi64(p00, 32));
  const __m512i other = _mm512_add_epi64(p01, _mm512_and_si512(middle, half));
  __m512i high =
      _mm512_add_epi64(_mm512_add_epi64(p11, _mm512_srli_epi64(middle, 32)), _mm512_srli_epi64(other, 32));
  high = _mm512_add_epi64(high, _mm512_mullo_epi64(value.low, multiplier.high));
  high = _mm512_add_epi64(high, _mm512_mullo_epi64(value.high, multiplier.low));
  high = _mm512_add_epi64(high, addend.high);
  const __m512i low = _mm512_add_epi64(_mm512_mullo_epi64(value.low, multiplier.low), addend.low);
  const __mmask8 carry = _mm512_cmplt_epu64_mask(low, addend.low);
  return {_mm512_mask_sub_epi64(high, carry, high, _mm512_set1_epi64(-1)), low};
}

inline vector_u128 broadcast(u128 x) {
  return {_mm512_set1_epi64(static_cast<i64>(x.high)), _mm512_set1_epi64(static_cast<i64>(x.low))};
}

long words_in_vectors(u128& state, u128 increment, u64* out, long n) {
  constexpr long lanes = 16;
  if (n < 4 * lanes) return 0;
  const lcg_step one = pcg64_step(increment), stride = pcg64_steps(increment, {0, lanes});
  alignas(64) u64 high[lanes], low[lanes];
  u128 next = state;
  for (long i = 0; i < lanes; ++i) {
    next = one(next);
    high[i] = next.high, low[i] = next.low;
  }
  vector_u128 a{_mm512_load_si512(high), _mm512_load_si512(low)};
  vector_u128 b{_mm512_load_si512(high + 8), _mm512_load_si512(low + 8)};
  const vector_u128 multiplier = broadcast(stride.multiplier), addend = broadcast(stride.addend);
  const __m512i multiplier_upper = _mm512_srli_epi64(multiplier.low, 32);
  const auto output = [](vector_u128 v) {
    return _mm512_rorv_epi64(_mm512_xor_si512(v.high, v.low), _mm512_srli_epi64(v.high, 58));
  };
  long made = 0;
  for (; made + lanes <= n; made += lanes) {
    _mm512_storeu_si512(out + made, output(a));
    _mm512_storeu_si512(out + made + 8, output(b));
    a = multiply_add(a, multiplier, multiplier_upper, addend);
    b = multiply_add(b, multiplier, multiplier_upper, addend);
  }
  state = pcg64_steps(increment, {0, static_cast<u64>(made)})(state);
  return made;
}
#endif

void words(u64* state, const u64* increment, u64* out, long n) {
  u128 s{state[0], state[1]};
  const u128 c{increment[0], increment[1]};
  long made = 0;
#if defined(__AVX512DQ__)
  made = words_in_vectors(s, c, out, n);
#endif
  made += words_in_lanes<5>(s, c, out + made, n - made);
  for (; made < n; ++made) {
    s = pcg64_step(c)(s);
    out[made] = pcg64_output(s);
  }
  state[0] = s.high, state[1] = s.low;
}

void dxsm_words(u64* state, const u64* increment, u64* out, long n) {
  constexpr long lanes = 4;
  u128 s{state[0], state[1]};
  const lcg_step one = pcg64dxsm_step({increment[0], increment[1]}), stride = repeated(one, {0, lanes});
  long made = 0;
  if (n >= lanes) {
    u128 lane[lanes] = {s};
    for (long i = 1; i < lanes; ++i) lane[i] = one(lane[i - 1]);
    for (; made + lanes <= n; made += lanes)
#pragma GCC unroll 4
      for (long i = 0; i < lanes; ++i) {
        out[made + i] = pcg64dxsm_output(lane[i]);
        lane[i] = stride(lane[i]);
      }
    s = lane[0];
  }
  for (; made < n; ++made) {
    out[made] = pcg64dxsm_output(s);
    s = one(s);
  }
  state[0] = s.high, state[1] = s.low;
}

void philox_words(const u64* counter, const u64* key, u64 first, u64* out, long n) {
  for (long i = 0; i < n; ++i) {
    const philox_block block = philox_after(counter, key, first + static_cast<u64>(i));
    for (long k = 0; k < 4; ++k) out[4 * i + k] = block.word[k];
  }
}

void uniform(const u64* words, double* out, long n, double scale, double shift) {
  if (scale == 1 && shift == 0)
    for (long i = 0; i < n; ++i) out[i] = uniform_f64(words[i]);
  else
    for (long i = 0; i < n; ++i) out[i] = shift + scale * uniform_f64(words[i]);
}

void uniform_f32_draws(const u32* draws, float* out, long n) {
  for (long i = 0; i < n; ++i) out[i] = uniform_f32(draws[i]);
}

template <class Out> long bounded(const u32* draws, Out* out, long n, u32 range, Out low) {
  const lemire<u32> rule(range);
  const u64 span = rule.span, threshold = rule.threshold;
  u64 passed_over = 0;
  for (long i = 0; i < n; ++i) {
    const u64 product = draws[i] * span;
    out[i] = static_cast<Out>(low + static_cast<Out>(product >> 32));
    passed_over += (product & 0xffffffffu) < threshold ? 1 : 0;
  }
  return static_cast<long>(passed_over);
}

}  // namespace

void fill_random(cpu_host::dense_tables& tables) {
  tables.random = {words, dxsm_words, philox_words, uniform, uniform_f32_draws, bounded<u64>, bounded<u32>};
}

}  // namespace numloom::NL_TARGET
