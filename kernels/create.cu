// SPDX-License-Identifier: BSD-3-Clause
// select (numpy.where) by element size, and sequences (numpy.arange) by dtype.
#include "launch_config.hpp"
#include "movement.cuh"
#include "strided.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {

// ---- select ----
struct select_arguments {
  char* out;
  const char *condition, *a, *b;  // a and b null: by value
  alignas(16) u8 a_value[16], b_value[16];
  chunked_loops<4> loops;  // out, condition, a, b
};

template <class T, int V>
__device__ __forceinline__ elements<T, V> load_or_value(const char* p, i64 step, int count, const u8* value) {
  if (p != nullptr) return load_same<T, V>(p, step, count);
  elements<T, V> x;
  for (int k = 0; k < V; ++k) x.v[k] = *reinterpret_cast<const T*>(value);
  return x;
}

template <class T>
__global__ void __launch_bounds__(kernels::block_threads) select_kernel(select_arguments s) {
  constexpr int V = chunk_of<T>;
  const i64 thread = i64(blockIdx.x) * blockDim.x + threadIdx.x;
  if (thread >= s.loops.dims.size) return;
  i64 offset[4];
  const int count = s.loops.offsets(thread, offset);
  const auto condition = load_same<bool, V>(s.condition + offset[1], s.loops.step[1], count);
  const char* pa = s.a == nullptr ? nullptr : s.a + offset[2];
  const char* pb = s.b == nullptr ? nullptr : s.b + offset[3];
  const auto a = load_or_value<T, V>(pa, s.loops.step[2], count, s.a_value);
  const auto b = load_or_value<T, V>(pb, s.loops.step[3], count, s.b_value);
  elements<T, V> r;
  NL_UNROLL
  for (int k = 0; k < V; ++k) r.v[k] = condition.v[k] ? a.v[k] : b.v[k];
  store_same<T, V>(s.out + offset[0], s.loops.step[0], (1u << count) - 1, r);
}

template <class T> struct select_by_size {
  static void run(const kernels::select_call& call, void* stream) {
    select_arguments s = {};
    s.out = static_cast<char*>(call.out);
    s.condition = static_cast<const char*>(call.condition);
    s.a = static_cast<const char*>(call.a);
    s.b = static_cast<const char*>(call.b);
    for (int k = 0; k < call.itemsize; ++k) {
      if (call.a == nullptr) s.a_value[k] = static_cast<const u8*>(call.a_value)[k];
      if (call.b == nullptr) s.b_value[k] = static_cast<const u8*>(call.b_value)[k];
    }
    const i64* strides[] = {call.out_strides, call.condition_strides,
                            call.a == nullptr ? nullptr : call.a_strides,
                            call.b == nullptr ? nullptr : call.b_strides};
    const int chunk = chunk_for(call.ndim, call.out, call.out_strides, sizeof(T), chunk_of<T>);
    s.loops = make_chunked_loops(call.ndim, call.shape, strides, chunk);
    launch(select_kernel<T>, {block_count(s.loops.dims.size, kernels::block_threads), kernels::block_threads},
           stream, s);
  }
};

// ---- sequence ----
// Integers are computed unsigned, so that they wrap; float16 in float.
template <class T>
__global__ void __launch_bounds__(kernels::block_threads)
    sequence_kernel(char* out, i64 n, wide_of<T> start, wide_of<T> step) {
  constexpr int V = 16 / int(sizeof(T));
  const i64 first = (i64(blockIdx.x) * blockDim.x + threadIdx.x) * V;
  if (first >= n) return;
  const int count = n - first < V ? static_cast<int>(n - first) : V;
  elements<T, V> x;
  NL_UNROLL
  for (int k = 0; k < V; ++k) {
    const i64 i = first + k;
    if constexpr (is_complex<T>) {
      using R = real_of<T>;
      x.v[k] = T(start.re + static_cast<R>(i) * step.re, start.im + static_cast<R>(i) * step.im);
    } else if constexpr (is_same<T, bool>) {
      x.v[k] = (start | ((i & 1) != 0 && step)) != 0;
    } else {
      using C = conditional_t<is_integral<T>, u64, wide_of<T>>;
      x.v[k] = static_cast<T>(static_cast<C>(start) + static_cast<C>(i) * static_cast<C>(step));
    }
  }
  store_same<T, V>(out + first * i64(sizeof(T)), sizeof(T), (1u << count) - 1, x);
}

template <class T> void run_sequence(void* out, i64 n, const void* start, const void* step, void* stream) {
  using C = wide_of<T>;
  const i64 per_block = kernels::block_threads * (16 / i64(sizeof(T)));
  launch(sequence_kernel<T>, {block_count(n, per_block), kernels::block_threads}, stream,
         static_cast<char*>(out), n, *static_cast<const C*>(start), *static_cast<const C*>(step));
}

}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

void select(const select_call& call, void* stream) { by_size<select_by_size>(call.itemsize, call, stream); }

void sequence(void* out, int type, i64 n, const void* start, const void* step, void* stream) {
  if (n == 0) return;
  switch (type) {
// clang-format off
#define NL_DTYPE(name, T, kind, bytes) \
    case element_##name: run_sequence<T>(out, n, start, step, stream); break;
#include "numloom/dtypes.def"
    // clang-format on
  }
}

}  // namespace numloom::kernels
