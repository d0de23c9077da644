// SPDX-License-Identifier: BSD-3-Clause
/// Reads the reduced elements of one output, run by run, as contiguous elements of the type that the kernels
/// compute in.
#pragma once

#include <cstdint>

#include "core/reduction.hpp"
#include "cpu/isa/tables.hpp"

namespace numloom::cpu_host {

/// float16 is computed in float32.
constexpr dtype computed_in(dtype loop) { return loop == dtype::float16 ? dtype::float32 : loop; }

/// What a plan means for this device: kernels, and the conversions on the way to them.
struct reduce_setup {
  const reduction_plan& plan;
  const reduce_kernels& kernels;
  int item;         // bytes of a source element in memory
  int computed;     // bytes of an element as the kernels take it
  loop_fn convert;  // memory -> loop dtype; null if the same
  loop_fn widen;    // loop dtype float16 -> float32; null otherwise
  int loop_item;
  explicit reduce_setup(const reduction_plan& plan);
  bool converts() const { return convert || widen; }
  /// n contiguous elements through the conversions; `from` may be strided. Two buffers of n elements of 16
  /// bytes.
  const char* prepare(const char* from, std::int64_t step, std::int64_t n, char* buffer) const;
  static constexpr std::int64_t buffer_bytes(std::int64_t n) { return 2 * 16 * n; }
};

/// Walks the reduced dimensions of one output from position `first` on.
class reduced_runs {
 public:
  reduced_runs(const reduce_setup& setup, const char* source, const char* mask, std::int64_t first,
               std::int64_t count, char* memory);
  /// Bytes of `memory` that a walk needs.
  static std::int64_t memory_bytes(const reduce_setup& setup);

  struct run {
    const char* data;
    std::int64_t n;      // elements that the kernel is to take (masked ones are gone)
    std::int64_t first;  // position of the first along the reduced axes
    bool more;
  };
  run next();

 private:
  void advance(std::int64_t n);
  std::int64_t gather(char* data, char* mask, std::int64_t most);

  const reduce_setup& s_;
  char* memory_;
  const char* source_;
  const char* mask_;
  std::int64_t position_, end_;
  std::int64_t index_[max_dims];
};

}  // namespace numloom::cpu_host
