// SPDX-License-Identifier: BSD-3-Clause
// Samples of several numbers. Rows are drawn on the CPU, one after another, and brought to the device; those
// of multivariate_normal are products on the device.
#include <algorithm>
#include <cmath>
#include <vector>

#include "numloom/creation.hpp"
#include "numloom/error.hpp"
#include "numloom/linalg.hpp"
#include "numloom/logic.hpp"
#include "numloom/manipulation.hpp"
#include "numloom/reductions.hpp"
#include "ops/random_draws.hpp"

namespace numloom::random {
namespace {

/// Values of an array, dense on the CPU.
ndarray dense(const ndarray& a, dtype type) { return ascontiguousarray(astype(to_device(a, cpu), type)); }
template <class T> const T* values(const ndarray& a) { return static_cast<const T*>(a.data(access::read)); }

/// The call that fills rows of k numbers.
random_call rows_call(distribution kind, stream_state& generator, const ndarray& out, std::int64_t k) {
  random_call call = call_for(kind, generator, out);
  call.rows = k > 0 ? out.size() / k : 0;
  call.n = k;
  return call;
}

shape_t with_last(shape_t shape, std::int64_t k) {
  shape.push_back(k);
  return shape;
}

/// Compensated (Kahan), as NumPy adds up probabilities.
double kahan_sum(const double* x, std::int64_t n) {
  if (n <= 0) return 0;
  double sum = x[0], lost = 0;
  for (std::int64_t i = 1; i < n; ++i) {
    const double y = x[i] - lost, t = sum + y;
    lost = (t - sum) - y;
    sum = t;
  }
  return sum;
}

void check_probabilities(const double* p, std::int64_t rows, std::int64_t k) {
  for (std::int64_t i = 0; i < rows * k; ++i)
    if (!(p[i] >= 0 && p[i] <= 1)) fail<value_error>("[multinomial] expected 0 <= pvals <= 1, got ", p[i]);
  for (std::int64_t r = 0; r < rows; ++r)
    if (const double sum = kahan_sum(p + r * k, k - 1); sum > 1.0 + 1e-12)
      fail<value_error>("[multinomial] expected sum(pvals[..., :-1]) <= 1, got ", sum);
}

/// Integers, on the CPU.
ndarray experiments(const array_like& n) {
  ndarray counts;
  if (n.array()) {
    const dtype type = n.array()->dtype();
    if ((type != dtype::bool_ && !is_integer(type)) || type == dtype::uint64)
      fail<type_error>("[multinomial] expected integers for n, got dtype ", type);
    counts = dense(*n.array(), dtype::int64);
  } else {
    counts = empty({}, dtype::int64, cpu);
    *static_cast<std::int64_t*>(counts.data(access::write)) =
        static_cast<std::int64_t>(real_number("multinomial", n.number()));
  }
  for (std::int64_t i = 0; i < counts.size(); ++i)
    if (values<std::int64_t>(counts)[i] < 0)
      fail<value_error>("[multinomial] expected n >= 0, got ", values<std::int64_t>(counts)[i]);
  return counts;
}

}  // namespace

ndarray generator::multinomial(const array_like& n, const ndarray& pvals, const sample_size& size) {
  const std::int64_t k = pvals.ndim() > 0 ? pvals.shape(-1) : 0;
  if (k == 0)
    fail<value_error>("[multinomial] expected pvals with a last dimension greater than 0, got shape ",
                      to_string(pvals.shape()));
  const ndarray p = dense(pvals, dtype::float64), counts = experiments(n);
  check_probabilities(values<double>(p), p.size() / k, k);
  shape_t rows_of_p = p.shape();
  rows_of_p.pop_back();
  const shape_t common = broadcast_shapes(counts.shape(), rows_of_p);
  const shape_t shape = size.value_or(common);
  if (size && broadcast_shapes(common, shape) != shape)
    fail<value_error>("[multinomial] expected a size compatible with ", to_string(common), ", got ",
                      to_string(shape));
  ndarray places = empty(rows_of_p, dtype::int64, cpu);
  for (std::int64_t i = 0; i < places.size(); ++i)
    static_cast<std::int64_t*>(places.data(access::write))[i] = i * k;
  const ndarray every_count = ascontiguousarray(broadcast_to(counts, shape));
  const ndarray every_place = ascontiguousarray(broadcast_to(places, shape));
  const ndarray out = zeros(with_last(shape, k), {.dtype = dtype::int64, .device = cpu});
  random_call call = rows_call(distribution::multinomial, state_, out, k);
  call.counts = values<std::int64_t>(every_count);
  call.places = values<std::int64_t>(every_place);
  call.weights = values<double>(p);
  walk(call);
  return to_device(out, current_device());
}

ndarray generator::dirichlet(const ndarray& alpha, const sample_size& size) {
  if (alpha.ndim() != 1)
    fail<value_error>("[dirichlet] expected alpha of one dimension, got shape ", to_string(alpha.shape()));
  const ndarray weights = dense(alpha, dtype::float64);
  for (std::int64_t i = 0; i < weights.size(); ++i)
    if (values<double>(weights)[i] < 0)
      fail<value_error>("[dirichlet] expected alpha >= 0, got ", values<double>(weights)[i]);
  const std::int64_t k = weights.size();
  const ndarray out = zeros(with_last(size.value_or(shape_t{}), k), {.dtype = dtype::float64, .device = cpu});
  random_call call = rows_call(distribution::dirichlet, state_, out, k);
  call.weights = values<double>(weights);
  walk(call);
  return to_device(out, current_device());
}

ndarray generator::multivariate_hypergeometric(const ndarray& colors, std::int64_t nsample,
                                               const sample_size& size, urn_method method) {
  if (colors.ndim() != 1 || (colors.size() > 0 && !is_integer(colors.dtype())))
    fail<value_error>(
        "[multivariate_hypergeometric] expected colors as integers of one dimension, got dtype ",
        colors.dtype(), ", shape ", to_string(colors.shape()));
  const ndarray counts = dense(colors, dtype::int64);
  const std::int64_t k = counts.size();
  std::int64_t total = 0;
  for (std::int64_t i = 0; i < k; ++i) {
    const std::int64_t count = values<std::int64_t>(counts)[i];
    if (count < 0 || __builtin_add_overflow(total, count, &total))
      fail<value_error>("[multivariate_hypergeometric] expected colors >= 0 with a sum below 2^63");
  }
  const std::int64_t most = method == urn_method::marginals ? 999999999 : std::int64_t{1} << 40;
  if (total > most)
    fail<value_error>("[multivariate_hypergeometric] expected a sum of colors up to ", most, ", got ", total);
  if (nsample < 0 || nsample > total)
    fail<value_error>("[multivariate_hypergeometric] expected 0 <= nsample <= ", total, ", got ", nsample);
  const ndarray out = zeros(with_last(size.value_or(shape_t{}), k), {.dtype = dtype::int64, .device = cpu});
  random_call call = rows_call(distribution::hypergeometric, state_, out, k);
  call.counts = values<std::int64_t>(counts);
  call.range = static_cast<std::uint64_t>(nsample);
  call.masked = method == urn_method::count;
  if (nsample > 0) walk(call);
  return to_device(out, current_device());
}

namespace {

using options_t = multivariate_normal_options;

void say_invalid(const options_t& options) {
  if (!options.invalid)
    fail<value_error>("[multivariate_normal] covariance is not symmetric positive-semidefinite");
  *options.invalid = true;
}

/// A with A A^T = cov, on the CPU.
ndarray factor(const ndarray& cov, const options_t& options) {
  if (options.method == covariance_factor::cholesky) return linalg::cholesky(cov);
  if (options.method == covariance_factor::eigh) {
    const linalg::eig_result e = linalg::eigh(cov);
    if (options.check_valid && any(call(ufunc::less, e.eigenvalues, -options.tol)).item<bool>())
      say_invalid(options);
    return call(ufunc::multiply, e.eigenvectors, call(ufunc::sqrt, call(ufunc::absolute, e.eigenvalues)));
  }
  const linalg::svd_result d = linalg::svd(cov);
  if (options.check_valid) {
    const ndarray again = matmul(call(ufunc::multiply, transpose(d.vh), d.s), d.vh);
    if (!allclose(again, cov, {.rtol = options.tol, .atol = options.tol})) say_invalid(options);
  }
  return call(ufunc::multiply, d.u, call(ufunc::sqrt, d.s));
}

}  // namespace

ndarray generator::multivariate_normal(const ndarray& mean, const ndarray& cov, const sample_size& size,
                                       const multivariate_normal_options& options) {
  for (const ndarray* a : {&mean, &cov})
    if (numloom::kind_of(a->dtype()) == 'c')
      fail<type_error>("[multivariate_normal] expected real mean and cov, got dtype ", a->dtype());
  if (mean.ndim() != 1 || cov.ndim() != 2 || cov.shape(0) != cov.shape(1) || mean.shape(0) != cov.shape(0))
    fail<value_error>("[multivariate_normal] expected mean (k) and cov (k, k), got shapes ",
                      to_string(mean.shape()), " and ", to_string(cov.shape()));
  const std::int64_t k = mean.shape(0);
  if (k == 0) fail<value_error>("[multivariate_normal] expected mean of at least one number, got none");
  const ndarray on_host = astype(to_device(cov, cpu), dtype::float64);
  const ndarray a = to_device(factor(on_host, options), current_device());  // may throw: nothing is drawn yet
  const shape_t shape = with_last(size.value_or(shape_t{}), k);
  const ndarray x = reshape(standard_normal(shape), {size_of(shape) / k, k});
  const ndarray moved = call(ufunc::add, to_device(mean, current_device()), matmul(x, transpose(a)));
  return reshape(moved, shape);
}

}  // namespace numloom::random
