// SPDX-License-Identifier: BSD-3-Clause
// Samplers, second part: see samplers.hpp.
#pragma once
#include "functors/samplers_basic.hpp"

namespace numloom::NL_TARGET {

// Michael, Schucany and Haas 1976: the smaller root of a chi-square equation, or its mirror image.
struct wald_sampler {
  double mean, scale;
  template <class Source> double operator()(Source& s) const {
    const double z = normal_sample(s), y = mean * z * z;
    const double d = 1 + ::sqrt(1 + 4 * scale / y);
    const double x = mean * (1 - 2 / d), u = s.uniform();
    return u <= mean / (mean + x) ? x : mean * mean / x;
  }
};

// Best and Fisher 1979; nearly uniform and nearly normal where kappa is extreme.
struct vonmises_sampler {
  static constexpr double pi = 3.1415926535897932385;
  double mu, kappa, s_;
  vonmises_sampler(double m, double k) : mu(m), kappa(k) {
    if (k < 1e-5) {
      s_ = 1. / k + k;
      return;
    }
    const double r = 1 + ::sqrt(1 + 4 * k * k), rho = (r - ::sqrt(2 * r)) / (2 * k);
    s_ = (1 + rho * rho) / (2 * rho);
  }
  template <class Source> double operator()(Source& s) const {
    if (kappa < 1e-8) return pi * (2 * s.uniform() - 1);
    if (kappa > 1e6) {
      double x = mu + ::sqrt(1. / kappa) * normal_sample(s);
      if (x < -pi) x += 2 * pi;
      if (x > pi) x -= 2 * pi;
      return x;
    }
    double w;
    while (true) {
      const double z = ::cos(pi * s.uniform());
      w = (1 + s_ * z) / (s_ + z);
      const double y = kappa * (s_ - w), v = s.uniform();
      if (y * (2 - y) - v >= 0 || ::log(y / v) + 1 - y >= 0) break;
    }
    const double u = s.uniform(), x = (u < 0.5 ? -::acos(w) : ::acos(w)) + mu;
    const double turned = ::fmod(::fabs(x) + pi, 2 * pi) - pi;
    return x < 0 ? -turned : turned;
  }
};

struct noncentral_chisquare_sampler {
  double df, nonc;
  chisquare_sampler central, less;
  noncentral_chisquare_sampler(double n, double c) : df(n), nonc(c), central(n), less(n - 1) {}
  template <class Source> double operator()(Source& s) const {
    if (nonc == 0) return central(s);
    if (df > 1) {
      const double x = less(s), z = normal_sample(s) + ::sqrt(nonc);
      return x + z * z;
    }
    const i64 i = poisson_sampler(nonc / 2.0)(s);
    return chisquare_sampler(df + 2 * static_cast<double>(i))(s);
  }
};
struct noncentral_f_sampler {
  noncentral_chisquare_sampler above;
  chisquare_sampler below;
  double dfnum, dfden;
  noncentral_f_sampler(double n, double d, double nonc) : above(n, nonc), below(d), dfnum(n), dfden(d) {}
  template <class Source> double operator()(Source& s) const {
    const double x = above(s) * dfden;
    return x / (below(s) * dfnum);
  }
};

// ---- counts ----
// Few expected successes: the distribution function is walked up. Many: BTPE (Kachitvichyanukul and Schmeiser
// 1988), a triangle, two parallelograms and two exponential tails around the mode.
class binomial_sampler {
 public:
  binomial_sampler(double count, double probability)
      : n_(static_cast<i64>(count)),
        flipped_(probability > 0.5),
        p_(flipped_ ? 1.0 - probability : probability) {
    q_ = 1.0 - p_;
    const double n = static_cast<double>(n_), np = n * p_;
    few_ = p_ * n <= 30.0;
    if (few_) {
      none_ = ::exp(n * ::log1p(-p_));
      const double far = np + 10.0 * ::sqrt(np * q_ + 1);
      bound_ = static_cast<i64>(n < far ? n : far);
      return;
    }
    const double mean = np + p_;
    mode_ = static_cast<i64>(::floor(mean));
    const double m = static_cast<double>(mode_);
    nrq_ = n * p_ * q_;
    p1_ = ::floor(2.195 * ::sqrt(nrq_) - 4.6 * q_) + 0.5;
    middle_ = m + 0.5;
    left_ = middle_ - p1_;
    right_ = middle_ + p1_;
    c_ = 0.134 + 20.5 / (15.3 + m);
    const double a = (mean - left_) / (mean - left_ * p_), b = (right_ - mean) / (right_ * q_);
    left_rate_ = a * (1.0 + a / 2.0);
    right_rate_ = b * (1.0 + b / 2.0);
    p2_ = p1_ * (1.0 + 2.0 * c_);
    p3_ = p2_ + c_ / left_rate_;
    p4_ = p3_ + c_ / right_rate_;
  }
  template <class Source> i64 operator()(Source& s) const {
    if (n_ == 0 || (p_ == 0 && !flipped_)) return 0;
    const i64 k = few_ ? walked(s) : rejected(s);
    return flipped_ ? n_ - k : k;
  }

 private:
  template <class Source> i64 walked(Source& s) const {
    i64 k = 0;
    double here = none_, u = s.uniform();
    while (u > here) {
      if (++k > bound_) {
        k = 0;
        here = none_;
        u = s.uniform();
      } else {
        u -= here;
        here = (static_cast<double>(n_ - k + 1) * p_ * here) / (static_cast<double>(k) * q_);
      }
    }
    return k;
  }

  template <class Source> i64 rejected(Source& s) const {
    while (true) {
      const double u = s.uniform() * p4_;
      double v = s.uniform(), y;
      if (u <= p1_) return static_cast<i64>(::floor(middle_ - p1_ * v + u));
      if (u <= p2_) {
        const double x = left_ + (u - p1_) / c_;
        v = v * c_ + 1.0 - ::fabs(static_cast<double>(mode_) - x + 0.5) / p1_;
        if (v > 1.0) continue;
        y = ::floor(x);
      } else if (u <= p3_) {
        y = ::floor(left_ + ::log(v) / left_rate_);
        if (y < 0 || v == 0.0) continue;
        v = v * (u - p2_) * left_rate_;
      } else {
        y = ::floor(right_ - ::log(v) / right_rate_);
        if (y > static_cast<double>(n_) || v == 0.0) continue;
        v = v * (u - p3_) * right_rate_;
      }
      if (accepts(static_cast<i64>(y), v)) return static_cast<i64>(y);
    }
  }

  bool accepts(i64 y, double v) const {
    const i64 distance = y > mode_ ? y - mode_ : mode_ - y;
    const double k = static_cast<double>(distance);
    if (!(distance > 20 && k < nrq_ / 2.0 - 1)) return v <= ratio(y);
    // Squeezed between two parabolas; else by Stirling's series.
    const double rho = (k / nrq_) * ((k * (k / 3.0 + 0.625) + 0.16666666666666666) / nrq_ + 0.5);
    const double t = -k * k / (2 * nrq_), log_v = ::log(v);
    if (log_v < t - rho) return true;
    if (log_v > t + rho) return false;
    const double n = static_cast<double>(n_), m = static_cast<double>(mode_), yd = static_cast<double>(y);
    const double x1 = yd + 1, f1 = m + 1, z = n + 1 - m, w = n - yd + 1;
    return log_v <= middle_ * ::log(f1 / x1) + (n - m + 0.5) * ::log(z / w) +
                        (yd - m) * ::log(w * p_ / (x1 * q_)) + stirling(f1) + stirling(z) + stirling(x1) +
                        stirling(w);
  }
  // The probability of y over that of the mode.
  double ratio(i64 y) const {
    const double s = p_ / q_, a = s * static_cast<double>(n_ + 1);
    double f = 1.0;
    for (i64 i = mode_ + 1; i <= y; ++i) f *= a / static_cast<double>(i) - s;
    for (i64 i = y + 1; i <= mode_; ++i) f /= a / static_cast<double>(i) - s;
    return f;
  }
  static double stirling(double x) {
    const double x2 = x * x;
    return (13680. - (462. - (132. - (99. - 140. / x2) / x2) / x2) / x2) / x / 166320.;
  }

  i64 n_, mode_ = 0, bound_ = 0;
  bool flipped_, few_ = true;
  double p_, q_ = 0, none_ = 0, nrq_ = 0, p1_ = 0, p2_ = 0, p3_ = 0, p4_ = 0, middle_ = 0, left_ = 0,
             right_ = 0, c_ = 0, left_rate_ = 0, right_rate_ = 0;
};

// A Poisson number whose mean is a gamma number.
struct negative_binomial_sampler {
  gamma_sampler mean;
  negative_binomial_sampler(double n, double p) : mean(n, (1 - p) / p) {}
  template <class Source> i64 operator()(Source& s) const {
    const double lam = mean(s);
    return poisson_sampler(lam)(s);
  }
};

// Devroye 1986, X.6.1: a power of a uniform number, rejected.
struct zipf_sampler {
  double less, b, smallest;
  explicit zipf_sampler(double a) : less(a - 1.0), b(::pow(2.0, less)), smallest(::pow(0x1p63, -less)) {}
  template <class Source> i64 operator()(Source& s) const {
    while (true) {
      const double u01 = s.uniform(), u = u01 * smallest + (1 - u01), v = s.uniform();
      const double x = ::floor(::pow(u, -1.0 / less));
      if (x >= 0x1p63 || x < 1.0) continue;
      const double t = ::pow(1.0 + 1.0 / x, less);
      if (v * x * (t - 1.0) / (b - 1.0) <= t / b) return static_cast<i64>(x);
    }
  }
};

// Kemp 1981.
struct logseries_sampler {
  double p, r;
  explicit logseries_sampler(double x) : p(x), r(::log1p(-x)) {}
  template <class Source> i64 operator()(Source& s) const {
    while (true) {
      const double v = s.uniform();
      if (v >= p) return 1;
      const double u = s.uniform(), q = -::expm1(r * u);
      if (v <= q * q) {
        const i64 k = static_cast<i64>(::floor(1 + ::log(v) / ::log(q)));
        if (k < 1 || v == 0.0) continue;
        return k;
      }
      return v >= q ? 1 : 2;
    }
  }
};

}  // namespace numloom::NL_TARGET
