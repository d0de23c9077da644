// SPDX-License-Identifier: BSD-3-Clause
// A build without CUDA: no such devices.
#include "core/backend.hpp"
#include "core/device_facts.hpp"

namespace numloom {

backend* cuda_backend() { return nullptr; }
int cuda_device_count() { return 0; }
device_facts cuda_device_facts(int) { return {}; }
device_room cuda_device_room(int) { return {}; }
cuda_versions cuda_device_versions() noexcept { return {}; }

}  // namespace numloom
