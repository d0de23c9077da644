// SPDX-License-Identifier: BSD-3-Clause
// The shape of a reduction's launch.
#include "reduce.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {
namespace {

using kernels::reduce_call;

// Enough blocks to fill any device. A constant, so that sums are the same on all of them.
constexpr i64 enough_blocks = 1024;
constexpr i64 packets_of_thread = 4;  // worth a thread of its own

struct reduce_shape {
  const reduce_entry* entry;
  bool columns;
  int group;
  int slices;
  i64 blocks;
};

const reduce_entry& reduce_entry_at(int reduction, int loop) {
  const auto& integers = finds_extremum(reduction) ? integer_extrema : integer_reductions;
  const reduce_entry& integer = integers[reduction].entry[loop];
  return integer.row != nullptr ? integer : floating_reductions[reduction].entry[loop];
}

i64 magnitude(i64 x) { return x < 0 ? -x : x; }

// The power of two at or above n, at most `most`.
int group_for(i64 n, int most) {
  int group = 1;
  while (group < n && group < most) group *= 2;
  return group;
}

// Do outputs lie closer together than the elements that are reduced?
bool reduces_columns(const reduce_call& c) {
  if (c.kept == 0 || c.reduced == 0) return false;
  const i64 along_kept = magnitude(c.kept_strides[0][c.kept - 1]);
  const i64 along_reduced = magnitude(c.reduced_strides[0][c.reduced - 1]);
  return along_kept != 0 && along_kept < along_reduced;
}

i64 packets(int ndim, const i64* shape, int packet) {
  i64 n = 1;
  for (int d = 0; d < ndim; ++d) n *= d + 1 < ndim ? shape[d] : divide_up(shape[d], packet);
  return n;
}

reduce_shape shape_of(const reduce_call& c) {
  reduce_shape s = {&reduce_entry_at(c.reduction, c.loop), reduces_columns(c), 1, 1, 1};
  const int threads = reduce_threads;
  i64 steps;  // of one thread
  if (s.columns) {
    const i64 across = packets(c.kept, c.kept_shape, s.entry->packet);
    const int rows = group_for(divide_up(c.length, packets_of_thread), threads);
    s.group = group_for(across, threads / rows < 8 ? 8 : threads / rows);
    steps = divide_up(c.length, threads / s.group);
    s.blocks = divide_up(across, s.group);
  } else {
    const i64 along = c.length == 0 ? 0 : packets(c.reduced, c.reduced_shape, s.entry->packet);
    s.group = group_for(divide_up(along, packets_of_thread), threads);
    steps = divide_up(along, s.group);
    s.blocks = divide_up(c.outputs * s.group, threads);
  }
  if (s.blocks < enough_blocks && steps > 2 * packets_of_thread) {
    const i64 wanted = enough_blocks / s.blocks, useful = steps / packets_of_thread;
    s.slices = static_cast<int>(wanted < useful ? wanted : useful);
  }
  return s;
}

reduce_arguments arguments_of(const reduce_call& c, const reduce_shape& s, void* workspace) {
  reduce_arguments a;
  a.kept = make_chunked_loops<4>(c.kept, c.kept_shape, c.kept_strides, s.columns ? s.entry->packet : 1);
  if (c.length != 0) {
    a.reduced =
        make_chunked_loops<2>(c.reduced, c.reduced_shape, c.reduced_strides, s.columns ? 1 : s.entry->packet);
    a.chunks = a.reduced.dims.size;
  }
  a.outputs = c.outputs;
  a.source = static_cast<const char*>(c.source);
  a.mask = static_cast<const char*>(c.mask);
  a.out = static_cast<char*>(c.out);
  a.out2 = static_cast<char*>(c.out2);
  a.partial = s.slices > 1 ? workspace : nullptr;
  a.type = c.type == c.loop ? s.entry->element : c.type;
  a.out_type = c.out_type;
  a.out2_type = c.out2_type;
  a.group = s.group;
  a.slices = s.slices;
  a.has_initial = c.initial != nullptr;
  if (a.has_initial)
    for (int k = 0; k < element_bytes[c.loop]; ++k) a.initial[k] = static_cast<const u8*>(c.initial)[k];
  return a;
}

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

bool has_reduction(int reduction, int loop) { return reduce_entry_at(reduction, loop).row != nullptr; }

i64 reduce_workspace(const reduce_call& call) {
  const reduce_shape s = shape_of(call);
  return s.slices > 1 ? call.outputs * s.slices * s.entry->accumulator_bytes : 0;
}

void reduce(const reduce_call& call, void* workspace, void* stream) {
  if (call.outputs == 0) return;
  const reduce_shape s = shape_of(call);
  reduce_arguments a = arguments_of(call, s, workspace);
  const dim3 grid(static_cast<unsigned>(s.blocks), static_cast<unsigned>(s.slices));
  launch(s.columns ? s.entry->column : s.entry->row, {grid, reduce_threads}, stream, a);
  if (s.slices == 1) return;
  a.group = group_for(s.slices, reduce_threads);
  launch(s.entry->combine, {block_count(a.outputs * a.group, reduce_threads), reduce_threads}, stream, a);
}

}  // namespace numloom::kernels
