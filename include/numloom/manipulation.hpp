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
NL_API ndarray swapaxes(const ndarray& a, int axis1, int axis2);
NL_API ndarray moveaxis(const ndarray& a, const axes& source, const axes& destination);
NL_API ndarray squeeze(const ndarray& a, const axes& axis = {});
NL_API ndarray expand_dims(const ndarray& a, const axes& axis);
NL_API ndarray flip(const ndarray& a, const axes& axis = {});
/// Along the flattened array when no axis is given.
NL_API ndarray roll(const ndarray& a, const std::vector<std::int64_t>& shift, const axes& axis = {});
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
/// Views. Equal sections; throws value_error when they do not divide evenly.
NL_API std::vector<ndarray> split(const ndarray& a, std::int64_t sections, int axis = 0);
NL_API std::vector<ndarray> split(const ndarray& a, const std::vector<std::int64_t>& boundaries,
                                  int axis = 0);
/// Sections that differ by at most one element.
NL_API std::vector<ndarray> array_split(const ndarray& a, std::int64_t sections, int axis = 0);
NL_API ndarray repeat(const ndarray& a, const ndarray& counts, std::optional<int> axis = {});
NL_API ndarray repeat(const ndarray& a, std::int64_t count, std::optional<int> axis = {});
NL_API ndarray tile(const ndarray& a, const std::vector<std::int64_t>& repetitions);
NL_API ndarray diagonal(const ndarray& a, int offset = 0, int axis1 = 0, int axis2 = 1);

}  // namespace numloom
