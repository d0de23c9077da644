// SPDX-License-Identifier: BSD-3-Clause
// The pieces of a fast Fourier transform: small transforms of R values in registers, forward, without a
// factor. V is what stands for one real number: a number on a GPU thread, a vector of numbers of several
// transforms side by side on the CPU.
#pragma once
#include "target.hpp"

namespace numloom::NL_TARGET {

template <class V> struct fft_value { V re, im; };
template <class V> NL_HD fft_value<V> operator+(fft_value<V> a, fft_value<V> b) {
  return {a.re + b.re, a.im + b.im};
}
template <class V> NL_HD fft_value<V> operator-(fft_value<V> a, fft_value<V> b) {
  return {a.re - b.re, a.im - b.im};
}
// The factor may be one number for all transforms.
template <class V, class W> NL_HD fft_value<V> times(fft_value<V> a, W re, W im) {
  return {a.re * re - a.im * im, a.re * im + a.im * re};
}
// -i a
template <class V> NL_HD fft_value<V> turned(fft_value<V> a) { return {a.im, -a.re}; }

template <class V> NL_HD void fft_2(fft_value<V>& a, fft_value<V>& b) {
  const fft_value<V> sum = a + b;
  b = a - b;
  a = sum;
}

template <class V> NL_HD void fft_4(fft_value<V>& a, fft_value<V>& b, fft_value<V>& c, fft_value<V>& d) {
  const fft_value<V> ac = a + c, bd = b + d, a_c = a - c, b_d = turned(b - d);
  a = ac + bd;
  b = a_c + b_d;
  c = ac - bd;
  d = a_c - b_d;
}

// cos and sin of 2 pi (k + 1) / R for k = 0 ... (R - 1) / 2 - 1. Functions, because nvcc knows no static
// arrays of the host.
template <int R> struct fft_roots;
template <> struct fft_roots<3> {
  static NL_HD constexpr double cosine(int k) {
    constexpr double values[] = {-0.5};
    return values[k];
  }
  static NL_HD constexpr double sine(int k) {
    constexpr double values[] = {0.8660254037844386467637};
    return values[k];
  }
};
template <> struct fft_roots<5> {
  static NL_HD constexpr double cosine(int k) {
    constexpr double values[] = {0.3090169943749474241023, -0.8090169943749474241023};
    return values[k];
  }
  static NL_HD constexpr double sine(int k) {
    constexpr double values[] = {0.9510565162951535721164, 0.5877852522924731291687};
    return values[k];
  }
};
template <> struct fft_roots<7> {
  static NL_HD constexpr double cosine(int k) {
    constexpr double values[] = {0.6234898018587335305250, -0.2225209339563144042889,
                                 -0.9009688679024191262361};
    return values[k];
  }
  static NL_HD constexpr double sine(int k) {
    constexpr double values[] = {0.7818314824680298087084, 0.9749279121818236070181,
                                 0.4338837391175581204758};
    return values[k];
  }
};
template <> struct fft_roots<11> {
  static NL_HD constexpr double cosine(int k) {
    constexpr double values[] = {0.8412535328311811688618, 0.4154150130018864255293,
                                 -0.1423148382732851404438, -0.6548607339452850640569,
                                 -0.9594929736144973898904};
    return values[k];
  }
  static NL_HD constexpr double sine(int k) {
    constexpr double values[] = {0.5406408174555975821076, 0.9096319953545183714117, 0.9898214418809327323761,
                                 0.7557495743542582837740, 0.2817325568414296977114};
    return values[k];
  }
};
template <> struct fft_roots<13> {
  static NL_HD constexpr double cosine(int k) {
    constexpr double values[] = {0.8854560256532098959004,  0.5680647467311558025118,
                                 0.1205366802553230533491,  -0.3546048870425356259696,
                                 -0.7485107481711010986346, -0.9709418174260520271570};
    return values[k];
  }
  static NL_HD constexpr double sine(int k) {
    constexpr double values[] = {0.4647231720437685456560, 0.8229838658936563945796,
                                 0.9927088740980539928008, 0.9350162426854148234398,
                                 0.6631226582407952023768, 0.2393156642875577671488};
    return values[k];
  }
};

// An odd R: the values k and R - k meet the same cosines and opposite sines.
template <int R, class T, class V> NL_HD void fft_odd(fft_value<V> (&x)[R]) {
  constexpr int half = (R - 1) / 2;
  fft_value<V> sum[half], difference[half];
  fft_value<V> total = x[0];
  NL_UNROLL_REGISTERS
  for (int k = 0; k < half; ++k) {
    sum[k] = x[k + 1] + x[R - 1 - k];
    difference[k] = x[k + 1] - x[R - 1 - k];
    total = total + sum[k];
  }
  const fft_value<V> first = x[0];
  x[0] = total;
  NL_UNROLL_REGISTERS
  for (int j = 1; j <= half; ++j) {
    fft_value<V> a = first, b{};
    NL_UNROLL_REGISTERS
    for (int k = 1; k <= half; ++k) {
      const int turn = j * k % R, at = (turn <= half ? turn : R - turn) - 1;
      const T c = static_cast<T>(fft_roots<R>::cosine(at));
      const T s = static_cast<T>(turn <= half ? fft_roots<R>::sine(at) : -fft_roots<R>::sine(at));
      a.re = a.re + sum[k - 1].re * c;
      a.im = a.im + sum[k - 1].im * c;
      b.re = k == 1 ? difference[0].re * s : b.re + difference[k - 1].re * s;
      b.im = k == 1 ? difference[0].im * s : b.im + difference[k - 1].im * s;
    }
    x[j] = {a.re + b.im, a.im - b.re};
    x[R - j] = {a.re - b.im, a.im + b.re};
  }
}

// x becomes its transform. T: the type of one number.
template <int R, class T, class V> NL_HD void fft_of(fft_value<V> (&x)[R]) {
  if constexpr (R == 2) {
    fft_2(x[0], x[1]);
  } else if constexpr (R == 4) {
    fft_4(x[0], x[1], x[2], x[3]);
  } else if constexpr (R == 8) {
    fft_4(x[0], x[2], x[4], x[6]);
    fft_4(x[1], x[3], x[5], x[7]);
    constexpr T h = static_cast<T>(0.7071067811865475244008);
    const fft_value<V> o1 = {(x[3].re + x[3].im) * h, (x[3].im - x[3].re) * h};
    const fft_value<V> o2 = turned(x[5]);
    const fft_value<V> o3 = {(x[7].im - x[7].re) * h, (x[7].re + x[7].im) * -h};
    const fft_value<V> e0 = x[0], e1 = x[2], e2 = x[4], e3 = x[6], o0 = x[1];
    x[0] = e0 + o0, x[4] = e0 - o0;
    x[1] = e1 + o1, x[5] = e1 - o1;
    x[2] = e2 + o2, x[6] = e2 - o2;
    x[3] = e3 + o3, x[7] = e3 - o3;
  } else {
    fft_odd<R, T>(x);
  }
}

// Real numbers taken in pairs, even + i odd, make a transform of half the length. x0 and x1 are elements k
// and h - k of that of 2 h real numbers, z0 and z1 the same of that of the h pairs; w: e^(-2 pi i k / (2 h)).
// Element h of the pairs is their element 0.
template <class T, class V>
NL_HD void fft_from_pairs(fft_value<V> z0, fft_value<V> z1, T w_re, T w_im, fft_value<V>& x0,
                          fft_value<V>& x1) {
  // Twice the transforms of the even and (times -i) of the odd numbers, and the latter turned by w.
  const fft_value<V> even{z0.re + z1.re, z0.im - z1.im}, odd{z0.im + z1.im, z1.re - z0.re};
  const fft_value<V> t = times(odd, w_re, w_im);
  const T half = T(0.5);
  x0 = {(even.re + t.re) * half, (even.im + t.im) * half};
  x1 = {(even.re - t.re) * half, (t.im - even.im) * half};
}
// The inverse of it, twice as large.
template <class T, class V>
NL_HD void fft_to_pairs(fft_value<V> x0, fft_value<V> x1, T w_re, T w_im, fft_value<V>& z0,
                        fft_value<V>& z1) {
  const fft_value<V> even{x0.re + x1.re, x0.im - x1.im};
  const fft_value<V> odd = times(fft_value<V>{x0.re - x1.re, x0.im + x1.im}, w_re, -w_im);
  z0 = {even.re - odd.im, even.im + odd.re};
  z1 = {even.re + odd.im, odd.re - even.im};
}

}  // namespace numloom::NL_TARGET
