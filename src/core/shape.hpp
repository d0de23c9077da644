// SPDX-License-Identifier: BSD-3-Clause
/// Shapes in messages, and what strides tell.
#pragma once

#include <string>

#include "numloom/ndarray.hpp"

namespace numloom::detail {

/// "(2,3)": shapes as NumPy's own texts have them.
std::string compact(const shape_t& shape);

/// May two elements of an array lie on the same bytes? By its strides: where the answer is no, none do.
bool may_overlap_itself(const ndarray& a);

}  // namespace numloom::detail
