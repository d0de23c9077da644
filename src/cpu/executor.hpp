// SPDX-License-Identifier: BSD-3-Clause
/// Runs elementwise work in cache-sized blocks over all cores. What elementwise(), select() and copy() have
/// in common: operands that are gathered or taken as they lie, loops over registers, results that are
/// converted, masked, streamed or scattered.
#pragma once

#include <cstdint>

#include "core/iteration.hpp"
#include "cpu/float_status.hpp"

namespace numloom::cpu_host {

inline constexpr int max_steps = 16;
inline constexpr int max_values = 24;

/// What the blocks have to do, with loops chosen and nothing about dtypes left but sizes. Operands are
/// numbered as in the space: outputs, then inputs, then the mask.
struct block_program {
  const iteration_space* space = nullptr;
  int inputs = 0, outputs = 0;
  int operand_size[max_operands];   // bytes of an element in memory
  const void* value[max_operands];  // of inputs passed by value
  cast_step load[max_operands];     // of input i: conversion into register i; null if it is already so
  cast_step store[max_operands];    // of output o: conversion from its register; null if none
  int output_register[max_operands];
  bool masked = false;  // the last operand is a bool mask
  int registers = 0;    // the first are the inputs
  int register_size[max_values];
  struct step {
    ufunc_step run;
    int operands, last_input;  // args: registers read up to last_input, then registers written
    int args[5];
  };
  int steps = 0;
  step body[max_steps];
  /// Relative cost of an element: 1 for an addition.
  int cost = 1;
};

void run_blocks(const block_program& p);

/// Scratch memory of this thread, 64-byte aligned; valid until the next call on the thread.
char* scratch(std::size_t bytes);

}  // namespace numloom::cpu_host
