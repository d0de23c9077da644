// SPDX-License-Identifier: BSD-3-Clause
// Histograms: a search for each value's bin among the edges, and one count of the bins.
#include "numloom/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "ops/compose.hpp"

namespace numloom {

using namespace detail;

ndarray bincount(const ndarray& x, const std::optional<ndarray>& weights, std::int64_t minlength) {
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
  const ndarray values = offsets_from(x, 0);
  std::int64_t bins = minlength;
  if (values.size() > 0) {
    if (min(values).item<std::int64_t>() < 0)
      fail<value_error>("[bincount] 'list' argument must have no negative elements");
    bins = std::max(bins, max(values).item<std::int64_t>() + 1);
  }
  const bool weighted = weights && values.size() > 0;
  return count_values(values, bins, weighted ? &*weights : nullptr);
}

ndarray digitize(const ndarray& x, const ndarray& bins, bool right) {
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

// On the CPU by pieces whose bin numbers stay in the cache.
ndarray counts_between(const ndarray& given, const ndarray& edges, const std::optional<ndarray>& weights) {
  if (edges.size() < 2) return empty({0}, weights ? weights->dtype() : dtype::int64, given.device());
  constexpr std::int64_t piece = 1 << 17;
  const ndarray a = ravel(given);
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

ndarray histogram_bin_edges(const ndarray& a, std::int64_t bins,
                            const std::optional<std::pair<double, double>>& range) {
  if (bins < 1) fail<value_error>("[histogram] `bins` must be positive, when an integer, got ", bins);
  double first = 0, last = 1;
  if (range) {
    std::tie(first, last) = *range;
    if (first > last) fail<value_error>("[histogram] max must be larger than min in range parameter.");
  } else if (a.size() > 0) {
    first = min(a).item().real();
    last = max(a).item().real();
  }
  if (!std::isfinite(first) || !std::isfinite(last))
    fail<value_error>("[histogram] ", range ? "supplied" : "autodetected", " range of [", first, ", ", last,
                      "] is not finite");
  if (first == last) {
    first -= 0.5;
    last += 0.5;
  }
  const dtype type = is_inexact(a.dtype()) ? a.dtype() : dtype::float64;
  return linspace(first, last, {.num = bins + 1, .dtype = type, .device = a.device()});
}

std::pair<ndarray, ndarray> histogram(const ndarray& a, const ndarray& edges,
                                      const histogram_options& options) {
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
  const ndarray given = a.dtype() == dtype::bool_ ? as_type(a, dtype::uint8) : a;
  return histogram(given, histogram_bin_edges(given, bins, options.range), options);
}

ndarray histogramdd(const ndarray& sample, const std::vector<ndarray>& edges, bool density,
                    const std::optional<ndarray>& weights) {
  const int columns = static_cast<int>(edges.size());
  if (sample.ndim() != 2 || sample.shape()[1] != columns)
    fail<value_error>("[histogramdd] The dimension of bins must be equal to the dimension of the sample x: ",
                      columns, " and ", to_string(sample.shape()));
  ndarray cell = filled({sample.shape()[0]}, std::int64_t{0}, dtype::int64, sample.device());
  shape_t cells;
  std::int64_t total = 1;
  for (int k = 0; k < columns; ++k) {
    const ndarray& e = edges[static_cast<std::size_t>(k)];
    const ndarray number = bin_numbers(select_index(sample, 1, k), e);
    cells.push_back(e.size() + 1);
    total *= e.size() + 1;
    cell = add(multiply(cell, e.size() + 1), number);
  }
  if (weights && !can_cast(weights->dtype(), dtype::float64))
    fail_cast("histogramdd", weights->dtype(), dtype::float64, casting::safe);
  if (weights && weights->size() != cell.size())
    fail<value_error>("[histogramdd] The weights and list don't have the same length.");
  ndarray counts =
      as_type(reshape(count_values(cell, total, weights ? &*weights : nullptr), cells), dtype::float64);
  for (int k = 0; k < columns; ++k) counts = part(counts, 1, counts.shape()[k] - 1, k);
  if (!density) return copy(counts, order::C);
  const ndarray all = sum(counts);
  for (int k = 0; k < columns; ++k) {
    const ndarray& e = edges[static_cast<std::size_t>(k)];
    shape_t shape(columns, 1);
    shape[k] = e.size() - 1;
    counts = divide(counts, reshape(subtract(part(e, 1), part(e, 0, e.size() - 1)), shape));
  }
  return divide(counts, all);
}

}  // namespace numloom
