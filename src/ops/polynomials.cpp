// SPDX-License-Identifier: BSD-3-Clause
// Polynomials by their coefficients, the highest power first.
#include "numloom/polynomials.hpp"

#include <cmath>
#include <complex>

#include "numloom/linalg.hpp"
#include "numloom/signal.hpp"
#include "ops/compose.hpp"

namespace numloom {

using namespace detail;

namespace {

ndarray as_vector(const ndarray& a) { return a.ndim() == 0 ? reshape(a, {1}) : a; }

void check_vector(const ndarray& p, std::string_view operation) {
  if (p.ndim() == 0) fail<type_error>("[", operation, "] expected a vector of coefficients, got a number");
}

// Whole numbers n, n - 1, ... 1.
ndarray falling(std::int64_t n, device d) { return arange(n, 0, -1, {.dtype = dtype::int64, .device = d}); }

// Both of one length, with zeros for the powers that one of them lacks.
ndarray lengthened(const ndarray& p, std::int64_t n) {
  if (p.size() == n) return p;
  return concatenate({zeros({n - p.size()}, {.dtype = p.dtype(), .device = p.device()}), p});
}
std::pair<ndarray, ndarray> aligned(const ndarray& first, const ndarray& second) {
  const ndarray a = as_vector(first), b = as_vector(beside(second, first));
  const std::int64_t n = std::max(a.size(), b.size());
  return {lengthened(a, n), lengthened(b, n)};
}

ndarray without_leading_zeros(const ndarray& given) {
  const ndarray p = as_vector(given);
  if (p.size() == 0) return zeros({1}, {.dtype = p.dtype(), .device = p.device()});
  const ndarray used = flatnonzero(p);
  return part(p, used.size() > 0 ? select_index(used, 0, 0).item<std::int64_t>() : -1);
}

}  // namespace

ndarray polyval(const ndarray& p, const array_like& given) {
  const ndarray x = as_array(given, p.device());
  check_vector(p, "polyval");
  ndarray y = zeros_like(x);
  for (std::int64_t i = 0; i < p.shape()[0]; ++i) {
    const ndarray coefficient = select_index(p, 0, i);
    const dtype type = promote_types(promote_types(y.dtype(), x.dtype()), coefficient.dtype());
    const bool in_place = type == y.dtype() && x.ndim() > 0 && coefficient.ndim() == 0;
    if (!in_place) {
      y = add(multiply(y, x), coefficient);
      continue;
    }
    multiply(y, x, {.out = y});
    add(y, coefficient, {.out = y});
  }
  return y;
}

ndarray polyadd(const ndarray& first, const ndarray& second) {
  const auto [a, b] = aligned(first, second);
  return add(a, b);
}
ndarray polysub(const ndarray& first, const ndarray& second) {
  const auto [a, b] = aligned(first, second);
  return subtract(a, b);
}
ndarray polymul(const ndarray& a, const ndarray& b) {
  return convolve(without_leading_zeros(a), without_leading_zeros(b));
}

namespace {

// The remainder without the leading coefficients that are 0 but for rounding; the last one stays.
ndarray shortened(const ndarray& p) {
  const std::vector<double> sizes = absolute(p).to_vector<double>();
  std::size_t first = 0;
  while (first + 1 < sizes.size() && sizes[first] <= 1e-8) ++first;
  return part(p, static_cast<std::int64_t>(first));
}

}  // namespace

std::pair<ndarray, ndarray> polydiv(const ndarray& dividend, const ndarray& divisor) {
  const ndarray u = add(as_vector(dividend), 0.0), v = add(as_vector(beside(divisor, dividend)), 0.0);
  const ndarray lead = select_index(v, 0, 0);
  const dtype type = promote_types(select_index(u, 0, 0).dtype(), lead.dtype());
  const std::int64_t n = v.size(), steps = u.size() - n + 1;
  const ndarray quotient = filled({std::max<std::int64_t>(steps, 1)}, 0, type, u.device());
  const ndarray rest = astype(u, type), scale = divide(1.0, lead);
  for (std::int64_t k = 0; k < steps; ++k) {
    const ndarray factor = part(quotient, k, k + 1), target = part(rest, k, k + n);
    multiply(scale, part(rest, k, k + 1), {.out = factor});
    subtract(target, multiply(factor, v), {.out = target});
  }
  return {quotient, shortened(rest)};
}

ndarray polyder(const ndarray& given, int m) {
  if (m < 0) fail<value_error>("[polyder] Order of derivative must be positive (see polyint), got ", m);
  check_vector(given, "polyder");
  ndarray p = given;
  for (int i = 0; i < m; ++i) p = multiply(part(p, 0, -1), falling(p.shape(0) - 1, p.device()));
  return p;
}

ndarray polyint(const ndarray& given, int m, const std::optional<ndarray>& constants) {
  if (m < 0) fail<value_error>("[polyint] Order of integral must be positive (see polyder), got ", m);
  check_vector(given, "polyint");
  const ndarray k = constants ? beside(as_vector(*constants), given) : zeros({m}, {.device = given.device()});
  const bool one_for_all = k.size() == 1 && m > 1;
  if (!one_for_all && k.shape(0) < m)
    fail<value_error>("[polyint] k must be a scalar or a rank-1 array of length 1 or >m., got shape ",
                      to_string(k.shape()));
  ndarray p = given;
  for (int i = 0; i < m; ++i) {
    const ndarray constant =
        one_for_all ? as_type(k, promote_types(k.dtype(), dtype::float64)) : part(k, i, i + 1);
    p = concatenate({divide(p, falling(p.shape(0), p.device())), constant});
  }
  return p;
}

// ---- roots ----

namespace {

// The dtype in which the product of the roots' factors is made.
dtype factor_dtype(dtype t) { return t == dtype::float32 || is_complex(t) ? t : dtype::float64; }

// Does each complex root stand beside its conjugate?
bool comes_in_pairs(const ndarray& roots) {
  const ndarray host = to_device(roots, cpu);
  return truth(all(equal(sort(host), sort(conjugate(host)))));
}

}  // namespace

ndarray poly(const ndarray& given) {
  ndarray zeros = as_vector(given);
  if (zeros.ndim() == 2 && zeros.shape()[0] == zeros.shape()[1] && zeros.shape()[0] != 0)
    zeros = linalg::eigvals(zeros);
  if (zeros.ndim() != 1)
    fail<value_error>("[poly] input must be 1d or non-empty square 2d array., got shape ",
                      to_string(given.shape()));
  const device d = given.device();
  if (zeros.size() == 0) return as_scalar(full0(1.0, dtype::float64, d));
  zeros = as_type(zeros, factor_dtype(zeros.dtype()));
  const ndarray one = ones({1}, {.dtype = zeros.dtype(), .device = d});
  ndarray product = one;
  for (std::int64_t i = 0; i < zeros.size(); ++i)
    product = convolve(product, concatenate({one, negative(part(zeros, i, i + 1))}));
  if (is_complex(zeros.dtype()) && comes_in_pairs(zeros)) return copy(part_of_complex(product, false));
  return product;
}

ndarray roots(const ndarray& given) {
  ndarray p = as_vector(given);
  const device d = p.device();
  if (p.ndim() != 1)
    fail<value_error>("[roots] Input must be a rank-1 array, got shape ", to_string(p.shape()));
  const ndarray used = flatnonzero(p);
  if (used.size() == 0) return empty({0}, dtype::float64, d);
  const auto first = select_index(used, 0, 0).item<std::int64_t>(),
             last = select_index(used, 0, -1).item<std::int64_t>(), at_origin = p.size() - last - 1;
  p = part(p, first, last + 1);
  p = as_type(p, inexact_of(p.dtype()));
  const std::int64_t n = p.size() - 1;
  if (n == 0) return zeros({at_origin}, {.device = d});
  const ndarray companion = eye(n, n, -1, {.dtype = p.dtype(), .device = d});
  copy_into(select_index(companion, 0, 0), divide(negative(part(p, 1)), select_index(p, 0, 0)));
  const ndarray found = linalg::eigvals(companion);
  return concatenate({found, zeros({at_origin}, {.dtype = found.dtype(), .device = d})});
}

// ---- least squares ----

namespace {

double precision_of(dtype t) {
  switch (t) {
    case dtype::float16: return 0x1p-10;
    case dtype::float32:
    case dtype::complex64: return 0x1p-23;
    default: return 0x1p-52;
  }
}

// A factor for each row.
ndarray over_rows(const ndarray& factors, const ndarray& a) {
  return a.ndim() == 1 ? factors : expand_dims(factors, 1);
}

ndarray column_lengths(const ndarray& columns, bool zero_columns) {
  if (!zero_columns) return sqrt(sum(multiply(columns, columns), {.axis = 0}));
  const ndarray sizes = is_complex(columns.dtype()) ? absolute(columns) : columns;
  const ndarray lengths = sqrt(sum(multiply(sizes, sizes), {.axis = 0}));
  return where(equal(lengths, 0), 1, lengths);
}

/// NumPy's polyfit multiplies in place, which keeps the dtype and refuses complex weights of real points; its
/// polynomial classes do not.
ndarray weighted(const ndarray& values, const ndarray& w, bool in_place) {
  const ndarray factors = over_rows(w, values);
  return in_place ? multiply(values, factors, {.out = values}) : multiply(values, factors);
}

}  // namespace

column_fit fit_columns(const ndarray& given, const ndarray& values, const column_fit_options& options) {
  ndarray columns = given, y = values;
  if (options.weights) {
    const ndarray w = add(beside(*options.weights, given), 0.0);
    if (w.ndim() != 1)
      fail<type_error>("[polyfit] expected a 1-d array for weights, got shape ", to_string(w.shape()));
    if (w.size() != y.shape(0))
      fail<type_error>("[polyfit] expected w and y to have the same length, got ", w.size(), " and ",
                       y.shape(0));
    columns = weighted(columns, w, !options.zero_columns);
    y = weighted(y, w, !options.zero_columns);
  }
  column_fit fit;
  fit.rcond =
      options.rcond ? *options.rcond : static_cast<double>(given.shape(0)) * precision_of(columns.dtype());
  fit.scale = column_lengths(columns, options.zero_columns);
  fit.columns = divide(columns, fit.scale);
  linalg::lstsq_result solved = linalg::lstsq(fit.columns, y, fit.rcond);
  fit.coefficients = divide(solved.x, over_rows(fit.scale, solved.x));
  fit.residuals = solved.residuals, fit.rank = solved.rank, fit.s = solved.s;
  return fit;
}

namespace {

void check_points(const ndarray& x, const ndarray& y, int deg) {
  if (deg < 0) fail<value_error>("[polyfit] expected deg >= 0, got ", deg);
  if (x.ndim() != 1) fail<type_error>("[polyfit] expected 1D vector for x, got shape ", to_string(x.shape()));
  if (x.size() == 0) fail<type_error>("[polyfit] expected non-empty vector for x");
  if (y.ndim() != 1 && y.ndim() != 2)
    fail<type_error>("[polyfit] expected 1D or 2D array for y, got shape ", to_string(y.shape()));
  if (x.size() != y.shape()[0])
    fail<type_error>("[polyfit] expected x and y to have same length, got ", x.size(), " and ", y.shape()[0]);
}

ndarray covariance_of(const column_fit& fit, std::int64_t points, bool one_polynomial,
                      covariance_scale scale) {
  const ndarray products = matmul(transpose(fit.columns), fit.columns);
  ndarray spread = divide(linalg::inv(products), outer(fit.scale, fit.scale));
  if (!one_polynomial) spread = expand_dims(spread, 2);
  if (scale == covariance_scale::unscaled) return spread;
  const std::int64_t order = fit.columns.shape(1);
  if (points <= order)
    fail<value_error>(
        "[polyfit] the number of data points must exceed order to scale the covariance matrix: got ", points,
        " for order ", order);
  return multiply(spread, divide(fit.residuals, points - order));
}

}  // namespace

polyfit_result polyfit(const ndarray& given_x, const ndarray& given_y, int deg,
                       const polyfit_options& options) {
  const ndarray x = add(given_x, 0.0), y = add(beside(given_y, given_x), 0.0);
  check_points(x, y, deg);
  const double rcond = options.rcond.value_or(static_cast<double>(x.size()) * precision_of(x.dtype()));
  const column_fit fit = fit_columns(vander(x, deg + 1), y, {.weights = options.weights, .rcond = rcond});
  polyfit_result result{fit.coefficients, fit.residuals, fit.rank, fit.s, rcond, {}};
  if (options.covariance != covariance_scale::none)
    result.covariance = covariance_of(fit, x.size(), y.ndim() == 1, options.covariance);
  return result;
}

}  // namespace numloom
