// SPDX-License-Identifier: BSD-3-Clause
/// Random numbers: NumPy's Generator over PCG64. The same seed gives NumPy's own numbers, on every device.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "numloom/bit_source.hpp"
#include "numloom/ndarray.hpp"
#include "numloom/ufuncs.hpp"

namespace numloom {

__extension__ using uint128 = unsigned __int128;

/// PCG64 (O'Neill 2014, XSL-RR 128/64) as NumPy seeds and steps it: a 128-bit LCG, so any position can be
/// jumped to. The fields are those of numpy.random.PCG64().state.
struct pcg64_state {
  uint128 state = 0, increment = 1;
  bool has_uint32 = false;  ///< the upper half of the last word is still to be used by 32-bit draws
  std::uint32_t uinteger = 0;
  friend bool operator==(const pcg64_state&, const pcg64_state&) = default;
};

namespace random {

/// The bit generators of NumPy whose streams can be entered at any position; and any other, drawn from
/// through its functions, one word after another.
enum class engine : std::uint8_t { pcg64, pcg64dxsm, philox, foreign };

/// Where a stream of one of them stands. A PCG64 position is one too.
struct stream_state : pcg64_state {
  engine kind = engine::pcg64;
  // Philox: the block of that counter is in the buffer, its first buffer_position words are spent.
  int buffer_position = 4;
  std::uint64_t counter[4] = {}, key[2] = {}, buffer[4] = {};
  bit_source source{};  // foreign: the position is its own state, which must outlive this
  stream_state() = default;
  stream_state(const pcg64_state& s, engine which = engine::pcg64) : pcg64_state(s), kind(which) {}
  explicit stream_state(const bit_source& s) : kind(engine::foreign), source(s) {}
  friend bool operator==(const stream_state&, const stream_state&) = default;
};

/// numpy.random.SeedSequence: mixes entropy of any length into well distributed words.
class NL_API seed_sequence {
 public:
  /// 128 bits of entropy from the operating system.
  seed_sequence();
  explicit seed_sequence(std::uint64_t entropy) : seed_sequence(words_of(entropy)) {}
  /// Entropy as NumPy flattens it: the 32-bit words of every integer, least significant first, at least one
  /// word for each.
  explicit seed_sequence(std::span<const std::uint32_t> entropy,
                         std::span<const std::uint32_t> spawn_key = {}, int pool_size = 4);
  explicit seed_sequence(const std::vector<std::uint32_t>& entropy)
      : seed_sequence(std::span<const std::uint32_t>(entropy)) {}
  /// Integers as numpy.random.SeedSequence([...]) takes them.
  explicit seed_sequence(const std::vector<std::uint64_t>& integers) : seed_sequence(words_of(integers)) {}

  /// n 32-bit words. The same words at every call.
  std::vector<std::uint32_t> generate_state(int n) const;
  /// n sequences that are independent of this one and of each other. Every call gives new ones.
  std::vector<seed_sequence> spawn(int n);

  const std::vector<std::uint32_t>& entropy() const noexcept { return entropy_; }
  const std::vector<std::uint32_t>& spawn_key() const noexcept { return spawn_key_; }
  const std::vector<std::uint32_t>& pool() const noexcept { return pool_; }
  std::uint32_t children_spawned() const noexcept { return children_; }

 private:
  static std::vector<std::uint32_t> words_of(std::uint64_t value);
  static std::vector<std::uint32_t> words_of(const std::vector<std::uint64_t>& integers);
  std::vector<std::uint32_t> entropy_, spawn_key_, pool_;
  std::uint32_t children_ = 0;
};

/// The state that numpy.random.PCG64(sequence) starts in.
NL_API pcg64_state pcg64_seed(const seed_sequence& sequence);
/// The state after `delta` steps (64-bit draws): numpy.random.PCG64.advance. Negative steps are steps modulo
/// 2^128. Forgets a half-used word, as NumPy does.
NL_API pcg64_state pcg64_advance(pcg64_state s, uint128 delta);

/// The states that numpy.random.PCG64DXSM(sequence) and numpy.random.Philox(sequence) start in.
NL_API stream_state pcg64dxsm_seed(const seed_sequence& sequence);
NL_API stream_state philox_seed(const seed_sequence& sequence);

/// 2^128 draws further (Philox), or that share of the period which numpy.random's jumped() skips (PCG64,
/// PCG64DXSM), as often as said: streams that do not meet. Throws value_error for a foreign generator.
NL_API stream_state jumped(const stream_state& s, std::uint64_t jumps = 1);

/// numpy.random.SFC64: Doty-Humphrey's small fast chaotic generator. Its stream is walked word by word: draw
/// by generator(bits.source()), which goes on from the same state.
class NL_API sfc64 {
 public:
  explicit sfc64(const seed_sequence& sequence);
  /// Must not outlive the object.
  bit_source source() noexcept;
  std::array<std::uint64_t, 4> state{};  ///< three words and a counter, as NumPy's
  bool has_uint32 = false;
  std::uint32_t uinteger = 0;
};

/// numpy.random.MT19937: the Mersenne Twister (Matsumoto and Nishimura 1998), walked as SFC64 is.
class NL_API mt19937 {
 public:
  explicit mt19937(const seed_sequence& sequence);
  /// Must not outlive the object.
  bit_source source() noexcept;
  std::array<std::uint32_t, 624> key{};  ///< as NumPy's
  int position = 623;
};

struct integers_options {
  numloom::dtype dtype = numloom::dtype::int64;
  bool endpoint = false;  ///< high is included
};

enum class exponential_method : std::uint8_t { ziggurat, inverse };

/// NumPy's size=: a shape or a length, or nothing for the common shape of the parameters.
struct sample_size : std::optional<shape_t> {
  sample_size() = default;
  sample_size(std::integral auto length) : std::optional<shape_t>(shape_t{length}) {}
  sample_size(std::initializer_list<std::int64_t> extents) : std::optional<shape_t>(shape_t(extents)) {}
  sample_size(const shape_t& shape) : std::optional<shape_t>(shape) {}
  sample_size(const std::optional<shape_t>& shape) : std::optional<shape_t>(shape) {}
};

enum class covariance_factor : std::uint8_t { svd, eigh, cholesky };

struct multivariate_normal_options {
  covariance_factor method = covariance_factor::svd;
  double tol = 1e-8;
  bool check_valid = true;  ///< whether cov is looked at; cholesky always raises linalg_error for a bad one
  bool* invalid = nullptr;  ///< where to say that cov is not positive semidefinite, instead of throwing
};

enum class urn_method : std::uint8_t { marginals, count };

struct choice_options {
  bool replace = true;
  std::optional<ndarray> p{};  ///< a probability for each element; they sum to 1
  int axis = 0;
  bool shuffle = true;  ///< without replacement: false is faster, and the order then tells something
};

/// numpy.random.Generator(PCG64(seed)). Arrays are made on the current device. Copies go on independently
/// from the same position. One generator must not be used by two threads at once.
class NL_API generator {
 public:
  /// Seeded by the operating system.
  generator() : generator(seed_sequence()) {}
  explicit generator(std::uint64_t seed) : generator(seed_sequence(seed)) {}
  explicit generator(const seed_sequence& sequence) : state_(pcg64_seed(sequence)) {}
  explicit generator(const stream_state& s) : state_(s) {}
  /// Draws in order from any bit generator, which must outlive this.
  explicit generator(const bit_source& source) : state_(source) {}

  /// Uniform in [0, 1). dtype is float64 or float32.
  ndarray random(const sample_size& size = {}, dtype type = dtype::float64);
  /// Uniform integers in [low, high), or [low, high] with endpoint. Throws value_error when the bounds are
  /// empty or do not fit the dtype.
  ndarray integers(const scalar& low, const scalar& high, const shape_t& shape,
                   integers_options options = {});
  /// Uniform integers in [low, high) with bounds of their own for every element. An empty shape: the bounds'
  /// common one.
  ndarray integers(const ndarray& low, const ndarray& high, const std::optional<shape_t>& shape = {},
                   integers_options options = {});
  /// Uniform integers in [0, high).
  ndarray integers(const scalar& high, const shape_t& shape = {}, integers_options options = {}) {
    return integers(scalar(0), high, shape, options);
  }
  /// Normal with mean 0 and deviation 1. dtype is float64 or float32.
  ndarray standard_normal(const sample_size& size = {}, dtype type = dtype::float64);
  /// Exponential with mean 1. dtype is float64 or float32.
  ndarray standard_exponential(const sample_size& size = {}, dtype type = dtype::float64,
                               exponential_method method = exponential_method::ziggurat);

  // Distributions with parameters: numbers, or arrays that broadcast to the size (without one, to their
  // common shape). float64, counts int64. Elements are drawn in order, so that the numbers are NumPy's. Throw
  // value_error for parameters that the distribution does not have, overflow_error for an infinite high -
  // low.
  ndarray uniform(const array_like& low = 0.0, const array_like& high = 1.0, const sample_size& size = {});
  ndarray normal(const array_like& loc = 0.0, const array_like& scale = 1.0, const sample_size& size = {});
  ndarray exponential(const array_like& scale = 1.0, const sample_size& size = {});
  ndarray lognormal(const array_like& mean = 0.0, const array_like& sigma = 1.0,
                    const sample_size& size = {});
  ndarray rayleigh(const array_like& scale = 1.0, const sample_size& size = {});
  ndarray pareto(const array_like& a, const sample_size& size = {});
  ndarray weibull(const array_like& a, const sample_size& size = {});
  ndarray power(const array_like& a, const sample_size& size = {});
  ndarray laplace(const array_like& loc = 0.0, const array_like& scale = 1.0, const sample_size& size = {});
  ndarray logistic(const array_like& loc = 0.0, const array_like& scale = 1.0, const sample_size& size = {});
  ndarray gumbel(const array_like& loc = 0.0, const array_like& scale = 1.0, const sample_size& size = {});
  ndarray triangular(const array_like& left, const array_like& mode, const array_like& right,
                     const sample_size& size = {});
  /// dtype is float64 or float32.
  ndarray standard_gamma(const array_like& shape, const sample_size& size = {}, dtype type = dtype::float64);
  ndarray gamma(const array_like& shape, const array_like& scale = 1.0, const sample_size& size = {});
  ndarray chisquare(const array_like& df, const sample_size& size = {});
  ndarray beta(const array_like& a, const array_like& b, const sample_size& size = {});
  ndarray f(const array_like& dfnum, const array_like& dfden, const sample_size& size = {});
  ndarray standard_t(const array_like& df, const sample_size& size = {});
  ndarray standard_cauchy(const sample_size& size = {});
  ndarray wald(const array_like& mean, const array_like& scale, const sample_size& size = {});
  ndarray vonmises(const array_like& mu, const array_like& kappa, const sample_size& size = {});
  ndarray noncentral_chisquare(const array_like& df, const array_like& nonc, const sample_size& size = {});
  ndarray noncentral_f(const array_like& dfnum, const array_like& dfden, const array_like& nonc,
                       const sample_size& size = {});
  ndarray poisson(const array_like& lam = 1.0, const sample_size& size = {});
  ndarray geometric(const array_like& p, const sample_size& size = {});
  ndarray binomial(const array_like& n, const array_like& p, const sample_size& size = {});
  ndarray negative_binomial(const array_like& n, const array_like& p, const sample_size& size = {});
  ndarray zipf(const array_like& a, const sample_size& size = {});
  ndarray logseries(const array_like& p, const sample_size& size = {});
  ndarray hypergeometric(const array_like& ngood, const array_like& nbad, const array_like& nsample,
                         const sample_size& size = {});
  /// Any of those from lognormal on, by its number in bit_source.hpp.
  ndarray draw(sampled which, std::initializer_list<array_like> parameters, const sample_size& size = {},
               std::optional<dtype> type = {});

  // Several numbers a sample, along a last axis.
  /// Counts of n experiments (a number, or integers that broadcast against the rows of pvals) with outcomes
  /// of the probabilities pvals[..., :]; the last of them is what is left.
  ndarray multinomial(const array_like& n, const ndarray& pvals, const sample_size& size = {});
  /// Shares that sum to 1, from as many concentrations >= 0 (one axis).
  ndarray dirichlet(const ndarray& alpha, const sample_size& size = {});
  /// How many of each colour are among nsample things taken from an urn with colors[i] of each.
  ndarray multivariate_hypergeometric(const ndarray& colors, std::int64_t nsample,
                                      const sample_size& size = {},
                                      urn_method method = urn_method::marginals);
  /// mean (k) and cov (k, k), real. The factor of cov is computed on the CPU, whose signs of singular vectors
  /// are NumPy's.
  ndarray multivariate_normal(const ndarray& mean, const ndarray& cov, const sample_size& size = {},
                              const multivariate_normal_options& options = {});

  /// The numbers 0 to n - 1 in random order.
  ndarray permutation(std::int64_t n);
  /// A copy of x with its slices along the axis in random order.
  ndarray permutation(const ndarray& x, int axis = 0);
  /// The same in place. Throws value_error for a read-only array.
  void shuffle(const ndarray& x, int axis = 0);
  /// A copy of x in which every one-dimensional slice along the axis is shuffled on its own; without an axis
  /// all elements. `out` must have x's shape.
  ndarray permuted(const ndarray& x, std::optional<int> axis = {}, const std::optional<ndarray>& out = {});
  /// Elements of a along an axis, or of 0 to population - 1. Throws value_error for a sample that cannot be.
  ndarray choice(const ndarray& a, const shape_t& shape, const choice_options& options = {});
  ndarray choice(std::int64_t population, const shape_t& shape, const choice_options& options = {});
  std::vector<std::byte> bytes(std::int64_t length);

  /// The next 64-bit words: numpy.random.PCG64.random_raw. dtype uint64.
  ndarray random_raw(const shape_t& shape);

  /// NumPy's out=: fill an existing float32 or float64 array, C-contiguous and writeable. Throws value_error
  /// otherwise.
  void random_into(const ndarray& out);
  void standard_normal_into(const ndarray& out);
  void standard_exponential_into(const ndarray& out,
                                 exponential_method method = exponential_method::ziggurat);

  /// Where the generator stands, as numpy.random.PCG64().state has it.
  const stream_state& state() const noexcept { return state_; }
  void set_state(const stream_state& s) noexcept { state_ = s; }
  /// Skips `delta` 64-bit draws (PCG64 only).
  void advance(uint128 delta);

 private:
  stream_state state_;
};

/// numpy.random.default_rng.
inline generator default_rng() { return generator(); }
inline generator default_rng(std::uint64_t seed) { return generator(seed); }
inline generator default_rng(const std::vector<std::uint64_t>& seeds) {
  return generator(seed_sequence(seeds));
}
inline generator default_rng(const seed_sequence& sequence) { return generator(sequence); }

}  // namespace random
}  // namespace numloom
