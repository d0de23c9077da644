// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/bit_source.hpp"

#include "core/source_draws.hpp"
#include "numloom/error.hpp"

#define NL_TARGET core_host
#include "functors/bounded.hpp"
#include "functors/samplers.hpp"

namespace numloom::random {
namespace {

using namespace core_host;

double sample(const bit_source& s, standard_distribution kind, double) {
  source_draws source{s};
  switch (kind) {
    case standard_distribution::normal: return normal_sample(source);
    case standard_distribution::exponential: return exponential_sample(source);
    case standard_distribution::exponential_inverted: return -::log1p(-s.next_double(s.state));
    default: return s.next_double(s.state);
  }
}
float sample(const bit_source& s, standard_distribution kind, float) {
  source_draws source{s};
  switch (kind) {
    case standard_distribution::normal: return ziggurat_sample_f32<ziggurat_draw<float>>(source);
    case standard_distribution::exponential: return ziggurat_sample_f32<exponential_draw<float>>(source);
    case standard_distribution::exponential_inverted:
      return static_cast<float>(-::log1p(-static_cast<double>(uniform_f32(source.next32()))));
    default: return uniform_f32(source.next32());
  }
}

template <class Out, int Bits>
void narrow(source_draws& source, void* out, std::int64_t n, std::uint64_t low, std::uint64_t range) {
  part_reader<Bits, source_draws> next(source);
  for (std::int64_t i = 0; i < n; ++i)
    static_cast<Out*>(out)[i] =
        static_cast<Out>(static_cast<Out>(low) + bounded_part(next, static_cast<Out>(range)));
}
template <class Out>
void wide(source_draws& source, void* out, std::int64_t n, std::uint64_t low, std::uint64_t range) {
  for (std::int64_t i = 0; i < n; ++i)
    static_cast<Out*>(out)[i] = static_cast<Out>(low + bounded_any(source, range));
}

}  // namespace

void draw(const bit_source& source, standard_distribution kind, dtype type, void* out, std::int64_t n,
          double scale, double shift) {
  if (type == dtype::float32) {
    for (std::int64_t i = 0; i < n; ++i) static_cast<float*>(out)[i] = sample(source, kind, float{});
    return;
  }
  if (type != dtype::float64) fail<type_error>("[draw] expected dtype float64 or float32, got ", type);
  double* const to = static_cast<double*>(out);
  const bool bare = scale == 1 && shift == 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double x = sample(source, kind, double{});
    to[i] = bare ? x : shift + scale * x;
  }
}

void draw_sampled(const bit_source& source, sampled which, dtype type, const double* parameters, void* out,
                  std::int64_t n) {
  source_draws draws{source};
  const auto fill = [&](const auto& sampler) {
    using Out = decltype(sampler(draws));
    for (std::int64_t i = 0; i < n; ++i) static_cast<Out*>(out)[i] = sampler(draws);
  };
  if (type == dtype::float32) return fill(standard_gamma_sampler_f32(static_cast<float>(parameters[0])));
  with_sampler(static_cast<int>(which), parameters, fill);
}

void draw_integers(const bit_source& source, dtype type, void* out, std::int64_t n, std::uint64_t low,
                   std::uint64_t range) {
  source_draws draws{source};
  if (type == dtype::bool_) return narrow<u8, 1>(draws, out, n, low, range);
  switch (itemsize(type)) {
    case 1: return narrow<u8, 8>(draws, out, n, low, range);
    case 2: return narrow<u16, 16>(draws, out, n, low, range);
    case 4: return wide<u32>(draws, out, n, low, range);
    default: return wide<u64>(draws, out, n, low, range);
  }
}

}  // namespace numloom::random
