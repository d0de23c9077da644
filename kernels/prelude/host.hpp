// SPDX-License-Identifier: BSD-3-Clause
// The first lines of every kernel string that the host's compiler reads: CUDA's language and library as far
// as the simulator goes, without C++'s standard headers (they would be most of the compile time).
#pragma once
// <math.h> and <stdlib.h> are C's own from here on: <cmath> alone costs 0.15 s.
#define _GLIBCXX_INCLUDE_NEXT_C_HEADERS
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#undef isfinite  // macros of C; functions, as in CUDA, are in device_math.hpp
#undef isinf
#undef isnan

#define NUMLOOM_SIMT
#define NUMLOOM_KERNEL_STRING
#include "simt.hpp"

#include "device_math.hpp"

#include "complex_functions.hpp"
#include "engine_link.hpp"
#include "float16_functions.hpp"
#include "layout.hpp"
#include "types.hpp"
#include "vector_types.hpp"
#include "view.hpp"

namespace numloom {
using simt::complex;
using simt::float16;
using simt::loop_extent;
using simt::loop_position;
using simt::polar;
using simt::raw_array;
using simt::view;
}  // namespace numloom

#define __noinline__ __attribute__((noinline))
#define __managed__
#define __device_builtin__
#define __shared__ static  // where the text could not be rewritten: at namespace scope
