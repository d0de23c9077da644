// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/json.hpp"

#include <cctype>
#include <charconv>
#include <cstdint>

namespace numloom::kernel_detail {
namespace {

class json_reader {
 public:
  explicit json_reader(std::string_view text) : text_(text) {}
  std::optional<json> whole() {
    json value;
    if (!read(value, 0)) return {};
    skip();
    return at_ == text_.size() ? std::optional(std::move(value)) : std::nullopt;
  }

 private:
  static constexpr int deepest = 32;
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool take(std::string_view word) {
    skip();
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  bool read(json& v, int depth) {
    if (depth > deepest) return false;
    if (take("{")) return read_members(v, depth, true);
    if (take("[")) return read_members(v, depth, false);
    if (take("\"")) {
      v.type = json::kind::text;
      return read_text(v.text);
    }
    if (take("null")) return true;
    for (const bool b : {true, false}) {
      if (!take(b ? "true" : "false")) continue;
      v.type = json::kind::boolean;
      v.whole = b ? 1 : 0;
      return true;
    }
    return read_number(v);
  }
  bool read_members(json& v, int depth, bool named) {
    v.type = named ? json::kind::object : json::kind::list;
    const char* end = named ? "}" : "]";
    if (take(end)) return true;
    do {
      auto& [name, value] = v.members.emplace_back();
      if (named && !(take("\"") && read_text(name) && take(":"))) return false;
      if (!read(value, depth + 1)) return false;
    } while (take(","));
    return take(end);
  }
  bool read_text(std::string& to) {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') return ++at_, true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        to += c;
        continue;
      }
      if (++at_ == text_.size()) return false;
      if (text_[at_] == 'u') {
        if (!read_code(to)) return false;
        continue;
      }
      constexpr std::string_view marks = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
      const std::size_t k = marks.find(text_[at_]);
      if (k == marks.npos) return false;
      to += meant[k];
    }
    return false;
  }
  // \u00e4 as UTF-8; pairs of surrogates do not occur in what we write.
  bool read_code(std::string& to) {
    unsigned code = 0;
    if (at_ + 4 >= text_.size()) return false;
    const char* first = text_.data() + at_ + 1;
    if (std::from_chars(first, first + 4, code, 16).ptr != first + 4) return false;
    at_ += 4;
    if (code < 0x80) return to += static_cast<char>(code), true;
    if (code >= 0x800) to += static_cast<char>(0xe0 | (code >> 12));
    to += static_cast<char>(code >= 0x800 ? 0x80 | ((code >> 6) & 0x3f) : 0xc0 | (code >> 6));
    to += static_cast<char>(0x80 | (code & 0x3f));
    return true;
  }
  bool read_number(json& v) {
    skip();
    const char *first = text_.data() + at_, *last = text_.data() + text_.size();
    const auto real = std::from_chars(first, last, v.number);
    if (real.ec != std::errc()) return false;
    const auto whole = std::from_chars(first, last, v.whole);
    v.type = whole.ec == std::errc() && whole.ptr == real.ptr ? json::kind::integer : json::kind::number;
    at_ += static_cast<std::size_t>(real.ptr - first);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

const json* json::find(std::string_view name) const {
  for (const auto& [own, value] : members) {
    if (own == name) return &value;
  }
  return nullptr;
}

std::optional<json> read_json(std::string_view text) { return json_reader(text).whole(); }

std::string json_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    constexpr char digits[] = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (code < 0x20) {
      quoted += {'\\', 'u', '0', '0', digits[code >> 4], digits[code & 15]};
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string json_number(double number) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

}  // namespace numloom::kernel_detail
