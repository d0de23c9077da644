// SPDX-License-Identifier: BSD-3-Clause
// From arrays to what a device runs: broadcast, canonicalise, take the addresses.
#include "core/program.hpp"

#include <algorithm>

#include "core/backend.hpp"

namespace numloom {

void run(const program& code, std::span<const ndarray* const> outputs, std::span<const array_like> inputs,
         const ndarray* mask) {
  bound_program bound;
  bound.code = &code;
  bound.masked = mask != nullptr;
  const ndarray& first = *outputs[0];
  const shape_t& shape = first.shape();
  operand_layout operands[max_operands];
  std::int64_t strides[max_operands][max_dims];
  int k = 0;
  for (const ndarray* out : outputs) {
    bound.type[k] = out->dtype();
    operands[k++] = {out->data(access::write), out->strides().data()};
  }
  const auto bind = [&](const ndarray& a) {
    bound.type[k] = a.dtype();
    broadcast_strides(a.shape(), a.strides(), shape, strides[k]);
    operands[k] = {a.data(access::read), strides[k]};
  };
  for (std::size_t i = 0; i < inputs.size(); ++i, ++k) {
    const ndarray* a = inputs[i].array();
    if (a && (a->device() == first.device() || a->size() != 1)) {
      bind(*a);
      continue;
    }
    // A host number, or one element in another device's memory: by value.
    std::fill_n(strides[k], shape.size(), 0);
    operands[k] = {nullptr, strides[k]};
    bound.type[k] = a ? a->dtype() : code.register_type[i];
    store_scalar(a ? a->item() : inputs[i].number(), bound.type[k], bound.value[k]);
  }
  if (mask) {
    bind(*mask);
    ++k;
  }
  canonicalise(bound.space, shape, std::span(operands, static_cast<std::size_t>(k)));
  if (bound.space.size > 0) backend_of(first.device()).elementwise(bound, current_stream(first.device()));
}

}  // namespace numloom
