// SPDX-License-Identifier: BSD-3-Clause
/// NVIDIA's libraries, opened at run time: in this process already (PyTorch's, say), NVIDIA's wheels beside
/// ours, the system's loader, the toolkit.
#pragma once

#include <string>
#include <vector>

namespace numloom::cuda_host {

struct shared_library {
  void* handle = nullptr;
  std::string origin;  // where it was found
  explicit operator bool() const { return handle != nullptr; }
  void* symbol(const char* name) const;
};

/// `names`: sonames, newest first; `wheel`: the directory in NVIDIA's older wheels ("cublas").
shared_library open_library(const std::vector<std::string>& names, const std::string& wheel);

}  // namespace numloom::cuda_host
