// SPDX-License-Identifier: BSD-3-Clause
// What is a few calls of other functions, for C++. (Python has the same in numloom/_composed.py and others.)
#include "numloom/compositions.hpp"

#include <cmath>

#include "ops/compose.hpp"

namespace numloom {

using namespace detail;

// ---- diagonals and triangles ----

namespace {

ndarray triangle(const ndarray& a, int k, bool lower) {
  if (a.ndim() < 2) fail<value_error>("[tril] expected two dimensions or more, got ", to_string(a.shape()));
  const ndarray keeps = to_device(tri(a.shape(-2), a.shape(-1), lower ? k : k - 1, dtype::bool_), a.device());
  const ndarray nothing = zeros({}, {.dtype = a.dtype(), .device = a.device()});
  return lower ? where(keeps, a, nothing) : where(keeps, nothing, a);
}

}  // namespace

ndarray tril(const ndarray& a, int k) { return triangle(a, k, true); }
ndarray triu(const ndarray& a, int k) { return triangle(a, k, false); }
ndarray trace(const ndarray& a, int offset, int axis1, int axis2) {
  return sum(diagonal(a, offset, axis1, axis2), {.axis = -1});
}

// ---- shapes ----

ndarray atleast_1d(const ndarray& a) { return a.ndim() < 1 ? reshape(a, {1}) : a; }
ndarray atleast_2d(const ndarray& a) { return a.ndim() < 2 ? expand_dims(atleast_1d(a), 0) : a; }
ndarray atleast_3d(const ndarray& a) { return a.ndim() < 3 ? expand_dims(atleast_2d(a), -1) : a; }

namespace {

template <ndarray (*F)(const ndarray&)> ndarray joined(std::span<const ndarray> arrays, int axis) {
  std::vector<ndarray> parts;
  for (const ndarray& a : arrays) parts.push_back(F(a));
  return concatenate(parts, {.axis = axis});
}
ndarray as_column(const ndarray& a) { return a.ndim() < 2 ? reshape(a, {-1, 1}) : a; }

}  // namespace

ndarray vstack(std::span<const ndarray> arrays) { return joined<atleast_2d>(arrays, 0); }
ndarray hstack(std::span<const ndarray> arrays) {
  return joined<atleast_1d>(arrays, !arrays.empty() && arrays[0].ndim() < 2 ? 0 : 1);
}
ndarray dstack(std::span<const ndarray> arrays) { return joined<atleast_3d>(arrays, 2); }
ndarray column_stack(std::span<const ndarray> arrays) { return joined<as_column>(arrays, 1); }

ndarray append(const ndarray& a, const ndarray& values, std::optional<int> axis) {
  return axis ? concatenate({a, values}, {.axis = axis}) : concatenate({ravel(a), ravel(values)});
}

ndarray rot90(const ndarray& a, int k, int axis1, int axis2) {
  const int x = normalize_axis(axis1, a.ndim(), "rot90"), y = normalize_axis(axis2, a.ndim(), "rot90");
  if (x == y) fail<value_error>("[rot90] expected two different axes, got ", axis1, " and ", axis2);
  switch (((k % 4) + 4) % 4) {
    case 1: return swapaxes(flip(a, y), x, y);
    case 2: return flip(flip(a, x), y);
    case 3: return flip(swapaxes(a, x, y), y);
    default: return a.view(a.shape(), a.strides());
  }
}

// ---- sums and differences ----

ndarray ptp(const ndarray& a, const reduction_options& options) {
  return subtract(max(a, options), min(a, options));
}

ndarray average(const ndarray& a, const average_options& options) {
  const axes along = options.axis ? axes(*options.axis) : axes();
  if (!options.weights) return mean(a, {.axis = along, .keepdims = options.keepdims});
  ndarray w = *options.weights;
  if (w.shape() != a.shape()) {
    const int axis = options.axis ? normalize_axis(*options.axis, a.ndim(), "average") : -1;
    if (axis < 0 || w.ndim() != 1 || w.size() != a.shape()[axis])
      fail<value_error>("[average] expected weights of shape ", to_string(a.shape()),
                        " or a vector along the axis, got ", to_string(w.shape()));
    shape_t shape(a.ndim(), 1);
    shape[axis] = w.size();
    w = reshape(w, shape);
  }
  const dtype type = inexact_of(promote_types(a.dtype(), w.dtype()));
  const reduction_options rules{.axis = along, .keepdims = options.keepdims};
  const ndarray products = multiply(a, w, {.dtype = type, .casting = casting::unsafe});
  return divide(sum(products, rules), sum(broadcast_to(as_type(w, type), a.shape()), rules));
}

ndarray diff(const ndarray& a, int n, int axis) {
  if (n < 0) fail<value_error>("[diff] expected a number of differences that is not negative, got ", n);
  const int d = normalize_axis(axis, a.ndim(), "diff");
  ndarray result = a;
  for (int i = 0; i < n; ++i) {
    const ndarray upper = part(result, 1, to_end, d), lower = part(result, 0, -1, d);
    result = a.dtype() == dtype::bool_ ? not_equal(upper, lower) : subtract(upper, lower);
  }
  return result;
}

ndarray tensordot(const ndarray& a, const ndarray& b, int count) {
  inline_vector<int, 6> last, first;
  for (int d = 0; d < count; ++d) {
    last.push_back(a.ndim() - count + d);
    first.push_back(d);
  }
  return tensordot(a, b, last, first);
}

// ---- numbers ----

ndarray round(const ndarray& a, int decimals) {
  if (a.dtype() == dtype::bool_ || (is_integer(a.dtype()) && decimals >= 0)) return positive(a);
  const double scale = std::pow(10.0, std::abs(decimals));
  const ndarray result = decimals == 0  ? rint(a)
                         : decimals > 0 ? divide(rint(multiply(a, scale)), scale)
                                        : multiply(rint(divide(a, scale)), scale);
  return scalar_if_0d(as_type(result, a.dtype()));
}

ndarray real(const ndarray& a) { return is_complex(a.dtype()) ? part_of_complex(a, false) : a; }
ndarray imag(const ndarray& a) { return is_complex(a.dtype()) ? part_of_complex(a, true) : zeros_like(a); }
ndarray angle(const ndarray& a, bool degrees) {
  const ndarray radians = arctan2(imag(a), real(a));
  return degrees ? rad2deg(radians) : radians;
}

ndarray isclose(const array_like& a, const array_like& b, const close_options& options) {
  const array_like both[] = {a, b};
  const device d = common_device(both, "isclose");
  const dtype type = result_type(both);
  const ndarray x = as_array(a, a.array() ? a.array()->dtype() : type, d);
  const ndarray y = as_array(b, b.array() ? b.array()->dtype() : type, d);
  const ndarray allowed = add(multiply(absolute(y), options.rtol), options.atol);
  const ndarray near = logical_and(less_equal(absolute(subtract(x, y)), allowed), isfinite(y));
  const ndarray close = logical_or(near, equal(x, y));
  return options.equal_nan ? logical_or(close, logical_and(isnan(x), isnan(y))) : close;
}

bool allclose(const array_like& a, const array_like& b, const close_options& options) {
  return truth(all(isclose(a, b, options)));
}

bool array_equal(const ndarray& a, const ndarray& b, bool equal_nan) {
  if (a.shape() != b.shape()) return false;
  const ndarray same = equal(a, b);
  return truth(all(equal_nan ? logical_or(same, logical_and(isnan(a), isnan(b))) : same));
}

}  // namespace numloom
