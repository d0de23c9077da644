// SPDX-License-Identifier: BSD-3-Clause
// Bounded integers one after another, by Lemire's method, from any source with next32() and next64().
#pragma once
#include "functors/pcg64.hpp"

namespace numloom::NL_TARGET {

// The next Draw of 32 or 64 bits.
template <class Draw, class Source> NL_HD Draw next_draw(Source& source) {
  if constexpr (sizeof(Draw) == 8)
    return source.next64();
  else
    return source.next32();
}

// In [0, range], by draws of that width.
template <class Draw, class Source> NL_HD Draw bounded_draw(Source& source, Draw range) {
  const Draw span = static_cast<Draw>(range + 1);
  Draw draw = next_draw<Draw>(source);
  if (span == 0) return draw;
  if (static_cast<Draw>(draw * span) < span) {  // rare: only then the threshold's division
    const lemire<Draw> rule(range);
    while (!rule.accepts(draw)) draw = next_draw<Draw>(source);
  }
  if constexpr (sizeof(Draw) == 8)
    return multiply_high(draw, span);
  else
    return static_cast<Draw>((static_cast<u64>(draw) * span) >> 32);
}

// With draws as wide as the range needs; none for a range of 0.
template <class Source> NL_HD u64 bounded_any(Source& source, u64 range) {
  if (range == 0) return 0;
  return range <= 0xffffffffu ? bounded_draw<u32>(source, static_cast<u32>(range))
                              : bounded_draw<u64>(source, range);
}

// Draws of 16, 8 or 1 bits: the parts of a 32-bit draw, low ones first. What is left at the end of a call is
// dropped, as in NumPy.
template <int Bits, class Source> class part_reader {
 public:
  NL_HD explicit part_reader(Source& source) : source_(source) {}
  NL_HD u32 operator()() {
    if (left_ == 0) {
      held_ = source_.next32();
      left_ = 32 / Bits;
    } else {
      held_ >>= Bits;
    }
    --left_;
    return held_ & ((u32{1} << Bits) - 1);
  }

 private:
  Source& source_;
  u32 held_ = 0;
  int left_ = 0;
};

// In [0, range] of 16, 8 or 1 bits.
template <class Out, int Bits, class Source>
NL_HD Out bounded_part(part_reader<Bits, Source>& next, Out range) {
  if (range == 0) return 0;
  Out draw = static_cast<Out>(next());
  if (Bits == 1 || range == static_cast<Out>(~Out(0))) return draw;
  const lemire<Out> rule(range);
  while (!rule.accepts(draw)) draw = static_cast<Out>(next());
  return rule.value(draw);
}

}  // namespace numloom::NL_TARGET
