// SPDX-License-Identifier: BSD-3-Clause
/// What a device is made of, for programs that choose their way by it.
#pragma once

#include <cstddef>
#include <string>

#include "numloom/device.hpp"
#include "numloom/export.hpp"

namespace numloom {

/// Of the CPU: its threads for multiprocessors, the machine's memory, and 0 for what only a GPU has.
struct device_facts {
  std::string name;       ///< "NVIDIA H100 80GB HBM3"; "CPU (x86-64-v3)"
  int compute_major = 0;  ///< 9 of compute capability 9.0
  int compute_minor = 0;
  int multiprocessors = 0;
  int warp_size = 0;
  int max_threads_per_block = 0;
  int max_threads_per_multiprocessor = 0;
  std::size_t total_bytes = 0;
  std::size_t l2_bytes = 0;
  std::size_t shared_bytes_per_block = 0;         ///< without opting in
  std::size_t shared_bytes_per_block_opt_in = 0;  ///< with
  std::size_t shared_bytes_per_multiprocessor = 0;
  int memory_clock_khz = 0;  ///< 0 where the driver does not say
  int memory_bus_bits = 0;
  int pci_bus = 0;
};
NL_API device_facts describe(device d);

/// Bytes that nobody has taken, and all there are. What numloom holds for its next arrays counts as taken.
struct device_room {
  std::size_t free_bytes = 0;
  std::size_t total_bytes = 0;
};
NL_API device_room room_on(device d);

/// CUDA's version numbers, 13000 = 13.0; 0 where there is none.
struct cuda_versions {
  int driver = 0;
  int runtime = 0;
  std::string build = "none";  ///< "CUDA", "simulator" or "none": what numloom was built with
  std::string absence;         ///< why there is no CUDA device, where there is none
};
NL_API cuda_versions versions_of_cuda();

}  // namespace numloom
