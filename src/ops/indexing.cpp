// SPDX-License-Identifier: BSD-3-Clause
// Basic indexing: integers, slices, newaxis and ellipsis give views.
#include "numloom/indexing.hpp"

#include <limits>

#include "ops/common.hpp"
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

}  // namespace numloom
