// SPDX-License-Identifier: BSD-3-Clause
// Interpolation: a search and a few lookups. Correlation: a short kernel is shifted over the sequence and
// added up; a long one becomes a product of matrices, whose rows are overlapping pieces of the sequence.
// Windows and the functions of one variable beside them: chains of ufuncs.
#include "numloom/signal.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "numloom/linalg.hpp"
#include "ops/compose.hpp"

namespace numloom {

using namespace detail;

namespace {

void check_points(const ndarray& xp, const ndarray& fp) {
  if (xp.ndim() != 1 || fp.ndim() != 1) fail<value_error>("[interp] Data points must be 1-D sequences");
  if (xp.size() == 0) fail<value_error>("[interp] array of sample points is empty");
  if (xp.size() != fp.size())
    fail<value_error>("[interp] fp and xp are not of the same length: ", fp.size(), " and ", xp.size());
}

// All within one period and in order, with the neighbours of both ends.
ndarray interp_periodic(const ndarray& x, const ndarray& xp, const ndarray& fp, double period) {
  if (period == 0) fail<value_error>("[interp] period must be a non-zero value");
  const double p = std::abs(period);
  const ndarray at = remainder(as_type(x, dtype::float64), p);
  ndarray points = remainder(as_type(beside(xp, x), dtype::float64), p), values = beside(fp, x);
  const ndarray order = argsort(points);
  points = take(points, order), values = take(values, order);
  points = concatenate({subtract(part(points, -1), p), points, add(part(points, 0, 1), p)});
  return interp(at, points, concatenate({part(values, -1), values, part(values, 0, 1)}));
}

// Straight lines between points in order.
class line_pieces {
 public:
  line_pieces(const ndarray& xp, const ndarray& fp, const std::optional<scalar>& left,
              const std::optional<scalar>& right)
      : n_(xp.size()), points_(xp), values_(fp), left_(left), right_(right) {
    if (n_ > 1)
      slopes_ = divide(subtract(part(values_, 1), part(values_, 0, n_ - 1)),
                       subtract(part(points_, 1), part(points_, 0, n_ - 1)));
  }

  // The values at a vector of places.
  ndarray operator()(const ndarray& at) const {
    const ndarray first = part(values_, 0, 1), last = part(values_, n_ - 1, n_);
    if (at.size() == 0) return at;
    ndarray result = n_ == 1 ? broadcast_to(first, at.shape()) : between(at);
    const ndarray low = part(points_, 0, 1), high = part(points_, n_ - 1, n_);
    result = left_ ? where(less(at, low), *left_, result) : where(less(at, low), first, result);
    return right_ ? where(greater(at, high), *right_, result) : where(greater(at, high), last, result);
  }

 private:
  ndarray between(const ndarray& at) const {
    const ndarray bin = subtract(searchsorted(points_, at, true), 1);
    const auto pick = [&](const ndarray& from) { return take(from, bin, 0, "clip"); };
    const ndarray x0 = pick(points_), y0 = pick(values_), s = pick(slopes_);
    ndarray result = subtract(at, x0);
    multiply(s, result, {.out = result});
    add(result, y0, {.out = result});
    // As NumPy: from the other side where one side has no answer, and the value itself on a point.
    const auto pick_next = [&](const ndarray& from) { return take(part(from, 1), bin, 0, "clip"); };
    const ndarray y1 = pick_next(values_);
    const ndarray other = add(multiply(s, subtract(at, pick_next(points_))), y1);
    const ndarray either = where(isnan(other), where(equal(y0, y1), y0, other), other);
    result = where(isnan(result), either, result);
    result = where(isnan(at), at, result);
    return where(equal(at, x0), y0, result);
  }

  std::int64_t n_;
  ndarray points_, values_, slopes_;
  const std::optional<scalar>&left_, &right_;
};

// By the device's own loop, where it has one.
std::optional<ndarray> interp_natively(const ndarray& at, const ndarray& points, const ndarray& heights,
                                       const std::optional<scalar>& left,
                                       const std::optional<scalar>& right) {
  ndarray result = empty({at.size()}, dtype::float64, at.device());
  const auto numbers = [](const ndarray& a) { return static_cast<const double*>(a.data(access::read)); };
  interpolate_call call{static_cast<double*>(result.data(access::write)),
                        numbers(at),
                        at.size(),
                        numbers(points),
                        numbers(heights),
                        points.size(),
                        {},
                        {}};
  if (left) call.left = left->real();
  if (right) call.right = right->real();
  if (!backend_for(at).interpolate(call, stream_for(at))) return {};
  return result;
}

}  // namespace

ndarray interp(const array_like& at, const ndarray& xp, const ndarray& fp, const std::optional<scalar>& left,
               const std::optional<scalar>& right, const std::optional<double>& period) {
  check_points(xp, fp);
  const ndarray x = as_array(at, fp.device());
  if (period) return interp_periodic(x, xp, fp, *period);
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
  const ndarray places = ascontiguousarray(ravel(as_type(x, dtype::float64)));
  const ndarray points = ascontiguousarray(as_type(beside(xp, x), dtype::float64)),
                heights = ascontiguousarray(as_type(beside(fp, x), dtype::float64));
  if (const auto made = interp_natively(places, points, heights, left, right))
    return scalar_if_0d(reshape(*made, x.shape()));
  const line_pieces line(points, heights, left, right);
  const ndarray values =
      piece_by_piece(places, dtype::float64, [&](const ndarray& some_places) { return line(some_places); });
  return scalar_if_0d(reshape(values, x.shape()));
}

namespace {

// Kernels up to this length are slid along the sequence, longer ones go through a product of matrices.
std::int64_t longest_slid(device d) { return d.is_cpu() ? 8192 : 8; }

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

// The names are NumPy's for them.
void check_sequences(const ndarray& a, const ndarray& v, const char* operation, const char* first,
                     const char* second) {
  if (a.ndim() > 1 || v.ndim() > 1) fail<value_error>("[", operation, "] object too deep for desired array");
  if (a.size() == 0) fail<value_error>("[", operation, "] ", first, " cannot be empty");
  if (v.size() == 0) fail<value_error>("[", operation, "] ", second, " cannot be empty");
}

}  // namespace

ndarray correlate(const ndarray& given, const ndarray& other, overlap mode) {
  check_sequences(given, other, "correlate", "first array argument", "second array argument");
  if (given.ndim() == 0 || other.ndim() == 0)
    fail<value_error>("[correlate] object of too small depth for desired array");
  const dtype type = promote_types(given.dtype(), other.dtype());
  const ndarray a = ravel(as_type(given, type)), v = ravel(as_type(beside(other, given), type));
  const ndarray w = is_complex(type) ? conjugate(v) : v;
  if (w.size() <= a.size()) return slide(a, w, mode);
  return copy(flip(slide(w, a, mode)), order::C);
}

ndarray convolve(const ndarray& given, const ndarray& other, overlap mode) {
  check_sequences(given, other, "convolve", "a", "v");
  const dtype type = promote_types(given.dtype(), other.dtype());
  ndarray a = ravel(as_type(given, type)), v = ravel(as_type(beside(other, given), type));
  if (v.size() > a.size()) std::swap(a, v);
  return slide(a, flip(v), mode);
}

// ---- windows ----

namespace {

// What is made of the places 1 - M, 3 - M, ... M - 1.
template <class F> ndarray window(double M, F&& make) {
  if (!(M >= 1)) return empty({0});
  if (M == 1) return ones({1});
  return make(arange(1 - M, M, 2, {.dtype = dtype::float64}));
}
// cos(k pi n / (M - 1))
ndarray cosine(const ndarray& n, double M, double k) {
  return cos(divide(multiply(n, k * std::numbers::pi), M - 1));
}

}  // namespace

ndarray bartlett(double M) {
  return window(M, [&](const ndarray& n) {
    const ndarray slope = divide(n, M - 1);
    return where(less_equal(n, 0), add(1, slope), subtract(1, slope));
  });
}
ndarray blackman(double M) {
  return window(M, [&](const ndarray& n) {
    return add(add(multiply(cosine(n, M, 1), 0.5), 0.42), multiply(cosine(n, M, 2), 0.08));
  });
}
ndarray hamming(double M) {
  return window(M, [&](const ndarray& n) { return add(multiply(cosine(n, M, 1), 0.46), 0.54); });
}
ndarray hanning(double M) {
  return window(M, [&](const ndarray& n) { return add(multiply(cosine(n, M, 1), 0.5), 0.5); });
}
ndarray kaiser(double M, double beta) {
  if (M == 1) return ones({1});
  const double middle = (M - 1) / 2;
  const ndarray n = arange(0.0, M, 1.0);
  const ndarray share = divide(subtract(n, middle), middle);
  const ndarray arc = sqrt(subtract(1, multiply(share, share)));
  return divide(i0(multiply(arc, beta)), i0(full0(beta, dtype::float64, n.device())));
}

// ---- functions of one variable ----

namespace {

// What stands for 0 so that sin(x) / x is 1.
double tiny_argument(dtype t) {
  switch (t) {
    case dtype::float16: return 0x1p-10;
    case dtype::float32: return 0x1p-23;
    case dtype::float64: return 0x1p-52;
    default: return 1e-20;
  }
}

// Chebyshev coefficients, the highest first: of exp(-x) i0(x) on [0, 8] over x / 4 - 1, and of
// sqrt(x) exp(-x) i0(x) on [8, inf) over 16 / x - 1. Computed with 50 digits.
constexpr double near_zero[] = {
    -4.4153416464793395e-18, 3.3307945188222384e-17, -2.431279846547955e-16, 1.715391285555133e-15,
    -1.1685332877993451e-14, 7.676185498604936e-14,  -4.856446783111929e-13, 2.95505266312964e-12,
    -1.726826291441556e-11,  9.675809035373237e-11,  -5.189795601635263e-10, 2.6598237246823866e-09,
    -1.300025009986248e-08,  6.046995022541919e-08,  -2.670793853940612e-07, 1.1173875391201037e-06,
    -4.4167383584587505e-06, 1.6448448070728896e-05, -5.754195010082104e-05, 0.00018850288509584165,
    -0.0005763755745385824,  0.0016394756169413357,  -0.004324309995050576,  0.010546460394594998,
    -0.02373741480589947,    0.04930528423967071,    -0.09490109704804764,   0.17162090152220877,
    -0.3046826723431984,     0.6767952744094761};
constexpr double far_off[] = {
    -7.233180487874754e-18,  -4.830504485944182e-18,  4.46562142029676e-17,    3.461222867697461e-17,
    -2.8276239805165836e-16, -3.425485619677219e-16,  1.7725601330565263e-15,  3.8116806693526224e-15,
    -9.554846698828307e-15,  -4.150569347287222e-14,  1.54008621752141e-14,    3.8527783827421426e-13,
    7.180124451383666e-13,   -1.7941785315068062e-12, -1.3215811840447713e-11, -3.1499165279632416e-11,
    1.1889147107846439e-11,  4.94060238822497e-10,    3.3962320257083865e-09,  2.266668990498178e-08,
    2.0489185894690638e-07,  2.8913705208347567e-06,  6.889758346916825e-05,   0.0033691164782556943,
    0.8044904110141088};

void compute(ufunc f, const ndarray& a, const array_like& b, const ndarray& into) {
  const array_like operands[] = {a, b};
  call_into(f, operands, into);
}

// The sum of the series at t / 2, by Clenshaw's recurrence.
ndarray chebyshev_sum(const ndarray& t, std::span<const double> coefficients) {
  ndarray first = full_like(t, coefficients[0]), second = zeros_like(t), next = empty_like(t), third;
  for (const double coefficient : coefficients.subspan(1)) {
    third = second, second = first, first = next;
    compute(ufunc::multiply, t, second, first);
    compute(ufunc::subtract, first, third, first);
    compute(ufunc::add, first, coefficient, first);
    next = third;
  }
  return multiply(subtract(first, third), 0.5);
}

// Of numbers that are not negative.
ndarray bessel_of(const ndarray& x) {
  const ndarray is_near = less_equal(x, 8.0);
  const ndarray near = where(is_near, x, 0.0);
  ndarray inside = multiply(exp(near), chebyshev_sum(subtract(divide(near, 2.0), 2), near_zero));
  if (x.device().is_cpu() && truth(all(is_near))) return inside;  // what a GPU cannot tell without a wait
  const ndarray far = where(is_near, 8.0, x);
  const ndarray outside =
      divide(multiply(exp(far), chebyshev_sum(subtract(divide(32.0, far), 2.0), far_off)), sqrt(far));
  return where(is_near, inside, outside);
}

}  // namespace

ndarray sinc(const ndarray& x) {
  const ndarray angle = multiply(x, std::numbers::pi);
  const ndarray y = where(not_equal(angle, 0), angle, tiny_argument(angle.dtype()));
  return divide(sin(y), y);
}

ndarray i0(const ndarray& given) {
  if (is_complex(given.dtype())) fail<type_error>("[i0] i0 not supported for complex values");
  ndarray x = absolute(as_type(given, inexact_of(given.dtype())));
  if (x.size() == 0) return x;
  // More than a hundred passes: over pieces that stay in a CPU's cache.
  const std::int64_t piece = x.device().is_cpu() ? 1 << 13 : x.size();
  const ndarray result = empty_like(x);
  const ndarray flat = ravel(x, order::K), made = ravel(result, order::K);  // views: both are dense
  for (std::int64_t start = 0; start < x.size(); start += piece)
    copyto(part(made, start, start + piece), bessel_of(part(flat, start, start + piece)));
  return result;
}

}  // namespace numloom
