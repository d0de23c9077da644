// SPDX-License-Identifier: BSD-3-Clause
// Tiles of matrix products. A tile of C stays in registers while k runs: per step one vector pair of B is
// loaded and each row's element of A is broadcast (Goto and van de Geijn 2008). Integers wrap, so they are
// summed unsigned; 8-bit ones in 16 bits, because there is no vector product of bytes.
#include "cpu/isa/dense.hpp"

#include "types.hpp"

namespace numloom::NL_TARGET {
namespace {

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif

template <class T> struct vector_of { typedef T type __attribute__((vector_size(vector_bytes))); };

// Stored: the element in memory. Sum: the type it is widened to.
template <class Stored, class Sum> struct product {
  using vector = typename vector_of<Sum>::type;
  static constexpr long lanes = vector_bytes / sizeof(Sum), columns = 2 * lanes;
  // Accumulators take 2 * rows registers of 32 (AVX-512) or 16. Products of 64-bit integers are made of
  // several instructions below AVX-512 and need registers of their own.
  static constexpr long rows = vector_bytes == 64 ? 12 : sizeof(Stored) == 8 && !is_same<Sum, double> ? 4 : 6;

  static void pack_a(void* to, const char* from, long row_step, long column_step, long m, long k) {
    Sum* out = static_cast<Sum*>(to);
    for (long i = 0; i < m; i += rows) {
      const long count = m - i < rows ? m - i : rows;
      for (long p = 0; p < k; ++p, out += rows) {
        const char* at = from + i * row_step + p * column_step;
        long r = 0;
        for (; r < count; ++r, at += row_step)
          out[r] = static_cast<Sum>(*reinterpret_cast<const Stored*>(at));
        for (; r < rows; ++r) out[r] = 0;
      }
    }
  }

  static void pack_b(void* to, const char* from, long row_step, long column_step, long k, long n) {
    Sum* out = static_cast<Sum*>(to);
    for (long j = 0; j < n; j += columns) {
      const long count = n - j < columns ? n - j : columns;
      for (long p = 0; p < k; ++p, out += columns) {
        const char* at = from + p * row_step + j * column_step;
        if (count == columns && column_step == sizeof(Stored)) {
          const Stored* row = reinterpret_cast<const Stored*>(at);
          for (long c = 0; c < columns; ++c) out[c] = static_cast<Sum>(row[c]);
          continue;
        }
        long c = 0;
        for (; c < count; ++c, at += column_step)
          out[c] = static_cast<Sum>(*reinterpret_cast<const Stored*>(at));
        for (; c < columns; ++c) out[c] = 0;
      }
    }
  }

  static void tile(const void* a_panel, const void* b_panel, long k, char* c, long row_step, long column_step,
                   long m, long n, bool add) {
    const Sum* a = static_cast<const Sum*>(a_panel);
    const vector* b = static_cast<const vector*>(b_panel);
    vector sum[rows][2] = {};
    for (long p = 0; p < k; ++p, a += rows, b += 2) {
#pragma GCC unroll 12
      for (long r = 0; r < rows; ++r) {
        sum[r][0] += a[r] * b[0];
        sum[r][1] += a[r] * b[1];
      }
    }
    for (long r = 0; r < m; ++r) {
      const Sum* from = reinterpret_cast<const Sum*>(sum[r]);
      char* at = c + r * row_step;
      for (long j = 0; j < n; ++j, at += column_step) {
        Stored* to = reinterpret_cast<Stored*>(at);
        *to = static_cast<Stored>(add ? static_cast<Sum>(from[j] + static_cast<Sum>(*to)) : from[j]);
      }
    }
  }

  static void dot(const char* a_bytes, const char* x_bytes, long n, char* to) {
    const Stored* a = reinterpret_cast<const Stored*>(a_bytes);
    const Stored* x = reinterpret_cast<const Stored*>(x_bytes);
    constexpr long parts = 4 * lanes;  // independent sums
    Sum sum[parts] = {};
    long i = 0;
    for (; i + parts <= n; i += parts)
      for (long j = 0; j < parts; ++j)
        sum[j] = static_cast<Sum>(sum[j] +
                                  static_cast<Sum>(static_cast<Sum>(a[i + j]) * static_cast<Sum>(x[i + j])));
    for (; i < n; ++i)
      sum[0] = static_cast<Sum>(sum[0] + static_cast<Sum>(static_cast<Sum>(a[i]) * static_cast<Sum>(x[i])));
    for (long width = parts / 2; width > 0; width /= 2)
      for (long j = 0; j < width; ++j) sum[j] = static_cast<Sum>(sum[j] + sum[j + width]);
    *reinterpret_cast<Stored*>(to) = static_cast<Stored>(sum[0]);
  }

  static void fill(cpu_host::matmul_kernels& k) {
    k = {int(rows), int(columns), int(sizeof(Sum)), pack_a, pack_b, tile, dot};
  }
};

}  // namespace

void fill_matmul(cpu_host::dense_tables& tables) {
  product<u8, u16>::fill(tables.matmul[0]);
  product<u16, u16>::fill(tables.matmul[1]);
  product<u32, u32>::fill(tables.matmul[2]);
  product<u64, u64>::fill(tables.matmul[3]);
  product<float, float>::fill(tables.matmul[4]);
  product<double, double>::fill(tables.matmul[5]);
}

}  // namespace numloom::NL_TARGET
