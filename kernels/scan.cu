// SPDX-License-Identifier: BSD-3-Clause
#include "scan.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {
namespace {

using kernels::scan_call;

struct scan_kernels {
  void (*row)(scan_arguments) = nullptr;
  void (*row_totals)(scan_arguments) = nullptr;
  void (*column)(scan_arguments) = nullptr;
  void (*column_totals)(scan_arguments) = nullptr;
  void (*totals)(void*, i64) = nullptr;
  int accumulator_bytes = 0;
};
template <template <class> class Functor, int Number> constexpr scan_kernels scan_kernels_of() {
  using T = element_of<Number>;
  using R = Functor<T>;
  if constexpr (is_built<T>)
    return {&scan_row_kernel<R, T, true>,     &scan_row_kernel<R, T, false>, &scan_column_kernel<R, T, true>,
            &scan_column_kernel<R, T, false>, &scan_totals_kernel<R>,        int(sizeof(typename R::acc))};
  else
    return {};
}
// Numbered as numloom::scan_op.
constexpr scan_kernels all_kernels[4][element_types] = {
#define NL_DTYPE(name, type, kind, bytes) scan_kernels_of<Sum, element_##name>(),
    {
#include "numloom/dtypes.def"
    },
#define NL_DTYPE(name, type, kind, bytes) scan_kernels_of<Prod, element_##name>(),
    {
#include "numloom/dtypes.def"
    },
#define NL_DTYPE(name, type, kind, bytes) scan_kernels_of<Max, element_##name>(),
    {
#include "numloom/dtypes.def"
    },
#define NL_DTYPE(name, type, kind, bytes) scan_kernels_of<Min, element_##name>(),
    {
#include "numloom/dtypes.def"
    },
};

struct scan_shape {
  bool rows;
  i64 lines, parts, part_length;
};

scan_shape shape_of(const scan_call& c) {
  i64 lines = 1;
  for (int d = 0; d < c.lines_ndim; ++d) lines *= c.lines_shape[d];
  constexpr i64 short_line = 64, threads_worth_having = 65536, least_part = 64;
  const i64 step = c.source_step < 0 ? -c.source_step : c.source_step;
  bool rows = c.length > short_line;
  for (int d = 0; d < c.lines_ndim; ++d) {
    const i64 other = c.lines_source[d] < 0 ? -c.lines_source[d] : c.lines_source[d];
    if (other < step) rows = false;
  }
  if (rows) return {true, lines, divide_up(c.length, scan_tile), scan_tile};
  i64 parts = 1;
  if (lines < threads_worth_having) {
    const i64 wanted = threads_worth_having / lines, useful = divide_up(c.length, least_part);
    parts = wanted < useful ? wanted : useful;
  }
  const i64 part_length = divide_up(c.length, parts);
  return {false, lines, divide_up(c.length, part_length), part_length};
}

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

bool has_scan(int type) { return all_kernels[0][type].row != nullptr; }

i64 scan_workspace(const scan_call& call) {
  const scan_shape s = shape_of(call);
  return s.parts > 1 ? s.lines * s.parts * all_kernels[call.op][call.type].accumulator_bytes : 0;
}

void scan(const scan_call& call, void* workspace, void* stream) {
  const scan_kernels& k = all_kernels[call.op][call.type];
  const scan_shape s = shape_of(call);
  scan_arguments a;
  for (int d = 0; d < call.lines_ndim; ++d) {
    const i64 stride[] = {call.lines_out[d], call.lines_source[d]};
    add_loop(a.lines, call.lines_shape[d], stride);
  }
  a.out = static_cast<char*>(call.out);
  a.source = static_cast<const char*>(call.source);
  a.out_step = call.out_step;
  a.source_step = call.source_step;
  a.length = call.length;
  a.parts = s.parts;
  a.part_length = s.part_length;
  a.totals = workspace;
  a.source_type = call.source_type;
  const unsigned blocks =
      s.rows ? static_cast<unsigned>(s.lines * s.parts) : block_count(s.lines * s.parts, block_size);
  if (s.parts > 1) {
    launch(s.rows ? k.row_totals : k.column_totals, {blocks, block_size}, stream, a);
    launch(k.totals, {static_cast<unsigned>(s.lines), block_size}, stream, workspace, s.parts);
  }
  launch(s.rows ? k.row : k.column, {blocks, block_size}, stream, a);
}

}  // namespace numloom::kernels
