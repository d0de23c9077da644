// SPDX-License-Identifier: BSD-3-Clause
// Lanes of vectors in another order, for g++ and for clang, which has no builtin for places that stand in a
// vector.
#pragma once
#include "target.hpp"

namespace numloom::NL_TARGET {

// Lanes of one vector, or of two, at the places of a third.
template <class V, class Places> NL_HD V shuffle(V a, V b, Places places) {
#if defined(__clang__)
  constexpr int n = sizeof(V) / sizeof(a[0]);
  V out{};
  for (int i = 0; i < n; ++i) out[i] = places[i] < n ? a[places[i]] : b[places[i] - n];
  return out;
#else
  return __builtin_shuffle(a, b, places);
#endif
}
template <class V, class Places> NL_HD V shuffle(V v, Places places) {
#if defined(__clang__)
  return shuffle(v, v, places);
#else
  return __builtin_shuffle(v, places);
#endif
}

}  // namespace numloom::NL_TARGET
