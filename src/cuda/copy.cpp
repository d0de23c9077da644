// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/backend.hpp"
#include "cuda/context.hpp"
#include "cuda/spaces.hpp"

namespace numloom::cuda_host {

void cuda_device::copy(const iteration_space& space, int itemsize, const void* value, stream_view s) {
  if (space.size == 0) return;
  void* stream = enter(s);
  for_each_subspace(space, [&](const iteration_space& part) {
    if (part.data[1])
      kernels::copy(part.ndim, part.shape, itemsize, part.data[0], part.strides[0], part.data[1],
                    part.strides[1], stream);
    else
      kernels::fill(part.ndim, part.shape, itemsize, part.data[0], part.strides[0], value, stream);
  });
}

void cuda_device::select(const iteration_space& space, int itemsize, const void* a, const void* b,
                         stream_view s) {
  if (space.size == 0) return;
  void* stream = enter(s);
  for_each_subspace(space, [&](const iteration_space& part) {
    kernels::select({part.ndim, part.shape, itemsize, part.data[0], part.data[1], part.data[2], part.data[3],
                     part.strides[0], part.strides[1], part.strides[2], part.strides[3], a, b},
                    stream);
  });
}

void cuda_device::sequence(void* out, dtype type, std::int64_t n, const scalar& start, const scalar& step,
                           stream_view s) {
  // float16 counts in float.
  const dtype computed = type == dtype::float16 ? dtype::float32 : type;
  alignas(16) unsigned char first[16], by[16];
  store_scalar(start, computed, first);
  store_scalar(step, computed, by);
  kernels::sequence(out, static_cast<int>(type), n, first, by, enter(s));
}

}  // namespace numloom::cuda_host
