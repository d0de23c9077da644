// SPDX-License-Identifier: BSD-3-Clause
/// Counting: how many values are equal, or fall between edges.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "numloom/ndarray.hpp"

namespace numloom {

/// How often each of 0, 1, 2, ... occurs in a vector of integers (int64), or the sums of their weights
/// (float64). Throws value_error for negative values, type_error for values that are not integers.
NL_API ndarray bincount(const ndarray& x, const std::optional<ndarray>& weights = {},
                        std::int64_t minlength = 0);
/// The bin of each value: bins[i - 1] <= x < bins[i], or < and <= where right is set. The edges ascend or
/// descend. Throws value_error otherwise, type_error for complex x.
NL_API ndarray digitize(const ndarray& x, const ndarray& bins, bool right = false);

struct histogram_options {
  std::optional<std::pair<double, double>> range{};  ///< none: from the least to the greatest value
  bool density = false;                              ///< divided by the widths and the total
  std::optional<ndarray> weights{};                  ///< of a's shape
};
/// Counts of values in bins and the edges of the bins. The last bin has both its edges.
NL_API std::pair<ndarray, ndarray> histogram(const ndarray& a, std::int64_t bins = 10,
                                             const histogram_options& options = {});
NL_API std::pair<ndarray, ndarray> histogram(const ndarray& a, const ndarray& edges,
                                             const histogram_options& options = {});
/// Edges of bins of one width.
NL_API ndarray histogram_bin_edges(const ndarray& a, std::int64_t bins = 10,
                                   const std::optional<std::pair<double, double>>& range = {});
/// Points are rows of sample; the result has a dimension for each column. Counts are float64.
NL_API ndarray histogramdd(const ndarray& sample, const std::vector<ndarray>& edges, bool density = false,
                           const std::optional<ndarray>& weights = {});

}  // namespace numloom
