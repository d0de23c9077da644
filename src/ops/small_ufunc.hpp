// SPDX-License-Identifier: BSD-3-Clause
/// Ufuncs of few elements on the CPU, where planning costs more than computing: straight to the inner loop,
/// without a program. What does not fit goes the general way (ufunc.cpp), which gives the same values.
#pragma once

#include "cpu/float_status.hpp"
#include "numloom/ufuncs.hpp"

namespace numloom {

/// Contiguous operands of the loop's own dtype and one shape, and numbers.
class small_call {
 public:
  small_call() {}  // nothing is set before prepare()
  /// Is this such a call? Then run() does it.
  bool prepare(ufunc f, const array_like& a);
  bool prepare(ufunc f, const array_like& a, const array_like& b);
  bool prepare(ufunc f, const array_like& a, const scalar& b, const scalar& c);
  ndarray run();

 private:
  bool begin(ufunc f, const ndarray& like, int nin);
  void add(const ndarray& a);
  bool add(ufunc f, const scalar& number);
  cpu_host::ufunc_step loop_;
  dtype type_, result_;
  const ndarray* like_;
  int used_;
  char* args_[4];
  std::int64_t steps_[4];
  alignas(16) char values_[3][16];
};

/// The same with conversions, single elements beside arrays, and an output that is there already (or null:
/// `result` is made). False when it is not such a call.
bool run_small(ufunc f, std::span<const array_like> inputs, const ndarray* out, ndarray& result);

/// r = f(r, x) along n elements of a line on the CPU, one after the other. The first r is at `before`; each
/// one goes to `to`, which to_step moves on (0: the last one is left). False when f has no loop of this dtype
/// alone.
bool run_chain(ufunc f, dtype type, const char* before, const char* from, std::int64_t from_step, char* to,
               std::int64_t to_step, std::int64_t n);

}  // namespace numloom
