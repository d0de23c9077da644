// SPDX-License-Identifier: BSD-3-Clause
// The two kernels of every ufunc loop, and the rows that a family file makes of ufuncs.def.
//   contiguous: all operands of the loop's own dtypes, one after another in memory or passed by value; each
//   thread
//               moves 16-byte packets.
//   general:    up to eight strided dimensions, operands of any dtype converted on the way, an optional mask.
//   A thread
//               takes a few elements along the innermost dimension, so the index arithmetic is paid once for
//               all.
// A family file includes the functors it wants and then this header; rows whose functor it does not know stay
// empty.
#pragma once
#include "element.cuh"
#include "launch_config.hpp"
#include "loop_masks.cuh"
#include "strided.cuh"

// A functor that comes along with a header but belongs to another family.
#if !defined(NL_OTHER_FAMILY)
#define NL_OTHER_FAMILY void
#endif

// Rows name functors that this file may not know: those resolve to these incomplete types.
namespace numloom {
#define NL_UFUNC(name, nin, nout, functor, loops, out_rule, identity, doc) struct functor;
#include "numloom/ufuncs.def"
}  // namespace numloom

namespace numloom::NL_TARGET {

enum operand_slot : int { slot_out = 0, slot_in = 2, slot_mask = 5, operand_slots = 6 };

struct contiguous_arguments {
  i64 n;
  void* data[operand_slots];  // null: by value
  alignas(16) unsigned char value[kernels::max_kernel_inputs][16];
};
struct general_arguments {
  chunked_loops<operand_slots> loops;
  char* data[operand_slots];
  int type[operand_slots];
  alignas(16) unsigned char value[kernels::max_kernel_inputs][16];
};

enum class out_rule { SAME, TO_BOOL, REAL_PART, FREXP, LDEXP, BIT_COUNT };

// What a loop reads and writes. Unused inputs are bytes that nobody loads.
template <class Functor, class L, int Inputs, int Outputs, out_rule Rule> struct loop_signature {
  using functor = Functor;
  static constexpr int inputs = Inputs, outputs = Outputs;
  using in0 = L;
  using in1 = conditional_t<(Inputs < 2), u8, conditional_t<Rule == out_rule::LDEXP, i64, L>>;
  using in2 = conditional_t<(Inputs < 3), u8, L>;

  static NL_HD auto apply(in0 a, [[maybe_unused]] in1 b, [[maybe_unused]] in2 c) {
    if constexpr (Inputs == 1)
      return Functor{}(a);
    else if constexpr (Inputs == 2)
      return Functor{}(a, b);
    else
      return Functor{}(a, b, c);
  }
  using result = decltype(apply(in0{}, in1{}, in2{}));
  template <class R> struct outputs_of {
    using first = R;
    using second = u8;
  };
  template <class A, class B> struct outputs_of<pair<A, B>> {
    using first = A;
    using second = B;
  };
  using out0 = typename outputs_of<result>::first;
  using out1 = typename outputs_of<result>::second;

  static constexpr int larger(int a, int b) { return a > b ? a : b; }
  static constexpr int widest = larger(larger(sizeof(in0), sizeof(in1)), larger(sizeof(out0), sizeof(out1)));
};

template <class S, class T>
inline constexpr int packet_elements = T::packet_bytes > S::widest ? T::packet_bytes / S::widest : 1;
template <class S, class T>
inline constexpr int packets_per_thread = S::widest >= 4 && S::widest <= 8 ? T::unroll : 1;
template <class S, class T>
inline constexpr int general_elements = S::widest > 8                     ? 1
                                        : S::widest > 4 && T::general > 2 ? 2
                                                                          : T::general;

// Applies the functor to V elements.
template <class S, int V>
__device__ __forceinline__ void apply_elements(const elements<typename S::in0, V>& a,
                                               const elements<typename S::in1, V>& b,
                                               const elements<typename S::in2, V>& c,
                                               elements<typename S::out0, V>& first,
                                               elements<typename S::out1, V>& second) {
  NL_UNROLL
  for (int k = 0; k < V; ++k) {
    const auto r = S::apply(a.v[k], b.v[k], c.v[k]);
    if constexpr (S::outputs == 2) {
      first.v[k] = r.first;
      second.v[k] = r.second;
    } else {
      first.v[k] = r;
    }
  }
}

template <class T, int V>
__device__ __forceinline__ elements<T, V> broadcast_value(const unsigned char* value) {
  const T x = *reinterpret_cast<const T*>(value);
  elements<T, V> all;
  NL_UNROLL
  for (int k = 0; k < V; ++k) all.v[k] = x;
  return all;
}

template <class T, int V>
__device__ __forceinline__ elements<T, V> load_contiguous(const contiguous_arguments& a, int input, i64 i,
                                                          int count) {
  const void* base = a.data[slot_in + input];
  if (base == nullptr) return broadcast_value<T, V>(a.value[input]);
  return load_same<T, V>(static_cast<const char*>(base) + i * i64(sizeof(T)), sizeof(T), count);
}

NL_HD int chunk_count(i64 left, int most) { return left < most ? static_cast<int>(left) : most; }

template <class S, class Tuning>
__global__ void __launch_bounds__(kernels::elementwise_threads) contiguous_kernel(contiguous_arguments a) {
  constexpr int V = packet_elements<S, Tuning>, U = packets_per_thread<S, Tuning>;
  const i64 first = (i64(blockIdx.x) * U * blockDim.x + threadIdx.x) * V;
  elements<typename S::in0, V> x0[U] = {};
  elements<typename S::in1, V> x1[U] = {};
  elements<typename S::in2, V> x2[U] = {};
  NL_UNROLL
  for (int u = 0; u < U; ++u) {  // all loads first: several in flight
    const i64 i = first + i64(u) * blockDim.x * V;
    if (i >= a.n) break;
    const int count = chunk_count(a.n - i, V);
    x0[u] = load_contiguous<typename S::in0, V>(a, 0, i, count);
    if constexpr (S::inputs > 1) x1[u] = load_contiguous<typename S::in1, V>(a, 1, i, count);
    if constexpr (S::inputs > 2) x2[u] = load_contiguous<typename S::in2, V>(a, 2, i, count);
  }
  NL_UNROLL
  for (int u = 0; u < U; ++u) {
    const i64 i = first + i64(u) * blockDim.x * V;
    if (i >= a.n) break;
    const u32 live = (1u << chunk_count(a.n - i, V)) - 1;
    elements<typename S::out0, V> r0;
    elements<typename S::out1, V> r1;
    apply_elements<S, V>(x0[u], x1[u], x2[u], r0, r1);
    using R0 = typename S::out0;
    using R1 = typename S::out1;
    store_same<R0, V>(static_cast<char*>(a.data[slot_out]) + i * i64(sizeof(R0)), sizeof(R0), live, r0);
    if constexpr (S::outputs > 1)
      store_same<R1, V>(static_cast<char*>(a.data[slot_out + 1]) + i * i64(sizeof(R1)), sizeof(R1), live, r1);
  }
}

template <class T, int V>
__device__ __forceinline__ elements<T, V> load_general(const general_arguments& a, int input, i64 offset,
                                                       int count) {
  const int slot = slot_in + input;
  if (a.data[slot] == nullptr) return broadcast_value<T, V>(a.value[input]);
  return load_elements<T, V>(a.data[slot] + offset, a.loops.step[slot], count, a.type[slot]);
}

template <class S, class Tuning>
__global__ void __launch_bounds__(kernels::elementwise_threads) general_kernel(general_arguments a) {
  constexpr int V = general_elements<S, Tuning>;
  const i64 thread = i64(blockIdx.x) * blockDim.x + threadIdx.x;
  if (thread >= a.loops.dims.size) return;
  i64 offset[operand_slots];
  const int count = a.loops.offsets(thread, offset);
  u32 live = (1u << count) - 1;
  if (a.data[slot_mask] != nullptr) {
    const elements<bool, V> on =
        load_same<bool, V>(a.data[slot_mask] + offset[slot_mask], a.loops.step[slot_mask], count);
    for (int k = 0; k < V; ++k)
      if (!on.v[k]) live &= ~(1u << k);
    if (live == 0) return;
  }
  const auto x0 = load_general<typename S::in0, V>(a, 0, offset[slot_in], count);
  elements<typename S::in1, V> x1 = {};
  elements<typename S::in2, V> x2 = {};
  if constexpr (S::inputs > 1) x1 = load_general<typename S::in1, V>(a, 1, offset[slot_in + 1], count);
  if constexpr (S::inputs > 2) x2 = load_general<typename S::in2, V>(a, 2, offset[slot_in + 2], count);
  elements<typename S::out0, V> r0;
  elements<typename S::out1, V> r1;
  apply_elements<S, V>(x0, x1, x2, r0, r1);
  store_elements(a.data[slot_out] + offset[slot_out], a.loops.step[slot_out], live, r0, a.type[slot_out]);
  if constexpr (S::outputs > 1)
    store_elements(a.data[slot_out + 1] + offset[slot_out + 1], a.loops.step[slot_out + 1], live, r1,
                   a.type[slot_out + 1]);
}

// ---- rows ----
struct elementwise_entry {
  void (*contiguous)(contiguous_arguments) = nullptr;
  void (*general)(general_arguments) = nullptr;
  int contiguous_elements = 0;  // of one thread
  int general_elements = 0;
  int in_type[kernels::max_kernel_inputs] = {};
  int out_type[kernels::max_kernel_outputs] = {};
};
struct elementwise_row {
  elementwise_entry entry[element_types];
};

template <class S, class Tuning> constexpr elementwise_entry make_entry() {
  return {&contiguous_kernel<S, Tuning>,
          &general_kernel<S, Tuning>,
          packet_elements<S, Tuning> * packets_per_thread<S, Tuning>,
          general_elements<S, Tuning>,
          {element_number<typename S::in0>, element_number<typename S::in1>, element_number<typename S::in2>},
          {element_number<typename S::out0>, element_number<typename S::out1>}};
}

template <class Functor, int Inputs, int Outputs, unsigned Loops, out_rule Rule, class Tuning, int Number>
constexpr elementwise_entry entry_of() {
  using L = element_of<Number>;
  if constexpr (requires { sizeof(Functor); } && !is_same<Functor, NL_OTHER_FAMILY> &&
                (Loops >> Number & 1) != 0 && is_built<L>)
    return make_entry<loop_signature<Functor, L, Inputs, Outputs, Rule>, Tuning>();
  else
    return {};
}
template <class Functor, int Inputs, int Outputs, unsigned Loops, out_rule Rule, class Tuning>
constexpr elementwise_row make_row() {
#define NL_DTYPE(name, type, kind, bytes) \
  entry_of<Functor, Inputs, Outputs, Loops, Rule, Tuning, element_##name>(),
  return {{
#include "numloom/dtypes.def"
  }};
}

enum ufunc_number : int {
#define NL_UFUNC(name, nin, nout, functor, loops, out_rule, identity, doc) ufunc_##name,
#include "numloom/ufuncs.def"
  ufunc_numbers
};

// The tables of the family files; a loop is in exactly one of them.
#define NL_FAMILY(name) extern const elementwise_row name##_rows[ufunc_numbers];
#include "elementwise_families.def"

}  // namespace numloom::NL_TARGET
