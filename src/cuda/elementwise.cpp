// SPDX-License-Identifier: BSD-3-Clause
// Runs a program one instruction at a time. Values between instructions live in temporaries of the register's
// dtype; a result goes straight to the output where nobody needs it, or what it would overwrite, later.
#include <algorithm>
#include <array>

#include "cuda/backend.hpp"
#include "cuda/context.hpp"
#include "cuda/spaces.hpp"

namespace numloom::cuda_host {
namespace {

using kernels::elementwise_call;
using kernels::elementwise_operand;

class program_run {
 public:
  program_run(const bound_program& p, stream_view s) : p_(p), code_(*p.code), stream_(s), handle_(enter(s)) {
    std::int64_t stride = 1;
    for (int d = p.space.ndim - 1; d >= 0; --d) {
      element_strides_[d] = stride;
      stride *= p.space.shape[d];
    }
    for (int i = 0; i < code_.inputs; ++i) registers_[static_cast<std::size_t>(i)].input = code_.outputs + i;
  }

  void run() {
    for (int i = 0; i < code_.instructions; ++i) {
      execute(code_.body[i], i);
      release_after(i);
    }
    for (int k = 0; k < code_.outputs; ++k)
      if (!written_[static_cast<std::size_t>(k)]) store(k);
  }

 private:
  struct virtual_register {
    int input = -1;      // operand that it is loaded from
    storage_ptr memory;  // or a temporary
  };

  virtual_register& at(int r) { return registers_[static_cast<std::size_t>(r)]; }

  elementwise_call start() const {
    elementwise_call call;
    call.ndim = p_.space.ndim;
    call.shape = p_.space.shape;
    call.size = p_.space.size;
    return call;
  }

  // A register as an operand of a kernel that reads dtype `read`.
  void bind_input(elementwise_operand& operand, int r, int read) {
    const virtual_register& from = at(r);
    const dtype held = code_.register_type[r];
    if (from.input < 0) {
      operand = {from.memory->data, static_cast<int>(held), temporary_strides(held)};
      return;
    }
    const int k = from.input;
    if (p_.space.data[k]) {
      operand = {p_.space.data[k], static_cast<int>(p_.type[k]), p_.space.strides[k]};
      return;
    }
    unsigned char value[16];
    kernels::cast_value(static_cast<int>(p_.type[k]), p_.value[k], static_cast<int>(held), value);
    kernels::cast_value(static_cast<int>(held), value, read, operand.value);
    operand.data = nullptr;
  }

  void bind_output(elementwise_call& call, int operand, int k) {
    call.out[operand] = {p_.space.data[k], static_cast<int>(p_.type[k]), p_.space.strides[k]};
    written_[static_cast<std::size_t>(k)] = true;
    if (!p_.masked) return;
    const int mask = code_.outputs + code_.inputs;
    call.masked = true;
    call.mask = {p_.space.data[mask], static_cast<int>(dtype::bool_), p_.space.strides[mask]};
  }

  void execute(const instruction& step, int index) {
    const int op = static_cast<int>(step.op), loop = static_cast<int>(step.loop);
    const auto types = kernels::elementwise_types_of(op, loop);
    const ufunc_info& facts = info(step.op);
    expect_kernel(kernels::has_elementwise(op, loop), facts.name, step.loop);
    elementwise_call call = start();
    call.inputs = facts.nin;
    call.outputs = facts.nout;
    for (int k = 0; k < call.inputs; ++k) bind_input(call.in[k], step.in[k], types.in[k]);
    // The mask holds for a whole launch, so all outputs are stored under it or none.
    const bool direct = goes_straight_out(step, call.outputs, index);
    for (int k = 0; k < call.outputs; ++k) {
      const int r = step.out[k];
      if (direct) {
        bind_output(call, k, output_of(r));
        continue;
      }
      const dtype type = code_.register_type[r];
      at(r) = {-1, temporary(p_.space.size * itemsize(type), stream_)};
      call.out[k] = {at(r).memory->data, static_cast<int>(type), temporary_strides(type)};
    }
    kernels::elementwise(op, loop, call, handle_);
  }

  // The only output that a register is stored to; -1 when there is none or more than one.
  int output_of(int r) const {
    int found = -1;
    for (int k = 0; k < code_.outputs; ++k) {
      if (code_.output_register[k] != r) continue;
      if (found >= 0) return -1;
      found = k;
    }
    return found;
  }

  bool goes_straight_out(const instruction& step, int outputs, int index) const {
    for (int k = 0; k < outputs; ++k) {
      const int r = step.out[k], out = output_of(r);
      if (out < 0 || is_read_after(r, index) || overwrites_later_input(out, index)) return false;
    }
    return true;
  }

  bool is_read_after(int r, int index) const {
    for (int i = index + 1; i < code_.instructions; ++i)
      for (int k = 0; k < info(code_.body[i].op).nin; ++k)
        if (code_.body[i].in[k] == r) return true;
    return false;
  }

  bool overwrites_later_input(int out, int index) const {
    for (int r = 0; r < code_.inputs; ++r) {
      const bool copied_out = output_of(r) >= 0 || is_stored(r);
      if ((copied_out || is_read_after(r, index)) && overlap(out, code_.outputs + r)) return true;
    }
    return false;
  }
  bool is_stored(int r) const {
    return std::find(code_.output_register, code_.output_register + code_.outputs, r) !=
           code_.output_register + code_.outputs;
  }

  std::pair<const char*, const char*> extent(int operand) const {
    const char *low = static_cast<const char*>(p_.space.data[operand]), *high = low;
    for (int d = 0; d < p_.space.ndim; ++d) {
      const std::int64_t reach = p_.space.strides[operand][d] * (p_.space.shape[d] - 1);
      (reach < 0 ? low : high) += reach;
    }
    return {low, high + itemsize(p_.type[operand])};
  }
  bool overlap(int a, int b) const {
    if (!p_.space.data[a] || !p_.space.data[b]) return false;
    const auto [a_low, a_high] = extent(a);
    const auto [b_low, b_high] = extent(b);
    return a_low < b_high && b_low < a_high;
  }

  // Converts a register to the output's dtype under the mask.
  void store(int k) {
    const int r = code_.output_register[k];
    const dtype held = code_.register_type[r];
    elementwise_call call = start();
    call.inputs = call.outputs = 1;
    bind_input(call.in[0], r, static_cast<int>(held));
    bind_output(call, 0, k);
    const int source = at(r).input;
    const bool same = p_.type[k] == held && (source < 0 || p_.type[source] == held);
    if (!same || p_.masked) return kernels::cast(static_cast<int>(held), call, handle_);
    const int size = itemsize(held);
    if (call.in[0].data)
      kernels::copy(call.ndim, call.shape, size, call.out[0].data, call.out[0].strides, call.in[0].data,
                    call.in[0].strides, handle_);
    else
      kernels::fill(call.ndim, call.shape, size, call.out[0].data, call.out[0].strides, call.in[0].value,
                    handle_);
  }

  void release_after(int index) {
    for (int r = code_.inputs; r < code_.registers; ++r)
      if (at(r).memory && !is_read_after(r, index) && !is_stored(r)) at(r).memory = {};
  }

  // Temporaries are contiguous in the order of the space.
  const std::int64_t* temporary_strides(dtype type) {
    auto& strides =
        strides_by_size_[static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(itemsize(type))))];
    for (int d = 0; d < p_.space.ndim; ++d)
      strides[static_cast<std::size_t>(d)] = element_strides_[d] * itemsize(type);
    return strides.data();
  }

  const bound_program& p_;
  const program& code_;
  const stream_view stream_;
  void* const handle_;
  std::array<virtual_register, max_registers> registers_;
  std::array<bool, max_operands> written_{};
  std::int64_t element_strides_[kernels::max_kernel_dims];
  std::array<std::array<std::int64_t, kernels::max_kernel_dims>, 5> strides_by_size_;
};

}  // namespace

void cuda_device::elementwise(const bound_program& p, stream_view s) {
  if (p.space.size == 0) return;
  if (p.space.ndim <= kernels::max_kernel_dims) return program_run(p, s).run();
  for_each_subspace(p.space, [&](const iteration_space& part) {
    bound_program each = p;
    each.space = part;
    program_run(each, s).run();
  });
}

}  // namespace numloom::cuda_host
