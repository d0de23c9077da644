// SPDX-License-Identifier: BSD-3-Clause
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
