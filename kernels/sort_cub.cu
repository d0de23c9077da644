// SPDX-License-Identifier: BSD-3-Clause
// CUB's radix sort (Onesweep on recent devices) for one long row. Compiled by nvcc alone.
#include <cub/device/device_radix_sort.cuh>

#include "library_sort.hpp"

namespace numloom::kernels {
namespace {

template <class Key>
cudaError_t sort_keys(void* memory, size_t& bytes, const void* keys, void* keys_out, const long* positions,
                      long* positions_out, long n, cudaStream_t stream) {
  const auto* from = static_cast<const Key*>(keys);
  auto* to = static_cast<Key*>(keys_out);
  constexpr int bits = 8 * sizeof(Key);
  if (positions == nullptr)
    return cub::DeviceRadixSort::SortKeys(memory, bytes, from, to, n, 0, bits, stream);
  return cub::DeviceRadixSort::SortPairs(memory, bytes, from, to, positions, positions_out, n, 0, bits,
                                         stream);
}

bool sort_with_cub(void* memory, unsigned long& bytes, const void* keys, void* keys_out,
                   const long* positions, long* positions_out, long n, int key_bytes, void* queue) {
  const auto stream = static_cast<cudaStream_t>(queue);
  const auto run = [&](auto key) {
    return sort_keys<decltype(key)>(memory, bytes, keys, keys_out, positions, positions_out, n, stream);
  };
  switch (key_bytes) {
    case 1: return run(static_cast<unsigned char>(0)) == cudaSuccess;
    case 2: return run(static_cast<unsigned short>(0)) == cudaSuccess;
    case 4: return run(0u) == cudaSuccess;
    default: return run(0ul) == cudaSuccess;
  }
}

[[maybe_unused]] const bool registered = (library_sort = sort_with_cub, true);

}  // namespace
}  // namespace numloom::kernels
