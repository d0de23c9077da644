// SPDX-License-Identifier: BSD-3-Clause
// The kernels of a reduction. Blocks have 256 threads.
//   row:     the reduced elements lie next to each other. A group of 1 to 256 threads reduces one output;
//   each thread
//            takes packets along the reduced dimension.
//   column:  the outputs lie next to each other. A thread takes a packet of outputs and walks down the
//   reduced
//            dimension; the rows of the block share the walk.
// With few outputs several blocks (slices) share one and leave partial results, which `combine` puts together
// in order. The order never depends on the device or on timing: the same input gives the same bits. A thread
// adds at most serial_run elements before it starts a new partial sum, which keeps the error near that of a
// balanced tree.
#pragma once
#include "element.cuh"
#include "functors/reduce.hpp"
#include "launch_config.hpp"
#include "strided.cuh"

namespace numloom::NL_TARGET {

struct reduce_arguments {
  chunked_loops<4> kept;     // over outputs: source, mask, out, out2
  chunked_loops<2> reduced;  // over the elements of one output: source, mask
  i64 chunks = 0;            // of `reduced`; 0 when there is nothing to reduce
  i64 outputs = 0;
  const char *source = nullptr, *mask = nullptr;
  char *out = nullptr, *out2 = nullptr;
  void* partial = nullptr;  // [outputs][slices], null when there is one slice
  int type = 0, out_type = 0, out2_type = 0;
  int group = 1;  // row: threads per output; column: threads along the outputs
  int slices = 1;
  bool has_initial = false;
  alignas(16) u8 initial[16] = {};
};

constexpr int reduce_threads = kernels::block_threads;

template <class T> inline constexpr int reduce_packet = sizeof(T) >= 16 ? 1 : sizeof(T) == 8 ? 2 : 4;

// The elements of one step whose bit in `on` is set, put into acc.
template <class R, class T, int N> struct accumulate {
  __device__ __forceinline__ static void run(typename R::acc& acc, const elements<T, N>& x, u32 on, i64 index,
                                             i64 index_step) {
    NL_UNROLL
    for (int k = 0; k < N; ++k)
      if (on >> k & 1) acc = R::combine(acc, R::lift(x.v[k], index + k * index_step));
  }
};
// One division for N elements instead of N: their own mean and distances first, then one merge.
template <class T, int N> struct accumulate<Moments<T>, T, N> {
  using R = Moments<T>;
  __device__ __forceinline__ static void run(typename R::acc& acc, const elements<T, N>& x, u32 on, i64,
                                             i64) {
    using value = typename R::value;
    using real = typename R::real;
    typename R::acc step = R::identity();
    value sum = value(0);
    NL_UNROLL
    for (int k = 0; k < N; ++k)
      if (on >> k & 1) {
        sum = sum + wide(x.v[k]);
        ++step.count;
      }
    if (step.count == 0) return;
    step.mean = sum / value(static_cast<real>(step.count));
    NL_UNROLL
    for (int k = 0; k < N; ++k)
      if (on >> k & 1) step.distances += squared_modulus(wide(x.v[k]) - step.mean);
    acc = R::combine(acc, step);
  }
};

template <int N> __device__ __forceinline__ u32 mask_bits(const char* mask, i64 step, int count) {
  u32 on = (1u << count) - 1;
  if (mask == nullptr) return on;
  const elements<bool, N> m = load_same<bool, N>(mask, step, count);
  for (int k = 0; k < N; ++k)
    if (!m.v[k]) on &= ~(1u << k);
  return on;
}

// The slice of [0, n) that block row `slice` takes.
struct slice_range {
  i64 first, last;
};
__device__ __forceinline__ slice_range slice_of(i64 n, int slice, int slices) {
  const i64 each = divide_up(n, slices), first = each * slice;
  return {first < n ? first : n, first + each < n ? first + each : n};
}

template <class R, class L>
__device__ __forceinline__ void write_result(const reduce_arguments& a, const i64 (&offset)[4],
                                             typename R::acc acc) {
  if (a.has_initial) acc = R::combine(R::lift(*reinterpret_cast<const L*>(a.initial), 0), acc);
  const auto result = R::finish(acc);
  if constexpr (requires { result.second; }) {
    using first = decltype(result.first);
    using second = decltype(result.second);
    store_elements(a.out + offset[2], 0, 1u, elements<first, 1>{{result.first}}, a.out_type);
    if (a.out2 != nullptr)
      store_elements(a.out2 + offset[3], 0, 1u, elements<second, 1>{{result.second}}, a.out2_type);
  } else {
    using first = typename R::result;
    store_elements(a.out + offset[2], 0, 1u, elements<first, 1>{{result}}, a.out_type);
  }
}

template <class R>
__device__ __forceinline__ void write_partial(const reduce_arguments& a, i64 output, int slice,
                                              typename R::acc acc) {
  static_cast<typename R::acc*>(a.partial)[output * a.slices + slice] = acc;
}

// Between threads that are so many apart and exchange values: those of one warp need not wait for the block.
__device__ __forceinline__ void meet(int distance) {
  if (distance < 32)
    __syncwarp();
  else
    __syncthreads();
}

// Combines the values of `group` neighbouring threads, in order, into the first of them.
template <class R>
__device__ __forceinline__ typename R::acc combine_group(typename R::acc* shared, typename R::acc acc,
                                                         int group) {
  const int thread = static_cast<int>(threadIdx.x), lane = thread & (group - 1);
  for (int d = group / 2; d > 0; d /= 2) {
    shared[thread] = acc;
    meet(d);
    if (lane < d) acc = R::combine(acc, shared[thread + d]);
    meet(d);
  }
  return acc;
}

template <class L, int V>
__device__ __forceinline__ elements<L, V> unpacked(const pack<memory_of<L>, V>& packed) {
  elements<L, V> x;
  NL_UNROLL
  for (int k = 0; k < V; ++k) x.v[k] = from_memory<L>(packed.v[k]);
  return x;
}

// Is a whole row of packets there, to be loaded without a conversion?
template <class L, int V>
__device__ __forceinline__ bool is_plain_row(const reduce_arguments& a, const i64 (&base)[4]) {
  return a.mask == nullptr && a.type == element_number<L> && a.reduced.dims.count == 1 &&
         a.reduced.step[0] == i64(sizeof(L)) && is_aligned<sizeof(L) * V>(a.source + base[0]);
}

// Do the reduced lines all begin where a whole packet of outputs is loaded without a conversion?
template <class L, int V>
__device__ __forceinline__ bool is_plain_column(const reduce_arguments& a, const i64 (&base)[4]) {
  constexpr i64 bytes = sizeof(L) * V;
  return a.mask == nullptr && a.type == element_number<L> && a.reduced.dims.count == 1 &&
         a.kept.step[0] == i64(sizeof(L)) && a.reduced.dims.stride[0][0] % bytes == 0 &&
         is_aligned<bytes>(a.source + base[0]);
}

// Elements that a thread has loaded before it looks at the first of them, where nothing stands in between.
constexpr int loads_in_flight = 4;

template <class R, class L, int V>
__device__ __forceinline__ typename R::acc reduce_row(const reduce_arguments& a, const i64 (&base)[4],
                                                      int lane, slice_range range) {
  using acc = typename R::acc;
  using M = memory_of<L>;
  constexpr int U = loads_in_flight;
  acc total = R::identity(), run = R::identity();
  int steps = 0;
  i64 c = range.first + lane;
  if (is_plain_row<L, V>(a, base)) {  // the same as below, in the same order
    const pack<M, V>* const packs = reinterpret_cast<const pack<M, V>*>(a.source + base[0]);
    const i64 whole = a.reduced.inner / V, last = range.last < whole ? range.last : whole;
    for (; c + i64(U - 1) * a.group < last; c += i64(U) * a.group) {
      pack<M, V> x[U];
      NL_UNROLL
      for (int u = 0; u < U; ++u) x[u] = packs[c + i64(u) * a.group];
      NL_UNROLL
      for (int u = 0; u < U; ++u)
        accumulate<R, L, V>::run(run, unpacked<L>(x[u]), (1u << V) - 1, (c + i64(u) * a.group) * V, 1);
      steps += U;
      if (steps == kernels::serial_run / V) {
        total = R::combine(total, run);
        run = R::identity();
        steps = 0;
      }
    }
  }
  for (; c < range.last; c += a.group) {
    i64 offset[2];
    const int count = a.reduced.offsets(c, offset);
    const u32 on =
        mask_bits<V>(a.mask == nullptr ? nullptr : a.mask + base[1] + offset[1], a.reduced.step[1], count);
    const auto x = load_elements<L, V>(a.source + base[0] + offset[0], a.reduced.step[0], count, a.type);
    accumulate<R, L, V>::run(run, x, on, a.reduced.linear(c), 1);
    if (++steps == kernels::serial_run / V) {
      total = R::combine(total, run);
      run = R::identity();
      steps = 0;
    }
  }
  return R::combine(total, run);
}

template <class R, class L>
__global__ void __launch_bounds__(reduce_threads) reduce_row_kernel(reduce_arguments a) {
  using acc = typename R::acc;
  NL_SHARED(acc, shared, [reduce_threads]);
  const int lane = static_cast<int>(threadIdx.x) & (a.group - 1);
  const int slice = static_cast<int>(blockIdx.y);
  const i64 output = (i64(blockIdx.x) * reduce_threads + threadIdx.x) / a.group;
  const bool active = output < a.outputs;
  i64 base[4] = {};
  acc mine = R::identity();
  if (active) {
    a.kept.offsets(output, base);
    mine = reduce_row<R, L, reduce_packet<L>>(a, base, lane, slice_of(a.chunks, slice, a.slices));
  }
  mine = combine_group<R>(shared, mine, a.group);
  if (!active || lane != 0) return;
  if (a.partial != nullptr)
    write_partial<R>(a, output, slice, mine);
  else
    write_result<R, L>(a, base, mine);
}

// Each thread: V outputs, several rows per step so that loads overlap and Moments divides rarely.
template <class R, class L, int V>
__device__ __forceinline__ void reduce_columns(const reduce_arguments& a, const i64 (&base)[4], int count,
                                               int row, int rows, slice_range range,
                                               typename R::acc (&total)[V]) {
  constexpr int U = loads_in_flight;
  typename R::acc run[V];
  for (int k = 0; k < V; ++k) run[k] = R::identity();
  int steps = 0;
  const auto end_run = [&] {
    if (++steps < kernels::serial_run / U) return;
    for (int k = 0; k < V; ++k) {
      total[k] = R::combine(total[k], run[k]);
      run[k] = R::identity();
    }
    steps = 0;
  };
  i64 first = range.first + row;
  if (count == V && is_plain_column<L, V>(a, base)) {  // the same as below
    const i64 step = a.reduced.dims.stride[0][0];
    const char* line = a.source + base[0] + first * step;
    for (; first + i64(U - 1) * rows < range.last; first += i64(rows) * U) {
      pack<memory_of<L>, V> packed[U];
      NL_UNROLL
      for (int u = 0; u < U; ++u, line += rows * step)
        packed[u] = *reinterpret_cast<const pack<memory_of<L>, V>*>(line);
      NL_UNROLL
      for (int k = 0; k < V; ++k) {
        elements<L, U> x;
        NL_UNROLL
        for (int u = 0; u < U; ++u) x.v[u] = from_memory<L>(packed[u].v[k]);
        accumulate<R, L, U>::run(run[k], x, (1u << U) - 1, first, rows);
      }
      end_run();
    }
  }
  for (; first < range.last; first += i64(rows) * U) {
    elements<L, U> x[V] = {};
    u32 on[V] = {};
    NL_UNROLL
    for (int u = 0; u < U; ++u) {
      const i64 r = first + i64(u) * rows;
      if (r >= range.last) break;
      i64 offset[2];
      a.reduced.dims.offsets(r, offset);
      const char* mask = a.mask == nullptr ? nullptr : a.mask + base[1] + offset[1];
      const u32 live = mask_bits<V>(mask, a.kept.step[1], count);
      const auto line = load_elements<L, V>(a.source + base[0] + offset[0], a.kept.step[0], count, a.type);
      NL_UNROLL
      for (int k = 0; k < V; ++k) {
        x[k].v[u] = line.v[k];
        on[k] |= (live >> k & 1) << u;
      }
    }
    NL_UNROLL
    for (int k = 0; k < V; ++k) accumulate<R, L, U>::run(run[k], x[k], on[k], first, rows);
    end_run();
  }
  for (int k = 0; k < V; ++k) total[k] = R::combine(total[k], run[k]);
}

template <class R, class L>
__global__ void __launch_bounds__(reduce_threads) reduce_column_kernel(reduce_arguments a) {
  using acc = typename R::acc;
  constexpr int V = reduce_packet<L>;
  NL_SHARED(acc, shared, [V][reduce_threads]);
  const int thread = static_cast<int>(threadIdx.x);
  const int column = thread & (a.group - 1), row = thread / a.group, rows = reduce_threads / a.group;
  const int slice = static_cast<int>(blockIdx.y);
  const i64 chunk = i64(blockIdx.x) * a.group + column;
  const bool active = chunk < a.kept.dims.size;
  i64 base[4] = {};
  int count = 0;
  acc total[V];
  for (int k = 0; k < V; ++k) total[k] = R::identity();
  if (active) {
    count = a.kept.offsets(chunk, base);
    reduce_columns<R, L, V>(a, base, count, row, rows, slice_of(a.chunks, slice, a.slices), total);
  }
  for (int d = rows / 2; d > 0; d /= 2) {
    for (int k = 0; k < V; ++k) shared[k][thread] = total[k];
    meet(d * a.group);
    if (row < d)
      for (int k = 0; k < V; ++k) total[k] = R::combine(total[k], shared[k][thread + d * a.group]);
    meet(d * a.group);
  }
  if (row != 0) return;
  const i64 output = active ? a.kept.linear(chunk) : 0;
  for (int k = 0; k < count; ++k) {
    const i64 at[4] = {0, 0, base[2] + k * a.kept.step[2], base[3] + k * a.kept.step[3]};
    if (a.partial != nullptr)
      write_partial<R>(a, output + k, slice, total[k]);
    else
      write_result<R, L>(a, at, total[k]);
  }
}

// Puts the slices of each output together.
template <class R, class L>
__global__ void __launch_bounds__(reduce_threads) reduce_combine_kernel(reduce_arguments a) {
  using acc = typename R::acc;
  NL_SHARED(acc, shared, [reduce_threads]);
  const int lane = static_cast<int>(threadIdx.x) & (a.group - 1);
  const i64 output = (i64(blockIdx.x) * reduce_threads + threadIdx.x) / a.group;
  const bool active = output < a.outputs;
  acc mine = R::identity();
  if (active)
    for (int s = lane; s < a.slices; s += a.group)
      mine = R::combine(mine, static_cast<const acc*>(a.partial)[output * a.slices + s]);
  mine = combine_group<R>(shared, mine, a.group);
  if (!active || lane != 0) return;
  i64 base[4];
  a.kept.element_offsets(output, base);
  write_result<R, L>(a, base, mine);
}

// ---- rows ----
// The functor and the element type that do the work: several are the same for integers, and a third of the
// build time.
template <template <class> class Functor, class L> struct reduce_instance {
  using R = Functor<L>;
  using element = L;
};
template <template <class> class Functor, class L> struct sign_does_not_matter {
  using element = conditional_t<is_integral<L>, unsigned_of<L>, L>;
  using R = Functor<element>;
};
template <class L> struct reduce_instance<Any, L> : sign_does_not_matter<Any, L> {};
template <class L> struct reduce_instance<All, L> : sign_does_not_matter<All, L> {};
template <class L> struct reduce_instance<CountNonzero, L> : sign_does_not_matter<CountNonzero, L> {};
template <class L>
requires(is_integral<L> || is_bool<L>) struct reduce_instance<FMin, L> : reduce_instance<Min, L> {
};
template <class L>
requires(is_integral<L> || is_bool<L>) struct reduce_instance<FMax, L> : reduce_instance<Max, L> {
};

struct reduce_entry {
  void (*row)(reduce_arguments) = nullptr;
  void (*column)(reduce_arguments) = nullptr;
  void (*combine)(reduce_arguments) = nullptr;
  int packet = 1;
  int accumulator_bytes = 0;
  int element = 0;  // the dtype that the kernels load without a conversion
};
struct reduce_table_row {
  reduce_entry entry[element_types];
};

template <template <class> class Functor, unsigned Inputs, int Number>
constexpr reduce_entry reduce_entry_of() {
  if constexpr ((Inputs >> Number & 1) != 0 && is_built<element_of<Number>>) {
    using instance = reduce_instance<Functor, element_of<Number>>;
    using R = typename instance::R;
    using L = typename instance::element;
    return {&reduce_row_kernel<R, L>, &reduce_column_kernel<R, L>,  &reduce_combine_kernel<R, L>,
            reduce_packet<L>,         int(sizeof(typename R::acc)), element_number<L>};
  } else {
    return {};
  }
}
template <template <class> class Functor, unsigned Inputs> constexpr reduce_table_row make_reduce_row() {
#define NL_DTYPE(name, type, kind, bytes) reduce_entry_of<Functor, Inputs, element_##name>(),
  return {{
#include "numloom/dtypes.def"
  }};
}

enum reduction_number : int {
#define NL_REDUCTION(name, functor, inputs, loop, result, doc) reduction_##name,
#include "numloom/reductions.def"
  reduction_numbers
};

constexpr bool finds_extremum(int reduction) {
  return reduction == reduction_min || reduction == reduction_max || reduction == reduction_fmin ||
         reduction == reduction_fmax || reduction == reduction_argmin || reduction == reduction_argmax;
}

// Two tables for the integers and bool, whose extrema are half of the work to compile, and one for the rest.
extern const reduce_table_row integer_reductions[reduction_numbers];
extern const reduce_table_row integer_extrema[reduction_numbers];
extern const reduce_table_row floating_reductions[reduction_numbers];

}  // namespace numloom::NL_TARGET
