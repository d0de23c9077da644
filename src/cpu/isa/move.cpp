// SPDX-License-Identifier: BSD-3-Clause
// Data movement by element size: strided copies, transposes, selection, streaming stores, arithmetic
// sequences.
#include "cpu/isa/copy_row.hpp"
#include "cpu/isa/loops.hpp"
#include "cpu/isa/vectors.hpp"

namespace numloom::NL_TARGET {

namespace {

// ---- short rows: as many stores as elements and no loop per row ----

template <class U, int C>
void copy_short_rows(char* to, const char* from, long rows, long to_row, long to_column, long from_row,
                     long from_column) {
  for (long r = 0; r < rows; ++r)
    for (int c = 0; c < C; ++c)
      put(to + r * to_row + c * to_column, get<U>(from + r * from_row + c * from_column));
}

// ---- streaming ----

#if defined(__x86_64__)
// A whole cache line at once, without reading it first.
NL_HD void stream_line(char* to, const char* from) {
  typedef long long lanes __attribute__((vector_size(vector_bytes)));
  for (int i = 0; i < 64; i += vector_bytes) {
    lanes v;
    __builtin_memcpy(&v, from + i, sizeof v);
    auto* at = reinterpret_cast<lanes*>(to + i);
#if defined(__clang__)
    __builtin_nontemporal_store(v, at);
#elif defined(__AVX512F__)
    __builtin_ia32_movntdq512(at, v);
#elif defined(__AVX2__)
    __builtin_ia32_movntdq256(at, v);
#else
    __builtin_ia32_movntdq(at, v);
#endif
  }
}

void stream(char* to, const char* from, long bytes, const char* next, const char* other_next) {
  if (!next) next = from;
  if (!other_next) other_next = from;
  long head = static_cast<long>(-reinterpret_cast<u64>(to) & 63);
  if (head > bytes) head = bytes;
  __builtin_memcpy(to, from, static_cast<unsigned long>(head));
  long i = head;
  for (; i + 64 <= bytes; i += 64) {
    stream_line(to + i, from + i);
    __builtin_prefetch(next + i);
    __builtin_prefetch(other_next + i);
  }
  __builtin_memcpy(to + i, from + i, static_cast<unsigned long>(bytes - i));
}
#else
NL_HD void stream_line(char* to, const char* from) { __builtin_memcpy(to, from, 64); }
void stream(char* to, const char* from, long bytes, const char*, const char*) {
  __builtin_memcpy(to, from, static_cast<unsigned long>(bytes));
}
#endif

// ---- columns of the source become rows ----

// A square of as many vectors as a vector has lanes, turned in registers: interleaving the first half with
// the second half moves one bit of the row number into the column number; after as many rounds as there are
// bits all have moved.
template <class U> inline constexpr int turn_bytes = sizeof(U) <= 2 ? 16 : vector_bytes;
template <class U> inline constexpr int turn_size = sizeof(U) <= 8 ? turn_bytes<U> / int(sizeof(U)) : 1;

template <class U, int Half>
NL_HD vec<U, turn_bytes<U>> interleave(vec<U, turn_bytes<U>> a, vec<U, turn_bytes<U>> b) {
  constexpr int N = turn_size<U>;
  vec<U, turn_bytes<U>> places{};
  for (int j = 0; j < N; ++j) places[j] = static_cast<U>(Half * N / 2 + j / 2 + (j % 2 ? N : 0));
  return shuffle(a, b, places);
}

template <class U> NL_HD void turn(char* to, const char* from, long to_row, long from_column) {
  constexpr int N = turn_size<U>;
  using V = vec<U, turn_bytes<U>>;
  using unaligned = typename vector_type<U, turn_bytes<U>>::unaligned;
  V v[N], w[N];
#pragma GCC unroll 16
  for (int j = 0; j < N; ++j) v[j] = *reinterpret_cast<const unaligned*>(from + j * from_column);
#pragma GCC unroll 4
  for (int round = 1; round < N; round *= 2) {
#pragma GCC unroll 8
    for (int j = 0; j < N / 2; ++j) {
      w[2 * j] = interleave<U, 0>(v[j], v[j + N / 2]);
      w[2 * j + 1] = interleave<U, 1>(v[j], v[j + N / 2]);
    }
#pragma GCC unroll 16
    for (int j = 0; j < N; ++j) v[j] = w[j];
  }
#pragma GCC unroll 16
  for (int j = 0; j < N; ++j) *reinterpret_cast<unaligned*>(to + j * to_row) = v[j];
}

// A line of 64 bytes for each of `rows` rows, from a block that lies in the first-level cache.
template <bool Streamed> NL_HD void put_lines(char* to, const char* lines, long rows, long to_row) {
  for (long r = 0; r < rows; ++r) {
    if constexpr (Streamed)
      stream_line(to + r * to_row, lines + r * 64);
    else
      __builtin_memcpy(to + r * to_row, lines + r * 64, 64);
  }
}

// from + r * S + c * from_column -> to + r * to_row + c * S, in blocks that give whole lines of the result.
// What the next block reads and writes is fetched meanwhile: neither walk is one that the hardware foresees.
template <class U, bool Streamed>
void transpose_lines(char* to, const char* from, long rows, long columns, long to_row, long from_column) {
  constexpr long S = sizeof(U), N = turn_size<U>, line = 64 / S;
  alignas(64) char lines[N * 64];
  for (long c = 0; c < columns; c += line)
    for (long r = 0; r < rows; r += N) {
      char* const target = to + r * to_row + c * S;
      const char* const source = from + r * S + c * from_column;
      for (long k = 0; k < line; ++k) __builtin_prefetch(source + k * from_column + 2 * N * S);
      if constexpr (!Streamed)
        for (long k = 0; k < N; ++k) __builtin_prefetch(target + (2 * N + k) * to_row, 1);
      for (long k = 0; k < line; k += N) turn<U>(lines + k * S, source + k * from_column, 64, from_column);
      put_lines<Streamed>(target, lines, N, to_row);
    }
}

template <class U>
void transpose(char* to, const char* from, long rows, long columns, long to_row, long from_column,
               bool streamed) {
  constexpr long S = sizeof(U), N = turn_size<U>, line = 64 / S;
  long whole_rows = 0, whole_columns = 0;
  if constexpr (N > 1) {
    whole_rows = rows - rows % N;
    whole_columns = columns - columns % line;
    if (streamed && (reinterpret_cast<u64>(to) | static_cast<u64>(to_row)) % 64 == 0)
      transpose_lines<U, true>(to, from, whole_rows, whole_columns, to_row, from_column);
    else
      transpose_lines<U, false>(to, from, whole_rows, whole_columns, to_row, from_column);
    if constexpr (N < line)
      for (; whole_columns + N <= columns; whole_columns += N)
        for (long r = 0; r < whole_rows; r += N)
          turn<U>(to + r * to_row + whole_columns * S, from + r * S + whole_columns * from_column, to_row,
                  from_column);
  }
  for (long r = 0; r < rows; ++r)
    for (long c = r < whole_rows ? whole_columns : 0; c < columns; ++c)
      put(to + r * to_row + c * S, get<U>(from + r * S + c * from_column));
}

template <class U>
void copy(char* to, const char* from, long rows, long columns, long to_row, long to_column, long from_row,
          long from_column) {
  constexpr long S = sizeof(U);
  if (to_row == S && to_column != S) {  // make the target's rows the contiguous ones
    long t = rows;
    rows = columns, columns = t;
    t = to_row, to_row = to_column, to_column = t;
    t = from_row, from_row = from_column, from_column = t;
  }
  if (rows > 1 && columns <= 4) {
    switch (columns) {
      case 1: return copy_row<U>(to, from, rows, to_row, from_row);
      case 2: return copy_short_rows<U, 2>(to, from, rows, to_row, to_column, from_row, from_column);
      case 3: return copy_short_rows<U, 3>(to, from, rows, to_row, to_column, from_row, from_column);
      case 4: return copy_short_rows<U, 4>(to, from, rows, to_row, to_column, from_row, from_column);
      default: return;
    }
  }
  if (to_column == S && from_row == S && from_column != S && rows > 1)
    return transpose<U>(to, from, rows, columns, to_row, from_column, false);
  for (long r = 0; r < rows; ++r)
    copy_row<U>(to + r * to_row, from + r * from_row, columns, to_column, from_column);
}

// ---- selection ----

template <class U> void select(char* const* args, const long* steps, long n) {
  constexpr long S = sizeof(U);
  const auto* condition = reinterpret_cast<const u8*>(args[0]);
  if (steps[0] == 1 && steps[3] == S) {
    const auto* a = reinterpret_cast<const U*>(args[1]);
    const auto* b = reinterpret_cast<const U*>(args[2]);
    auto* out = reinterpret_cast<U*>(args[3]);
    if (steps[1] == S && steps[2] == S) {
#pragma GCC ivdep
      for (long i = 0; i < n; ++i) {
        const U x = a[i], y = b[i];
        out[i] = condition[i] ? x : y;
      }
      return;
    }
    if (steps[1] == 0 && steps[2] == S) {
      const U x = *a;
#pragma GCC ivdep
      for (long i = 0; i < n; ++i) {
        const U y = b[i];
        out[i] = condition[i] ? x : y;
      }
      return;
    }
    if (steps[1] == S && steps[2] == 0) {
      const U y = *b;
#pragma GCC ivdep
      for (long i = 0; i < n; ++i) {
        const U x = a[i];
        out[i] = condition[i] ? x : y;
      }
      return;
    }
  }
  for (long i = 0; i < n; ++i) {
    const char* from = condition[i * steps[0]] ? args[1] + i * steps[1] : args[2] + i * steps[2];
    put(args[3] + i * steps[3], get<U>(from));
  }
}

template <class U> void masked_store(char* const* args, const long* steps, long n) {
  constexpr long S = sizeof(U);
  const auto* mask = reinterpret_cast<const u8*>(args[1]);
  if (steps[0] == S && steps[1] == 1 && steps[2] == S) {
    const auto* in = reinterpret_cast<const U*>(args[0]);
    auto* out = reinterpret_cast<U*>(args[2]);
#pragma GCC ivdep
    for (long i = 0; i < n; ++i) {
      const U x = in[i], y = out[i];
      out[i] = mask[i] ? x : y;
    }
    return;
  }
  for (long i = 0; i < n; ++i)
    if (mask[i * steps[1]]) put(args[2] + i * steps[2], get<U>(args[0] + i * steps[0]));
}

template <class U> long compress(char* to, const char* from, const char* mask, long mask_step, long n) {
  auto* out = reinterpret_cast<U*>(to);
  const auto* in = reinterpret_cast<const U*>(from);
  long kept = 0;
  for (long i = 0; i < n; ++i) {
    out[kept] = in[i];
    kept += mask[i * mask_step] != 0;
  }
  return kept;
}

template <class U> void fill_kernels(cpu_host::move_kernels& k) {
  k.copy = copy<U>;
  k.transpose = transpose<U>;
  k.select = select<U>;
  k.masked_store = masked_store<U>;
  k.compress = compress<U>;
}

// ---- sequences ----

// start + i * step. NumPy computes arange's element i so, in the dtype; integers wrap, float16 is computed in
// float.
template <class T> void sequence(char* to, long first, long n, const char* start, const char* step) {
  auto* out = reinterpret_cast<T*>(to);
  const T a = *reinterpret_cast<const T*>(start), d = *reinterpret_cast<const T*>(step);
  if constexpr (is_integral<T>) {
    using W = wrap_of<T>;
    for (long i = 0; i < n; ++i)
      out[i] = static_cast<T>(static_cast<W>(a) + static_cast<W>(first + i) * static_cast<W>(d));
  } else if constexpr (is_complex<T>) {
    using R = real_of<T>;
    for (long i = 0; i < n; ++i) {
      const R k = static_cast<R>(first + i);
      out[i] = T(a.re + k * d.re, a.im + k * d.im);
    }
  } else {
    using W = wide_of<T>;
    for (long i = 0; i < n; ++i) out[i] = T(wide(a) + static_cast<W>(first + i) * wide(d));
  }
}

}  // namespace

void fill_moves(cpu_host::level_tables& t) {
  fill_kernels<u8>(t.move[0]);
  fill_kernels<u16>(t.move[1]);
  fill_kernels<u32>(t.move[2]);
  fill_kernels<u64>(t.move[3]);
  fill_kernels<wide_element>(t.move[4]);
  t.stream = stream;
  t.sequence[dtype_bool_] = sequence<u8>;
  t.sequence[dtype_int8] = t.sequence[dtype_uint8] = sequence<u8>;
  t.sequence[dtype_int16] = t.sequence[dtype_uint16] = sequence<u16>;
  t.sequence[dtype_int32] = t.sequence[dtype_uint32] = sequence<u32>;
  t.sequence[dtype_int64] = t.sequence[dtype_uint64] = sequence<u64>;
  t.sequence[dtype_float16] = sequence<float16>;
  t.sequence[dtype_float32] = sequence<float>;
  t.sequence[dtype_float64] = sequence<double>;
  t.sequence[dtype_complex64] = sequence<complex<float>>;
  t.sequence[dtype_complex128] = sequence<complex<double>>;
}
}  // namespace numloom::NL_TARGET
