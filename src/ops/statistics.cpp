// SPDX-License-Identifier: BSD-3-Clause
// Medians and quantiles. The array is seen as rows of the elements that are joined (rows_for); each row gives
// one number a level, a column of the table [rows, levels]; unfold() brings the table into the result's
// shape.
//
// A level q of a row of n numbers in order is a place between 0 and n - 1 (virtual_index). Where that is no
// whole number, the two elements beside it are mixed (upper_weight, interpolate). There are three ways to the
// elements:
//   quantiles_of_rows       all rows have n numbers: a few ranks, found without sorting a long row
//   quantiles_without_nan   each row has its own n: sorted, and the same formulas on arrays
//   weighted_quantiles      the first element at which the weights so far reach the share q of their sum
// NaN comes last in order, so that a row's last element tells whether it holds one.
#include "numloom/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/compose.hpp"
#include "ops/order_statistics.hpp"
#include "ops/weights.hpp"

namespace numloom {

using namespace detail;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

constexpr std::string_view method_names[] = {"inverted_cdf",
                                             "averaged_inverted_cdf",
                                             "closest_observation",
                                             "interpolated_inverted_cdf",
                                             "hazen",
                                             "weibull",
                                             "linear",
                                             "median_unbiased",
                                             "normal_unbiased",
                                             "lower",
                                             "higher",
                                             "midpoint",
                                             "nearest"};

// Does the method give elements of the row, and mix none?
bool is_discrete(quantile_method m) {
  return m == quantile_method::inverted_cdf || m == quantile_method::closest_observation ||
         m == quantile_method::lower || m == quantile_method::higher || m == quantile_method::nearest;
}

// where() for a number and for an array of them: the formulas below are written once for both.
double if_else(bool condition, double x, double y) { return condition ? x : y; }
ndarray if_else(const ndarray& condition, const array_like& x, const array_like& y) {
  return where(condition, x, y);
}

// Where in a row of n numbers in order the level q lies, counted from 0: Hyndman and Fan (1996), NumPy's
// names.
template <class T> T virtual_index(quantile_method m, const T& n, const T& q) {
  using std::ceil, std::floor, std::rint;
  const auto between = [&](double alpha, double beta) {
    return n * q + (alpha + q * (1 - alpha - beta)) - 1.0;
  };
  const auto next_unless = [](const auto& condition, const T& previous) {
    const T found = if_else(condition, previous, previous + 1.0);
    return if_else(found < 0.0, T(found * 0.0), found);
  };
  switch (m) {
    case quantile_method::inverted_cdf: {
      const T at = n * q - 1.0, previous = floor(at);
      return next_unless(at == previous, previous);
    }
    case quantile_method::closest_observation: {
      const T at = n * q - 1.0 - 0.5, previous = floor(at);
      const T half = previous * 0.5;
      return next_unless((at == previous) & (half != floor(half)), previous);
    }
    case quantile_method::averaged_inverted_cdf: return n * q - 1.0;
    case quantile_method::interpolated_inverted_cdf: return between(0, 1);
    case quantile_method::hazen: return between(0.5, 0.5);
    case quantile_method::weibull: return between(0, 0);
    case quantile_method::median_unbiased: return between(1 / 3.0, 1 / 3.0);
    case quantile_method::normal_unbiased: return between(3 / 8.0, 3 / 8.0);
    case quantile_method::lower: return floor((n - 1.0) * q);
    case quantile_method::higher: return ceil((n - 1.0) * q);
    case quantile_method::midpoint: return 0.5 * (floor((n - 1.0) * q) + ceil((n - 1.0) * q));
    case quantile_method::nearest: return rint((n - 1.0) * q);
    default: return (n - 1.0) * q;
  }
}

// How much of the upper neighbour there is at that place; `previous` is the lower one's.
template <class T> T upper_weight(quantile_method m, const T& index, const T& previous) {
  T gamma = index - previous;
  if (m == quantile_method::averaged_inverted_cdf)
    return if_else(gamma == 0.0, T(gamma * 0.0 + 0.5), T(gamma * 0.0 + 1.0));
  if (m == quantile_method::midpoint) {
    using std::floor;
    return if_else(index == floor(index), T(gamma * 0.0), T(gamma * 0.0 + 0.5));
  }
  return gamma;
}

// The levels asked for, on the host.
struct levels {
  std::vector<double> q;
  shape_t shape;
  bool is_number = false;     // of the host: the dtype of floating-point data stays
  bool are_integers = false;  // 0 and 1, which name elements
  /// Are all of them elements of the row, by that method?
  bool name_elements(quantile_method m) const {
    return is_discrete(m) || (m == quantile_method::linear && are_integers);
  }
};
levels levels_of(const ndarray& q) {
  levels result;
  if (is_complex(q.dtype())) fail<type_error>("[quantile] expected real levels, got ", q.dtype());
  result.q = q.to_vector<double>();
  result.shape = q.shape();
  result.are_integers = !is_inexact(q.dtype());
  return result;
}
levels levels_of(double q) { return {{q}, {}, true, false}; }

void check(const ndarray& a, const levels& l) {
  if (is_complex(a.dtype()))
    fail<type_error>("[quantile] a must be an array of real numbers, got ", a.dtype());
  if (l.shape.size() > 2) fail<value_error>("[quantile] q must be a scalar or 1d");
  for (double q : l.q)
    if (!(q >= 0 && q <= 1))
      fail<value_error>(
          "[quantile] Quantiles must be in the range [0, 1] (Percentiles must be in the range "
          "[0, 100]), got ",
          q);
}

// Between two neighbours, from the nearer one; lower = 1 - upper in double precision.
ndarray interpolate(const ndarray& low, const ndarray& high, double upper, double lower) {
  const ndarray step = subtract(high, low);
  return upper >= 0.5 ? subtract(high, multiply(step, lower)) : add(low, multiply(step, upper));
}
ndarray interpolate(const ndarray& low, const ndarray& high, const ndarray& upper, const ndarray& lower) {
  const ndarray step = subtract(high, low);
  return where(greater_equal(upper, 0.5), subtract(high, multiply(step, lower)),
               add(low, multiply(step, upper)));
}

ndarray mark_nan(const ndarray& result, const ndarray& has_nan) {
  return has_nan.defined() ? where(has_nan, not_a_number, result) : result;
}

ndarray vector_on(const std::vector<double>& values, device d) {
  return from_host(values.data(), {static_cast<std::int64_t>(values.size())}, dtype::float64, d);
}

void check_length(const ndarray& rows) {
  if (rows.shape()[1] == 0) fail<index_error>("[quantile] index -1 is out of bounds for axis 0 with size 0");
}

ndarray quantiles_of_rows(const ndarray& rows, const levels& l, quantile_method m) {
  const double n = static_cast<double>(rows.shape()[1]);
  check_length(rows);
  const bool exact = l.name_elements(m);
  std::vector<std::int64_t> ranks;  // one a level, or two: the neighbours
  std::vector<double> upper, lower;
  for (double q : l.q) {
    const double at = virtual_index(m, n, q), previous = std::floor(at);
    const double low = at >= n - 1 ? n - 1 : std::max(previous, 0.0);
    const double high = at >= n - 1 ? n - 1 : at < 0 ? 0 : previous + 1;
    ranks.push_back(static_cast<std::int64_t>(low));
    if (exact) continue;
    ranks.push_back(static_cast<std::int64_t>(high));
    upper.push_back(upper_weight(m, at, previous));
    lower.push_back(1 - upper.back());
  }
  if (ranks.empty())
    return empty({rows.shape()[0], 0}, exact ? rows.dtype() : promote_types(rows.dtype(), dtype::float64),
                 rows.device());
  const order_statistics found = select_ranks(rows, ranks);
  if (exact) return mark_nan(found.values, found.has_nan);
  const auto columns = [&](std::int64_t from) { return slice_axis(found.values, 1, from, to_end, 2); };
  const ndarray mixed = l.is_number ? interpolate(columns(0), columns(1), upper[0], lower[0])
                                    : interpolate(columns(0), columns(1), vector_on(upper, rows.device()),
                                                  vector_on(lower, rows.device()));
  return mark_nan(mixed, found.has_nan);
}

ndarray quantiles_without_nan(const ndarray& rows, const levels& l, quantile_method m) {
  const ndarray sorted = sort(rows, 1);
  const ndarray counts =
      as_type(count_nonzero(equal(rows, rows), {.axis = 1, .keepdims = true}), dtype::float64);
  const ndarray n = maximum(counts, 1.0),
                q = reshape(vector_on(l.q, rows.device()), {1, static_cast<std::int64_t>(l.q.size())});
  const ndarray at = virtual_index(m, n, q), previous = floor(at), last = n - 1.0;
  const auto pick = [&](const ndarray& index) {
    return take_along_axis(sorted, as_type(index, dtype::int64), 1);
  };
  const ndarray above = greater_equal(at, last);
  const ndarray low = pick(where(above, last, maximum(previous, 0.0)));
  ndarray result = low;
  if (!l.name_elements(m)) {
    const ndarray high = pick(where(above, last, where(less(at, 0.0), 0.0, previous + 1.0)));
    const ndarray upper = upper_weight(m, at, previous), lower = 1.0 - upper;
    const auto weight = [&](const ndarray& w) { return l.is_number ? as_type(w, rows.dtype()) : w; };
    result = interpolate(low, high, weight(upper), weight(lower));
  }
  return where(equal(counts, 0.0), not_a_number, result);
}

ndarray weighted_quantiles(const ndarray& rows, const ndarray& weights, const levels& l, bool skip_nan) {
  const std::int64_t n = rows.shape()[1];
  check_length(rows);
  const ndarray numbers = equal(rows, rows);
  const ndarray counted = skip_nan ? where(numbers, weights, 0) : weights;
  const ndarray order = argsort(rows, 1), sorted = take_along_axis(rows, order, 1);
  const ndarray sums = cumsum(take_along_axis(counted, order, 1), {.axis = 1, .dtype = dtype::float64});
  const ndarray total = part(sums, n - 1, n, 1);
  const ndarray empty_rows = skip_nan ? logical_not(any(numbers, {.axis = 1, .keepdims = true}))
                                      : filled({1, 1}, false, dtype::bool_, rows.device());
  if (some(logical_and(logical_not(isfinite(divide(total, total))), logical_not(empty_rows))))
    fail<value_error>("[quantile] Weights included NaN, inf or were all zero.");
  const ndarray share = divide(sums, total);
  const ndarray reached = where(equal(share, 0.0), -1.0, share);
  const ndarray last = subtract(skip_nan ? maximum(count_nonzero(numbers, {.axis = 1, .keepdims = true}), 1)
                                         : filled({1, 1}, n, dtype::int64, rows.device()),
                                1);
  std::vector<ndarray> columns;
  for (double q : l.q) {
    const ndarray passed = count_nonzero(less(reached, q), {.axis = 1, .keepdims = true});
    columns.push_back(take_along_axis(sorted, broadcast_to(minimum(passed, last), {rows.shape()[0], 1}), 1));
  }
  ndarray result = concatenate(columns, {.axis = 1});
  if (!is_inexact(rows.dtype())) return result;
  return skip_nan ? result : mark_nan(result, isnan(part(sorted, n - 1, n, 1)));
}

// The elements of the only row that are not NaN, as a row.
ndarray row_without_nan(const ndarray& row) {
  const ndarray elements = select_index(row, 0, 0), numbers = keep(elements, equal(elements, elements));
  return reshape(numbers, {1, numbers.size()});
}

ndarray quantiles(const ndarray& a, const levels& l, const quantile_options& options, bool skip_nan) {
  check(a, l);
  if (skip_nan && a.size() == 0)
    return nanmean(a, {.axis = options.axis, .out = options.out, .keepdims = options.keepdims});
  const bool missing = skip_nan && is_inexact(a.dtype());
  const reduced_rows from = rows_for(a, options.axis, "quantile");
  ndarray found;
  if (options.weights) {
    if (options.method != quantile_method::inverted_cdf)
      fail<value_error>("Only method 'inverted_cdf' supports weights. Got: ",
                        method_names[static_cast<int>(options.method)], ".");
    const ndarray weights =
        broadcast_to(fitting_weights(*options.weights, a, options.axis, "quantile"), a.shape());
    if (some(less(weights, 0))) fail<value_error>("Weights must be non-negative.");
    found = weighted_quantiles(from.rows, rows_for(weights, options.axis, "quantile").rows, l, missing);
  } else if (!missing || !some(isnan(from.rows))) {
    found = quantiles_of_rows(from.rows, l, options.method);
  } else if (from.rows.shape()[0] == 1) {
    const ndarray numbers = row_without_nan(from.rows);
    found = numbers.size() > 0
                ? quantiles_of_rows(numbers, l, options.method)
                : filled({1, static_cast<std::int64_t>(l.q.size())}, not_a_number, a.dtype(), a.device());
  } else {
    found = quantiles_without_nan(from.rows, l, options.method);
  }
  ndarray result = unfold(found, from, l.shape, options.keepdims);
  if (!skip_nan) result = ascontiguousarray(result);  // NumPy's has the levels outermost in memory too
  if (options.out && result.ndim() == 0) result = broadcast_to(result, options.out->shape());
  return hand_over(std::move(result), options.out, "quantile", casting::same_kind);
}

}  // namespace

quantile_method parse_quantile_method(std::string_view name) {
  for (int k = 0; k < static_cast<int>(std::size(method_names)); ++k)
    if (method_names[k] == name) return static_cast<quantile_method>(k);
  fail<value_error>("'", name, "' is not a valid method. Use one of the names of quantile_method.");
}

ndarray quantile(const ndarray& a, const ndarray& q, const quantile_options& options) {
  return quantiles(a, levels_of(q), options, false);
}
ndarray quantile(const ndarray& a, double q, const quantile_options& options) {
  return quantiles(a, levels_of(q), options, false);
}
ndarray nanquantile(const ndarray& a, const ndarray& q, const quantile_options& options) {
  return quantiles(a, levels_of(q), options, true);
}
ndarray nanquantile(const ndarray& a, double q, const quantile_options& options) {
  return quantiles(a, levels_of(q), options, true);
}
ndarray percentile(const ndarray& a, const ndarray& q, const quantile_options& options) {
  return quantile(a, divide(q, 100), options);
}
ndarray percentile(const ndarray& a, double q, const quantile_options& options) {
  return quantile(a, q / 100, options);
}
ndarray nanpercentile(const ndarray& a, const ndarray& q, const quantile_options& options) {
  return nanquantile(a, divide(q, 100), options);
}
ndarray nanpercentile(const ndarray& a, double q, const quantile_options& options) {
  return nanquantile(a, q / 100, options);
}

ndarray median(const ndarray& a, const median_options& options) {
  const reduced_rows from = rows_for(a, options.axis, "median");
  const std::int64_t n = from.rows.shape()[1];
  ndarray middle;
  if (n == 0) {
    middle = mean(from.rows, {.axis = 1, .keepdims = true});
  } else {
    std::vector<std::int64_t> ranks{(n - 1) / 2};
    if (n % 2 == 0) ranks.push_back(n / 2);
    const order_statistics found = select_ranks(from.rows, ranks);
    middle = mark_nan(mean(found.values, {.axis = 1, .keepdims = true}), found.has_nan);
  }
  const ndarray result = unfold(middle, from, {}, options.keepdims);
  return hand_over(in_order_of(a, from, result, options.keepdims), options.out, "median");
}

ndarray nanmedian(const ndarray& a, const median_options& options) {
  if (!is_inexact(a.dtype()) || a.size() == 0 || !some(isnan(a))) return median(a, options);
  const reduced_rows from = rows_for(a, options.axis, "nanmedian");
  ndarray middle;
  if (from.rows.shape()[0] == 1) {
    const ndarray numbers = row_without_nan(from.rows);
    middle = numbers.size() ? reshape(median(numbers), {1, 1})
                            : filled({1, 1}, not_a_number, a.dtype(), a.device());
  } else {
    const ndarray sorted = sort(from.rows, 1);
    const ndarray counts = count_nonzero(equal(sorted, sorted), {.axis = 1, .keepdims = true});
    const ndarray n = maximum(counts, 1), low = floor_divide(n - 1, 2), high = floor_divide(n, 2);
    const ndarray pair = take_along_axis(sorted, concatenate({low, high}, {.axis = 1}), 1);
    middle = where(equal(counts, 0), not_a_number, mean(pair, {.axis = 1, .keepdims = true}));
  }
  const ndarray result = unfold(middle, from, {}, options.keepdims);
  return hand_over(in_order_of(a, from, result, options.keepdims), options.out, "nanmedian");
}

}  // namespace numloom
