// SPDX-License-Identifier: BSD-3-Clause
// Moving elements without looking at them: copy, transpose, fill. Instantiated by element size, not by dtype.
#include "launch_config.hpp"
#include "movement.cuh"
#include "strided.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {

// ---- one stretch of memory to another ----
constexpr int copy_unroll = 4;

// Unit is the widest access that both addresses allow; what is left over at the end goes byte by byte.
template <class Unit>
__global__ void __launch_bounds__(kernels::block_threads)
    copy_contiguous_kernel(char* out, const char* in, i64 bytes) {
  constexpr i64 size = sizeof(Unit);
  const i64 units = bytes / size;
  const i64 first = i64(blockIdx.x) * copy_unroll * blockDim.x + threadIdx.x;
  Unit held[copy_unroll];
  NL_UNROLL
  for (int u = 0; u < copy_unroll; ++u) {
    const i64 i = first + i64(u) * blockDim.x;
    if (i < units) held[u] = *reinterpret_cast<const Unit*>(in + i * size);
  }
  NL_UNROLL
  for (int u = 0; u < copy_unroll; ++u) {
    const i64 i = first + i64(u) * blockDim.x;
    if (i < units) *reinterpret_cast<Unit*>(out + i * size) = held[u];
  }
  if (first < bytes - units * size) out[units * size + first] = in[units * size + first];
}

template <class Unit> struct contiguous_copy {
  static void run(void* out, const void* in, i64 bytes, void* stream) {
    const i64 units = bytes / i64(sizeof(Unit)) + 1;
    launch(copy_contiguous_kernel<Unit>,
           {block_count(units, i64(copy_unroll) * kernels::block_threads), kernels::block_threads}, stream,
           static_cast<char*>(out), static_cast<const char*>(in), bytes);
  }
};

// ---- any strides ----
template <class T>
__global__ void __launch_bounds__(kernels::block_threads)
    copy_strided_kernel(char* out, const char* in, chunked_loops<2> loops) {
  constexpr int V = chunk_of<T>;
  const i64 thread = i64(blockIdx.x) * blockDim.x + threadIdx.x;
  if (thread >= loops.dims.size) return;
  i64 offset[2];
  const int count = loops.offsets(thread, offset);
  const elements<T, V> x = load_same<T, V>(in + offset[1], loops.step[1], count);
  store_same<T, V>(out + offset[0], loops.step[0], (1u << count) - 1, x);
}

template <class T> struct strided_copy {
  static void run(int ndim, const i64* shape, void* out, const i64* out_strides, const void* in,
                  const i64* in_strides, void* stream) {
    const i64* strides[] = {out_strides, in_strides};
    const int chunk = chunk_for(ndim, out, out_strides, sizeof(T), chunk_of<T>);
    const auto loops = make_chunked_loops(ndim, shape, strides, chunk);
    launch(copy_strided_kernel<T>,
           {block_count(loops.dims.size, kernels::block_threads), kernels::block_threads}, stream,
           static_cast<char*>(out), static_cast<const char*>(in), loops);
  }
};

// ---- transpose ----
// The output is contiguous along x and the input along y: a tile is read along y and written along x, so that
// both sides touch whole sectors. Bytes and halves take a larger tile, or a warp would use a fraction of a
// sector.
template <class T>
inline constexpr int tile_of = sizeof(T) < 4 ? 2 * kernels::transpose_tile : kernels::transpose_tile;

struct transpose_arguments {
  char* out;
  const char* in;
  i64 width, height;  // extents along x and y
  i64 out_y, in_x;    // byte strides; the other two are the element size
  divider tiles_x, tiles_y;
  loop_dims<2> outer;
};

template <class T>
__global__ void __launch_bounds__(kernels::transpose_tile* kernels::transpose_rows)
    transpose_kernel(transpose_arguments a) {
  constexpr int tile = tile_of<T>, lanes = kernels::transpose_tile, rows = kernels::transpose_rows;
  NL_SHARED(T, held, [tile][tile + 1]);  // the extra column moves a column's elements to different banks
  const u32 row_of_tiles = a.tiles_x.quotient(blockIdx.x), matrix = a.tiles_y.quotient(row_of_tiles);
  const i64 tile_x = i64(blockIdx.x - row_of_tiles * a.tiles_x.divisor) * tile;
  const i64 tile_y = i64(row_of_tiles - matrix * a.tiles_y.divisor) * tile;
  i64 offset[2];
  a.outer.offsets(matrix, offset);
  const int lane = static_cast<int>(threadIdx.x), row = static_cast<int>(threadIdx.y);
  const T* const from =
      reinterpret_cast<const T*>(a.in + offset[1] + (tile_x + row) * a.in_x) + tile_y + lane;
  NL_UNROLL
  for (int u = 0; u < tile / rows; ++u) {
    NL_UNROLL
    for (int v = 0; v < tile / lanes; ++v) {
      const int x = row + u * rows, y = lane + v * lanes;
      if (tile_x + x < a.width && tile_y + y < a.height)
        held[x][y] =
            *reinterpret_cast<const T*>(reinterpret_cast<const char*>(from + v * lanes) + u * rows * a.in_x);
    }
  }
  __syncthreads();
  T* const to = reinterpret_cast<T*>(a.out + offset[0] + (tile_y + row) * a.out_y) + tile_x + lane;
  NL_UNROLL
  for (int u = 0; u < tile / rows; ++u) {
    NL_UNROLL
    for (int v = 0; v < tile / lanes; ++v) {
      const int y = row + u * rows, x = lane + v * lanes;
      if (tile_x + x < a.width && tile_y + y < a.height)
        *reinterpret_cast<T*>(reinterpret_cast<char*>(to + v * lanes) + u * rows * a.out_y) = held[x][y];
    }
  }
}

template <class T> struct transpose_copy {
  static void run(transpose_arguments a, void* stream) {
    const i64 tiles_x = divide_up(a.width, tile_of<T>), tiles_y = divide_up(a.height, tile_of<T>);
    a.tiles_x = make_divider(static_cast<u32>(tiles_x));
    a.tiles_y = make_divider(static_cast<u32>(tiles_y));
    const dim3 block(kernels::transpose_tile, kernels::transpose_rows);
    launch(transpose_kernel<T>, {static_cast<unsigned>(tiles_x * tiles_y * a.outer.size), block}, stream, a);
  }
};

// The dimension along which the input is contiguous, when a tiled transpose pays; else -1.
static int transposed_dimension(int ndim, const i64* shape, int itemsize, const i64* out_strides,
                                const i64* in_strides) {
  if (ndim < 2 || out_strides[ndim - 1] != itemsize || shape[ndim - 1] < kernels::transpose_tile / 2)
    return -1;
  for (int d = 0; d + 1 < ndim; ++d)
    if (in_strides[d] == itemsize && shape[d] >= kernels::transpose_tile / 2) return d;
  return -1;
}

static transpose_arguments make_transpose(int ndim, const i64* shape, int y, void* out,
                                          const i64* out_strides, const void* in, const i64* in_strides) {
  transpose_arguments a = {};
  a.out = static_cast<char*>(out);
  a.in = static_cast<const char*>(in);
  a.width = shape[ndim - 1];
  a.height = shape[y];
  a.out_y = out_strides[y];
  a.in_x = in_strides[ndim - 1];
  for (int d = 0; d + 1 < ndim; ++d) {
    const i64 stride[] = {out_strides[d], in_strides[d]};
    if (d != y) add_loop(a.outer, shape[d], stride);
  }
  return a;
}

// ---- fill ----
template <class T>
__global__ void __launch_bounds__(kernels::block_threads)
    fill_kernel(char* out, pack<u8, 16> value, chunked_loops<1> loops) {
  constexpr int V = chunk_of<T>;
  const i64 thread = i64(blockIdx.x) * blockDim.x + threadIdx.x;
  if (thread >= loops.dims.size) return;
  i64 offset[1];
  const int count = loops.offsets(thread, offset);
  elements<T, V> x;
  for (int k = 0; k < V; ++k) x.v[k] = *reinterpret_cast<const T*>(&value);
  store_same<T, V>(out + offset[0], loops.step[0], (1u << count) - 1, x);
}

template <class T> struct strided_fill {
  static void run(int ndim, const i64* shape, void* out, const i64* out_strides, const void* value,
                  void* stream) {
    const i64* strides[] = {out_strides};
    const int chunk = chunk_for(ndim, out, out_strides, sizeof(T), chunk_of<T>);
    const auto loops = make_chunked_loops(ndim, shape, strides, chunk);
    pack<u8, 16> bytes = {};
    for (int k = 0; k < int(sizeof(T)); ++k) bytes.v[k] = static_cast<const u8*>(value)[k];
    launch(fill_kernel<T>, {block_count(loops.dims.size, kernels::block_threads), kernels::block_threads},
           stream, static_cast<char*>(out), bytes, loops);
  }
};

}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

void copy_bytes(void* out, const void* in, i64 bytes, void* stream) {
  if (bytes == 0) return;
  const u64 addresses = reinterpret_cast<u64>(out) | reinterpret_cast<u64>(in);
  const int unit = addresses % 16 == 0 ? 16 : static_cast<int>(addresses & (~addresses + 1));
  by_size<contiguous_copy>(unit, out, in, bytes, stream);
}

void copy(int ndim, const i64* shape, int itemsize, void* out, const i64* out_strides, const void* in,
          const i64* in_strides, void* stream) {
  if (ndim == 0 || (ndim == 1 && out_strides[0] == itemsize && in_strides[0] == itemsize))
    return copy_bytes(out, in, (ndim == 0 ? 1 : shape[0]) * itemsize, stream);
  const int y = transposed_dimension(ndim, shape, itemsize, out_strides, in_strides);
  if (y >= 0)
    by_size<transpose_copy>(itemsize, make_transpose(ndim, shape, y, out, out_strides, in, in_strides),
                            stream);
  else
    by_size<strided_copy>(itemsize, ndim, shape, out, out_strides, in, in_strides, stream);
}

void fill(int ndim, const i64* shape, int itemsize, void* out, const i64* out_strides, const void* value,
          void* stream) {
  by_size<strided_fill>(itemsize, ndim, shape, out, out_strides, value, stream);
}

}  // namespace numloom::kernels
