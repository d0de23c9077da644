// SPDX-License-Identifier: BSD-3-Clause
/// What the host asks of the kernels: plain functions and structs, no CUDA, no templates, no standard
/// headers. Each function puts work on a stream and returns. Dtypes and ufuncs are passed as the numbers of
/// their rows in the tables, because kernel files do not read the public headers.
#pragma once

namespace numloom::kernels {
using i64 = long;
using u64 = unsigned long;

inline constexpr int max_kernel_dims = 8;     ///< loops of one launch; the host splits what has more
inline constexpr int max_kernel_inputs = 3;   ///< of one instruction
inline constexpr int max_kernel_outputs = 2;  ///< of one instruction

/// A place on the device where kernels leave the first error: an index that is out of bounds.
struct error_word {
  unsigned ticket;  ///< 0: no error; else which operation found it
  int axis;
  i64 index;
  i64 extent;
};

// ---- elementwise ----
/// An operand of one instruction. Strides in bytes over the call's shape.
struct elementwise_operand {
  void* data = nullptr;  ///< null: `value`
  int type = 0;          ///< dtype in memory
  const i64* strides = nullptr;
  alignas(16) unsigned char value[16] = {};  ///< in the dtype that the instruction reads
};
struct elementwise_call {
  int ndim = 0;
  const i64* shape = nullptr;
  i64 size = 0;
  int inputs = 0, outputs = 0;
  bool masked = false;
  elementwise_operand in[max_kernel_inputs], out[max_kernel_outputs], mask;
};
/// True if there is a loop of that ufunc for loop dtype L.
bool has_elementwise(int ufunc, int loop);
/// The dtypes that the loop reads and writes.
struct elementwise_types {
  int in[max_kernel_inputs], out[max_kernel_outputs];
};
elementwise_types elementwise_types_of(int ufunc, int loop);
void elementwise(int ufunc, int loop, const elementwise_call& call, void* stream);
/// out = in, converted to dtype `loop` on the way.
void cast(int loop, const elementwise_call& call, void* stream);
/// Converts one element on the host with the kernels' rules.
void cast_value(int from, const void* value, int to, void* result);

// ---- copy ----
void copy_bytes(void* out, const void* in, i64 bytes, void* stream);
/// Strided copy of elements of 1, 2, 4, 8 or 16 bytes, at most max_kernel_dims dimensions, extents > 0.
void copy(int ndim, const i64* shape, int itemsize, void* out, const i64* out_strides, const void* in,
          const i64* in_strides, void* stream);
/// Writes one value to every element.
void fill(int ndim, const i64* shape, int itemsize, void* out, const i64* out_strides, const void* value,
          void* stream);
/// Operands out, condition, a, b; a and b are values when their data is null.
struct select_call {
  int ndim;
  const i64* shape;
  int itemsize;
  void* out;
  const void *condition, *a, *b;
  const i64 *out_strides, *condition_strides, *a_strides, *b_strides;
  const void *a_value, *b_value;
};
void select(const select_call& call, void* stream);
/// out[i] = start + i * step; both in the dtype's own format (float16: float).
void sequence(void* out, int type, i64 n, const void* start, const void* step, void* stream);

// ---- reduce ----
/// As reduction_plan, with at most max_kernel_dims kept and reduced dimensions.
struct reduce_call {
  int reduction, loop, type, out_type, out2_type;
  int kept;
  const i64* kept_shape;
  const i64* kept_strides[4];  ///< source, mask, out, out2; null where there is none
  int reduced;
  const i64* reduced_shape;
  const i64* reduced_strides[2];  ///< source, mask
  i64 outputs, length;
  const void *source, *mask;
  void *out, *out2;
  const void* initial;  ///< one element of dtype `loop`, or null
};
bool has_reduction(int reduction, int loop);
/// Bytes of scratch memory that the call needs.
i64 reduce_workspace(const reduce_call& call);
void reduce(const reduce_call& call, void* workspace, void* stream);

}  // namespace numloom::kernels
