// SPDX-License-Identifier: BSD-3-Clause
// Fourier transforms of as many arrays as a vector has lanes: every operation is one on whole vectors, and
// only loads and stores, which transpose, look across lanes.
#include "cpu/isa/fft.hpp"

#include "cpu/isa/vectors.hpp"
#include "functors/fft.hpp"

namespace numloom::NL_TARGET {
namespace {

template <class T> struct mask_of { using type = i64; };
template <> struct mask_of<float> { using type = i32; };
template <int... K> struct sequence {};

template <class T> struct fft {
  using V = vec<T>;
  using mask = vec<typename mask_of<T>::type>;
  using value = fft_value<V>;
  static constexpr int width = lanes<T>;
  static constexpr long item = sizeof(T);

  // ---- passes ----

  template <int R> static void pass(const value* from, value* to, long span, long groups, const T* twiddles) {
    const long apart = groups * span;
    for (long g = 0; g < groups; ++g)
      for (long i = 0; i < span; ++i) {
        value x[R];
        const value* const source = from + g * R * span + i;
#pragma GCC unroll 16
        for (int b = 0; b < R; ++b) x[b] = source[b * span];
        fft_of<R, T>(x);
        value* const target = to + g * span + i;
        target[0] = x[0];
        const T* const w = twiddles + i * (2 * (R - 1));
#pragma GCC unroll 16
        for (int c = 1; c < R; ++c) target[c * apart] = times(x[c], w[2 * c - 2], w[2 * c - 1]);
      }
  }
  // The last one: spans of 1, no twiddles.
  template <int R> static void last_pass(const value* from, value* to, long groups) {
    for (long g = 0; g < groups; ++g) {
      value x[R];
#pragma GCC unroll 16
      for (int b = 0; b < R; ++b) x[b] = from[g * R + b];
      fft_of<R, T>(x);
#pragma GCC unroll 16
      for (int c = 0; c < R; ++c) to[c * groups + g] = x[c];
    }
  }

  // Any odd radix: a sum over all values for each result.
  static void general_pass(const cpu_host::fft_pass& p, value* from, value* to) {
    const long span = p.span, groups = p.groups, apart = groups * span;
    const int r = p.radix, half = (r - 1) / 2;
    const T* const roots = static_cast<const T*>(p.roots);
    for (long g = 0; g < groups; ++g)
      for (long i = 0; i < span; ++i) {
        value* const x = from + g * r * span + i;
        value* const y = to + g * span + i;
        const value first = x[0];
        value total = first;
        for (int k = 1; k <= half; ++k) {  // sums and differences take the place of the values
          fft_2(x[k * span], x[(r - k) * span]);
          total = total + x[k * span];
        }
        y[0] = total;
        const T* const w = p.twiddles ? static_cast<const T*>(p.twiddles) + i * (2 * (r - 1)) : nullptr;
        for (int j = 1; j <= half; ++j) {
          value a = first, b{};
          for (int k = 1, turn = j; k <= half; ++k) {
            const value s = x[k * span], d = x[(r - k) * span];
            const T c = roots[2 * turn], z = -roots[2 * turn + 1];
            a = {a.re + s.re * c, a.im + s.im * c};
            b = {b.re + d.re * z, b.im + d.im * z};
            turn += j;
            if (turn >= r) turn -= r;
          }
          const value up{a.re + b.im, a.im - b.re}, down{a.re - b.im, a.im + b.re};
          const int m = r - j;
          y[j * apart] = w ? times(up, w[2 * j - 2], w[2 * j - 1]) : up;
          y[m * apart] = w ? times(down, w[2 * m - 2], w[2 * m - 1]) : down;
        }
      }
  }

  template <int R> static void pass_of(const cpu_host::fft_pass& p, const value* from, value* to) {
    if (p.span == 1)
      last_pass<R>(from, to, p.groups);
    else
      pass<R>(from, to, p.span, p.groups, static_cast<const T*>(p.twiddles));
  }

  static void* run(const cpu_host::fft_pass* passes, int count, void* a, void* b) {
    value *from = static_cast<value*>(a), *to = static_cast<value*>(b);
    for (int k = 0; k < count; ++k) {
      switch (passes[k].roots ? 0 : passes[k].radix) {
        case 2: pass_of<2>(passes[k], from, to); break;
        case 3: pass_of<3>(passes[k], from, to); break;
        case 4: pass_of<4>(passes[k], from, to); break;
        case 5: pass_of<5>(passes[k], from, to); break;
        case 7: pass_of<7>(passes[k], from, to); break;
        case 8: pass_of<8>(passes[k], from, to); break;
        case 11: pass_of<11>(passes[k], from, to); break;
        case 13: pass_of<13>(passes[k], from, to); break;
        default: general_pass(passes[k], from, to);
      }
      value* const other = from;
      from = to;
      to = other;
    }
    return from;
  }

  // ---- across lanes ----

  template <int... K> static NL_HD V even_lanes(V a, V b, sequence<K...>) {
    return shuffle(a, b, mask{(2 * K)...});
  }
  template <int... K> static NL_HD V odd_lanes(V a, V b, sequence<K...>) {
    return shuffle(a, b, mask{(2 * K + 1)...});
  }
  // a0 b0 a1 b1 ... of the lower (Upper 0) or upper halves.
  template <int Upper, int... K> static NL_HD V woven(V a, V b, sequence<K...>) {
    return shuffle(a, b, mask{(Upper * width / 2 + K / 2 + K % 2 * width)...});
  }
  template <int Half, int... K> static NL_HD void exchange(V& a, V& b, sequence<K...>) {
    const V low = shuffle(a, b, mask{(K & Half ? width + K - Half : K)...});
    b = shuffle(a, b, mask{(K & Half ? width + K : K + Half)...});
    a = low;
  }
  template <int N, int... K> static constexpr auto lanes_below() {
    if constexpr (N == 0)
      return sequence<K...>();
    else
      return lanes_below<N - 1, N - 1, K...>();
  }
  using all_lanes = decltype(lanes_below<width>());

  // A square of width x width numbers, transposed by exchanging ever smaller quarters.
  template <int Half = width / 2> static NL_HD void transpose(V (&r)[width]) {
    if constexpr (Half > 0) {
#pragma GCC unroll 16
      for (int i = 0; i < width; ++i)
        if (!(i & Half)) exchange<Half>(r[i], r[i + Half], all_lanes());
      transpose<Half / 2>(r);
    }
  }

  // ---- memory ----

  static bool side_by_side(const char* const* at, int active, long bytes) {
    if (active != width) return false;
    for (int v = 1; v < width; ++v)
      if (at[v] - at[0] != v * bytes) return false;
    return true;
  }

  static void load(void* block, const char* const* from, long step, long count, long n, bool swapped) {
    value* const to = static_cast<value*>(block);
    const auto put = [&](long j, V re, V im) { to[j] = swapped ? value{im, re} : value{re, im}; };
    long j = 0;
    if (side_by_side(from, width, 2 * item)) {
      const char* at = from[0];
      for (; j < count; ++j, at += step) {
        const T* const p = reinterpret_cast<const T*>(at);
        const V a = load_vector(p), b = load_vector(p + width);
        put(j, even_lanes(a, b, all_lanes()), odd_lanes(a, b, all_lanes()));
      }
    } else if (step == 2 * item) {
      for (; j + width / 2 <= count; j += width / 2) {
        V r[width];
#pragma GCC unroll 16
        for (int v = 0; v < width; ++v) r[v] = load_vector(reinterpret_cast<const T*>(from[v]) + 2 * j);
        transpose(r);
#pragma GCC unroll 16
        for (int q = 0; q < width / 2; ++q) put(j + q, r[2 * q], r[2 * q + 1]);
      }
    }
    for (; j < count; ++j) {
      V re, im;
      for (int v = 0; v < width; ++v) {
        const T* const p = reinterpret_cast<const T*>(from[v] + j * step);
        re[v] = p[0], im[v] = p[1];
      }
      put(j, re, im);
    }
    for (; j < n; ++j) to[j] = value{};
  }

  static void load_part(void* block, int part, const char* const* from, long step, long count, long n) {
    V* const to = static_cast<V*>(block) + part;
    long j = 0;
    if (side_by_side(from, width, item)) {
      const char* at = from[0];
      for (; j < count; ++j, at += step) to[2 * j] = load_vector(reinterpret_cast<const T*>(at));
    } else if (step == item) {
      for (; j + width <= count; j += width) {
        V r[width];
#pragma GCC unroll 16
        for (int v = 0; v < width; ++v) r[v] = load_vector(reinterpret_cast<const T*>(from[v]) + j);
        transpose(r);
#pragma GCC unroll 16
        for (int q = 0; q < width; ++q) to[2 * (j + q)] = r[q];
      }
    }
    for (; j < count; ++j) {
      V re;
      for (int v = 0; v < width; ++v) re[v] = *reinterpret_cast<const T*>(from[v] + j * step);
      to[2 * j] = re;
    }
    for (; j < n; ++j) to[2 * j] = V{};
  }

  static void store(const void* block, char* const* to, long step, long n, int active, double factor,
                    bool swapped) {
    const value* const from = static_cast<const value*>(block);
    const T scale = static_cast<T>(factor);
    const auto get = [&](long j) {
      return swapped ? value{from[j].im * scale, from[j].re * scale}
                     : value{from[j].re * scale, from[j].im * scale};
    };
    long j = 0;
    if (side_by_side(to, active, 2 * item)) {
      char* at = to[0];
      for (; j < n; ++j, at += step) {
        const value x = get(j);
        store_vector(reinterpret_cast<T*>(at), woven<0>(x.re, x.im, all_lanes()));
        store_vector(reinterpret_cast<T*>(at) + width, woven<1>(x.re, x.im, all_lanes()));
      }
    } else if (step == 2 * item) {
      for (; j + width / 2 <= n; j += width / 2) {
        V r[width];
#pragma GCC unroll 16
        for (int q = 0; q < width / 2; ++q) {
          const value x = get(j + q);
          r[2 * q] = x.re, r[2 * q + 1] = x.im;
        }
        transpose(r);
#pragma GCC unroll 16
        for (int v = 0; v < width; ++v)
          if (v < active) store_vector(reinterpret_cast<T*>(to[v]) + 2 * j, r[v]);
      }
    }
    for (; j < n; ++j) {
      const value x = get(j);
      for (int v = 0; v < active; ++v) {
        T* const p = reinterpret_cast<T*>(to[v] + j * step);
        p[0] = x.re[v], p[1] = x.im[v];
      }
    }
  }

  static void store_part(const void* block, int part, char* const* to, long step, long n, int active,
                         double factor) {
    const V* const from = static_cast<const V*>(block) + part;
    const T scale = static_cast<T>(factor);
    long j = 0;
    if (side_by_side(to, active, item)) {
      char* at = to[0];
      for (; j < n; ++j, at += step) store_vector(reinterpret_cast<T*>(at), from[2 * j] * scale);
    } else if (step == item) {
      for (; j + width <= n; j += width) {
        V r[width];
#pragma GCC unroll 16
        for (int q = 0; q < width; ++q) r[q] = from[2 * (j + q)] * scale;
        transpose(r);
#pragma GCC unroll 16
        for (int v = 0; v < width; ++v)
          if (v < active) store_vector(reinterpret_cast<T*>(to[v]) + j, r[v]);
      }
    }
    for (; j < n; ++j) {
      const V x = from[2 * j] * scale;
      for (int v = 0; v < active; ++v) *reinterpret_cast<T*>(to[v] + j * step) = x[v];
    }
  }

  // ---- factors ----

  static void multiply(void* block, const void* factors, long n, bool conjugated, bool swapped) {
    value* const x = static_cast<value*>(block);
    const T* const w = static_cast<const T*>(factors);
    const T sign = conjugated ? T(-1) : T(1);
    for (long j = 0; j < n; ++j) {
      const value y = times(x[j], w[2 * j], sign * w[2 * j + 1]);
      x[j] = swapped ? value{y.im, y.re} : y;
    }
  }

  static void twist(void* block, const void* lane_factors, long n, long first, const double* high,
                    const double* low, int shift, long period) {
    value* const x = static_cast<value*>(block);
    const value* const lane = static_cast<const value*>(lane_factors);
    const long mask_of_low = (1L << shift) - 1;
    long e = 0;
    for (long j = 0; j < n; ++j) {
      const double* const a = high + 2 * (e >> shift);
      const double* const b = low + 2 * (e & mask_of_low);
      const T re = static_cast<T>(a[0] * b[0] - a[1] * b[1]), im = static_cast<T>(a[0] * b[1] + a[1] * b[0]);
      const value w = times(lane[j], re, im);
      x[j] = times(x[j], w.re, w.im);
      e += first;
      if (e >= period) e -= period;
    }
  }

  static void from_pairs(void* out, const void* in, long h, const void* roots) {
    const value* const z = static_cast<const value*>(in);
    value* const x = static_cast<value*>(out);
    const T* const w = static_cast<const T*>(roots);
    x[0] = {z[0].re + z[0].im, V{}};
    x[h] = {z[0].re - z[0].im, V{}};
    for (long k = 1; k <= h - k; ++k) {
      const value a = z[k], b = z[h - k];
      fft_from_pairs(a, b, w[2 * k], w[2 * k + 1], x[k], x[h - k]);
    }
  }

  static void to_pairs(void* out, const void* in, long h, const void* roots) {
    const value* const x = static_cast<const value*>(in);
    value* const z = static_cast<value*>(out);
    const T* const w = static_cast<const T*>(roots);
    z[0] = {x[0].re - x[h].re, x[0].re + x[h].re};
    for (long k = 1; k <= h - k; ++k) {
      value a, b;
      fft_to_pairs(x[k], x[h - k], w[2 * k], w[2 * k + 1], a, b);
      z[k] = {a.im, a.re};
      z[h - k] = {b.im, b.re};
    }
  }

  static void mirror(void* out, const void* in, long n) {
    const value* const x = static_cast<const value*>(in);
    value* const z = static_cast<value*>(out);
    z[0] = {V{}, x[0].re};
    for (long k = 1; k < n - k; ++k) {
      z[k] = {x[k].im, x[k].re};
      z[n - k] = {-x[k].im, x[k].re};
    }
  }

  static void fill(cpu_host::fft_kernels& k) {
    k = {width, run, load, load_part, store, store_part, multiply, twist, from_pairs, to_pairs, mirror};
  }
};

}  // namespace

void fill_fft(cpu_host::fft_tables& tables) {
  fft<float>::fill(tables.kernels[0]);
  fft<double>::fill(tables.kernels[1]);
}

}  // namespace numloom::NL_TARGET
