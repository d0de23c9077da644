// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "kernel/module.hpp"

namespace numloom::kernel_detail {

/// Loads what the host's compiler has made. Each module has variables of its own, also when two of them come
/// from the same file.
std::shared_ptr<kernel_module> load_host_module(const std::string& path, const compile_job& job);

}  // namespace numloom::kernel_detail
