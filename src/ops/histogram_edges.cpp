// SPDX-License-Identifier: BSD-3-Clause
// Where bins begin and end, and how many there should be.
#include "ops/histogram_edges.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "numloom/statistics.hpp"
#include "ops/compose.hpp"

namespace numloom::detail {

namespace {

measure element_of(const ndarray& single) { return {single.item(), single.dtype()}; }

// What NumPy makes of a number of that precision: operations on the shorter floats are exact in double
// before they are rounded.
double rounded(double value, std::optional<dtype> type) {
  if (type == dtype::float32) return static_cast<double>(static_cast<float>(value));
  if (type == dtype::float16)
    return static_cast<double>(static_cast<float>(float16(static_cast<float>(value))));
  return value;
}
// The dtype of arithmetic with two measures, and with a float of Python's.
std::optional<dtype> common_type(const measure& a, const measure& b) {
  if (!a.type || !b.type) return a.type ? a.type : b.type;
  return promote_types(*a.type, *b.type);
}
std::optional<dtype> float_type(std::optional<dtype> t) { return t && !is_inexact(*t) ? dtype::float64 : t; }
measure divided(const measure& a, const measure& b) {
  const auto type = float_type(common_type(a, b));
  return {rounded(a.number() / b.number(), type), type};
}
measure scaled(const measure& a, double factor) {
  const auto type = float_type(a.type);
  return {rounded(a.number() * factor, type), type};
}
measure plain(double value) { return {value, dtype::float64}; }

measure moved(const measure& a, double by) {
  const auto type = float_type(a.type);
  return {rounded(a.number() + by, type), type};
}

void check_finite(const outer_edges& ends, const char* kind) {
  if (!std::isfinite(ends.first.number()) || !std::isfinite(ends.last.number()))
    fail<value_error>("[histogram] ", kind, " range of [", ends.first.number(), ", ", ends.last.number(),
                      "] is not finite");
}

bool is_integral(const measure& m) {
  return m.value.type == scalar::kind::integer || m.value.type == scalar::kind::unsigned_integer;
}
std::uint64_t bits_of(const scalar& s) {
  return s.type == scalar::kind::unsigned_integer ? s.u : static_cast<std::uint64_t>(s.i);
}

measure difference(const measure& high, const measure& low) {
  if (is_integral(high) && is_integral(low))
    return {static_cast<double>(bits_of(high.value) - bits_of(low.value)), dtype::float64};
  const auto type = float_type(common_type(high, low));
  return {rounded(high.number() - low.number(), type), type ? type : dtype::float64};
}

}  // namespace

outer_edges find_outer_edges(const ndarray& a, const std::optional<bin_range>& range) {
  outer_edges ends{{std::int64_t{0}, {}}, {std::int64_t{1}, {}}};
  if (range) {
    ends = {{range->first.value, range->first.type}, {range->second.value, range->second.type}};
    if (ends.first.number() > ends.last.number())
      fail<value_error>("[histogram] max must be larger than min in range parameter.");
    check_finite(ends, "supplied");
  } else if (a.size() > 0) {
    ends = {element_of(min(a)), element_of(max(a))};
    check_finite(ends, "autodetected");
  }
  const bool integral = is_integral(ends.first) && is_integral(ends.last);
  if (integral ? bits_of(ends.first.value) != bits_of(ends.last.value)
               : ends.first.number() != ends.last.number())
    return ends;
  return {moved(ends.first, -0.5), moved(ends.last, 0.5)};
}

measure distance_of(const outer_edges& ends) { return difference(ends.last, ends.first); }

ndarray even_edges(const outer_edges& ends, std::int64_t count, std::optional<dtype> type) {
  // Ends of one short dtype keep its arithmetic.
  const auto precision = [](const measure& m) { return m.type ? *float_type(m.type) : dtype::float64; };
  const dtype work = promote_types(precision(ends.first), precision(ends.last));
  const double first = ends.first.number(), last = ends.last.number();
  if (work == dtype::float64) return linspace(first, last, {.num = count + 1, .dtype = type, .device = cpu});
  const double step = rounded(rounded(last - first, work) / rounded(static_cast<double>(count), work), work);
  ndarray edges = arange(0, count + 1, 1, {.dtype = work, .device = cpu});
  if (step == 0 && first != last)
    edges = multiply(divide(edges, count), rounded(last - first, work));
  else
    edges = multiply(edges, step);
  edges = add(edges, first);
  fill_with(part(edges, count), last);
  return as_type(edges, type.value_or(work));
}

// ---- rules ----

namespace {

measure spread(const ndarray& x) { return difference(element_of(max(x)), element_of(min(x))); }

measure width_sqrt(const ndarray& x) {
  return divided(spread(x), plain(std::sqrt(static_cast<double>(x.size()))));
}

measure width_sturges(const ndarray& x) {
  return divided(spread(x), plain(std::log2(static_cast<double>(x.size())) + 1.0));
}

measure width_rice(const ndarray& x) {
  return divided(spread(x), {2.0 * std::pow(static_cast<double>(x.size()), 1.0 / 3), {}});
}

measure width_scott(const ndarray& x) {
  const double sqrt_pi = std::pow(3.141592653589793, 0.5);
  return scaled(element_of(numloom::std(x)),
                std::pow(24.0 * sqrt_pi / static_cast<double>(x.size()), 1.0 / 3));
}

// The number of bins for which the estimated squared error is least (leave one out).
measure width_stone(const ndarray& x, const outer_edges& ends, bool* at_limit) {
  const auto n = static_cast<double>(x.size());
  const measure all = spread(x);
  if (x.size() <= 1 || all.number() == 0) return plain(0);
  const bin_range range{{ends.first.value, ends.first.type.value_or(dtype::float64)},
                        {ends.last.value, ends.last.type.value_or(dtype::float64)}};
  const std::int64_t most = std::max<std::int64_t>(100, static_cast<std::int64_t>(std::sqrt(n)));
  double least = 0;
  std::int64_t best = 0;
  for (std::int64_t bins = 1; bins <= most; ++bins) {
    const ndarray share = divide(histogram(x, bins, {.range = range}).first, n);
    const double squares = sum(multiply(share, share)).item<double>();
    const measure width = divided(all, {static_cast<double>(bins), {}});
    const double loss = (2 - (n + 1) * squares) / width.number();
    if (best == 0 || loss < least) {
      least = loss;
      best = bins;
    }
  }
  if (at_limit) *at_limit = best == most;
  return divided(all, {static_cast<double>(best), {}});
}

measure width_doane(const ndarray& x) {
  const auto n = static_cast<double>(x.size());
  if (n <= 2) return plain(0);
  const double expected = std::sqrt(6.0 * (n - 2) / ((n + 1.0) * (n + 3)));
  const ndarray sigma = numloom::std(x);
  if (!(sigma.item().real() > 0)) return plain(0);
  const ndarray normal = divide(subtract(x, mean(x)), sigma);
  const double skewness = std::abs(mean(power(normal, 3)).item().real());
  return divided(spread(x), plain(1.0 + std::log2(n) + std::log2(1.0 + skewness / expected)));
}

measure width_fd(const ndarray& x) {
  const double levels[] = {0.75, 0.25};
  const ndarray quartiles = quantile(x, from_host(levels, {2}, dtype::float64, cpu));
  const measure high = element_of(part(quartiles, 0, 1)), low = element_of(part(quartiles, 1));
  return scaled(scaled(difference(high, low), 2.0), std::pow(static_cast<double>(x.size()), -1.0 / 3.0));
}

measure width_auto(const ndarray& x) {
  const measure by_quartiles = width_fd(x), by_count = scaled(width_sqrt(x), 0.5);
  const measure greater = by_count.number() > by_quartiles.number() ? by_count : by_quartiles;
  const measure by_log = width_sturges(x);
  return by_log.number() < greater.number() ? by_log : greater;
}

constexpr std::array<std::pair<std::string_view, measure (*)(const ndarray&)>, 7> rules{{
    {"auto", width_auto},
    {"doane", width_doane},
    {"fd", width_fd},
    {"rice", width_rice},
    {"scott", width_scott},
    {"sqrt", width_sqrt},
    {"sturges", width_sturges},
}};

}  // namespace

std::int64_t bins_by_rule(const ndarray& a, std::string_view rule, const outer_edges& ends, bool* at_limit) {
  const auto* found =
      std::find_if(rules.begin(), rules.end(), [&](const auto& r) { return r.first == rule; });
  if (found == rules.end() && rule != "stone")
    fail<value_error>("[histogram] '", rule, "' is not a valid estimator for `bins`");
  if (a.size() == 0) return 1;
  measure width = found == rules.end() ? width_stone(a, ends, at_limit) : found->second(a);
  if (width.number() == 0) return 1;
  if (is_integer(a.dtype()) && width.number() < 1) width = {1.0, {}};
  return static_cast<std::int64_t>(std::ceil(divided(distance_of(ends), width).number()));
}

}  // namespace numloom::detail
