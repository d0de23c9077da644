// SPDX-License-Identifier: BSD-3-Clause
/// What every call on the CUDA backend stands on: the device that is current for this thread, the state of a
/// stream, and the detection of forked children.
#pragma once

#include <string_view>

#include "core/backend.hpp"
#include "kernel_interface.hpp"
#include "numloom/error.hpp"
#include "numloom/stream.hpp"

namespace numloom::cuda_host {

/// Makes the device current for this thread's CUDA calls. Throws cuda_error in a child that was forked after
/// CUDA had been started: a CUDA context does not survive fork().
void use_device(int index);
bool in_forked_child() noexcept;

/// Makes the stream's device current and gives the handle; a null handle stands for the device's default
/// stream.
void* enter(stream_view s);

/// Scratch memory on the stream, freed in stream order when the owner goes.
storage_ptr temporary(std::int64_t bytes, stream_view s);

/// Throws not_available unless `there`: sanitizer builds leave kernels of most dtypes out.
inline void expect_kernel(bool there, std::string_view operation, dtype type) {
  if (!there) [[unlikely]]
    fail<not_available>("[", operation, "] expected a dtype that this build has CUDA kernels for, got ",
                        type);
}

// ---- errors that kernels find ----
/// Where a kernel reports an index out of bounds, and the number that names the operation.
struct error_ticket {
  kernels::error_word* word;
  unsigned ticket;
};
/// For an operation that may fail on this stream. The name may be used after the call.
error_ticket expect_errors(const char* operation, stream_view s);
/// Waits for the stream. Throws index_error when a kernel on it found an index out of bounds since the last
/// check.
void synchronize_and_check(stream_view s);
/// The same for all streams of the device.
void synchronize_and_check_device(int index);
/// The stream is about to be destroyed.
void forget_errors(void* stream) noexcept;

}  // namespace numloom::cuda_host
