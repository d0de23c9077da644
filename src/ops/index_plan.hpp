// SPDX-License-Identifier: BSD-3-Clause
/// What basic and advanced indexing share.
#pragma once

#include "numloom/indexing.hpp"
#include "ops/common.hpp"

namespace numloom::detail {

/// A slice on an axis of known extent: first position, step, number of positions.
struct slice_bounds {
  std::int64_t start, step, count;
};
slice_bounds bounds_of(const slice& s, std::int64_t extent);
slice_bounds bounds_of(std::int64_t start, std::int64_t stop, std::int64_t step, std::int64_t extent);

/// Facts about an index, found in one pass over it.
struct index_summary {
  int used = 0;  // dimensions of the array that it names
  bool ellipsis = false, arrays = false, integers_only = true;
};
/// Throws index_error for too many indices and a second ellipsis.
index_summary summarise(const ndarray& a, index_list index);
int dimensions_used(const index_item& item);

/// One element as a scalar result.
ndarray element_copy(const ndarray& a, std::int64_t offset);
[[noreturn]] void fail_index(std::string_view operation, std::int64_t i, int axis, std::int64_t extent);

ndarray get_advanced(const ndarray& a, index_list index);
/// a[index] = value, or a[index] = joins(a[index], value) with indices that may repeat.
void set_advanced(const ndarray& a, index_list index, const array_like& value,
                  std::optional<ufunc> joins = {});
/// target = f(target, value).
void join_into(const ndarray& target, const array_like& value, ufunc f);
/// The update that a device does for a ufunc; nothing where it has none.
std::optional<scatter_op> scatter_of(ufunc f);

/// An advanced index in normal form: integer arrays of one shape that pick blocks of `source`. The result has
/// the dimensions of the source with those of the index put in front of dimension `position`.
struct index_plan {
  ndarray source;                // the dimensions that no array indexes, from the element that index 0 names
  std::vector<ndarray> indices;  // broadcast to index_shape
  inline_vector<std::int64_t, 6> extents, strides;
  inline_vector<int, 6> axes;  // of the indexed array, for error texts
  shape_t index_shape;
  int position = 0;
  index_mode mode = index_mode::raise;
  const char* operation = "getitem";

  shape_t result_shape() const;
};
/// The picked elements, a new array in C order, or written to `out` (of the result's shape and dtype).
ndarray gather(const index_plan& plan);
void gather_into(const index_plan& plan, const ndarray& out);
/// Writes values of the source's dtype, which broadcast to the result's shape.
void scatter(const index_plan& plan, const ndarray& values, scatter_op op = scatter_op::assign);
/// The plan of a[:, indices] for axis 1; indices are of an integer dtype, on a's device.
index_plan plan_axis(const ndarray& a, const ndarray& indices, int axis, index_mode mode,
                     const char* operation);

}  // namespace numloom::detail
