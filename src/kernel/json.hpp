// SPDX-License-Identifier: BSD-3-Clause
/// As much JSON as measurements need: reading whole values and writing numbers and texts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace numloom::kernel_detail {

struct json {
  enum class kind : unsigned char { null, boolean, integer, number, text, list, object } type = kind::null;
  std::int64_t whole = 0;  // of a boolean or an integer
  double number = 0;       // of a number or an integer
  std::string text{};
  struct member;
  std::vector<member> members;  // of a list: without names

  /// The member of that name, or nothing.
  const json* find(std::string_view name) const;
  const json* find(std::string_view name, kind wanted) const {
    const json* found = find(name);
    return found != nullptr && found->type == wanted ? found : nullptr;
  }
};
struct json::member {
  std::string name;
  json value;
};

/// Nothing for a text that is not one whole value.
std::optional<json> read_json(std::string_view text);
std::string json_text(std::string_view text);
std::string json_number(double number);

}  // namespace numloom::kernel_detail
