// SPDX-License-Identifier: BSD-3-Clause
// view<T, N>: an array of N dimensions as a kernel's parameter, with any strides. view<const T, N> is read
// only.
#pragma once

namespace numloom::NL_TARGET {

template <class T, int N = 1> struct view {
  static_assert(N >= 1, "a view has at least one dimension");
  using value_type = T;

  T* data;
  long shape[N];
  long strides[N];  // in elements; may be negative or zero

  /// x(i, j): the element; as many indices as dimensions.
  template <class... Index> NL_HD T& operator()(Index... index) const {
    static_assert(sizeof...(Index) == N, "a view takes as many indices as it has dimensions");
    const long position[] = {static_cast<long>(index)...};
    long offset = 0;
    for (int d = 0; d < N; ++d) offset += position[d] * strides[d];
    return data[offset];
  }
  /// x[i] of a one-dimensional view; else a view of one dimension less.
  NL_HD decltype(auto) operator[](long i) const {
    if constexpr (N == 1) {
      return static_cast<T&>(data[i * strides[0]]);
    } else {
      view<T, N - 1> rest;
      rest.data = data + i * strides[0];
      for (int d = 1; d < N; ++d) {
        rest.shape[d - 1] = shape[d];
        rest.strides[d - 1] = strides[d];
      }
      return rest;
    }
  }
  /// The element at a position in C order, whatever the strides.
  NL_HD T& flat(long i) const {
    long offset = 0;
    for (int d = N - 1; d > 0; --d) {
      offset += i % shape[d] * strides[d];
      i /= shape[d];
    }
    return data[offset + i * strides[0]];
  }
  NL_HD long size() const {
    long n = 1;
    for (int d = 0; d < N; ++d) n *= shape[d];
    return n;
  }
};

/// Strides in bytes of an array of T.
template <class T> struct byte_strides {
  const long* elements;
  NL_HD long operator[](int axis) const { return elements[axis] * static_cast<long>(sizeof(T)); }
};

/// A raw parameter of an elementwise kernel: x[i] is the element at a position in C order.
template <class T, int N, bool IsContiguous> struct raw_array {
  static constexpr int ndim = N;
  view<T, N> all;
  NL_HD T& operator[](long i) const {
    if constexpr (IsContiguous)
      return all.data[i];
    else
      return all.flat(i);
  }
  /// The element at `index[0], index[1], ...`, an integer for each axis.
  template <class Integer> NL_HD T& operator[](const Integer* index) const {
    long offset = 0;
    for (int d = 0; d < N; ++d) offset += static_cast<long>(index[d]) * all.strides[d];
    return all.data[offset];
  }
  NL_HD long size() const { return all.size(); }
  NL_HD const long* shape() const { return all.shape; }
  NL_HD byte_strides<T> strides() const { return {all.strides}; }
};

/// The index of an element, as CuPy's kernels ask for it: along an axis, or as a number its position in C
/// order.
template <int N> struct loop_index {
  long long at;
  long along[N];
  NL_HD operator long long() const { return at; }
  NL_HD long operator[](int axis) const { return along[axis]; }
};

/// The position of an elementwise kernel's loop: _ind.size(), x[_ind.get()], _ind.get()[axis].
template <int N> struct loop_position {
  long long count, at;
  long shape[N];
  NL_HD long long size() const { return count; }
  NL_HD loop_index<N> get() const {
    loop_index<N> index{at, {}};
    long long rest = at;
    for (int d = N - 1; d >= 0; --d) {
      index.along[d] = static_cast<long>(rest % shape[d]);
      rest /= shape[d];
    }
    return index;
  }
};

/// How many elements a reduction kernel reads or makes: _in_ind.size(), _out_ind.size().
struct loop_extent {
  long long count;
  NL_HD long long size() const { return count; }
};

}  // namespace numloom::NL_TARGET
