// SPDX-License-Identifier: BSD-3-Clause
// Sliding products: a few vectors of results stay in registers while the kernel's terms pass by, each one
// broadcast and multiplied with the sequence as it lies so many elements further on. The sequence is read
// from the cache once a term and from memory once in all; nothing is written but results.
#include "cpu/isa/dense.hpp"
#include "cpu/isa/vectors.hpp"

namespace numloom::NL_TARGET {

namespace {

enum dtype_id {
#define NL_DTYPE(name, type, kind, bytes) dtype_##name,
#include "numloom/dtypes.def"
  dtype_end
};
static_assert(dtype_end == cpu_host::correlated_dtypes);

// Vectors of results at a time: as many as hide an addition's latency.
constexpr int at_once = vector_bytes == 64 ? 8 : 4;

template <class T> struct sliding {
  static constexpr long width = lanes<T>;

  template <int Vectors> static void step(T* to, const T* from, const T* weights, long terms) {
    vec<T> sum[Vectors] = {};
    for (long k = 0; k < terms; ++k, ++from) {
      const vec<T> weight = broadcast(weights[k]);
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) sum[v] += load_vector(from + v * width) * weight;
    }
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) store_vector(to + v * width, sum[v]);
  }

  static void run(char* out, const char* sequence, const char* kernel, long n, long terms) {
    T* const to = reinterpret_cast<T*>(out);
    const T* const from = reinterpret_cast<const T*>(sequence);
    const T* const weights = reinterpret_cast<const T*>(kernel);
    long i = 0;
    for (; i + at_once * width <= n; i += at_once * width) step<at_once>(to + i, from + i, weights, terms);
    for (; i + width <= n; i += width) step<1>(to + i, from + i, weights, terms);
    if (i < n && n >= width) {  // the last vector once more, moved back
      step<1>(to + n - width, from + n - width, weights, terms);
      return;
    }
    for (; i < n; ++i) {
      T sum = 0;
      for (long k = 0; k < terms; ++k) sum = T(sum + from[i + k] * weights[k]);
      to[i] = sum;
    }
  }
};

// Real and imaginary parts alternate: one sum of products with the terms' real parts, one with the imaginary
// ones, joined at the end.
template <class T> struct sliding_complex {
  static constexpr long width = lanes<T> / 2;

  static void step(T* to, const T* from, const T* weights, long terms, long results) {
    alignas(64) T part[2][2 * width];
    if (results == width) {
      vec<T> real = {}, imaginary = {};
      for (long k = 0; k < terms; ++k, from += 2) {
        const vec<T> x = load_vector(from);
        real += x * broadcast(weights[2 * k]);
        imaginary += x * broadcast(weights[2 * k + 1]);
      }
      store_vector(part[0], real);
      store_vector(part[1], imaginary);
    } else {
      for (long j = 0; j < 2 * results; ++j) {
        T real = 0, imaginary = 0;
        for (long k = 0; k < terms; ++k) {
          real += from[j + 2 * k] * weights[2 * k];
          imaginary += from[j + 2 * k] * weights[2 * k + 1];
        }
        part[0][j] = real;
        part[1][j] = imaginary;
      }
    }
    for (long j = 0; j < results; ++j) {  // NOLINTNEXTLINE(clang-analyzer-core.*): both branches write these
      to[2 * j] = part[0][2 * j] - part[1][2 * j + 1];
      to[2 * j + 1] = part[0][2 * j + 1] + part[1][2 * j];
    }
  }

  static void run(char* out, const char* sequence, const char* kernel, long n, long terms) {
    T* const to = reinterpret_cast<T*>(out);
    const T* const from = reinterpret_cast<const T*>(sequence);
    const T* const weights = reinterpret_cast<const T*>(kernel);
    for (long i = 0; i < n; i += width)
      step(to + 2 * i, from + 2 * i, weights, terms, n - i < width ? n - i : width);
  }
};

// Bools: is any pair of both true?
void slide_bools(char* to, const char* from, const char* weights, long n, long terms) {
  for (long i = 0; i < n; ++i) {
    bool any = false;
    for (long k = 0; k < terms; ++k) any |= from[i + k] != 0 && weights[k] != 0;
    to[i] = any;
  }
}

}  // namespace

void fill_correlate(cpu_host::dense_tables& t) {
  t.correlate[dtype_bool_] = slide_bools;
  t.correlate[dtype_int8] = t.correlate[dtype_uint8] = sliding<u8>::run;  // integers wrap
  t.correlate[dtype_int16] = t.correlate[dtype_uint16] = sliding<u16>::run;
  t.correlate[dtype_int32] = t.correlate[dtype_uint32] = sliding<u32>::run;
  t.correlate[dtype_int64] = t.correlate[dtype_uint64] = sliding<u64>::run;
  t.correlate[dtype_float32] = sliding<float>::run;
  t.correlate[dtype_float64] = sliding<double>::run;
  t.correlate[dtype_complex64] = sliding_complex<float>::run;
  t.correlate[dtype_complex128] = sliding_complex<double>::run;
}

}  // namespace numloom::NL_TARGET
