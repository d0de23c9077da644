// SPDX-License-Identifier: BSD-3-Clause
/// The two ways through a reduction: along rows (the reduced elements of one output lie together) and along
/// columns (neighbouring outputs lie together). How the work is cut depends on shapes only, never on the
/// number of threads, so results do not either.
#pragma once

#include <vector>

#include "cpu/reduce_source.hpp"

namespace numloom::cpu_host {

inline constexpr std::int64_t chunk_elements = 65536;  // of work worth a task of its own
inline constexpr std::int64_t most_chunks = 64;        // that one output is cut into

/// Combines partial results pairwise, like the bits of a counter: error grows with the logarithm of their
/// number.
class cascade {
 public:
  /// width accs at a time; memory of memory_bytes().
  cascade(const reduce_kernels& k, std::int64_t width, char* memory)
      : k_(k), width_(width), memory_(memory) {}
  static constexpr int levels = 48;
  static std::int64_t memory_bytes(const reduce_kernels& k, std::int64_t width) {
    return levels * width * k.acc_size;
  }
  /// Where the next partial result is to be written.
  char* next() { return slot(used_); }
  /// Takes the partial result written to next().
  void push() {
    ++used_;
    for (std::int64_t n = ++count_; n % 2 == 0; n /= 2) join();
  }
  /// All of them combined; the place of the result.
  char* finish() {
    while (used_ > 1) join();
    if (used_ == 0) k_.identity(slot(0), width_);
    return slot(0);
  }

 private:
  char* slot(int i) { return memory_ + i * width_ * k_.acc_size; }
  void join() {
    k_.merge(slot(used_ - 2), slot(used_ - 1), width_);
    --used_;
  }
  const reduce_kernels& k_;
  std::int64_t width_;
  char* memory_;
  int used_ = 0;
  std::int64_t count_ = 0;
};

/// Finishes n accs of outputs that lie at `first` and on, along kept dimension `d`, and stores them.
void store_results(const reduce_setup& s, char* accs, std::int64_t n, char* out, char* out2, int d);

void reduce_rows(const reduce_setup& s);
void reduce_columns(const reduce_setup& s);

/// Chunks of one output's elements when there are `tasks` of them that can run beside each other.
std::int64_t chunks_for(std::int64_t tasks, std::int64_t length, std::int64_t elements_each);

/// Calls f(kept index without dimension `skip`, offsets in source, mask, out, out2) ... as a decoded
/// position.
struct kept_position {
  std::int64_t source = 0, mask = 0, out = 0, out2 = 0;
};
/// Offsets of the position-th combination of all kept dimensions but `skip`.
kept_position locate(const reduction_plan& p, std::int64_t position, int skip);

}  // namespace numloom::cpu_host
