// SPDX-License-Identifier: BSD-3-Clause
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
