// SPDX-License-Identifier: BSD-3-Clause
/// Order statistics, reductions that pass over NaN, covariance.
#pragma once

#include <optional>
#include <string_view>

#include "numloom/reductions.hpp"

namespace numloom {

/// How a quantile between two elements is found: Hyndman and Fan's nine, and NumPy's four older ones.
enum class quantile_method {
  inverted_cdf,
  averaged_inverted_cdf,
  closest_observation,
  interpolated_inverted_cdf,
  hazen,
  weibull,
  linear,
  median_unbiased,
  normal_unbiased,
  lower,
  higher,
  midpoint,
  nearest,
};
/// NumPy's names, those of the enumerators. Throws value_error.
NL_API quantile_method parse_quantile_method(std::string_view name);

struct median_options {
  axes axis{};
  std::optional<ndarray> out{};
  bool keepdims = false;
};
struct quantile_options {
  axes axis{};
  std::optional<ndarray> out{};
  quantile_method method = quantile_method::linear;
  bool keepdims = false;
  /// Of a's shape, or of the axes'; method inverted_cdf only.
  std::optional<ndarray> weights{};
};

/// The middle element in order, or the mean of the two in the middle; NaN if there is a NaN.
NL_API ndarray median(const ndarray& a, const median_options& options = {});
NL_API ndarray nanmedian(const ndarray& a, const median_options& options = {});
/// Quantiles at levels q in [0, 1]; the dimensions of q come first. A number q leaves a's dtype alone.
NL_API ndarray quantile(const ndarray& a, const ndarray& q, const quantile_options& options = {});
NL_API ndarray quantile(const ndarray& a, double q, const quantile_options& options = {});
/// The same without NaN; NaN where nothing is left.
NL_API ndarray nanquantile(const ndarray& a, const ndarray& q, const quantile_options& options = {});
NL_API ndarray nanquantile(const ndarray& a, double q, const quantile_options& options = {});
/// quantile of q / 100.
NL_API ndarray percentile(const ndarray& a, const ndarray& q, const quantile_options& options = {});
NL_API ndarray percentile(const ndarray& a, double q, const quantile_options& options = {});
NL_API ndarray nanpercentile(const ndarray& a, const ndarray& q, const quantile_options& options = {});
NL_API ndarray nanpercentile(const ndarray& a, double q, const quantile_options& options = {});

// ---- without NaN ----
NL_API ndarray nansum(const ndarray& a, const reduction_options& options = {});
NL_API ndarray nanprod(const ndarray& a, const reduction_options& options = {});
/// NaN where all elements are NaN.
NL_API ndarray nanmin(const ndarray& a, const reduction_options& options = {});
NL_API ndarray nanmax(const ndarray& a, const reduction_options& options = {});
NL_API ndarray nanmean(const ndarray& a, const reduction_options& options = {});
NL_API ndarray nanvar(const ndarray& a, const variance_options& options = {});
NL_API ndarray nanstd(const ndarray& a, const variance_options& options = {});
/// Throw value_error where all elements are NaN.
NL_API ndarray nanargmin(const ndarray& a, const arg_options& options = {});
NL_API ndarray nanargmax(const ndarray& a, const arg_options& options = {});
NL_API ndarray nancumsum(const ndarray& a, const scan_options& options = {});
NL_API ndarray nancumprod(const ndarray& a, const scan_options& options = {});

struct nan_to_num_options {
  double nan = 0;
  std::optional<double> posinf{};  ///< none: the dtype's greatest number
  std::optional<double> neginf{};
};
/// Finite numbers for NaN and infinities; integers are copied.
NL_API ndarray nan_to_num(const ndarray& a, const nan_to_num_options& options = {});

// ---- means and ranges ----

/// Largest minus smallest element. Throws type_error for bools.
NL_API ndarray ptp(const ndarray& a, const reduction_options& options = {});
struct average_options {
  axes axis{};
  /// Of a's shape, or of the axes'. None: all elements count alike.
  std::optional<ndarray> weights{};
  bool keepdims = false;
};
/// Weighted mean, float64 for integers. Throws value_error and type_error for weights of another shape,
/// zero_division_error where they sum to zero.
NL_API ndarray average(const ndarray& a, const average_options& options = {});
struct weighted_mean {
  ndarray mean, weight;
};
/// The same, and the sum of the weights of each mean (NumPy's returned=True).
NL_API weighted_mean average_and_weight(const ndarray& a, const average_options& options = {});

// ---- covariance ----
struct covariance_options {
  bool rowvar = true;  ///< variables are rows, observations columns
  double ddof = 1;     ///< the divisor is the number (weight) of observations - ddof
  std::optional<ndarray> fweights{};
  std::optional<ndarray> aweights{};
  std::optional<numloom::dtype> dtype{};
};
/// Covariance matrix of the variables in m, and in y if given. One variable gives a scalar.
NL_API ndarray cov(const ndarray& m, const std::optional<ndarray>& y = {},
                   const covariance_options& options = {});
/// Pearson's correlation coefficients.
NL_API ndarray corrcoef(const ndarray& x, const std::optional<ndarray>& y = {}, bool rowvar = true,
                        std::optional<dtype> type = {});

}  // namespace numloom
