// SPDX-License-Identifier: BSD-3-Clause
/// Copies of ordinary host memory through pinned blocks of ours. CUDA's own staging waits for all that is
/// queued on the stream before a large copy begins; these only fill a block and join the queue.
#pragma once

#include <cstddef>

#include "cuda/runtime.hpp"

namespace numloom::cuda_host {

/// CUDA stages copies up to this size without waiting.
inline constexpr std::size_t staged_by_runtime = 64 << 10;
inline constexpr std::size_t staging_block_bytes = 1 << 20;
inline constexpr std::size_t staging_blocks = 32;  // pinned at a time, of each device; made when first needed

/// On the current device. `from` may change as soon as the call is back.
void staged_to_device(int device, void* to, const void* from, std::size_t bytes,
                      cuda_runtime::stream_handle stream);
/// `to` holds the bytes when the call is back.
void staged_to_host(int device, void* to, const void* from, std::size_t bytes,
                    cuda_runtime::stream_handle stream);

}  // namespace numloom::cuda_host
