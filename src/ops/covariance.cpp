// SPDX-License-Identifier: BSD-3-Clause
// Covariance and correlation: deviations from the mean, and one product of matrices.
#include "numloom/linalg.hpp"
#include "numloom/statistics.hpp"
#include "ops/compose.hpp"

namespace numloom {

using namespace detail;

namespace {

// Variables as rows.
ndarray observations(const ndarray& m, dtype type, bool rowvar, const char* name) {
  if (m.ndim() > 2) fail<value_error>("[cov] ", name, " has more than 2 dimensions");
  const ndarray x = as_type(m, type);
  if (x.ndim() < 2) return reshape(x, {1, x.size()});
  return rowvar ? x : transpose(x);
}

ndarray check_weights(const ndarray& given, std::int64_t n, const char* name) {
  const ndarray w = as_type(given, dtype::float64);
  if (w.ndim() > 1) throw std::runtime_error(as_text("[cov] cannot handle multidimensional ", name));
  if (w.size() != n) throw std::runtime_error(as_text("[cov] incompatible numbers of samples and ", name));
  if (some(less(w, 0))) fail<value_error>("[cov] ", name, " cannot be negative");
  return w;
}

struct weighting {
  ndarray weights;  // not defined where all observations count the same
  double divisor = 0;
};

weighting weigh(const covariance_options& options, std::int64_t n, device d) {
  weighting result;
  ndarray& w = result.weights;
  if (options.fweights) {
    w = as_type(to_device(*options.fweights, d), dtype::float64);
    if (some(not_equal(w, rint(w)))) fail<type_error>("[cov] fweights must be integer");
    w = check_weights(w, n, "fweights");
  }
  ndarray reliability;
  if (options.aweights) {
    reliability = check_weights(to_device(*options.aweights, d), n, "aweights");
    w = w.defined() ? multiply(w, reliability) : reliability;
  }
  if (!w.defined()) {
    result.divisor = static_cast<double>(n) - options.ddof;
    return result;
  }
  const double total = sum(w).item<double>();
  if (total == 0) fail<value_error>("Weights sum to zero, can't be normalized");
  result.divisor = total;
  if (options.ddof != 0)
    result.divisor -=
        options.aweights ? options.ddof * sum(multiply(w, reliability)).item<double>() / total : options.ddof;
  return result;
}

}  // namespace

ndarray cov(const ndarray& m, const std::optional<ndarray>& other, const covariance_options& options) {
  dtype type = promote_types(m.dtype(), dtype::float64);
  if (other) type = promote_types(type, other->dtype());
  if (options.dtype) type = *options.dtype;
  ndarray x = observations(m, type, options.rowvar, "m");
  if (x.shape()[0] == 0) return empty({0, 0}, dtype::float64, m.device());
  if (other) {
    const ndarray y = observations(beside(*other, m), type, true, "y");
    x = concatenate({x, !options.rowvar && y.shape()[0] != 1 ? transpose(y) : y});
  }
  const weighting found = weigh(options, x.shape()[1], x.device());
  const reduction_options along{.axis = 1, .keepdims = true};
  ndarray average = found.weights.defined()
                        ? divide(sum(multiply(x, found.weights), along), sum(found.weights))
                        : mean(x, along);
  const ndarray deviation = empty_like(x);
  subtract(x, average, {.out = deviation});
  const ndarray weighted = found.weights.defined() ? multiply(deviation, found.weights) : deviation;
  const ndarray product = matmul(deviation, transpose(is_complex(type) ? conjugate(weighted) : weighted));
  const double divisor = found.divisor > 0 ? found.divisor : 0;
  ndarray result = squeeze(multiply(product, 1 / divisor));
  result.set_scalar(false);
  return result;
}

ndarray corrcoef(const ndarray& x, const std::optional<ndarray>& y, bool rowvar, std::optional<dtype> type) {
  const ndarray c = cov(x, y, {.rowvar = rowvar, .dtype = type});
  if (c.ndim() == 0) return scalar_if_0d(divide(c, c));
  const std::int64_t n = c.shape()[0];
  const ndarray variances = diagonal(c);
  const ndarray spread = sqrt(is_complex(c.dtype()) ? part_of_complex(variances, false) : variances);
  const ndarray ratios = divide(divide(c, reshape(spread, {n, 1})), reshape(spread, {1, n}));
  if (!is_complex(c.dtype())) return clip(ratios, -1, 1);
  const ndarray parts = ascontiguousarray(ratios).view_as(real_part_of(c.dtype()));
  return clip(parts, -1, 1).view_as(c.dtype());
}

}  // namespace numloom
