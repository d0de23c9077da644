// SPDX-License-Identifier: BSD-3-Clause
// Elements put in and taken out. Places become a mask or a list of positions on the device.
#include "numloom/editing.hpp"

#include <algorithm>

#include "ops/compose.hpp"
#include "ops/index_plan.hpp"

namespace numloom {

using namespace detail;

ndarray append(const ndarray& a, const array_like& given, std::optional<int> axis) {
  const ndarray values = as_array(given, a.device());
  if (axis) return concatenate({a, values}, {.axis = axis});
  return concatenate({ravel(a), ravel(values)});
}

ndarray resize(const ndarray& a, const shape_t& shape) {
  for (const std::int64_t extent : shape)
    if (extent < 0) fail<value_error>("[resize] all elements of `new_shape` must be non-negative");
  const std::int64_t size = size_of(shape);
  if (a.size() == 0 || size == 0) return zeros(shape, {.dtype = a.dtype(), .device = a.device()});
  const ndarray flat = ravel(a);
  if (size <= a.size()) return copy(reshape(part(flat, 0, size), shape), order::C);
  return reshape(part(tile(flat, {(size + a.size() - 1) / a.size()}), 0, size), shape);
}

namespace {

// The array and the axis along which it is changed; flattened where none is given.
struct line {
  ndarray array;
  int axis;
  std::int64_t length;
};
line along(const ndarray& a, std::optional<int> axis, std::string_view operation) {
  const ndarray left = axis || a.ndim() == 1 ? a : ravel(a);
  const int d = axis ? normalize_axis(*axis, a.ndim(), operation) : 0;
  return {left, d, left.shape()[d]};
}

// Where an array is changed: one place, a mask, or a vector of positions.
struct places {
  std::optional<std::int64_t> single{};
  ndarray mask{}, positions{};
  bool is_number = false;  // one place, and not the only one of a list
};

places to_places(const index_item& where, std::int64_t n, device d, std::string_view operation) {
  if (const auto* number = std::get_if<std::int64_t>(&where)) return {.single = *number, .is_number = true};
  places found;
  if (const auto* range = std::get_if<slice>(&where)) {
    const index_item items[] = {*range};
    found.positions = get_item(positions(n, d), items);
  } else if (const auto* array = std::get_if<ndarray>(&where)) {
    (array->dtype() == dtype::bool_ ? found.mask : found.positions) = to_device(*array, d);
  } else {
    fail<type_error>("[", operation, "] expected an integer, a slice or an array for the places");
  }
  const ndarray& listed = found.positions;
  if (!listed.defined()) return found;
  if (!is_integer(listed.dtype()))
    fail<index_error>("[", operation, "] arrays used as indices must be of integer (or boolean) type, got ",
                      listed.dtype());
  if (listed.size() == 1) {
    found.single = listed.item<std::int64_t>();
    found.is_number = listed.ndim() == 0;
  }
  return found;
}

// A place counted from the start; `limit` is the first that is outside.
std::int64_t checked_place(std::int64_t at, const line& l, std::int64_t limit, std::string_view operation) {
  if (at < -l.length || at >= limit)
    fail<index_error>("[", operation, "] index ", at, " is out of bounds for axis ", l.axis, " with size ",
                      l.length);
  return at < 0 ? at + l.length : at;
}

// A mask along the axis: true but at the positions.
ndarray all_but(const ndarray& positions, std::int64_t n, device d) {
  const ndarray mask = filled({n}, true, dtype::bool_, d);
  put(mask, positions, full0(false, dtype::bool_, d));
  return mask;
}

// The order of what is made of the array: Fortran's stays what it is, all others become C's.
order order_made_of(const ndarray& a) {
  return a.is_f_contiguous() && !a.is_c_contiguous() ? order::F : order::C;
}

ndarray laid_out(const ndarray& a, order layout) {
  const bool is_so = layout == order::F ? a.is_f_contiguous() : a.is_c_contiguous();
  return is_so ? a : copy(a, layout);
}

// Without the positions from `start` to `stop`.
ndarray without(const line& l, std::int64_t start, std::int64_t stop, order layout) {
  const ndarray left =
      concatenate({part(l.array, 0, start, l.axis), part(l.array, stop, to_end, l.axis)}, {.axis = l.axis});
  return laid_out(left, layout);
}

}  // namespace

ndarray delete_(const ndarray& a, const index_item& where, std::optional<int> axis) {
  const line l = along(a, axis, "delete");
  const order layout = order_made_of(a);
  const auto* range = std::get_if<slice>(&where);
  if (range) {
    const slice_bounds b = bounds_of(*range, l.length);
    if (b.count == 0) return copy(l.array, layout);
    if (b.step == 1 || b.count == 1) return without(l, b.start, b.start + b.count, layout);
    if (b.step == -1) return without(l, b.start - b.count + 1, b.start + 1, layout);
  }
  const places at = to_places(where, l.length, a.device(), "delete");
  if (at.single) {
    const std::int64_t i = checked_place(*at.single, l, l.length, "delete");
    return without(l, i, i + 1, layout);
  }
  if (at.mask.defined() && at.mask.shape() != shape_t{l.length})
    fail<value_error>(
        "[delete] boolean array argument obj to delete must be one dimensional and match the axis length of ",
        l.length);
  const ndarray keeps =
      at.mask.defined() ? logical_not(at.mask) : all_but(at.positions, l.length, a.device());
  std::vector<index_item> index(static_cast<std::size_t>(l.axis), slice{});
  index.emplace_back(keeps);
  const ndarray left = get_item(l.array, index);
  return range ? copy(left, layout) : left;
}

namespace {

// Values of their own length before one place.
ndarray insert_at(const line& l, std::int64_t at, bool is_number, ndarray values, order layout) {
  const int n = l.array.ndim();
  const std::int64_t i = checked_place(at, l, l.length + 1, "insert");
  if (values.ndim() < n) {
    shape_t shape(n - values.ndim(), 1);
    for (const std::int64_t extent : values.shape()) shape.push_back(extent);
    values = reshape(values, shape);
  }
  if (is_number) values = moveaxis(values, 0, l.axis);
  shape_t shape = l.array.shape();
  shape[l.axis] = values.shape()[l.axis];
  const ndarray longer = concatenate(
      {part(l.array, 0, i, l.axis), broadcast_to(values, shape), part(l.array, i, to_end, l.axis)},
      {.axis = l.axis});
  return laid_out(longer, layout);
}

// Positions in the result: each is moved on by those that come before it.
ndarray final_positions(const ndarray& listed, const line& l) {
  const ndarray given = as_type(listed, dtype::int64);
  const ndarray outside = logical_or(less(given, -l.length), greater(given, l.length));
  if (some(outside)) {
    const std::int64_t wrong = select_index(compress(outside, given, 0), 0, 0).item<std::int64_t>();
    checked_place(wrong, l, l.length + 1, "insert");
  }
  const ndarray at = where(less(given, 0), add(given, l.length), given);
  const ndarray before = empty(at.shape(), dtype::int64, at.device());
  put(before, argsort(at), positions(at.size(), at.device()));
  return add(at, before);
}

// What NumPy refuses before it looks where the places are.
void check_places(const index_item& where) {
  const auto* array = std::get_if<ndarray>(&where);
  if (!array || array->dtype() == dtype::bool_) return;
  if (array->ndim() > 1)
    fail<value_error>("[insert] index array argument obj to insert must be one dimensional or scalar");
  if (array->size() == 1 && !is_integer(array->dtype()))
    fail<type_error>("[insert] expected an integer for the place, got ", array->dtype());
}

// a[:, ..., at] = values along an axis.
void assign_along(const ndarray& a, int axis, const ndarray& at, const ndarray& values) {
  std::vector<index_item> index(static_cast<std::size_t>(axis), slice{});
  index.emplace_back(at);
  set_item(a, index, values);
}

}  // namespace

ndarray insert(const ndarray& a, const index_item& where, const array_like& given, std::optional<int> axis) {
  const line l = along(a, axis, "insert");
  const order layout = order_made_of(a);
  const device d = a.device();
  check_places(where);
  places at = to_places(where, l.length, d, "insert");
  const ndarray values = as_array(given, a.dtype(), d);
  if (at.mask.defined()) {
    if (at.mask.ndim() != 1)
      fail<value_error>("[insert] boolean array argument obj to insert must be one dimensional");
    at.positions = flatnonzero(at.mask);
    if (at.positions.size() == 1) at.single = at.positions.item<std::int64_t>();
  }
  if (at.single) return insert_at(l, *at.single, at.is_number, values, layout);
  if (at.positions.size() == 0) return copy(l.array, layout);
  const ndarray fresh = final_positions(at.positions, l);
  shape_t shape = l.array.shape();
  shape[l.axis] += fresh.size();
  const ndarray made = empty(shape, a.dtype(), d, layout);
  assign_along(made, l.axis, fresh, values);
  assign_along(made, l.axis, flatnonzero(all_but(fresh, shape[l.axis], d)), l.array);
  return made;
}

ndarray trim_zeros(const ndarray& a, std::string_view trim, const axes& axis) {
  const auto has = [&](char letter) { return trim.find(letter) != std::string_view::npos; };
  if (trim != "fb" && trim != "bf" && trim != "f" && trim != "b")
    fail<value_error>("[trim_zeros] unexpected character(s) in `trim`: '", trim, "'");
  const ndarray used = not_equal(a, 0);
  ndarray left = a;
  for (const std::int64_t given : axis.normalized(a.ndim(), "trim_zeros")) {
    const int k = static_cast<int>(given);
    inline_vector<int, 6> others;
    for (int d = 0; d < a.ndim(); ++d)
      if (d != k) others.push_back(d);
    const ndarray at = flatnonzero(others.empty() ? used : any(used, {.axis = others}));
    const std::int64_t n = at.size();
    if (n == 0) {
      left = part(left, 0, 0, k);
      continue;
    }
    const std::int64_t last = has('b') ? select_index(at, 0, n - 1).item<std::int64_t>() + 1 : to_end;
    left = part(left, has('f') ? select_index(at, 0, 0).item<std::int64_t>() : 0, last, k);
  }
  return left;
}

}  // namespace numloom
