// SPDX-License-Identifier: BSD-3-Clause
/// Shapes, joins, splits and rearrangements. Views wherever NumPy gives views.
#pragma once

#include <optional>
#include <vector>

#include "numloom/reductions.hpp"

namespace numloom {

/// One extent may be -1. A view if the strides allow (order C, F, A). Throws value_error.
NL_API ndarray reshape(const ndarray& a, const shape_t& shape, order reading = order::C,
                       std::optional<bool> copy = {});
NL_API ndarray ravel(const ndarray& a, order reading = order::C);
NL_API ndarray flatten(const ndarray& a, order reading = order::C);
/// No axes: reversed.
NL_API ndarray transpose(const ndarray& a, const axes& permutation = {});
inline ndarray permute_dims(const ndarray& a, const axes& permutation = {}) {
  return transpose(a, permutation);
}
NL_API ndarray swapaxes(const ndarray& a, int axis1, int axis2);
NL_API ndarray moveaxis(const ndarray& a, const axes& source, const axes& destination);
NL_API ndarray squeeze(const ndarray& a, const axes& axis = {});
NL_API ndarray expand_dims(const ndarray& a, const axes& axis);
NL_API ndarray flip(const ndarray& a, const axes& axis = {});
/// The first axis reversed; the second. Throw value_error where there are fewer dimensions.
NL_API ndarray flipud(const ndarray& a);
NL_API ndarray fliplr(const ndarray& a);
/// Turned by k right angles, from the first axis towards the second.
NL_API ndarray rot90(const ndarray& a, std::int64_t k = 1, int axis1 = 0, int axis2 = 1);
/// An axis moved until it lies before another. Throws axis_error.
NL_API ndarray rollaxis(const ndarray& a, int axis, int start = 0);
/// The last two axes exchanged. Throws value_error for less than two dimensions.
NL_API ndarray matrix_transpose(const ndarray& a);
/// Views with at least that many axes; new ones come in front (2-d) or around (3-d), as in NumPy.
NL_API ndarray atleast_1d(const ndarray& a);
NL_API ndarray atleast_2d(const ndarray& a);
NL_API ndarray atleast_3d(const ndarray& a);
/// Along the flattened array when no axis is given.
NL_API ndarray roll(const ndarray& a, const std::vector<std::int64_t>& shift, const axes& axis = {});
inline ndarray roll(const ndarray& a, std::int64_t shift, const axes& axis = {}) {
  return roll(a, std::vector<std::int64_t>{shift}, axis);
}

/// Views of the common shape of all; those that have it are themselves. Throws value_error with the shapes.
NL_API std::vector<ndarray> broadcast_arrays(const std::vector<ndarray>& arrays);

// ---- joins and splits ----

struct concatenate_options {
  std::optional<int> axis = 0;  ///< nullopt: flattened first
  std::optional<ndarray> out{};
  std::optional<numloom::dtype> dtype{};
  numloom::casting casting = numloom::casting::same_kind;
};
NL_API ndarray concatenate(std::span<const ndarray> arrays, const concatenate_options& options = {});
inline ndarray concatenate(std::initializer_list<ndarray> arrays, const concatenate_options& options = {}) {
  return concatenate(std::span(arrays.begin(), arrays.size()), options);
}
/// NumPy's other name for concatenate.
inline ndarray concat(std::span<const ndarray> arrays, const concatenate_options& options = {}) {
  return concatenate(arrays, options);
}
inline ndarray concat(std::initializer_list<ndarray> arrays, const concatenate_options& options = {}) {
  return concatenate(arrays, options);
}
/// Along a new axis. All arrays have one shape.
NL_API ndarray stack(std::span<const ndarray> arrays, const concatenate_options& options = {});
inline ndarray stack(std::initializer_list<ndarray> arrays, const concatenate_options& options = {}) {
  return stack(std::span(arrays.begin(), arrays.size()), options);
}
/// Blocks in nested lists, all nested alike: block({{a, b}, {c, d}}).
class blocks {
 public:
  blocks(const ndarray& a) : a_(a) {}
  blocks(std::vector<blocks> list) : list_(std::move(list)), is_list_(true) {}
  blocks(std::initializer_list<blocks> list) : list_(list), is_list_(true) {}
  bool is_list() const noexcept { return is_list_; }
  const ndarray& array() const noexcept { return a_; }
  const std::vector<blocks>& list() const noexcept { return list_; }

 private:
  ndarray a_;
  std::vector<blocks> list_;
  bool is_list_ = false;
};
/// Put together, the innermost lists along the last axis. Throws value_error for an empty list and for lists
/// that are nested differently.
NL_API ndarray block(const blocks& arrays);
/// Rows on top of each other; side by side (vectors one behind the other); along the third axis; vectors as
/// columns. Numbers and vectors get the axes that they lack. options.axis is not looked at.
NL_API ndarray vstack(std::span<const ndarray> arrays, const concatenate_options& options = {});
NL_API ndarray hstack(std::span<const ndarray> arrays, const concatenate_options& options = {});
NL_API ndarray dstack(std::span<const ndarray> arrays);
NL_API ndarray column_stack(std::span<const ndarray> arrays);
inline ndarray vstack(std::initializer_list<ndarray> a, const concatenate_options& options = {}) {
  return vstack(std::span(a.begin(), a.size()), options);
}
inline ndarray hstack(std::initializer_list<ndarray> a, const concatenate_options& options = {}) {
  return hstack(std::span(a.begin(), a.size()), options);
}
inline ndarray dstack(std::initializer_list<ndarray> a) { return dstack(std::span(a.begin(), a.size())); }
inline ndarray column_stack(std::initializer_list<ndarray> a) {
  return column_stack(std::span(a.begin(), a.size()));
}
/// The slices along an axis: views, or numbers of a vector.
NL_API std::vector<ndarray> unstack(const ndarray& a, int axis = 0);
/// Views. Equal sections; throws value_error when they do not divide evenly.
NL_API std::vector<ndarray> split(const ndarray& a, std::int64_t sections, int axis = 0);
NL_API std::vector<ndarray> split(const ndarray& a, const std::vector<std::int64_t>& boundaries,
                                  int axis = 0);
/// Sections that differ by at most one element.
NL_API std::vector<ndarray> array_split(const ndarray& a, std::int64_t sections, int axis = 0);
/// split() along the first axis; the second, or the only one; the third. Throw value_error where it is
/// missing.
NL_API std::vector<ndarray> vsplit(const ndarray& a, std::int64_t sections);
NL_API std::vector<ndarray> vsplit(const ndarray& a, const std::vector<std::int64_t>& boundaries);
NL_API std::vector<ndarray> hsplit(const ndarray& a, std::int64_t sections);
NL_API std::vector<ndarray> hsplit(const ndarray& a, const std::vector<std::int64_t>& boundaries);
NL_API std::vector<ndarray> dsplit(const ndarray& a, std::int64_t sections);
NL_API std::vector<ndarray> dsplit(const ndarray& a, const std::vector<std::int64_t>& boundaries);
NL_API ndarray repeat(const ndarray& a, const ndarray& counts, std::optional<int> axis = {});
NL_API ndarray repeat(const ndarray& a, std::int64_t count, std::optional<int> axis = {});
NL_API ndarray tile(const ndarray& a, const std::vector<std::int64_t>& repetitions);
NL_API ndarray diagonal(const ndarray& a, std::int64_t offset = 0, int axis1 = 0, int axis2 = 1);

}  // namespace numloom
