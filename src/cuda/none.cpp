// SPDX-License-Identifier: BSD-3-Clause
// A build without CUDA: no such devices.
#include "core/backend.hpp"

namespace numloom {

backend* cuda_backend() { return nullptr; }
int cuda_device_count() { return 0; }
std::string why_no_cuda_device() { return "numloom was built without CUDA"; }
std::vector<std::pair<std::string, std::string>> describe_cuda() { return {{"build", "without CUDA"}}; }

}  // namespace numloom
