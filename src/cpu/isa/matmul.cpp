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
template <int Bytes> struct unsigned_of { typedef u64 type; };
template <> struct unsigned_of<4> { typedef u32 type; };
template <> struct unsigned_of<2> { typedef u16 type; };

// The halves of a vector added until 16 bytes are left.
template <class T, int Bytes = vector_bytes, class V> NL_HD auto fold(V v) {
  if constexpr (Bytes == 16) {
    return v;
  } else {
    typedef T half __attribute__((vector_size(Bytes / 2)));
    struct halves {
      half low, high;
    };
    const halves both = bit_cast<halves>(v);
    return fold<T, Bytes / 2>(both.low + both.high);
  }
}

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

  static NL_HD Sum multiply(Stored a, Stored b) {
    return static_cast<Sum>(static_cast<Sum>(a) * static_cast<Sum>(b));
  }

  static void combine(const char* b, long row_step, const char* x_bytes, long k, long n, char* to_bytes) {
    constexpr long width = 4096 / sizeof(Sum);  // sums that stay in the first-level cache
    const Stored* x = reinterpret_cast<const Stored*>(x_bytes);
    Stored* to = reinterpret_cast<Stored*>(to_bytes);
    for (long first = 0; first < n; first += width) {
      const long count = n - first < width ? n - first : width;
      Sum sum[width] = {};
      const auto row = [&](long q) { return reinterpret_cast<const Stored*>(b + q * row_step) + first; };
      long q = 0;
      for (; q + 4 <= k; q += 4) {  // four rows for one load and store of the sums
        const Stored *b0 = row(q), *b1 = row(q + 1), *b2 = row(q + 2), *b3 = row(q + 3);
        const Stored x0 = x[q], x1 = x[q + 1], x2 = x[q + 2], x3 = x[q + 3];
        for (long j = 0; j < count; ++j)
          sum[j] = static_cast<Sum>(sum[j] + multiply(x0, b0[j]) + multiply(x1, b1[j]) + multiply(x2, b2[j]) +
                                    multiply(x3, b3[j]));
      }
      for (; q < k; ++q)
        for (long j = 0; j < count; ++j) sum[j] = static_cast<Sum>(sum[j] + multiply(x[q], row(q)[j]));
      for (long j = 0; j < count; ++j) to[first + j] = static_cast<Stored>(sum[j]);
    }
  }

  // N: columns of B, filled up with zeros.
  template <long N>
  static void small_of(const Stored* a, long a_row, long a_column, const Stored* b, long b_row, long b_column,
                       Stored* c, long c_row, long c_column, long m, long n, long k) {
    constexpr long width = N < lanes ? N : lanes, parts = N / width;
    typedef Sum piece __attribute__((vector_size(width * sizeof(Sum))));
    piece rows_of_b[cpu_host::small_depth][parts];
    for (long q = 0; q < k; ++q)
      for (long j = 0; j < N; ++j)
        rows_of_b[q][j / width][j % width] = j < n ? static_cast<Sum>(b[q * b_row + j * b_column]) : Sum(0);
    const auto run = [&]<long Rows>(long i, Stored(*)[Rows]) {
      piece sum[Rows][parts] = {};
      for (long q = 0; q < k; ++q)
        for (long r = 0; r < Rows; ++r)
          for (long part = 0; part < parts; ++part)
            sum[r][part] += static_cast<Sum>(a[(i + r) * a_row + q * a_column]) * rows_of_b[q][part];
      for (long r = 0; r < Rows; ++r)
        for (long j = 0; j < n; ++j)
          c[(i + r) * c_row + j * c_column] = static_cast<Stored>(sum[r][j / width][j % width]);
    };
    long i = 0;
    for (; i + 4 <= m; i += 4) run(i, static_cast<Stored(*)[4]>(nullptr));
    for (; i < m; ++i) run(i, static_cast<Stored(*)[1]>(nullptr));
  }
  static void small(const void* a, long a_row, long a_column, const void* b, long b_row, long b_column,
                    void* c, long c_row, long c_column, long m, long n, long k) {
    const auto run = n <= 4 ? small_of<4> : n <= 8 ? small_of<8> : small_of<16>;
    run(static_cast<const Stored*>(a), a_row, a_column, static_cast<const Stored*>(b), b_row, b_column,
        static_cast<Stored*>(c), c_row, c_column, m, n, k);
  }

  typedef Stored piece
      __attribute__((vector_size(lanes * sizeof(Stored)), aligned(alignof(Stored)), may_alias));
  static NL_HD vector widened(const Stored* at) {
    return __builtin_convertvector(*reinterpret_cast<const piece*>(at), vector);
  }
  static NL_HD Sum total_of(vector v) {
    const auto folded = fold<Sum>(v);
    Sum total = folded[0];
    for (unsigned long j = 1; j < 16 / sizeof(Sum); ++j) total = static_cast<Sum>(total + folded[j]);
    return total;
  }
  // The last vector of a row, of whose elements only those behind the whole vectors count.
  typedef typename unsigned_of<sizeof(Sum)>::type bits __attribute__((vector_size(vector_bytes)));
  struct tail {
    vector x;
    bits mask;
    tail(const Stored* numbers, long n) {
      const long left = n % lanes;
      for (long j = 0; j < lanes; ++j) {
        const bool counts = j >= lanes - left;
        mask[j] = counts ? ~typename unsigned_of<sizeof(Sum)>::type(0) : 0;
        x[j] = counts ? static_cast<Sum>(numbers[n - lanes + j]) : Sum(0);
      }
    }
  };

  // Several rows share the loads of x, and their sums do not wait for each other. n >= lanes.
  template <long Rows>
  static void dots_of(const char* a, long a_row, const Stored* x, const tail& end, long n, char* to,
                      long to_step) {
    const auto row = [&](long r) { return reinterpret_cast<const Stored*>(a + r * a_row); };
    vector sum[Rows][2] = {};
    long i = 0;
    for (; i + 2 * lanes <= n; i += 2 * lanes) {
      const vector x0 = widened(x + i), x1 = widened(x + i + lanes);
#pragma GCC unroll 4
      for (long r = 0; r < Rows; ++r) {
        sum[r][0] += widened(row(r) + i) * x0;
        sum[r][1] += widened(row(r) + i + lanes) * x1;
      }
    }
    if (i + lanes <= n) {
      const vector x0 = widened(x + i);
#pragma GCC unroll 4
      for (long r = 0; r < Rows; ++r) sum[r][0] += widened(row(r) + i) * x0;
      i += lanes;
    }
    if (i < n)
#pragma GCC unroll 4
      for (long r = 0; r < Rows; ++r) {
        const vector last = widened(row(r) + n - lanes);
        sum[r][1] += reinterpret_cast<vector>(reinterpret_cast<bits>(last) & end.mask) * end.x;
      }
    for (long r = 0; r < Rows; ++r, to += to_step)
      *reinterpret_cast<Stored*>(to) = static_cast<Stored>(total_of(sum[r][0] + sum[r][1]));
  }
  // Rows shorter than a vector: one after the other, the processor has several in work.
  template <long N>
  static void dots_short(const char* a, long a_row, const Stored* x, long m, long n, char* to, long to_step) {
    const long count = N > 0 ? N : n;
    for (long i = 0; i < m; ++i, a += a_row, to += to_step) {
      const Stored* row = reinterpret_cast<const Stored*>(a);
      Sum sum = multiply(row[0], x[0]);
#pragma GCC unroll 8
      for (long k = 1; k < count; ++k) sum = static_cast<Sum>(sum + multiply(row[k], x[k]));
      *reinterpret_cast<Stored*>(to) = static_cast<Stored>(sum);
    }
  }
  static void dots(const char* a, long a_row, const char* x, long m, long n, char* to, long to_step) {
    const Stored* const numbers = reinterpret_cast<const Stored*>(x);
    switch (n) {
      case 1: return dots_short<1>(a, a_row, numbers, m, n, to, to_step);
      case 2: return dots_short<2>(a, a_row, numbers, m, n, to, to_step);
      case 3: return dots_short<3>(a, a_row, numbers, m, n, to, to_step);
      case 4: return dots_short<4>(a, a_row, numbers, m, n, to, to_step);
      default: break;
    }
    if (n < lanes) return dots_short<0>(a, a_row, numbers, m, n, to, to_step);
    const tail end(numbers, n);
    long i = 0;
    for (; i + 4 <= m; i += 4) dots_of<4>(a + i * a_row, a_row, numbers, end, n, to + i * to_step, to_step);
    for (; i < m; ++i) dots_of<1>(a + i * a_row, a_row, numbers, end, n, to + i * to_step, to_step);
  }

  static void fill(cpu_host::matmul_kernels& k) {
    k = {int(rows), int(columns), int(sizeof(Sum)), pack_a, pack_b, tile, combine, small, dots};
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
