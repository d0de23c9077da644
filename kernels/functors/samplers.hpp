// SPDX-License-Identifier: BSD-3-Clause
// All samplers, by the number of numloom::random::sampled.
#pragma once
#include "functors/samplers_basic.hpp"
#include "functors/samplers_more.hpp"
#include "functors/samplers_urn.hpp"

namespace numloom::NL_TARGET {

// f(the sampler) for distributions of floating-point numbers.
template <class F> inline void with_number_sampler(int which, const double* p, F&& f) {
  switch (which) {
    case 0: return f(lognormal_sampler{p[0], p[1]});
    case 1: return f(rayleigh_sampler{p[0]});
    case 2: return f(pareto_sampler{p[0]});
    case 3: return f(weibull_sampler{p[0]});
    case 4: return f(power_sampler{p[0]});
    case 5: return f(laplace_sampler{p[0], p[1]});
    case 6: return f(logistic_sampler{p[0], p[1]});
    case 7: return f(gumbel_sampler{p[0], p[1]});
    case 8: return f(triangular_sampler{p[0], p[1], p[2]});
    case 9: return f(standard_gamma_sampler(p[0]));
    case 10: return f(gamma_sampler(p[0], p[1]));
    case 11: return f(chisquare_sampler(p[0]));
    case 12: return f(beta_sampler(p[0], p[1]));
    case 13: return f(f_sampler(p[0], p[1]));
    case 14: return f(standard_t_sampler(p[0]));
    case 15: return f(cauchy_sampler{});
    case 16: return f(wald_sampler{p[0], p[1]});
    case 17: return f(vonmises_sampler(p[0], p[1]));
    case 18: return f(noncentral_chisquare_sampler(p[0], p[1]));
    default: return f(noncentral_f_sampler(p[0], p[1], p[2]));
  }
}

// f(the sampler) for those that take nothing but words of 64 bits.
template <class F> inline void with_word_sampler(int which, const double* p, F&& f) {
  switch (which) {
    case 20: return f(poisson_sampler(p[0]));
    case 21: return f(geometric_sampler{p[0]});
    case 22: return f(binomial_sampler(p[0], p[1]));
    case 23: return f(negative_binomial_sampler(p[0], p[1]));
    case 24: return f(zipf_sampler(p[0]));
    case 25: return f(logseries_sampler(p[0]));
    case 26: return f(rejection_urn_sampler(i64(p[0]), i64(p[1]), i64(p[2])));
    default: return with_number_sampler(which, p, f);
  }
}
inline bool takes_words_alone(int which, const double* p) {
  return which != 26 || rejection_urn_sampler::serves(i64(p[0]), i64(p[1]), i64(p[2]));
}

// f(the sampler), whose source needs next32() too.
template <class F> inline void with_sampler(int which, const double* p, F&& f) {
  if (takes_words_alone(which, p)) return with_word_sampler(which, p, f);
  f(urn_sampler{i64(p[0]), i64(p[1]), i64(p[2])});
}

}  // namespace numloom::NL_TARGET
