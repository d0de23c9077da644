// SPDX-License-Identifier: BSD-3-Clause
/// random_fill: NumPy's numbers, made in any order. Words come from jumped-to positions of the PCG64 stream.
/// Uniform numbers take one draw each, so chunks are independent. Bounded integers pass draws over and normal
/// numbers may take several: there each chunk of draws is judged into a buffer on its own, and the chunks
/// then agree, in order, on where their samples go and where the first one begins.
#include <algorithm>
#include <cstring>
#include <type_traits>
#include <vector>

#include "core/word_stream.hpp"
#include "cpu/backend.hpp"
#include "cpu/random_relay.hpp"
#include "cpu/random_walk.hpp"
#include "cpu/threads.hpp"
#include "cpu/word_reader.hpp"
#include "numloom/error.hpp"

#include "functors/ziggurat.hpp"

namespace numloom::cpu_host {
namespace {

constexpr std::int64_t block_words = 1024;   // 8 KB: stays in L1 between making and using
constexpr std::int64_t chunk_words = 32768;  // unit of parallel work

/// Draws of a width narrower than the words that hold them.
template <class Draw> struct draw_view {
  const u64* words;
  std::int64_t first;
  Draw operator[](std::int64_t i) const {
    Draw value;
    std::memcpy(&value,
                reinterpret_cast<const char*>(words) + (first + i) * static_cast<std::int64_t>(sizeof(Draw)),
                sizeof(Draw));
    return value;
  }
  const Draw* address(std::int64_t i) const { return reinterpret_cast<const Draw*>(words) + first + i; }
};

/// Calls f(draws, index of the first one, count) for the draws [begin, end) of a call, piece by piece.
template <class Draw, class F>
void for_each_piece(const word_stream& source, std::int64_t begin, std::int64_t end, F&& f) {
  constexpr std::int64_t per_word = 8 / sizeof(Draw);
  u64 words[block_words];
  const std::int64_t first = source.first_draw(sizeof(Draw));
  word_reader reader(source, (first + begin) / per_word);
  std::int64_t skip = (first + begin) % per_word;
  while (begin < end) {
    const std::int64_t want = std::min(block_words, (skip + end - begin + per_word - 1) / per_word);
    reader.read(words, want);
    const std::int64_t count = std::min(end - begin, want * per_word - skip);
    f(draw_view<Draw>{words, skip}, begin, count);
    begin += count;
    skip = 0;
  }
}

/// out[i] = f(draw i).
template <class Draw, class Out, class F> void fill_each(const random_call& call, F f) {
  const word_stream source(*call.generator, sizeof(Draw));
  Out* const out = static_cast<Out*>(call.out);
  parallel_for(call.n, chunk_words, [&](std::int64_t begin, std::int64_t end) {
    for_each_piece<Draw>(source, begin, end, [&](draw_view<Draw> draws, std::int64_t at, std::int64_t count) {
      Out* const to = out + at;
      for (std::int64_t i = 0; i < count; ++i) to[i] = f(draws[i]);
    });
  });
  consume_draws(*call.generator, call.n, sizeof(Draw));
}

void fill_uniform_f32(const random_call& call) {
  const word_stream source(*call.generator, 4);
  float* const out = static_cast<float*>(call.out);
  parallel_for(call.n, chunk_words, [&](std::int64_t begin, std::int64_t end) {
    for_each_piece<u32>(source, begin, end, [&](draw_view<u32> draws, std::int64_t at, std::int64_t count) {
      dense().random.uniform_f32(draws.address(0), out + at, count);
    });
  });
  consume_draws(*call.generator, call.n, 4);
}

void fill_uniform(const random_call& call) {
  const word_stream source(*call.generator, 8);
  double* const out = static_cast<double*>(call.out);
  parallel_for(call.n, chunk_words, [&](std::int64_t begin, std::int64_t end) {
    for_each_piece<u64>(source, begin, end, [&](draw_view<u64> draws, std::int64_t at, std::int64_t count) {
      dense().random.uniform(draws.words, out + at, count, call.scale, call.shift);
    });
  });
  consume_draws(*call.generator, call.n, 8);
}

constexpr std::int64_t sampler_overrun = 8;

/// Samples of a chunk of draws.
struct judged {
  std::int64_t samples;
  std::int64_t end;  // draws up to the end of the last sample; may lie beyond the chunk
};

/// Bounded integers: draws that are passed over make no sample.
template <class Draw_, class Out_> struct bounded {
  using Draw = Draw_;
  using Out = Out_;
  lemire<Draw> rule;
  Out low;

  double draws_per_sample() const {
    constexpr double all = 0x1p32 * (sizeof(Draw) == 8 ? 0x1p32 : 1) /
                           (sizeof(Draw) == 2   ? 0x1p16
                            : sizeof(Draw) == 1 ? 0x1p24
                                                : 1);
    return all / (all - static_cast<double>(rule.threshold));
  }
  /// Judges the draws [begin, count) until there are `limit` samples. `more` gives draws beyond count.
  template <class More>
  judged operator()(draw_view<Draw> draws, std::int64_t begin, std::int64_t count, Out* out,
                    std::int64_t limit, More&&) const {
    constexpr std::int64_t run = 256;
    std::int64_t samples = 0, i = begin;
    while (i < count && samples < limit) {
      const std::int64_t n = std::min(run, count - i);
      u32 passed_over = 0;
      if (limit - samples >= n) {  // mostly nothing is passed over: judge the run first
        if constexpr (sizeof(Draw) == 4) {
          if (whole_run(draws.address(i), out + samples, n) != 0) passed_over = 1;
        } else {
          for (std::int64_t j = 0; j < n; ++j) passed_over += rule.accepts(draws[i + j]) ? 0u : 1u;
        }
        if (passed_over == 0) {
          if constexpr (sizeof(Draw) != 4)
            for (std::int64_t j = 0; j < n; ++j) out[samples + j] = value(draws[i + j]);
          samples += n;
          i += n;
          continue;
        }
      }
      for (const std::int64_t end = i + n; i < end && samples < limit; ++i) {
        out[samples] = value(draws[i]);
        samples += rule.accepts(draws[i]) ? 1 : 0;
      }
    }
    return {samples, i};
  }
  /// Writes the elements of a run of draws; how many draws are to be passed over.
  long whole_run(const u32* draws, Out* out, std::int64_t n) const {
    const u32 range = static_cast<u32>(rule.span - 1);
    if constexpr (sizeof(Out) == 8)
      return dense().random.bounded_64(draws, out, n, range, low);
    else
      return dense().random.bounded_32(draws, out, n, range, low);
  }
  Out value(Draw draw) const { return static_cast<Out>(low + static_cast<Out>(rule.value(draw))); }
};

/// Normal or exponential numbers: ziggurat_draw or exponential_draw of float or double.
template <class Rule> struct ziggurat {
  using Draw = typename Rule::draw;
  using Out = decltype(Rule::value);
  double draws_per_sample() const { return 1.03; }
  /// Writes up to `sampler_overrun` elements behind the samples.
  template <class More>
  judged operator()(draw_view<Draw> draws, std::int64_t begin, std::int64_t count, Out* out,
                    std::int64_t limit, More&& more) const {
    std::int64_t samples = 0, i = begin;
    while (i < count && samples < limit) {
      const std::int64_t plain = plain_runs(draws, i, std::min(count - i, limit - samples), out + samples);
      samples += plain;
      i += plain;
      for (const std::int64_t end = std::min(i + run, count); i < end && samples < limit;) {
        Rule d(draws[i++]);
        const bool made = d.plain || settle(d, [&] { return i < count ? draws[i++] : more(i++); });
        out[samples] = d.value;
        samples += made ? 1 : 0;
      }
    }
    return {samples, i};
  }

  static constexpr std::int64_t run = sampler_overrun;
  /// Makes samples of the draws from `first` on, run by run, up to the first run that holds an exceptional
  /// one.
  [[gnu::noinline]] static std::int64_t plain_runs(draw_view<Draw> draws, std::int64_t first,
                                                   std::int64_t count, Out* out) {
    std::int64_t made = 0;
    for (; made + run <= count; made += run) {
      bool plain = true;
      for (std::int64_t j = 0; j < run; ++j) {
        const Rule d(draws[first + made + j]);
        out[made + j] = d.value;
        plain &= d.plain;
      }
      if (!plain) break;
    }
    return made;
  }
};

template <class Sampler> class ordered_fill {
  using Draw = typename Sampler::Draw;
  using Out = typename Sampler::Out;
  static constexpr std::int64_t per_word = 8 / sizeof(Draw);
  static constexpr std::int64_t max_words = 8192;

 public:
  ordered_fill(const random_call& call, const Sampler& sampler)
      : sampler_(sampler),
        source_(*call.generator, sizeof(Draw)),
        n_(call.n),
        out_(static_cast<Out*>(call.out)),
        affine_(call.affine),
        scale_(call.scale),
        shift_(call.shift) {
    const double expected = static_cast<double>(n_) * sampler.draws_per_sample() * 1.01 + 16;
    chunk_ = static_cast<std::int64_t>(std::min(expected, static_cast<double>(max_words * per_word)));
    const bool many = expected > static_cast<double>(2 * chunk_);
    parallel_for(many ? num_threads() : 1, 1, [&](std::int64_t, std::int64_t) { work(); });
    consume_draws(*call.generator, relay_.consumed, sizeof(Draw));
  }

 private:
  void work() {
    const std::int64_t words = (chunk_ + 2 * per_word - 1) / per_word;
    thread_local std::vector<u64> scratch;  // words, then samples
    const std::size_t needed = static_cast<std::size_t>(words) +
                               static_cast<std::size_t>(chunk_ + sampler_overrun) * sizeof(Out) / 8 + 1;
    if (scratch.size() < needed) scratch.resize(needed);
    while (true) {
      const std::int64_t chunk = relay_.next_chunk.fetch_add(1, std::memory_order_relaxed);
      if (!run(chunk, scratch.data(), reinterpret_cast<Out*>(scratch.data() + words))) return;
    }
  }

  /// False when the samples are complete.
  bool run(std::int64_t chunk, u64* words, Out* samples) {
    const std::int64_t begin = source_.first_draw(sizeof(Draw)) + chunk * chunk_;
    const std::int64_t skip = begin % per_word;
    word_reader(source_, begin / per_word).read(words, (skip + chunk_ + per_word - 1) / per_word);
    const draw_view<Draw> draws{words, skip};
    const auto more = [&](std::int64_t i) { return draw_at(begin + i); };
    const auto judge = [&](std::int64_t from, std::int64_t limit) {
      return sampler_(draws, from, chunk_, samples, limit, more);
    };
    judged result{0, 0};
    if (chunk > 0)
      result = judge(0, chunk_);  // most often no sample reaches into the chunk: do not wait to know
    relay_.await(chunk);
    const std::int64_t at = relay_.samples, wanted = n_ - at;
    if (wanted > 0) {
      if (chunk == 0 || relay_.carry > 0 || result.samples >= wanted) result = judge(relay_.carry, wanted);
      relay_.samples += result.samples;
      relay_.carry = std::max<std::int64_t>(result.end - chunk_, 0);
      relay_.consumed = chunk * chunk_ + result.end;
    }
    relay_.turn.store(chunk + 1, std::memory_order_release);
    if (wanted <= 0) return false;
    store(samples, result.samples, out_ + at);
    return result.samples < wanted;
  }

  void store(const Out* samples, std::int64_t count, Out* to) const {
    if constexpr (std::is_same_v<Out, double>)
      if (affine_) {
        for (std::int64_t i = 0; i < count; ++i) to[i] = shift_ + scale_ * samples[i];
        return;
      }
    std::copy_n(samples, count, to);
  }

  Draw draw_at(std::int64_t position) const {
    u64 word;
    word_reader(source_, position / per_word).read(&word, 1);
    return draw_view<Draw>{&word, position % per_word}[0];
  }

  const Sampler sampler_;
  const word_stream source_;
  const std::int64_t n_;
  Out* const out_;
  const bool affine_;
  const double scale_, shift_;
  std::int64_t chunk_;
  relay relay_;
};

/// The bits of a byte as eight bytes of 0 or 1.
u64 spread_bits(u64 byte) {
  constexpr u64 ones = 0x0101010101010101u;
  const u64 bits = byte * ones & 0x8040201008040201u;
  return (bits + 0x7f * ones) >> 7 & ones;
}

void fill_bools(const random_call& call) {  // 32 out of each 32-bit draw, lowest bit first
  const word_stream source(*call.generator, 4);
  unsigned char* const out = static_cast<unsigned char*>(call.out);
  const std::int64_t draws = (call.n + 31) / 32;
  parallel_for(draws, chunk_words, [&](std::int64_t begin, std::int64_t end) {
    for_each_piece<u32>(source, begin, end, [&](draw_view<u32> view, std::int64_t at, std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i) {
        u64 bools[4];
        for (int b = 0; b < 4; ++b) bools[b] = spread_bits(view[i] >> (8 * b) & 255u);
        const std::int64_t first = (at + i) * 32;
        std::memcpy(out + first, bools, static_cast<std::size_t>(std::min<std::int64_t>(32, call.n - first)));
      }
    });
  });
  consume_draws(*call.generator, draws, 4);
}

/// Draw is as wide as NumPy's for the range: 64 bits only when the range needs them.
template <class Out, class Draw> void fill_bounded(const random_call& call) {
  const Out low = static_cast<Out>(call.low);
  if (call.range == static_cast<Draw>(~Draw(0)))
    fill_each<Draw, Out>(call, [low](Draw draw) { return static_cast<Out>(low + static_cast<Out>(draw)); });
  else
    ordered_fill(call, bounded<Draw, Out>{lemire<Draw>(static_cast<Draw>(call.range)), low});
}

template <class Out> void fill_integers(const random_call& call) {
  if (call.range == 0) {
    std::fill_n(static_cast<Out*>(call.out), call.n, static_cast<Out>(call.low));
  } else if constexpr (sizeof(Out) == 8) {
    if (call.range <= 0xffffffffu)
      fill_bounded<Out, u32>(call);
    else
      fill_bounded<Out, u64>(call);
  } else {
    fill_bounded<Out, Out>(call);
  }
}

/// One number after another through the bit generator's functions.
void fill_in_order(const random_call& call) {
  using random::standard_distribution;
  const random::bit_source& source = call.generator->source;
  const auto standard = [&](standard_distribution kind) {
    random::draw(source, kind, call.type, call.out, call.n, call.scale, call.shift);
  };
  switch (call.kind) {
    case distribution::raw:
      for (std::int64_t i = 0; i < call.n; ++i)
        static_cast<u64*>(call.out)[i] = source.next_raw(source.state);
      return;
    case distribution::uniform: return standard(standard_distribution::uniform);
    case distribution::standard_normal: return standard(standard_distribution::normal);
    case distribution::standard_exponential: return standard(standard_distribution::exponential);
    case distribution::standard_exponential_inverted:
      return standard(standard_distribution::exponential_inverted);
    case distribution::integers:
      return random::draw_integers(source, call.type, call.out, call.n, call.low, call.range);
    default: return walk_random(call);
  }
}

}  // namespace

void cpu_device::random_fill(const random_call& call, stream_view) {
  if (call.n == 0) return;
  if (call.generator->kind == random::engine::foreign) return fill_in_order(call);
  const bool single = call.type == dtype::float32;
  switch (call.kind) {
    case distribution::raw: return fill_each<u64, u64>(call, [](u64 word) { return word; });
    case distribution::uniform: return single ? fill_uniform_f32(call) : fill_uniform(call);
    case distribution::standard_normal:
      if (single)
        ordered_fill(call, ziggurat<ziggurat_draw<float>>{});
      else
        ordered_fill(call, ziggurat<ziggurat_draw<double>>{});
      return;
    case distribution::standard_exponential:
      if (single)
        ordered_fill(call, ziggurat<exponential_draw<float>>{});
      else
        ordered_fill(call, ziggurat<exponential_draw<double>>{});
      return;
    case distribution::standard_exponential_inverted:
      if (single)
        return fill_each<u32, float>(call, [](u32 draw) {
          return static_cast<float>(-::log1p(-static_cast<double>(uniform_f32(draw))));
        });
      return fill_each<u64, double>(call, [](u64 word) { return -::log1p(-uniform_f64(word)); });
    case distribution::integers: break;
    default: return walk_random(call);
  }
  if (call.type == dtype::bool_ && call.range != 0) return fill_bools(call);
  switch (itemsize(call.type)) {  // signed integers wrap to the same bits
    case 1: return fill_integers<u8>(call);
    case 2: return fill_integers<u16>(call);
    case 4: return fill_integers<u32>(call);
    default: return fill_integers<u64>(call);
  }
}

}  // namespace numloom::cpu_host
