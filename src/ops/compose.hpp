// SPDX-License-Identifier: BSD-3-Clause
/// Short words for functions that are composed of others: parts of vectors, assignment, tables of small
/// integers.
#pragma once

#include <complex>
#include <limits>
#include <optional>

#include "numloom/creation.hpp"
#include "numloom/indexing.hpp"
#include "numloom/manipulation.hpp"
#include "numloom/operators.hpp"
#include "numloom/reductions.hpp"
#include "numloom/sorting.hpp"
#include "numloom/ufunc_functions.hpp"
#include "ops/common.hpp"

namespace numloom::detail {

inline constexpr std::int64_t to_end = std::numeric_limits<std::int64_t>::max();

/// a[start:stop] along an axis; negative bounds count from the end.
inline ndarray part(const ndarray& a, std::int64_t start, std::int64_t stop = to_end, int axis = 0) {
  return slice_axis(a, axis, start, stop);
}
/// 0, 1, ... n - 1 as int64.
inline ndarray positions(std::int64_t n, device d) {
  return arange(0, n, 1, {.dtype = dtype::int64, .device = d});
}
/// A host value in every element.
inline std::complex<double> as_complex(const scalar& s) { return {s.real(), s.imag()}; }
inline ndarray filled(const shape_t& shape, const scalar& value, dtype type, device d) {
  ndarray made = empty(shape, type, d);
  fill_with(made, value);
  return made;
}
/// Only the true slices along the first axis; mask is a vector of bools.
inline ndarray keep(const ndarray& a, const ndarray& mask) { return compress(mask, a, 0); }
inline bool truth(const ndarray& a) { return a.item<bool>(); }
inline bool some(const ndarray& a) { return a.size() > 0 && truth(any(a)); }
/// The same elements in another dtype.
inline ndarray as_type(const ndarray& a, dtype type) {
  return astype(a, type, order::K, casting::unsafe, false);
}
/// On the device of another array, in its own dtype.
inline ndarray beside(const ndarray& a, const ndarray& other) { return to_device(a, other.device()); }
/// The dtype to which floating-point work on a brings it.
inline dtype inexact_of(dtype t) { return is_inexact(t) ? t : dtype::float64; }
/// f(piece) for the pieces of a vector, one after another, joined: what f makes on its way takes a piece's
/// room. A piece is long enough for all threads of the CPU, and for a GPU.
template <class F> ndarray piece_by_piece(const ndarray& vector, dtype type, F&& f) {
  const std::int64_t length = std::int64_t{1} << (vector.device().is_cpu() ? 18 : 23);
  if (vector.size() <= length) return as_type(f(vector), type);
  const ndarray whole = empty({vector.size()}, type, vector.device());
  for (std::int64_t start = 0; start < vector.size(); start += length)
    copyto(part(whole, start, start + length), f(part(vector, start, start + length)), casting::unsafe);
  return whole;
}
/// Result to the array the caller gave, if any; else a scalar where no axis is left.
ndarray hand_over(ndarray result, const std::optional<ndarray>& out, std::string_view operation,
                  casting rule = casting::unsafe);

/// The real or imaginary parts of a complex array: a view.
ndarray part_of_complex(const ndarray& a, bool imaginary);

/// The greatest number of an integer dtype, as far as int64 reaches; 1 for bool.
inline std::int64_t greatest_integer(dtype t) {
  const int bits = t == dtype::bool_ ? 1 : 8 * itemsize(t) - (kind_of(t) == 'i' ? 1 : 0);
  return bits > 62 ? to_end : (std::int64_t{1} << bits) - 1;
}

/// Integers that lie close together: least value and how many values there are up to the greatest.
struct narrow_range {
  std::int64_t low = 0;
  std::int64_t bins = 0;
};
/// The range of an array of integers or bools when a table of it takes no more than `limit` entries.
std::optional<narrow_range> find_narrow_range(const ndarray& a, std::int64_t limit);
/// a - low as contiguous int64, flattened.
ndarray offsets_from(const ndarray& a, std::int64_t low);
/// How often each of 0 ... bins - 1 occurs in a contiguous int64 vector; sums of weights (float64) if given.
ndarray count_values(const ndarray& values, std::int64_t bins, const ndarray* weights = nullptr);
/// How often each of low ... low + bins - 1 occurs among integers that all lie there.
ndarray count_integers(const ndarray& a, const narrow_range& range);

}  // namespace numloom::detail
