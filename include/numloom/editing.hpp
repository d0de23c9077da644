// SPDX-License-Identifier: BSD-3-Clause
/// Elements put in and taken out: new arrays of another length.
#pragma once

#include <optional>
#include <string_view>

#include "numloom/indexing.hpp"
#include "numloom/reductions.hpp"

namespace numloom {

/// values behind a; without an axis both are flattened first.
NL_API ndarray append(const ndarray& a, const array_like& values, std::optional<int> axis = {});
/// values, cast to a's dtype, before the places along the axis, or of the flattened array: an integer, a
/// slice, integers, or a mask whose true elements are the places. Throws index_error for places outside.
NL_API ndarray insert(const ndarray& a, const index_item& where, const array_like& values,
                      std::optional<int> axis = {});
/// numpy.delete (a word of C++'s own): without the places along the axis, or of the flattened array. Throws
/// index_error for places outside, value_error for a mask of another length.
NL_API ndarray delete_(const ndarray& a, const index_item& where, std::optional<int> axis = {});
/// a's elements again and again until the new shape is full. Throws value_error for a negative extent.
NL_API ndarray resize(const ndarray& a, const shape_t& shape);
/// A view without the zeros at the front ("f"), the back ("b") or both ("fb") of the axes; slices along an
/// axis go where all their elements are zero. Throws value_error for other letters.
NL_API ndarray trim_zeros(const ndarray& a, std::string_view trim = "fb", const axes& axis = {});

}  // namespace numloom
