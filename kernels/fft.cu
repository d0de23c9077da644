// SPDX-License-Identifier: BSD-3-Clause
// Fourier transforms. A block takes one line, or several short ones, reads them into shared memory,
// transforms them there and writes them. Longer lines are matrices whose columns and rows are such lines
// (Bailey 1990); src/cuda/fft.cpp takes them apart.
#include "fft.cuh"
#include "launch_config.hpp"

#include "launch.hpp"

namespace numloom::NL_TARGET {
namespace {

using kernels::fft_lines;
using kernels::fft_work;

// f(line, item) for all items of the block's lines. Across: the threads of a warp go over the lines first.
template <class F>
__device__ __forceinline__ void for_items(int lines, int items, bool across, divider by_lines,
                                          divider by_items, int active, F f) {
  for (int e = static_cast<int>(threadIdx.x); e < lines * items; e += static_cast<int>(blockDim.x)) {
    int line, item;
    if (across) {
      item = static_cast<int>(by_lines.quotient(static_cast<u32>(e)));
      line = e - item * lines;
    } else {
      line = static_cast<int>(by_items.quotient(static_cast<u32>(e)));
      item = e - line * items;
    }
    if (line < active) f(line, item);
  }
}

template <class T>
__device__ __forceinline__ void read_lines(const fft_arguments<T>& p, const i64 (*at)[fft_operands],
                                           fft_point<T>* shared, int active) {
  const fft_end& in = p.work.in;
  for_items(p.lines_of_block, p.items_in, p.across_in, p.by_lines, p.by_items_in, active,
            [&](int l, int item) {
              fft_point<T>* const line = shared + l * p.pitch;
              const char* const from = static_cast<const char*>(in.data) + at[l][fft_in];
              if (in.form != fft_form::half_even) {
                const i64 index = at[l][fft_in_index] + item * in.index_step;
                line[fft_slot<T>(item)] = point_of(read_element<T>(in, from, index, p.aligned_in));
                return;
              }
              const int h = static_cast<int>(in.length), other = item == 0 ? 0 : h - item;
              fft_two<T> z = read_halves<T>(in, from, item, h, p.work.pair_roots, p.aligned_in);
              if (in.swapped) z = {swapped(z.low), swapped(z.high)};
              if (in.factors != nullptr) {
                const fft_value<T> w = factor_at<T>(in.factors, item), v = factor_at<T>(in.factors, other);
                z = {times(z.low, w.re, w.im), times(z.high, v.re, v.im)};
              }
              if (other != 0) line[fft_slot<T>(other)] = point_of(z.high);
              line[fft_slot<T>(item)] = point_of(z.low);
            });
  if (in.form != fft_form::half_even) return;
  for (int l = 0; l < active; ++l)  // what a chirp wants behind them
    for (int k = static_cast<int>(in.length + threadIdx.x); k < p.work.length;
         k += static_cast<int>(blockDim.x))
      shared[l * p.pitch + fft_slot<T>(k)] = {T(0), T(0)};
}

template <class T>
__device__ __forceinline__ void write_lines(const fft_arguments<T>& p, const i64 (*at)[fft_operands],
                                            const fft_point<T>* shared, int active) {
  const fft_end& out = p.work.out;
  const T scale = static_cast<T>(p.work.scale);
  for_items(
      p.lines_of_block, p.items_out, p.across_out, p.by_lines, p.by_items_out, active, [&](int l, int item) {
        const fft_point<T>* const line = shared + l * p.pitch;
        char* const to = static_cast<char*>(out.data) + at[l][fft_out];
        const i64 index = at[l][fft_out_index] + item * out.index_step;
        fft_value<T> v = finished<T>(out, value_of(line[fft_slot<T>(item)]), index);
        if (out.form == fft_form::half_even) {
          const int h = static_cast<int>(out.length), other = item == 0 ? 0 : h - item;
          const fft_two<T> z = {v, finished<T>(out, value_of(line[fft_slot<T>(other)]), other)};
          return write_halves<T>(out, to, item, h, z, p.work.pair_roots, scale, p.aligned_out);
        }
        if (p.work.twist_high != nullptr) {
          const i64 e = at[l][fft_in_index] * item;
          const fft_value<T> a = factor_at<T>(p.work.twist_high, e >> p.work.twist_shift);
          const fft_value<T> b = factor_at<T>(p.work.twist_low, e & ((i64(1) << p.work.twist_shift) - 1));
          const fft_value<T> w = times(a, b.re, b.im);
          v = times(v, w.re, w.im);
        }
        write_element<T>(out, to, index, {v.re * scale, v.im * scale}, p.aligned_out);
      });
}

template <class T, fft_radices Has>
__global__ void __launch_bounds__(fft_threads, Has == fft_radices::two && sizeof(T) == 4 ? 2 : 1)
    fft_kernel(const __grid_constant__ fft_arguments<T> p) {
  NL_DYN_SHARED(fft_point<T>, shared);
  i64(*const at)[fft_operands] = reinterpret_cast<i64(*)[fft_operands]>(shared + p.lines_of_block * p.pitch);
  const int thread = static_cast<int>(threadIdx.x);
  const i64 first = i64(blockIdx.x) * p.lines_of_block, left = p.lines.size - first;
  const int active = left < p.lines_of_block ? static_cast<int>(left) : p.lines_of_block;
  for (int l = thread; l < active; l += static_cast<int>(blockDim.x)) {
    i64 offsets[fft_operands];
    p.lines.offsets(first + l, offsets);
    for (int k = 0; k < fft_operands; ++k) at[l][k] = offsets[k];
  }
  __syncthreads();
  read_lines(p, at, shared, active);
  const int line = static_cast<int>(p.by_threads.quotient(static_cast<u32>(thread)));
  const fft_share<T> share = {shared + line * p.pitch, thread - line * p.threads_of_line, p.threads_of_line,
                              line < active};
  for (int round = 0;; ++round) {
    __syncthreads();
    transform_shared<Has>(p, share);
    if (p.work.spectrum == nullptr || round == 1) break;
    for (int k = share.first; share.active && k < p.work.length; k += share.step) {
      const fft_value<T> w = factor_at<T>(p.work.spectrum, k);
      fft_point<T>& x = share.line[fft_slot<T>(k)];
      x = point_of(swapped(times(value_of(x), w.re, w.im)));
    }
  }
  write_lines(p, at, shared, active);
}

// ---- real numbers of transforms that need several kernels ----

template <class T>
__global__ void __launch_bounds__(kernels::block_threads)
    fft_halves_kernel(const __grid_constant__ fft_arguments<T> p, bool to_half) {
  const fft_end &in = p.work.in, &out = p.work.out;
  const i64 h = to_half ? in.length : out.length, items = h / 2 + 1;
  const i64 e = i64(blockIdx.x) * blockDim.x + threadIdx.x;
  if (e >= items * p.lines.size) return;
  const i64 line = e / items, k = e - line * items, other = k == 0 ? 0 : h - k;
  i64 at[fft_operands];
  p.lines.offsets(line, at);
  const char* const from = static_cast<const char*>(in.data) + at[fft_in];
  char* const to = static_cast<char*>(out.data) + at[fft_out];
  if (to_half) {
    const fft_two<T> z = {read_complex<T>(in, from, k, p.aligned_in),
                          read_complex<T>(in, from, other, p.aligned_in)};
    write_halves<T>(out, to, k, h, z, p.work.pair_roots, static_cast<T>(p.work.scale), p.aligned_out);
  } else {
    const fft_two<T> z = read_halves<T>(in, from, k, h, p.work.pair_roots, p.aligned_in);
    if (other != 0) write_complex<T>(out, to, other, z.high, p.aligned_out);
    write_complex<T>(out, to, k, z.low, p.aligned_out);
  }
}

template <class T>
__global__ void __launch_bounds__(kernels::block_threads)
    fft_scale_kernel(T* data, loop_dims<1> dims, T factor) {
  const i64 e = i64(blockIdx.x) * blockDim.x + threadIdx.x;
  if (e >= dims.size) return;
  i64 at[1];
  dims.offsets(e, at);
  *reinterpret_cast<T*>(reinterpret_cast<char*>(data) + at[0]) *= factor;
}

// ---- the shape of a launch ----

template <class T> int pitch_of(i64 length) { return fft_slot<T>(static_cast<int>(length)) | 1; }
template <class T> i64 shared_bytes_of(i64 length, i64 lines) {
  return lines * (pitch_of<T>(length) * i64(sizeof(fft_point<T>)) + fft_operands * i64(sizeof(i64)));
}

i64 distance(i64 stride) { return stride < 0 ? -stride : stride; }

// Bytes between elements, and between lines along the innermost dimension: which of them are neighbours?
bool lines_are_closer(const fft_end& end, const fft_lines& lines, const i64* offset, const i64* index) {
  const i64 element = distance(end.index_step * end.step * (end.form == fft_form::pairs ? 2 : 1));
  if (lines.ndim == 0) return false;
  const int d = lines.ndim - 1;
  return distance(offset[d] + index[d] * end.step * (end.form == fft_form::pairs ? 2 : 1)) < element;
}

template <class T> bool is_whole(const fft_end& end, const fft_lines& lines, const i64* offset) {
  u64 all = reinterpret_cast<u64>(end.data) | static_cast<u64>(end.step);
  for (int d = 0; d < lines.ndim; ++d) all |= static_cast<u64>(offset[d]);
  return all % sizeof(fft_point<T>) == 0;
}

template <class T> fft_arguments<T> arguments_of(const fft_work& work, const fft_lines& lines) {
  fft_arguments<T> p = {};
  p.work = work;
  for (int d = 0; d < lines.ndim; ++d)
    add_loop<fft_operands>(p.lines, lines.shape[d],
                           {lines.in[d], lines.out[d], lines.in_index[d], lines.out_index[d]});
  p.aligned_in = is_whole<T>(work.in, lines, lines.in);
  p.aligned_out = is_whole<T>(work.out, lines, lines.out);
  return p;
}

template <class T>
void run(const fft_work& work, const fft_lines& lines, int multiprocessors, i64 shared_bytes, void* stream) {
  fft_arguments<T> p = arguments_of<T>(work, lines);
  const int length = work.length;
  const auto items = [length](const fft_end& end) {
    return end.form == fft_form::half_even ? static_cast<int>(end.length) / 2 + 1 : length;
  };
  p.items_in = items(work.in);
  p.items_out = items(work.out);
  p.across_in = lines_are_closer(work.in, lines, lines.in, lines.in_index);
  p.across_out = lines_are_closer(work.out, lines, lines.out, lines.out_index);
  p.pitch = pitch_of<T>(length);
  p.threads_of_line = static_cast<int>(divide_up(length, fft_elements));
  // Side by side, lines fill the 32 bytes that memory moves at least; beyond that, blocks should be many.
  const int most_threads = p.across_in || p.across_out ? fft_threads : fft_threads / 2;
  const int least = p.across_in || p.across_out ? 32 / static_cast<int>(sizeof(fft_point<T>)) : 1;
  int together = 1;
  const i64 blocks_wanted = 2 * i64(multiprocessors);
  while (2 * together * p.threads_of_line <= most_threads && 2 * together <= p.lines.size &&
         shared_bytes_of<T>(length, 2 * together) <= shared_bytes &&
         (together < least || p.lines.size / (2 * together) >= blocks_wanted))
    together *= 2;
  p.lines_of_block = together;
  p.by_lines = make_divider(static_cast<u32>(together));
  p.by_threads = make_divider(static_cast<u32>(p.threads_of_line));
  p.by_items_in = make_divider(static_cast<u32>(p.items_in));
  p.by_items_out = make_divider(static_cast<u32>(p.items_out));
  for (int k = 0; k < work.passes; ++k) {
    p.by_span[k] = make_divider(static_cast<u32>(work.pass[k].span));
    p.by_butterflies[k] = make_divider(static_cast<u32>(length / work.pass[k].radix));
  }
  fft_radices has = fft_radices::two;
  for (int k = 0; k < work.passes; ++k) {
    const int radix = work.pass[k].radix;
    if (radix > 8 || radix == 7) has = fft_radices::any;
    if (radix % 2 == 1 && has == fft_radices::two) has = fft_radices::five;
  }
  launch(has == fft_radices::two    ? fft_kernel<T, fft_radices::two>
         : has == fft_radices::five ? fft_kernel<T, fft_radices::five>
                                    : fft_kernel<T, fft_radices::any>,
         {block_count(p.lines.size, together), static_cast<unsigned>(together * p.threads_of_line),
          static_cast<unsigned long>(shared_bytes_of<T>(length, together))},
         stream, p);
}

template <class T> void run_halves(const fft_work& work, const fft_lines& lines, bool to_half, void* stream) {
  const fft_arguments<T> p = arguments_of<T>(work, lines);
  const i64 items = (to_half ? work.in.length : work.out.length) / 2 + 1;
  launch(fft_halves_kernel<T>,
         {block_count(items * p.lines.size, kernels::block_threads), kernels::block_threads}, stream, p,
         to_half);
}

template <class T>
void run_scale(int ndim, const i64* shape, void* data, const i64* strides, double factor, void* stream) {
  loop_dims<1> dims;
  for (int d = 0; d < ndim; ++d) add_loop<1>(dims, shape[d], {strides[d]});
  launch(fft_scale_kernel<T>, {block_count(dims.size, kernels::block_threads), kernels::block_threads},
         stream, static_cast<T*>(data), dims, static_cast<T>(factor));
}

template <class T> i64 longest(i64 shared_bytes) {
  i64 length = fft_threads * fft_elements;
  while (shared_bytes_of<T>(length, 1) > shared_bytes) length -= fft_elements;
  return length;
}

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

i64 fft_longest(bool single, i64 shared_bytes) {
  return single ? longest<float>(shared_bytes) : longest<double>(shared_bytes);
}

void fft(const fft_work& work, const fft_lines& lines, int multiprocessors, i64 shared_bytes, void* stream) {
  const auto run_one = work.single ? run<float> : run<double>;
  run_one(work, lines, multiprocessors, shared_bytes, stream);
}

void fft_halves(const fft_work& work, const fft_lines& lines, bool to_half, void* stream) {
  const auto run_one = work.single ? run_halves<float> : run_halves<double>;
  run_one(work, lines, to_half, stream);
}

void fft_scale(bool single, int ndim, const i64* shape, void* data, const i64* strides, double factor,
               void* stream) {
  const auto run_one = single ? run_scale<float> : run_scale<double>;
  run_one(ndim, shape, data, strides, factor, stream);
}

}  // namespace numloom::kernels
