// SPDX-License-Identifier: BSD-3-Clause
// The closing reductions that reductions.def names, each for element type T:
//   acc                 what is carried along; float16 is carried in float
//   result              what an output holds (moments: a pair)
//   identity()          the acc of no elements
//   lift(x, index)      the acc of one element; index counts along the reduced axes
//   combine(a, b)       associative; every element of a stands before those of b only for arg reductions'
//   sake,
//                       and there the index decides, so any order gives the same answer
//   finish(a)           acc to result
#pragma once
#include "../types.hpp"

namespace numloom::NL_TARGET {

template <class T> struct Sum {
  using acc = wide_of<T>;
  using result = T;
  static NL_HD acc identity() { return acc(0); }
  static NL_HD acc lift(T x, i64) { return x; }
  static NL_HD acc combine(acc a, acc b) {
    if constexpr (is_bool<T>)
      return a | b;
    else if constexpr (is_integral<T>)
      return static_cast<T>(static_cast<wrap_of<T>>(a) + static_cast<wrap_of<T>>(b));
    else
      return a + b;
  }
  static NL_HD result finish(acc a) { return cast_to<T>(a); }
};

template <class T> struct Prod {
  using acc = wide_of<T>;
  using result = T;
  static NL_HD acc identity() { return acc(1); }
  static NL_HD acc lift(T x, i64) { return x; }
  static NL_HD acc combine(acc a, acc b) {
    if constexpr (is_bool<T>)
      return a & b;
    else if constexpr (is_integral<T>)
      return static_cast<T>(static_cast<wrap_of<T>>(a) * static_cast<wrap_of<T>>(b));
    else
      return a * b;
  }
  static NL_HD result finish(acc a) { return cast_to<T>(a); }
};

// The value that min (max) of nothing starts from; complex numbers are ordered by their real parts first.
template <class T> NL_HD T highest_value() {
  if constexpr (is_complex<T>)
    return T(highest_value<real_of<T>>(), highest_value<real_of<T>>());
  else if constexpr (is_floating<T>)
    return limits<T>::infinity();
  else
    return limits<T>::max();
}
template <class T> NL_HD T lowest_value() {
  if constexpr (is_complex<T>)
    return T(lowest_value<real_of<T>>(), lowest_value<real_of<T>>());
  else if constexpr (is_floating<T>)
    return static_cast<T>(-limits<T>::infinity());
  else
    return limits<T>::lowest();
}

template <class T> struct Min {
  using acc = wide_of<T>;
  using result = T;
  static NL_HD acc identity() { return highest_value<T>(); }
  static NL_HD acc lift(T x, i64) { return x; }
  static NL_HD acc combine(acc a, acc b) { return is_nan(a) | (a < b) ? a : b; }
  static NL_HD result finish(acc a) { return cast_to<T>(a); }
};

template <class T> struct Max {
  using acc = wide_of<T>;
  using result = T;
  static NL_HD acc identity() { return lowest_value<T>(); }
  static NL_HD acc lift(T x, i64) { return x; }
  static NL_HD acc combine(acc a, acc b) { return is_nan(a) | (a > b) ? a : b; }
  static NL_HD result finish(acc a) { return cast_to<T>(a); }
};

// NaN is the identity where NaN gives way to numbers.
template <class T> NL_HD T nan_or(T otherwise) {
  if constexpr (is_complex<T>)
    return T(limits<real_of<T>>::quiet_nan(), limits<real_of<T>>::quiet_nan());
  else if constexpr (is_floating<T>)
    return limits<T>::quiet_nan();
  else
    return otherwise;
}

template <class T> struct FMin {
  using acc = wide_of<T>;
  using result = T;
  static NL_HD acc identity() { return nan_or(highest_value<T>()); }
  static NL_HD acc lift(T x, i64) { return x; }
  static NL_HD acc combine(acc a, acc b) { return is_nan(b) | (a < b) ? a : b; }
  static NL_HD result finish(acc a) { return cast_to<T>(a); }
};

template <class T> struct FMax {
  using acc = wide_of<T>;
  using result = T;
  static NL_HD acc identity() { return nan_or(lowest_value<T>()); }
  static NL_HD acc lift(T x, i64) { return x; }
  static NL_HD acc combine(acc a, acc b) { return is_nan(b) | (a > b) ? a : b; }
  static NL_HD result finish(acc a) { return cast_to<T>(a); }
};

template <class T> struct Any {
  using acc = bool;
  using result = bool;
  static NL_HD acc identity() { return false; }
  static NL_HD acc lift(T x, i64) { return truth(x); }
  static NL_HD acc combine(acc a, acc b) { return a | b; }
  static NL_HD result finish(acc a) { return a; }
};

template <class T> struct All {
  using acc = bool;
  using result = bool;
  static NL_HD acc identity() { return true; }
  static NL_HD acc lift(T x, i64) { return truth(x); }
  static NL_HD acc combine(acc a, acc b) { return a & b; }
  static NL_HD result finish(acc a) { return a; }
};

template <class T> struct CountNonzero {
  using acc = i64;
  using result = i64;
  static NL_HD acc identity() { return 0; }
  static NL_HD acc lift(T x, i64) { return truth(x) ? 1 : 0; }
  static NL_HD acc combine(acc a, acc b) { return a + b; }
  static NL_HD result finish(acc a) { return a; }
};

// An element and where it stood.
template <class T> struct placed {
  T value;
  i64 index;
};
inline constexpr i64 nowhere = 0x7fffffffffffffff;

// NaN beats every number; of equals the first wins.
template <class T, bool Smallest> struct ArgExtremum {
  using acc = placed<wide_of<T>>;
  using result = i64;
  static NL_HD acc identity() { return {Smallest ? highest_value<T>() : lowest_value<T>(), nowhere}; }
  static NL_HD acc lift(T x, i64 index) { return {x, index}; }
  static NL_HD bool ahead(wide_of<T> a, wide_of<T> b) {
    return (Smallest ? a < b : a > b) | (is_nan(a) & !is_nan(b));
  }
  static NL_HD acc combine(acc a, acc b) {
    const bool second = ahead(b.value, a.value) | (!ahead(a.value, b.value) & (b.index < a.index));
    return second ? b : a;
  }
  static NL_HD result finish(acc a) { return a.index; }
};
template <class T> struct ArgMin : ArgExtremum<T, true> {};
template <class T> struct ArgMax : ArgExtremum<T, false> {};

// Count, mean, and sum of squared distances from the mean (Chan, Golub and LeVeque 1979): one pass, and no
// difference of large squares.
template <class T> struct moments_of {
  using real = real_of<T>;
  i64 count;
  T mean;
  real distances;
};
template <class T> NL_HD real_of<T> squared_modulus(T x) {
  if constexpr (is_complex<T>)
    return x.re * x.re + x.im * x.im;
  else
    return x * x;
}

template <class T> struct Moments {
  using value = wide_of<T>;
  using real = real_of<value>;
  using acc = moments_of<value>;
  using result = pair<T, real_of<T>>;
  static NL_HD acc identity() { return {0, value(0), real(0)}; }
  static NL_HD acc lift(T x, i64) { return {1, x, real(0)}; }
  static NL_HD acc combine(acc a, acc b) {
    if (b.count == 0) return a;
    if (a.count == 0) return b;
    const i64 count = a.count + b.count;
    const real share = static_cast<real>(b.count) / static_cast<real>(count);
    const value gap = b.mean - a.mean;
    const real between = squared_modulus(gap) * (static_cast<real>(a.count) * share);
    return {count, a.mean + gap * value(share), a.distances + b.distances + between};
  }
  static NL_HD result finish(acc a) { return {cast_to<T>(a.mean), cast_to<real_of<T>>(a.distances)}; }
};

template <class T> struct BitAnd {
  using acc = T;
  using result = T;
  static NL_HD acc identity() { return static_cast<T>(~u64(0)); }
  static NL_HD acc lift(T x, i64) { return x; }
  static NL_HD acc combine(acc a, acc b) { return static_cast<T>(a & b); }
  static NL_HD result finish(acc a) { return a; }
};

template <class T> struct BitOr {
  using acc = T;
  using result = T;
  static NL_HD acc identity() { return T(0); }
  static NL_HD acc lift(T x, i64) { return x; }
  static NL_HD acc combine(acc a, acc b) { return static_cast<T>(a | b); }
  static NL_HD result finish(acc a) { return a; }
};

template <class T> struct BitXor {
  using acc = T;
  using result = T;
  static NL_HD acc identity() { return T(0); }
  static NL_HD acc lift(T x, i64) { return x; }
  static NL_HD acc combine(acc a, acc b) { return static_cast<T>(a ^ b); }
  static NL_HD result finish(acc a) { return a; }
};
}  // namespace numloom::NL_TARGET
