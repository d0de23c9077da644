// SPDX-License-Identifier: BSD-3-Clause
/// Indexing, selection and assignment.
#pragma once

#include <array>
#include <concepts>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "numloom/ufuncs.hpp"

namespace numloom {

/// start:stop:step, each optional.
struct slice {
  std::optional<std::int64_t> start{}, stop{}, step{};
};
struct newaxis_t {};
inline constexpr newaxis_t newaxis{};
struct ellipsis_t {};
inline constexpr ellipsis_t ellipsis{};

/// One element of an index: an integer, a slice, newaxis, ellipsis, or an array of integers or bools.
using index_item = std::variant<std::int64_t, slice, newaxis_t, ellipsis_t, ndarray>;
using index_list = std::span<const index_item>;

/// a[...]: a view for basic indices, a new array for integer and boolean arrays (NumPy's rules for mixing
/// them). A full integer index gives a scalar result, a copy. Throws index_error.
NL_API ndarray get_item(const ndarray& a, index_list index);
/// A view, also for a full integer index. Basic indices only. Throws index_error.
NL_API ndarray basic_view(const ndarray& a, index_list index);
/// a[...] = value, with broadcasting and casting (unsafe, as NumPy's assignment).
NL_API void set_item(const ndarray& a, index_list index, const array_like& value);

/// a[...] = f(a[...], value), where indices that repeat count as often: numpy.ufunc.at. False, and nothing
/// done, for ufuncs other than add, subtract, multiply, maximum, minimum and for values that would need
/// another dtype than a's.
NL_API bool update_at(ufunc f, const ndarray& a, index_list index, const array_like& value);

/// a[:, :, i] for axis 2: a view of one dimension less; of a one-dimensional array a scalar result, a copy.
/// Negative i counts from the end. Throws index_error.
NL_API ndarray select_index(const ndarray& a, int axis, std::int64_t i);
/// a[:, start:stop:step] for axis 1: a view. Bounds are clipped as Python clips those of a slice; a missing
/// stop is the largest int64 (the smallest for a negative step). Throws value_error for step 0.
NL_API ndarray slice_axis(const ndarray& a, int axis, std::int64_t start, std::int64_t stop,
                          std::int64_t step = 1);

namespace detail {
inline index_item to_item(std::integral auto i) { return static_cast<std::int64_t>(i); }
inline index_item to_item(const slice& s) { return s; }
inline index_item to_item(newaxis_t n) { return n; }
inline index_item to_item(ellipsis_t e) { return e; }
inline index_item to_item(const ndarray& a) { return a; }
}  // namespace detail

inline ndarray ndarray::operator[](std::int64_t i) const { return select_index(*this, 0, i); }
template <class... Index> ndarray ndarray::operator()(const Index&... index) const {
  const std::array<index_item, sizeof...(Index)> items{detail::to_item(index)...};
  return get_item(*this, items);
}
template <class Value, class... Index> void ndarray::assign(const Value& value, const Index&... index) const {
  const std::array<index_item, sizeof...(Index)> items{detail::to_item(index)...};
  set_item(*this, items, value);
}

NL_API ndarray take(const ndarray& a, const ndarray& indices, std::optional<int> axis = {},
                    std::string_view mode = "raise", const std::optional<ndarray>& out = {});
NL_API void put(const ndarray& a, const ndarray& indices, const ndarray& values,
                std::string_view mode = "raise");
NL_API ndarray take_along_axis(const ndarray& a, const ndarray& indices, std::optional<int> axis = -1);
NL_API ndarray compress(const ndarray& condition, const ndarray& a, std::optional<int> axis = {});
/// One int64 array a dimension.
NL_API std::vector<ndarray> nonzero(const ndarray& a);
NL_API ndarray flatnonzero(const ndarray& a);
NL_API ndarray argwhere(const ndarray& a);
/// condition ? x : y with broadcasting and promotion.
NL_API ndarray where(const ndarray& condition, const array_like& x, const array_like& y);
/// One bound may be missing.
NL_API ndarray clip(const ndarray& a, const std::optional<array_like>& low,
                    const std::optional<array_like>& high, const ufunc_options& options = {});

}  // namespace numloom
