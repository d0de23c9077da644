// SPDX-License-Identifier: BSD-3-Clause
// A build without CUDA: no such devices.
#include "core/backend.hpp"

namespace numloom {

backend* cuda_backend() { return nullptr; }
int cuda_device_count() { return 0; }

}  // namespace numloom
