// SPDX-License-Identifier: BSD-3-Clause
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
