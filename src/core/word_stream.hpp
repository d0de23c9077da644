// SPDX-License-Identifier: BSD-3-Clause
/// The position of a stream of random words on the host, where draws of 64, 32, 16 and 8 bits come out of one
/// sequence of words. Every backend's random_fill reads and moves the generator through this.
#pragma once

#include <cstdint>

#include "numloom/random.hpp"

namespace numloom {

/// A generator's words as a fill sees them. Word 0 is the half-used one if the fill takes parts of words and
/// there is one (its low half is spent), so that draws narrower than a word are simply the little-endian
/// parts of the words from part `first_draw` on.
struct word_stream {
  random::stream_state at;      // before the first whole word
  std::uint64_t half_word = 0;  // word 0 when has_half
  bool has_half = false;

  /// `draw_bytes` is the width of the draws: 8, 4, 2 or 1.
  word_stream(const random::stream_state& s, int draw_bytes)
      : at(s),
        half_word(static_cast<std::uint64_t>(s.uinteger) << 32),
        has_half(draw_bytes < 8 && s.has_uint32) {}
  /// Index of the first draw in the words.
  std::int64_t first_draw(int draw_bytes) const { return has_half ? 4 / draw_bytes : 0; }
};

/// Moves the generator past whole words; a half-used one stays. Returns the last of them.
std::uint64_t consume_words(random::stream_state& s, std::int64_t words);

/// Moves the generator past `draws` draws of that width. Draws of 16 and 8 bits use up whole 32-bit draws, as
/// NumPy's do: the rest of a 32-bit draw is not kept from one call to the next.
void consume_draws(random::stream_state& s, std::int64_t draws, int draw_bytes);

}  // namespace numloom
