// SPDX-License-Identifier: BSD-3-Clause
// Vectors of unsigned keys of 32 and 64 bits, and what sorting does with them.
#pragma once
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // g++ 12 on its own header
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop

#include "cpu/isa/vectors.hpp"

namespace numloom::NL_TARGET {

// What is alike for both widths; Mask has a bit for each lane.
template <class Key, class Mask> struct key_lanes {
  using vector = vec<Key>;
  using mask = Mask;
  static constexpr int lanes = 64 / sizeof(Key);
  static constexpr Key greatest_key = static_cast<Key>(~Key(0));

  static NL_HD vector load(const Key* p) { return load_vector(p); }
  static NL_HD void store(Key* p, vector v) { store_vector(p, v); }
  // n may be anything.
  static NL_HD Mask first_lanes(long n) {
    const unsigned some = static_cast<unsigned>(n < 0 ? 0 : n > lanes ? lanes : n);
    return static_cast<Mask>(_bzhi_u32((1u << lanes) - 1, some));
  }
  template <class F> static NL_HD vector lanewise(F f) {
    vector v{};
    for (int l = 0; l < lanes; ++l) v[l] = static_cast<Key>(f(l));
    return v;
  }
  // Lane l gets lane l ^ Distance.
  template <int Distance> static NL_HD vector xor_lanes(vector v) {
    return shuffle(v, lanewise([](int l) { return l ^ Distance; }));
  }
  // The lanes of both vectors without the bit Distance, b's in place of a's with it; and the others.
  template <int Distance> static NL_HD vector low_of_both(vector a, vector b) {
    return shuffle(a, b, lanewise([](int l) { return l & Distance ? lanes + (l ^ Distance) : l; }));
  }
  template <int Distance> static NL_HD vector high_of_both(vector a, vector b) {
    return shuffle(a, b, lanewise([](int l) { return l & Distance ? lanes + l : l ^ Distance; }));
  }
};

template <class Key> struct key_ops;

template <> struct key_ops<u32> : key_lanes<u32, __mmask16> {
  static NL_HD __m512i raw(vector v) { return reinterpret_cast<__m512i>(v); }
  static NL_HD vector cooked(__m512i v) { return reinterpret_cast<vector>(v); }
  static NL_HD vector all(u32 key) { return cooked(_mm512_set1_epi32(static_cast<int>(key))); }
  static NL_HD vector least(vector a, vector b) { return cooked(_mm512_min_epu32(raw(a), raw(b))); }
  static NL_HD vector greatest(vector a, vector b) { return cooked(_mm512_max_epu32(raw(a), raw(b))); }
  // The greater of a and b in the lanes of Mask, `others` elsewhere.
  template <unsigned Mask> static NL_HD vector greatest_at(vector others, vector a, vector b) {
    return cooked(_mm512_mask_max_epu32(raw(others), static_cast<mask>(Mask), raw(a), raw(b)));
  }
  static NL_HD mask at_most(vector a, vector b) { return _mm512_cmple_epu32_mask(raw(a), raw(b)); }
  static NL_HD mask below(vector a, vector b) { return _mm512_cmplt_epu32_mask(raw(a), raw(b)); }
  // The lanes of the mask, one behind another.
  static NL_HD vector compress(mask m, vector v) { return cooked(_mm512_maskz_compress_epi32(m, raw(v))); }
  static NL_HD vector load_some(const u32* p, mask m) {
    return cooked(_mm512_mask_loadu_epi32(_mm512_set1_epi32(-1), m, p));
  }
  static NL_HD void store_some(u32* p, mask m, vector v) { _mm512_mask_storeu_epi32(p, m, raw(v)); }
};

template <> struct key_ops<u64> : key_lanes<u64, __mmask8> {
  static NL_HD __m512i raw(vector v) { return reinterpret_cast<__m512i>(v); }
  static NL_HD vector cooked(__m512i v) { return reinterpret_cast<vector>(v); }
  static NL_HD vector all(u64 key) { return cooked(_mm512_set1_epi64(static_cast<long long>(key))); }
  static NL_HD vector least(vector a, vector b) { return cooked(_mm512_min_epu64(raw(a), raw(b))); }
  static NL_HD vector greatest(vector a, vector b) { return cooked(_mm512_max_epu64(raw(a), raw(b))); }
  template <unsigned Mask> static NL_HD vector greatest_at(vector others, vector a, vector b) {
    return cooked(_mm512_mask_max_epu64(raw(others), static_cast<mask>(Mask), raw(a), raw(b)));
  }
  static NL_HD mask at_most(vector a, vector b) { return _mm512_cmple_epu64_mask(raw(a), raw(b)); }
  static NL_HD mask below(vector a, vector b) { return _mm512_cmplt_epu64_mask(raw(a), raw(b)); }
  static NL_HD vector compress(mask m, vector v) { return cooked(_mm512_maskz_compress_epi64(m, raw(v))); }
  static NL_HD vector load_some(const u64* p, mask m) {
    return cooked(_mm512_mask_loadu_epi64(_mm512_set1_epi64(-1), m, p));
  }
  static NL_HD void store_some(u64* p, mask m, vector v) { _mm512_mask_storeu_epi64(p, m, raw(v)); }
};

}  // namespace numloom::NL_TARGET
