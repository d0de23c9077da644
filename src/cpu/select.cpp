// SPDX-License-Identifier: BSD-3-Clause
/// Selection by a mask. The mask is counted chunk by chunk, the counts give each chunk its place in the
/// result, and the chunks are filled in parallel. Inside a chunk every element is stored where the next
/// chosen one belongs and the place moves on if it was chosen: no branch depends on the data.
#include <algorithm>
#include <cstring>
#include <vector>

#include "cpu/backend.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {
namespace {

using byte = unsigned char;

constexpr std::int64_t mask_chunk = 1 << 15;
constexpr std::uint64_t byte_ones = 0x0101010101010101u;

/// Eight mask bytes as 0 and 1. Foreign bools may hold other bytes than these.
std::uint64_t load_mask(const byte* mask) {
  std::uint64_t m;
  std::memcpy(&m, mask, 8);
  if ((m & ~byte_ones) == 0) [[likely]]
    return m;
  std::uint64_t normal = 0;
  for (int i = 0; i < 8; ++i) normal |= static_cast<std::uint64_t>((m >> (8 * i) & 255u) != 0) << (8 * i);
  return normal;
}

std::int64_t count_contiguous(const byte* mask, std::int64_t n) {
  std::int64_t count = 0;
  while (n > 0) {
    const std::int64_t run = std::min<std::int64_t>(n, 255 * 8);  // so that no byte of the sum overflows
    std::uint64_t sums = 0, all = 0;
    std::int64_t i = 0;
    for (; i + 8 <= run; i += 8) {
      std::uint64_t m;
      std::memcpy(&m, mask + i, 8);
      sums += m;
      all |= m;
    }
    if ((all & ~byte_ones) != 0) {  // foreign bools: once more, with care
      sums = 0;
      for (i = 0; i + 8 <= run; i += 8) sums += load_mask(mask + i);
    }
    for (int b = 0; b < 8; ++b) count += static_cast<std::int64_t>(sums >> (8 * b) & 255u);
    for (; i < run; ++i) count += mask[i] != 0 ? 1 : 0;
    mask += run;
    n -= run;
  }
  return count;
}

std::int64_t count_strided(const array_ref& a, int dim, const byte* at) {
  if (dim == a.ndim) return *at != 0 ? 1 : 0;
  const std::int64_t n = a.shape[dim], step = a.strides[dim];
  if (dim == a.ndim - 1 && step == 1) return count_contiguous(at, n);
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < n; ++i) count += count_strided(a, dim + 1, at + i * step);
  return count;
}

/// Elements, when they lie one behind another in some order; else -1.
std::int64_t contiguous_size(const array_ref& a) {
  std::int64_t size = 1;
  for (int d = a.ndim - 1; d >= 0; --d) {
    if (a.shape[d] != 1 && a.strides[d] != size) return -1;
    size *= a.shape[d];
  }
  return size;
}

/// Where each chunk's selection begins in the result.
std::vector<std::int64_t> chunk_offsets(const byte* mask, std::int64_t n, std::int64_t chunk = mask_chunk) {
  const std::int64_t chunks = (n + chunk - 1) / chunk;
  std::vector<std::int64_t> offset(static_cast<std::size_t>(chunks) + 1);
  parallel_for(chunks, std::max<std::int64_t>(1, 4 * mask_chunk / chunk),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t c = begin; c < end; ++c)
                   offset[static_cast<std::size_t>(c) + 1] =
                       count_contiguous(mask + c * chunk, std::min(chunk, n - c * chunk));
               });
  for (std::size_t c = 1; c < offset.size(); ++c) offset[c] += offset[c - 1];
  return offset;
}

/// put(place, i) for each chosen i in [begin, end). It may also be called for others, with a place below
/// `limit`, before that place is put for good. Of eight neighbours some are chosen: put.some(place, i, mask)
/// puts those, and anything behind them up to place + 8.
template <class Put>
void select_range(const byte* mask, std::int64_t begin, std::int64_t end, std::int64_t place,
                  std::int64_t limit, Put put) {
  std::int64_t i = begin;
  // A branch for eight that are all alike would be guessed wrong half of the time at the densities where it
  // is taken often; that 32 are all false is either rare or usual.
  for (; i + 32 <= end && place + 32 <= limit; i += 32) {
    std::uint64_t m[4], any = 0;
    for (int k = 0; k < 4; ++k) any |= m[k] = load_mask(mask + i + 8 * k);
    if (any == 0) continue;
    for (int k = 0; k < 4; ++k) place += put.some(place, i + 8 * k, m[k]);
  }
  for (; i + 8 <= end && place + 8 <= limit; i += 8) place += put.some(place, i, load_mask(mask + i));
  for (; i < end && place < limit; ++i)
    if (mask[i] != 0) put(place++, i);
}

template <class Put> void select_all(const byte* mask, std::int64_t n, std::int64_t count, Put put) {
  if (n <= mask_chunk) return select_range(mask, 0, n, 0, count, put);
  const std::vector<std::int64_t> offset = chunk_offsets(mask, n);
  const auto chunks = static_cast<std::int64_t>(offset.size()) - 1;
  parallel_for(chunks, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t c = first; c < last; ++c)
      select_range(mask, c * mask_chunk, std::min(n, (c + 1) * mask_chunk),
                   offset[static_cast<std::size_t>(c)], offset[static_cast<std::size_t>(c) + 1], put);
  });
}

template <int Bytes> struct put_blob {
  byte* to;
  const byte* from;
  void operator()(std::int64_t place, std::int64_t i) const {
    std::memcpy(to + place * Bytes, from + i * Bytes, Bytes);
  }
  std::int64_t some(std::int64_t place, std::int64_t i, std::uint64_t m) const {
    const std::int64_t first = place;
    for (int b = 0; b < 8; ++b) {
      (*this)(place, i + b);
      place += static_cast<std::int64_t>(m >> (8 * b) & 1u);
    }
    return place - first;
  }
};
template <int Bytes>
void compress_blobs(void* out, const void* source, const byte* mask, std::int64_t n, std::int64_t count) {
  select_all(mask, n, count, put_blob<Bytes>{static_cast<byte*>(out), static_cast<const byte*>(source)});
}

// Values at the places that a mask names, from `values` on; false ones stay what they are, by a store of
// themselves where the neighbours are mixed, so that no branch depends on a single one.
template <int Bytes>
void expand_range(byte* to, const byte* values, const byte* mask, std::int64_t n, std::int64_t count) {
  const byte* const last = values + (count - 1) * Bytes;
  std::int64_t i = 0;
  for (; i + 8 <= n && values <= last; i += 8, mask += 8, to += 8 * Bytes) {
    const std::uint64_t m = load_mask(mask);
    if (m == 0) continue;
    if (m == byte_ones) {
      std::memcpy(to, values, 8 * Bytes);
      values += 8 * Bytes;
      continue;
    }
    for (int b = 0; b < 8; ++b) {
      const bool chosen = (m >> (8 * b) & 1u) != 0;
      const byte* const from = chosen ? values : to + b * Bytes;
      byte element[Bytes];
      std::memcpy(element, from, Bytes);
      std::memcpy(to + b * Bytes, element, Bytes);
      values += chosen ? Bytes : 0;
    }
  }
  for (; i < n && values <= last; ++i, ++mask, to += Bytes)
    if (*mask != 0) {
      std::memcpy(to, values, Bytes);
      values += Bytes;
    }
}

template <int Bytes>
void expand_blobs(byte* to, const byte* values, const byte* mask, std::int64_t n, std::int64_t count) {
  if (n <= mask_chunk) return expand_range<Bytes>(to, values, mask, n, count);
  const std::vector<std::int64_t> offset = chunk_offsets(mask, n);
  parallel_for(static_cast<std::int64_t>(offset.size()) - 1, 1, [&](std::int64_t first, std::int64_t end) {
    for (std::int64_t c = first; c < end; ++c) {
      const std::int64_t begin = c * mask_chunk, before = offset[static_cast<std::size_t>(c)];
      expand_range<Bytes>(to + begin * Bytes, values + before * Bytes, mask + begin,
                          std::min(mask_chunk, n - begin), offset[static_cast<std::size_t>(c) + 1] - before);
    }
  });
}

/// For each choice of eight the positions of those chosen, one behind another.
struct eight_positions {
  alignas(64) std::int64_t at[256][8] = {};
  constexpr eight_positions() {
    for (unsigned choice = 0; choice < 256; ++choice) {
      int place = 0;
      for (unsigned b = 0; b < 8; ++b)
        if ((choice >> b & 1u) != 0) at[choice][place++] = b;
    }
  }
};
constexpr eight_positions positions_of;

struct put_position {
  std::int64_t* to;
  void operator()(std::int64_t place, std::int64_t i) const { to[place] = i; }
  std::int64_t some(std::int64_t place, std::int64_t i, std::uint64_t m) const {
    const std::uint64_t choice = m * 0x0102040810204080u >> 56;  // byte b's bit goes to bit b
    typedef std::int64_t two __attribute__((vector_size(16)));
    for (int k = 0; k < 8; k += 2) {
      two pair;
      std::memcpy(&pair, positions_of.at[choice] + k, sizeof pair);
      pair += i;
      std::memcpy(to + place + k, &pair, sizeof pair);
    }
    return static_cast<std::int64_t>(m * byte_ones >> 56);  // the sum of the bytes
  }
};

}  // namespace

std::int64_t cpu_device::count_true(const array_ref& mask, stream_view) {
  const byte* const data = static_cast<const byte*>(mask.data);
  const std::int64_t n = contiguous_size(mask);
  if (n < 0) return count_strided(mask, 0, data);
  if (n <= mask_chunk) return count_contiguous(data, n);
  return chunk_offsets(data, n).back();
}

void cpu_device::flat_nonzero(std::int64_t* out, const void* mask, std::int64_t n, std::int64_t count,
                              stream_view) {
  select_all(static_cast<const byte*>(mask), n, count, put_position{out});
}

bool cpu_device::expand(void* to, const void* values, const void* mask, std::int64_t n, std::int64_t block,
                        std::int64_t count, stream_view) {
  auto* const target = static_cast<byte*>(to);
  const auto *const from = static_cast<const byte*>(values), *const m = static_cast<const byte*>(mask);
  switch (block) {
    case 1: return expand_blobs<1>(target, from, m, n, count), true;
    case 2: return expand_blobs<2>(target, from, m, n, count), true;
    case 4: return expand_blobs<4>(target, from, m, n, count), true;
    case 8: return expand_blobs<8>(target, from, m, n, count), true;
    case 16: return expand_blobs<16>(target, from, m, n, count), true;
    default: return false;
  }
}

void cpu_device::compress(void* out, const void* source, const void* mask, std::int64_t n, std::int64_t block,
                          std::int64_t count, stream_view) {
  const byte* const m = static_cast<const byte*>(mask);
  switch (block) {
    case 0: return;
    case 1: return compress_blobs<1>(out, source, m, n, count);
    case 2: return compress_blobs<2>(out, source, m, n, count);
    case 4: return compress_blobs<4>(out, source, m, n, count);
    case 8: return compress_blobs<8>(out, source, m, n, count);
    case 16: return compress_blobs<16>(out, source, m, n, count);
    default: break;
  }
  const std::int64_t chunk = std::clamp<std::int64_t>((1 << 18) / block, 16, mask_chunk);
  const std::vector<std::int64_t> offset = chunk_offsets(m, n, chunk);
  parallel_for(static_cast<std::int64_t>(offset.size()) - 1, 1, [&](std::int64_t first, std::int64_t last) {
    byte* to = static_cast<byte*>(out) + offset[static_cast<std::size_t>(first)] * block;
    const byte* const from = static_cast<const byte*>(source);
    const std::int64_t end = std::min(n, last * chunk);
    for (std::int64_t i = first * chunk; i < end;) {
      const std::int64_t begin = i;
      if (m[i++] == 0) continue;
      while (i < end && m[i] != 0) ++i;  // neighbours are copied together
      std::memcpy(to, from + begin * block, static_cast<std::size_t>((i - begin) * block));
      to += (i - begin) * block;
    }
  });
}

}  // namespace numloom::cpu_host
