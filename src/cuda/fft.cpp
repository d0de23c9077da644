// SPDX-License-Identifier: BSD-3-Clause
// Fourier transforms through the host: correct on every device until the kernels of kernels/fft.cu are there.
#include <algorithm>
#include <vector>

#include "cuda/backend.hpp"
#include "cuda/context.hpp"

namespace numloom::cuda_host {
namespace {

/// The bytes that strided elements span around the first one.
struct span_of_bytes {
  std::int64_t before = 0, after = 0;
  void add(std::int64_t extent, std::int64_t stride) {
    const std::int64_t reach = (extent - 1) * stride;
    (reach < 0 ? before : after) += reach < 0 ? -reach : reach;
  }
};

/// A copy on the host of the bytes that an operand spans.
struct host_copy {
  char* first;  // on the device
  std::vector<std::uint64_t> bytes;
  std::size_t size;
  host_copy(const void* element, span_of_bytes span, std::int64_t item, stream_view s)
      : first(static_cast<char*>(const_cast<void*>(element)) - span.before),
        bytes(static_cast<std::size_t>(span.before + span.after + item + 15) / 8),
        size(static_cast<std::size_t>(span.before + span.after + item)) {
    cuda_backend()->copy_to_host(bytes.data(), first, size, s);
  }
  char* at(const void* element) {
    return reinterpret_cast<char*>(bytes.data()) + (static_cast<const char*>(element) - first);
  }
};

}  // namespace

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
  host_copy source(call.in, in, call.real_input ? real : 2 * real, s);
  host_copy target(call.out, out, to_real ? real : 2 * real, s);
  fft_call there = call;
  there.in = source.at(call.in);
  there.out = target.at(call.out);
  cpu_backend().fft(there, {});
  copy_from_host(target.first, target.bytes.data(), target.size, s);
}

}  // namespace numloom::cuda_host
