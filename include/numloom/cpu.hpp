// SPDX-License-Identifier: BSD-3-Clause
/// What runs the CPU's work: threads, instruction-set level, BLAS.
#pragma once

#include <string>

#include "numloom/export.hpp"

namespace numloom {

struct cpu_description {
  std::string level;  ///< "x86-64-v3": the loops in use (NUMLOOM_CPU_LEVEL lowers it)
  int threads = 1;    ///< those that take part in one operation (NUMLOOM_NUM_THREADS)
  std::string blas;   ///< the library for matrix products, and where it was found; empty: own loops
};
/// Opens the BLAS library if nothing has done so yet.
NL_API cpu_description describe_cpu();
/// Ends the worker threads; later work runs on the calling thread. For a program's or an interpreter's exit.
NL_API void end_cpu_threads() noexcept;

}  // namespace numloom
