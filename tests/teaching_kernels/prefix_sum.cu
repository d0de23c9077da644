// SPDX-License-Identifier: BSD-3-Clause
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
