// SPDX-License-Identifier: BSD-3-Clause
// Chooses and launches the kernel of an instruction; casts.
#include "elementwise.cuh"

#include "launch.hpp"

namespace numloom::NL_TARGET {
namespace {

using kernels::elementwise_call;
using kernels::elementwise_operand;

struct Same {
  template <class T> NL_HD T operator()(T x) const { return x; }
};
template <int Number> constexpr elementwise_entry cast_entry() {
  return make_entry<loop_signature<Same, element_of<Number>, 1, 1, out_rule::SAME>, kernels::light>();
}
constexpr elementwise_entry cast_entries[] = {
#define NL_DTYPE(name, type, kind, bytes) cast_entry<element_##name>(),
#include "numloom/dtypes.def"
};

const elementwise_entry& entry_at(int ufunc, int loop) {
#define NL_FAMILY(name) \
  if (name##_rows[ufunc].entry[loop].general) return name##_rows[ufunc].entry[loop];
#include "elementwise_families.def"
  static constexpr elementwise_entry none;
  return none;
}

bool is_contiguous(const elementwise_call& call, const elementwise_operand& operand, int type) {
  if (operand.type != type) return false;
  return call.ndim == 0 || (call.ndim == 1 && operand.strides[0] == element_bytes[type]);
}
bool all_contiguous(const elementwise_call& call, const elementwise_entry& entry) {
  if (call.masked) return false;
  for (int k = 0; k < call.outputs; ++k)
    if (!is_contiguous(call, call.out[k], entry.out_type[k])) return false;
  for (int k = 0; k < call.inputs; ++k)
    if (call.in[k].data != nullptr && !is_contiguous(call, call.in[k], entry.in_type[k])) return false;
  return true;
}

template <class Arguments> void set_values(Arguments& a, const elementwise_call& call) {
  for (int k = 0; k < call.inputs; ++k)
    for (int byte = 0; byte < 16; ++byte) a.value[k][byte] = call.in[k].value[byte];
}

void launch_contiguous(const elementwise_entry& entry, const elementwise_call& call, void* stream) {
  contiguous_arguments a = {};
  a.n = call.size;
  for (int k = 0; k < call.outputs; ++k) a.data[slot_out + k] = call.out[k].data;
  for (int k = 0; k < call.inputs; ++k) a.data[slot_in + k] = call.in[k].data;
  set_values(a, call);
  const i64 per_block = i64(kernels::elementwise_threads) * entry.contiguous_elements;
  launch(entry.contiguous, {block_count(a.n, per_block), kernels::elementwise_threads}, stream, a);
}

void launch_general(const elementwise_entry& entry, const elementwise_call& call, void* stream) {
  general_arguments a = {};
  const elementwise_operand* operand[operand_slots] = {};
  for (int k = 0; k < call.outputs; ++k) operand[slot_out + k] = &call.out[k];
  for (int k = 0; k < call.inputs; ++k)
    if (call.in[k].data != nullptr) operand[slot_in + k] = &call.in[k];
  if (call.masked) operand[slot_mask] = &call.mask;
  const i64* strides[operand_slots] = {};
  for (int k = 0; k < operand_slots; ++k)
    if (operand[k] != nullptr) strides[k] = operand[k]->strides;
  const elementwise_operand& out = call.out[0];
  a.loops = make_chunked_loops(
      call.ndim, call.shape, strides,
      chunk_for(call.ndim, out.data, out.strides, element_bytes[out.type], entry.general_elements));
  for (int k = 0; k < operand_slots; ++k) {
    if (operand[k] == nullptr) continue;
    a.data[k] = static_cast<char*>(operand[k]->data);
    a.type[k] = operand[k]->type;
  }
  set_values(a, call);
  const i64 per_block = kernels::elementwise_threads;
  launch(entry.general, {block_count(a.loops.dims.size, per_block), kernels::elementwise_threads}, stream, a);
}

}  // namespace
}  // namespace numloom::NL_TARGET

namespace numloom::kernels {
using namespace numloom::NL_TARGET;

bool has_elementwise(int ufunc, int loop) { return entry_at(ufunc, loop).general != nullptr; }

elementwise_types elementwise_types_of(int ufunc, int loop) {
  const elementwise_entry& entry = entry_at(ufunc, loop);
  return {{entry.in_type[0], entry.in_type[1], entry.in_type[2]}, {entry.out_type[0], entry.out_type[1]}};
}

void elementwise(int ufunc, int loop, const elementwise_call& call, void* stream) {
  if (call.size == 0) return;
  const elementwise_entry& entry = entry_at(ufunc, loop);
  if (all_contiguous(call, entry))
    launch_contiguous(entry, call, stream);
  else
    launch_general(entry, call, stream);
}

void cast(int loop, const elementwise_call& call, void* stream) {
  if (call.size == 0) return;
  const elementwise_entry& entry = cast_entries[loop];
  if (all_contiguous(call, entry))
    launch_contiguous(entry, call, stream);
  else
    launch_general(entry, call, stream);
}

template <class From, class To> static void cast_one(const void* value, void* result) {
  const From x = from_memory<From>(*static_cast<const memory_of<From>*>(value));
  *static_cast<memory_of<To>*>(result) = to_memory(cast_to<To>(x));
}
template <class To> static void cast_value_to(int from, const void* value, void* result) {
  switch (from) {
#define NL_DTYPE(name, From, kind, bytes) \
  case element_##name:                    \
    cast_one<From, To>(value, result);    \
    break;
#include "numloom/dtypes.def"
  }
}
void cast_value(int from, const void* value, int to, void* result) {
  switch (to) {
#define NL_DTYPE(name, To, kind, bytes)     \
  case element_##name:                      \
    cast_value_to<To>(from, value, result); \
    break;
#include "numloom/dtypes.def"
  }
}

}  // namespace numloom::kernels
