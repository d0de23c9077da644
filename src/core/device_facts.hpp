// SPDX-License-Identifier: BSD-3-Clause
/// The CUDA side of numloom/device_facts.hpp; a build without CUDA has none of it.
#pragma once

#include "numloom/device_facts.hpp"

namespace numloom {

device_facts cuda_device_facts(int index);
device_room cuda_device_room(int index);
cuda_versions cuda_device_versions();

}  // namespace numloom
