// SPDX-License-Identifier: BSD-3-Clause
#include "core/device_facts.hpp"

#include <string_view>

#include "core/backend.hpp"
#include "cuda/context.hpp"
#include "cuda/runtime.hpp"

namespace numloom {

device_facts cuda_device_facts(int index) {
  cuda_host::use_device(index);
  const cuda_runtime::device_properties& p = cuda_runtime::get_device_properties(index);
  device_facts facts;
  facts.name = p.name;
  facts.compute_major = p.compute_major;
  facts.compute_minor = p.compute_minor;
  facts.multiprocessors = p.multiprocessors;
  facts.warp_size = p.warp_lanes;
  facts.max_threads_per_block = p.max_threads_per_block;
  facts.max_threads_per_multiprocessor = p.max_threads_per_multiprocessor;
  facts.total_bytes = p.total_bytes;
  facts.l2_bytes = p.l2_bytes;
  facts.shared_bytes_per_block = p.shared_bytes_per_block;
  facts.shared_bytes_per_block_opt_in = p.shared_bytes_per_block_opt_in;
  facts.shared_bytes_per_multiprocessor = p.shared_bytes_per_multiprocessor;
  facts.memory_clock_khz = p.memory_clock_khz;
  facts.memory_bus_bits = p.memory_bus_bits;
  facts.pci_bus = p.pci_bus;
  return facts;
}

device_room cuda_device_room(int index) {
  cuda_host::use_device(index);
  const cuda_runtime::memory_info memory = cuda_runtime::get_memory_info();
  return {memory.free_bytes, memory.total_bytes};
}

cuda_versions cuda_device_versions() {
  const bool simulated = std::string_view(cuda_runtime::implementation()) == "simulator";
  return {cuda_runtime::driver_version(), cuda_runtime::runtime_version(), simulated ? "simulator" : "CUDA",
          cuda_device_count() == 0 ? why_no_cuda_device() : ""};
}

}  // namespace numloom
