// SPDX-License-Identifier: BSD-3-Clause
/// The tuning of all kernels, as data. The geometry is part of the kernels' types where it decides how much
/// code is made, so it cannot follow the device; what may follow it is looked up with tuning_of(compute
/// capability).
///
/// Not measured yet on any GPU: the numbers follow from arithmetic. To hide ~600 ns of latency an H100 needs
/// about 32 KB in flight per multiprocessor (A100 16 KB): 2048 resident threads with two 16-byte loads each
/// are 64 KB.
#pragma once

namespace numloom::kernels {

// ---- elementwise ----
inline constexpr int elementwise_threads = 256;

// How much of an operation one thread does. Types, because nvcc 13 cannot name objects as template arguments.
/// Cheap instructions: memory decides.
struct light {
  static constexpr int packet_bytes = 16;  ///< of the widest operand, per access
  static constexpr int unroll = 2;  ///< packets per thread of 4- and 8-byte elements in the contiguous kernel
  static constexpr int general = 4;  ///< elements per thread in the general kernel
};
/// Library functions of tens to hundreds of instructions: the instructions decide, and each copy costs build
/// time.
struct heavy {
  static constexpr int packet_bytes = 16;
  static constexpr int unroll = 1;
  static constexpr int general = 1;
};

// ---- everything else ----
inline constexpr int block_threads = 256;
inline constexpr int transpose_tile = 32;  // + 1 column, so that a column read hits 32 different banks
inline constexpr int transpose_rows = 8;   // threads are 32 x 8, four elements each
inline constexpr int serial_run = 64;      // elements that a thread adds one after another (accuracy)
inline constexpr int scan_items = 8;       // elements of a thread in a scan or a compaction
inline constexpr int sort_items = 8;       // keys of a thread in a radix pass
inline constexpr int matmul_tile = 16;

/// What depends on the device: how many blocks fill it.
struct device_tuning {
  int capability;  // 80: the first architecture it holds for
  int waves;       // blocks of block_threads per multiprocessor worth starting for a reduction
};
inline constexpr device_tuning tunings[] = {{0, 8}, {80, 8}, {90, 8}, {100, 8}};
constexpr device_tuning tuning_of(int capability) {
  device_tuning best = tunings[0];
  for (const device_tuning& t : tunings)
    if (t.capability <= capability) best = t;
  return best;
}

}  // namespace numloom::kernels
