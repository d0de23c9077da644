// SPDX-License-Identifier: BSD-3-Clause
// Samples walked in order whose parameters change from one to the next, and samples of several numbers.
#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/source_draws.hpp"
#include "cpu/random_walk.hpp"
#include "cpu/word_reader.hpp"

#include "functors/samplers.hpp"

namespace numloom::cpu_host {
namespace {

// ---- one number a sample ----
/// Samples in runs of equal parameters: making a sampler costs as much as a few samples.
template <class Source> void sampled_each(const random_call& call, Source& draws) {
  double p[3] = {call.parameters[0], call.parameters[1], call.parameters[2]};
  const auto read = [&](std::int64_t i, double* to) {
    for (int k = 0; k < 3; ++k)
      if (call.each[k]) to[k] = call.each[k][i];
  };
  for (std::int64_t i = 0, end; i < call.n; i = end) {
    read(i, p);
    double next[3] = {p[0], p[1], p[2]};
    for (end = i + 1; end < call.n; ++end) {
      read(end, next);
      if (!std::equal(p, p + 3, next)) break;
    }
    const auto fill = [&](const auto& sampler) {
      using Out = decltype(sampler(draws));
      for (std::int64_t k = i; k < end; ++k) static_cast<Out*>(call.out)[k] = sampler(draws);
    };
    if (call.type == dtype::float32)
      fill(standard_gamma_sampler_f32(static_cast<float>(p[0])));
    else
      with_sampler(static_cast<int>(call.which), p, fill);
  }
}

// ---- several numbers a sample ----
/// Binomial samplers for each outcome and number of experiments left: making one takes longer than drawing
/// from it, and few experiments come to the same ones again and again.
class binomial_samplers {
 public:
  explicit binomial_samplers(std::int64_t outcomes) : outcomes_(outcomes) {}
  /// For rows of these weights and that many experiments from now on.
  void serve(const double* weights, std::int64_t most) {
    const bool kept = weights == weights_ && most <= most_;
    if (kept || (most + 1) * outcomes_ > 4096) return;
    weights_ = weights;
    most_ = most;
    made_.assign(static_cast<std::size_t>((most + 1) * outcomes_), std::nullopt);
  }
  binomial_sampler of(const double* weights, std::int64_t outcome, std::int64_t left, double probability) {
    const double n = static_cast<double>(left);
    if (weights != weights_ || left > most_) return binomial_sampler(n, probability);
    std::optional<binomial_sampler>& found = made_[static_cast<std::size_t>(left * outcomes_ + outcome)];
    if (!found) found.emplace(n, probability);
    return *found;
  }

 private:
  std::int64_t outcomes_, most_ = -1;
  const double* weights_ = nullptr;
  std::vector<std::optional<binomial_sampler>> made_;
};

/// Binomial numbers of what the outcomes before have left.
template <class Source> void multinomial(const random_call& call, Source& draws) {
  std::int64_t* out = static_cast<std::int64_t*>(call.out);
  binomial_samplers samplers(call.n);
  for (std::int64_t r = 0; r < call.rows; ++r, out += call.n) {
    const double* const p = call.weights + call.places[r];
    std::int64_t left = call.counts[r];
    if (call.rows > 1) samplers.serve(p, left);
    double probability = 1.0;
    for (std::int64_t j = 0; j < call.n - 1 && left > 0; ++j) {
      out[j] = samplers.of(p, j, left, p[j] / probability)(draws);
      left -= out[j];
      probability -= p[j];
    }
    if (left > 0) out[call.n - 1] = left;
  }
}

/// Gamma numbers over their sum; where all are likely to vanish, a stick broken by beta numbers.
template <class Source> void dirichlet(const random_call& call, Source& draws) {
  const std::int64_t k = call.n;
  double* out = static_cast<double*>(call.out);
  if (std::all_of(call.weights, call.weights + k, [](double a) { return a < 0.1; })) {
    std::vector<double> sums(static_cast<std::size_t>(k));
    double sum = 0;
    for (std::int64_t j = k - 1; j >= 0; --j) sums[static_cast<std::size_t>(j)] = sum += call.weights[j];
    if (!(sum > 0)) return;
    std::vector<beta_sampler> breaks;
    for (std::int64_t j = 0; j < k - 1; ++j)
      breaks.emplace_back(call.weights[j], sums[static_cast<std::size_t>(j + 1)]);
    for (std::int64_t r = 0; r < call.rows; ++r, out += k) {
      double rest = 1;
      for (std::int64_t j = 0; j < k - 1; ++j) {
        const double share = breaks[static_cast<std::size_t>(j)](draws);
        out[j] = rest * share;
        rest *= 1. - share;
      }
      out[k - 1] = rest;
    }
    return;
  }
  const std::vector<standard_gamma_sampler> gammas(call.weights, call.weights + k);
  for (std::int64_t r = 0; r < call.rows; ++r, out += k) {
    double sum = 0;
    for (std::int64_t j = 0; j < k; ++j) sum += out[j] = gammas[static_cast<std::size_t>(j)](draws);
    const double inverse = 1 / sum;
    for (std::int64_t j = 0; j < k; ++j) out[j] *= inverse;
  }
}

/// One colour after another, the others together being the bad ones.
template <class Source>
void urn_by_marginals(Source& draws, const random_call& call, std::int64_t total, std::int64_t taken,
                      std::int64_t* out) {
  std::int64_t others = total;
  for (std::int64_t j = 0; taken > 0 && j + 1 < call.n; ++j) {
    others -= call.counts[j];
    out[j] = urn_sample(draws, call.counts[j], others, taken);
    taken -= out[j];
  }
  if (taken > 0) out[call.n - 1] = taken;
}

/// The first things of an urn that is shuffled as far as these.
template <class Source>
void urn_by_count(Source& draws, std::vector<u32>& urn, std::int64_t taken, std::int64_t* out) {
  const std::int64_t total = static_cast<std::int64_t>(urn.size());
  for (std::int64_t j = 0; j < taken; ++j) {
    std::swap(urn[static_cast<std::size_t>(j + masked_draw(draws, total - j - 1))],
              urn[static_cast<std::size_t>(j)]);
    ++out[urn[static_cast<std::size_t>(j)]];
  }
}

template <class Source> void hypergeometric(const random_call& call, Source& draws) {
  std::int64_t total = 0;
  for (std::int64_t j = 0; j < call.n; ++j) total += call.counts[j];
  std::int64_t taken = static_cast<std::int64_t>(call.range);
  const bool mirrored = taken > total / 2;  // what stays is drawn instead
  if (mirrored) taken = total - taken;
  std::vector<u32> urn;
  if (call.masked)
    for (std::int64_t j = 0; j < call.n; ++j)
      urn.insert(urn.end(), static_cast<std::size_t>(call.counts[j]), static_cast<u32>(j));
  std::int64_t* out = static_cast<std::int64_t*>(call.out);
  for (std::int64_t r = 0; r < call.rows; ++r, out += call.n) {
    if (call.masked)
      urn_by_count(draws, urn, taken, out);
    else
      urn_by_marginals(draws, call, total, taken, out);
    if (mirrored)
      for (std::int64_t j = 0; j < call.n; ++j) out[j] = call.counts[j] - out[j];
  }
}

}  // namespace

void walk_rows(const random_call& call) {
  with_draws(call, [&](auto& draws) {
    switch (call.kind) {
      case distribution::multinomial: return multinomial(call, draws);
      case distribution::dirichlet: return dirichlet(call, draws);
      case distribution::hypergeometric: return hypergeometric(call, draws);
      default: return sampled_each(call, draws);
    }
  });
}

}  // namespace numloom::cpu_host
