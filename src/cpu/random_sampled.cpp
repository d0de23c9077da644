// SPDX-License-Identifier: BSD-3-Clause
// Samples that take an unknown number of draws, in parallel. Each chunk of words is sampled as if a sample
// began at its first word. When the chunk before tells where one really begins, the chunk is sampled again
// from there until a sample begins where one began in the first attempt: from then on both are the same,
// since a sample depends on nothing but the words from its beginning on. That is soon, most often at once.
#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include "cpu/random_relay.hpp"
#include "cpu/random_walk.hpp"
#include "cpu/threads.hpp"
#include "cpu/word_reader.hpp"

#include "functors/samplers.hpp"

namespace numloom::cpu_host {
namespace {

constexpr std::int64_t most_words = 4096;  // of a chunk

/// The words of a chunk one after another, and those behind it.
struct chunk_source {
  const u64* words;
  std::int64_t count, at, begin;
  const word_stream& stream;
  u64 next64() {
    if (at < count) return words[at++];
    u64 word;
    word_reader(stream, begin + at++).read(&word, 1);
    return word;
  }
  double uniform() { return uniform_f64(next64()); }
};

template <class Out> struct attempt {
  std::vector<Out> values;
  std::vector<std::int64_t> starts;  // in words of the chunk
  std::int64_t size() const { return static_cast<std::int64_t>(values.size()); }
};

/// A chunk's samples: those of the correction, then those of the first attempt from `kept` on.
template <class Out> struct chunk_samples {
  attempt<Out> first, correction;
  std::int64_t kept = 0, end = 0;  // end: behind the last sample, in words of the chunk

  std::int64_t size() const { return correction.size() + first.size() - kept; }
  /// Where sample i begins, or would begin.
  std::int64_t start(std::int64_t i) const {
    if (i >= size()) return end;
    const std::int64_t behind = i - correction.size();
    return behind < 0 ? correction.starts[static_cast<std::size_t>(i)]
                      : first.starts[static_cast<std::size_t>(kept + behind)];
  }
  void copy_to(Out* out, std::int64_t n) const {
    const std::int64_t corrected = std::min(n, correction.size());
    std::copy_n(correction.values.begin(), corrected, out);
    std::copy_n(first.values.begin() + kept, n - corrected, out + corrected);
  }
};

template <class Sampler, class Out> class sampled_fill {
 public:
  sampled_fill(const random_call& call, const Sampler& sampler)
      : sampler_(sampler),
        stream_(*call.generator, 8),
        n_(call.n),
        chunk_(std::clamp<std::int64_t>(4 * call.n, 16, most_words)),
        out_(static_cast<Out*>(call.out)) {
    parallel_for(n_ > most_words ? num_threads() : 1, 1, [&](std::int64_t, std::int64_t) { work(); });
    consume_words(*call.generator, relay_.consumed);
  }

 private:
  void work() {
    std::vector<u64> words(static_cast<std::size_t>(chunk_));
    chunk_samples<Out> samples;
    while (run(relay_.next_chunk.fetch_add(1, std::memory_order_relaxed), words.data(), samples)) {
    }
  }

  void sample(chunk_source& source, attempt<Out>& to) const {
    to.starts.push_back(source.at);
    to.values.push_back(sampler_(source));
  }

  /// False when all samples are there.
  bool run(std::int64_t chunk, u64* words, chunk_samples<Out>& samples) {
    const std::int64_t begin = chunk * chunk_;
    word_reader(stream_, begin).read(words, chunk_);
    chunk_source source{words, chunk_, 0, begin, stream_};
    for (attempt<Out>* a : {&samples.first, &samples.correction}) a->values.clear(), a->starts.clear();
    const std::int64_t limit = chunk == 0 ? n_ : chunk_;  // later ones may lose samples to a correction
    while (source.at < chunk_ && samples.first.size() < limit) sample(source, samples.first);
    samples.kept = 0;
    samples.end = source.at;
    relay_.await(chunk);
    const std::int64_t at = relay_.samples, wanted = n_ - at;
    if (wanted <= 0) {
      relay_.turn.store(chunk + 1, std::memory_order_release);
      return false;
    }
    if (relay_.carry > 0) correct(source, samples);
    const std::int64_t taken = std::min(samples.size(), wanted);
    relay_.samples += taken;
    relay_.consumed = begin + samples.start(taken);
    relay_.carry = std::max<std::int64_t>(samples.end - chunk_, 0);
    relay_.turn.store(chunk + 1, std::memory_order_release);
    samples.copy_to(out_ + at, taken);
    return taken < wanted;
  }

  void correct(chunk_source& source, chunk_samples<Out>& samples) const {
    const std::vector<std::int64_t>& starts = samples.first.starts;
    std::int64_t i = 0;
    for (source.at = relay_.carry;; sample(source, samples.correction)) {
      while (i < samples.first.size() && starts[static_cast<std::size_t>(i)] < source.at) ++i;
      samples.kept = i;
      if (i < samples.first.size() && starts[static_cast<std::size_t>(i)] == source.at) return;
      if (source.at >= chunk_) break;
    }
    samples.end = source.at;
  }

  const Sampler sampler_;
  const word_stream stream_;
  const std::int64_t n_, chunk_;
  Out* const out_;
  relay relay_;
};

}  // namespace

bool fill_sampled(const random_call& call) {
  const bool in_parallel =
      call.generator->kind != random::engine::foreign && call.type != dtype::float32 &&
      std::none_of(call.each, call.each + 3, [](const double* p) { return p != nullptr; }) &&
      takes_words_alone(static_cast<int>(call.which), call.parameters);
  if (!in_parallel) return false;
  with_word_sampler(static_cast<int>(call.which), call.parameters, [&](const auto& sampler) {
    using Sampler = std::remove_cvref_t<decltype(sampler)>;
    using Out = decltype(sampler(std::declval<chunk_source&>()));
    sampled_fill<Sampler, Out>(call, sampler);
  });
  return true;
}

}  // namespace numloom::cpu_host
