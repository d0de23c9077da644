// SPDX-License-Identifier: BSD-3-Clause
// In a kernel string everything that it declares and the simulator has is there already.
#pragma once
using __half = numloom::simt::float16;
using half = numloom::simt::float16;
inline float __half2float(half x) { return x; }
inline half __float2half(float x) { return half(x); }
inline half __float2half_rn(float x) { return half(x); }
