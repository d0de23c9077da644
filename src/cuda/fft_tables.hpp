// SPDX-License-Identifier: BSD-3-Clause
/// The CPU's plans of Fourier transforms on the device: passes and roots of unity, uploaded once and kept.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/backend.hpp"
#include "kernel_interface.hpp"

namespace numloom::cuda_host {

/// Has the length prime factors of which all have kernels, so that no chirp is needed?
bool is_smooth_length(std::int64_t n);
/// The smooth length that a chirp needs for a transform of n elements.
std::int64_t length_of_chirp(std::int64_t n);

/// Tables of one kind and length on one device.
struct fft_table {
  storage_ptr memory;
  void* uploaded = nullptr;               // event
  std::vector<kernels::fft_pass> passes;  // their pointers are the device's
  std::int64_t second = 0;                // bytes to the second of two tables
  int shift = 0;
  std::size_t bytes = 0;

  fft_table() = default;
  fft_table(const fft_table&) = delete;
  ~fft_table();
  const void* data() const { return memory->data; }
  const void* second_data() const { return static_cast<const char*>(memory->data) + second; }
};

enum class fft_table_kind : std::uint8_t {
  passes,  // of a smooth length
  split,   // w^e of n: high[e >> shift], then low[e & mask]
  chirp,   // of n elements, then the spectrum of length_of_chirp(n)
  pairs,   // w^k of n, k <= n / 4
};

/// From the cache, which keeps the tables used last. Work queued on s from now on may use them while the
/// result is held.
std::shared_ptr<const fft_table> find_fft_table(fft_table_kind kind, bool single, std::int64_t n,
                                                stream_view s);

}  // namespace numloom::cuda_host
