// SPDX-License-Identifier: BSD-3-Clause
// The one way to start a kernel: launch(kernel<T>, {grid, block, shared_bytes}, stream, arguments...).
// Compiled by nvcc it queues the kernel on a CUDA stream, compiled for the simulator on a simulated one.
#pragma once
#include "cuda/launch_log.hpp"
#include "target.hpp"
#if defined(NUMLOOM_SIMT)
#include "sim/launch_queue.hpp"
#endif

namespace numloom::NL_TARGET {

/// Shape of a launch. Made from `{grid, block}` or `{grid, block, shared_bytes}`, it also notes who launches.
struct launch_config {
  launch_config(dim3 grid_, dim3 block_, unsigned long shared_bytes_ = 0,
                const char* file_ = __builtin_FILE(), int line_ = __builtin_LINE())
      : grid(grid_), block(block_), shared_bytes(shared_bytes_), file(file_), line(line_) {}

  dim3 grid;
  dim3 block;
  unsigned long shared_bytes;  // dynamic; above 48 KiB the kernel is opted in to as much as the device has
  const char* file;
  int line;
};

namespace launch_detail {

#if !defined(NUMLOOM_SIMT)
inline void start(const void* kernel, const launch_config& c, void* stream, void** arguments,
                  const cuda_runtime::launch_record& record) {
  constexpr unsigned long without_opt_in = 48 * 1024;
  if (c.shared_bytes > without_opt_in) {
    cuda_runtime::check_launch(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                                    static_cast<int>(c.shared_bytes)),
                               record);
  }
  cuda_runtime::check_launch(
      cudaLaunchKernel(kernel, c.grid, c.block, arguments, c.shared_bytes, static_cast<cudaStream_t>(stream)),
      record);
}
#endif

}  // namespace launch_detail

/// Queues `kernel` on `stream`. The arguments are converted to the kernel's own parameter types here, so a
/// size may be passed as any integer and a buffer as void*. Throws cuda_error when the launch is refused.
template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), const launch_config& c, void* stream, Arguments&&... arguments) {
  static_assert(sizeof...(Parameters) == sizeof...(Arguments),
                "kernel launched with a wrong number of arguments");
  const cuda_runtime::launch_record record = {reinterpret_cast<const void*>(kernel),
                                              {c.grid.x, c.grid.y, c.grid.z},
                                              {c.block.x, c.block.y, c.block.z},
                                              c.shared_bytes,
                                              stream,
                                              c.file,
                                              c.line};
  cuda_runtime::log_launch(record);
#if defined(NUMLOOM_SIMT)
  simt::enqueue(record, simt::bind(kernel, static_cast<Parameters>(arguments)...));
#else
  [&](Parameters... values) {
    void* addresses[] = {static_cast<void*>(&values)..., nullptr};
    launch_detail::start(record.kernel, c, stream, addresses, record);
  }(static_cast<Parameters>(arguments)...);
#endif
  cuda_runtime::synchronize_if_debugging(record);
}

}  // namespace numloom::NL_TARGET
