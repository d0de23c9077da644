// SPDX-License-Identifier: BSD-3-Clause
/// The edges of a histogram's bins: few numbers, made on the host as NumPy makes them.
#pragma once

#include "numloom/histogram.hpp"

namespace numloom::detail {

/// A number with the precision of NumPy's scalar in its place: arithmetic rounds to the dtype; without one it
/// is a Python number, which adapts.
struct measure {
  scalar value;
  std::optional<dtype> type;
  double number() const { return value.real(); }
};

/// First and last edge: the range asked for, or that of the data. Throws value_error.
struct outer_edges {
  measure first, last;
};
outer_edges find_outer_edges(const ndarray& a, const std::optional<bin_range>& range);
/// last - first; exact for integers.
measure distance_of(const outer_edges& ends);
/// count + 1 edges of bins of one width, on the CPU; as numpy.linspace where no dtype is asked for.
ndarray even_edges(const outer_edges& ends, std::int64_t count, std::optional<dtype> type);
/// The number of bins that a rule makes of a flattened array; `ends` are its outer edges. Throws value_error
/// for an unknown rule.
std::int64_t bins_by_rule(const ndarray& a, std::string_view rule, const outer_edges& ends, bool* at_limit);

}  // namespace numloom::detail
