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

// ---- scan ----
/// Inclusive scan of every line along one axis; in place when out and source are the same.
struct scan_call {
  int op;  ///< as numloom::scan_op
  int type, source_type;
  int lines_ndim;  ///< the other axes, at most max_kernel_dims
  const i64 *lines_shape, *lines_out, *lines_source;
  i64 length, out_step, source_step;
  void* out;
  const void* source;
};
bool has_scan(int type);
i64 scan_workspace(const scan_call& call);
void scan(const scan_call& call, void* workspace, void* stream);

// ---- select ----
/// How many int64 counts nonzero() and compress() need.
i64 nonzero_tiles(i64 n);
/// The scan that they run over them: scan_workspace() of it is the scratch memory to pass.
scan_call counts_scan(i64* counts, i64 n);
/// Positions of the true elements of n contiguous flags, at most `room`.
void nonzero(i64* out, const void* mask, i64 n, i64 room, i64* tile_counts, void* scan_memory, void* stream);
/// Can compress() move blocks of so many bytes there?
bool compresses(const void* out, const void* source, i64 block);
/// out = the blocks of `source` whose flag is true, the first `room` of them.
void compress(void* out, const void* source, const void* mask, i64 n, i64 block, i64 room, i64* tile_counts,
              void* scan_memory, void* stream);
/// out block i = source block positions[i]; blocks of `block` bytes.
void take_blocks(void* out, const void* source, const i64* positions, i64 count, i64 block, void* stream);

// ---- index ----
inline constexpr int max_kernel_indices = 6;
/// Dimensions: those of the index arrays, then the inner ones; at most max_kernel_dims together, in C order.
struct index_call {
  int ndim, index_ndim;
  const i64* shape;
  int itemsize;
  void* dense;  ///< out of a gather, values of a scatter
  const i64* dense_strides;
  void* data;
  const i64* data_strides;  ///< 0 along the index arrays' dimensions
  int indices;
  const void* index[max_kernel_indices];
  int index_type[max_kernel_indices];
  const i64* index_strides[max_kernel_indices];  ///< 0 along the inner dimensions
  i64 extent[max_kernel_indices], stride[max_kernel_indices];
  int axis[max_kernel_indices];
  int mode;
  error_word* error;
  unsigned ticket;
};
void gather(const index_call& call, void* stream);
/// Reports indices that are out of bounds. After that, assign() and update() of the same ticket write
/// nothing.
void check_indices(const index_call& call, void* stream);
/// Slots of the table that assign() needs for that many positions: int64 cells (all bits set) and int64
/// positions (-1).
i64 assign_slots(i64 positions);
/// data = dense; of repeated indices the last wins. No slots: the caller knows that all values are equal.
void assign(const index_call& call, void* cells, void* positions, i64 slots, void* stream);
/// data op= dense, `op` as numloom::scatter_op. `locks`: update_locks() zeroed 32-bit words for complex128.
bool has_update(int type);
i64 update_locks();
void update(const index_call& call, int op, int type, void* locks, void* stream);
/// Adds 1, or the weight, to zeroed counts: int64, or float64 when `floating`.
void bincount(void* out, i64 bins, const i64* values, const double* weights, i64 n, bool floating,
              void* stream);

// ---- sort: rows of n contiguous elements, NaN last ----
/// Rows of at most longest_small_row() elements. With `out` their positions in sorted order are written
/// (stable) and the data are left alone; without, they are sorted in place.
i64 longest_small_row();
void sort_small(void* data, i64* out, int type, i64 rows, i64 n, bool descending, void* stream);
/// The same for rows of any length; scratch memory of sort_workspace() bytes.
i64 sort_workspace(int type, i64 rows, i64 n, bool positions);
void sort(void* data, i64* out, int type, i64 rows, i64 n, bool descending, void* workspace, void* stream);
void searchsorted(i64* out, const void* sorted, i64 n, const void* values, i64 m, int type, bool right,
                  void* stream);

// ---- random ----
/// The words of a stream; 128-bit numbers as {high, low}. See word_stream.
struct random_words {
  int engine;  ///< 0 PCG64, 1 PCG64DXSM, 2 Philox
  u64 state[2], increment[2];
  u64 counter[4], key[2], buffer[4];
  i64 buffer_position;
  u64 half_word;
  bool has_half;
};
/// What a batch of draws tells the host.
struct random_progress {
  i64 samples;   ///< made in the batch
  i64 consumed;  ///< draws up to the end of the last sample that was wanted
  i64 carry;     ///< draws of the next batch that the last sample took
  i64 changed;   ///< some tile has to be judged again
};
struct random_fill_call {
  random_words words;
  i64 first_draw;  ///< position of the first draw
  void* out;
  i64 n;  ///< elements wanted
  u64 low, range;
  double scale, shift;  ///< float64 only: shift + scale * x; 1 and 0 leave x alone
  // Where draws and elements do not correspond: a batch of `tiles` tiles, arrays of that length, zeroed
  // progress.
  i64 tiles;
  i64* counts;
  void* scan_memory;  ///< for counts_scan()
  random_progress* progress;
  i64 *carry_in, *carry_used, *carry_out;  ///< ziggurat; used starts as -1
};
i64 random_tiles(i64 draws);
i64 draws_of_random_tile();
void random_uniform(const random_fill_call& call, bool single, void* stream);
void random_bools(const random_fill_call& call, void* stream);
/// out = low + draw
void random_whole_range(const random_fill_call& call, int draw_bytes, int out_bytes, void* stream);
/// out = low + [0, range], one batch
void random_bounded(const random_fill_call& call, int draw_bytes, int out_bytes, void* stream);
/// -log(1 - u)
void random_exponential_inverted(const random_fill_call& call, bool single, void* stream);
/// Normal or exponential numbers by the ziggurat. Judge: to be repeated until nothing has changed; then
/// write.
void random_ziggurat_judge(const random_fill_call& call, bool exponential, bool single, void* stream);
void random_ziggurat_write(const random_fill_call& call, bool exponential, bool single, void* stream);

// ---- matmul ----
/// As matmul_call: strides in elements.
struct matrix_product {
  int type;
  i64 m, n, k, batch;
  const void *a, *b;
  void* c;
  i64 a_row, a_col, b_row, b_col, c_row, c_col, a_batch, b_batch, c_batch;
};
void matmul(const matrix_product& call, void* stream);

// ---- fft ----
/// One pass of Stockham's form, by decimation in frequency: element (g, b, i) of (groups, radix, span) goes
/// to (c, g, i) of (radix, groups, span), times a root of unity that depends on c and i.
struct fft_pass {
  int radix, span;
  const void* twiddles;  ///< (radix - 1, span) complex numbers; null where span is 1
  const void* roots;     ///< of a radix without a kernel of its own: `radix` complex numbers, else null
};
inline constexpr int max_fft_passes = 12;
inline constexpr int max_fft_dims = 4;  ///< of lines that a call comes with; its parts add up to four

/// What the array holds at one end of a transform.
enum class fft_form : int {
  complex,
  real,       ///< read: imaginary parts are zero; written: the real parts
  pairs,      ///< 2 length real numbers, two by two
  half_odd,   ///< read only: of `length` complex numbers, an odd number, the first half; the rest are
              ///< conjugates
  half_even,  ///< length + 1 complex numbers that stand for 2 length real ones
};
/// One end: element k of a line's transform is element k * index_step + (what the line adds) of the array's.
struct fft_end {
  fft_form form = fft_form::complex;
  void* data = nullptr;
  i64 step = 0;    ///< bytes from one element of the array to the next
  i64 count = 0;   ///< elements that the array has: others are read as zeros and not written
  i64 length = 0;  ///< elements of the whole transform that are not filling zeros
  i64 index_step = 1;
  bool swapped = false;           ///< exchange real and imaginary parts, before the factor
  const void* factors = nullptr;  ///< complex, by element of the whole transform
  bool conjugated = false;        ///< multiply by the factors' conjugates
};
/// Transforms that fit into a block's shared memory, one for each line.
struct fft_lines {
  int ndim = 0;
  i64 shape[max_kernel_dims];
  i64 in[max_kernel_dims], out[max_kernel_dims];              ///< bytes
  i64 in_index[max_kernel_dims], out_index[max_kernel_dims];  ///< what a step adds to the elements' numbers
};
struct fft_work {
  bool single = false;
  int length = 0;
  int passes = 0;
  fft_pass pass[max_fft_passes];
  fft_end in, out;
  double scale = 1;
  const void* spectrum = nullptr;    ///< transform, multiply by this, exchange the parts, transform again
  const void* pair_roots = nullptr;  ///< e^(-2 pi i k / (2 length)), for half_even
  /// Multiply element k by w^(k * in_index of the line), w^e = high[e >> shift] low[e & mask].
  const void *twist_high = nullptr, *twist_low = nullptr;
  int twist_shift = 0;
};
/// The longest transform for a block with that much shared memory.
i64 fft_longest(bool single, i64 shared_bytes);
void fft(const fft_work& work, const fft_lines& lines, int multiprocessors, i64 shared_bytes, void* stream);
/// Between half_even and the complex transform of the pairs, both in memory: pairs_to_half or the inverse.
void fft_halves(const fft_work& work, const fft_lines& lines, bool to_half, void* stream);
/// data *= factor: real numbers, or both parts of complex ones.
void fft_scale(bool single, int ndim, const i64* shape, void* data, const i64* strides, double factor,
               void* stream);

}  // namespace numloom::kernels
