// SPDX-License-Identifier: BSD-3-Clause
// Other shapes over the same elements: views wherever the strides allow.
#include "numloom/manipulation.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "ops/common.hpp"

namespace numloom {

using namespace detail;

namespace {

std::string wanted_text(const shape_t& shape) {
  // NumPy leaves out leading extents that were to be found, and calls the others newaxis.
  if (std::find(shape.begin(), shape.end(), -1) == shape.end()) return compact(shape);
  std::string text;
  for (std::int64_t extent : shape)
    if (extent >= 0 || !text.empty())
      text += (text.empty() ? "(" : ",") + (extent < 0 ? std::string("newaxis") : std::to_string(extent));
  return text + ")";
}

[[noreturn]] void fail_reshape(const ndarray& a, const shape_t& shape) {
  fail<value_error>("[reshape] cannot reshape array of size ", a.size(), " into shape ", wanted_text(shape));
}

// The shape with its -1 (any negative number) filled in.
shape_t resolve_shape(const ndarray& a, const shape_t& shape) {
  int open = -1;
  std::int64_t known = 1;
  bool overflow = false;
  for (int d = 0; d < shape.size(); ++d) {
    if (shape[d] >= 0) {
      overflow |= __builtin_mul_overflow(known, shape[d], &known);
    } else if (open >= 0) {
      fail<value_error>("[reshape] can only specify one unknown dimension");
    } else {
      open = d;
    }
  }
  if (open < 0) {
    if (overflow || known != a.size()) fail_reshape(a, shape);
    return shape;
  }
  if (overflow || known == 0 || a.size() % known != 0) fail_reshape(a, shape);
  shape_t full = shape;
  full[open] = a.size() / known;
  return full;
}

// Strides of a's elements seen in another shape, read in C order; false if no strides can express it.
bool regroup(const shape_t& from, const dims& steps, const shape_t& to, int itemsize, dims& out) {
  shape_t extents;
  dims strides;
  for (int d = 0; d < from.size(); ++d)
    if (from[d] != 1) {
      extents.push_back(from[d]);
      strides.push_back(steps[d]);
    }
  const int n = extents.size(), m = to.size();
  int i = 0, j = 0;
  std::int64_t last = itemsize;
  while (i < n && j < m) {
    // The smallest groups of neighbours on both sides with equally many elements.
    int i_end = i + 1, j_end = j + 1;
    std::int64_t old_size = extents[i], new_size = to[j];
    while (old_size != new_size)
      if (new_size < old_size)
        new_size *= to[j_end++];
      else
        old_size *= extents[i_end++];
    for (int d = i; d + 1 < i_end; ++d)
      if (strides[d] != strides[d + 1] * extents[d + 1]) return false;
    out[j_end - 1] = strides[i_end - 1];
    for (int d = j_end - 1; d > j; --d) out[d - 1] = out[d] * to[d];
    i = i_end;
    j = j_end;
    last = out[j - 1];
  }
  for (; j < m; ++j) out[j] = last;  // extents of 1 at the end
  return true;
}

shape_t reversed(const dims& list) {
  shape_t back = list;
  std::reverse(back.begin(), back.end());
  return back;
}

bool regroup_f(const ndarray& a, const shape_t& to, dims& out) {
  dims back(to.size());
  if (!regroup(reversed(a.shape()), reversed(a.strides()), reversed(to), a.itemsize(), back)) return false;
  out = reversed(back);
  return true;
}

}  // namespace

ndarray reshape(const ndarray& a, const shape_t& shape, order reading, std::optional<bool> copy) {
  if (reading == order::K) fail<value_error>("[reshape] order 'K' is not permitted for reshaping");
  const shape_t full = resolve_shape(a, shape);
  if (reading == order::A) reading = a.is_f_contiguous() && !a.is_c_contiguous() ? order::F : order::C;
  if (!copy.value_or(false)) {
    if (reading == order::C && a.is_c_contiguous())
      return a.view(full, contiguous_strides(full, a.itemsize()));
    dims strides(full.size());
    if (a.size() == 0) return a.view(full, contiguous_strides(full, a.itemsize(), reading));
    if (reading == order::C ? regroup(a.shape(), a.strides(), full, a.itemsize(), strides)
                            : regroup_f(a, full, strides))
      return a.view(full, strides);
    if (copy) fail<value_error>("[reshape] Unable to avoid creating a copy while reshaping.");
  }
  const ndarray made = numloom::copy(a, reading);
  return made.view(full, contiguous_strides(full, a.itemsize(), reading));
}

namespace {

// Axes by stride, largest first: how the elements lie in memory. An insertion sort, as NumPy's iterator has
// it: an axis along which nothing moves (stride 0, length 1) is neither larger nor smaller than another and
// stays.
inline_vector<int, 6> axes_by_stride(const ndarray& a) {
  const auto step = [&](int axis) { return a.shape()[axis] == 1 ? 0 : std::abs(a.strides()[axis]); };
  inline_vector<int, 6> list(a.ndim());
  std::iota(list.begin(), list.end(), 0);
  for (int next = a.ndim() - 2; next >= 0; --next) {
    const int axis = list[next];
    int place = next;
    for (int k = next + 1; k < a.ndim() && step(axis) != 0; ++k) {
      if (step(list[k]) == 0) continue;
      if (step(list[k]) <= step(axis)) break;
      place = k;
    }
    std::rotate(list.begin() + next, list.begin() + next + 1, list.begin() + place + 1);
  }
  return list;
}

}  // namespace

ndarray ravel(const ndarray& a, order reading) {
  if (reading == order::A) reading = a.is_f_contiguous() && !a.is_c_contiguous() ? order::F : order::C;
  if (reading != order::K) {
    if (a.ndim() == 1 && a.is_c_contiguous()) return a.view(a.shape(), a.strides());
    const bool ordered = reading == order::C ? a.is_c_contiguous() : a.is_f_contiguous();
    const ndarray source = ordered ? a : copy(a, reading);
    return source.view({a.size()}, {static_cast<std::int64_t>(a.itemsize())});
  }
  const ndarray laid_out = transpose(a, axes_by_stride(a));
  const ndarray source = laid_out.is_c_contiguous() ? laid_out : copy(laid_out, order::C);
  return source.view({a.size()}, {static_cast<std::int64_t>(a.itemsize())});
}

ndarray flatten(const ndarray& a, order reading) {
  const ndarray flat = ravel(a, reading);
  return flat.bytes() == a.bytes() ? copy(flat) : flat;
}

ndarray transpose(const ndarray& a, const axes& permutation) {
  const int n = a.ndim();
  if (permutation.all()) {
    shape_t shape(n);
    dims strides(n);
    for (int d = 0; d < n; ++d) {
      shape[d] = a.shape()[n - 1 - d];
      strides[d] = a.strides()[n - 1 - d];
    }
    return a.view(std::move(shape), std::move(strides));
  }
  const auto& list = permutation.list();
  if (list.size() != n) fail<value_error>("[transpose] axes don't match array");
  shape_t shape(n);
  dims strides(n);
  std::uint64_t seen = 0;
  for (int d = 0; d < n; ++d) {
    const int from = normalize_axis(list[d], n, "transpose");
    if (seen >> from & 1u) fail<value_error>("[transpose] repeated axis in transpose");
    seen |= std::uint64_t{1} << from;
    shape[d] = a.shape()[from];
    strides[d] = a.strides()[from];
  }
  return a.view(std::move(shape), std::move(strides));
}

ndarray swapaxes(const ndarray& a, int axis1, int axis2) {
  const int x = normalize_axis(axis1, a.ndim(), "swapaxes"), y = normalize_axis(axis2, a.ndim(), "swapaxes");
  shape_t shape = a.shape();
  dims strides = a.strides();
  std::swap(shape[x], shape[y]);
  std::swap(strides[x], strides[y]);
  return a.view(std::move(shape), std::move(strides));
}

ndarray detail::move_axis(const ndarray& a, int from, int to) {
  shape_t shape = a.shape();
  dims strides = a.strides();
  shape.erase(from);
  strides.erase(from);
  shape.insert(to, a.shape()[from]);
  strides.insert(to, a.strides()[from]);
  return a.view(std::move(shape), std::move(strides));
}

namespace {

inline_vector<int, 6> distinct_axes(const inline_vector<int, 6>& list, int ndim, std::string_view operation,
                                    std::string_view argument) {
  inline_vector<int, 6> found;
  bool repeated = false;
  for (int axis : list) {
    if (axis < -ndim || axis >= ndim)
      throw axis_error(as_text("[", operation, "] ", argument, argument.empty() ? "" : ": ", "axis ", axis,
                               " is out of bounds for array of dimension ", ndim),
                       axis, ndim);
    const int a = axis < 0 ? axis + ndim : axis;
    repeated |= std::find(found.begin(), found.end(), a) != found.end();
    found.push_back(a);
  }
  if (repeated && !argument.empty())
    fail<value_error>("[", operation, "] repeated axis in `", argument, "` argument");
  if (repeated)
    fail<value_error>("[", operation,
                      operation == "squeeze" ? "] duplicate value in 'axis'" : "] repeated axis");
  return found;
}

}  // namespace

ndarray moveaxis(const ndarray& a, const axes& source, const axes& destination) {
  const int n = a.ndim();
  const auto from = distinct_axes(source.list(), n, "moveaxis", "source");
  const auto to = distinct_axes(destination.list(), n, "moveaxis", "destination");
  if (from.size() != to.size())
    fail<value_error>(
        "[moveaxis] `source` and `destination` arguments must have the same number of elements");
  inline_vector<int, 6> permutation(n, -1);
  for (int k = 0; k < from.size(); ++k) permutation[to[k]] = from[k];
  int next = 0;
  for (int d = 0; d < n; ++d) {
    if (permutation[d] >= 0) continue;
    while (std::find(from.begin(), from.end(), next) != from.end()) ++next;
    permutation[d] = next++;
  }
  return transpose(a, permutation);
}

ndarray squeeze(const ndarray& a, const axes& axis) {
  std::uint64_t drop = 0;
  const auto is_first = [](int d) { return d == 0 || d == -1; };
  if (a.ndim() == 0 && !axis.all() && axis.list().size() == 1 && is_first(axis.list()[0]))
    return a;  // as NumPy has it: an axis that is not there
  if (axis.all()) {
    for (int d = 0; d < a.ndim(); ++d)
      if (a.shape()[d] == 1) drop |= std::uint64_t{1} << d;
  } else {
    for (int d : distinct_axes(axis.list(), a.ndim(), "squeeze", "")) {
      if (a.shape()[d] != 1)
        fail<value_error>("[squeeze] cannot select an axis to squeeze out which has size not equal to one");
      drop |= std::uint64_t{1} << d;
    }
  }
  shape_t shape;
  dims strides;
  for (int d = 0; d < a.ndim(); ++d) {
    if (drop >> d & 1u) continue;
    shape.push_back(a.shape()[d]);
    strides.push_back(a.strides()[d]);
  }
  return a.view(std::move(shape), std::move(strides));
}

ndarray expand_dims(const ndarray& a, const axes& axis) {
  const int n = a.ndim() + axis.list().size();
  if (n > max_dims)
    fail<value_error>("[expand_dims] maximum supported dimension for an ndarray is ", max_dims, ", found ",
                      n);
  const auto places = distinct_axes(axis.list(), n, "expand_dims", "");
  std::uint64_t is_new = 0;
  for (int d : places) is_new |= std::uint64_t{1} << d;
  shape_t shape(n, 1);
  dims strides(n, 0);
  for (int d = 0, from = 0; d < n; ++d) {
    if (is_new >> d & 1u) continue;
    shape[d] = a.shape()[from];
    strides[d] = a.strides()[from++];
  }
  return a.view(std::move(shape), std::move(strides));
}

ndarray flip(const ndarray& a, const axes& axis) {
  shape_t shape = a.shape();
  dims strides = a.strides();
  std::int64_t offset = 0;
  const auto turn = [&](int d) {
    offset += (shape[d] > 0 ? shape[d] - 1 : 0) * strides[d];
    strides[d] = -strides[d];
  };
  if (axis.all())
    for (int d = 0; d < a.ndim(); ++d) turn(d);
  else
    for (int d : distinct_axes(axis.list(), a.ndim(), "flip", "")) turn(d);
  return a.view(std::move(shape), std::move(strides), offset);
}

ndarray flipud(const ndarray& a) {
  if (a.ndim() < 1) fail<value_error>("[flipud] Input must be >= 1-d.");
  return flip(a, 0);
}
ndarray fliplr(const ndarray& a) {
  if (a.ndim() < 2) fail<value_error>("[fliplr] Input must be >= 2-d.");
  return flip(a, 1);
}

ndarray rot90(const ndarray& a, std::int64_t k, int axis1, int axis2) {
  const int n = a.ndim();
  if (axis1 == axis2 || std::abs(axis1 - axis2) == n) fail<value_error>("[rot90] Axes must be different.");
  if (axis1 < -n || axis1 >= n || axis2 < -n || axis2 >= n)
    fail<value_error>("[rot90] Axes=(", axis1, ", ", axis2, ") out of range for array of ndim=", n, ".");
  switch (((k % 4) + 4) % 4) {
    case 1: return swapaxes(flip(a, axis2), axis1, axis2);
    case 2: return flip(flip(a, axis1), axis2);
    case 3: return flip(swapaxes(a, axis1, axis2), axis2);
    default: return a.view(a.shape(), a.strides());
  }
}

std::vector<ndarray> broadcast_arrays(const std::vector<ndarray>& arrays) {
  shape_t shape;
  for (const ndarray& a : arrays) shape = broadcast_shapes(shape, a.shape());
  std::vector<ndarray> views;
  for (const ndarray& a : arrays) views.push_back(a.shape() == shape ? a : broadcast_to(a, shape));
  return views;
}

ndarray rollaxis(const ndarray& a, int axis, int start) {
  const int n = a.ndim(), from = normalize_axis(axis, n, "rollaxis");
  const int to = start < 0 ? start + n : start;
  if (to < 0 || to > n)
    throw axis_error(
        as_text("'start' arg requires ", -n, " <= start < ", n + 1, ", but ", start, " was passed in"), 0, n);
  return move_axis(a, from, from < to ? to - 1 : to);
}

ndarray matrix_transpose(const ndarray& a) {
  if (a.ndim() < 2)
    fail<value_error>("[matrix_transpose] Input array must be at least 2-dimensional, but it is ", a.ndim());
  return swapaxes(a, -1, -2);
}

ndarray atleast_1d(const ndarray& a) { return a.ndim() == 0 ? reshape(a, {1}) : a; }
ndarray atleast_2d(const ndarray& a) {
  if (a.ndim() == 0) return reshape(a, {1, 1});
  return a.ndim() == 1 ? expand_dims(a, 0) : a;
}
ndarray atleast_3d(const ndarray& a) {
  if (a.ndim() == 0) return reshape(a, {1, 1, 1});
  return a.ndim() < 3 ? expand_dims(atleast_2d(a), -1) : a;
}

ndarray detail::diagonal_view(const ndarray& a, std::int64_t offset, int axis1, int axis2) {
  const std::int64_t rows = a.shape()[axis1], columns = a.shape()[axis2];
  const std::int64_t skip_rows = offset < 0 ? -std::max(offset, -rows) : 0,
                     skip_columns = offset > 0 ? std::min(offset, columns) : 0;
  const std::int64_t length = std::min(rows - skip_rows, columns - skip_columns);
  shape_t shape;
  dims strides;
  for (int d = 0; d < a.ndim(); ++d) {
    if (d == axis1 || d == axis2) continue;
    shape.push_back(a.shape()[d]);
    strides.push_back(a.strides()[d]);
  }
  shape.push_back(length);
  strides.push_back(a.strides()[axis1] + a.strides()[axis2]);
  const std::int64_t start = skip_rows * a.strides()[axis1] + skip_columns * a.strides()[axis2];
  return a.view(std::move(shape), std::move(strides), length > 0 ? start : 0);
}

ndarray diagonal(const ndarray& a, std::int64_t offset, int axis1, int axis2) {
  if (a.ndim() < 2) fail<value_error>("[diagonal] diag requires an array of at least two dimensions");
  const int x = normalize_axis(axis1, a.ndim(), "diagonal"), y = normalize_axis(axis2, a.ndim(), "diagonal");
  if (x == y) fail<value_error>("[diagonal] axis1 and axis2 cannot be the same");
  ndarray seen = diagonal_view(a, offset, x, y);
  seen.set_writeable(false);
  return seen;
}

namespace {

// One axis after another: the tail of the source to the head of the target, the head to the tail.
void roll_axes(const shape_t& shape, const dims& shift, int axis, const ndarray& to, const ndarray& from) {
  if (axis == shift.size()) return copy_into(to, from);
  const std::int64_t n = shape[axis], by = shift[axis];
  const auto part = [&](const ndarray& a, std::int64_t first, std::int64_t count) {
    shape_t extents = a.shape();
    extents[axis] = count;
    return a.view(extents, a.strides(), first * a.strides()[axis]);
  };
  if (by == 0) return roll_axes(shape, shift, axis + 1, to, from);
  roll_axes(shape, shift, axis + 1, part(to, by, n - by), part(from, 0, n - by));
  roll_axes(shape, shift, axis + 1, part(to, 0, by), part(from, n - by, by));
}

}  // namespace

ndarray roll(const ndarray& a, const std::vector<std::int64_t>& shift, const axes& axis) {
  if (axis.all()) {
    std::int64_t total = 0;
    for (std::int64_t s : shift) total += s;
    if (a.ndim() == 1) return roll(a, std::vector{total}, 0);
    return reshape(roll(ravel(a), std::vector{total}, 0), a.shape());
  }
  const auto& list = axis.list();
  if (shift.size() != 1 && list.size() != 1 && shift.size() != static_cast<std::size_t>(list.size()))
    fail<value_error>("[roll] 'shift' and 'axis' should be scalars or 1D sequences of one length, got ",
                      shift.size(), " shifts and ", list.size(), " axes");
  if (list.empty()) return copy(a);
  dims total(a.ndim(), 0);
  const std::size_t pairs = std::max(shift.size(), static_cast<std::size_t>(list.size()));
  for (std::size_t k = 0; k < pairs; ++k) {
    const int d = normalize_axis(list[list.size() == 1 ? 0 : static_cast<int>(k)], a.ndim(), "roll");
    const std::int64_t n = std::max<std::int64_t>(a.shape()[d], 1);
    const std::int64_t by = shift[shift.size() == 1 ? 0 : k] % n;
    total[d] = ((total[d] + by) % n + n) % n;
  }
  ndarray made = empty_like(a);
  if (a.size() > 0) roll_axes(a.shape(), total, 0, made, a);
  return made;
}

}  // namespace numloom
