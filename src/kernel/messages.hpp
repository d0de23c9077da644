// SPDX-License-Identifier: BSD-3-Clause
/// A compiler's messages in terms of the user's own file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace numloom::kernel_detail {

/// Line of `file` on which `text` begins, 0 when it is not found there.
int find_in_file(const std::string& file, std::string_view text);

struct diagnostic {
  std::string file;
  int line = 0, column = 0;
  std::string message;
};
/// The errors in what g++, clang or NVRTC has said.
std::vector<diagnostic> find_errors(std::string_view log);

/// "   14 |   y[i] = q;\n      |          ^"
std::string excerpt(std::string_view text, int line, int shown_line, int column);
/// Puts the user's own file and line where a message speaks of the text that the compiler knows as
/// source_name.
std::string with_places(std::string message, std::string_view text, const std::string& file);

/// A compile_error that begins with `heading` and shows the first errors with their lines.
[[noreturn]] void throw_compile_error(std::string heading, const std::string& log, std::string_view text,
                                      const std::string& file);
std::string line_of(std::string_view text, int line);

}  // namespace numloom::kernel_detail
