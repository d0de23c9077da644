// SPDX-License-Identifier: BSD-3-Clause
/// What einsum's subscripts say, and in which order operands are best put together. No array is touched here.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "numloom/ndarray.hpp"

namespace numloom::detail {

/// Labels are numbered in the order in which they occur; at most 64 differ, as many as an array has axes.
using label_list = inline_vector<int, 6>;
using label_set = std::uint64_t;

inline label_set set_of(int label) { return label_set{1} << label; }
inline label_set set_of(const label_list& labels) {
  label_set set = 0;
  for (const int label : labels) set |= set_of(label);
  return set;
}
inline bool holds(label_set set, int label) { return set >> label & 1; }

/// Subscripts, read: the labels of each operand's axes and of the result's.
struct einsum_plan {
  std::vector<label_list> inputs;
  label_list output;
  inline_vector<std::int64_t, 16> extents;  // of each label
  /// How many elements an array with these labels has.
  double size(label_set labels) const {
    double product = 1;
    for (; labels; labels &= labels - 1) product *= static_cast<double>(extents[std::countr_zero(labels)]);
    return product;
  }
};
einsum_plan plan_einsum(std::string_view subscripts, std::span<const ndarray> operands);

/// One operand (position >= 0) or the product of two parts, numbered in the order of the work to be done.
struct contraction_step {
  int left, right;  // operands 0 ... n - 1, then the results of the steps
};
/// The n - 1 steps that take the fewest multiplications where n is at most `searched`, else those of a greedy
/// choice. kept: labels that others need. Intermediates above `limit` elements only if nothing else is left.
std::vector<contraction_step> order_contractions(const einsum_plan& plan,
                                                 const std::vector<label_set>& operands, label_set kept,
                                                 int searched, double limit);

}  // namespace numloom::detail
