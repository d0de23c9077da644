// SPDX-License-Identifier: BSD-3-Clause
/// Kernels compiled by NVRTC, loaded and launched by CUDA's driver.
#pragma once

#include "kernel/nvrtc.hpp"

namespace numloom::kernel_detail {

/// The image for a GPU: a cubin for its architecture, PTX where it is newer than NVRTC knows.
device_image compile_for_gpu(const compile_job& job, int device_index);
/// Loads it in the device's primary context, the one that the CUDA runtime uses.
std::shared_ptr<kernel_module> load_device_module(const device_image& image, int device_index);

}  // namespace numloom::kernel_detail
