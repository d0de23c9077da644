// SPDX-License-Identifier: BSD-3-Clause
// Reductions that pass over NaN: a replacement that does not count, or a mask.
#include <algorithm>
#include <vector>

#include "numloom/statistics.hpp"
#include "ops/compose.hpp"
#include "ops/ufunc_methods.hpp"

namespace numloom {

using namespace detail;

namespace {

bool may_hold_nan(const ndarray& a) { return is_inexact(a.dtype()); }

ndarray without_nan(const ndarray& a, double value) {
  return may_hold_nan(a) ? where(isnan(a), value, a) : a;
}

// True where the element counts: it is a number, and the caller's mask has it.
ndarray counting_mask(const ndarray& a, const std::optional<ndarray>& mask) {
  const ndarray numbers = equal(a, a);
  return mask ? logical_and(numbers, *mask) : numbers;
}

// On the CPU the plain reduction comes first: where its result is a number there was no NaN, and one pass
// was enough. A GPU would have to wait for the answer.
bool is_worth_a_try(const ndarray& a) { return a.device().is_cpu() && a.size() > 0; }
bool has_no_nan(const ndarray& result) { return !some(isnan(result)); }

constexpr std::int64_t block_elements = 1 << 17;

// A reduction that needs arrays between input and result, by blocks of the first axis that stay in the cache.
// of_block reduces one block over the axes (kept as extent 1 where keepdims); join adds up what belongs
// together.
template <class OfBlock>
ndarray by_blocks(const ndarray& given, const axes& axis, ufunc join, OfBlock of_block) {
  const ndarray a = axis.all() && given.is_c_contiguous() ? ravel(given) : given;
  const std::int64_t n = a.ndim() ? a.shape()[0] : 0;
  if (!a.device().is_cpu() || a.size() <= 2 * block_elements || n < 2) return of_block(given);
  const dims along = axis.normalized(given.ndim(), "sum");
  const bool joins = axis.all() || (!along.empty() && along[0] == 0);
  const std::int64_t rows = std::max<std::int64_t>(1, block_elements / (a.size() / n));
  std::vector<ndarray> parts;
  ndarray total;
  for (std::int64_t start = 0; start < n; start += rows) {
    ndarray found = of_block(part(a, start, std::min(n, start + rows)));
    found.set_scalar(false);
    if (!joins)
      parts.push_back(found);
    else if (total.defined())
      call(join, std::initializer_list<array_like>{total, found}, {.out = total});
    else
      total = found;
  }
  return joins ? total : concatenate(parts);
}

// With NaN counted as `neutral`; float16 in float32, rounded at the end.
template <ndarray (*F)(const ndarray&, const reduction_options&)>
ndarray total_by_blocks(const ndarray& a, const reduction_options& options, ufunc join, double neutral) {
  const dtype type = options.dtype.value_or(a.dtype());
  reduction_options rules = options;
  rules.out = {};
  rules.keepdims = true;
  if (type == dtype::float16) rules.dtype = dtype::float32;
  const auto of_block = [&](const ndarray& block) {
    reduction_options own = rules;
    if (options.axis.all()) own.axis = {};
    return F(without_nan(block, neutral), own);
  };
  return as_type(by_blocks(a, options.axis, join, of_block), type);
}

ndarray count_by_blocks(const ndarray& a, const axes& axis) {
  return by_blocks(a, axis, ufunc::add, [&](const ndarray& block) {
    return count_nonzero(equal(block, block), {.axis = axis, .keepdims = true});
  });
}

// The result of blocks, all axes kept as extent 1, in the shape that the caller asked for.
ndarray shaped(const ndarray& a, const ndarray& kept, const axes& axis, bool keepdims) {
  shape_t shape;
  const dims along = axis.normalized(a.ndim(), "sum");
  for (int d = 0; d < a.ndim(); ++d) {
    const bool reduced = std::find(along.begin(), along.end(), d) != along.end();
    if (!reduced) shape.push_back(a.shape()[d]);
    if (reduced && keepdims) shape.push_back(1);
  }
  return reshape(kept, shape);
}

template <ndarray (*F)(const ndarray&, const reduction_options&)>
ndarray total_of_numbers(const ndarray& a, const reduction_options& asked, ufunc join, double neutral) {
  if (!may_hold_nan(a)) return F(a, asked);
  reduction_options options = asked;
  options.dtype = reduction_dtype(join, a, asked);
  if (is_worth_a_try(a) && !options.out) {
    const ndarray quick = F(a, options);
    if (has_no_nan(quick)) return quick;
  }
  if (options.where || options.initial) {
    reduction_options rules = options;
    rules.where = counting_mask(a, options.where);
    return F(a, rules);
  }
  const ndarray kept = total_by_blocks<F>(a, options, join, neutral);
  return hand_over(shaped(a, kept, options.axis, options.keepdims), options.out, "nansum");
}

}  // namespace

ndarray nansum(const ndarray& a, const reduction_options& options) {
  return total_of_numbers<sum>(a, options, ufunc::add, 0);
}
ndarray nanprod(const ndarray& a, const reduction_options& options) {
  return total_of_numbers<prod>(a, options, ufunc::multiply, 1);
}
ndarray nanmin(const ndarray& a, const reduction_options& options) { return reduce(ufunc::fmin, a, options); }
ndarray nanmax(const ndarray& a, const reduction_options& options) { return reduce(ufunc::fmax, a, options); }

namespace {

void check_inexact(const std::optional<dtype>& type, const std::optional<ndarray>& out) {
  if (type && !is_inexact(*type)) fail<type_error>("If a is inexact, then dtype must be inexact");
  if (out && !is_inexact(out->dtype())) fail<type_error>("If a is inexact, then out must be inexact");
}

}  // namespace

ndarray nanmean(const ndarray& a, const reduction_options& options) {
  if (!may_hold_nan(a)) return mean(a, options);
  check_inexact(options.dtype, options.out);
  if (is_worth_a_try(a) && !options.out && !options.where && a.dtype() != dtype::float16) {
    const ndarray quick = mean(a, options);
    if (has_no_nan(quick)) return quick;
  }
  const std::optional<dtype> type = reduction_dtype(ufunc::add, a, options);
  ndarray total, counts;
  if (options.where) {
    const ndarray mask = counting_mask(a, options.where);
    total = sum(a, {.axis = options.axis, .dtype = type, .keepdims = true, .where = mask});
    counts = count_nonzero(mask, {.axis = options.axis, .keepdims = true});
  } else {
    total = total_by_blocks<sum>(a, {.axis = options.axis, .dtype = type}, ufunc::add, 0);
    counts = count_by_blocks(a, options.axis);
  }
  total.set_scalar(false);
  const ndarray average = as_type(divide(total, counts), total.dtype());
  return hand_over(shaped(a, average, options.axis, options.keepdims), options.out, "nanmean");
}

ndarray nanvar(const ndarray& a, const variance_options& options) {
  if (!may_hold_nan(a)) return var(a, options);
  check_inexact(options.dtype, options.out);
  variance_options rules = options;
  rules.out = {};
  if (is_worth_a_try(a) && !options.where) {
    const ndarray quick = var(a, rules);
    if (has_no_nan(quick)) return hand_over(quick, options.out, "nanvar");
  }
  rules.where = counting_mask(a, options.where);
  rules.ddof = 0;
  ndarray counts = count_nonzero(*rules.where, {.axis = options.axis, .keepdims = options.keepdims});
  ndarray spread = var(a, rules);
  const dtype type = spread.dtype();
  counts.set_scalar(false);
  spread.set_scalar(false);
  const ndarray freedom = subtract(counts, options.ddof);
  const ndarray ratio =
      where(greater(freedom, 0), divide(counts, freedom), std::numeric_limits<double>::quiet_NaN());
  return hand_over(as_type(multiply(spread, ratio), type), options.out, "nanvar");
}

ndarray nanstd(const ndarray& a, const variance_options& options) {
  if (!may_hold_nan(a)) return std(a, options);
  check_inexact(options.dtype, options.out);
  variance_options rules = options;
  rules.out = {};
  return hand_over(sqrt(nanvar(a, rules)), options.out, "nanstd");
}

namespace {

template <ndarray (*F)(const ndarray&, const arg_options&)>
ndarray position_of_number(const ndarray& a, const arg_options& options, double worst) {
  if (!may_hold_nan(a)) return F(a, options);
  const ndarray missing = isnan(a);
  const axes along = options.axis ? axes(*options.axis) : axes();
  if (a.size() > 0 && some(all(missing, {.axis = along}))) fail<value_error>("All-NaN slice encountered");
  return F(where(missing, worst, a), options);
}

}  // namespace

ndarray nanargmin(const ndarray& a, const arg_options& options) {
  return position_of_number<argmin>(a, options, std::numeric_limits<double>::infinity());
}
ndarray nanargmax(const ndarray& a, const arg_options& options) {
  return position_of_number<argmax>(a, options, -std::numeric_limits<double>::infinity());
}
ndarray nancumsum(const ndarray& a, const scan_options& options) {
  return cumsum(without_nan(a, 0), options);
}
ndarray nancumprod(const ndarray& a, const scan_options& options) {
  return cumprod(without_nan(a, 1), options);
}

namespace {

std::pair<double, double> finite_limits(dtype type) {
  return visit_dtype(type, []<class T>(T) -> std::pair<double, double> {
    if constexpr (std::is_same_v<T, float16>)
      return {65504., -65504.};
    else if constexpr (std::is_floating_point_v<T>)
      return {std::numeric_limits<T>::max(), std::numeric_limits<T>::lowest()};
    else
      return {};
  });
}

// NaN pass through the limits, so one clip sets both infinities where they become the dtype's own limits.
ndarray finite_numbers(const ndarray& a, const nan_to_num_options& options) {
  const auto [high, low] = finite_limits(a.dtype());
  constexpr double infinity = std::numeric_limits<double>::infinity();
  ndarray result = options.posinf || options.neginf ? a : clip(a, low, high);
  if (options.posinf || options.neginf) {
    result = where(equal(a, infinity), options.posinf.value_or(high), result);
    result = where(equal(a, -infinity), options.neginf.value_or(low), result);
  }
  return where(isnan(result), options.nan, result);
}

}  // namespace

ndarray nan_to_num(const ndarray& a, const nan_to_num_options& options) {
  if (!is_inexact(a.dtype())) return scalar_if_0d(copy(a));
  if (is_floating(a.dtype())) return scalar_if_0d(finite_numbers(a, options));
  const ndarray made = empty_like(a);
  for (const bool imaginary : {false, true})
    copyto(part_of_complex(made, imaginary), finite_numbers(part_of_complex(a, imaginary), options));
  return scalar_if_0d(made);
}

}  // namespace numloom
