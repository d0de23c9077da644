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
  NL_HD long size() const { return all.size(); }
  NL_HD const long* shape() const { return all.shape; }
};

/// The position of an elementwise kernel's loop, as CuPy's kernels ask for it: _ind.size(), x[_ind.get()].
struct loop_position {
  long long count, at;
  NL_HD long long size() const { return count; }
  NL_HD long long get() const { return at; }
};

}  // namespace numloom::NL_TARGET
