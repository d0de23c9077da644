// SPDX-License-Identifier: BSD-3-Clause
// Differences, derivatives, integrals and running sums of sampled functions.
#include "numloom/calculus.hpp"

#include <array>
#include <complex>

#include "ops/compose.hpp"

namespace numloom {

using namespace detail;

namespace {

ndarray extended(const ndarray& a, int d, const std::optional<ndarray>& before,
                 const std::optional<ndarray>& behind) {
  shape_t edge = a.shape();
  edge[d] = 1;
  const auto fitting = [&](const ndarray& e) {
    const ndarray here = beside(e, a);
    return here.ndim() == 0 ? broadcast_to(here, edge) : here;
  };
  std::vector<ndarray> parts;
  if (before) parts.push_back(fitting(*before));
  parts.push_back(a);
  if (behind) parts.push_back(fitting(*behind));
  return concatenate(parts, {.axis = d});
}

}  // namespace

ndarray diff(const ndarray& a, std::int64_t n, int axis, const std::optional<ndarray>& prepend,
             const std::optional<ndarray>& append) {
  if (n < 0) fail<value_error>("[diff] order must be non-negative but got ", n);
  if (n == 0) return a;
  if (a.ndim() == 0) fail<value_error>("[diff] diff requires input that is at least one dimensional");
  const int d = normalize_axis(axis, a.ndim(), "diff");
  ndarray left = prepend || append ? extended(a, d, prepend, append) : a;
  for (; n > 0; --n) {
    const ndarray upper = part(left, 1, to_end, d), lower = part(left, 0, -1, d);
    left = left.dtype() == dtype::bool_ ? not_equal(upper, lower) : subtract(upper, lower);
    if (left.shape()[d] == 0) break;
  }
  return left;
}

ndarray ediff1d(const ndarray& a, const std::optional<ndarray>& to_end,
                const std::optional<ndarray>& to_begin) {
  const ndarray flat = ravel(a);
  const dtype type = flat.dtype();
  std::vector<ndarray> parts;
  const auto add_part = [&](const std::optional<ndarray>& extra, std::string_view name) {
    if (!extra) return;
    if (!can_cast(extra->dtype(), type, casting::same_kind))
      fail<type_error>("[ediff1d] dtype of `", name, "` must be compatible with input `ary` under the ",
                       "`same_kind` rule: expected what casts to ", type, ", got ", extra->dtype());
    parts.push_back(ravel(as_type(beside(*extra, a), type)));
  };
  add_part(to_begin, "to_begin");
  parts.push_back(subtract(part(flat, 1), part(flat, 0, -1)));
  add_part(to_end, "to_end");
  return parts.size() > 1 ? concatenate(parts) : parts[0];
}

namespace {

// A vector along one of `ndim` axes.
ndarray along_axis(const ndarray& vector, int axis, int ndim) {
  shape_t shape(ndim, 1);
  shape[axis] = vector.size();
  return reshape(vector, shape);
}

}  // namespace

ndarray trapezoid(const ndarray& y, const std::optional<ndarray>& x, const array_like& dx, int axis) {
  const int d = normalize_axis(axis, y.ndim(), "trapezoid");
  ndarray areas = add(part(y, 1, to_end, d), part(y, 0, -1, d));
  if (x)
    areas = multiply(x->ndim() == 1 ? along_axis(diff(*x), d, y.ndim()) : diff(*x, 1, axis), areas);
  else
    areas = multiply(dx, areas);
  return sum(divide(areas, 2.0), {.axis = axis});
}

// ---- gradient ----

namespace {

// The distance of neighbours along an axis: a number, or an array (of one, or of all distances).
struct distance {
  scalar number{1.0};
  ndarray values{};
  bool is_number() const { return !values.defined(); }
  bool is_uniform() const { return is_number() || values.ndim() == 0; }
  distance times(double factor) const;
  distance under(double dividend) const;
  array_like like() const { return is_number() ? array_like(number) : array_like(values); }
};

distance distance::times(double factor) const {
  if (!is_number()) return {scalar(false), multiply(factor, values)};
  if (number.type == scalar::kind::complex) return {factor * as_complex(number), {}};
  return {factor * number.real(), {}};
}
distance distance::under(double dividend) const {
  if (!is_number()) return {scalar(false), divide(dividend, values)};
  if (number.type == scalar::kind::complex) return {dividend / as_complex(number), {}};
  return {dividend / number.real(), {}};
}

distance distance_along(const ndarray& f, int axis, const array_like& given) {
  if (!given.array()) return {given.number(), {}};
  const ndarray places = beside(*given.array(), f);
  if (places.ndim() == 0) return {scalar(false), places};
  if (places.ndim() != 1)
    fail<value_error>("[gradient] distances must be either scalars or 1d, got shape ",
                      to_string(places.shape()));
  if (places.size() != f.shape()[axis])
    fail<value_error>("[gradient] when 1d, distances must match the length of the corresponding dimension: ",
                      "expected ", f.shape()[axis], ", got ", places.size());
  const ndarray steps = diff(is_integer(places.dtype()) ? as_type(places, dtype::float64) : places);
  const ndarray first = select_index(steps, 0, 0);
  if (truth(all(equal(steps, first)))) return {scalar(false), first};
  return {scalar(false), steps};
}

std::vector<distance> distances_along(const ndarray& f, const dims& along,
                                      std::span<const array_like> spacing) {
  const auto n = static_cast<std::size_t>(along.size());
  if (spacing.empty()) return std::vector<distance>(n);
  const bool is_single = spacing.size() == 1 && (!spacing[0].array() || spacing[0].array()->ndim() == 0);
  if (!is_single && spacing.size() != n)
    fail<type_error>("[gradient] invalid number of arguments: expected one spacing, or one for each of ", n,
                     " axes, got ", spacing.size());
  std::vector<distance> found;
  for (std::size_t i = 0; i < n; ++i)
    found.push_back(
        distance_along(f, static_cast<int>(along[static_cast<int>(i)]), spacing[is_single ? 0 : i]));
  return found;
}

// a x + b y + c z
ndarray weighted(const array_like& a, const ndarray& x, const array_like& b, const ndarray& y,
                 const array_like& c, const ndarray& z) {
  return add(add(multiply(a, x), multiply(b, y)), multiply(c, z));
}

struct line_gradient {
  const ndarray& f;
  const ndarray& out;
  int axis;
  const distance& step;

  ndarray row(const ndarray& a, std::int64_t start, std::int64_t stop = to_end) const {
    return part(a, start, stop, axis);
  }
  void store(const ndarray& target, const ndarray& value) const { copyto(target, value, casting::unsafe); }

  // (f[i + 1] - f[i - 1]) / 2 h
  void inner_evenly() const {
    const ndarray target = row(out, 1, -1), after = row(f, 2), before = row(f, 0, -2);
    const distance twice = step.times(2.0);
    if (!twice.is_number() || twice.number.type == scalar::kind::complex)
      return store(target, divide(subtract(after, before), twice.like()));
    subtract(after, before, {.out = target});
    divide(target, twice.number, {.out = target});
  }
  void inner_unevenly() const {
    const ndarray left = part(step.values, 0, -1), right = part(step.values, 1), both = add(left, right);
    const auto spread = [&](const ndarray& weights) { return along_axis(weights, axis, f.ndim()); };
    const ndarray a = spread(divide(negative(right), multiply(left, both))),
                  b = spread(divide(subtract(right, left), multiply(left, right))),
                  c = spread(divide(left, multiply(right, both)));
    store(row(out, 1, -1), weighted(a, row(f, 0, -2), b, row(f, 1, -1), c, row(f, 2)));
  }
  void ends_of_first_order() const {
    const auto width = [&](std::int64_t at) {
      return step.is_uniform() ? step : distance{scalar(false), select_index(step.values, 0, at)};
    };
    store(row(out, 0, 1), divide(subtract(row(f, 1, 2), row(f, 0, 1)), width(0).like()));
    store(row(out, -1), divide(subtract(row(f, -1), row(f, -2, -1)), width(-1).like()));
  }
  void ends_of_second_order_evenly() const {
    const distance a = step.under(-1.5), b = step.under(2.0), c = step.under(-0.5), x = step.under(0.5),
                   y = step.under(-2.0), z = step.under(1.5);
    store(row(out, 0, 1), weighted(a.like(), row(f, 0, 1), b.like(), row(f, 1, 2), c.like(), row(f, 2, 3)));
    store(row(out, -1), weighted(x.like(), row(f, -3, -2), y.like(), row(f, -2, -1), z.like(), row(f, -1)));
  }
  // near: the distance of the end to its neighbour; next: the one behind it. Weights of the three points,
  // from the end inwards, of the derivative towards the inside.
  static std::array<ndarray, 3> end_weights(const ndarray& near, const ndarray& next) {
    const ndarray both = add(near, next);
    return {divide(add(multiply(2.0, near), next), multiply(near, both)), divide(both, multiply(near, next)),
            divide(near, multiply(next, both))};
  }
  void ends_of_second_order_unevenly() const {
    const auto [a, b, c] = end_weights(select_index(step.values, 0, 0), select_index(step.values, 0, 1));
    store(row(out, 0, 1), weighted(negative(a), row(f, 0, 1), b, row(f, 1, 2), negative(c), row(f, 2, 3)));
    const auto [z, y, x] = end_weights(select_index(step.values, 0, -1), select_index(step.values, 0, -2));
    store(row(out, -1), weighted(x, row(f, -3, -2), negative(y), row(f, -2, -1), z, row(f, -1)));
  }
};

ndarray slope_along(const ndarray& f, int axis, const distance& step, int edge_order, dtype type) {
  if (f.shape()[axis] < edge_order + 1)
    fail<value_error>("[gradient] Shape of array too small to calculate a numerical gradient, ",
                      "at least (edge_order + 1) elements are required: got ", f.shape()[axis], " for order ",
                      edge_order);
  const ndarray out = empty_like(f, type);
  const line_gradient line{f, out, axis, step};
  if (step.is_uniform())
    line.inner_evenly();
  else
    line.inner_unevenly();
  if (edge_order == 1)
    line.ends_of_first_order();
  else if (step.is_uniform())
    line.ends_of_second_order_evenly();
  else
    line.ends_of_second_order_unevenly();
  return out;
}

}  // namespace

std::vector<ndarray> gradient(const ndarray& given, std::span<const array_like> spacing,
                              const gradient_options& options) {
  dims along;
  if (options.axis.all())
    for (int d = 0; d < given.ndim(); ++d) along.push_back(d);
  else
    for (const int axis : options.axis.list())
      along.push_back(normalize_axis(axis, given.ndim(), "gradient"));
  options.axis.normalized(given.ndim(), "gradient");  // refuses a repeated one
  const std::vector<distance> steps = distances_along(given, along, spacing);
  if (options.edge_order > 2 || options.edge_order < 0)
    fail<value_error>("[gradient] 'edge_order' greater than 2 not supported, got ", options.edge_order);
  const dtype type = inexact_of(given.dtype());
  const ndarray f = is_integer(given.dtype()) ? as_type(given, dtype::float64) : given;
  std::vector<ndarray> slopes;
  for (int i = 0; i < along.size(); ++i)
    slopes.push_back(slope_along(f, static_cast<int>(along[i]), steps[static_cast<std::size_t>(i)],
                                 options.edge_order, type));
  return slopes;
}

// ---- phases ----

namespace {

struct wrapping {
  scalar high, low, period;
  bool is_ambiguous;  // is half a period a number of the dtype, so that a jump of it could go either way?
};

wrapping make_wrapping(const scalar& period, dtype type) {
  if (!is_integer(type)) return {period.real() / 2, -period.real() / 2, period, true};
  const std::int64_t whole = period.type == scalar::kind::boolean ? period.b : period.i;
  const std::int64_t high = (whole - (whole % 2 != 0 && whole < 0)) / 2;  // rounded down
  return {high, -high, period, whole % 2 == 0};
}

}  // namespace

ndarray unwrap(const ndarray& p, const unwrap_options& options) {
  const int axis = normalize_axis(options.axis, p.ndim(), "unwrap");
  const ndarray steps = diff(p, 1, axis);
  const dtype type = promote_with_scalar(steps.dtype(), options.period);
  const wrapping w = make_wrapping(options.period, type);
  const scalar discont = options.discont ? *options.discont : scalar(options.period.real() / 2);
  ndarray wrapped = add(remainder(subtract(steps, w.low), w.period), w.low);
  if (w.is_ambiguous) wrapped = where(logical_and(equal(wrapped, w.low), greater(steps, 0)), w.high, wrapped);
  const ndarray correction = where(less(absolute(steps), discont), 0, subtract(wrapped, steps));
  const ndarray result = astype(p, type);
  const ndarray rest = part(result, 1, to_end, axis);
  copyto(rest, add(part(p, 1, to_end, axis), cumsum(correction, {.axis = axis})), casting::unsafe);
  return result;
}

// ---- running sums that may begin with nothing ----

namespace {

using scan_function = ndarray (*)(const ndarray&, const scan_options&);

ndarray cumulative(scan_function scan, const ndarray& given, const cumulative_options& options,
                   std::int64_t first) {
  const ndarray x = given.ndim() == 0 ? reshape(given, {1}) : given;
  if (!options.axis && x.ndim() != 1)
    fail<value_error>("[cumulative] For arrays which have more than one dimension ``axis`` argument is ",
                      "required: got shape ", to_string(x.shape()));
  const int axis = normalize_axis(options.axis.value_or(0), x.ndim(), "cumulative");
  if (!options.include_initial) return scan(x, {.axis = axis, .dtype = options.dtype, .out = options.out});
  shape_t shape = x.shape();
  shape[axis] += 1;
  if (options.out && options.out->shape() != shape)
    fail<value_error>("[cumulative] expected out of shape ", to_string(shape), ", got ",
                      to_string(options.out->shape()));
  ndarray result;
  if (options.out) {  // in whose dtype is summed
    result = *options.out;
    scan(x, {.axis = axis, .dtype = options.dtype, .out = part(result, 1, to_end, axis)});
  } else {
    const ndarray sums = scan(x, {.axis = axis, .dtype = options.dtype});
    result = empty_like(sums, {}, order::K, shape);
    copyto(part(result, 1, to_end, axis), sums);
  }
  fill_with(part(result, 0, 1, axis), first);
  return result;
}

}  // namespace

ndarray cumulative_sum(const ndarray& x, const cumulative_options& options) {
  return cumulative(cumsum, x, options, 0);
}
ndarray cumulative_prod(const ndarray& x, const cumulative_options& options) {
  return cumulative(cumprod, x, options, 1);
}

}  // namespace numloom
