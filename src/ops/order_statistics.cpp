// SPDX-License-Identifier: BSD-3-Clause
// One long row is not sorted: the ranks wanted are bracketed by two elements of a sorted random sample, and
// only what lies between them (a few per cent) is sorted. That is exact: when the bracket misses, which the
// counts tell, the row is sorted after all.
#include "ops/order_statistics.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "ops/compose.hpp"

namespace numloom::detail {

reduced_rows rows_for(const ndarray& a, const axes& axis, std::string_view operation) {
  reduced_rows result;
  result.ndim = a.ndim();
  result.axes = axis.normalized(a.ndim(), operation);
  inline_vector<int, 6> order;
  std::int64_t count = 1, length = 1;
  for (int d = 0; d < a.ndim(); ++d)
    if (std::find(result.axes.begin(), result.axes.end(), d) == result.axes.end()) {
      order.push_back(d);
      result.kept.push_back(a.shape()[d]);
      count *= a.shape()[d];
    }
  for (std::int64_t d : result.axes) {
    order.push_back(static_cast<int>(d));
    length *= a.shape()[static_cast<int>(d)];
  }
  result.rows = ascontiguousarray(reshape(a.ndim() ? transpose(a, axes(order)) : a, {count, length}));
  return result;
}

ndarray unfold(const ndarray& values, const reduced_rows& from, const shape_t& lead, bool keepdims) {
  shape_t shape = lead;
  if (keepdims) {
    for (int d = 0, next = 0; d < from.ndim; ++d) {
      const bool reduced = std::find(from.axes.begin(), from.axes.end(), d) != from.axes.end();
      shape.push_back(reduced ? 1 : from.kept[next++]);
    }
  } else {
    for (std::int64_t extent : from.kept) shape.push_back(extent);
  }
  ndarray result = reshape(values.ndim() == 2 ? transpose(values) : values, shape);
  result.set_scalar(false);
  return result;
}

ndarray in_order_of(const ndarray& a, const reduced_rows& from, const ndarray& result, bool keepdims) {
  if (result.ndim() < 2 || a.is_c_contiguous()) return result;
  dims strides, joined_shape, joined_strides;
  for (int d = 0; d < a.ndim(); ++d) {
    const bool reduced = std::find(from.axes.begin(), from.axes.end(), d) != from.axes.end();
    if (!reduced || keepdims) strides.push_back(a.strides()[d]);
    if (!reduced) continue;
    joined_shape.push_back(a.shape()[d]);
    joined_strides.push_back(a.strides()[d]);
  }
  const ndarray joined = a.view(joined_shape, joined_strides);
  if (joined.ndim() > 1 && reshape(joined, {-1}).bytes() != a.bytes()) return result;
  const ndarray kept = a.view(result.shape(), strides);
  const ndarray* sources[] = {&kept};
  const ndarray made = empty_for(result.shape(), result.dtype(), a.device(), sources, standing::ignored);
  copy_into(made, result);
  return made;
}

namespace {

constexpr std::int64_t worth_selecting = 1 << 12;

// About 2 n^(2/3): to sort the sample and to sort what lies in a bracket then cost alike.
std::int64_t sample_size(std::int64_t n) {
  const auto wanted =
      static_cast<std::uint64_t>(2 * std::cbrt(static_cast<double>(n) * static_cast<double>(n)));
  return std::min<std::int64_t>(static_cast<std::int64_t>(std::bit_floor(wanted)), 1 << 14);
}

// A sorted sample of random elements. The positions are the same in every run.
ndarray sorted_sample(const ndarray& row) {
  const std::int64_t m = sample_size(row.size());
  std::vector<std::int64_t> at(static_cast<std::size_t>(m));
  std::uint64_t state = 0x9e3779b97f4a7c15ULL;
  const std::int64_t stratum = row.size() / m;
  for (std::int64_t k = 0; k < m; ++k) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    at[static_cast<std::size_t>(k)] =
        k * stratum + static_cast<std::int64_t>((state >> 33) % static_cast<std::uint64_t>(stratum));
  }
  return sort(take(row, from_host(at.data(), {m}, dtype::int64, row.device()), 0));
}

// The elements of ranks first ... last of a row, sorted, found between two elements of the sample. Not
// defined when the bracket misses.
struct bracket {
  ndarray sorted;
  std::int64_t below = 0;  // elements that are smaller than all of `sorted`
};
bracket between(const ndarray& row, const ndarray& sample, std::int64_t first, std::int64_t last) {
  const double n = static_cast<double>(row.size()), m = static_cast<double>(sample.size());
  const auto place = [&](std::int64_t rank, double side) {
    const double share = static_cast<double>(rank) / n;
    return static_cast<std::int64_t>(share * m + side * (4 * std::sqrt(m * share * (1 - share)) + 8));
  };
  const std::int64_t low = place(first, -1), high = place(last, 1);
  const ndarray none = filled(row.shape(), false, dtype::bool_, row.device());
  const ndarray smaller = low < 0 ? none : less(row, select_index(sample, 0, low));
  const ndarray up_to =
      high >= sample.size() ? logical_not(none) : less_equal(row, select_index(sample, 0, high));
  bracket result;
  result.below = low < 0 ? 0 : count_nonzero(smaller).item<std::int64_t>();
  const ndarray middle = keep(row, not_equal(smaller, up_to));
  if (result.below > first || result.below + middle.size() <= last) return {};
  result.sorted = sort(middle);
  return result;
}

ndarray select_by_counting(const ndarray& row, const narrow_range& range, const ndarray& ranks) {
  const ndarray counts = count_integers(row, range);
  return as_type(add(searchsorted(cumsum(counts), ranks, true), range.low), row.dtype());
}

// Ranks that lie close together share a bracket.
ndarray select_by_sampling(const ndarray& row, const std::vector<std::int64_t>& ranks) {
  const ndarray sample = sorted_sample(row);
  std::vector<std::int64_t> ascending = ranks;
  std::sort(ascending.begin(), ascending.end());
  ndarray result = empty({static_cast<std::int64_t>(ranks.size())}, row.dtype(), row.device());
  for (std::size_t begin = 0; begin < ascending.size();) {
    std::size_t end = begin + 1;
    while (end < ascending.size() && ascending[end] - ascending[begin] < row.size() / 64) ++end;
    const bracket found = between(row, sample, ascending[begin], ascending[end - 1]);
    if (!found.sorted.defined()) return {};
    for (std::size_t k = 0; k < ranks.size(); ++k)
      if (ranks[k] >= ascending[begin] && ranks[k] <= ascending[end - 1]) {
        const auto at = static_cast<std::int64_t>(k), from = ranks[k] - found.below;
        copy_into(part(result, at, at + 1), part(found.sorted, from, from + 1));
      }
    begin = end;
  }
  return result;
}

ndarray select_in_row(const ndarray& row, const std::vector<std::int64_t>& ranks) {
  if (is_integer(row.dtype()) || row.dtype() == dtype::bool_)
    if (const auto range = find_narrow_range(row, row.size() / 8))
      return select_by_counting(
          row, *range,
          from_host(ranks.data(), {static_cast<std::int64_t>(ranks.size())}, dtype::int64, row.device()));
  return is_complex(row.dtype()) ? ndarray() : select_by_sampling(row, ranks);
}

}  // namespace

order_statistics select_ranks(const ndarray& rows, const std::vector<std::int64_t>& ranks) {
  const std::int64_t count = rows.shape()[0], length = rows.shape()[1];
  const auto n = static_cast<std::int64_t>(ranks.size());
  const bool with_nan = is_inexact(rows.dtype());
  order_statistics result;
  if (count == 1 && length >= worth_selecting && n <= 16) {
    const ndarray row = select_index(rows, 0, 0);
    if (with_nan) {
      result.has_nan = reshape(isnan(max(row)), {1, 1});
      result.has_nan.set_scalar(false);
    }
    if (with_nan && truth(result.has_nan))
      result.values = filled({1, n}, std::numeric_limits<double>::quiet_NaN(), rows.dtype(), rows.device());
    else if (const ndarray found = select_in_row(row, ranks); found.defined())
      result.values = reshape(found, {1, n});
    if (result.values.defined()) return result;
  }
  const ndarray sorted = sort(rows, 1);
  if (with_nan) result.has_nan = isnan(part(sorted, length - 1, length, 1));
  result.values = take(sorted, from_host(ranks.data(), {n}, dtype::int64, rows.device()), 1);
  return result;
}

}  // namespace numloom::detail
