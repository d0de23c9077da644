// SPDX-License-Identifier: BSD-3-Clause
#pragma once
#include <string>

namespace numloom::cuda_runtime {

// A kernel's readable name, "sum_kernel<float>", from its address: asks the loader, then the symbol table of
// the file the address was loaded from (hidden functions are only there). "kernel at 0x..." when stripped.
std::string symbol_name(const void* function);

}  // namespace numloom::cuda_runtime
