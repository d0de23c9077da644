// SPDX-License-Identifier: BSD-3-Clause
/// Random numbers one after another from any source of random bits.
#pragma once

#include <cstdint>
#include <string_view>

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
  friend bool operator==(const bit_source&, const bit_source&) = default;
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
  hypergeometric,
};
inline bool is_count(sampled which) { return which >= sampled::poisson; }
/// Why NumPy refuses these parameters, or would not return from them; empty for good ones.
NL_API std::string_view refusal(sampled which, const double* parameters);
/// How many parameters it has.
NL_API int parameter_count(sampled which);
/// n elements in host memory: int64 for counts, else float64 (standard_gamma: float32 too). Parameters are
/// not checked.
NL_API void draw_sampled(const bit_source& source, sampled which, dtype type, const double* parameters,
                         void* out, std::int64_t n);

/// n elements in host memory: shift + scale * x for float64 (the bare x when these are 1 and 0), x for
/// float32. The numbers are those that numpy.random.Generator makes of the same bits.
NL_API void draw(const bit_source& source, standard_distribution kind, dtype type, void* out, std::int64_t n,
                 double scale = 1, double shift = 0);
/// n integers low + [0, range] in the dtype's arithmetic.
NL_API void draw_integers(const bit_source& source, dtype type, void* out, std::int64_t n, std::uint64_t low,
                          std::uint64_t range);

}  // namespace numloom::random
