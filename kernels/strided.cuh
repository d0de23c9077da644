// SPDX-License-Identifier: BSD-3-Clause
// From a linear index to byte offsets in several strided operands.
#pragma once
#include "kernel_interface.hpp"
#include "types.hpp"

namespace numloom::NL_TARGET {

using kernels::max_kernel_dims;

NL_HD i64 divide_up(i64 a, i64 b) { return (a + b - 1) / b; }

// Division of numbers below 2^31 by a fixed divisor: a multiplication and a shift instead of the ~20
// instructions of a 32-bit division (Granlund and Montgomery 1994).
struct divider {
  u32 divisor, multiplier, shift;
  NL_HD u32 quotient(u32 n) const { return (static_cast<u32>((u64(n) * multiplier) >> 32) + n) >> shift; }
};
inline divider make_divider(u32 divisor) {
  u32 shift = 0;
  while ((u64(1) << shift) < divisor) ++shift;
  const u64 multiplier = (u64(1) << 32) * ((u64(1) << shift) - divisor) / divisor + 1;
  return {divisor, static_cast<u32>(multiplier), shift};
}

// Loops over K operands, outermost first.
template <int K> struct loop_dims {
  int count = 0;
  bool narrow = false;  // all linear indices are below 2^31
  i64 size = 1;
  i64 extent[max_kernel_dims];
  divider by[max_kernel_dims];
  i64 stride[max_kernel_dims][K];

  // Returns the coordinate in the innermost dimension.
  NL_HD i64 offsets(i64 index, i64 (&offset)[K]) const {
    for (int k = 0; k < K; ++k) offset[k] = 0;
    if (count == 0) return 0;
    i64 last = 0;
    if (narrow) {
      u32 rest = static_cast<u32>(index);
      for (int d = count - 1; d > 0; --d) {
        const u32 quotient = by[d].quotient(rest);
        const i64 at = rest - quotient * by[d].divisor;
        if (d == count - 1) last = at;
        for (int k = 0; k < K; ++k) offset[k] += at * stride[d][k];
        rest = quotient;
      }
      index = rest;
    } else {
      for (int d = count - 1; d > 0; --d) {
        const i64 quotient = index / extent[d], at = index - quotient * extent[d];
        if (d == count - 1) last = at;
        for (int k = 0; k < K; ++k) offset[k] += at * stride[d][k];
        index = quotient;
      }
    }
    for (int k = 0; k < K; ++k) offset[k] += index * stride[0][k];
    return count == 1 ? index : last;
  }
};

// Appends a dimension inside the ones that are there.
template <int K> void add_loop(loop_dims<K>& dims, i64 extent, const i64 (&strides)[K]) {
  const int d = dims.count++;
  dims.extent[d] = extent;
  dims.by[d] = make_divider(extent < (i64(1) << 31) ? static_cast<u32>(extent) : 1u);
  for (int k = 0; k < K; ++k) dims.stride[d][k] = strides[k];
  dims.size *= extent;
  dims.narrow = dims.size < (i64(1) << 31);
}

// Loops whose innermost dimension is walked in chunks of V elements: a thread takes one chunk, so the index
// arithmetic is paid once for all of them.
template <int K> struct chunked_loops {
  loop_dims<K> dims;  // the innermost one counts chunks
  i64 inner = 1;      // elements along the innermost dimension
  i64 step[K] = {};   // bytes from one of them to the next
  int chunk = 1;

  // Offsets of a chunk's first element; returns how many elements it has.
  NL_HD int offsets(i64 thread, i64 (&offset)[K]) const {
    const i64 left = inner - dims.offsets(thread, offset) * chunk;
    return left < chunk ? static_cast<int>(left) : chunk;
  }
  // The position in C order of a chunk's first element.
  NL_HD i64 linear(i64 thread) const {
    if (dims.count == 1) return thread * chunk;
    const i64 row = thread / dims.extent[dims.count - 1];
    return row * inner + (thread - row * dims.extent[dims.count - 1]) * chunk;
  }
  // Offsets of one element by its position in C order.
  NL_HD void element_offsets(i64 element, i64 (&offset)[K]) const {
    const i64 row = element / inner, column = element - row * inner;
    dims.offsets(row * dims.extent[dims.count - 1] + column / chunk, offset);
    for (int k = 0; k < K; ++k) offset[k] += column % chunk * step[k];
  }
};
// strides[k] may be null: the operand does not move.
template <int K>
chunked_loops<K> make_chunked_loops(int ndim, const i64* shape, const i64* const (&strides)[K], int chunk) {
  chunked_loops<K> loops;
  loops.chunk = chunk;
  for (int d = 0; d < ndim; ++d) {
    i64 stride[K];
    for (int k = 0; k < K; ++k) stride[k] = strides[k] != nullptr ? strides[k][d] : 0;
    if (d + 1 < ndim) {
      add_loop(loops.dims, shape[d], stride);
    } else {
      loops.inner = shape[d];
      for (int k = 0; k < K; ++k) loops.step[k] = stride[k];
    }
  }
  i64 stride[K];
  for (int k = 0; k < K; ++k) stride[k] = loops.step[k] * chunk;
  add_loop(loops.dims, divide_up(loops.inner, chunk), stride);
  return loops;
}

// The chunk for an output with these strides. Four elements of 4 bytes that cannot be stored by one access,
// but share sectors of 32 bytes with their neighbours', would write each sector in four parts; with one
// element a thread, neighbouring threads fill it together. Of other sizes the second level's cache takes the
// parts as fast as memory does. By arithmetic, not measured yet.
inline int chunk_for(int ndim, const void* out, const i64* strides, i64 itemsize, int most) {
  if (ndim == 0 || most == 1 || itemsize != 4) return most;
  const i64 step = strides[ndim - 1] < 0 ? -strides[ndim - 1] : strides[ndim - 1];
  if (step == 0 || step >= 32) return most;
  u64 places = reinterpret_cast<u64>(out);
  for (int d = 0; d + 1 < ndim; ++d) places |= static_cast<u64>(strides[d]);
  return strides[ndim - 1] == itemsize && places % static_cast<u64>(itemsize * most) == 0 ? most : 1;
}

// How many blocks cover n elements.
inline unsigned block_count(i64 n, i64 per_block) { return static_cast<unsigned>(divide_up(n, per_block)); }

template <int Bytes> NL_HD bool is_aligned(const void* p) {
  return (reinterpret_cast<u64>(p) & (Bytes - 1)) == 0;
}

}  // namespace numloom::NL_TARGET
