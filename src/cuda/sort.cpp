// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/backend.hpp"
#include "cuda/context.hpp"

namespace numloom::cuda_host {
namespace {

// Positions when `out` is given, else in place.
void sort_rows(void* data, std::int64_t* out, dtype type, std::int64_t rows, std::int64_t n, bool descending,
               stream_view s) {
  if (rows == 0 || n == 0) return;
  void* stream = enter(s);
  const int number = static_cast<int>(type);
  if (n <= kernels::longest_small_row())
    return kernels::sort_small(data, out, number, rows, n, descending, stream);
  const storage_ptr workspace = temporary(kernels::sort_workspace(number, rows, n, out != nullptr), s);
  kernels::sort(data, out, number, rows, n, descending, workspace->data, stream);
}

}  // namespace

void cuda_device::sort(void* data, dtype type, std::int64_t rows, std::int64_t n, bool descending,
                       stream_view s) {
  sort_rows(data, nullptr, type, rows, n, descending, s);
}

void cuda_device::argsort(std::int64_t* out, const void* data, dtype type, std::int64_t rows, std::int64_t n,
                          bool descending, stream_view s) {
  sort_rows(const_cast<void*>(data), out, type, rows, n, descending, s);
}

void cuda_device::searchsorted(std::int64_t* out, const void* sorted, std::int64_t n, const void* values,
                               std::int64_t m, dtype type, bool right, stream_view s) {
  kernels::searchsorted(out, sorted, n, values, m, static_cast<int>(type), right, enter(s));
}

}  // namespace numloom::cuda_host
