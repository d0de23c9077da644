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
  // out = condition ? a : b. args: condition, a, b, out.
  loop_fn select;
  // out = in where the mask is true, else unchanged. args: in, mask, out.
  loop_fn masked_store;
  // Contiguous elements whose mask byte is not 0, moved together. Returns their number.
  long (*compress)(char* to, const char* from, const char* mask, long mask_step, long n);
};

// One reduction for one dtype. Partial results ("accs") are of acc_size bytes; those of a later part of the
// reduced axis come second in merge.
struct reduce_kernels {
  int acc_size;
  // n contiguous elements into one acc; `first` is the position of the first along the reduced axes.
  void (*leaf)(const char* from, long n, long first, char* acc);
  // `rows` rows of n elements, from + r * row_step + i * step, into one acc each.
  void (*rows)(const char* from, long row_step, long step, long n, long rows, char* accs);
  // n rows of `columns` contiguous elements, row_step apart, into `columns` accs.
  void (*columns)(const char* from, long row_step, long n, long columns, long first, char* accs);
  // a[i] = combine(a[i], b[i]) for n accs; strides in bytes.
  void (*merge)(char* a, long a_step, const char* b, long b_step, long n);
  // n accs to results; out2 only for moments.
  void (*finish)(const char* accs, long n, char* out, char* out2);
  // n accs of no elements.
  void (*identity)(char* accs, long n);
};

// An inclusive scan for one operation and dtype. `carry` is one element (a row of elements): what stands
// before, updated.
struct scan_kernels {
  void (*row)(char* to, const char* from, long n, char* carry);
  // n rows of `columns` contiguous elements.
  void (*columns)(char* to, const char* from, long to_row, long from_row, long n, long columns, char* carry);
  // The combination of n contiguous elements, as row() would leave in a carry.
  void (*total)(const char* from, long n, char* carry);
};

struct level_tables {
  loop_fn ufunc[128][table_dtypes];
  loop_fn cast[table_dtypes][table_dtypes];  // [from][to]
  move_kernels move[move_sizes];
  // Contiguous bytes, past the caches when `to` is to be read much later.
  void (*stream)(char* to, const char* from, long bytes);
  void (*sequence[table_dtypes])(char* to, long first, long n, const char* start, const char* step);
  reduce_kernels reduce[16][table_dtypes];
  scan_kernels scan[4][table_dtypes];
};

}  // namespace numloom::cpu_host
