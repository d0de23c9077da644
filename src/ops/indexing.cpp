// SPDX-License-Identifier: BSD-3-Clause
// Basic indexing: integers, slices, newaxis and ellipsis give views. Positions by rule: grids, triangles,
// diagonals, flat positions.
#include "numloom/indexing.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "ops/compose.hpp"
#include "ops/index_plan.hpp"

namespace numloom {

using namespace detail;

void detail::fail_index(std::string_view operation, std::int64_t i, int axis, std::int64_t extent) {
  fail<index_error>("[", operation, "] index ", i, " is out of bounds for axis ", axis, " with size ",
                    extent);
}

slice_bounds detail::bounds_of(const slice& s, std::int64_t extent) {
  const std::int64_t step = s.step.value_or(1);
  constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max(),
                         low = std::numeric_limits<std::int64_t>::min();
  return bounds_of(s.start.value_or(step < 0 ? far : 0), s.stop.value_or(step < 0 ? low : far), step, extent);
}

slice_bounds detail::bounds_of(std::int64_t start, std::int64_t stop, std::int64_t step,
                               std::int64_t extent) {
  if (step == 0) fail<value_error>("[getitem] slice step cannot be zero");
  const std::int64_t lowest = step < 0 ? -1 : 0, highest = step < 0 ? extent - 1 : extent;
  const auto clip = [&](std::int64_t i) {
    if (i < 0) i += extent;
    return i < lowest ? lowest : i > highest ? highest : i;
  };
  start = clip(start);
  stop = clip(stop);
  std::int64_t count = 0;
  if (step > 0 && start < stop) count = (stop - start - 1) / step + 1;
  // Unsigned: -step has no int64 for the smallest one.
  if (step < 0 && stop < start)
    count = static_cast<std::int64_t>((static_cast<std::uint64_t>(start - stop) - 1) /
                                          (std::uint64_t{0} - static_cast<std::uint64_t>(step)) +
                                      1);
  return {start, step, count};
}

ndarray detail::element_copy(const ndarray& a, std::int64_t offset) {
  const ndarray made(allocate(static_cast<std::size_t>(a.itemsize()), a.device()), 0, a.dtype(), {}, {});
  const char* from = static_cast<const char*>(a.data(access::read)) + offset;
  backend_for(a).copy_from_host(made.data(access::write), from, static_cast<std::size_t>(a.itemsize()),
                                stream_for(a));
  return as_scalar(made);
}

ndarray select_index(const ndarray& a, int axis, std::int64_t i) {
  const int n = a.ndim();
  if (axis < 0 || axis >= n)
    fail<index_error>("[getitem] too many indices for array: array is ", n, "-dimensional, but ", axis + 1,
                      " were indexed");
  const std::int64_t extent = a.shape()[axis], at = i < 0 ? i + extent : i;
  if (at < 0 || at >= extent) fail_index("getitem", i, axis, extent);
  const std::int64_t offset = at * a.strides()[axis];
  if (n == 1) return element_copy(a, offset);
  shape_t shape;
  dims strides;
  for (int d = 0; d < n; ++d) {
    if (d == axis) continue;
    shape.push_back(a.shape()[d]);
    strides.push_back(a.strides()[d]);
  }
  return a.view(std::move(shape), std::move(strides), offset);
}

ndarray slice_axis(const ndarray& a, int axis, std::int64_t start, std::int64_t stop, std::int64_t step) {
  if (axis < 0 || axis >= a.ndim())
    fail<index_error>("[getitem] too many indices for array: array is ", a.ndim(), "-dimensional, but ",
                      axis + 1, " were indexed");
  const slice_bounds b = bounds_of(start, stop, step, a.shape()[axis]);
  shape_t shape = a.shape();
  dims strides = a.strides();
  const std::int64_t offset = b.count > 0 ? b.start * strides[axis] : 0;
  shape[axis] = b.count;
  strides[axis] = static_cast<std::int64_t>(static_cast<std::uint64_t>(strides[axis]) *
                                            static_cast<std::uint64_t>(b.step));
  return a.view(std::move(shape), std::move(strides), offset);
}

namespace {

bool is_array(const index_item& item) { return item.index() == 4; }

}  // namespace

int detail::dimensions_used(const index_item& item) {
  if (item.index() <= 1) return 1;
  if (!is_array(item)) return 0;
  const ndarray& a = std::get<ndarray>(item);
  return a.dtype() == dtype::bool_ ? a.ndim() : 1;
}

index_summary detail::summarise(const ndarray& a, index_list index) {
  index_summary s;
  for (const index_item& item : index) {
    s.used += dimensions_used(item);
    s.arrays |= is_array(item);
    s.integers_only &= item.index() == 0;
    if (std::holds_alternative<ellipsis_t>(item)) {
      if (s.ellipsis) fail<index_error>("[getitem] an index can only have a single ellipsis ('...')");
      s.ellipsis = true;
    }
  }
  if (s.used > a.ndim())
    fail<index_error>("[getitem] too many indices for array: array is ", a.ndim(), "-dimensional, but ",
                      s.used, " were indexed");
  return s;
}

namespace {

ndarray view_of(const ndarray& a, index_list index, const index_summary& summary) {
  shape_t shape;
  dims strides;
  std::int64_t offset = 0;
  bool empty = false;
  int d = 0;
  const auto keep = [&](int count) {
    for (; count > 0; --count, ++d) {
      shape.push_back(a.shape()[d]);
      strides.push_back(a.strides()[d]);
    }
  };
  for (const index_item& item : index) {
    if (const auto* i = std::get_if<std::int64_t>(&item)) {
      const std::int64_t extent = a.shape()[d], at = *i < 0 ? *i + extent : *i;
      if (at < 0 || at >= extent) fail_index("getitem", *i, d, extent);
      offset += at * a.strides()[d++];
    } else if (const auto* s = std::get_if<slice>(&item)) {
      const slice_bounds b = bounds_of(*s, a.shape()[d]);
      if (b.count > 0) offset += b.start * a.strides()[d];
      empty |= b.count == 0;
      shape.push_back(b.count);
      strides.push_back(static_cast<std::int64_t>(static_cast<std::uint64_t>(a.strides()[d++]) *
                                                  static_cast<std::uint64_t>(b.step)));
    } else if (std::holds_alternative<newaxis_t>(item)) {
      shape.push_back(1);
      strides.push_back(0);
    } else {
      keep(a.ndim() - summary.used);
    }
  }
  keep(a.ndim() - d);
  if (shape.size() > max_dims)
    fail<index_error>("[getitem] number of dimensions must be within [0, ", max_dims,
                      "], indexing result would have ", shape.size());
  return a.view(std::move(shape), std::move(strides), empty ? 0 : offset);
}

}  // namespace

ndarray basic_view(const ndarray& a, index_list index) {
  const index_summary summary = summarise(a, index);
  if (summary.arrays)
    fail<type_error>("[basic_view] expected integers, slices, newaxis or ellipsis, got an array");
  return view_of(a, index, summary);
}

ndarray get_item(const ndarray& a, index_list index) {
  const index_summary summary = summarise(a, index);
  if (summary.arrays) return get_advanced(a, index);
  const ndarray seen = view_of(a, index, summary);
  return summary.integers_only && summary.used == a.ndim() ? element_copy(seen, 0) : seen;
}

void set_item(const ndarray& a, index_list index, const array_like& value) {
  const index_summary summary = summarise(a, index);
  if (summary.arrays) return set_advanced(a, index, value);
  const ndarray target = view_of(a, index, summary);
  if (value.array())
    copyto(target, *value.array(), casting::unsafe);
  else
    fill_with(target, value.number());
}

bool update_at(ufunc f, const ndarray& a, index_list index, const array_like& value) {
  if (!scatter_of(f)) return false;
  const array_like inputs[] = {a, value};
  const resolved_types types = resolve(f, inputs);
  if (types.loop != a.dtype() || types.out[0] != a.dtype()) return false;
  const index_summary summary = summarise(a, index);
  if (summary.arrays)
    set_advanced(a, index, value, f);
  else
    join_into(view_of(a, index, summary), value, f);
  return true;
}

// ---- positions by rule ----

namespace {

// 0, 1, ... n - 1 along one of `ndim` axes, the others of extent 1.
ndarray index_line(std::int64_t n, int axis, int ndim, dtype type) {
  shape_t shape(ndim, 1);
  shape[axis] = n;
  return reshape(arange(0, n, 1, {.dtype = type}), shape);
}

void check_integers(const ndarray& a, std::string_view operation) {
  if (!is_integer(a.dtype()) && a.dtype() != dtype::bool_)
    fail<type_error>("[", operation, "] only int indices permitted, got ", a.dtype());
}

// The number of elements, where it can be counted.
std::optional<std::int64_t> counted_size(const shape_t& shape) {
  std::int64_t size = 1;
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  for (const std::int64_t n : shape)
    if (__builtin_mul_overflow(size, n, &size)) return {};
  return size;
}

// The first of the least and greatest elements that is not in [0, size).
std::optional<std::int64_t> outside(const ndarray& a, std::int64_t size) {
  if (a.size() == 0) return {};
  const auto is_outside = [&](const scalar& s) {
    const std::int64_t i = s.type == scalar::kind::boolean ? s.b : s.i;
    return s.type == scalar::kind::unsigned_integer || i < 0 || i >= size;
  };
  if (a.size() == 1) {
    const scalar only = a.item();
    return is_outside(only) ? std::optional(only.i) : std::nullopt;
  }
  for (const scalar& s : {min(a).item(), max(a).item()})
    if (is_outside(s)) return s.i;
  return {};
}

void check_order(order reading, std::string_view operation) {
  if (reading != order::C && reading != order::F)
    fail<value_error>("[", operation, "] only 'C' or 'F' order is permitted");
}

}  // namespace

ndarray indices(const shape_t& dimensions, dtype type) {
  const int n = dimensions.size();
  shape_t shape{n};
  shape.append(dimensions.begin(), dimensions.end());
  const ndarray made = empty(shape, type);
  for (int k = 0; k < n; ++k) copy_into(select_index(made, 0, k), index_line(dimensions[k], k, n, type));
  return made;
}

std::vector<ndarray> sparse_indices(const shape_t& dimensions, dtype type) {
  std::vector<ndarray> lines;
  for (int k = 0; k < dimensions.size(); ++k)
    lines.push_back(index_line(dimensions[k], k, dimensions.size(), type));
  return lines;
}

std::vector<ndarray> ix_(const std::vector<ndarray>& sequences) {
  const int n = static_cast<int>(sequences.size());
  std::vector<ndarray> result;
  for (const ndarray& given : sequences) {
    if (given.ndim() != 1)
      fail<value_error>("[ix_] Cross index must be 1 dimensional, got shape ", to_string(given.shape()));
    const ndarray line = given.dtype() == dtype::bool_ ? flatnonzero(given) : given;
    shape_t shape(n, 1);
    shape[static_cast<int>(result.size())] = line.size();
    result.push_back(reshape(line, shape));
  }
  return result;
}

std::vector<ndarray> unravel_index(const ndarray& flat, const shape_t& shape, order reading) {
  check_integers(flat, "unravel_index");
  check_order(reading, "unravel_index");
  const auto size = counted_size(shape);
  if (!size)
    fail<value_error>(
        "[unravel_index] dimensions are too large; arrays and shapes with a total size greater than 'intp' "
        "are not supported.");
  if (const auto wrong = outside(flat, *size))
    fail<value_error>("[unravel_index] index ", *wrong, " is out of bounds for array with size ", *size);
  const int n = shape.size();
  std::vector<ndarray> found(static_cast<std::size_t>(n));
  ndarray rest = as_type(flat, dtype::int64);
  for (int i = 0; i < n; ++i) {
    const int axis = reading == order::C ? n - 1 - i : i;
    ndarray& index = found[static_cast<std::size_t>(axis)];
    if (i + 1 == n)
      index = i == 0 ? copy(rest) : rest;
    else
      std::tie(rest, index) = divmod(rest, std::max<std::int64_t>(shape[axis], 1));
  }
  return found;
}

namespace {

// An index inside of its axis, by that rule.
ndarray index_within(const ndarray& given, std::int64_t extent, index_mode mode) {
  ndarray index = as_type(given, dtype::int64);
  if (mode == index_mode::wrap) return remainder(index, extent);
  if (mode == index_mode::clip) return clip(index, 0, extent - 1);
  if (outside(given, extent)) fail<value_error>("[ravel_multi_index] invalid entry in coordinates array");
  return index;
}

}  // namespace

ndarray ravel_multi_index(const std::vector<ndarray>& multi_index, const shape_t& dimensions,
                          const std::vector<std::string_view>& modes, order reading) {
  const int n = dimensions.size();
  for (const ndarray& index : multi_index) check_integers(index, "ravel_multi_index");
  check_order(reading, "ravel_multi_index");
  if (static_cast<int>(multi_index.size()) != n)
    fail<value_error>("[ravel_multi_index] parameter multi_index must be a sequence of length ", n);
  if (modes.size() != 1 && static_cast<int>(modes.size()) != n)
    fail<value_error>("[ravel_multi_index] expected one mode, or one for each of ", n, " axes, got ",
                      modes.size());
  if (!counted_size(dimensions))
    fail<value_error>(
        "[ravel_multi_index] invalid dims: array size defined by dims is larger than the maximum possible "
        "size.");
  shape_t shape;
  for (const ndarray& index : multi_index) shape = broadcast_shapes(shape, index.shape());
  const bool is_nothing = size_of(shape) == 0;  // beside an empty index nothing is out of range
  if (!is_nothing && std::find(dimensions.begin(), dimensions.end(), 0) != dimensions.end())
    fail<value_error>("[ravel_multi_index] cannot unravel if shape has zero entries");
  ndarray flat;
  std::int64_t stride = 1;
  for (int i = 0; i < n; ++i) {
    const int axis = reading == order::C ? n - 1 - i : i;
    const auto k = static_cast<std::size_t>(axis);
    const index_mode mode = parse_index_mode(modes[modes.size() == 1 ? 0 : k]);
    const ndarray index = is_nothing ? as_type(broadcast_to(multi_index[k], shape), dtype::int64)
                                     : index_within(multi_index[k], dimensions[axis], mode);
    flat = i == 0 ? positive(index) : add(flat, stride == 1 ? index : multiply(index, stride));
    stride *= dimensions[axis];
  }
  return flat;
}

namespace {

std::vector<ndarray> triangle(std::int64_t n, std::int64_t k, std::optional<std::int64_t> columns,
                              bool lower) {
  const std::int64_t width = std::max<std::int64_t>(columns.value_or(n), 0);
  const ndarray mask = tri(n, width, lower ? k : k - 1, dtype::bool_);
  return nonzero(lower ? mask : invert(mask));
}

void check_matrix(const ndarray& a, std::string_view operation) {
  if (a.ndim() != 2)
    fail<value_error>("[", operation, "] input array must be 2-d, got shape ", to_string(a.shape()));
}

}  // namespace

std::vector<ndarray> tril_indices(std::int64_t n, std::int64_t k, std::optional<std::int64_t> columns) {
  return triangle(n, k, columns, true);
}
std::vector<ndarray> triu_indices(std::int64_t n, std::int64_t k, std::optional<std::int64_t> columns) {
  return triangle(n, k, columns, false);
}
std::vector<ndarray> tril_indices_from(const ndarray& a, std::int64_t k) {
  check_matrix(a, "tril_indices_from");
  return triangle(a.shape()[0], k, a.shape()[1], true);
}
std::vector<ndarray> triu_indices_from(const ndarray& a, std::int64_t k) {
  check_matrix(a, "triu_indices_from");
  return triangle(a.shape()[0], k, a.shape()[1], false);
}

std::vector<ndarray> diag_indices(std::int64_t n, int ndim) {
  return std::vector<ndarray>(static_cast<std::size_t>(std::max(ndim, 0)), positions(n, current_device()));
}

std::vector<ndarray> diag_indices_from(const ndarray& a) {
  if (a.ndim() < 2)
    fail<value_error>("[diag_indices_from] input array must be at least 2-d, got shape ",
                      to_string(a.shape()));
  for (const std::int64_t n : a.shape())
    if (n != a.shape()[0])
      fail<value_error>("[diag_indices_from] All dimensions of input must be of equal length, got ",
                        to_string(a.shape()));
  return diag_indices(a.shape()[0], a.ndim());
}

}  // namespace numloom
