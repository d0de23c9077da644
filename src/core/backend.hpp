// SPDX-License-Identifier: BSD-3-Clause
/// What a device must be able to do. Everything else in numloom is composed of these primitives, once, in
/// src/ops. Pointers are the device's; work goes to the stream given; nothing here waits unless it says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/program.hpp"
#include "core/random_state.hpp"
#include "core/reduction.hpp"
#include "numloom/memory.hpp"

namespace numloom {

/// A strided array in the eyes of a device.
struct array_ref {
  void* data = nullptr;
  dtype type = dtype::float64;
  int ndim = 0;
  const std::int64_t* shape = nullptr;
  const std::int64_t* strides = nullptr;  // bytes
};

enum class scan_op : std::uint8_t { sum, prod, max, min };
enum class index_mode : std::uint8_t { raise, wrap, clip };
enum class scatter_op : std::uint8_t { assign, add, subtract, multiply, maximum, minimum };

/// data[index0, index1, ..., inner...]: the elements that k index arrays of one common (broadcast) shape pick
/// from an array, each pick being a block of inner dimensions.
struct indexed {
  static constexpr int max_indices = max_operands - 2;
  void* data = nullptr;
  dtype type = dtype::float64;
  int indices = 0;
  int ndim = 0;                         // of the common shape of the index arrays
  const std::int64_t* shape = nullptr;  // that shape
  const void* index[max_indices];       // int64 or any integer dtype, on the device
  dtype index_type[max_indices];
  const std::int64_t* index_strides[max_indices];  // bytes, over `shape`
  std::int64_t extent[max_indices];                // valid: -extent <= i < extent
  std::int64_t stride[max_indices];                // bytes of data per step of this index
  int axis[max_indices];                           // for the error text
  int inner_ndim = 0;
  const std::int64_t* inner_shape = nullptr;
  const std::int64_t* inner_strides = nullptr;  // bytes in data
  index_mode mode = index_mode::raise;
  const char* operation = "indexing";  // for the error text
};

/// A batch of products C = A @ B: strides in elements; C rows and columns likewise.
struct matmul_call {
  dtype type;
  std::int64_t m, n, k, batch;
  const void *a, *b;
  void* c;
  std::int64_t a_row, a_col, b_row, b_col, c_row, c_col;
  std::int64_t a_batch, b_batch, c_batch;
};

/// out[i] = sum over k of a[i + k - left] * w[k], for the k at which a has an element; all contiguous. The
/// sum is in the order of k; w is not longer than a.
struct correlate_call {
  dtype type;
  void* out;
  std::int64_t length;  // of out
  const void* a;
  std::int64_t n;
  const void* w;
  std::int64_t terms, left;
};

/// out[j] = the value at x[j] on the straight lines between `n` points in order, as numpy.interp; all
/// contiguous.
struct interpolate_call {
  double* out;
  const double* x;
  std::int64_t length;  // of out and x
  const double *points, *values;
  std::int64_t n;
  std::optional<double> left, right;  // beyond the points, where it is not the first and last value
};

/// out[i] = the reduction of source[start[i]], ... source[start[i] + length[i] - 1], which are rows of
/// `columns` elements. Lengths are at least 1; out is contiguous and of the source's dtype (any and all:
/// bool). Steps in bytes.
struct segments_call {
  reduction op;
  dtype type;
  void* out;
  const void* source;
  std::int64_t row_step, columns, column_step;
  const std::int64_t *start, *length;
  std::int64_t segments;
};

enum class lapack_op : std::uint8_t;  // core/lapack.hpp
struct lapack_call;

enum class fft_kind : std::uint8_t {
  complex,          // n numbers to n; the input may be real
  real_to_complex,  // n real numbers to n / 2 + 1, the rest being their conjugates
  complex_to_real,  // n / 2 + 1 numbers to n real ones; an inverse
};

/// Fourier transforms along one axis, of all lines over the other axes. Real and complex numbers are of one
/// precision. Input and output are the same array or do not overlap.
struct fft_call {
  fft_kind kind = fft_kind::complex;
  dtype type = dtype::float64;  // of the real parts: float32 or float64
  bool real_input = false;
  bool inverse = false;  // of kind complex: the roots' conjugates
  double scale = 1;
  std::int64_t n = 0;      // the length of the transform
  std::int64_t count = 0;  // elements to read along the axis; zeros stand for those that are missing
  const void* in = nullptr;
  void* out = nullptr;
  std::int64_t in_step = 0, out_step = 0;  // bytes along the axis
  int ndim = 0;                            // of the other axes
  std::int64_t shape[max_dims], in_strides[max_dims], out_strides[max_dims];
};

class backend {
 public:
  virtual ~backend() = default;

  // Memory
  virtual storage_ptr allocate(std::size_t bytes, stream_view s) = 0;
  virtual memory_statistics statistics(int index) = 0;
  virtual void reset_peak(int index) = 0;
  virtual void set_limit(std::size_t bytes, int index) = 0;
  virtual void free_cached(int index) = 0;
  virtual void record_stream(const storage_ptr& block, stream_view s) = 0;
  /// Bytes between this device and host memory, or within the device. to_host returns when the bytes are
  /// there.
  virtual void copy_from_host(void* to, const void* from, std::size_t bytes, stream_view s) = 0;
  virtual void copy_to_host(void* to, const void* from, std::size_t bytes, stream_view s) = 0;

  // Elementwise
  virtual void elementwise(const bound_program& p, stream_view s) = 0;
  /// Strided copy without a cast: operands 0 (to) and 1 (from; by value when data is null) of the space.
  virtual void copy(const iteration_space& space, int itemsize, const void* value, stream_view s) = 0;
  /// out = condition ? a : b. Operands 0 out, 1 condition (bool), 2 a, 3 b; a and b by value when data is
  /// null.
  virtual void select(const iteration_space& space, int itemsize, const void* a, const void* b,
                      stream_view s) = 0;
  /// out[i] = start + i * step for a contiguous out, in the dtype's arithmetic (float16: float32; integers
  /// wrap).
  virtual void sequence(void* out, dtype type, std::int64_t n, const scalar& start, const scalar& step,
                        stream_view s) = 0;

  // Reductions and scans
  virtual void reduce(const reduction_plan& plan, stream_view s) = 0;
  /// False, and nothing done, where the device has no loop of its own for that: then it is composed.
  virtual bool reduce_segments(const segments_call&, stream_view) { return false; }
  /// Inclusive scan along an axis; shapes equal; source is converted to out's dtype first.
  virtual void scan(scan_op op, const array_ref& out, const array_ref& source, int axis, stream_view s) = 0;

  // Order: rows of n contiguous elements, NaN last
  virtual void sort(void* data, dtype type, std::int64_t rows, std::int64_t n, bool descending,
                    stream_view s) = 0;
  /// Stable.
  virtual void argsort(std::int64_t* out, const void* data, dtype type, std::int64_t rows, std::int64_t n,
                       bool descending, stream_view s) = 0;
  /// Positions in sorted (contiguous, ascending, n) where each of m values (contiguous) belongs.
  virtual void searchsorted(std::int64_t* out, const void* sorted, std::int64_t n, const void* values,
                            std::int64_t m, dtype type, bool right, stream_view s) = 0;
  /// False, and nothing done, where the device has no loop of its own for that: then it is composed.
  virtual bool interpolate(const interpolate_call&, stream_view) { return false; }

  // Selection and indexing
  /// Number of true elements of a bool array. Waits.
  virtual std::int64_t count_true(const array_ref& mask, stream_view s) = 0;
  /// C-order positions of the true elements of a contiguous mask; out has room for all of them.
  virtual void flat_nonzero(std::int64_t* out, const void* mask, std::int64_t n, std::int64_t count,
                            stream_view s) = 0;
  /// out (contiguous, `count` blocks of `block` bytes) = the blocks of source (contiguous) whose mask element
  /// is true.
  virtual void compress(void* out, const void* source, const void* mask, std::int64_t n, std::int64_t block,
                        std::int64_t count, stream_view s) = 0;
  /// The inverse: where the mask is true, the next of `count` blocks of values goes to `to`; all contiguous.
  /// False, and nothing done, where the device has no loop of its own for that: then it is composed.
  virtual bool expand(void* /*to*/, const void* /*values*/, const void* /*mask*/, std::int64_t /*n*/,
                      std::int64_t /*block*/, std::int64_t /*count*/, stream_view) {
    return false;
  }
  /// out[i..., j...] = source[index(i)..., j...]; out has the index shape followed by the inner shape.
  virtual void gather(const array_ref& out, const indexed& source, stream_view s) = 0;
  /// target[index(i)..., j...] op= values[i..., j...]; of repeated indices the last one wins when assigning.
  virtual void scatter(const indexed& target, const array_ref& values, scatter_op op, stream_view s) = 0;
  /// counts[v] += 1 or weight. Values are int64, contiguous, in [0, bins).
  virtual void bincount(void* out, dtype type, std::int64_t bins, const std::int64_t* values,
                        const double* weights, std::int64_t n, stream_view s) = 0;

  // Libraries
  virtual void matmul(const matmul_call& call, stream_view s) = 0;
  /// False, and nothing done, where the device has no loop of its own for that: then it is composed.
  virtual bool correlate(const correlate_call&, stream_view) { return false; }
  /// Whether decompose() does that for `count` matrices of this dtype and size; else it is done on the host.
  virtual bool decomposes(lapack_op, dtype, std::int64_t /*rows*/, std::int64_t /*columns*/,
                          std::int64_t /*count*/) {
    return false;
  }
  /// As lapack() in core/lapack.hpp.
  virtual std::int64_t decompose(const lapack_call&, stream_view) { return 0; }
  virtual void fft(const fft_call& call, stream_view s) = 0;
  virtual void random_fill(const random_call& call, stream_view s) = 0;

  // Streams
  virtual void* create_stream(int index) = 0;
  virtual void destroy_stream(stream_view s) noexcept = 0;
  virtual void synchronize(stream_view s) = 0;
  virtual bool query(stream_view s) = 0;
  virtual void synchronize_device(int index) = 0;
  virtual void* default_stream(int index) = 0;
  virtual void* create_event(int index) = 0;
  virtual void destroy_event(void* event) noexcept = 0;
  virtual void record_event(void* event, stream_view s) = 0;
  virtual bool query_event(void* event) = 0;
  virtual void synchronize_event(void* event) = 0;
  virtual void wait_event(stream_view s, void* event) = 0;
  virtual double elapsed_milliseconds(void* start, void* end) = 0;
};

/// The backend of a device type. Throws not_available for CUDA in a build without it.
backend& backend_of(device_type type);
inline backend& backend_of(device d) { return backend_of(d.type); }
backend& cpu_backend();
/// Null in a build without CUDA.
backend* cuda_backend();
/// 0 without a driver, without a GPU, or without CUDA in the build.
int cuda_device_count();
/// Why cuda_device_count() is 0, as the rest of a sentence.
std::string why_no_cuda_device();

}  // namespace numloom
