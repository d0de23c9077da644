// SPDX-License-Identifier: BSD-3-Clause
// Norms of vectors and matrices, and condition numbers.
#include <cmath>

#include "numloom/linalg.hpp"
#include "ops/compose.hpp"
#include "ops/linalg.hpp"

namespace numloom::linalg {

using namespace detail;

namespace {

using kind = norm_order::kind;
constexpr double infinity = std::numeric_limits<double>::infinity();

ndarray inexact(const ndarray& x) { return as_type(x, inexact_of(x.dtype())); }
ndarray moduli(const ndarray& x) { return call(ufunc::absolute, x); }
ndarray root(const ndarray& x) { return call(ufunc::sqrt, x); }

/// Squares of the moduli.
ndarray squares(const ndarray& x) {
  if (!is_complex(x.dtype())) return call(ufunc::square, x);
  return call(ufunc::add, call(ufunc::square, part_of_complex(x, false)),
              call(ufunc::square, part_of_complex(x, true)));
}

/// Of all elements: one product of a vector with itself.
ndarray euclidean(const ndarray& x) {
  ndarray flat = ravel(x, order::K);
  if (is_complex(flat.dtype())) flat = ascontiguousarray(flat).view_as(real_part_of(flat.dtype()));
  return root(vecdot(flat, flat));
}

ndarray along_axis(const ndarray& x, const norm_order& order, int axis, bool keepdims) {
  const reduction_options plain{.axis = axis, .keepdims = keepdims};
  if (order.which == kind::fro || order.which == kind::nuc)
    fail<value_error>("[norm] Invalid norm order '", order.which == kind::fro ? "fro" : "nuc",
                      "' for vectors");
  if (order.is(infinity)) return max(moduli(x), {.axis = axis, .keepdims = keepdims, .initial = 0.0});
  if (order.is(-infinity)) return min(moduli(x), plain);
  if (order.is(0)) {
    const ndarray counted = call(ufunc::not_equal, x, scalar(0));
    return sum(astype(counted, real_part_of(x.dtype())), plain);
  }
  if (order.is(1)) return sum(moduli(x), plain);
  if (order.which == kind::none || order.is(2)) return root(sum(squares(x), plain));
  const ndarray total = sum(call(ufunc::power, moduli(x), scalar(order.value)), plain);
  return call(ufunc::power, total, scalar(1 / order.value));
}

/// The largest or smallest sum of moduli over one axis.
ndarray of_sums(const ndarray& x, int summed, int other, bool largest) {
  const ndarray sums = sum(moduli(x), {.axis = summed});
  if (other > summed) --other;
  return largest ? max(sums, {.axis = other, .initial = 0.0}) : min(sums, {.axis = other});
}

ndarray over_plane(const ndarray& x, const norm_order& order, int row, int column) {
  const auto values = [&] { return svdvals(moveaxis(x, {row, column}, {-2, -1})); };
  if (order.which == kind::none || order.which == kind::fro)
    return root(sum(squares(x), {.axis = {row, column}}));
  if (order.which == kind::nuc) return sum(values(), {.axis = -1});
  if (order.is(2)) return max(values(), {.axis = -1, .initial = 0.0});
  if (order.is(-2)) return min(values(), {.axis = -1});
  if (order.is(1) || order.is(-1)) return of_sums(x, row, column, order.value > 0);
  if (order.is(infinity) || order.is(-infinity)) return of_sums(x, column, row, order.value > 0);
  fail<value_error>(
      "[norm] Invalid norm order for matrices: expected None, 'fro', 'nuc', inf, 1, 2 or one of "
      "these numbers negated, got ",
      order.value);
}

ndarray with_ones(const ndarray& x, shape_t shape, const dims& axes) {
  for (const std::int64_t axis : axes) shape[static_cast<int>(axis)] = 1;
  return reshape(x, shape);
}

}  // namespace

ndarray norm(const ndarray& a, const norm_order& order, const axes& axis, bool keepdims) {
  const ndarray x = inexact(a);
  const int nd = x.ndim();
  if (axis.all() &&
      (order.which == kind::none || (order.which == kind::fro && nd == 2) || (order.is(2) && nd == 1))) {
    const ndarray made = euclidean(x);
    return scalar_if_0d(keepdims ? reshape(made, shape_t(nd, 1)) : made);
  }
  const int count = axis.all() ? nd : axis.list().size();
  if (count == 1)
    return scalar_if_0d(
        along_axis(x, order, normalize_axis(axis.all() ? 0 : axis.list()[0], nd, "norm"), keepdims));
  if (count != 2)
    fail<value_error>("[norm] Improper number of dimensions to norm: expected one axis or two, got ", count);
  const int row = axis.all() ? 0 : normalize_axis(axis.list()[0], nd, "norm");
  const int column = axis.all() ? 1 : normalize_axis(axis.list()[1], nd, "norm");
  if (row == column) fail<value_error>("[norm] Duplicate axes given: ", row);
  const ndarray made = over_plane(x, order, row, column);
  return keepdims ? with_ones(made, x.shape(), {row, column}) : scalar_if_0d(made);
}

ndarray vector_norm(const ndarray& x, const axes& axis, bool keepdims, const norm_order& order) {
  const dims which = axis.normalized(x.ndim(), "vector_norm");
  ndarray lines = x;
  int at = 0;
  if (axis.all()) {
    lines = ravel(x);
  } else if (which.size() == 1) {
    at = static_cast<int>(which[0]);
  } else {
    inline_vector<int, 6> permutation;
    shape_t shape{1};
    for (const std::int64_t d : which) {
      permutation.push_back(static_cast<int>(d));
      shape[0] *= x.shape()[static_cast<int>(d)];
    }
    for (int d = 0; d < x.ndim(); ++d)
      if (std::find(which.begin(), which.end(), d) == which.end()) {
        permutation.push_back(d);
        shape.push_back(x.shape()[d]);
      }
    lines = reshape(transpose(x, permutation), shape);
  }
  const ndarray made = norm(lines, order, at);
  return scalar_if_0d(keepdims ? with_ones(made, x.shape(), which) : made);
}

ndarray matrix_norm(const ndarray& x, bool keepdims, const norm_order& order) {
  return norm(x, order, {-2, -1}, keepdims);
}

ndarray cond(const ndarray& x, const norm_order& p) {
  if (are_empty_matrices(x))
    fail<linalg_error>("[cond] cond is not defined on empty arrays, got shape ", to_string(x.shape()));
  ndarray ratio;
  if (p.which == kind::none || p.is(2) || p.is(-2)) {
    const ndarray s = svdvals(x);
    const int last = s.ndim() - 1;
    const ndarray largest = select_index(s, last, 0), smallest = select_index(s, last, -1);
    ratio = p.is(-2) ? call(ufunc::divide, smallest, largest) : call(ufunc::divide, largest, smallest);
  } else {
    require_square("cond", x);
    const dtype real = linalg_types_of("cond", {&x}).real;
    const ndarray product = call(ufunc::multiply, norm(x, p, {-2, -1}), norm(inverse_or_nan(x), p, {-2, -1}));
    ratio = as_type(product, real);
  }
  // NaN of a singular matrix is infinity; NaN of NaN stays.
  const ndarray missing = call(ufunc::isnan, ratio);
  if (!some(missing)) return scalar_if_0d(ratio);
  const ndarray given = any(call(ufunc::isnan, x), {.axis = {-2, -1}});
  const ndarray singular = call(ufunc::logical_and, missing, call(ufunc::logical_not, given));
  return scalar_if_0d(where(singular, scalar(infinity), ratio));
}

}  // namespace numloom::linalg
