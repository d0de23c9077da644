// SPDX-License-Identifier: BSD-3-Clause
// Plain structures of a kernel's text, and its variables. What is not plain (methods, bases, bit-fields,
// templates, conditional text) is left out: of those only the size is checked.
#include <algorithm>

#include "kernel/source_text.hpp"

namespace numloom::kernel_detail {
namespace {

class structure_reader {
 public:
  explicit structure_reader(std::string_view source) : source_(source), tokens_(tokenize(source)) {}

  std::vector<declared_structure> structures() const {
    std::vector<declared_structure> found;
    int depth = 0, conditions = 0;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].type == token::kind::directive) conditions += condition(text(i));
      if (is(i, "{")) ++depth;
      if (is(i, "}")) --depth;
      declared_structure s;
      if (depth != 0 || conditions != 0 || !is(i, "struct") || !read(i, s)) continue;
      found.push_back(std::move(s));
    }
    return found;
  }

  // "float" of `__constant__ float w[2];`
  std::string variable_type(std::string_view name) const {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (!is(i, "__constant__") && !is(i, "__device__")) continue;
      std::string type;
      for (++i; tokens_.size() > i && tokens_[i].type == token::kind::word && !is(i, name); ++i) {
        const bool word = !is(i, "static") && !is(i, "const") && !is(i, "volatile") && !is(i, "extern");
        if (word) type += (type.empty() ? "" : " ") + std::string(text(i));
      }
      if (is(i, name) && (is(i + 1, "[") || is(i + 1, ";") || is(i + 1, "="))) return type;
    }
    return "";
  }

 private:
  std::string_view text(std::size_t i) const {
    return i < tokens_.size() ? tokens_[i].in(source_) : std::string_view();
  }
  bool is(std::size_t i, std::string_view what) const { return text(i) == what; }

  static int condition(std::string_view line) {
    const std::size_t at = line.find_first_not_of(" \t", 1);
    if (at == line.npos) return 0;
    return line.substr(at, 2) == "if" ? 1 : line.substr(at, 5) == "endif" ? -1 : 0;
  }

  // struct name { type a, b[3]; ... };
  bool read(std::size_t i, declared_structure& s) const {
    if (i > 0 && !is(i - 1, ";") && !is(i - 1, "}") && tokens_[i - 1].type != token::kind::directive)
      return false;
    if (i + 2 >= tokens_.size() || tokens_[i + 1].type != token::kind::word || !is(i + 2, "{")) return false;
    s.name = text(i + 1);
    for (i += 3; i < tokens_.size() && !is(i, "}"); ++i) {
      const token::kind type = tokens_[i].type;
      const bool other = type == token::kind::directive || is(i, "(") || is(i, "{") || is(i, ":") ||
                         is(i, "*") || is(i, "&") || is(i, "static") || is(i, "using") || is(i, "=");
      if (other) return false;
      const bool ends = is(i + 1, ";") || is(i + 1, ",") || is(i + 1, "[");
      if (type == token::kind::word && ends && !in_brackets(i)) s.fields.emplace_back(text(i));
    }
    return is(i + 1, ";") && !s.fields.empty();
  }

  // Is it a number between [ and ], or an argument between < and >?
  bool in_brackets(std::size_t i) const {
    for (; i > 0 && !is(i, ";") && !is(i, "{") && !is(i, "]") && !is(i, ">"); --i) {
      if (is(i, "[") || is(i, "<")) return true;
    }
    return false;
  }

  std::string_view source_;
  std::vector<token> tokens_;
};

bool has_word(const std::string& text, const std::string& word) {
  for (const token& t : tokenize(text)) {
    if (t.in(text) == word) return true;
  }
  return false;
}

}  // namespace

std::vector<declared_structure> parameter_structures(std::string_view source) {
  std::vector<declared_structure> all = structure_reader(source).structures();
  const std::vector<kernel_declaration> kernels = find_kernels(source);
  const auto unused = [&](const declared_structure& s) {
    const auto same = [&](const declared_structure& other) { return other.name == s.name; };
    if (std::count_if(all.begin(), all.end(), same) != 1) return true;
    for (const kernel_declaration& k : kernels) {
      for (const declared_parameter& p : k.parameters) {
        if (has_word(p.type, s.name)) return false;
      }
    }
    return true;
  };
  std::vector<declared_structure> used;
  for (const declared_structure& s : all) {
    if (!unused(s)) used.push_back(s);
  }
  return used;
}

std::string variable_type(std::string_view source, std::string_view name) {
  return structure_reader(source).variable_type(name);
}

}  // namespace numloom::kernel_detail
