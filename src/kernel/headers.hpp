// SPDX-License-Identifier: BSD-3-Clause
/// The headers inside the library, and the putting together of a kernel's text with what it includes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "numloom/kernel.hpp"

namespace numloom::kernel_detail {

struct embedded_header {
  const char* name;
  const char* text;
};
/// Ends with a null name. Made by cmake/kernel_headers.cmake.
extern const embedded_header embedded_headers[];

/// The text of an embedded header, or null.
const char* find_embedded(std::string_view name);

/// Replaces the lines that include a header of `given`, or one of CUDA's that we have in our own form, by
/// that header's text, with #line marks. One with `#pragma once` comes once. Other includes are left to the
/// compiler.
std::string expand_includes(std::string_view text, const std::string& file,
                            const std::vector<std::pair<std::string, std::string>>& given);

/// What the host's compiler reads before a kernel's text; `checked`: with what debug and check need.
std::string host_prelude(bool checked);

/// `using` declarations for those of our names that a kernel's text, or the name of an instance that is asked
/// for, uses without a namespace.
std::string using_lines(const std::string& source, const std::vector<std::string>& names);

/// Is it "-DN=4" or "--define-macro=N=4"?
bool is_macro(const std::string& option);
/// The macros as lines behind the prelude: one that is called N or T does not change our own headers.
std::string define_lines(const compile_options& options);

/// The contents of all headers that `text` may include from these folders, in order, for a hash.
std::string included_contents(std::string_view text, const std::vector<std::string>& folders);

}  // namespace numloom::kernel_detail
