# SPDX-License-Identifier: BSD-3-Clause
"""The kernels that CUDA courses teach, written for numloom's tests: plain CUDA, as a GPU would get them."""

VECTOR_ADD = r"""
__global__ void vector_add(const float* a, const float* b, float* c, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) c[i] = a[i] + b[i];
}
"""

SAXPY = r"""
__global__ void saxpy(float a, const float* x, float* y, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) y[i] += a * x[i];
}
"""

MATMUL = r"""
template <class T, int TILE>
__global__ void matmul(const T* a, const T* b, T* c, int rows, int inner, int columns) {
  __shared__ T left[TILE][TILE];
  __shared__ T right[TILE][TILE];
  const int row = blockIdx.y * TILE + threadIdx.y;
  const int column = blockIdx.x * TILE + threadIdx.x;
  T sum = 0;
  for (int first = 0; first < inner; first += TILE) {
    const int i = first + threadIdx.x, j = first + threadIdx.y;
    left[threadIdx.y][threadIdx.x] = row < rows && i < inner ? a[row * inner + i] : T(0);
    right[threadIdx.y][threadIdx.x] = j < inner && column < columns ? b[j * columns + column] : T(0);
    __syncthreads();
    for (int k = 0; k < TILE; ++k) sum += left[threadIdx.y][k] * right[k][threadIdx.x];
    __syncthreads();
  }
  if (row < rows && column < columns) c[row * columns + column] = sum;
}
"""

REDUCTION = r"""
__device__ float warp_sum(float x) {
  for (int delta = warpSize / 2; delta > 0; delta /= 2) x += __shfl_down_sync(0xffffffff, x, delta);
  return x;
}

__global__ void reduction(const float* x, float* total, int n) {
  __shared__ float of_warp[32];
  float sum = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) sum += x[i];
  sum = warp_sum(sum);
  const int lane = threadIdx.x % warpSize, warp = threadIdx.x / warpSize;
  if (lane == 0) of_warp[warp] = sum;
  __syncthreads();
  if (warp == 0) {
    sum = lane < blockDim.x / warpSize ? of_warp[lane] : 0.0f;
    sum = warp_sum(sum);
    if (lane == 0) atomicAdd(total, sum);
  }
}
"""

HISTOGRAM = r"""
__global__ void histogram(const unsigned char* values, unsigned int* counts, int n) {
  __shared__ unsigned int local[256];
  for (int bin = threadIdx.x; bin < 256; bin += blockDim.x) local[bin] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
    atomicAdd(&local[values[i]], 1u);
  __syncthreads();
  for (int bin = threadIdx.x; bin < 256; bin += blockDim.x) atomicAdd(&counts[bin], local[bin]);
}
"""

PREFIX_SUM = r"""
// Blelloch's scan of one block: 2 * blockDim.x elements in dynamic shared memory.
__global__ void prefix_sum(const int* x, int* out, int n) {
  extern __shared__ int tree[];
  const int t = threadIdx.x;
  tree[2 * t] = 2 * t < n ? x[2 * t] : 0;
  tree[2 * t + 1] = 2 * t + 1 < n ? x[2 * t + 1] : 0;
  int offset = 1;
  for (int active = blockDim.x; active > 0; active /= 2, offset *= 2) {
    __syncthreads();
    if (t < active) tree[offset * (2 * t + 2) - 1] += tree[offset * (2 * t + 1) - 1];
  }
  if (t == 0) tree[2 * blockDim.x - 1] = 0;
  for (int active = 1; active <= blockDim.x; active *= 2) {
    offset /= 2;
    __syncthreads();
    if (t < active) {
      const int left = offset * (2 * t + 1) - 1, right = offset * (2 * t + 2) - 1;
      const int saved = tree[left];
      tree[left] = tree[right];
      tree[right] += saved;
    }
  }
  __syncthreads();
  if (2 * t < n) out[2 * t] = tree[2 * t];
  if (2 * t + 1 < n) out[2 * t + 1] = tree[2 * t + 1];
}
"""

TRANSPOSE = r"""
#define TILE 16
__global__ void transpose(const double* __restrict__ in, double* __restrict__ out, int rows, int columns) {
  __shared__ double tile[TILE][TILE + 1];  // one column more, so that a column lies in different banks
  int x = blockIdx.x * TILE + threadIdx.x, y = blockIdx.y * TILE + threadIdx.y;
  if (x < columns && y < rows) tile[threadIdx.y][threadIdx.x] = in[y * columns + x];
  __syncthreads();
  x = blockIdx.y * TILE + threadIdx.x;
  y = blockIdx.x * TILE + threadIdx.y;
  if (x < rows && y < columns) out[y * rows + x] = tile[threadIdx.x][threadIdx.y];
}
"""

STENCIL = r"""
constexpr int R = 1, BX = 16, BY = 8;
__constant__ float weights[5];

__global__ void stencil(const float* in, float* out, int height, int width) {
  __shared__ float cell[BY + 2 * R][BX + 2 * R];
  const int x0 = blockIdx.x * BX - R, y0 = blockIdx.y * BY - R;
  for (int k = threadIdx.y * BX + threadIdx.x; k < (BY + 2 * R) * (BX + 2 * R); k += BX * BY) {
    const int cx = k % (BX + 2 * R), cy = k / (BX + 2 * R);
    const int x = min(max(x0 + cx, 0), width - 1), y = min(max(y0 + cy, 0), height - 1);
    cell[cy][cx] = in[y * width + x];
  }
  __syncthreads();
  const int x = blockIdx.x * BX + threadIdx.x, y = blockIdx.y * BY + threadIdx.y;
  if (x >= width || y >= height) return;
  const int cx = threadIdx.x + R, cy = threadIdx.y + R;
  out[y * width + x] = weights[0] * cell[cy][cx] + weights[1] * cell[cy - 1][cx] +
                       weights[2] * cell[cy + 1][cx] +
                       weights[3] * cell[cy][cx - 1] + weights[4] * cell[cy][cx + 1];
}
"""

MANDELBROT = r"""
__global__ void mandelbrot(unsigned short* steps, int height, int width, double2 low, double2 high,
                           int limit) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x;
  const int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) return;
  const double cr = low.x + (high.x - low.x) * x / (width - 1);
  const double ci = low.y + (high.y - low.y) * y / (height - 1);
  double re = 0, im = 0;
  int k = 0;
  for (; k < limit && re * re + im * im <= 4; ++k) {
    const double next = re * re - im * im + cr;
    im = 2 * re * im + ci;
    re = next;
  }
  steps[y * width + x] = k;
}
"""

N_BODY = r"""
__global__ void n_body(const float4* bodies, float4* pull, int n, float softening) {
  extern __shared__ float4 tile[];
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  const float4 me = i < n ? bodies[i] : make_float4(0, 0, 0, 0);
  float ax = 0, ay = 0, az = 0;
  for (int first = 0; first < n; first += blockDim.x) {
    tile[threadIdx.x] = first + threadIdx.x < n ? bodies[first + threadIdx.x] : make_float4(0, 0, 0, 0);
    __syncthreads();
    for (int k = 0; k < blockDim.x; ++k) {
      const float dx = tile[k].x - me.x, dy = tile[k].y - me.y, dz = tile[k].z - me.z;
      const float inverse = rsqrtf(dx * dx + dy * dy + dz * dz + softening);
      const float strength = tile[k].w * inverse * inverse * inverse;
      ax += dx * strength;
      ay += dy * strength;
      az += dz * strength;
    }
    __syncthreads();
  }
  if (i < n) pull[i] = make_float4(ax, ay, az, 0);
}
"""

SPMV = r"""
// Compressed rows: a warp for each row.
__global__ void spmv(const int* starts, const int* columns, const double* values, const double* x, double* y,
                     int rows) {
  const int row = (blockIdx.x * blockDim.x + threadIdx.x) / warpSize;
  const int lane = threadIdx.x % warpSize;
  if (row >= rows) return;
  double sum = 0;
  for (int k = starts[row] + lane; k < starts[row + 1]; k += warpSize) sum += values[k] * x[columns[k]];
  for (int delta = warpSize / 2; delta > 0; delta /= 2) sum += __shfl_xor_sync(0xffffffff, sum, delta);
  if (lane == 0) y[row] = sum;
}
"""

BITONIC_SORT = r"""
// One block sorts a power of two of keys in place.
extern "C" __global__ void bitonic_sort(int* keys, int n) {
  extern __shared__ int s[];
  for (int i = threadIdx.x; i < n; i += blockDim.x) s[i] = keys[i];
  for (int size = 2; size <= n; size *= 2) {
    for (int stride = size / 2; stride > 0; stride /= 2) {
      __syncthreads();
      for (int i = threadIdx.x; i < n; i += blockDim.x) {
        const int other = i ^ stride;
        const bool ascending = (i & size) == 0;
        if (other > i && (s[i] > s[other]) == ascending) {
          const int saved = s[i];
          s[i] = s[other];
          s[other] = saved;
        }
      }
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < n; i += blockDim.x) keys[i] = s[i];
}
"""
