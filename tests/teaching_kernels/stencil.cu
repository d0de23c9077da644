// SPDX-License-Identifier: BSD-3-Clause
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
                       weights[2] * cell[cy + 1][cx] + weights[3] * cell[cy][cx - 1] +
                       weights[4] * cell[cy][cx + 1];
}
