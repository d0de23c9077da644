// SPDX-License-Identifier: BSD-3-Clause
// CUDA's built-in vector types (float4, make_float4), which nvcc and NVRTC know by themselves.
#pragma once

namespace numloom::simt {
template <class T> struct lanes1 { T x; };
template <class T> struct lanes2 { T x, y; };
template <class T> struct lanes3 { T x, y, z; };
template <class T> struct lanes4 { T x, y, z, w; };
// Of 1, 2, 3 and 4 numbers of so many bytes.
constexpr unsigned vector_alignment(unsigned lanes, unsigned bytes) {
  if (lanes == 1 || lanes == 3) return bytes;
  return lanes * bytes < 16 ? lanes * bytes : 16;
}
}  // namespace numloom::simt

#define NL_VECTOR(T, name, n) \
  struct alignas(numloom::simt::vector_alignment(n, sizeof(T))) name##n : numloom::simt::lanes##n<T> {};
#define NL_MAKE_1(T, name) \
  constexpr name##1 make_##name##1(T x) { return {x}; }
#define NL_MAKE_2(T, name) \
  constexpr name##2 make_##name##2(T x, T y) { return {x, y}; }
#define NL_MAKE_3(T, name) \
  constexpr name##3 make_##name##3(T x, T y, T z) { return {x, y, z}; }
#define NL_MAKE_4(T, name) \
  constexpr name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
#define NL_VECTORS(T, name) NL_VECTOR(T, name, 1) NL_VECTOR(T, name, 2) NL_VECTOR(T, name, 4)
#define NL_MAKE(T, name) NL_MAKE_1(T, name) NL_MAKE_2(T, name) NL_MAKE_3(T, name) NL_MAKE_4(T, name)
#define NL_VECTOR_TYPE(T, name) NL_VECTORS(T, name) NL_VECTOR(T, name, 3) NL_MAKE(T, name)

NL_VECTOR_TYPE(signed char, char)
NL_VECTOR_TYPE(unsigned char, uchar)
NL_VECTOR_TYPE(short, short)
NL_VECTOR_TYPE(unsigned short, ushort)
NL_VECTOR_TYPE(int, int)
NL_VECTORS(unsigned, uint)  // uint3 is the type of threadIdx and is in engine.hpp
NL_MAKE(unsigned, uint)
NL_VECTOR_TYPE(long, long)
NL_VECTOR_TYPE(unsigned long, ulong)
NL_VECTOR_TYPE(long long, longlong)
NL_VECTOR_TYPE(unsigned long long, ulonglong)
NL_VECTOR_TYPE(float, float)
NL_VECTOR_TYPE(double, double)
#undef NL_VECTOR_TYPE
#undef NL_VECTORS
#undef NL_VECTOR
#undef NL_MAKE
#undef NL_MAKE_1
#undef NL_MAKE_2
#undef NL_MAKE_3
#undef NL_MAKE_4
