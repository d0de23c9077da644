// SPDX-License-Identifier: BSD-3-Clause
// Fourier transforms in a block's shared memory: how lines are read, transformed and written. Between two
// barriers a thread holds eight elements of its line in registers, so one copy in shared memory will do.
#pragma once
#include "functors/fft.hpp"
#include "kernel_interface.hpp"
#include "strided.cuh"
#include "types.hpp"

namespace numloom::NL_TARGET {

using kernels::fft_end;
using kernels::fft_form;

inline constexpr int fft_elements = 8;   // of a thread
inline constexpr int fft_threads = 512;  // of a block, at most

template <class T> struct alignas(2 * sizeof(T)) NL_MAY_ALIAS fft_point { T re, im; };
template <class T> NL_HD fft_value<T> value_of(fft_point<T> p) { return {p.re, p.im}; }
template <class T> NL_HD fft_point<T> point_of(fft_value<T> v) { return {v.re, v.im}; }
template <class T> NL_HD fft_value<T> swapped(fft_value<T> v) { return {v.im, v.re}; }

// An element more after each 128 bytes: steps of 2, 4 and 8 elements then meet all banks of shared memory.
template <class T> NL_HD int fft_slot(int element) { return element + (element >> (sizeof(T) == 4 ? 4 : 3)); }

enum fft_operand { fft_in, fft_out, fft_in_index, fft_out_index, fft_operands };

template <class T> struct fft_arguments {
  kernels::fft_work work;
  loop_dims<fft_operands> lines;
  int lines_of_block, threads_of_line, pitch;  // pitch: elements of shared memory from line to line
  int items_in, items_out;                     // elements to read and write; pairs of them for half_even
  bool across_in, across_out;                  // neighbouring threads take neighbouring lines
  bool aligned_in, aligned_out;                // complex numbers lie at multiples of their size
  divider by_lines, by_threads, by_items_in, by_items_out;
  divider by_span[kernels::max_fft_passes], by_butterflies[kernels::max_fft_passes];
};

// ---- memory ----

template <class T> NL_HD fft_value<T> factor_at(const void* table, i64 at) {
  return value_of(static_cast<const fft_point<T>*>(table)[at]);
}

template <class T> NL_HD T read_real(const fft_end& end, const char* line, i64 at) {
  return at < end.count ? *reinterpret_cast<const T*>(line + at * end.step) : T(0);
}
template <class T>
NL_HD fft_value<T> read_complex(const fft_end& end, const char* line, i64 at, bool aligned) {
  if (at >= end.count) return {T(0), T(0)};
  const char* const p = line + at * end.step;
  if (aligned) return value_of(*reinterpret_cast<const fft_point<T>*>(p));
  return {reinterpret_cast<const T*>(p)[0], reinterpret_cast<const T*>(p)[1]};
}
template <class T>
NL_HD void write_complex(const fft_end& end, char* line, i64 at, fft_value<T> v, bool aligned) {
  if (at >= end.count) return;
  char* const p = line + at * end.step;
  if (aligned) {
    *reinterpret_cast<fft_point<T>*>(p) = point_of(v);
  } else {
    reinterpret_cast<T*>(p)[0] = v.re;
    reinterpret_cast<T*>(p)[1] = v.im;
  }
}

// Element `at` of a whole transform's input, of every form but half_even.
template <class T>
NL_HD fft_value<T> read_element(const fft_end& end, const char* line, i64 at, bool aligned) {
  if (at >= end.length) return {T(0), T(0)};
  fft_value<T> v;
  switch (end.form) {
    case fft_form::real: v = {read_real<T>(end, line, at), T(0)}; break;
    case fft_form::pairs: v = {read_real<T>(end, line, 2 * at), read_real<T>(end, line, 2 * at + 1)}; break;
    case fft_form::half_odd:
      v = read_complex<T>(end, line, 2 * at > end.length ? end.length - at : at, aligned);
      if (2 * at > end.length) v.im = -v.im;
      if (at == 0) v.im = T(0);
      break;
    default: v = read_complex<T>(end, line, at, aligned);
  }
  if (end.swapped) v = swapped(v);
  if (end.factors != nullptr) {
    const fft_value<T> w = factor_at<T>(end.factors, at);
    v = times(v, w.re, w.im);
  }
  return v;
}

// What stands in the output for v, before it is scaled.
template <class T> NL_HD fft_value<T> finished(const fft_end& end, fft_value<T> v, i64 at) {
  if (end.swapped) v = swapped(v);
  if (end.factors != nullptr && at < end.length) {
    const fft_value<T> w = factor_at<T>(end.factors, at);
    v = times(v, w.re, end.conjugated ? -w.im : w.im);
  }
  return v;
}

template <class T>
NL_HD void write_element(const fft_end& end, char* line, i64 at, fft_value<T> v, bool aligned) {
  if (at >= end.length) return;
  const auto put = [&](i64 k, T x) {
    if (k < end.count) *reinterpret_cast<T*>(line + k * end.step) = x;
  };
  switch (end.form) {
    case fft_form::real: put(at, v.re); break;
    case fft_form::pairs: put(2 * at, v.re), put(2 * at + 1, v.im); break;
    default: write_complex(end, line, at, v, aligned);
  }
}

// Elements k and h - k of h pairs, from the first and last of h + 1 complex numbers.
template <class T> struct fft_two { fft_value<T> low, high; };
template <class T>
NL_HD fft_two<T> read_halves(const fft_end& end, const char* line, i64 k, i64 h, const void* roots,
                             bool aligned) {
  fft_value<T> a = read_complex<T>(end, line, k, aligned), b = read_complex<T>(end, line, h - k, aligned);
  if (k == 0) a.im = b.im = T(0);
  const fft_value<T> w = factor_at<T>(roots, k);
  fft_two<T> z;
  fft_to_pairs(a, b, w.re, w.im, z.low, z.high);
  return z;
}
template <class T>
NL_HD void write_halves(const fft_end& end, char* line, i64 k, i64 h, const fft_two<T>& z, const void* roots,
                        T scale, bool aligned) {
  const fft_value<T> w = factor_at<T>(roots, k);
  fft_two<T> x;
  fft_from_pairs(z.low, z.high, w.re, w.im, x.low, x.high);
  write_complex<T>(end, line, k, {x.low.re * scale, x.low.im * scale}, aligned);
  write_complex<T>(end, line, h - k, {x.high.re * scale, x.high.im * scale}, aligned);
}

// ---- passes ----

// A thread's part of its line in shared memory.
template <class T> struct fft_share {
  fft_point<T>* line;
  int first, step;  // butterflies first, first + step, ...
  bool active;
};

template <int R, class T>
__device__ __forceinline__ void radix_pass(const fft_share<T>& s, const kernels::fft_pass& pass, int length,
                                           divider by_span) {
  constexpr int most = (fft_elements + R - 1) / R;
  const int butterflies = length / R, span = pass.span;
  fft_value<T> x[most][R];
  NL_UNROLL
  for (int k = 0; k < most; ++k) {
    const int q = s.first + k * s.step;
    if (q >= butterflies || !s.active) break;
    const int g = static_cast<int>(by_span.quotient(static_cast<u32>(q))), i = q - g * span;
    NL_UNROLL
    for (int b = 0; b < R; ++b) x[k][b] = value_of(s.line[fft_slot<T>((g * R + b) * span + i)]);
    fft_of<R, T>(x[k]);
    if (span == 1) continue;
    NL_UNROLL
    for (int c = 1; c < R; ++c) {
      const fft_value<T> w = factor_at<T>(pass.twiddles, (c - 1) * span + i);
      x[k][c] = times(x[k][c], w.re, w.im);
    }
  }
  __syncthreads();
  NL_UNROLL
  for (int k = 0; k < most; ++k) {
    const int q = s.first + k * s.step;
    if (q >= butterflies || !s.active) break;
    NL_UNROLL
    for (int c = 0; c < R; ++c) s.line[fft_slot<T>(c * butterflies + q)] = point_of(x[k][c]);
  }
  __syncthreads();
}

// Any radix: a sum over all values for each of a thread's results.
template <class T>
__device__ __forceinline__ void general_pass(const fft_share<T>& s, const kernels::fft_pass& pass, int length,
                                             divider by_span, divider by_butterflies) {
  const int r = pass.radix, butterflies = length / r, span = pass.span;
  fft_value<T> y[fft_elements];
  NL_UNROLL
  for (int k = 0; k < fft_elements; ++k) {
    const int at = s.first + k * s.step;
    if (at >= length || !s.active) break;
    const int c = static_cast<int>(by_butterflies.quotient(static_cast<u32>(at))), q = at - c * butterflies;
    const int g = static_cast<int>(by_span.quotient(static_cast<u32>(q))), i = q - g * span;
    fft_value<T> sum = value_of(s.line[fft_slot<T>(g * r * span + i)]);
    for (int b = 1, turn = c; b < r; ++b) {
      const fft_value<T> w = factor_at<T>(pass.roots, turn);
      sum = sum + times(value_of(s.line[fft_slot<T>((g * r + b) * span + i)]), w.re, w.im);
      turn += c;
      if (turn >= r) turn -= r;
    }
    if (c > 0 && span > 1) {
      const fft_value<T> w = factor_at<T>(pass.twiddles, (c - 1) * span + i);
      sum = times(sum, w.re, w.im);
    }
    y[k] = sum;
  }
  __syncthreads();
  NL_UNROLL
  for (int k = 0; k < fft_elements; ++k) {
    const int at = s.first + k * s.step;
    if (at < length && s.active) s.line[fft_slot<T>(at)] = point_of(y[k]);
  }
  __syncthreads();
}

// The radices that a kernel has. Each odd one costs registers, whether a length needs it or not.
enum class fft_radices { two, five, any };  // powers of 2; of 2, 3 and 5; all

template <fft_radices Has, class T>
__device__ __forceinline__ void transform_shared(const fft_arguments<T>& p, const fft_share<T>& s) {
  const int length = p.work.length;
  for (int k = 0; k < p.work.passes; ++k) {
    const kernels::fft_pass& pass = p.work.pass[k];
    const divider by_span = p.by_span[k];
    switch (pass.radix) {
      case 2: radix_pass<2>(s, pass, length, by_span); continue;
      case 4: radix_pass<4>(s, pass, length, by_span); continue;
      case 8: radix_pass<8>(s, pass, length, by_span); continue;
    }
    if constexpr (Has != fft_radices::two) switch (pass.radix) {
        case 3: radix_pass<3>(s, pass, length, by_span); continue;
        case 5: radix_pass<5>(s, pass, length, by_span); continue;
      }
    if constexpr (Has == fft_radices::any) switch (pass.radix) {
        case 7: radix_pass<7>(s, pass, length, by_span); continue;
        case 11: radix_pass<11>(s, pass, length, by_span); continue;
        case 13: radix_pass<13>(s, pass, length, by_span); continue;
        default: general_pass(s, pass, length, by_span, p.by_butterflies[k]);
      }
  }
}

}  // namespace numloom::NL_TARGET
