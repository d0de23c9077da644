// SPDX-License-Identifier: BSD-3-Clause
// The last launches of the process, for the text of an error that shows up later. No standard headers:
// kernels include this.
#pragma once

namespace numloom::cuda_runtime {

struct launch_record {
  const void* kernel;  // its address; turned into a name only when somebody asks
  unsigned grid[3];
  unsigned block[3];
  unsigned long shared_bytes;
  void* stream;
  const char* file;
  int line;
};

/// Keeps the launch among the last sixteen and counts it.
void log_launch(const launch_record& launch) noexcept;
/// Throws cuda_error naming the launch when `code` is not 0.
void check_launch(int code, const launch_record& launch);
/// Waits for the stream after a launch when NUMLOOM_DEBUG_SYNC=1, and throws what went wrong.
void synchronize_if_debugging(const launch_record& launch);

}  // namespace numloom::cuda_runtime
