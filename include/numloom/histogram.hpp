// SPDX-License-Identifier: BSD-3-Clause
/// Counting: how many values are equal, or fall between edges.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "numloom/ufuncs.hpp"

namespace numloom {

/// How often each of 0, 1, 2, ... occurs in a vector of integers (int64), or the sums of their weights
/// (float64). Throws value_error for negative values, type_error for values that are not integers.
NL_API ndarray bincount(const ndarray& x, const std::optional<ndarray>& weights = {},
                        std::int64_t minlength = 0);
/// The bin of each value: bins[i - 1] <= x < bins[i], or < and <= where right is set. The edges ascend or
/// descend. Throws value_error otherwise, type_error for complex x.
NL_API ndarray digitize(const array_like& x, const ndarray& bins, bool right = false);

// ---- edges ----

/// An end of a histogram's range: a number that adapts to the data, or an element of a dtype of its own.
struct bound {
  scalar value;
  std::optional<numloom::dtype> type{};
  template <class T>
  requires std::is_convertible_v<T, scalar> bound(T number) : value(number) {}
  bound(const scalar& number, numloom::dtype own) : value(number), type(own) {}
};
using bin_range = std::pair<bound, bound>;
/// How many bins of one width, or their edges.
using bin_edges = std::variant<std::int64_t, ndarray>;

/// Edges of bins of one width, from the least to the greatest value or over the range that is asked for:
/// float64, or a's dtype where that is floating. Throws value_error for a range that is not finite or
/// descends.
NL_API ndarray histogram_bin_edges(const ndarray& a, std::int64_t bins = 10,
                                   const std::optional<bin_range>& range = {});
/// As many bins as a rule makes of the values in the range: "auto", "fd" (Freedman and Diaconis), "doane",
/// "scott", "stone", "rice", "sturges" or "sqrt", as NumPy defines them. at_limit is set to whether "stone"
/// would have taken more bins than it looks at, of which NumPy warns.
NL_API ndarray histogram_bin_edges(const ndarray& a, std::string_view rule,
                                   const std::optional<bin_range>& range = {}, bool* at_limit = nullptr);

// ---- counts ----

struct histogram_options {
  std::optional<bin_range> range{};  ///< none: from the least to the greatest value
  bool density = false;              ///< divided by the widths and the total
  std::optional<ndarray> weights{};  ///< of a's shape; not with a rule
};
/// Counts of values in bins and the edges of the bins. The last bin has both its edges.
NL_API std::pair<ndarray, ndarray> histogram(const ndarray& a, std::int64_t bins = 10,
                                             const histogram_options& options = {});
NL_API std::pair<ndarray, ndarray> histogram(const ndarray& a, const ndarray& edges,
                                             const histogram_options& options = {});
NL_API std::pair<ndarray, ndarray> histogram(const ndarray& a, std::string_view rule,
                                             const histogram_options& options = {});

struct histogramdd_options {
  std::vector<std::optional<bin_range>> ranges{};  ///< one a column, or none at all
  bool density = false;
  std::optional<ndarray> weights{};  ///< a vector, one for each point
};
struct histogramdd_result {
  ndarray counts;              ///< float64, a dimension for each column
  std::vector<ndarray> edges;  ///< along each dimension
};
/// Counts of points, the rows of a matrix, in the cells of a grid. `bins` has an entry for each column.
NL_API histogramdd_result histogramdd(const ndarray& sample, const std::vector<bin_edges>& bins,
                                      const histogramdd_options& options = {});
inline histogramdd_result histogramdd(const ndarray& sample, std::int64_t bins = 10,
                                      const histogramdd_options& options = {}) {
  const auto columns = sample.ndim() == 2 ? static_cast<std::size_t>(sample.shape(1)) : 1;
  return histogramdd(sample, std::vector<bin_edges>(columns, bins), options);
}
/// The same of points whose coordinates are two vectors.
NL_API histogramdd_result histogram2d(const ndarray& x, const ndarray& y,
                                      const std::vector<bin_edges>& bins = {std::int64_t{10},
                                                                            std::int64_t{10}},
                                      const histogramdd_options& options = {});

}  // namespace numloom
