// SPDX-License-Identifier: BSD-3-Clause
// Philox 4x64 with ten rounds (Salmon, Moraes, Dror and Shaw 2011): four words from a counter and a key, so
// that any position of the stream is computed on its own.
#pragma once
#include "functors/pcg64.hpp"

namespace numloom::NL_TARGET {

struct philox_block {
  u64 word[4];
};

NL_HD philox_block philox4x64(const u64* counter, const u64* key) {
  u64 c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; ++round) {
    constexpr u64 m0 = 0xd2e7470ee14c6c93u, m1 = 0xca5a826395121157u;
    const u64 h0 = multiply_high(m0, c0), l0 = m0 * c0, h1 = multiply_high(m1, c2), l1 = m1 * c2;
    c0 = h1 ^ c1 ^ k0, c1 = l1, c2 = h0 ^ c3 ^ k1, c3 = l0;
    k0 += 0x9e3779b97f4a7c15u, k1 += 0xbb67ae8584caa73bu;
  }
  return {{c0, c1, c2, c3}};
}

// The block `steps` counts after that one.
NL_HD philox_block philox_after(const u64* counter, const u64* key, u64 steps) {
  u64 c[4] = {counter[0] + steps, counter[1], counter[2], counter[3]};
  bool carry = c[0] < steps;
  for (int i = 1; i < 4 && carry; ++i) carry = ++c[i] == 0;
  return philox4x64(c, key);
}

}  // namespace numloom::NL_TARGET
