// SPDX-License-Identifier: BSD-3-Clause
// Fourier transforms through the host: correct on every device until the kernels of kernels/fft.cu are there.
#include "core/host_copy.hpp"
#include "cuda/backend.hpp"
#include "cuda/context.hpp"

namespace numloom::cuda_host {
void cuda_device::fft(const fft_call& call, stream_view s) {
  for (int d = 0; d < call.ndim; ++d)
    if (call.shape[d] == 0) return;
  const std::int64_t real = itemsize(call.type);
  const bool to_real = call.kind == fft_kind::complex_to_real;
  span_of_bytes in, out;
  in.add(call.count, call.in_step);
  out.add(call.kind == fft_kind::real_to_complex ? call.n / 2 + 1 : call.n, call.out_step);
  for (int d = 0; d < call.ndim; ++d) {
    in.add(call.shape[d], call.in_strides[d]);
    out.add(call.shape[d], call.out_strides[d]);
  }
  host_copy source(*this, call.in, in, call.real_input ? real : 2 * real, s);
  host_copy target(*this, call.out, out, to_real ? real : 2 * real, s);
  fft_call there = call;
  there.in = source.at(call.in);
  there.out = target.at(call.out);
  cpu_backend().fft(there, {});
  target.write_back(*this, s);
}

}  // namespace numloom::cuda_host
