// SPDX-License-Identifier: BSD-3-Clause
#include "cpu/blas.hpp"
#include "cpu/loops.hpp"
#include "cpu/threads.hpp"
#include "numloom/cpu.hpp"

namespace numloom {

cpu_description describe_cpu() {
  const cpu_host::blas_library* blas = cpu_host::blas_library::get();
  return {cpu_host::cpu_level(), cpu_host::num_threads(), blas ? blas->description() : std::string()};
}

void end_cpu_threads() noexcept { cpu_host::shutdown_threads(); }

}  // namespace numloom
