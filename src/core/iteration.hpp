// SPDX-License-Identifier: BSD-3-Clause
/// The iteration space: the loops that an elementwise operation runs, after dimensions have been dropped,
/// ordered, merged and turned so that the last one is the innermost and steps forward through memory wherever
/// possible.
#pragma once

#include <cstdint>
#include <span>

#include "numloom/ndarray.hpp"

namespace numloom {

inline constexpr int max_operands = 8;

struct iteration_space {
  int ndim = 0;
  int operands = 0;
  std::int64_t size = 1;
  std::int64_t shape[max_dims];
  std::int64_t strides[max_operands][max_dims];  // bytes; 0 along a broadcast dimension
  void* data[max_operands];                      // first element in the turned order; null: passed by value
};

/// What canonicalise needs of an operand. Dimensions of `strides` are those of the space: already broadcast.
struct operand_layout {
  void* data;
  const std::int64_t* strides;
};

/// Canonical loops over `shape` for operands of which the first one decides the order (give the output
/// first). Drops extents of 1, flips dimensions along which the deciding operand steps back, sorts by its
/// stride (largest outermost), and merges neighbours that every operand can merge.
void canonicalise(iteration_space& space, std::span<const std::int64_t> shape,
                  std::span<const operand_layout> operands);

/// Strides of an array of shape `from` seen as `to` (0 along broadcast dimensions); it must broadcast.
void broadcast_strides(const shape_t& from, const dims& strides, const shape_t& to, std::int64_t* out);

}  // namespace numloom
