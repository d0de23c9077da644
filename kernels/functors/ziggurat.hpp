// SPDX-License-Identifier: BSD-3-Clause
// Normal and exponential numbers by the ziggurat, draw for draw as numpy.random.Generator makes them. One
// draw makes a sample in 98.5 % of the cases; the others are finished by settle(), which takes more draws. So
// every position of the stream can be judged at once as if a sample began there (ziggurat_draw,
// exponential_draw), and only the exceptional positions have to be walked in order, because they alone say
// where the next sample does not begin.
#pragma once
#include "functors/pcg64.hpp"
#include "functors/ziggurat_exponential_tables.hpp"
#include "functors/ziggurat_tables.hpp"

namespace numloom::NL_TARGET {

// Negative if the lowest bit is set. A branch would be guessed wrong half of the time.
NL_HD double with_sign(double value, u64 bits) {
  return __builtin_bit_cast(double, __builtin_bit_cast(u64, value) ^ bits << 63);
}
NL_HD float with_sign(float value, u32 bits) {
  return __builtin_bit_cast(float, __builtin_bit_cast(u32, value) ^ bits << 31);
}

// What one draw says: the sample when `plain`, else the start of one that settle() finishes.
template <class T> struct ziggurat_draw;

template <> struct ziggurat_draw<double> {
  using draw = u64;
  static constexpr double edge = 3.6541528853610087963519472518,
                          inverse_edge = 0.27366123732975827203338247596;
  double value;
  u64 magnitude;
  u32 strip;
  bool plain;

  NL_HD explicit ziggurat_draw(u64 word) {
    strip = static_cast<u32>(word) & 255u;
    magnitude = (word >> 9) & 0xfffffffffffffu;
    value = static_cast<double>(static_cast<i64>(magnitude)) * ziggurat_width_f64[strip];
    value = with_sign(value, word >> 8);
    plain = magnitude < ziggurat_bound_f64[strip];
  }
  static NL_HD double uniform(u64 word) { return uniform_f64(word); }
  static NL_HD double log1p_(double x) { return ::log1p(x); }
  static NL_HD double height(u32 i) { return ziggurat_height_f64[i]; }
};

template <> struct ziggurat_draw<float> {
  using draw = u32;
  static constexpr float edge = 3.6541528853610087963519472518f,
                         inverse_edge = 0.27366123732975827203338247596f;
  float value;
  u32 magnitude, strip;
  bool plain;

  NL_HD explicit ziggurat_draw(u32 bits) {
    strip = bits & 255u;
    magnitude = bits >> 9;
    value = static_cast<float>(static_cast<i32>(magnitude)) * ziggurat_width_f32[strip];
    value = with_sign(value, bits >> 8);
    plain = magnitude < ziggurat_bound_f32[strip];
  }
  static NL_HD float uniform(u32 bits) { return uniform_f32(bits); }
  static NL_HD float log1p_(float x) { return ::log1pf(x); }
  static NL_HD float height(u32 i) { return ziggurat_height_f32[i]; }
};

// Finishes a draw that is not plain; uniform() gives numbers in [0, 1) made of the draws that follow it.
// False: the draw makes no sample, the next one begins after what was taken.
template <class T, class Uniform> NL_HD bool settle_by(ziggurat_draw<T>& d, Uniform&& uniform) {
  if (d.strip != 0) {
    const T low = ziggurat_draw<T>::height(d.strip), high = ziggurat_draw<T>::height(d.strip - 1);
    const T y = (high - low) * uniform() + low;
    const double x = static_cast<double>(d.value);
    return static_cast<double>(y) < ::exp(-0.5 * x * x);
  }
  while (true) {  // the tail (Marsaglia 1964)
    const T x = -ziggurat_draw<T>::inverse_edge * ziggurat_draw<T>::log1p_(-uniform());
    const T y = -ziggurat_draw<T>::log1p_(-uniform());
    if (y + y > x * x) {
      const T value = ziggurat_draw<T>::edge + x;
      d.value = with_sign(value, d.magnitude >> 8);
      return true;
    }
  }
}

// The same for the exponential distribution.
template <class T> struct exponential_draw;

template <> struct exponential_draw<double> {
  using draw = u64;
  static constexpr double edge = 7.6971174701310497140446280481;
  double value;
  u32 strip;
  bool plain;

  NL_HD explicit exponential_draw(u64 word) {
    strip = static_cast<u32>(word >> 3) & 255u;
    const u64 magnitude = word >> 11;
    value = static_cast<double>(static_cast<i64>(magnitude)) * exponential_width_f64[strip];
    plain = magnitude < exponential_bound_f64[strip];
  }
  static NL_HD double uniform(u64 word) { return uniform_f64(word); }
  static NL_HD double log1p_(double x) { return ::log1p(x); }
  static NL_HD double exp_(double x) { return ::exp(x); }
  static NL_HD double height(u32 i) { return exponential_height_f64[i]; }
};

template <> struct exponential_draw<float> {
  using draw = u32;
  static constexpr float edge = 7.6971174701310497140446280481f;
  float value;
  u32 strip;
  bool plain;

  NL_HD explicit exponential_draw(u32 bits) {
    strip = bits >> 1 & 255u;
    const u32 magnitude = bits >> 9;
    value = static_cast<float>(static_cast<i32>(magnitude)) * exponential_width_f32[strip];
    plain = magnitude < exponential_bound_f32[strip];
  }
  static NL_HD float uniform(u32 bits) { return uniform_f32(bits); }
  static NL_HD float log1p_(float x) { return ::log1pf(x); }
  static NL_HD float exp_(float x) { return ::expf(x); }
  static NL_HD float height(u32 i) { return exponential_height_f32[i]; }
};

template <class T, class Uniform> NL_HD bool settle_by(exponential_draw<T>& d, Uniform&& uniform) {
  using rule = exponential_draw<T>;
  const T u = uniform();
  if (d.strip == 0) {  // the tail is exponential again
    d.value = rule::edge - rule::log1p_(-u);
    return true;
  }
  const T low = rule::height(d.strip), high = rule::height(d.strip - 1);
  return (high - low) * u + low < rule::exp_(-d.value);
}

// The same where next() gives the draws themselves.
template <class Rule, class Next> NL_HD bool settle(Rule& d, Next&& next) {
  return settle_by(d, [&next] { return Rule::uniform(next()); });
}

}  // namespace numloom::NL_TARGET
