// SPDX-License-Identifier: BSD-3-Clause
// A build without CUDA: no such devices.
#include "core/backend.hpp"
#include "core/device_facts.hpp"

namespace numloom {

backend* cuda_backend() { return nullptr; }
int cuda_device_count() { return 0; }
std::string why_no_cuda_device() { return "numloom was built without CUDA"; }
device_facts cuda_device_facts(int) { return {}; }
device_room cuda_device_room(int) { return {}; }
cuda_versions cuda_device_versions() { return {.absence = why_no_cuda_device()}; }

}  // namespace numloom
