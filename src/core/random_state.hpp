// SPDX-License-Identifier: BSD-3-Clause
/// What a device needs to fill an array with random numbers: a generator's position and a distribution.
#pragma once

#include <cstdint>

#include "numloom/bit_source.hpp"
#include "numloom/dtype.hpp"
#include "numloom/random.hpp"

namespace numloom {

enum class distribution : std::uint8_t {
  uniform,
  integers,
  standard_normal,
  standard_exponential,           // ziggurat
  standard_exponential_inverted,  // -log(1 - u)
  raw,
  // Walked in order: the CPU makes these, the other devices get them from there.
  integers_each,  // bounds of its own for every element
  permutation,    // int64: the numbers 0 to n - 1, shuffled
  shuffle,        // the elements that are there
  sampled,        // distributions of several draws a sample, by `which`
  sample,         // int64: n different numbers of [0, range], by Floyd
  // Several numbers a sample: `rows` rows of n. `out` holds zeros before.
  multinomial,     // int64, by `counts` (of experiments, a row), `weights` and `places`
  dirichlet,       // float64, by n `weights`
  hypergeometric,  // int64: `range` things from an urn with n `counts`, by marginals, or `masked` by counting
};

struct random_call {
  distribution kind;
  dtype type;
  void* out = nullptr;  // contiguous, n elements
  std::int64_t n = 0;
  random::stream_state* generator = nullptr;  // advanced by what was drawn (the call may wait for it)
  /// integers: low + [0, range], in the arithmetic of the dtype (modulo 2^64).
  std::uint64_t low = 0, range = 0;
  /// uniform, standard_normal, standard_exponential: shift + scale * x instead of x.
  bool affine = false;
  double scale = 1, shift = 0;
  /// integers_each: n of them.
  const std::uint64_t *lows = nullptr, *ranges = nullptr;
  /// sampled: float64 or int64. Parameters are numbers, or arrays of n.
  random::sampled which{};
  double parameters[3] = {};
  const double* each[3] = {};
  /// permutation, shuffle: rows of n elements, one after the other; positions below `first` take no part in
  /// the drawing (they may still be swapped with).
  std::int64_t rows = 1, first = 1;
  const std::int64_t* counts = nullptr;
  const double* weights = nullptr;
  const std::int64_t* places = nullptr;  // where a row's weights begin
  bool masked = true;  // partners by masks and rejection, as NumPy's shuffles; else by Lemire, as its choice
};

}  // namespace numloom
