// SPDX-License-Identifier: BSD-3-Clause
// Histograms: a search for each value's bin among the edges, and one count of the bins.
#include "numloom/histogram.hpp"

#include <algorithm>

#include "ops/compose.hpp"
#include "ops/histogram_edges.hpp"

namespace numloom {

using namespace detail;

ndarray bincount(const ndarray& given, const std::optional<ndarray>& weights, std::int64_t minlength) {
  // What does not fit int64 turns negative, which is refused.
  const ndarray x = given.dtype() == dtype::uint64 ? as_type(given, dtype::int64) : given;
  if (minlength < 0) fail<value_error>("[bincount] 'minlength' must not be negative, got ", minlength);
  if (x.ndim() != 1)
    fail<value_error>(
        "[bincount] object of too small depth, or too deep, for desired array: expected 1 "
        "dimension, got ",
        x.ndim());
  if (!is_integer(x.dtype()) && x.dtype() != dtype::bool_)
    fail_cast("bincount", x.dtype(), dtype::int64, casting::safe);
  if (weights && weights->shape() != x.shape())
    fail<value_error>("[bincount] The weights and list don't have the same length: ",
                      to_string(weights->shape()), " and ", to_string(x.shape()));
  if (weights && !can_cast(weights->dtype(), dtype::float64))
    fail_cast("bincount", weights->dtype(), dtype::float64, casting::safe);
  std::int64_t bins = minlength;
  if (x.size() > 0) {
    if (as_type(min(x), dtype::int64).item<std::int64_t>() < 0)
      fail<value_error>("[bincount] 'list' argument must have no negative elements");
    bins = std::max(bins, as_type(max(x), dtype::int64).item<std::int64_t>() + 1);
  }
  if (!weights || x.size() == 0) return count_integers(x, {0, bins});
  return count_values(offsets_from(x, 0), bins, &*weights);
}

ndarray digitize(const array_like& given, const ndarray& bins, bool right) {
  const ndarray x = as_array(given, bins.device());
  if (is_complex(x.dtype())) fail<type_error>("[digitize] x may not be complex");
  if (bins.ndim() != 1) fail<value_error>("[digitize] object too deep for desired array");
  const ndarray before = part(bins, 0, std::max<std::int64_t>(bins.size() - 1, 0)), after = part(bins, 1);
  const bool ascending = !some(greater(before, after)), descending = !some(less(before, after));
  if (ascending && (!descending || truth(all(equal(before, after))))) return searchsorted(bins, x, !right);
  if (!descending) fail<value_error>("[digitize] bins must be monotonically increasing or decreasing");
  return scalar_if_0d(subtract(bins.size(), searchsorted(flip(bins), x, !right)));
}

namespace {

scalar greatest(dtype type) {
  return visit_dtype(type, []<class T>(T) -> scalar {
    if constexpr (std::is_integral_v<T>)
      return std::numeric_limits<T>::max();
    else
      return 0;
  });
}

// Edges whose last one is moved up by one step, so that the last bin, which has both its edges, needs no
// care. The greatest integer of a dtype stays: nothing lies above it.
ndarray with_closed_end(const ndarray& edges, dtype type) {
  const ndarray moved = copy(as_type(edges, type), order::C);
  const ndarray last = part(moved, -1);
  if (is_floating(type))
    nextafter(last, std::numeric_limits<double>::infinity(), {.out = last});
  else if (is_integer(type))
    add(last, not_equal(last, greatest(type)), {.out = last});
  return moved;
}

// For each value the number of edges that are not above it: 0 is below the first bin.
ndarray bin_numbers(const ndarray& a, const ndarray& edges) {
  const dtype type = promote_types(a.dtype(), edges.dtype());
  const ndarray closed = with_closed_end(beside(edges, a), type);
  ndarray found = searchsorted(closed, as_type(a, type), true);
  found.set_scalar(false);
  if (is_integer(type) && edges.size() > 1 && truth(equal(part(closed, -1), greatest(type))))
    found = minimum(found, edges.size() - 1);
  return ravel(found);
}

// Counts of one piece, in the dtype of the weights.
ndarray count_piece(const ndarray& a, const ndarray& edges, const ndarray* w) {
  const std::int64_t n = edges.size();
  const ndarray number = bin_numbers(a, edges);
  const auto inner = [&](const ndarray& counts) { return part(counts, 1, n); };
  if (!w) return inner(count_values(number, n + 1));
  if (!is_complex(w->dtype())) return inner(count_values(number, n + 1, w));
  const ndarray re = part_of_complex(*w, false), im = part_of_complex(*w, true);
  const ndarray x = inner(count_values(number, n + 1, &re)), y = inner(count_values(number, n + 1, &im));
  return add(x, multiply(y, std::complex<double>(0, 1)));
}

ndarray counts_between(const ndarray& given, const ndarray& edges, const std::optional<ndarray>& weights);

// Many integers that lie close together: how often each of them occurs is counted first, and the search is
// for those few.
std::optional<ndarray> counts_of_integers(const ndarray& a, const ndarray& edges) {
  constexpr std::int64_t repetitions = 8;
  if (!is_integer(a.dtype()) || a.size() < 64 * repetitions) return {};
  const std::optional<narrow_range> range = find_narrow_range(a, a.size() / repetitions);
  if (!range) return {};
  const ndarray often = as_type(count_integers(a, *range), dtype::float64);
  const ndarray values = as_type(add(positions(range->bins, a.device()), range->low), a.dtype());
  return as_type(counts_between(values, edges, often), dtype::int64);
}

// On the CPU by pieces whose bin numbers stay in the cache.
ndarray counts_between(const ndarray& given, const ndarray& edges, const std::optional<ndarray>& weights) {
  if (edges.size() < 2) return empty({0}, weights ? weights->dtype() : dtype::int64, given.device());
  constexpr std::int64_t piece = 1 << 17;
  const ndarray a = ravel(given);
  if (!weights)
    if (const auto counts = counts_of_integers(a, edges)) return *counts;
  ndarray w, total;
  if (weights) w = ravel(*weights);
  const std::int64_t step = a.device().is_cpu() ? std::max(piece, edges.size()) : a.size();
  for (std::int64_t start = 0; start < a.size() || !total.defined(); start += step) {
    const std::int64_t stop = std::min(a.size(), start + step);
    const ndarray own = weights ? part(w, start, stop) : ndarray();
    const ndarray counts = count_piece(part(a, start, stop), edges, weights ? &own : nullptr);
    if (total.defined())
      add(total, counts, {.out = total});
    else
      total = copy(counts);
  }
  return weights ? as_type(total, w.dtype()) : total;
}

ndarray as_density(const ndarray& counts, const ndarray& edges) {
  const ndarray widths = as_type(subtract(part(edges, 1), part(edges, 0, edges.size() - 1)), dtype::float64);
  return divide(divide(counts, widths), sum(counts));
}

}  // namespace

namespace {

// The dtype of edges: the data's with that of the ends, float64 where they are integers.
dtype edge_type(const ndarray& a, const outer_edges& ends) {
  dtype type = a.dtype();
  for (const measure* end : {&ends.first, &ends.last})
    if (end->type) type = promote_types(type, *end->type);
  return is_inexact(type) ? type : dtype::float64;
}

ndarray edges_between(const ndarray& a, const outer_edges& ends, std::int64_t bins) {
  const ndarray edges = even_edges(ends, bins, edge_type(a, ends));
  if (some(greater_equal(part(edges, 0, bins), part(edges, 1))))
    fail<value_error>("[histogram] Too many bins for data range. Cannot create ", bins,
                      " finite-sized bins.");
  return to_device(edges, a.device());
}

// Counting takes bools for numbers.
ndarray numbers_of(const ndarray& a) { return a.dtype() == dtype::bool_ ? as_type(a, dtype::uint8) : a; }

ndarray values_within(const ndarray& a, const bin_range& range) {
  const auto compared = [&](ufunc f, const bound& end) {
    return end.type ? call(f, a, full0(end.value, *end.type, a.device())) : call(f, a, array_like(end.value));
  };
  const ndarray inside =
      logical_and(compared(ufunc::greater_equal, range.first), compared(ufunc::less_equal, range.second));
  return truth(all(inside)) ? a : keep(a, inside);
}

}  // namespace

ndarray histogram_bin_edges(const ndarray& a, std::int64_t bins, const std::optional<bin_range>& range) {
  if (bins < 1) fail<value_error>("[histogram] `bins` must be positive, when an integer, got ", bins);
  const ndarray numbers = numbers_of(a);
  return edges_between(numbers, find_outer_edges(numbers, range), bins);
}

ndarray histogram_bin_edges(const ndarray& given, std::string_view rule,
                            const std::optional<bin_range>& range, bool* at_limit) {
  if (at_limit) *at_limit = false;
  const ndarray a = numbers_of(ravel(given));
  const outer_edges ends = find_outer_edges(a, range);
  return edges_between(a, ends, bins_by_rule(range ? values_within(a, *range) : a, rule, ends, at_limit));
}

std::pair<ndarray, ndarray> histogram(const ndarray& given, const ndarray& edges,
                                      const histogram_options& options) {
  const ndarray a = numbers_of(given);
  if (edges.ndim() != 1) fail<value_error>("[histogram] `bins` must be 1d, when an array");
  if (edges.size() > 1 && some(greater(part(edges, 0, edges.size() - 1), part(edges, 1))))
    fail<value_error>("[histogram] `bins` must increase monotonically, when an array");
  if (options.weights && options.weights->shape() != a.shape())
    fail<value_error>("[histogram] weights should have the same shape as a: expected ", to_string(a.shape()),
                      ", got ", to_string(options.weights->shape()));
  const ndarray counts = counts_between(a, edges, options.weights);
  return {options.density ? as_density(counts, edges) : counts, edges};
}

std::pair<ndarray, ndarray> histogram(const ndarray& a, std::int64_t bins, const histogram_options& options) {
  return histogram(a, histogram_bin_edges(a, bins, options.range), options);
}

std::pair<ndarray, ndarray> histogram(const ndarray& a, std::string_view rule,
                                      const histogram_options& options) {
  if (options.weights)
    fail<type_error>(
        "[histogram] Automated estimation of the number of bins is not supported for weighted data");
  return histogram(a, histogram_bin_edges(a, rule, options.range), options);
}

// ---- several dimensions ----

namespace {

ndarray edges_of_axis(const ndarray& column, const bin_edges& bins, const std::optional<bin_range>& range,
                      std::size_t axis) {
  if (const auto* count = std::get_if<std::int64_t>(&bins)) {
    if (*count < 1)
      fail<value_error>("[histogramdd] `bins[", axis, "]` must be positive, when an integer, got ", *count);
    return to_device(even_edges(find_outer_edges(column, range), *count, {}), column.device());
  }
  const ndarray edges = beside(std::get<ndarray>(bins), column);
  if (edges.ndim() != 1) fail<value_error>("[histogramdd] `bins[", axis, "]` must be a scalar or 1d array");
  if (some(greater(part(edges, 0, std::max<std::int64_t>(edges.size() - 1, 0)), part(edges, 1))))
    fail<value_error>("[histogramdd] `bins[", axis, "]` must be monotonically increasing, when an array");
  return edges;
}

// Counts in the cells; of the columns' bin numbers, whose first and last lie outside, one number is made.
ndarray counts_of_cells(const ndarray& sample, const std::vector<ndarray>& edges,
                        const std::optional<ndarray>& weights) {
  ndarray cell = filled({sample.shape()[0]}, std::int64_t{0}, dtype::int64, sample.device());
  shape_t cells;
  std::int64_t total = 1;
  for (std::size_t k = 0; k < edges.size(); ++k) {
    const std::int64_t n = edges[k].size() + 1;
    cells.push_back(n);
    total *= n;
    cell =
        add(multiply(cell, n), bin_numbers(select_index(sample, 1, static_cast<std::int64_t>(k)), edges[k]));
  }
  if (weights && !can_cast(weights->dtype(), dtype::float64))
    fail_cast("histogramdd", weights->dtype(), dtype::float64, casting::safe);
  if (weights && weights->size() != cell.size())
    fail<value_error>("[histogramdd] The weights and list don't have the same length.");
  ndarray counts =
      as_type(reshape(count_values(cell, total, weights ? &*weights : nullptr), cells), dtype::float64);
  for (int k = 0; k < cells.size(); ++k) counts = part(counts, 1, counts.shape()[k] - 1, k);
  return copy(counts, order::C);
}

}  // namespace

histogramdd_result histogramdd(const ndarray& given, const std::vector<bin_edges>& bins,
                               const histogramdd_options& options) {
  const ndarray sample = given.ndim() < 2 ? reshape(given, {-1, 1}) : given;
  if (sample.ndim() != 2 || sample.shape()[1] != static_cast<std::int64_t>(bins.size()))
    fail<value_error>("[histogramdd] The dimension of bins must be equal to the dimension of the sample x: ",
                      bins.size(), " and ", to_string(sample.shape()));
  if (!options.ranges.empty() && options.ranges.size() != bins.size())
    fail<value_error>("[histogramdd] range argument must have one entry per dimension");
  histogramdd_result found;
  for (std::size_t k = 0; k < bins.size(); ++k)
    found.edges.push_back(
        edges_of_axis(part(sample, static_cast<std::int64_t>(k), static_cast<std::int64_t>(k) + 1, 1),
                      bins[k], options.ranges.empty() ? std::nullopt : options.ranges[k], k));
  found.counts = counts_of_cells(sample, found.edges, options.weights);
  if (!options.density) return found;
  const ndarray all = sum(found.counts);
  const int columns = found.counts.ndim();
  for (int k = 0; k < columns; ++k) {
    const ndarray& e = found.edges[static_cast<std::size_t>(k)];
    shape_t shape(columns, 1);
    shape[k] = e.size() - 1;
    found.counts = divide(found.counts, reshape(subtract(part(e, 1), part(e, 0, e.size() - 1)), shape));
  }
  found.counts = divide(found.counts, all);
  return found;
}

histogramdd_result histogram2d(const ndarray& x, const ndarray& y, const std::vector<bin_edges>& bins,
                               const histogramdd_options& options) {
  if (x.ndim() != 1 || x.shape() != y.shape())
    fail<value_error>("[histogram2d] x and y must have the same length, got shapes ", to_string(x.shape()),
                      " and ", to_string(y.shape()));
  return histogramdd(stack({x, beside(y, x)}, {.axis = 1}), bins, options);
}

}  // namespace numloom
