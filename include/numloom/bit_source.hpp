// SPDX-License-Identifier: BSD-3-Clause
/// Random numbers one after another from any source of random bits.
#pragma once

#include <cstdint>

#include "numloom/dtype.hpp"
#include "numloom/export.hpp"

namespace numloom::random {

/// A source of random bits as NumPy's bitgen_t describes it: the capsule of any numpy.random.BitGenerator
/// holds the address of one.
struct bit_source {
  void* state;
  std::uint64_t (*next_uint64)(void* state);
  std::uint32_t (*next_uint32)(void* state);
  double (*next_double)(void* state);
  std::uint64_t (*next_raw)(void* state);
};

enum class standard_distribution : std::uint8_t { uniform, normal, exponential, exponential_inverted };

/// Distributions of which a sample takes a number of draws that is not known beforehand. Their parameters are
/// numpy.random.Generator's, in its order.
enum class sampled : std::uint8_t {
  lognormal,
  rayleigh,
  pareto,
  weibull,
  power,
  laplace,
  logistic,
  gumbel,
  triangular,
  standard_gamma,
  gamma,
  chisquare,
  beta,
  f,
  standard_t,
  standard_cauchy,
  wald,
  vonmises,
  noncentral_chisquare,
  noncentral_f,
  poisson,  // int64, as all that follow
  geometric,
  binomial,
  negative_binomial,
  zipf,
  logseries,
};
inline bool is_count(sampled which) { return which >= sampled::poisson; }
/// n elements (float64, or int64 for counts) in host memory. Parameters are not checked.
NL_API void draw_sampled(const bit_source& source, sampled which, const double* parameters, void* out,
                         std::int64_t n);

/// n elements in host memory: shift + scale * x for float64 (the bare x when these are 1 and 0), x for
/// float32. The numbers are those that numpy.random.Generator makes of the same bits.
NL_API void draw(const bit_source& source, standard_distribution kind, dtype type, void* out, std::int64_t n,
                 double scale = 1, double shift = 0);
/// n integers low + [0, range] in the dtype's arithmetic.
NL_API void draw_integers(const bit_source& source, dtype type, void* out, std::int64_t n, std::uint64_t low,
                          std::uint64_t range);

}  // namespace numloom::random
