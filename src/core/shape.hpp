// SPDX-License-Identifier: BSD-3-Clause
/// Shapes in messages.
#pragma once

#include <string>

#include "numloom/ndarray.hpp"

namespace numloom::detail {

/// "(2,3)": shapes as NumPy's own texts have them.
std::string compact(const shape_t& shape);

}  // namespace numloom::detail
