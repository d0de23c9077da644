// SPDX-License-Identifier: BSD-3-Clause
// Sorting networks over AVX-512 registers. Up to 16 vectors of keys stand in registers and are sorted column
// by column by an odd-even merge sort (Batcher 1968), which needs no shuffles; then the columns, each in one
// lane, are merged two by two by bitonic merges, as in Blacher, Giesen, Kuehne 2021 "Fast and robust
// vectorized in-place sorting of primitive types". Key i of the order ends up in vector i % m, lane i / m,
// and is brought to its place by exchanging bits of the vector's number for bits of the lane's.
#pragma once
#include "cpu/isa/avx512_keys.hpp"

namespace numloom::NL_TARGET {

template <class Key, int M> struct vector_network {
  using ops = key_ops<Key>;
  using vector = typename ops::vector;
  static constexpr int lanes = ops::lanes, size = M * lanes;
  static constexpr int vector_bits = M == 1   ? 0
                                     : M == 2 ? 1
                                     : M == 4 ? 2
                                     : M == 8 ? 3
                                              : 4,
                       lane_bits = lanes == 8 ? 3 : 4;
  // Bits of a vector's number that are exchanged at the end.
  static constexpr int exchanged = vector_bits < lane_bits ? vector_bits : lane_bits;

  // The distance between lanes of the t-th merge: first those whose bit of the lane stays where it is.
  static constexpr int distance(int t) {
    return t < lane_bits - exchanged ? 1 << (exchanged + t) : 1 << (t - (lane_bits - exchanged));
  }
  static constexpr int distances_up_to(int t) {  // all of them together
    int all = 0;
    for (int s = 0; s <= t; ++s) all |= distance(s);
    return all;
  }
  static constexpr unsigned upper_lanes(int distance) {
    unsigned mask = 0;
    for (int l = 0; l < lanes; ++l)
      if (l & distance) mask |= 1u << l;
    return mask;
  }

  vector v[M];

  static NL_HD void exchange(vector& a, vector& b) {
    const vector low = ops::least(a, b);
    b = ops::greatest(a, b);
    a = low;
  }
  // Lanes of `a`, against their partners: the upper ones keep the greater key.
  template <int Distance> static NL_HD vector exchange_lanes(vector a, vector partner) {
    return ops::template greatest_at<upper_lanes(Distance)>(ops::least(a, partner), a, partner);
  }

  // N vectors from First on; merge_columns merges each R-th of them.
  template <int First, int N> NL_HD void sort_columns() {
    if constexpr (N > 1) {
      sort_columns<First, N / 2>();
      sort_columns<First + N / 2, N / 2>();
      merge_columns<First, N, 1>();
    }
  }
  template <int First, int N, int R> NL_HD void merge_columns() {
    if constexpr (2 * R < N) {
      merge_columns<First, N, 2 * R>();
      merge_columns<First + R, N, 2 * R>();
      NL_UNROLL_REGISTERS
      for (int i = First + R; i + R < First + N; i += 2 * R) exchange(v[i], v[i + R]);
    } else {
      exchange(v[First], v[First + R]);
    }
  }
  // Distances Distance .. 1 between vectors.
  template <int Distance> NL_HD void clean_vectors() {
    if constexpr (Distance > 0) {
      NL_UNROLL_REGISTERS
      for (int i = 0; i < M / 2; ++i) {
        const int at = i + (i & -Distance);
        exchange(v[at], v[at + Distance]);
      }
      clean_vectors<Distance / 2>();
    }
  }
  // The t-th merge's distances between lanes below its first.
  template <int T> NL_HD void clean_lanes() {
    if constexpr (T >= 0) {
      constexpr int d = distance(T);
      NL_UNROLL_REGISTERS
      for (int i = 0; i < M; ++i) v[i] = exchange_lanes<d>(v[i], ops::template xor_lanes<d>(v[i]));
      clean_lanes<T - 1>();
    }
  }
  template <int T> NL_HD void merge() {
    if constexpr (T < lane_bits) {
      constexpr int d = distance(T), mirror = distances_up_to(T);
      if constexpr (M == 1) {
        v[0] = exchange_lanes<d>(v[0], ops::template xor_lanes<mirror>(v[0]));
      } else {
        NL_UNROLL_REGISTERS
        for (int i = 0; i < M / 2; ++i) {
          const vector a = v[i], b = v[M - 1 - i];
          v[i] = exchange_lanes<d>(a, ops::template xor_lanes<mirror>(b));
          v[M - 1 - i] = exchange_lanes<d>(b, ops::template xor_lanes<mirror>(a));
        }
      }
      clean_lanes<T - 1>();
      clean_vectors<M / 2>();
      merge<T + 1>();
    }
  }
  template <int Bit> NL_HD void exchange_bits() {
    if constexpr (Bit < exchanged) {
      constexpr int d = 1 << Bit;
      NL_UNROLL_REGISTERS
      for (int i = 0; i < M / 2; ++i) {
        const int at = i + (i & -d);
        const vector a = v[at], b = v[at + d];
        v[at] = ops::template low_of_both<d>(a, b);
        v[at + d] = ops::template high_of_both<d>(a, b);
      }
      exchange_bits<Bit + 1>();
    }
  }
  // Where vector number i belongs.
  static constexpr int place(int i) {
    constexpr int low = (1 << exchanged) - 1;
    return (i & low) << (vector_bits - exchanged) | i >> exchanged;
  }

  // In the order of columns.
  NL_HD void sort() {
    sort_columns<0, M>();
    merge<0>();
  }
  // A bitonic sequence, in the order of columns.
  NL_HD void clean() {
    clean_lanes<lane_bits - 1>();
    clean_vectors<M / 2>();
  }

  // Vectors from First on may be filled by less than n keys; the greatest key stands in for the rest.
  template <int First = M / 2> NL_HD void load(const Key* key, long n) {
    NL_UNROLL_REGISTERS
    for (int i = 0; i < M; ++i)
      v[i] = i < First ? ops::load(key + i * lanes)
                       : ops::load_some(key + i * lanes, ops::first_lanes(n - i * lanes));
  }
  // In order.
  template <int First = M / 2> NL_HD void store(Key* key, long n) {
    exchange_bits<0>();
    NL_UNROLL_REGISTERS
    for (int i = 0; i < M; ++i) {
      const int at = place(i);
      if (at < First)
        ops::store(key + at * lanes, v[i]);
      else
        ops::store_some(key + at * lanes, ops::first_lanes(n - at * lanes), v[i]);
    }
  }
};

// size / 2 < n <= size.
template <class Key, int M> void sort_in_registers(Key* key, long n) {
  vector_network<Key, M> net;
  net.load(key, n);
  net.sort();
  net.store(key, n);
}

// Twice as many keys as the registers hold: two halves, and one more merge.
template <class Key> void sort_two_halves(Key* key, long n) {
  using net = vector_network<Key, 16>;
  using ops = key_ops<Key>;
  constexpr int lanes = net::lanes, size = net::size;
  alignas(64) Key other[size];
  net half;
  half.load(key, size);
  half.sort();
  NL_UNROLL_REGISTERS
  for (int i = 0; i < 16; ++i) ops::store(other + i * lanes, half.v[i]);
  half.template load<0>(key + size, n - size);
  half.sort();
  // Against the first half in reverse. What is greater stays in reverse, which is bitonic as well.
  NL_UNROLL_REGISTERS
  for (int i = 0; i < 16; ++i) {
    const auto a = ops::load(other + (15 - i) * lanes), b = ops::template xor_lanes<lanes - 1>(half.v[i]);
    half.v[i] = ops::least(a, b);
    ops::store(other + (15 - i) * lanes, ops::greatest(a, b));
  }
  half.clean();
  half.store(key, size);
  NL_UNROLL_REGISTERS
  for (int i = 0; i < 16; ++i) half.v[i] = ops::load(other + i * lanes);
  half.clean();
  half.template store<0>(key + size, n - size);
}

}  // namespace numloom::NL_TARGET
