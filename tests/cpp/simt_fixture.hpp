// SPDX-License-Identifier: BSD-3-Clause
// For tests that run kernels on the simulator: a stream, arrays on the device, and what a failing launch
// says.
#pragma once
#if !defined(NUMLOOM_SIMT)
#define NUMLOOM_SIMT
#endif
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cuda/runtime.hpp"
#include "launch.hpp"
#include "sim/run_grid.hpp"
#include "sim/sanitizers.hpp"

namespace numloom::simt_tests {

namespace rt = numloom::cuda_runtime;
using simt::launch;

/// An array on the device that is freed at the end of the test.
template <class T> class device_array {
 public:
  device_array(size_t size, rt::stream_handle stream)
      : stream_(stream), size_(size), data_(static_cast<T*>(rt::malloc_device(size * sizeof(T)))) {}
  device_array(const std::vector<T>& values, rt::stream_handle stream) : device_array(values.size(), stream) {
    rt::memcpy_async(data_, values.data(), size_ * sizeof(T), rt::copy_kind::host_to_device, stream_);
  }
  ~device_array() {
    try {
      rt::free_device(data_);
    } catch (const rt::cuda_error& e) {
      if (expect_clean_) ADD_FAILURE() << e.what();
    }
  }
  device_array(const device_array&) = delete;
  device_array& operator=(const device_array&) = delete;

  operator T*() const { return data_; }
  std::vector<T> values() const {
    std::vector<T> result(size_);
    rt::memcpy_async(result.data(), data_, size_ * sizeof(T), rt::copy_kind::device_to_host, stream_);
    return result;
  }
  void expect_damage() { expect_clean_ = false; }

 private:
  rt::stream_handle stream_;
  size_t size_;
  T* data_;
  bool expect_clean_ = true;
};

class SimtTest : public testing::Test {
 protected:
  SimtTest() {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    simt::set_seed(1);
    stream = rt::stream_create();
  }
  ~SimtTest() override {
    rt::device_synchronize();
    rt::stream_destroy(stream);
    simt::set_seed(1);
  }

  /// The text of the error that `work` ends with at the next synchronisation; fails the test when there is
  /// none.
  template <class Work> std::string error_of(Work&& work) {
    try {
      work();
      rt::stream_synchronize(stream);
    } catch (const rt::cuda_error& e) {
      return e.what();
    }
    ADD_FAILURE() << "expected an error, got none";
    return "";
  }

  rt::stream_handle stream = nullptr;
};

/// Expects each part to be in the text.
inline void expect_parts(const std::string& text, std::initializer_list<const char*> parts) {
  for (const char* part : parts)
    EXPECT_NE(text.find(part), std::string::npos) << "no `" << part << "` in: " << text;
}

}  // namespace numloom::simt_tests
