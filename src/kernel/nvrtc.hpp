// SPDX-License-Identifier: BSD-3-Clause
/// NVRTC, opened when it is first needed. Compiling needs neither a GPU nor a driver.
#pragma once

#include <string>
#include <vector>

#include "kernel/module.hpp"

namespace numloom::kernel_detail {

struct lowered_kernel {
  std::string name;       // "scale<float>"
  std::string symbol;     // in the image
  std::string signature;  // "void (*)(float*, float, int)"
};
struct lowered_field {
  std::string structure;
  structure_field field;
};
struct device_image {
  std::string bytes;  // a cubin, or PTX for an architecture that NVRTC does not know yet
  std::vector<lowered_kernel> kernels;
  std::vector<lowered_field> fields{};
};

/// For "sm_90"; from the cache if it is there. Throws compiler_refused, not_available without NVRTC.
device_image compile_for_device(const compile_job& job, const std::string& architecture);
/// 13000 for 13.0; 0 without NVRTC.
int nvrtc_version();
/// Those that NVRTC compiles for, 90 for sm_90; none without NVRTC.
std::vector<int> known_architectures();
/// The newest architecture that NVRTC compiles for, 120 for sm_120; 0 without NVRTC.
int newest_architecture();

}  // namespace numloom::kernel_detail
