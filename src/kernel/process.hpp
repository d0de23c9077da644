// SPDX-License-Identifier: BSD-3-Clause
/// Runs a compiler.
#pragma once

#include <string>
#include <vector>

namespace numloom::kernel_detail {

struct process_result {
  int status = 0;      // 0: fine; 127: could not be started
  std::string errors;  // what it wrote to stderr
};
/// No shell in between. `input` is its stdin.
process_result run_process(const std::vector<std::string>& words, const std::string& input);

/// The program's path, looked for in PATH; empty when there is none.
std::string find_program(const std::string& name);

}  // namespace numloom::kernel_detail
