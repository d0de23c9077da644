// SPDX-License-Identifier: BSD-3-Clause
/// The CPU as a device. Each family of primitives is implemented in the file of its name: elementwise.cpp,
/// copy.cpp, reduce.cpp, scan.cpp, sort.cpp, search.cpp, select.cpp, index.cpp, matmul.cpp, correlate.cpp,
/// random.cpp, memory.cpp. It has one stream: now.
#pragma once

#include "core/backend.hpp"

namespace numloom::cpu_host {

class cpu_device final : public numloom::backend {
 public:
  storage_ptr allocate(std::size_t bytes, stream_view s) override;
  memory_statistics statistics(int index) override;
  void reset_peak(int index) override;
  void set_limit(std::size_t bytes, int index) override;
  void free_cached(int index) override;
  void record_stream(const storage_ptr& block, stream_view s) override;
  void copy_from_host(void* to, const void* from, std::size_t bytes, stream_view s) override;
  void copy_to_host(void* to, const void* from, std::size_t bytes, stream_view s) override;
  void elementwise(const bound_program& p, stream_view s) override;
  void copy(const iteration_space& space, int itemsize, const void* value, stream_view s) override;
  void select(const iteration_space& space, int itemsize, const void* a, const void* b,
              stream_view s) override;
  void sequence(void* out, dtype type, std::int64_t n, const scalar& start, const scalar& step,
                stream_view s) override;
  void reduce(const reduction_plan& plan, stream_view s) override;
  bool reduce_segments(const segments_call& call, stream_view s) override;
  void scan(scan_op op, const array_ref& out, const array_ref& source, int axis, stream_view s) override;
  void sort(void* data, dtype type, std::int64_t rows, std::int64_t n, bool descending,
            stream_view s) override;
  void argsort(std::int64_t* out, const void* data, dtype type, std::int64_t rows, std::int64_t n,
               bool descending, stream_view s) override;
  void searchsorted(std::int64_t* out, const void* sorted, std::int64_t n, const void* values, std::int64_t m,
                    dtype type, bool right, stream_view s) override;
  bool interpolate(const interpolate_call& call, stream_view s) override;
  std::int64_t count_true(const array_ref& mask, stream_view s) override;
  void flat_nonzero(std::int64_t* out, const void* mask, std::int64_t n, std::int64_t count,
                    stream_view s) override;
  void compress(void* out, const void* source, const void* mask, std::int64_t n, std::int64_t block,
                std::int64_t count, stream_view s) override;
  bool expand(void* to, const void* values, const void* mask, std::int64_t n, std::int64_t block,
              std::int64_t count, stream_view s) override;
  void gather(const array_ref& out, const indexed& source, stream_view s) override;
  void scatter(const indexed& target, const array_ref& values, scatter_op op, stream_view s) override;
  void bincount(void* out, dtype type, std::int64_t bins, const std::int64_t* values, const double* weights,
                std::int64_t n, stream_view s) override;
  void matmul(const matmul_call& call, stream_view s) override;
  bool correlate(const correlate_call& call, stream_view s) override;
  void fft(const fft_call& call, stream_view s) override;
  void random_fill(const random_call& call, stream_view s) override;
  void* create_stream(int index) override;
  void destroy_stream(stream_view s) noexcept override;
  void synchronize(stream_view s) override;
  bool query(stream_view s) override;
  void synchronize_device(int index) override;
  void* default_stream(int index) override;
  void* create_event(int index) override;
  void destroy_event(void* event) noexcept override;
  void record_event(void* event, stream_view s) override;
  bool query_event(void* event) override;
  void synchronize_event(void* event) override;
  void wait_event(stream_view s, void* event) override;
  double elapsed_milliseconds(void* start, void* end) override;
};

}  // namespace numloom::cpu_host
