// SPDX-License-Identifier: BSD-3-Clause
// Distributions of which a sample takes a number of draws that is not known beforehand, draw for draw as
// numpy.random.Generator makes them. A sampler is called with a source of next64() and uniform(). For the
// host alone: equal bits need the C library's functions, which NumPy calls too.
#pragma once
#include "functors/ziggurat.hpp"

namespace numloom::NL_TARGET {

template <class Rule, class Source> inline double ziggurat_sample(Source& s) {
  while (true) {
    Rule d(s.next64());
    if (d.plain || settle_by(d, [&s] { return s.uniform(); })) return d.value;
  }
}
template <class Source> inline double normal_sample(Source& s) {
  return ziggurat_sample<ziggurat_draw<double>>(s);
}
template <class Source> inline double exponential_sample(Source& s) {
  return ziggurat_sample<exponential_draw<double>>(s);
}

// ---- one draw or one ziggurat number, transformed ----
struct lognormal_sampler {
  double mean, sigma;
  template <class Source> double operator()(Source& s) const {
    return ::exp(mean + sigma * normal_sample(s));
  }
};
struct rayleigh_sampler {
  double scale;
  template <class Source> double operator()(Source& s) const {
    return scale * ::sqrt(2.0 * exponential_sample(s));
  }
};
struct pareto_sampler {
  double a;
  template <class Source> double operator()(Source& s) const { return ::expm1(exponential_sample(s) / a); }
};
struct weibull_sampler {
  double a;
  template <class Source> double operator()(Source& s) const {
    return a == 0 ? 0 : ::pow(exponential_sample(s), 1.0 / a);
  }
};
struct power_sampler {
  double a;
  template <class Source> double operator()(Source& s) const {
    return ::pow(-::expm1(-exponential_sample(s)), 1.0 / a);
  }
};

// By the inverse of the distribution function; a draw of 0, where that is infinite, is passed over.
struct laplace_sampler {
  double loc, scale;
  template <class Source> double operator()(Source& s) const {
    while (true) {
      const double u = s.uniform();
      if (u >= 0.5) return loc - scale * ::log(2.0 - u - u);
      if (u > 0) return loc + scale * ::log(u + u);
    }
  }
};
struct logistic_sampler {
  double loc, scale;
  template <class Source> double operator()(Source& s) const {
    double u;
    do u = s.uniform();
    while (!(u > 0));
    return loc + scale * ::log(u / (1.0 - u));
  }
};
struct gumbel_sampler {
  double loc, scale;
  template <class Source> double operator()(Source& s) const {
    double u;
    do u = 1.0 - s.uniform();
    while (!(u < 1));
    return loc - scale * ::log(-::log(u));
  }
};
struct triangular_sampler {
  double left, mode, right;
  template <class Source> double operator()(Source& s) const {
    const double base = right - left, below = mode - left, u = s.uniform();
    if (u <= below / base) return left + ::sqrt(u * (below * base));
    return right - ::sqrt((1.0 - u) * ((right - mode) * base));
  }
};

// ---- gamma and what is made of it ----
struct standard_gamma_sampler {
  double shape, b, c;
  explicit standard_gamma_sampler(double k) : shape(k), b(k - 1. / 3.), c(1.0 / ::sqrt(9 * b)) {}
  template <class Source> double operator()(Source& s) const {
    if (shape == 1) return exponential_sample(s);
    if (shape == 0) return 0;
    return shape < 1 ? small(s) : large(s);
  }

 private:
  // Marsaglia and Tsang 2000: a cubed normal number, accepted by a squeeze or by the logarithm.
  template <class Source> double large(Source& s) const {
    while (true) {
      double x, v;
      do {
        x = normal_sample(s);
        v = 1.0 + c * x;
      } while (v <= 0);
      v = v * v * v;
      const double u = s.uniform();
      if (u < 1.0 - 0.0331 * (x * x) * (x * x)) return b * v;
      if (::log(u) < 0.5 * x * x + b * (1. - v + ::log(v))) return b * v;
    }
  }
  // Ahrens and Dieter 1974: a power below 1, an exponential tail above, each accepted by an exponential.
  template <class Source> double small(Source& s) const {
    while (true) {
      const double u = s.uniform(), v = exponential_sample(s);
      if (u <= 1.0 - shape) {
        const double x = ::pow(u, 1. / shape);
        if (x <= v) return x;
      } else {
        const double y = -::log((1 - u) / shape);
        const double x = ::pow(1.0 - shape + shape * y, 1. / shape);
        if (x <= v + y) return x;
      }
    }
  }
};
// The same in float32, from draws of 32 bits.
template <class Rule, class Source> inline float ziggurat_sample_f32(Source& s) {
  const auto next = [&s] { return s.next32(); };
  while (true) {
    Rule d(next());
    if (d.plain || settle(d, next)) return d.value;
  }
}
struct standard_gamma_sampler_f32 {
  float shape, b, c;
  explicit standard_gamma_sampler_f32(float k) : shape(k), b(k - 1.0f / 3.0f), c(1.0f / ::sqrtf(9.0f * b)) {}
  template <class Source> float operator()(Source& s) const {
    if (shape == 1.0f) return ziggurat_sample_f32<exponential_draw<float>>(s);
    if (shape == 0.0f) return 0;
    return shape < 1.0f ? small(s) : large(s);
  }

 private:
  template <class Source> float large(Source& s) const {
    while (true) {
      float x, v;
      do {
        x = ziggurat_sample_f32<ziggurat_draw<float>>(s);
        v = 1.0f + c * x;
      } while (v <= 0.0f);
      v = v * v * v;
      const float u = uniform_f32(s.next32());
      if (u < 1.0f - 0.0331f * (x * x) * (x * x)) return b * v;
      if (::logf(u) < 0.5f * x * x + b * (1.0f - v + ::logf(v))) return b * v;
    }
  }
  template <class Source> float small(Source& s) const {
    while (true) {
      const float u = uniform_f32(s.next32()), v = ziggurat_sample_f32<exponential_draw<float>>(s);
      if (u <= 1.0f - shape) {
        const float x = ::powf(u, 1.0f / shape);
        if (x <= v) return x;
      } else {
        const float y = -::logf((1.0f - u) / shape);
        const float x = ::powf(1.0f - shape + shape * y, 1.0f / shape);
        if (x <= v + y) return x;
      }
    }
  }
};
struct gamma_sampler {
  standard_gamma_sampler standard;
  double scale;
  gamma_sampler(double shape, double s) : standard(shape), scale(s) {}
  template <class Source> double operator()(Source& s) const { return scale * standard(s); }
};
struct chisquare_sampler {
  standard_gamma_sampler half;
  explicit chisquare_sampler(double df) : half(df / 2.0) {}
  template <class Source> double operator()(Source& s) const { return 2.0 * half(s); }
};
// Two gamma numbers; with both parameters at most 1 Jöhnk 1964, by logarithms where the powers vanish.
struct beta_sampler {
  double a, b;
  standard_gamma_sampler first, second;
  beta_sampler(double x, double y) : a(x), b(y), first(x), second(y) {}
  template <class Source> double operator()(Source& s) const {
    if (a <= 1 && b <= 1) return small(s);
    const double x = first(s), y = second(s);
    return x / (x + y);
  }

 private:
  template <class Source> double small(Source& s) const {
    constexpr double tiny = 3e-103;  // below it all samples are 0 or 1
    if (a < tiny && b < tiny) return (a + b) * s.uniform() < a;
    while (true) {
      const double u = s.uniform(), v = s.uniform();
      const double x = ::pow(u, 1.0 / a), y = ::pow(v, 1.0 / b), sum = x + y;
      if (!(sum <= 1.0) || !(u + v > 0)) continue;
      if (x > 0 && y > 0) return x / sum;
      const double difference = ::log(u) / a - ::log(v) / b;
      if (difference > 0) return ::exp(-::log1p(::exp(-difference)));
      return ::exp(difference - ::log1p(::exp(difference)));
    }
  }
};
struct f_sampler {
  chisquare_sampler above, below;
  double dfnum, dfden;
  f_sampler(double n, double d) : above(n), below(d), dfnum(n), dfden(d) {}
  template <class Source> double operator()(Source& s) const {
    const double x = above(s) * dfden, y = below(s) * dfnum;
    return x / y;
  }
};
struct standard_t_sampler {
  standard_gamma_sampler half;
  double df;
  explicit standard_t_sampler(double n) : half(n / 2), df(n) {}
  template <class Source> double operator()(Source& s) const {
    const double x = normal_sample(s), y = half(s);
    return ::sqrt(df / 2) * x / ::sqrt(y);
  }
};
struct cauchy_sampler {
  template <class Source> double operator()(Source& s) const {
    const double x = normal_sample(s), y = normal_sample(s);
    return x / y;
  }
};

// ---- counts ----
// log of gamma by Stirling's series from 7 on, by the recurrence below.
inline double log_gamma(double x) {
  if (x == 1 || x == 2) return 0;
  constexpr double coefficient[10] = {1. / 12,         -1. / 360,        1. / 1260, -1. / 1680,
                                      1. / 1188,       -691. / 360360,   1. / 156,  -3617. / 122400,
                                      43867. / 244188, -174611. / 125400};
  const long steps = x < 7.0 ? static_cast<long>(7 - x) : 0;
  double y = x + static_cast<double>(steps);
  const double inverse_square = (1.0 / y) * (1.0 / y);
  double sum = coefficient[9];
  for (int k = 8; k >= 0; --k) sum = sum * inverse_square + coefficient[k];
  constexpr double log_two_pi = 1.8378770664093454836;
  double result = sum / y + 0.5 * log_two_pi + (y - 0.5) * ::log(y) - y;
  for (long k = 0; k < steps; ++k, y -= 1.0) result -= ::log(y - 1.0);
  return result;
}

struct poisson_sampler {
  double mean, root = 0, log_mean = 0, a = 0, b = 0, log_inverse_alpha = 0, v_r = 0, smallest = 0;
  explicit poisson_sampler(double lam) : mean(lam) {
    if (lam < 10) {
      smallest = ::exp(-lam);
      return;
    }
    root = ::sqrt(lam);
    log_mean = ::log(lam);
    b = 0.931 + 2.53 * root;
    a = -0.059 + 0.02483 * b;
    log_inverse_alpha = ::log(1.1239 + 1.1328 / (b - 3.4));
    v_r = 0.9277 - 3.6224 / (b - 2);
  }
  template <class Source> i64 operator()(Source& s) const {
    if (mean >= 10) return transformed(s);
    if (mean == 0) return 0;
    i64 k = 0;  // Knuth: uniform numbers until their product is small
    for (double product = s.uniform(); product > smallest; product *= s.uniform()) ++k;
    return k;
  }

 private:
  // Hörmann 1993: transformed rejection with squeeze (PTRS).
  template <class Source> i64 transformed(Source& s) const {
    while (true) {
      const double u = s.uniform() - 0.5, v = s.uniform(), us = 0.5 - ::fabs(u);
      const i64 k = static_cast<i64>(::floor((2 * a / us + b) * u + mean + 0.43));
      if (us >= 0.07 && v <= v_r) return k;
      if (k < 0 || (us < 0.013 && v > us)) continue;
      const double n = static_cast<double>(k);
      if (::log(v) + log_inverse_alpha - ::log(a / (us * us) + b) <= -mean + n * log_mean - log_gamma(n + 1))
        return k;
    }
  }
};
struct geometric_sampler {
  double p;
  template <class Source> i64 operator()(Source& s) const {
    if (p < 0.333333333333333333333333) {
      const double z = ::ceil(-exponential_sample(s) / ::log1p(-p));
      return z >= 9.223372036854776e+18 ? 0x7fffffffffffffff : static_cast<i64>(z);
    }
    const double q = 1.0 - p, u = s.uniform();
    i64 k = 1;
    for (double sum = p, product = p; u > sum; sum += product, ++k) product *= q;
    return k;
  }
};

}  // namespace numloom::NL_TARGET
