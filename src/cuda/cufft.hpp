// SPDX-License-Identifier: BSD-3-Clause
/// cuFFT, opened on first use. On the simulator the same calls go to the CPU's transforms.
#pragma once

#include <cstdint>

#include "core/backend.hpp"

namespace numloom::cuda_host {

/// The arguments of cufftMakePlanMany64, of rank 1: element j of transform b lies at b * dist + j * stride,
/// in elements of its side's type. The embedding lengths are given, because cuFFT reads no strides without.
struct cufft_layout {
  fft_kind kind = fft_kind::complex;
  bool single = false;
  long long n = 0, batch = 1;
  long long in_embed = 0, in_stride = 1, in_dist = 0;
  long long out_embed = 0, out_stride = 1, out_dist = 0;
  friend bool operator==(const cufft_layout&, const cufft_layout&) = default;
};

/// Transforms without a factor. False, and nothing done, when there is no library or it refuses the layout.
/// NUMLOOM_CUFFT=none: there is none.
bool cufft(const cufft_layout& layout, bool inverse, const void* in, void* out, stream_view s);

}  // namespace numloom::cuda_host
