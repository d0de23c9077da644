// SPDX-License-Identifier: BSD-3-Clause
#pragma once
#include "kernel_interface.hpp"
#include "random.cuh"

namespace numloom::NL_TARGET {

// The stream with its jumps worked out, for draws of that width.
random_source source_of(const kernels::random_words& w, int draw_bytes);

}  // namespace numloom::NL_TARGET
