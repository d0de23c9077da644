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
  if (is_complex(fp.dtype())) {  // part by part: a product of complex numbers mixes infinities into NaN
    const auto part_of = [](const std::optional<scalar>& side, bool is_real) -> std::optional<scalar> {
      if (!side) return {};
      return scalar(is_real ? side->real() : side->imag());
    };
    const ndarray result = empty(x.shape(), dtype::complex128, x.device());
    copyto(part_of_complex(result, false),
           interp(x, xp, part_of_complex(fp, false), part_of(left, true), part_of(right, true)));
    copyto(part_of_complex(result, true),
           interp(x, xp, part_of_complex(fp, true), part_of(left, false), part_of(right, false)));
    return scalar_if_0d(result);
  }
  const dtype type = dtype::float64;
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

// Kernels up to this length are slid along the sequence, longer ones go through a product of matrices.
std::int64_t longest_slid(device d) { return d.is_cpu() ? 512 : 8; }

// Results of a correlation: how many, and how far the first one lies to the left of the sequence.
struct extent {
  std::int64_t length, left;
};

extent extent_of(std::int64_t n, std::int64_t m, overlap mode) {
  switch (mode) {
    case overlap::valid: return {n - m + 1, 0};
    case overlap::same: return {n, m / 2};
    default: return {n + m - 1, m - 1};
  }
}

// out[i] = sum over k of a[i + k - left] * w[k] where a has that element, one term after the other.
ndarray shifted_sum(const ndarray& a, const ndarray& w, extent results) {
  const ndarray out = filled({results.length}, 0, a.dtype(), a.device());
  for (std::int64_t k = 0; k < w.size(); ++k) {
    const std::int64_t start = std::max<std::int64_t>(0, results.left - k),
                       stop = std::min(results.length, a.size() + results.left - k),
                       from = start + k - results.left;
    if (start >= stop) continue;
    const ndarray target = part(out, start, stop);
    add(target, multiply(part(a, from, from + stop - start), part(w, k, k + 1)), {.out = target});
  }
  return out;
}

ndarray slid(const ndarray& a, const ndarray& w, extent results) {
  const ndarray out = empty({results.length}, a.dtype(), a.device());
  const correlate_call call{a.dtype(), out.data(access::write), results.length, a.data(access::read),
                            a.size(),  w.data(access::read),    w.size(),       results.left};
  return backend_for(a).correlate(call, stream_for(a)) ? out : shifted_sum(a, w, results);
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

// a with zeros on both sides.
ndarray padded(const ndarray& a, std::int64_t left, std::int64_t right) {
  if (left + right == 0) return a;
  const ndarray wide = empty({left + a.size() + right}, a.dtype(), a.device());
  fill_with(part(wide, 0, left), 0);
  copy_into(part(wide, left, left + a.size()), a);
  fill_with(part(wide, left + a.size()), 0);
  return wide;
}

// a is the longer one; w is not conjugated and stands as it is multiplied.
ndarray slide(const ndarray& given, const ndarray& kernel, overlap mode) {
  if (given.dtype() == dtype::float16) {  // summed in float32, as NumPy does
    const ndarray sums = slide(as_type(given, dtype::float32), as_type(kernel, dtype::float32), mode);
    return as_type(sums, dtype::float16);
  }
  const ndarray a = ascontiguousarray(given), w = ascontiguousarray(kernel);
  const std::int64_t n = a.size(), m = w.size();
  const extent results = extent_of(n, m, mode);
  const bool by_product =
      m > longest_slid(a.device()) && is_inexact(a.dtype()) && is_safe_in_product(a) && is_safe_in_product(w);
  if (!by_product) return slid(a, w, results);
  const ndarray wide = padded(a, results.left, results.length - n + m - 1 - results.left);
  return correlation_by_product(wide, w, results.length);
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
