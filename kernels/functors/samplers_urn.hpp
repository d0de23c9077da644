// SPDX-License-Identifier: BSD-3-Clause
// Drawing from an urn without putting back: see samplers.hpp.
#pragma once
#include "functors/samplers_basic.hpp"

namespace numloom::NL_TARGET {

// In [0, range], by bits as wide as the range; those beyond it are passed over.
template <class Source> inline i64 masked_draw(Source& s, i64 range) {
  if (range == 0) return 0;
  const u64 most = static_cast<u64>(range), mask = ~u64{0} >> __builtin_clzll(most);
  u64 drawn;
  do drawn = (most <= 0xffffffffu ? static_cast<u64>(s.next32()) : s.next64()) & mask;
  while (drawn > most);
  return static_cast<i64>(drawn);
}

// log k!: summed up to 125, by three terms of Stirling's series beyond.
inline double log_factorial(i64 k) {
  struct sums {
    double of[126];
    sums() {
      long double sum = 0;
      for (int i = 0; i < 126; ++i) {
        if (i > 1) sum += ::logl(i);
        of[i] = static_cast<double>(sum);
      }
    }
  };
  static const sums table;
  if (k < 126) return table.of[k];
  const double x = static_cast<double>(k), half_log_two_pi = 0.9189385332046728;
  return (x + 0.5) * ::log(x) - x + (half_log_two_pi + (1.0 / x) * (1 / 12.0 - 1 / (360.0 * x * x)));
}

// Stadlober 1989 (HRUA): the ratio of uniform numbers under a table mountain, for 10 to total - 10 things.
class rejection_urn_sampler {
 public:
  static bool serves(i64 good, i64 bad, i64 taken) { return taken >= 10 && taken <= good + bad - 10; }
  rejection_urn_sampler(i64 good, i64 bad, i64 taken)
      : good_(good),
        swapped_(good > bad),
        mirrored_(good + bad - taken < taken),
        taken_(mirrored_ ? good + bad - taken : taken),
        few_(swapped_ ? bad : good),
        many_(swapped_ ? good : bad) {
    const double all = number(good + bad), n = number(taken_);
    const double p = number(few_) / all, q = number(many_) / all;
    centre_ = n * p + 0.5;
    const double variance = number(good + bad - taken_) * n * p * q / number(good + bad - 1);
    const double c = ::sqrt(variance + 0.5);
    width_ = 1.7155277699214135 * c + 0.8989161620588988;  // 2 sqrt(2/e), 3 - 2 sqrt(3/e)
    const i64 mode =
        static_cast<i64>(::floor(number(taken_ + 1) * number(few_ + 1) / number(good + bad + 2)));
    mode_logarithm_ = logarithm(mode);
    const double support = number((taken_ < few_ ? taken_ : few_) + 1), far = ::floor(centre_ + 16 * c);
    bound_ = support < far ? support : far;
  }
  template <class Source> i64 operator()(Source& s) const {
    i64 k;
    while (true) {
      const double u = s.uniform(), v = s.uniform(), x = centre_ + width_ * (v - 0.5) / u;
      if (x < 0.0 || x >= bound_) continue;
      k = static_cast<i64>(::floor(x));
      const double t = mode_logarithm_ - logarithm(k);
      if (u * (4.0 - u) - 3.0 <= t) break;
      if (u * (u - t) >= 1) continue;
      if (2.0 * ::log(u) <= t) break;
    }
    if (swapped_) k = taken_ - k;
    return mirrored_ ? good_ - k : k;
  }

 private:
  static double number(i64 x) { return static_cast<double>(x); }
  double logarithm(i64 k) const {
    return log_factorial(k) + log_factorial(few_ - k) + log_factorial(taken_ - k) +
           log_factorial(many_ - taken_ + k);
  }
  i64 good_;
  bool swapped_, mirrored_;
  i64 taken_, few_, many_;
  double centre_ = 0, width_ = 0, mode_logarithm_ = 0, bound_ = 0;
};

// How many of `taken` things are good. The source has next32() too.
template <class Source> inline i64 urn_sample(Source& s, i64 good, i64 bad, i64 taken) {
  if (rejection_urn_sampler::serves(good, bad, taken)) return rejection_urn_sampler(good, bad, taken)(s);
  const i64 all = good + bad;
  const bool mirrored = taken > all / 2;  // what stays is drawn instead
  i64 left = mirrored ? all - taken : taken, total = all, rest = good;
  for (; left > 0 && rest > 0 && total > rest; --left)
    if (masked_draw(s, --total) < rest) --rest;
  if (total == rest) rest -= left;
  return mirrored ? rest : good - rest;
}
struct urn_sampler {
  i64 good, bad, taken;
  template <class Source> i64 operator()(Source& s) const { return urn_sample(s, good, bad, taken); }
};

}  // namespace numloom::NL_TARGET
