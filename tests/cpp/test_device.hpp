// SPDX-License-Identifier: BSD-3-Clause
/// What all tests share: the device under test (NUMLOOM_TEST_DEVICE=cpu|cuda) and small arrays on it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
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

/// The sanitizer builds leave most dtypes out of the CUDA kernels (kernels/element.cuh: is_built).
constexpr bool kernels_hold([[maybe_unused]] dtype t) {
#if defined(NUMLOOM_SIMT_MIN_DTYPES)
  return t == dtype::bool_ || t == dtype::int32 || t == dtype::int64 || t == dtype::float16 ||
         t == dtype::float32 || t == dtype::float64;
#else
  return true;
#endif
}
/// True where the device under test lacks one of these dtypes: if (lacks({...})) GTEST_SKIP() << left_out;
inline bool lacks(std::initializer_list<dtype> needed) {
  return !test_device().is_cpu() && !std::all_of(needed.begin(), needed.end(), kernels_hold);
}
inline constexpr const char* left_out = "dtype left out of this build";

/// True where kernels run on the simulator under a sanitizer, a thousand times slower than on the CPU: what
/// smaller tests cover too is skipped there, if (slowed()) GTEST_SKIP() << too_slow;
inline bool slowed() { return !test_device().is_cpu() && !kernels_hold(dtype::int8); }
/// How many elements a test takes: fewer where they are slow.
inline std::int64_t elements(std::int64_t usual, std::int64_t where_slowed) {
  return slowed() ? where_slowed : usual;
}
inline constexpr const char* too_slow = "too many elements for the simulator under a sanitizer";

template <element T>
ndarray make(const std::vector<T>& values, const shape_t& shape, device where = test_device()) {
  const ndarray host = empty(shape, dtype_of<T>, cpu);
  T* to = static_cast<T*>(host.data(access::write));
  for (std::size_t i = 0; i < values.size(); ++i) to[i] = values[i];
  return to_device(host, where);
}

template <element T> ndarray make(const std::vector<T>& values) {
  return make<T>(values, shape_t{static_cast<std::int64_t>(values.size())});
}

inline std::vector<double> values(const ndarray& a) { return a.to_vector<double>(); }

/// 0, 1, 2, ...
template <element T> ndarray iota(const shape_t& shape, device where = test_device()) {
  std::vector<T> values(static_cast<std::size_t>(size_of(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = T(static_cast<float>(i));
  return make<T>(values, shape, where);
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

/// For tests of the CPU device's own code, which stay on it whatever the device under test is.
namespace on_cpu {
template <element T> ndarray make(const std::vector<T>& values, const shape_t& shape) {
  return test::make<T>(values, shape, cpu);
}
template <element T> ndarray make(const std::vector<T>& values) {
  return make<T>(values, shape_t{static_cast<std::int64_t>(values.size())});
}
}  // namespace on_cpu

}  // namespace numloom::test
