// SPDX-License-Identifier: BSD-3-Clause
#pragma once
#include <string>

namespace numloom::cuda_runtime {

// A kernel's readable name, "sum_kernel<float>", from its address: asks the loader, then the symbol table of
// the file the address was loaded from (hidden functions are only there). "kernel at 0x..." when stripped.
std::string symbol_name(const void* function);

// For kernels that no file of the loader's holds: what symbol_name() says from now on. Returns the address.
const void* name_kernel(const void* function, const std::string& name);

}  // namespace numloom::cuda_runtime
