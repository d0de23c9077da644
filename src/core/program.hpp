// SPDX-License-Identifier: BSD-3-Clause
/// A program: the elementwise work that a device is given. Inputs are converted to their register's dtype
/// when loaded, instructions work on registers, and outputs are converted from their register's dtype when
/// stored. A program of no instructions is a cast. Eager `a + b` is a program of one instruction.
#pragma once

#include <cstdint>
#include <span>

#include "core/iteration.hpp"
#include "numloom/ufuncs.hpp"

namespace numloom {

inline constexpr int max_instructions = 16;
inline constexpr int max_registers = 24;

struct instruction {
  ufunc op;
  dtype loop;           // the dtype L of the ufunc's loop; register dtypes follow from the ufunc's row
  std::uint8_t in[3];   // registers
  std::uint8_t out[2];  // registers
};

struct program {
  int inputs = 0, outputs = 0, instructions = 0, registers = 0;
  dtype register_type[max_registers];  // registers 0 .. inputs-1 are the inputs, as loaded
  std::uint8_t output_register[max_operands];
  instruction body[max_instructions];
};

/// The operands of a program as a device sees them. Operands are numbered outputs first, then inputs, then
/// the mask.
struct bound_program {
  const program* code = nullptr;
  iteration_space space;
  dtype type[max_operands];                           // dtype in memory
  alignas(16) unsigned char value[max_operands][16];  // of inputs passed by value (space.data is null)
  bool masked = false;  // the last operand is a bool mask: store only where it is true
};

/// Broadcasts and binds arrays to a program and runs it on their device. Outputs have the broadcast shape
/// already, are writeable, and do not overlap inputs in a harmful way (ops/ufunc.cpp sees to it).
void run(const program& code, std::span<const ndarray* const> outputs, std::span<const array_like> inputs,
         const ndarray* mask = nullptr);

}  // namespace numloom
