// SPDX-License-Identifier: BSD-3-Clause
/// Kernels take a small fixed number of dimensions. What has more is rare and is split here.
#pragma once

#include "core/iteration.hpp"
#include "kernel_interface.hpp"

namespace numloom::cuda_host {

/// Calls f with spaces of at most `most` dimensions that together make up the space: one for each index of
/// the outermost dimensions.
template <class F>
void for_each_subspace(const iteration_space& space, F&& f, int most = kernels::max_kernel_dims) {
  const int outer = space.ndim - most;
  if (outer <= 0) return f(space);
  iteration_space part = space;
  part.ndim = most;
  part.size = 1;
  for (int d = 0; d < part.ndim; ++d) {
    part.shape[d] = space.shape[outer + d];
    part.size *= part.shape[d];
    for (int k = 0; k < space.operands; ++k) part.strides[k][d] = space.strides[k][outer + d];
  }
  std::int64_t at[max_dims] = {};
  for (std::int64_t left = space.size / part.size; left > 0; --left) {
    for (int k = 0; k < space.operands; ++k) {
      if (!space.data[k]) continue;
      char* data = static_cast<char*>(space.data[k]);
      for (int d = 0; d < outer; ++d) data += at[d] * space.strides[k][d];
      part.data[k] = data;
    }
    f(part);
    for (int d = outer - 1; d >= 0 && ++at[d] == space.shape[d]; --d) at[d] = 0;
  }
}

}  // namespace numloom::cuda_host
