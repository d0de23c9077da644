// SPDX-License-Identifier: BSD-3-Clause
/// Indexing, selection and assignment.
#pragma once

#include <array>
#include <concepts>
#include <initializer_list>
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

NL_API ndarray take(const ndarray& a, const array_like& indices, std::optional<int> axis = {},
                    std::string_view mode = "raise", const std::optional<ndarray>& out = {});
NL_API void put(const ndarray& a, const array_like& indices, const array_like& values,
                std::string_view mode = "raise");
NL_API ndarray take_along_axis(const ndarray& a, const ndarray& indices, std::optional<int> axis = -1);
NL_API ndarray compress(const ndarray& condition, const ndarray& a, std::optional<int> axis = {});
/// One int64 array a dimension.
NL_API std::vector<ndarray> nonzero(const ndarray& a);
NL_API ndarray flatnonzero(const ndarray& a);
NL_API ndarray argwhere(const ndarray& a);
/// nonzero(condition).
inline std::vector<ndarray> where(const ndarray& condition) { return nonzero(condition); }
/// condition ? x : y with broadcasting and promotion.
NL_API ndarray where(const ndarray& condition, const array_like& x, const array_like& y);
/// One bound may be missing.
NL_API ndarray clip(const ndarray& a, const std::optional<array_like>& low,
                    const std::optional<array_like>& high, const ufunc_options& options = {});

// ---- positions by rule ----

/// The index of each position along each axis: an array of shape (dimensions, ...).
NL_API ndarray indices(const shape_t& dimensions, dtype type = dtype::int64);
/// The same as one array an axis, which broadcast to that shape: NumPy's indices(sparse=True).
NL_API std::vector<ndarray> sparse_indices(const shape_t& dimensions, dtype type = dtype::int64);
/// Vectors as an open grid for indexing; bools stand for the positions of the true ones. Throws value_error
/// for other dimensions.
NL_API std::vector<ndarray> ix_(const std::vector<ndarray>& sequences);
/// Flat positions as one index an axis. order is C or F. Throws type_error unless they are integers or bools,
/// value_error for positions outside of the shape and for a shape of more than int64 elements.
NL_API std::vector<ndarray> unravel_index(const ndarray& flat, const shape_t& shape,
                                          order reading = order::C);
/// One index an axis, which broadcast, as flat positions. modes says for all axes, or for each, what becomes
/// of an index outside: "raise", "wrap" or "clip". Throws type_error unless they are integers or bools,
/// value_error for an index outside and for dimensions that do not fit.
NL_API ndarray ravel_multi_index(const std::vector<ndarray>& multi_index, const shape_t& dimensions,
                                 const std::vector<std::string_view>& modes = {"raise"},
                                 order reading = order::C);
/// Rows and columns of the lower (upper) triangle of a matrix of n rows and as many columns unless given.
NL_API std::vector<ndarray> tril_indices(std::int64_t n, std::int64_t k = 0,
                                         std::optional<std::int64_t> columns = {});
NL_API std::vector<ndarray> triu_indices(std::int64_t n, std::int64_t k = 0,
                                         std::optional<std::int64_t> columns = {});
/// The same for a matrix that is there. Throw value_error for other dimensions.
NL_API std::vector<ndarray> tril_indices_from(const ndarray& a, std::int64_t k = 0);
NL_API std::vector<ndarray> triu_indices_from(const ndarray& a, std::int64_t k = 0);
/// The main diagonal of an array of ndim axes of extent n.
NL_API std::vector<ndarray> diag_indices(std::int64_t n, int ndim = 2);
/// Throws value_error for less than two axes and for extents that differ.
NL_API std::vector<ndarray> diag_indices_from(const ndarray& a);

// ---- chosen from several, replaced in place ----

/// For each element the first choice whose condition holds, else the last argument. Throws value_error for
/// lists that are empty or of different lengths, type_error for conditions that are not bools.
NL_API ndarray select(std::span<const ndarray> conditions, std::span<const array_like> choices,
                      const array_like& otherwise = 0);
inline ndarray select(std::initializer_list<ndarray> conditions, std::initializer_list<array_like> choices,
                      const array_like& otherwise = 0) {
  return select(std::span(conditions.begin(), conditions.size()), std::span(choices.begin(), choices.size()),
                otherwise);
}
/// For each element of a, the element of the choice with that number. Numbers out of bounds: value_error, or
/// what `mode` ("wrap", "clip") says.
NL_API ndarray choose(const ndarray& a, std::span<const array_like> choices, std::string_view mode = "raise",
                      const std::optional<ndarray>& out = {});
inline ndarray choose(const ndarray& a, std::initializer_list<array_like> choices,
                      std::string_view mode = "raise") {
  return choose(a, std::span(choices.begin(), choices.size()), mode);
}
/// The elements for which a condition holds, as a vector.
NL_API ndarray extract(const ndarray& condition, const ndarray& a);
/// The first values to the places of the true elements of a mask, again from the start when used up; putmask
/// takes the value of each place's own number. Throw value_error for a mask of another size, type_error for
/// values that do not fit a's dtype safely.
NL_API void place(const ndarray& a, const ndarray& mask, const array_like& values);
NL_API void putmask(const ndarray& a, const ndarray& mask, const array_like& values);
/// Values to positions along an axis, as argsort() and others give them.
NL_API void put_along_axis(const ndarray& a, const ndarray& indices, const array_like& values,
                           std::optional<int> axis = -1);
/// Values to the main diagonal, again from the start when used up. wrap: after a tall matrix's last column
/// the diagonal begins anew. Throws value_error for less than two dimensions and for unequal extents of
/// more.
NL_API void fill_diagonal(const ndarray& a, const array_like& values, bool wrap = false);

}  // namespace numloom
