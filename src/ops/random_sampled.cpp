// SPDX-License-Identifier: BSD-3-Clause
// The distributions of several draws a sample: parameters checked, samples made on the CPU and brought to the
// device.
#include <algorithm>
#include <vector>

#include "core/sampled_rules.hpp"
#include "numloom/creation.hpp"
#include "numloom/error.hpp"
#include "ops/random_draws.hpp"

namespace numloom::random {
namespace {

/// float64 on the CPU.
ndarray values_of(const sampled_rule& rule, int index, const ndarray& a) {
  const char kind = numloom::kind_of(a.dtype());
  if (kind == 'c') fail<type_error>("[", rule.name, "] expected real parameters, got dtype ", a.dtype());
  if ((kind == 'f' || a.dtype() == dtype::uint64) && (rule.integers >> index & 1) != 0)
    fail<type_error>("[", rule.name, "] expected integers, got dtype ", a.dtype());
  return astype(to_device(a, cpu), dtype::float64);
}

/// The parameters of a call: numbers, and arrays with an element for each sample.
struct parameter_set {
  const sampled_rule& rule;
  shape_t shape;
  std::vector<ndarray> columns;  // keeps what `each` points to
  double number[3] = {};
  const double* each[3] = {};

  parameter_set(const sampled_rule& r, std::initializer_list<array_like> given, const sample_size& size)
      : rule(r) {
    const std::vector<array_like> all(given.begin(), given.begin() + rule.parameters);
    for (const array_like& p : all)
      if (p.array()) shape = broadcast_shapes(shape, p.array()->shape());
    if (size) {
      if (broadcast_shapes(shape, *size) != *size)
        fail<value_error>("[", rule.name, "] expected parameters that broadcast to ", to_string(*size),
                          ", got shape ", to_string(shape));
      shape = *size;
    }
    for (int i = 0; i < rule.parameters; ++i) take(i, all[static_cast<std::size_t>(i)]);
    check();
  }

 private:
  void take(int i, const array_like& p) {
    if (!p.array()) {
      number[i] = real_number(rule.name, p.number());
      return;
    }
    const ndarray values = values_of(rule, i, *p.array());
    if (values.size() == 1) {
      number[i] = values.item<double>();
      return;
    }
    columns.push_back(ascontiguousarray(broadcast_to(values, shape)));
    each[i] = static_cast<const double*>(columns.back().data(access::read));
  }
  void check() const {
    const std::int64_t n = columns.empty() ? 1 : size_of(shape);
    for (std::int64_t k = 0; k < n; ++k) {
      double p[3];
      for (int i = 0; i < 3; ++i) p[i] = each[i] ? each[i][k] : number[i];
      if (!rule.valid(p))
        fail<value_error>("[", rule.name, "] expected ", rule.condition, ", got ", p[0],
                          rule.parameters > 1 ? " and others" : "");
    }
  }
};

}  // namespace

ndarray generator::draw(sampled which, std::initializer_list<array_like> parameters, const sample_size& size,
                        std::optional<dtype> type) {
  const sampled_rule& rule = rule_of(which);
  const dtype made = type.value_or(is_count(which) ? dtype::int64 : dtype::float64);
  if (made != dtype::float64 && !is_count(which) &&
      !(made == dtype::float32 && which == sampled::standard_gamma))
    fail<type_error>("[", rule.name, "] expected dtype float64, got ", made);
  const parameter_set given(rule, parameters, size);
  const ndarray out = empty(given.shape, made, cpu);
  random_call call = call_for(distribution::sampled, state_, out);
  call.which = which;
  std::copy_n(given.number, 3, call.parameters);
  std::copy_n(given.each, 3, call.each);
  walk(call);
  return to_device(out, current_device());
}

ndarray generator::lognormal(const array_like& mean, const array_like& sigma, const sample_size& size) {
  return draw(sampled::lognormal, {mean, sigma}, size);
}
ndarray generator::rayleigh(const array_like& scale, const sample_size& size) {
  return draw(sampled::rayleigh, {scale}, size);
}
ndarray generator::pareto(const array_like& a, const sample_size& size) {
  return draw(sampled::pareto, {a}, size);
}
ndarray generator::weibull(const array_like& a, const sample_size& size) {
  return draw(sampled::weibull, {a}, size);
}
ndarray generator::power(const array_like& a, const sample_size& size) {
  return draw(sampled::power, {a}, size);
}
ndarray generator::laplace(const array_like& loc, const array_like& scale, const sample_size& size) {
  return draw(sampled::laplace, {loc, scale}, size);
}
ndarray generator::logistic(const array_like& loc, const array_like& scale, const sample_size& size) {
  return draw(sampled::logistic, {loc, scale}, size);
}
ndarray generator::gumbel(const array_like& loc, const array_like& scale, const sample_size& size) {
  return draw(sampled::gumbel, {loc, scale}, size);
}
ndarray generator::triangular(const array_like& left, const array_like& mode, const array_like& right,
                              const sample_size& size) {
  return draw(sampled::triangular, {left, mode, right}, size);
}
ndarray generator::standard_gamma(const array_like& shape, const sample_size& size, dtype type) {
  return draw(sampled::standard_gamma, {shape}, size, type);
}
ndarray generator::gamma(const array_like& shape, const array_like& scale, const sample_size& size) {
  return draw(sampled::gamma, {shape, scale}, size);
}
ndarray generator::chisquare(const array_like& df, const sample_size& size) {
  return draw(sampled::chisquare, {df}, size);
}
ndarray generator::beta(const array_like& a, const array_like& b, const sample_size& size) {
  return draw(sampled::beta, {a, b}, size);
}
ndarray generator::f(const array_like& dfnum, const array_like& dfden, const sample_size& size) {
  return draw(sampled::f, {dfnum, dfden}, size);
}
ndarray generator::standard_t(const array_like& df, const sample_size& size) {
  return draw(sampled::standard_t, {df}, size);
}
ndarray generator::standard_cauchy(const sample_size& size) {
  return draw(sampled::standard_cauchy, {}, size);
}
ndarray generator::wald(const array_like& mean, const array_like& scale, const sample_size& size) {
  return draw(sampled::wald, {mean, scale}, size);
}
ndarray generator::vonmises(const array_like& mu, const array_like& kappa, const sample_size& size) {
  return draw(sampled::vonmises, {mu, kappa}, size);
}
ndarray generator::noncentral_chisquare(const array_like& df, const array_like& nonc,
                                        const sample_size& size) {
  return draw(sampled::noncentral_chisquare, {df, nonc}, size);
}
ndarray generator::noncentral_f(const array_like& dfnum, const array_like& dfden, const array_like& nonc,
                                const sample_size& size) {
  return draw(sampled::noncentral_f, {dfnum, dfden, nonc}, size);
}
ndarray generator::poisson(const array_like& lam, const sample_size& size) {
  return draw(sampled::poisson, {lam}, size);
}
ndarray generator::geometric(const array_like& p, const sample_size& size) {
  return draw(sampled::geometric, {p}, size);
}
ndarray generator::binomial(const array_like& n, const array_like& p, const sample_size& size) {
  return draw(sampled::binomial, {n, p}, size);
}
ndarray generator::negative_binomial(const array_like& n, const array_like& p, const sample_size& size) {
  return draw(sampled::negative_binomial, {n, p}, size);
}
ndarray generator::zipf(const array_like& a, const sample_size& size) {
  return draw(sampled::zipf, {a}, size);
}
ndarray generator::logseries(const array_like& p, const sample_size& size) {
  return draw(sampled::logseries, {p}, size);
}
ndarray generator::hypergeometric(const array_like& ngood, const array_like& nbad, const array_like& nsample,
                                  const sample_size& size) {
  return draw(sampled::hypergeometric, {ngood, nbad, nsample}, size);
}

}  // namespace numloom::random
