// SPDX-License-Identifier: BSD-3-Clause
/// The plan of a reduction, made once in core and followed by every device: which dimensions are kept and
/// which are reduced, both merged as far as they go.
#pragma once

#include <cstdint>

#include "core/iteration.hpp"

namespace numloom {

enum class reduction : std::uint8_t {
#define NL_REDUCTION(name, functor, inputs, loop, result, doc) name,
#include "numloom/reductions.def"
};
inline constexpr int reduction_count = static_cast<int>(reduction::bitwise_xor) + 1;

struct reduction_plan {
  reduction op;
  dtype type;     // of the source in memory; converted to `loop` when loaded
  dtype loop;     // L
  dtype result;   // of the first output in memory
  dtype result2;  // of the second output (moments: the real part of loop)
  // Kept dimensions, outermost first; strides of source, mask and outputs in bytes.
  int kept = 0;
  std::int64_t kept_shape[max_dims], kept_source[max_dims], kept_mask[max_dims], kept_out[max_dims],
      kept_out2[max_dims];
  // Reduced dimensions, outermost first, in C order of the source's axes: argmin and argmax count along them.
  int reduced = 0;
  std::int64_t reduced_shape[max_dims], reduced_source[max_dims], reduced_mask[max_dims];
  std::int64_t outputs = 1, length = 1;  // products of the kept and of the reduced extents; length may be 0
  const void* source = nullptr;
  const void* mask = nullptr;  // bool: elements to skip are false; null: none skipped
  void* out = nullptr;
  void* out2 = nullptr;
  /// For min, max, fmin, fmax with a mask or nothing to reduce: the value to start from, as one element of L.
  bool has_initial = false;
  alignas(16) unsigned char initial[16];
};

/// Fills the shape part of a plan. `axes` are in [0, ndim), distinct and sorted; out strides are for the kept
/// axes only. Order matters (arg reductions, and nothing else): reduced dimensions keep their order when
/// `ordered`.
void make_plan(reduction_plan& plan, const shape_t& shape, const dims& source, const std::int64_t* mask,
               const dims& axes, const std::int64_t* out, const std::int64_t* out2, bool ordered);

}  // namespace numloom
