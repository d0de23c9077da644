// SPDX-License-Identifier: BSD-3-Clause
// Programs: from dtypes and ufuncs to loops.
#include "cpu/backend.hpp"
#include "cpu/executor.hpp"
#include "numloom/error.hpp"

namespace numloom::cpu_host {

namespace {

// Which registers an instruction reads and writes, from the ufunc's row.
struct arity {
  int in, out;
};
constexpr arity arities[] = {
#define NL_UFUNC(name, nin, nout, functor, loops, rule, identity, doc) {nin, nout},
#include "numloom/ufuncs.def"
};

// Functions of a few instructions cost 1; anything with a polynomial or a division about ten times that.
int cost_of(ufunc op) {
  switch (op) {
    case ufunc::add:
    case ufunc::subtract:
    case ufunc::multiply:
    case ufunc::negative:
    case ufunc::positive:
    case ufunc::absolute:
    case ufunc::square:
    case ufunc::maximum:
    case ufunc::minimum:
    case ufunc::conjugate: return 1;
    case ufunc::divide:
    case ufunc::sqrt: return 2;
    default: return op >= ufunc::equal || (op >= ufunc::rint && op <= ufunc::copysign) ? 1 : 8;
  }
}

void add_step(block_program& p, const instruction& body) {
  const arity& operands = arities[static_cast<int>(body.op)];
  block_program::step& step = p.body[p.steps++];
  step.run = ufunc_step(body.op, body.loop);
  if (!step.run.run)
    fail<type_error>("[", info(body.op).name, "] expected a dtype that it has a loop for, got ", body.loop);
  step.operands = operands.in + operands.out;
  step.last_input = operands.in - 1;
  for (int i = 0; i < operands.in; ++i) step.args[i] = body.in[i];
  for (int i = 0; i < operands.out; ++i) step.args[operands.in + i] = body.out[i];
  p.cost += cost_of(body.op);
}

// A conversion of few elements that lie in one line: no blocks, no plan.
bool convert_few(const bound_program& bound) {
  constexpr std::int64_t most_elements = 4096;
  const iteration_space& s = bound.space;
  if (bound.code->instructions > 0 || s.operands != 2 || s.ndim != 1 || s.size > most_elements) return false;
  if (!s.data[1]) return false;
  if (s.strides[0][0] != itemsize(bound.type[0]) || s.strides[1][0] != itemsize(bound.type[1])) return false;
  const dtype to = bound.code->register_type[0];
  if (to != bound.type[0] || to == bound.type[1]) return false;
  char* const args[] = {static_cast<char*>(s.data[1]), static_cast<char*>(s.data[0])};
  const std::int64_t steps[] = {s.strides[1][0], s.strides[0][0]};
  cast_step(bound.type[1], to)(args, steps, s.size);
  return true;
}

}  // namespace

void cpu_device::elementwise(const bound_program& bound, stream_view) {
  if (convert_few(bound)) return;
  const program& code = *bound.code;
  block_program p;
  p.space = &bound.space;
  p.inputs = code.inputs;
  p.outputs = code.outputs;
  p.masked = bound.masked;
  p.registers = code.registers;
  p.cost = code.instructions > 0 ? 0 : 1;
  for (int r = 0; r < code.registers; ++r) p.register_size[r] = itemsize(code.register_type[r]);
  for (int k = 0; k < bound.space.operands; ++k) {
    p.operand_size[k] = itemsize(bound.type[k]);
    p.value[k] = bound.value[k];
  }
  for (int i = 0; i < code.inputs; ++i) {
    const dtype from = bound.type[code.outputs + i], to = code.register_type[i];
    p.load[i] = from == to ? cast_step() : cast_step(from, to);
  }
  for (int o = 0; o < code.outputs; ++o) {
    const dtype from = code.register_type[code.output_register[o]], to = bound.type[o];
    p.output_register[o] = code.output_register[o];
    p.store[o] = from == to ? cast_step() : cast_step(from, to);
  }
  for (int s = 0; s < code.instructions; ++s) add_step(p, code.body[s]);
  run_blocks(p);
}

}  // namespace numloom::cpu_host
