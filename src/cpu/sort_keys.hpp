// SPDX-License-Identifier: BSD-3-Clause
/// The sort keys (functors/sort_key.hpp) of a dtype.
#pragma once

#include <cstdint>
#include <cstring>

#include "numloom/dtype.hpp"

#if !defined(NL_TARGET)
#define NL_TARGET cpu_host
#endif
#include "functors/sort_key.hpp"

namespace numloom::cpu_host {

constexpr bits_kind bits_kind_of(dtype t) {
  return kind_of(t) == 'i' ? bits_kind::twos_complement
         : is_inexact(t)   ? bits_kind::ieee
                           : bits_kind::natural;
}

/// Calls f(sort_key<Bits, Kind>{}) for a dtype that is not complex.
template <class F> void visit_key(dtype t, F&& f) {
  using enum bits_kind;
  const bits_kind kind = bits_kind_of(t);
  const auto choose = [&]<class Bits>(Bits) {
    if (kind == natural) return f(sort_key<Bits, natural>{});
    if (kind == twos_complement) return f(sort_key<Bits, twos_complement>{});
    if constexpr (sizeof(Bits) > 1) return f(sort_key<Bits, ieee>{});
  };
  switch (itemsize(t)) {
    case 1: return choose(std::uint8_t{});
    case 2: return choose(std::uint16_t{});
    case 4: return choose(std::uint32_t{});
    default: return choose(std::uint64_t{});
  }
}

}  // namespace numloom::cpu_host
