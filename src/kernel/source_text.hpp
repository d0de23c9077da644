// SPDX-License-Identifier: BSD-3-Clause
/// A kernel's source as text: tokens, the kernels that it declares, and the rewriting of __shared__ for the
/// host's compiler. It reads only as much C++ as that needs; the compiler has the last word on everything.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace numloom::kernel_detail {

struct token {
  enum class kind : unsigned char { word, number, text, directive, sign } type;
  std::size_t begin, end;
  std::string_view in(std::string_view source) const { return source.substr(begin, end - begin); }
};
/// Comments and white space are left out; a preprocessor line is one token.
std::vector<token> tokenize(std::string_view source);

struct template_parameter {
  std::string name;
  bool is_type = true;
  std::string fallback;  // its default argument
};
struct declared_parameter {
  std::string type;  // as written, "const T*"
  std::string name;
};
/// One `__global__` function.
struct kernel_declaration {
  std::string name;
  std::vector<template_parameter> templates;
  std::vector<declared_parameter> parameters;
};
std::vector<kernel_declaration> find_kernels(std::string_view source);

/// A structure without methods, bases and bit-fields.
struct declared_structure {
  std::string name;
  std::vector<std::string> fields;
};
/// Those that parameters of kernels speak of.
std::vector<declared_structure> parameter_structures(std::string_view source);
/// "float" of `__constant__ float w[2];`; empty when there is no such variable.
std::string variable_type(std::string_view source, std::string_view name);

/// Shared variables as the simulator's (heap blocks with guarded ends, one for each thread block). The
/// number of lines does not change.
std::string rewrite_shared(std::string_view source);

/// Does the source use this word outside comments and texts, without declaring a type or name of its own so?
bool uses_unqualified(std::string_view source, std::string_view word);

/// The parts between top-level commas, trimmed.
std::vector<std::string> split_arguments(std::string_view text);
std::string trim(std::string_view text);

}  // namespace numloom::kernel_detail
