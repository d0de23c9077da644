// SPDX-License-Identifier: BSD-3-Clause
/// Which loops leave true floating-point flags behind, and the flags of those that do not.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/loops.hpp"
#include "numloom/float_errors.hpp"

namespace numloom::cpu_host {

/// How the errors of a loop are found.
enum class error_source : std::uint8_t {
  none,      // it commits none; what it leaves in the flags means nothing
  hardware,  // plain arithmetic: the processor's flags are the truth
  results,   // made of many steps, or of integers: from operands and results, where something is not finite
};
error_source error_source_of(ufunc op, dtype loop) noexcept;

/// Runs a loop with error_source::results: afterwards the thread's flags are what they were, and the loop's
/// own errors. args: inputs, then outputs; steps in bytes.
void run_checked(loop_fn loop, ufunc op, dtype type, char* const* args, const std::int64_t* steps,
                 std::int64_t n);

/// The errors of a loop over these operands and results, read from the numbers alone.
unsigned errors_in(ufunc op, dtype type, char* const* args, const std::int64_t* steps, std::int64_t n);

/// A ufunc's loop for a dtype, and where its errors come from.
struct ufunc_step {
  loop_fn run = nullptr;
  ufunc op{};
  dtype type{};
  error_source source = error_source::none;

  ufunc_step() = default;
  ufunc_step(loop_fn other) : run(other) {}
  ufunc_step(ufunc f, dtype loop)
      : run(ufunc_loop(f, loop)), op(f), type(loop), source(error_source_of(f, loop)) {}
  void operator()(char* const* args, const std::int64_t* steps, std::int64_t n) const {
    source == error_source::results ? run_checked(run, op, type, args, steps, n) : run(args, steps, n);
  }
};

/// A conversion, and whether it may lose what is not finite or grow to it.
struct cast_step {
  loop_fn run = nullptr;
  dtype from{}, to{};
  bool is_checked = false;

  cast_step() = default;
  cast_step(std::nullptr_t) {}
  cast_step(dtype source, dtype target);
  explicit operator bool() const noexcept { return run != nullptr; }
  void operator()(char* const* args, const std::int64_t* steps, std::int64_t n) const {
    is_checked ? run_checked(args, steps, n) : run(args, steps, n);
  }

 private:
  void run_checked(char* const* args, const std::int64_t* steps, std::int64_t n) const;
};

}  // namespace numloom::cpu_host
