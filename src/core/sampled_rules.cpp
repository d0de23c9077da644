// SPDX-License-Identifier: BSD-3-Clause
#include "core/sampled_rules.hpp"

#include <cmath>

namespace numloom::random {
namespace {

bool not_negative(double x) { return !std::signbit(x) && !std::isnan(x); }
bool scale(double x) { return !std::signbit(x) || std::isnan(x); }
bool count(double x) { return x >= 0 && x < 0x1p53; }

constexpr auto scale_second = [](const double* p) { return scale(p[1]); };
constexpr auto one_positive = [](const double* p) { return p[0] > 0; };
constexpr auto two_positive = [](const double* p) { return p[0] > 0 && p[1] > 0; };
constexpr auto one_not_negative = [](const double* p) { return not_negative(p[0]); };

constexpr sampled_rule rules[] = {
    {sampled::lognormal, "lognormal", 2, 0, scale_second, "sigma >= 0"},
    {sampled::rayleigh, "rayleigh", 1, 0, [](const double* p) { return scale(p[0]); }, "scale >= 0"},
    {sampled::pareto, "pareto", 1, 0, one_positive, "a > 0"},
    {sampled::weibull, "weibull", 1, 0, one_not_negative, "a >= 0"},
    {sampled::power, "power", 1, 0, one_positive, "a > 0"},
    {sampled::laplace, "laplace", 2, 0, scale_second, "scale >= 0"},
    {sampled::logistic, "logistic", 2, 0, scale_second, "scale >= 0"},
    {sampled::gumbel, "gumbel", 2, 0, scale_second, "scale >= 0"},
    {sampled::triangular, "triangular", 3, 0,
     [](const double* p) { return p[0] <= p[1] && p[1] <= p[2] && p[0] < p[2]; },
     "left <= mode <= right, left < right"},
    {sampled::standard_gamma, "standard_gamma", 1, 0, one_not_negative, "shape >= 0"},
    {sampled::gamma, "gamma", 2, 0, [](const double* p) { return not_negative(p[0]) && not_negative(p[1]); },
     "shape >= 0, scale >= 0"},
    {sampled::chisquare, "chisquare", 1, 0, one_positive, "df > 0"},
    {sampled::beta, "beta", 2, 0, [](const double* p) { return p[0] > 1e-100 && p[1] > 1e-100; },
     "a > 0, b > 0, not below 1e-100"},
    {sampled::f, "f", 2, 0, two_positive, "dfnum > 0, dfden > 0"},
    {sampled::standard_t, "standard_t", 1, 0, one_positive, "df > 0"},
    {sampled::standard_cauchy, "standard_cauchy", 0, 0, [](const double*) { return true; }, ""},
    {sampled::wald, "wald", 2, 0, two_positive, "mean > 0, scale > 0"},
    {sampled::vonmises, "vonmises", 2, 0,
     [](const double* p) { return !std::isnan(p[0]) && not_negative(p[1]); }, "kappa >= 0"},
    {sampled::noncentral_chisquare, "noncentral_chisquare", 2, 0,
     [](const double* p) { return p[0] > 0 && not_negative(p[1]); }, "df > 0, nonc >= 0"},
    {sampled::noncentral_f, "noncentral_f", 3, 0,
     [](const double* p) { return p[0] > 0 && p[1] > 0 && not_negative(p[2]); },
     "dfnum > 0, dfden > 0, nonc >= 0"},
    {sampled::poisson, "poisson", 1, 0,
     [](const double* p) { return not_negative(p[0]) && p[0] <= 9.223372006484771e18; },
     "0 <= lam, and not too large"},
    {sampled::geometric, "geometric", 1, 0, [](const double* p) { return p[0] > 0 && p[0] <= 1; },
     "0 < p <= 1"},
    {sampled::binomial, "binomial", 2, 1,
     [](const double* p) { return count(p[0]) && p[1] >= 0 && p[1] <= 1; }, "0 <= n < 2^53, 0 <= p <= 1"},
    {sampled::negative_binomial, "negative_binomial", 2, 0,
     [](const double* p) {
       return p[0] > 0 && p[1] > 0 && p[1] <= 1 && (1 - p[1]) / p[1] * (p[0] + 10 * std::sqrt(p[0])) < 1e15;
     },
     "n > 0, 0 < p <= 1, and not too many failures"},
    {sampled::zipf, "zipf", 1, 0, [](const double* p) { return p[0] > 1 && p[0] < 1024; }, "1 < a < 1024"},
    {sampled::logseries, "logseries", 1, 0, [](const double* p) { return p[0] > 0 && p[0] < 1; },
     "0 < p < 1"},
    {sampled::hypergeometric, "hypergeometric", 3, 7,
     [](const double* p) {
       return p[0] >= 0 && p[1] >= 0 && p[0] < 1e9 && p[1] < 1e9 && p[2] >= 0 && p[2] <= p[0] + p[1];
     },
     "0 <= ngood, nbad < 1e9, 0 <= nsample <= ngood + nbad"},
};

}  // namespace

const sampled_rule& rule_of(sampled which) { return rules[static_cast<int>(which)]; }

std::string_view refusal(sampled which, const double* parameters) {
  const sampled_rule& rule = rule_of(which);
  return rule.valid(parameters) ? std::string_view() : rule.condition;
}
int parameter_count(sampled which) { return rule_of(which).parameters; }

}  // namespace numloom::random
