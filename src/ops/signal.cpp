// SPDX-License-Identifier: BSD-3-Clause
// Interpolation: a search and a few lookups. Correlation: a short kernel is shifted over the sequence and
// added up; a long one becomes a product of matrices, whose rows are overlapping pieces of the sequence.
#include "numloom/signal.hpp"

#include <algorithm>

#include "numloom/linalg.hpp"
#include "ops/compose.hpp"

namespace numloom {

using namespace detail;

ndarray interp(const ndarray& x, const ndarray& xp, const ndarray& fp, const std::optional<scalar>& left,
               const std::optional<scalar>& right) {
  if (xp.ndim() != 1 || fp.ndim() != 1) fail<value_error>("[interp] Data points must be 1-D sequences");
  const std::int64_t n = xp.size();
  if (n == 0) fail<value_error>("[interp] array of sample points is empty");
  if (n != fp.size())
    fail<value_error>("[interp] fp and xp are not of the same length: ", fp.size(), " and ", n);
  const dtype type = is_complex(fp.dtype()) ? dtype::complex128 : dtype::float64;
  const ndarray at = ravel(as_type(x, dtype::float64));
  const ndarray points = as_type(beside(xp, x), dtype::float64), values = as_type(beside(fp, x), type);
  const ndarray first = part(values, 0, 1), last = part(values, n - 1, n);
  const ndarray before = less(at, part(points, 0, 1)), after = greater(at, part(points, n - 1, n));
  ndarray result;
  if (n == 1) {
    result = where(isnan(at), at, broadcast_to(first, at.shape()));
  } else {
    const ndarray bin = subtract(searchsorted(points, at, true), 1);
    const ndarray slope = divide(subtract(part(values, 1), part(values, 0, n - 1)),
                                 subtract(part(points, 1), part(points, 0, n - 1)));
    const auto pick = [&](const ndarray& from) { return take(from, bin, 0, "clip"); };
    const ndarray x0 = pick(points), y0 = pick(values), s = pick(slope);
    result = add(multiply(s, subtract(at, x0)), y0);
    if (!x.device().is_cpu() || some(isnan(result))) {
      // As NumPy: from the other side where one side has no answer, and the value itself on a point.
      const auto pick_next = [&](const ndarray& from) { return take(part(from, 1), bin, 0, "clip"); };
      const ndarray y1 = pick_next(values);
      const ndarray other = add(multiply(s, subtract(at, pick_next(points))), y1);
      const ndarray either = where(isnan(other), where(equal(y0, y1), y0, other), other);
      result = where(isnan(result), either, result);
      result = where(isnan(at), at, result);
    }
    result = where(equal(at, x0), y0, result);
  }
  result = left ? where(before, *left, result) : where(before, first, result);
  result = right ? where(after, *right, result) : where(after, last, result);
  return scalar_if_0d(reshape(as_type(result, type), x.shape()));
}

namespace {

constexpr std::int64_t short_kernel = 8;

// sum over k of a[i + k] * w[k], one term after the other, in pieces that stay in the cache.
ndarray shifted_sum(const ndarray& a, const ndarray& w, std::int64_t n) {
  constexpr std::int64_t piece = 1 << 16;
  const ndarray out = empty({n}, a.dtype(), a.device());
  const std::int64_t step = a.device().is_cpu() ? piece : n;
  for (std::int64_t start = 0; start < n; start += step) {
    const std::int64_t stop = std::min(n, start + step);
    const ndarray target = part(out, start, stop);
    multiply(part(a, start, stop), part(w, 0, 1), {.out = target});
    for (std::int64_t k = 1; k < w.size(); ++k)
      add(target, multiply(part(a, start + k, stop + k), part(w, k, k + 1)), {.out = target});
  }
  return out;
}

// The same as a product: rows are pieces of a that begin `width` apart, columns are the kernel shifted.
ndarray correlation_by_product(const ndarray& a, const ndarray& w, std::int64_t n) {
  const std::int64_t m = w.size(), width = std::max<std::int64_t>(m, 32), length = width + m - 1;
  const std::int64_t rows = (n + width - 1) / width, item = a.itemsize();
  const ndarray padded = filled({rows * width + m - 1}, 0, a.dtype(), a.device());
  copy_into(part(padded, 0, a.size()), a);
  const ndarray pieces = copy(padded.view({rows, length}, {width * item, item}), order::C);
  const ndarray zeros = filled({width - 1}, 0, w.dtype(), w.device());
  const ndarray line = concatenate({zeros, w, zeros});
  const ndarray shifted = copy(line.view({length, width}, {item, -item}, (width - 1) * item), order::C);
  return part(reshape(matmul(pieces, shifted), {rows * width}), 0, n);
}

// Zeros times infinity would spread NaN over a whole row of the product.
bool is_safe_in_product(const ndarray& a) { return !is_inexact(a.dtype()) || truth(all(isfinite(a))); }

// a is the longer one; w is not conjugated and stands as it is multiplied.
ndarray slide(const ndarray& a, const ndarray& w, overlap mode) {
  const std::int64_t m = w.size();
  const std::int64_t left = mode == overlap::valid ? 0 : mode == overlap::same ? m / 2 : m - 1;
  const std::int64_t right = mode == overlap::valid ? 0 : m - 1 - (mode == overlap::same ? left : 0);
  ndarray padded = ascontiguousarray(a);
  if (left + right > 0) {
    padded = empty({left + a.size() + right}, a.dtype(), a.device());
    fill_with(part(padded, 0, left), 0);
    copy_into(part(padded, left, left + a.size()), a);
    fill_with(part(padded, left + a.size()), 0);
  }
  const std::int64_t n = padded.size() - m + 1;
  const bool by_product = m > short_kernel && is_inexact(a.dtype()) && a.dtype() != dtype::float16 &&
                          is_safe_in_product(a) && is_safe_in_product(w);
  return by_product ? correlation_by_product(padded, ascontiguousarray(w), n) : shifted_sum(padded, w, n);
}

void check_sequences(const ndarray& a, const ndarray& v, const char* operation) {
  if (a.ndim() > 1 || v.ndim() > 1) fail<value_error>("[", operation, "] object too deep for desired array");
  if (a.size() == 0) fail<value_error>("[", operation, "] first array argument cannot be empty");
  if (v.size() == 0) fail<value_error>("[", operation, "] second array argument cannot be empty");
}

}  // namespace

ndarray correlate(const ndarray& given, const ndarray& other, overlap mode) {
  check_sequences(given, other, "correlate");
  const dtype type = promote_types(given.dtype(), other.dtype());
  const ndarray a = ravel(as_type(given, type)), v = ravel(as_type(beside(other, given), type));
  const ndarray w = is_complex(type) ? conjugate(v) : v;
  if (w.size() <= a.size()) return slide(a, w, mode);
  return copy(flip(slide(w, a, mode)), order::C);
}

ndarray convolve(const ndarray& given, const ndarray& other, overlap mode) {
  check_sequences(given, other, "convolve");
  const dtype type = promote_types(given.dtype(), other.dtype());
  ndarray a = ravel(as_type(given, type)), v = ravel(as_type(beside(other, given), type));
  if (v.size() > a.size()) std::swap(a, v);
  return slide(a, flip(v), mode);
}

}  // namespace numloom
