// SPDX-License-Identifier: BSD-3-Clause
// NumPy's numbers on the device. Where draws and elements do not correspond one to one, the work goes in
// batches: the host learns after each how many elements it made and how many draws they took.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/word_stream.hpp"
#include "cuda/backend.hpp"
#include "cuda/context.hpp"
#include "cuda/runtime.hpp"
#include "numloom/error.hpp"

namespace numloom::cuda_host {
namespace {

using kernels::random_fill_call;
using kernels::random_progress;

random_fill_call start(const random_call& call, int draw_bytes) {
  const word_stream words(*call.generator, draw_bytes);
  const random::stream_state& at = words.at;
  random_fill_call c = {};
  c.words.engine = static_cast<int>(at.kind);
  const auto split = [](uint128 x, std::uint64_t* to) {
    to[0] = static_cast<std::uint64_t>(x >> 64);
    to[1] = static_cast<std::uint64_t>(x);
  };
  split(at.state, c.words.state);
  split(at.increment, c.words.increment);
  std::copy_n(at.counter, 4, c.words.counter);
  std::copy_n(at.key, 2, c.words.key);
  std::copy_n(at.buffer, 4, c.words.buffer);
  c.words.buffer_position = at.buffer_position;
  c.words.half_word = words.half_word;
  c.words.has_half = words.has_half;
  c.first_draw = words.first_draw(draw_bytes);
  c.out = call.out;
  c.n = call.n;
  c.low = call.low;
  c.range = call.range;
  c.scale = call.affine ? call.scale : 1;
  c.shift = call.affine ? call.shift : 0;
  return c;
}

// Scratch memory of a batch.
class batch {
 public:
  batch(random_fill_call& c, std::int64_t draws, stream_view s) : call_(c), stream_(s) {
    constexpr std::int64_t most_tiles = 1 << 16;
    c.tiles = std::min(kernels::random_tiles(draws), most_tiles);
    constexpr std::int64_t word = sizeof(std::int64_t);
    memory_ = temporary(4 * c.tiles * word + static_cast<std::int64_t>(sizeof(random_progress)), s);
    c.counts = static_cast<std::int64_t*>(memory_->data);
    c.carry_in = c.counts + c.tiles;
    c.carry_used = c.carry_in + c.tiles;
    c.carry_out = c.carry_used + c.tiles;
    c.progress = reinterpret_cast<random_progress*>(c.carry_out + c.tiles);
    const std::int64_t scratch = kernels::scan_workspace(kernels::counts_scan(c.counts, c.tiles));
    if (scratch > 0) scan_memory_ = temporary(scratch, s);
    c.scan_memory = scan_memory_ ? scan_memory_->data : nullptr;
    set(c.progress, 0, sizeof(random_progress));
  }
  void set(void* to, int byte, std::size_t bytes) {
    cuda_runtime::memset_async(to, byte, bytes, enter(stream_));
  }
  random_progress progress() {
    random_progress p;
    cuda_backend()->copy_to_host(&p, call_.progress, sizeof p, stream_);
    return p;
  }

 private:
  random_fill_call& call_;
  stream_view stream_;
  storage_ptr memory_, scan_memory_;
};

void fill_bounded(const random_call& call, int draw_bytes, stream_view s) {
  const int out_bytes = itemsize(call.type);
  const double all = std::ldexp(1.0, 8 * draw_bytes), span = static_cast<double>(call.range) + 1;
  const double accepted = std::floor(all / span) * span / all;  // share of the draws; at least a half
  random_fill_call c = start(call, draw_bytes);
  std::int64_t draws = 0;
  while (true) {
    const auto expected = static_cast<std::int64_t>(static_cast<double>(c.n) / accepted * 1.01) + 64;
    batch b(c, expected, s);
    kernels::random_bounded(c, draw_bytes, out_bytes, enter(s));
    const random_progress p = b.progress();
    if (p.samples >= c.n) {
      consume_draws(*call.generator, draws + p.consumed, draw_bytes);
      return;
    }
    const std::int64_t used = c.tiles * kernels::draws_of_random_tile();
    draws += used;
    c.first_draw += used;
    c.out = static_cast<char*>(c.out) + p.samples * out_bytes;
    c.n -= p.samples;
  }
}

// Normal or exponential numbers.
void fill_ziggurat(const random_call& call, stream_view s) {
  const bool exponential = call.kind == distribution::standard_exponential;
  const bool single = call.type == dtype::float32;
  const int draw_bytes = single ? 4 : 8, out_bytes = itemsize(call.type);
  random_fill_call c = start(call, draw_bytes);
  void* stream = enter(s);
  std::int64_t draws = 0, carry = 0;
  while (true) {
    batch b(c, static_cast<std::int64_t>(static_cast<double>(c.n) * 1.035) + 64, s);
    const std::size_t bytes = static_cast<std::size_t>(c.tiles) * sizeof(std::int64_t);
    b.set(c.carry_in, 0, bytes);
    b.set(c.carry_used, 0xff, bytes);
    if (carry != 0)
      cuda_runtime::memcpy_async(c.carry_in, &carry, sizeof carry, cuda_runtime::copy_kind::host_to_device,
                                 stream);
    random_progress p;
    do {
      // Of several tiles some reach into the next, and two rounds are nearly always enough: the host asks
      // after both.
      for (int round = 0; round < (c.tiles > 1 ? 2 : 1); ++round) {
        b.set(&c.progress->changed, 0, sizeof c.progress->changed);
        kernels::random_ziggurat_judge(c, exponential, single, stream);
      }
      p = b.progress();
    } while (p.changed != 0);
    kernels::random_ziggurat_write(c, exponential, single, stream);
    carry = p.carry;
    p = b.progress();
    if (p.samples >= c.n) {
      consume_draws(*call.generator, draws + p.consumed, draw_bytes);
      return;
    }
    const std::int64_t used = c.tiles * kernels::draws_of_random_tile();
    draws += used;
    c.first_draw += used;
    c.out = static_cast<char*>(c.out) + p.samples * out_bytes;
    c.n -= p.samples;
  }
}

// The draws are as wide as NumPy's for the range: 64 bits only when the range needs them.
void fill_integers(const random_call& call, stream_view s) {
  const int out_bytes = itemsize(call.type);
  if (call.range == 0) {
    const std::int64_t stride = out_bytes;
    unsigned char value[8];
    std::memcpy(value, &call.low, sizeof value);  // little-endian: the low bytes are first
    return kernels::fill(1, &call.n, out_bytes, call.out, &stride, value, enter(s));
  }
  if (call.type == dtype::bool_) {
    kernels::random_bools(start(call, 4), enter(s));
    return consume_draws(*call.generator, (call.n + 31) / 32, 4);
  }
  const int draw_bytes = out_bytes < 8 ? out_bytes : call.range <= 0xffffffffu ? 4 : 8;
  const std::uint64_t all = draw_bytes == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * draw_bytes)) - 1;
  if (call.range != all) return fill_bounded(call, draw_bytes, s);
  kernels::random_whole_range(start(call, draw_bytes), draw_bytes, out_bytes, enter(s));
  consume_draws(*call.generator, call.n, draw_bytes);
}

}  // namespace

void cuda_device::random_fill(const random_call& call, stream_view s) {
  if (call.n == 0) return;
  const bool single = call.type == dtype::float32;
  switch (call.kind) {
    case distribution::raw:
      kernels::random_whole_range(start(call, 8), 8, 8, enter(s));
      return consume_draws(*call.generator, call.n, 8);
    case distribution::uniform:
      kernels::random_uniform(start(call, single ? 4 : 8), single, enter(s));
      return consume_draws(*call.generator, call.n, single ? 4 : 8);
    case distribution::standard_normal:
    case distribution::standard_exponential: return fill_ziggurat(call, s);
    case distribution::standard_exponential_inverted:
      kernels::random_exponential_inverted(start(call, single ? 4 : 8), single, enter(s));
      return consume_draws(*call.generator, call.n, single ? 4 : 8);
    case distribution::integers: return fill_integers(call, s);
    default: fail<not_available>("[random] expected a distribution that is drawn on the device");
  }
}

}  // namespace numloom::cuda_host
