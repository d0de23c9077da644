// SPDX-License-Identifier: BSD-3-Clause
/// What all tests share: the device under test (NUMLOOM_TEST_DEVICE=cpu|cuda) and small arrays on it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <numeric>
#include <string_view>
#include <vector>

#include "numloom/ndarray.hpp"

namespace numloom::test {

inline device test_device() {
  const char* name = std::getenv("NUMLOOM_TEST_DEVICE");
  return parse_device(name && *name ? name : "cpu");
}

template <element T> ndarray make(const std::vector<T>& values, const shape_t& shape) {
  const ndarray host = empty(shape, dtype_of<T>, cpu);
  T* to = static_cast<T*>(host.data(access::write));
  for (std::size_t i = 0; i < values.size(); ++i) to[i] = values[i];
  return to_device(host, test_device());
}

template <element T> ndarray make(const std::vector<T>& values) {
  return make<T>(values, shape_t{static_cast<std::int64_t>(values.size())});
}

/// 0, 1, 2, ...
template <element T> ndarray iota(const shape_t& shape) {
  std::vector<T> values(static_cast<std::size_t>(size_of(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = T(static_cast<float>(i));
  return make<T>(values, shape);
}

inline ndarray transposed(const ndarray& a) {
  dims shape, strides;
  for (int d = a.ndim() - 1; d >= 0; --d) {
    shape.push_back(a.shape()[d]);
    strides.push_back(a.strides()[d]);
  }
  return a.view(shape, strides);
}

inline ndarray reversed(const ndarray& a) {
  dims strides = a.strides();
  std::int64_t offset = 0;
  for (int d = 0; d < a.ndim(); ++d) {
    offset += (a.shape()[d] - 1) * strides[d];
    strides[d] = -strides[d];
  }
  return a.view(a.shape(), strides, offset);
}

}  // namespace numloom::test
