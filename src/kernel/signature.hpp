// SPDX-License-Identifier: BSD-3-Clause
/// A kernel's parameters, read from the compiler's own mangled type.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "numloom/dtype.hpp"
#include "numloom/kernel.hpp"

namespace numloom::kernel_detail {

/// What a pointer or view points to, or what a number is.
struct element_type {
  std::string text;           // "float", "float4", "particle"
  std::optional<dtype> type;  // of an element, or of each lane of a vector type
  int lanes = 1;              // float4: 4
  bool any = false;           // void: whatever the array holds
  bool character = false;     // char: int8 and uint8
  /// May an array of this dtype be seen as such elements?
  bool takes(dtype t) const;
  /// "float32", "int8 or uint8", "float32 (4 to an element)", for messages.
  std::string expected() const;
};

enum class parameter_kind : unsigned char { number, pointer, view, structure };

struct parameter {
  parameter_kind kind = parameter_kind::structure;
  std::string name;  // as the source has it; may be empty
  std::string text;  // "float const*"
  element_type element;
  bool is_const = false;  // of a pointer or view: only read
  int rank = 0;           // of a view
  unsigned bytes = 0, alignment = 1;
  unsigned element_bytes = 0, element_alignment = 1;  // 0: not known
  std::vector<structure_field> fields{};              // of a plain structure, in the order of memory
};

/// "PFvPKfiE", or the name of a function template's instance whose last argument is such a type.
std::string demangle(const std::string& mangled);
/// The parameters of "void (*)(float const*, int)". Sizes are those of the built-in types.
std::vector<parameter> parse_signature(std::string_view demangled);
/// "float const*" -> a pointer to const float.
parameter parse_parameter(std::string_view text);
element_type parse_element(std::string_view text);

}  // namespace numloom::kernel_detail
