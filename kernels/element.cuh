// SPDX-License-Identifier: BSD-3-Clause
// Dtypes as numbers, and loads and stores that convert. A thread moves V elements that lie along the
// innermost dimension, so that one decision about dtype, alignment and stride serves all of them.
#pragma once
#include "types.hpp"

namespace numloom::NL_TARGET {

// Numbered as numloom::dtype.
enum element_type : int {
#define NL_DTYPE(name, type, kind, bytes) element_##name,
#include "numloom/dtypes.def"
  element_types
};

inline constexpr int element_bytes[] = {
#define NL_DTYPE(name, type, kind, bytes) bytes,
#include "numloom/dtypes.def"
};

template <class T> inline constexpr int element_number = -1;
#define NL_DTYPE(name, type, kind, bytes) \
  template <> inline constexpr int element_number<type> = element_##name;
#include "numloom/dtypes.def"

template <int Number> struct element_of_number;
#define NL_DTYPE(name, T, kind, bytes) \
  template <> struct element_of_number<element_##name> { using type = T; };
#include "numloom/dtypes.def"
template <int Number> using element_of = typename element_of_number<Number>::type;

// The sanitizer builds of the simulator leave rare dtypes out; results are bool, int64 and uint64 besides.
template <class T>
inline constexpr bool is_built =
#if defined(NUMLOOM_SIMT_MIN_DTYPES)
    is_same<T, bool> || is_same<T, float> || is_same<T, double> || is_same<T, i32> || is_same<T, float16> ||
    is_same<T, i64>;
#else
    true;
#endif

// How an element lies in memory: bytes of a bool that came from elsewhere may be other than 0 and 1, and C++
// has no such bool.
template <class T> using memory_of = conditional_t<is_same<T, bool>, u8, T>;
template <class T> NL_HD T from_memory(memory_of<T> x) {
  if constexpr (is_same<T, bool>)
    return x != 0;
  else
    return x;
}
template <class T> NL_HD memory_of<T> to_memory(T x) { return static_cast<memory_of<T>>(x); }

template <class T, int V> struct elements { T v[V]; };

// Elements at p, p + stride, ...; those from `count` on are left zero.
template <class T, int V>
__device__ __forceinline__ elements<T, V> load_same(const char* p, i64 stride, int count) {
  using M = memory_of<T>;
  elements<T, V> x = {};
  if (count == V && stride == i64(sizeof(T)) && (reinterpret_cast<u64>(p) & (sizeof(T) * V - 1)) == 0) {
    const pack<M, V> packed = *reinterpret_cast<const pack<M, V>*>(p);
    NL_UNROLL
    for (int k = 0; k < V; ++k) x.v[k] = from_memory<T>(packed.v[k]);
  } else {
    NL_UNROLL
    for (int k = 0; k < V; ++k)
      if (k < count) x.v[k] = from_memory<T>(*reinterpret_cast<const M*>(p + k * stride));
  }
  return x;
}

// Stores the elements whose bit in `live` is set.
template <class T, int V>
__device__ __forceinline__ void store_same(char* p, i64 stride, u32 live, const elements<T, V>& x) {
  using M = memory_of<T>;
  if (live == (1u << V) - 1 && stride == i64(sizeof(T)) &&
      (reinterpret_cast<u64>(p) & (sizeof(T) * V - 1)) == 0) {
    pack<M, V> packed;
    NL_UNROLL
    for (int k = 0; k < V; ++k) packed.v[k] = to_memory(x.v[k]);
    *reinterpret_cast<pack<M, V>*>(p) = packed;
  } else {
    NL_UNROLL
    for (int k = 0; k < V; ++k)
      if (live >> k & 1) *reinterpret_cast<M*>(p + k * stride) = to_memory(x.v[k]);
  }
}

template <class T, class D, int V>
__device__ __forceinline__ elements<T, V> load_cast(const char* p, i64 stride, int count) {
  const elements<D, V> raw = load_same<D, V>(p, stride, count);
  elements<T, V> x = {};
  for (int k = 0; k < V; ++k) x.v[k] = cast_to<T>(raw.v[k]);
  return x;
}
template <class T, class D, int V>
__device__ __forceinline__ void store_cast(char* p, i64 stride, u32 live, const elements<T, V>& x) {
  elements<D, V> converted;
  for (int k = 0; k < V; ++k) converted.v[k] = cast_to<D>(x.v[k]);
  store_same<D, V>(p, stride, live, converted);
}

// Out of line: a switch over all dtypes in each kernel would multiply the code by fourteen, and a call is
// cheap beside the memory traffic of a conversion.
template <class T, int V>
__device__ __attribute__((noinline)) elements<T, V> load_converted(const char* p, i64 stride, int count,
                                                                   int type) {
  elements<T, V> x = {};
  switch (type) {
#define NL_DTYPE(name, D, kind, bytes)        \
  case element_##name:                        \
    x = load_cast<T, D, V>(p, stride, count); \
    break;
#include "numloom/dtypes.def"
  }
  return x;
}
template <class T, int V>
__device__ __attribute__((noinline)) void store_converted(char* p, i64 stride, u32 live, elements<T, V> x,
                                                          int type) {
  switch (type) {
#define NL_DTYPE(name, D, kind, bytes)       \
  case element_##name:                       \
    store_cast<T, D, V>(p, stride, live, x); \
    break;
#include "numloom/dtypes.def"
  }
}

template <class T, int V>
__device__ __forceinline__ elements<T, V> load_elements(const char* p, i64 stride, int count, int type) {
  if (type == element_number<T>) return load_same<T, V>(p, stride, count);
  return load_converted<T, V>(p, stride, count, type);
}
template <class T, int V>
__device__ __forceinline__ void store_elements(char* p, i64 stride, u32 live, const elements<T, V>& x,
                                               int type) {
  if (type == element_number<T>)
    store_same<T, V>(p, stride, live, x);
  else
    store_converted<T, V>(p, stride, live, x, type);
}

}  // namespace numloom::NL_TARGET
