// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/symbol_name.hpp"
#include "run_grid.hpp"

namespace numloom::simt {
namespace {

[[noreturn]] void refuse(const grid_launch& launch, int code, const std::string& text) {
  std::string place;
  if (launch.file[0] != 0)
    place = std::string("launched at ") + launch.file + ":" + std::to_string(launch.line) + ": ";
  throw kernel_error(code, "[" + cuda_runtime::symbol_name(launch.kernel) + "] " + place + text);
}

std::string triple(dim3 v) {
  return "(" + std::to_string(v.x) + "," + std::to_string(v.y) + "," + std::to_string(v.z) + ")";
}

}  // namespace

void check_configuration(const grid_launch& launch) {
  if (launch.kernel == nullptr) {
    throw kernel_error(error_invalid_device_function,
                       "expected a kernel, got null (a missing entry of a table?); "
                       "launched at " +
                           std::string(launch.file) + ":" + std::to_string(launch.line));
  }
  const dim3 g = launch.grid;
  const dim3 b = launch.block;
  if (g.x == 0 || g.y == 0 || g.z == 0 || g.x > 0x7FFFFFFFu || g.y > 65535 || g.z > 65535) {
    refuse(launch, error_invalid_configuration,
           "expected a grid of 1 to (2147483647,65535,65535) blocks, got " + triple(g));
  }
  if (b.x == 0 || b.y == 0 || b.z == 0 || b.x > 1024 || b.y > 1024 || b.z > 64) {
    refuse(launch, error_invalid_configuration,
           "expected a block of 1 to (1024,1024,64) threads, got " + triple(b));
  }
  if (size_t{b.x} * b.y * b.z > max_block_threads) {
    refuse(launch, error_invalid_configuration,
           "expected at most 1024 threads a block, got " + std::to_string(size_t{b.x} * b.y * b.z) + " " +
               triple(b));
  }
  const size_t limit = launch.opt_in ? opt_in_shared_bytes : default_shared_bytes;
  if (launch.dynamic_bytes > limit) {
    refuse(launch, error_invalid_value,
           "too much shared memory: expected at most " + std::to_string(limit) + " bytes a block, got " +
               std::to_string(launch.dynamic_bytes) + " dynamic");
  }
}

}  // namespace numloom::simt
