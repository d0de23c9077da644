// SPDX-License-Identifier: BSD-3-Clause
// CUDA's built-in vector types (float4, make_float4), which nvcc and NVRTC know by themselves.
#pragma once

#define NL_VECTOR_1(T, name) \
  struct name##1 {           \
    T x;                     \
  };                         \
  constexpr name##1 make_##name##1(T x) { return {x}; }
#define NL_VECTOR_2(T, name)              \
  struct alignas(2 * sizeof(T)) name##2 { \
    T x, y;                               \
  };                                      \
  constexpr name##2 make_##name##2(T x, T y) { return {x, y}; }
#define NL_VECTOR_3(T, name) \
  struct name##3 {           \
    T x, y, z;               \
  };                         \
  constexpr name##3 make_##name##3(T x, T y, T z) { return {x, y, z}; }
#define NL_VECTOR_4(T, name)                                   \
  struct alignas(sizeof(T) < 8 ? 4 * sizeof(T) : 16) name##4 { \
    T x, y, z, w;                                              \
  };                                                           \
  constexpr name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
// uint3 is the type of threadIdx and is in engine.hpp.
#define NL_VECTORS(T, name) NL_VECTOR_1(T, name) NL_VECTOR_2(T, name) NL_VECTOR_4(T, name)

NL_VECTORS(signed char, char)
NL_VECTORS(unsigned char, uchar)
NL_VECTORS(short, short)
NL_VECTORS(unsigned short, ushort)
NL_VECTORS(int, int)
NL_VECTORS(unsigned, uint)
NL_VECTORS(long, long)
NL_VECTORS(unsigned long, ulong)
NL_VECTORS(long long, longlong)
NL_VECTORS(unsigned long long, ulonglong)
NL_VECTORS(float, float)
NL_VECTORS(double, double)
NL_VECTOR_3(signed char, char)
NL_VECTOR_3(unsigned char, uchar)
NL_VECTOR_3(short, short)
NL_VECTOR_3(unsigned short, ushort)
NL_VECTOR_3(int, int)
NL_VECTOR_3(long long, longlong)
NL_VECTOR_3(unsigned long long, ulonglong)
NL_VECTOR_3(float, float)
NL_VECTOR_3(double, double)
constexpr uint3 make_uint3(unsigned x, unsigned y, unsigned z) { return {x, y, z}; }
#undef NL_VECTORS
#undef NL_VECTOR_1
#undef NL_VECTOR_2
#undef NL_VECTOR_3
#undef NL_VECTOR_4
