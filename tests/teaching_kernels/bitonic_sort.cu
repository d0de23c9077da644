// SPDX-License-Identifier: BSD-3-Clause
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
