// SPDX-License-Identifier: BSD-3-Clause
// Sets: sort, mark where runs of equal elements begin, compress. Integers in a narrow range are counted in a
// table instead, which takes three passes over memory and no order.
#include "numloom/sets.hpp"

#include <algorithm>

#include "ops/compose.hpp"

namespace numloom {

using namespace detail;

namespace {

// Tables stay below the size of the data, or within a first-level cache.
std::int64_t table_limit(std::int64_t n) { return std::max<std::int64_t>(n, 4096); }

bool ends_in_nan(const ndarray& sorted) {
  return is_inexact(sorted.dtype()) && sorted.size() > 0 && truth(any(isnan(part(sorted, -1))));
}

// True where a run of equal slices of a sorted array begins.
ndarray run_starts(const ndarray& sorted, bool equal_nan) {
  const std::int64_t n = sorted.shape()[0];
  const ndarray starts = empty({n}, dtype::bool_, sorted.device());
  if (n > 0) fill_with(part(starts, 0, 1), true);
  if (n < 2) return starts;
  const ndarray before = part(sorted, 0, n - 1), here = part(sorted, 1), rest = part(starts, 1);
  if (sorted.ndim() == 1) {
    not_equal(here, before, {.out = rest});
    if (equal_nan && ends_in_nan(sorted)) logical_and(rest, logical_not(isnan(before)), {.out = rest});
  } else {
    any(not_equal(here, before), {.axis = 1, .out = rest});
  }
  return starts;
}

ndarray run_lengths(const ndarray& starts) {
  const ndarray first = flatnonzero(starts);
  const ndarray bounds = concatenate({first, filled({1}, starts.size(), dtype::int64, starts.device())});
  return subtract(part(bounds, 1), part(bounds, 0, first.size()));
}

unique_result unique_of_runs(const ndarray& sorted, const ndarray& order, const unique_options& options) {
  const ndarray starts = run_starts(sorted, options.equal_nan);
  unique_result result;
  result.values = keep(sorted, starts);
  if (options.return_index) result.indices = keep(order, starts);
  if (options.return_inverse) {
    result.inverse = empty(starts.shape(), dtype::int64, starts.device());
    put(result.inverse, order, subtract(cumsum(starts), 1));
  }
  if (options.return_counts) result.counts = run_lengths(starts);
  return result;
}

unique_result unique_by_sorting(const ndarray& flat, const unique_options& options) {
  if (!options.return_index && !options.return_inverse) return unique_of_runs(sort(flat), {}, options);
  const ndarray order = argsort(flat);
  return unique_of_runs(take(flat, order, 0), order, options);
}

unique_result unique_by_counting(const ndarray& flat, const narrow_range& range,
                                 const unique_options& options) {
  const ndarray counts = count_integers(flat, range);
  const ndarray present = flatnonzero(counts);
  unique_result result;
  result.values = as_type(add(present, range.low), flat.dtype());
  if (options.return_counts) result.counts = take(counts, present, 0);
  if (options.return_index) {
    // Written from the back: what stays is the first.
    const ndarray first = empty({range.bins}, dtype::int64, flat.device());
    put(first, flip(offsets_from(flat, range.low)),
        arange(flat.size() - 1, -1, -1, {.device = flat.device()}));
    result.indices = take(first, present, 0);
  }
  if (options.return_inverse) {
    const ndarray rank = subtract(cumsum(not_equal(counts, 0)), 1);
    result.inverse = take(rank, offsets_from(flat, range.low), 0);
  }
  return result;
}

// The order of rows by their first element, then the second, ...: stable sorts from the last column on.
ndarray order_of_rows(const ndarray& rows) {
  const std::int64_t columns = rows.shape()[1];
  if (columns == 0) return positions(rows.shape()[0], rows.device());
  ndarray order = argsort(select_index(rows, 1, columns - 1));
  for (std::int64_t k = columns - 2; k >= 0; --k)
    order = take(order, argsort(take(select_index(rows, 1, k), order, 0)), 0);
  return order;
}

unique_result unique_slices(const ndarray& a, int axis, const unique_options& options) {
  const ndarray moved = move_axis(a, axis, 0);
  const std::int64_t n = moved.shape()[0];
  const ndarray rows = ascontiguousarray(reshape(moved, {n, n ? a.size() / n : 0}));
  const ndarray order = order_of_rows(rows);
  unique_options rules = options;
  rules.equal_nan = false;  // as in NumPy, rows with NaN stay apart
  unique_result result = unique_of_runs(take(rows, order, 0), order, rules);
  shape_t shape = moved.shape();
  shape[0] = result.values.shape()[0];
  result.values = move_axis(reshape(result.values, shape), 0, axis);
  return result;
}

}  // namespace

unique_result unique(const ndarray& a, const unique_options& options) {
  if (options.axis) {
    const int axis = normalize_axis(*options.axis, a.ndim());
    if (a.ndim() > 1) return unique_slices(a, axis, options);
  }
  const ndarray flat = ravel(a);
  unique_result result;
  if (flat.size() > 0) {
    if (const auto range = find_narrow_range(flat, table_limit(flat.size())))
      result = unique_by_counting(flat, *range, options);
  }
  if (!result.values.defined()) result = unique_by_sorting(flat, options);
  if (result.inverse.defined()) result.inverse = reshape(result.inverse, a.shape());
  return result;
}

namespace {

ndarray found_in_table(const ndarray& element, const ndarray& tests, const narrow_range& range) {
  const ndarray table = filled({range.bins}, false, dtype::bool_, element.device());
  put(table, offsets_from(tests, range.low), filled({1}, true, dtype::bool_, element.device()));
  const auto look_up = [&](const ndarray& e) {
    const ndarray low = full0(range.low, dtype::int64, e.device());
    const ndarray high = full0(range.low + range.bins - 1, dtype::int64, e.device());
    const ndarray inside = logical_and(greater_equal(e, low), less_equal(e, high));
    const ndarray offset =
        subtract(e, range.low, {.dtype = dtype::int64, .casting = casting::unsafe, .order = order::C});
    return logical_and(inside, take(table, offset, 0, "clip"));
  };
  const ndarray e = element.dtype() == dtype::bool_ ? as_type(element, dtype::int64) : element;
  return reshape(piece_by_piece(ravel(e), dtype::bool_, look_up), element.shape());
}

ndarray found_by_search(const ndarray& element, const ndarray& tests) {
  const dtype type = promote_types(element.dtype(), tests.dtype());
  const ndarray sorted = sort(as_type(ravel(tests), type)), wanted = as_type(element, type);
  ndarray at = searchsorted(sorted, wanted);
  at.set_scalar(false);
  return equal(take(sorted, at, 0, "clip"), wanted);
}

}  // namespace

ndarray isin(const ndarray& element, const array_like& given, bool invert, membership kind) {
  const ndarray tests = beside(as_array(given, element.device()), element);
  const auto is_whole = [](const ndarray& a) { return is_integer(a.dtype()) || a.dtype() == dtype::bool_; };
  const bool whole = is_whole(element) && is_whole(tests);
  if (kind == membership::table && !whole)
    fail<value_error>("[isin] The 'table' method is only supported for boolean or integer arrays, got ",
                      element.dtype(), " and ", tests.dtype());
  if (tests.size() == 0 || element.size() == 0)
    return filled(element.shape(), invert, dtype::bool_, element.device());
  ndarray found;
  if (whole && kind != membership::sort) {
    const std::int64_t limit =
        kind == membership::table ? greatest_integer(tests.dtype()) : 6 * (element.size() + tests.size());
    if (const auto range = find_narrow_range(tests, limit == to_end ? limit : limit + 1))
      found = found_in_table(element, tests, *range);
    else if (kind == membership::table && tests.dtype() != dtype::uint64)  // beyond int64: by search
      throw std::runtime_error(
          "[isin] kind='table' was asked for, but the values exceed the maximum range of a table; "
          "use kind=None or 'sort'");
  }
  if (!found.defined()) found = found_by_search(element, tests);
  found.set_scalar(false);
  if (invert) logical_not(found, {.out = found});
  return found;
}

intersection intersect1d(const ndarray& x, const ndarray& y, bool assume_unique, bool return_indices) {
  unique_result a, b;
  if (assume_unique) {
    a.values = ravel(x);
    b.values = ravel(beside(y, x));
  } else {
    a = unique(x, {.return_index = return_indices});
    b = unique(beside(y, x), {.return_index = return_indices});
  }
  const ndarray all = concatenate({a.values, b.values});
  intersection result;
  const std::int64_t n = all.size();
  if (!return_indices) {
    const ndarray sorted = sort(all);
    const ndarray before = part(sorted, 0, std::max<std::int64_t>(n - 1, 0));
    result.values = keep(before, equal(part(sorted, 1), before));
    return result;
  }
  const ndarray order = argsort(all), sorted = take(all, order, 0);
  const std::int64_t last = std::max<std::int64_t>(n - 1, 0);
  const ndarray before = part(sorted, 0, last), same = equal(part(sorted, 1), before);
  result.values = keep(before, same);
  result.indices1 = keep(part(order, 0, last), same);
  result.indices2 = subtract(keep(part(order, 1), same), a.values.size());
  if (!assume_unique) {
    result.indices1 = take(a.indices, result.indices1, 0);
    result.indices2 = take(b.indices, result.indices2, 0);
  }
  return result;
}

ndarray union1d(const ndarray& a, const ndarray& b) {
  return unique(concatenate({ravel(a), ravel(beside(b, a))}));
}

ndarray setdiff1d(const ndarray& a, const ndarray& b, bool assume_unique) {
  const ndarray first = assume_unique ? ravel(a) : unique(a);
  return keep(first, isin(first, b, true));
}

ndarray setxor1d(const ndarray& a, const ndarray& b, bool assume_unique) {
  const ndarray first = assume_unique ? ravel(a) : unique(a);
  const ndarray other = beside(b, a), second = assume_unique ? ravel(other) : unique(other);
  ndarray sorted = sort(concatenate({first, second}));
  const std::int64_t n = sorted.size();
  if (n == 0) return sorted;
  const ndarray edge = filled({1}, true, dtype::bool_, sorted.device());
  const ndarray differs = not_equal(part(sorted, 1), part(sorted, 0, n - 1));
  const ndarray bounds = concatenate({edge, differs, edge});
  return keep(sorted, logical_and(part(bounds, 1), part(bounds, 0, n)));
}

}  // namespace numloom
