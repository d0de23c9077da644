// SPDX-License-Identifier: BSD-3-Clause
// The distributions of several draws a sample: parameters checked, samples made on the CPU and brought to the
// device.
#include <algorithm>
#include <cmath>

#include "core/backend.hpp"
#include "numloom/error.hpp"
#include "numloom/random.hpp"

namespace numloom::random {
namespace {

void require(const char* operation, bool holds, const char* condition, double value) {
  if (!holds) fail<value_error>("[", operation, "] expected ", condition, ", got ", value);
}
void require_scale(const char* operation, double scale) {
  require(operation, !std::signbit(scale) || std::isnan(scale), "scale >= 0", scale);
}

}  // namespace

ndarray generator::draw(sampled which, std::initializer_list<double> parameters, const shape_t& shape) {
  const dtype type = is_count(which) ? dtype::int64 : dtype::float64;
  const ndarray out = empty(shape, type, cpu);
  random_call call{distribution::sampled, type};
  call.out = out.data(access::write);
  call.n = out.size();
  call.generator = &state_;
  call.which = which;
  std::copy_n(parameters.begin(), std::min<std::size_t>(parameters.size(), 3), call.parameters);
  if (call.n > 0) backend_of(cpu).random_fill(call, current_stream(cpu));
  return to_device(out, current_device());
}

ndarray generator::lognormal(double mean, double sigma, const shape_t& shape) {
  require_scale("lognormal", sigma);
  return draw(sampled::lognormal, {mean, sigma}, shape);
}
ndarray generator::rayleigh(double scale, const shape_t& shape) {
  require_scale("rayleigh", scale);
  return draw(sampled::rayleigh, {scale}, shape);
}
ndarray generator::laplace(double loc, double scale, const shape_t& shape) {
  require_scale("laplace", scale);
  return draw(sampled::laplace, {loc, scale}, shape);
}
ndarray generator::logistic(double loc, double scale, const shape_t& shape) {
  require_scale("logistic", scale);
  return draw(sampled::logistic, {loc, scale}, shape);
}
ndarray generator::gumbel(double loc, double scale, const shape_t& shape) {
  require_scale("gumbel", scale);
  return draw(sampled::gumbel, {loc, scale}, shape);
}
ndarray generator::pareto(double a, const shape_t& shape) {
  require("pareto", a > 0, "a > 0", a);
  return draw(sampled::pareto, {a}, shape);
}
ndarray generator::weibull(double a, const shape_t& shape) {
  require("weibull", a >= 0, "a >= 0", a);
  return draw(sampled::weibull, {a}, shape);
}
ndarray generator::power(double a, const shape_t& shape) {
  require("power", a > 0, "a > 0", a);
  return draw(sampled::power, {a}, shape);
}
ndarray generator::triangular(double left, double mode, double right, const shape_t& shape) {
  require("triangular", left <= mode && mode <= right && left < right, "left <= mode <= right", mode);
  return draw(sampled::triangular, {left, mode, right}, shape);
}
ndarray generator::standard_cauchy(const shape_t& shape) { return draw(sampled::standard_cauchy, {}, shape); }
ndarray generator::gamma(double shape, double scale, const shape_t& size) {
  require("gamma", shape >= 0, "shape >= 0", shape);
  require_scale("gamma", scale);
  return draw(sampled::gamma, {shape, scale}, size);
}
ndarray generator::chisquare(double df, const shape_t& shape) {
  require("chisquare", df > 0, "df > 0", df);
  return draw(sampled::chisquare, {df}, shape);
}
ndarray generator::standard_t(double df, const shape_t& shape) {
  require("standard_t", df > 0, "df > 0", df);
  return draw(sampled::standard_t, {df}, shape);
}
ndarray generator::poisson(double lam, const shape_t& shape) {
  require("poisson", lam >= 0 && lam <= 9.223372006484771e18, "0 <= lam, and not too large", lam);
  return draw(sampled::poisson, {lam}, shape);
}
ndarray generator::geometric(double p, const shape_t& shape) {
  require("geometric", p > 0 && p <= 1, "0 < p <= 1", p);
  return draw(sampled::geometric, {p}, shape);
}

}  // namespace numloom::random
