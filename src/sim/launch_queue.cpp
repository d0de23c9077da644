// SPDX-License-Identifier: BSD-3-Clause
#include "sim/launch_queue.hpp"

#include <mutex>

#include "cuda/symbol_name.hpp"
#include "sim/cooperative.hpp"
#include "sim/simulation.hpp"

namespace numloom::simt {
namespace {

std::string argument_problem(const bound_kernel& kernel, int device, moment when) {
  for (const auto& argument : kernel.pointers()) {
    const void* address = const_cast<const void*>(argument.address);
    if (address == nullptr || is_pinned(address)) continue;
    const std::string problem = device_range_problem(address, 0, device, when);
    if (!problem.empty()) return "argument " + std::to_string(argument.position + 1) + ": " + problem;
  }
  return "";
}

std::string launch_text(const grid_launch& launch) {
  std::string name = "[" + cuda_runtime::symbol_name(launch.kernel) + "] ";
  if (launch.file[0] == 0) return name;
  return name + "launched at " + launch.file + ":" + std::to_string(launch.line) + ": ";
}

// What CUDA would refuse at the call, or find out later for certain.
void check_launch(const grid_launch& launch, const bound_kernel& kernel, int device,
                  const cuda_runtime::launch_record& record) {
  const std::string problem = argument_problem(kernel, device, moment::queued);
  if (!problem.empty()) {
    refuse_call(error_illegal_address, "launch", launch_text(launch) + problem, record);
  }
  try {
    check_configuration(launch);
  } catch (const kernel_error& e) {
    refuse_call(e.code(), "launch", e.what(), record);
  }
}

void check_guards(const bound_kernel& kernel, const grid_launch& launch) {
  for (const auto& argument : kernel.pointers()) {
    const memory_block* b = sim().memory.find(argument.address);
    if (b == nullptr || device_memory::guard_intact(*b)) continue;
    throw kernel_error(error_illegal_address,
                       launch_text(launch) + "a thread wrote past the end of argument " +
                           std::to_string(argument.position + 1) + ", " + describe(*b));
  }
}

void enqueue_with(void (*run_all)(const grid_launch&), const cuda_runtime::launch_record& record,
                  std::unique_ptr<bound_kernel> kernel) {
  const std::lock_guard lock(sim().mutex);
  simulated_stream& s = stream_of(record.stream, "launch", record);
  grid_launch launch;
  launch.kernel = record.kernel;
  launch.invoke = [](const void* closure) { static_cast<const bound_kernel*>(closure)->call(); };
  launch.grid = dim3(record.grid[0], record.grid[1], record.grid[2]);
  launch.block = dim3(record.block[0], record.block[1], record.block[2]);
  launch.dynamic_bytes = record.shared_bytes;
  launch.opt_in = record.shared_bytes > default_shared_bytes;
  launch.file = record.file;
  launch.line = record.line;
  const int device = s.device;
  check_launch(launch, *kernel, device, record);
  auto run = [launch, device, run_all, bound = std::shared_ptr<bound_kernel>(std::move(kernel))]() mutable {
    const std::string late = argument_problem(*bound, device, moment::running);
    if (!late.empty()) throw kernel_error(error_illegal_address, launch_text(launch) + late);
    const device_access access(sim().memory);
    launch.closure = bound.get();
    run_all(launch);
    check_guards(*bound, launch);
  };
  run_queued("launch", record, [&] { sim().queues.push(s, {run, nullptr, 0, 0}); });
}

}  // namespace

void enqueue(const cuda_runtime::launch_record& record, std::unique_ptr<bound_kernel> kernel) {
  enqueue_with(&run_grid, record, std::move(kernel));
}

void enqueue_cooperative(const cuda_runtime::launch_record& record, std::unique_ptr<bound_kernel> kernel) {
  enqueue_with(&run_cooperative, record, std::move(kernel));
}

}  // namespace numloom::simt
