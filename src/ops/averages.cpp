// SPDX-License-Identifier: BSD-3-Clause
// Weighted means and the range of values.
#include <algorithm>
#include <numeric>

#include "numloom/float_errors.hpp"
#include "numloom/statistics.hpp"
#include "ops/compose.hpp"
#include "ops/weights.hpp"

namespace numloom {

using namespace detail;

ndarray ptp(const ndarray& a, const reduction_options& options) {
  reduction_options each = options;
  each.out.reset();
  const ndarray greatest = max(a, each), least = min(a, each);
  float_errors::clear();  // which comparisons with NaN may have set
  return options.out ? subtract(greatest, least, {.out = options.out}) : subtract(greatest, least);
}

ndarray detail::fitting_weights(const ndarray& given, const ndarray& a, const axes& axis,
                                std::string_view operation) {
  ndarray w = beside(given, a);
  if (w.shape() == a.shape()) return w;
  if (axis.all())
    fail<type_error>("[", operation, "] Axis must be specified when shapes of a and weights differ.");
  axis.normalized(a.ndim(), operation);
  inline_vector<int, 6> places, order(axis.list().size());
  shape_t expected, shape(a.ndim(), 1);
  for (const int d : axis.list()) {
    places.push_back(normalize_axis(d, a.ndim(), operation));
    expected.push_back(a.shape()[places.back()]);
    shape[places.back()] = expected.back();
  }
  if (w.shape() != expected)
    fail<value_error>("[", operation,
                      "] Shape of weights must be consistent with shape of a along specified axis: expected ",
                      to_string(expected), ", got ", to_string(w.shape()));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int x, int y) { return places[x] < places[y]; });
  return reshape(transpose(w, order), shape);
}

weighted_mean average_and_weight(const ndarray& a, const average_options& options) {
  const reduction_options along{.axis = options.axis, .keepdims = options.keepdims};
  if (!options.weights) {
    const ndarray found = mean(a, along);
    const auto results = std::max<double>(static_cast<double>(found.size()), 1);
    return {found, scalar_if_0d(filled(found.shape(), static_cast<double>(a.size()) / results, found.dtype(),
                                       a.device()))};
  }
  const ndarray w = fitting_weights(*options.weights, a, options.axis, "average");
  dtype type = promote_types(a.dtype(), w.dtype());
  if (!is_inexact(a.dtype())) type = promote_types(type, dtype::float64);
  reduction_options of_weights = along;
  of_weights.dtype = type;
  const ndarray total = sum(w, of_weights);
  if (some(equal(total, 0))) fail<zero_division_error>("[average] Weights sum to zero, can't be normalized");
  const bool plain = a.dtype() == type && w.dtype() == type;
  const ndarray products = plain ? multiply(a, w) : multiply(a, w, {.dtype = type});
  const ndarray found = divide(sum(products, along), total);
  return {found, total.shape() == found.shape() ? total : copy(broadcast_to(total, found.shape()))};
}

ndarray average(const ndarray& a, const average_options& options) {
  if (!options.weights) return mean(a, {.axis = options.axis, .keepdims = options.keepdims});
  return average_and_weight(a, options).mean;
}

}  // namespace numloom
