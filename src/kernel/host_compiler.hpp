// SPDX-License-Identifier: BSD-3-Clause
/// The system's C++ compiler: which one, and its version as far as a cache must know it.
#pragma once

#include <string>

namespace numloom::kernel_detail {

/// The first that exists of NUMLOOM_CXX, CXX, c++, g++, clang++. Throws not_available, which begins with
/// `need`.
std::string host_compiler(const std::string& need);

/// Another file, or another version of it, is another text.
std::string identity_of(const std::string& path);
/// Is it Clang, under whatever name?
bool is_clang(const std::string& compiler);
/// The flag that leaves the excerpts out of its messages, which we make ourselves.
const char* without_carets(const std::string& compiler);

}  // namespace numloom::kernel_detail
