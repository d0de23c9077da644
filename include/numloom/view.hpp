// SPDX-License-Identifier: BSD-3-Clause
/// view<T, N>: the elements of an array on the CPU, N dimensions with any strides, for loops of one's own.
/// The same as the view<T, N> of a kernel's parameters. It does not keep the array alive.
#pragma once

#include <cstdint>

#include "numloom/ndarray.hpp"

namespace numloom {

/// `view<float, 2> x(a); x(i, j) = 1;`  view<const T, N> is for reading. Layout C or F: contiguous arrays
/// only.
template <class T, int N = 1, order Layout = order::K> struct view {
  static_assert(N >= 1 && N <= max_dims, "a view has at least one dimension");
  static_assert(element<T>);
  using value_type = T;

  T* data = nullptr;
  std::int64_t shape[N] = {};
  std::int64_t strides[N] = {};  ///< in elements; may be negative or zero

  view() = default;
  /// Throws type_error for another dtype; value_error for another rank or order, for an array that is not on
  /// the CPU, and for a read-only one unless T is const.
  explicit view(const ndarray& a) {
    if (a.dtype() != dtype_of<T>)
      fail<type_error>("[view] expected dtype ", dtype_of<T>, ", got ", a.dtype());
    if (a.ndim() != N)
      fail<value_error>("[view] expected ", N, " dimensions, got ", a.ndim(), ": shape ",
                        to_string(a.shape()));
    if (!a.device().is_cpu())
      fail<value_error>("[view] expected an array on the CPU, got one on ", a.device());
    if constexpr (Layout == order::C) {
      if (!a.is_c_contiguous()) fail_order(a, "C");
    } else if constexpr (Layout == order::F) {
      if (!a.is_f_contiguous()) fail_order(a, "F");
    }
    if (!std::is_const_v<T> && !a.writeable())
      fail<value_error>("[view] expected a writeable array, got a read-only one");
    data = static_cast<T*>(const_cast<std::remove_const_t<T>*>(
        static_cast<const T*>(a.data(std::is_const_v<T> ? access::read : access::write))));
    for (int d = 0; d < N; ++d) {
      shape[d] = a.shape()[d];
      strides[d] = a.strides()[d] / a.itemsize();
      if (a.strides()[d] % a.itemsize() != 0)
        fail<value_error>("[view] expected strides of whole elements, got ", a.strides()[d], " bytes");
    }
  }

  /// x(i, j): the element; as many indices as dimensions. Not checked.
  template <class... Index> T& operator()(Index... index) const {
    static_assert(sizeof...(Index) == N, "a view takes as many indices as it has dimensions");
    const std::int64_t position[] = {static_cast<std::int64_t>(index)...};
    std::int64_t offset = 0;
    for (int d = 0; d < N; ++d) offset += position[d] * strides[d];
    return data[offset];
  }
  /// x[i] of a one-dimensional view; else a view of one dimension less.
  decltype(auto) operator[](std::int64_t i) const {
    if constexpr (N == 1) {
      return static_cast<T&>(data[i * strides[0]]);
    } else {
      view<T, N - 1, Layout == order::C ? order::C : order::K> rest;
      rest.data = data + i * strides[0];
      for (int d = 1; d < N; ++d) {
        rest.shape[d - 1] = shape[d];
        rest.strides[d - 1] = strides[d];
      }
      return rest;
    }
  }
  std::int64_t size() const {
    std::int64_t n = 1;
    for (int d = 0; d < N; ++d) n *= shape[d];
    return n;
  }

 private:
  [[noreturn]] static void fail_order(const ndarray& a, const char* wanted) {
    fail<value_error>("[view] expected a contiguous array in ", wanted, " order, got shape ",
                      to_string(a.shape()), " with strides ", to_string(a.strides()));
  }
};

}  // namespace numloom
