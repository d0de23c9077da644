// SPDX-License-Identifier: BSD-3-Clause
// cuFFT's part on the simulator: the CPU's transforms with the same arguments, as a kernel of one thread, so
// that it runs in stream order and sees device memory.
#include "cuda/cufft.hpp"

#if defined(NUMLOOM_SIM_BUILD)
#define NUMLOOM_SIMT
#include <cstdlib>
#include <string_view>

#include "cuda/context.hpp"
#include "launch.hpp"

namespace numloom::cuda_host {
namespace {

bool is_there() {
  static const bool there = [] {
    const char* const wanted = std::getenv("NUMLOOM_CUFFT");
    return !wanted || std::string_view(wanted) != "none";
  }();
  return there;
}

__global__ void cufft_execute(cufft_layout layout, bool inverse, const void* in, void* out) {
  const std::int64_t real = layout.single ? 4 : 8, complex = 2 * real;
  const std::int64_t in_item = layout.kind == fft_kind::real_to_complex ? real : complex;
  fft_call call;
  call.kind = layout.kind;
  call.type = layout.single ? dtype::float32 : dtype::float64;
  call.real_input = layout.kind == fft_kind::real_to_complex;
  call.inverse = inverse;
  call.n = call.count = layout.n;
  call.in = in;
  call.out = out;
  call.in_step = layout.in_stride * in_item;
  call.out_step = layout.out_stride * complex;
  call.ndim = 1;
  call.shape[0] = layout.batch;
  call.in_strides[0] = layout.in_dist * in_item;
  call.out_strides[0] = layout.out_dist * complex;
  cpu_backend().fft(call, {});
}

}  // namespace

bool cufft(const cufft_layout& layout, bool inverse, const void* in, void* out, stream_view s) {
  const long long sizes[] = {layout.n,         layout.batch,     layout.in_embed,
                             layout.in_stride, layout.out_embed, layout.out_stride};
  if (layout.kind == fft_kind::complex_to_real || !is_there()) return false;
  for (const long long x : sizes)
    if (x < 1) return false;
  if (layout.batch > 1 && (layout.in_dist < 1 || layout.out_dist < 1)) return false;
  simt::launch(cufft_execute, {dim3(1), dim3(1)}, enter(s), layout, inverse, in, out);
  return true;
}

}  // namespace numloom::cuda_host
#endif
