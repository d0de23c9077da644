// SPDX-License-Identifier: BSD-3-Clause
/// The CPU's inner loops, compiled once for each instruction-set level and chosen at start.
#pragma once

#include <cstdint>

#include "numloom/ufuncs.hpp"

namespace numloom::cpu_host {

/// args: inputs, then outputs; steps in bytes; n elements. Equal pointers (in place) are allowed, partial
/// overlap is not.
using loop_fn = void (*)(char* const* args, const std::int64_t* steps, std::int64_t n);

/// The loop of a ufunc for loop dtype L at this machine's level; null when the ufunc has no such loop.
loop_fn ufunc_loop(ufunc op, dtype loop) noexcept;
/// Converts n elements from one dtype to another as numpy.ndarray.astype does.
loop_fn cast_loop(dtype from, dtype to) noexcept;
/// "x86-64-v2", "x86-64-v3", "x86-64-v4": the level in use. NUMLOOM_CPU_LEVEL=v2|v3|v4 lowers it.
const char* cpu_level() noexcept;

}  // namespace numloom::cpu_host
