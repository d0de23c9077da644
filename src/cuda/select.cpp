// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/backend.hpp"
#include "cuda/context.hpp"

namespace numloom::cuda_host {

std::int64_t cuda_device::count_true(const array_ref& mask, stream_view s) {
  const storage_ptr count = temporary(sizeof(std::int64_t), s);
  reduction_plan plan;
  plan.op = reduction::count_nonzero;
  plan.type = plan.loop = dtype::bool_;
  plan.result = dtype::int64;
  plan.source = mask.data;
  plan.out = count->data;
  shape_t shape(mask.shape, mask.shape + mask.ndim);
  dims axes;
  for (int d = 0; d < mask.ndim; ++d) axes.push_back(d);
  make_plan(plan, shape, dims(mask.strides, mask.strides + mask.ndim), nullptr, axes, nullptr, nullptr,
            false);
  reduce(plan, s);
  std::int64_t result = 0;
  copy_to_host(&result, count->data, sizeof result, s);
  return result;
}

namespace {

/// What counting the true flags of `n` needs.
struct compaction_memory {
  storage_ptr counts, workspace;

  compaction_memory(std::int64_t n, stream_view s) {
    const std::int64_t tiles = kernels::nonzero_tiles(n);
    counts = temporary(tiles * static_cast<std::int64_t>(sizeof(std::int64_t)), s);
    const std::int64_t scratch = kernels::scan_workspace(kernels::counts_scan(tile_counts(), tiles));
    if (scratch > 0) workspace = temporary(scratch, s);
  }
  std::int64_t* tile_counts() const { return static_cast<std::int64_t*>(counts->data); }
  void* scan_memory() const { return workspace ? workspace->data : nullptr; }
};

}  // namespace

void cuda_device::flat_nonzero(std::int64_t* out, const void* mask, std::int64_t n, std::int64_t count,
                               stream_view s) {
  if (n == 0 || count == 0) return;
  void* stream = enter(s);
  const compaction_memory memory(n, s);
  kernels::nonzero(out, mask, n, count, memory.tile_counts(), memory.scan_memory(), stream);
}

void cuda_device::compress(void* out, const void* source, const void* mask, std::int64_t n,
                           std::int64_t block, std::int64_t count, stream_view s) {
  if (n == 0 || count == 0 || block == 0) return;
  void* stream = enter(s);
  if (kernels::compresses(out, source, block)) {
    const compaction_memory memory(n, s);
    return kernels::compress(out, source, mask, n, block, count, memory.tile_counts(), memory.scan_memory(),
                             stream);
  }
  const storage_ptr positions = temporary(count * static_cast<std::int64_t>(sizeof(std::int64_t)), s);
  auto* chosen = static_cast<std::int64_t*>(positions->data);
  flat_nonzero(chosen, mask, n, count, s);
  kernels::take_blocks(out, source, chosen, count, block, stream);
}

}  // namespace numloom::cuda_host
