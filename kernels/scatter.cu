// SPDX-License-Identifier: BSD-3-Clause
// numpy.ufunc.at and bincount: many threads may update one element.
#include "atomic.cuh"
#include "block.cuh"
#include "index.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {
namespace {

template <class F, class T>
__global__ void __launch_bounds__(kernels::block_threads) update_kernel(index_arguments a, u32* locks) {
  const i64 thread = i64(blockIdx.x) * blockDim.x + threadIdx.x;
  if (thread >= a.loops.dims.size || has_failed(a)) return;
  i64 offset[index_operands], bytes, cell;
  a.loops.offsets(thread, offset);
  if (!picked_offset(a, offset, bytes, cell)) return;
  const T value = from_memory<T>(*reinterpret_cast<const memory_of<T>*>(a.dense + offset[0]));
  atomic_update_element<F>(reinterpret_cast<T*>(a.data + bytes + offset[1]), value, locks);
}

// Subtraction is the addition of the negative, which has an instruction.
struct MinusFromTarget {
  template <class T> NL_HD T operator()(T a, T b) const { return Subtract{}(a, b); }
};

using update_fn = void (*)(index_arguments, u32*);
template <class F, int Number> constexpr update_fn update_of() {
  using T = element_of<Number>;
  if constexpr (is_built<T>)
    return &update_kernel<F, T>;
  else
    return nullptr;
}
// Numbered as numloom::scatter_op without its first, assign.
constexpr update_fn updates[5][element_types] = {
#define NL_DTYPE(name, type, kind, bytes) update_of<Add, element_##name>(),
    {
#include "numloom/dtypes.def"
    },
#define NL_DTYPE(name, type, kind, bytes) update_of<MinusFromTarget, element_##name>(),
    {
#include "numloom/dtypes.def"
    },
#define NL_DTYPE(name, type, kind, bytes) update_of<Multiply, element_##name>(),
    {
#include "numloom/dtypes.def"
    },
#define NL_DTYPE(name, type, kind, bytes) update_of<Maximum, element_##name>(),
    {
#include "numloom/dtypes.def"
    },
#define NL_DTYPE(name, type, kind, bytes) update_of<Minimum, element_##name>(),
    {
#include "numloom/dtypes.def"
    },
};

// ---- bincount ----
// Few bins: each block counts in shared memory first, so that a popular bin is not one queue for the whole
// device. There 32-bit integers have an instruction and 64-bit ones are a compare-and-swap loop. A block
// takes several times as many values as there are bins, or what it hands on at its end would be as much work.
constexpr i64 shared_bins = 4096;
constexpr i64 values_of_thread = 16, most_values_of_block = i64(1) << 31, blocks_worth_having = 1024;

template <class Count> using local_count = conditional_t<is_same<Count, double>, double, u32>;

template <class Count> struct bin_update {
  template <class Bin> static __device__ __forceinline__ void run(Bin* bin, const double* weights, i64 i) {
    if constexpr (is_same<Count, double>)
      atomicAdd(bin, weights == nullptr ? 1.0 : weights[i]);
    else
      atomicAdd(bin, Bin(1));
  }
};

template <class Count>
__global__ void __launch_bounds__(kernels::block_threads)
    bincount_shared_kernel(Count* out, i64 bins, const i64* values, const double* weights, i64 n, i64 each) {
  NL_DYN_SHARED(local_count<Count>, local);
  for (i64 b = threadIdx.x; b < bins; b += blockDim.x) local[b] = 0;
  __syncthreads();
  const i64 first = blockIdx.x * each, last = first + each < n ? first + each : n;
  constexpr int together = 4;  // loads in flight: none may pass an atomic
  i64 i = first + threadIdx.x;
  for (; i + (together - 1) * i64(blockDim.x) < last; i += together * i64(blockDim.x)) {
    i64 value[together];
    NL_UNROLL
    for (int u = 0; u < together; ++u) value[u] = values[i + u * i64(blockDim.x)];
    NL_UNROLL
    for (int u = 0; u < together; ++u)
      bin_update<Count>::run(local + value[u], weights, i + u * i64(blockDim.x));
  }
  for (; i < last; i += blockDim.x) bin_update<Count>::run(local + values[i], weights, i);
  __syncthreads();
  for (i64 b = threadIdx.x; b < bins; b += blockDim.x)
    if (local[b] != 0) atomicAdd(out + b, static_cast<Count>(local[b]));
}

template <class Count>
__global__ void __launch_bounds__(kernels::block_threads)
    bincount_kernel(Count* out, const i64* values, const double* weights, i64 n) {
  const i64 i = i64(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < n) bin_update<Count>::run(out + values[i], weights, i);
}

template <class Count>
void run_bincount(void* out, i64 bins, const i64* values, const double* weights, i64 n, void* stream) {
  if (bins <= shared_bins) {
    i64 each = divide_up(n, blocks_worth_having);
    const i64 least = kernels::block_threads * values_of_thread;
    each = each < least ? least : each > most_values_of_block ? most_values_of_block : each;
    launch(bincount_shared_kernel<Count>,
           {block_count(n, each), kernels::block_threads,
            static_cast<unsigned long>(bins) * sizeof(local_count<Count>)},
           stream, static_cast<Count*>(out), bins, values, weights, n, each);
  } else {
    launch(bincount_kernel<Count>, {block_count(n, kernels::block_threads), kernels::block_threads}, stream,
           static_cast<Count*>(out), values, weights, n);
  }
}

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

bool has_update(int type) { return updates[0][type] != nullptr; }

i64 update_locks() { return lock_count; }

void update(const index_call& call, int op, int type, void* locks, void* stream) {
  const index_arguments a = make_index_arguments(call, call.ndim, 1);
  launch(updates[op - 1][type], {block_count(a.loops.dims.size, block_threads), block_threads}, stream, a,
         static_cast<u32*>(locks));
}

void bincount(void* out, i64 bins, const i64* values, const double* weights, i64 n, bool floating,
              void* stream) {
  if (n == 0) return;
  if (floating)
    run_bincount<double>(out, bins, values, weights, n, stream);
  else
    run_bincount<atomic_u64>(out, bins, values, weights, n, stream);
}

}  // namespace numloom::kernels
