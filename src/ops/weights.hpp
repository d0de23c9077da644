// SPDX-License-Identifier: BSD-3-Clause
/// The weights of means and quantiles.
#pragma once

#include <string_view>

#include "numloom/reductions.hpp"

namespace numloom::detail {

/// The weights in a's dimensions, so that they broadcast with it: they have a's shape, or that of the axes in
/// the order in which these are given. Throws type_error and value_error as numpy.average.
ndarray fitting_weights(const ndarray& given, const ndarray& a, const axes& axis, std::string_view operation);

}  // namespace numloom::detail
