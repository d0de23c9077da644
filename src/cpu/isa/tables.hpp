// SPDX-License-Identifier: BSD-3-Clause
// What the code compiled per instruction-set level hands to the rest of src/cpu: tables of plain function
// pointers. Read by both sides, so it includes nothing and defines no inline function: an inline function
// compiled at two levels is one symbol, and the linker would keep either.
#pragma once

namespace numloom::cpu_host {

using loop_fn = void (*)(char* const* args, const long* steps, long n);

enum { table_dtypes = 14, move_sizes = 5 };  // element sizes 1, 2, 4, 8, 16 by their logarithm

// Data movement for one element size. Strides in bytes.
struct move_kernels {
  // rows x columns elements between strided places.
  void (*copy)(char* to, const char* from, long rows, long columns, long to_row, long to_column,
               long from_row, long from_column);
  // Columns of contiguous elements, from_column apart, become rows. Streamed: past the caches, where lines
  // allow it.
  void (*transpose)(char* to, const char* from, long rows, long columns, long to_row, long from_column,
                    bool streamed);
  // out = condition ? a : b. args: condition, a, b, out.
  loop_fn select;
  // out = in where the mask is true, else unchanged. args: in, mask, out.
  loop_fn masked_store;
  // Contiguous elements whose mask byte is not 0, moved together. Returns their number.
  long (*compress)(char* to, const char* from, const char* mask, long mask_step, long n);
};

// One reduction for one dtype. Partial results ("accs", of acc_size bytes) are those of functors/reduce.hpp.
struct reduce_kernels {
  int acc_size;
  int leaf_length;     // the most elements that leaf() takes
  bool cascades;       // rounding matters: partial results are to be combined pairwise
  bool acc_is_result;  // finish() would copy
  // Combines n contiguous elements into the acc; `first` is the first one's position along the reduced axes.
  void (*leaf)(const char* from, long n, long first, char* acc);
  // `rows` rows of n <= leaf_length elements, at from + r * row_step + i * step, into one new acc each.
  void (*rows)(const char* from, long row_step, long step, long n, long rows, char* accs);
  // n <= 128 rows of `columns` contiguous elements, row_step apart, into `columns` new accs.
  void (*columns)(const char* from, long row_step, long n, long columns, long first, char* accs);
  // a[i] = combine(a[i], b[i]) for n accs.
  void (*merge)(char* a, const char* b, long n);
  // n accs to contiguous results; `second` is for moments only.
  void (*finish)(const char* accs, long n, char* out, char* second);
  // n accs of no elements.
  void (*identity)(char* accs, long n);
  // n elements of the dtype to accs, for initial values.
  void (*lift)(const char* from, long n, char* accs);
};

// An inclusive scan for one operation and dtype. A carry is what stands before (float16 carries a float).
struct scan_kernels {
  int carry_size;
  // n contiguous elements; `to` may be `from`.
  void (*row)(char* to, const char* from, long n, char* carry);
  // n rows of `columns` contiguous elements, with one carry for each column.
  void (*columns)(char* to, const char* from, long to_row, long from_row, long n, long columns,
                  char* carries);
  // Takes n contiguous elements into the carry without writing them.
  void (*total)(const char* from, long n, char* carry);
  // Two carries, the earlier one first, into one.
  void (*join)(const char* a, const char* b, char* carry);
  void (*identity)(char* carries, long n);
};

enum : unsigned { exponent_of_ones = 1, exponent_of_zeros = 2 };

struct level_tables {
  loop_fn ufunc[128][table_dtypes];
  loop_fn cast[table_dtypes][table_dtypes];  // [from][to]
  move_kernels move[move_sizes];
  // Contiguous bytes, past the caches. Meanwhile as many bytes of what is to be read next are fetched (null:
  // nothing), so that reading goes on while the writes drain.
  void (*stream)(char* to, const char* from, long bytes, const char* next, const char* other_next);
  void (*sequence[table_dtypes])(char* to, long first, long n, const char* start, const char* step);
  // Which of the two are among the exponents of n contiguous floats; by the logarithm of a float's size.
  unsigned (*exponents[4])(const char* from, long n);
  reduce_kernels reduce[16][table_dtypes];
  reduce_kernels widening_sum[table_dtypes];  // of narrow integers, in 64 bits
  scan_kernels scan[4][table_dtypes];
};

}  // namespace numloom::cpu_host
