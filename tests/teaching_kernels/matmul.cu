// SPDX-License-Identifier: BSD-3-Clause
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
