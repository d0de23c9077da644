// SPDX-License-Identifier: BSD-3-Clause
// The first lines of every kernel string that NVRTC reads: our types, and nothing of the standard library.
#pragma once
#include "complex_functions.hpp"
#include "float16_functions.hpp"
#include "layout.hpp"
#include "types.hpp"
#include "view.hpp"

namespace numloom {
using rtc::complex;
using rtc::float16;
using rtc::loop_extent;
using rtc::loop_position;
using rtc::polar;
using rtc::raw_array;
using rtc::view;

// Its lowered name spells the parameters of a kernel, also of one with C linkage.
template <class Function> __global__ void signature_of() {}
// Of each field of the structure: its alignment, its size, and its field_kind.
template <class Structure, unsigned long... Numbers> __global__ void layout_of() {}
}  // namespace numloom
