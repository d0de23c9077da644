// SPDX-License-Identifier: BSD-3-Clause
/// What the tests of the CUDA backend share: its primitives are called directly, on arrays in device memory.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "core/backend.hpp"
#include "numloom/ndarray.hpp"
#include "test_device.hpp"

namespace numloom::cuda_test {

inline backend& gpu() { return *cuda_backend(); }
inline stream_view queue() { return current_stream(cuda(0)); }

/// Elements in device memory.
template <class T> class device_vector {
 public:
  explicit device_vector(std::size_t n) : size_(n), memory_(gpu().allocate(n * sizeof(T), queue())) {}
  explicit device_vector(const std::vector<T>& values) : device_vector(values.size()) {
    const std::vector<T> dense(values.begin(), values.end());
    gpu().copy_from_host(memory_->data, dense.data(), dense.size() * sizeof(T), queue());
  }
  T* data() const { return static_cast<T*>(memory_->data); }
  std::size_t size() const { return size_; }
  std::vector<T> read() const {
    std::vector<T> values(size_);
    gpu().copy_to_host(values.data(), memory_->data, size_ * sizeof(T), queue());
    return values;
  }

 private:
  std::size_t size_;
  storage_ptr memory_;
};
/// bool has no vector with addresses: bytes stand for it.
using device_mask = device_vector<std::uint8_t>;

/// Lengths around warps, packets and blocks.
inline const std::vector<std::int64_t> lengths = {0, 1, 2, 31, 32, 33, 127, 255, 257, 1000, 2049, 5000};

/// Numbers that repeat in no obvious way; the same in every run.
class numbers {
 public:
  explicit numbers(std::uint64_t seed = 1) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}
  std::uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(n));
  }
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

/// n values between -50 and 49, or between 0 and 99 for unsigned types.
template <class T> std::vector<T> small_values(std::int64_t n, std::uint64_t seed = 1) {
  numbers source(seed);
  std::vector<T> values(static_cast<std::size_t>(n));
  for (auto& v : values) {
    const auto x = static_cast<int>(source.below(100));
    if constexpr (std::is_unsigned_v<T>)
      v = static_cast<T>(x);
    else
      v = static_cast<T>(static_cast<float>(x - 50));
  }
  return values;
}

template <class T> inline constexpr bool in_this_build = test::kernels_hold(dtype_of<T>);

}  // namespace numloom::cuda_test
