// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/source_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace numloom::kernel_detail {
namespace {

bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// The end of what begins at `at`: a comment, a literal, a directive.
std::size_t end_of_line(std::string_view s, std::size_t at) {
  while (at < s.size() && s[at] != '\n') at += s[at] == '\\' && at + 1 < s.size() ? 2 : 1;
  return std::min(at, s.size());
}
std::size_t end_of_block_comment(std::string_view s, std::size_t at) {
  const std::size_t end = s.find("*/", at + 2);
  return end == std::string_view::npos ? s.size() : end + 2;
}
std::size_t end_of_quoted(std::string_view s, std::size_t at) {
  const char quote = s[at++];
  while (at < s.size() && s[at] != quote && s[at] != '\n') at += s[at] == '\\' ? 2 : 1;
  return std::min(at + 1, s.size());
}
std::size_t end_of_raw(std::string_view s, std::size_t quote) {
  const std::size_t open = s.find('(', quote);
  if (open == std::string_view::npos) return s.size();
  const std::string close = ")" + std::string(s.substr(quote + 1, open - quote - 1)) + "\"";
  const std::size_t end = s.find(close, open);
  return end == std::string_view::npos ? s.size() : end + close.size();
}

}  // namespace

std::vector<token> tokenize(std::string_view s) {
  using kind = token::kind;
  std::vector<token> tokens;
  bool line_start = true;
  for (std::size_t at = 0; at < s.size();) {
    const char c = s[at];
    if (c == '\n') line_start = true;
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    kind type = kind::sign;
    if (c == '/' && at + 1 < s.size() && (s[at + 1] == '/' || s[at + 1] == '*')) {
      at = s[at + 1] == '/' ? end_of_line(s, at) : end_of_block_comment(s, at);
      continue;
    }
    if (c == '#' && line_start) {
      at = end_of_line(s, at);
      type = kind::directive;
    } else if (c == '"' || c == '\'') {
      at = end_of_quoted(s, at);
      type = kind::text;
    } else if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      while (at < s.size() && (is_word_char(s[at]) || s[at] == '.' || s[at] == '\'')) ++at;
      type = kind::number;
    } else if (is_word_char(c)) {
      while (at < s.size() && is_word_char(s[at])) ++at;
      type = kind::word;
      if (s.substr(begin, at - begin) == "R" && at < s.size() && s[at] == '"') {
        at = end_of_raw(s, at);
        type = kind::text;
      }
    } else {
      ++at;
    }
    line_start = false;
    tokens.push_back({type, begin, at});
  }
  return tokens;
}

std::string trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return std::string(text);
}

std::vector<std::string> split_arguments(std::string_view text) {
  std::vector<std::string> parts;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(' || c == '[' || c == '{' || c == '<') ++depth;
    if (c == ')' || c == ']' || c == '}' || c == '>') --depth;
    if (c != ',' || depth != 0) continue;
    parts.push_back(trim(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  const std::string last = trim(text.substr(begin));
  if (!last.empty() || !parts.empty()) parts.push_back(last);
  return parts;
}

namespace {

// Reads declarations out of the tokens.
class kernel_finder {
 public:
  explicit kernel_finder(std::string_view source) : source_(source), tokens_(tokenize(source)) {}

  std::vector<kernel_declaration> kernels() const {
    std::vector<kernel_declaration> found;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (!is(i, "__global__")) continue;
      kernel_declaration k;
      const std::size_t open = parameter_list(i);
      if (open == 0) continue;
      const std::size_t close = closing(open, "(", ")");
      k.name = text(open - 1);
      k.parameters = parameters(open + 1, close);
      k.templates = templates_before(i);
      const bool known = std::any_of(found.begin(), found.end(), [&](const auto& other) {
        return other.name == k.name && other.parameters.size() == k.parameters.size();
      });
      if (!known) found.push_back(std::move(k));
    }
    return found;
  }

 private:
  std::string_view text(std::size_t i) const {
    return i < tokens_.size() ? tokens_[i].in(source_) : std::string_view();
  }
  bool is(std::size_t i, std::string_view what) const { return text(i) == what; }

  // The "(" of the kernel's parameters: the first one that is not an attribute's.
  std::size_t parameter_list(std::size_t i) const {
    for (; i < tokens_.size() && !is(i, ";") && !is(i, "{"); ++i) {
      if (!is(i, "(")) continue;
      const std::string_view before = text(i - 1);
      const bool attribute = before == "__launch_bounds__" || before == "__attribute__" ||
                             before == "alignas" || before == "__align__" || before == "__cluster_dims__";
      if (!attribute) return tokens_[i - 1].type == token::kind::word ? i : 0;
      i = closing(i, "(", ")");
    }
    return 0;
  }

  std::size_t closing(std::size_t open, std::string_view up, std::string_view down) const {
    int depth = 0;
    for (std::size_t i = open; i < tokens_.size(); ++i) {
      if (is(i, up)) ++depth;
      if (is(i, down) && --depth == 0) return i;
    }
    return tokens_.size();
  }

  // The tokens, joined so that a compiler would read the same.
  std::string joined(std::size_t begin, std::size_t end) const {
    std::string result;
    for (std::size_t i = begin; i < end; ++i) {
      const bool words = !result.empty() && is_word_char(result.back()) && is_word_char(text(i).front());
      if (words) result += ' ';
      result += text(i);
    }
    return result;
  }

  // Calls f(begin, end) for each part between commas outside brackets.
  template <class F> void each_part(std::size_t begin, std::size_t end, F&& f) const {
    int depth = 0;
    std::size_t from = begin;
    for (std::size_t i = begin; i < end; ++i) {
      if (is(i, "(") || is(i, "[") || is(i, "<") || is(i, "{")) ++depth;
      if (is(i, ")") || is(i, "]") || is(i, ">") || is(i, "}")) --depth;
      if (!is(i, ",") || depth != 0) continue;
      f(from, i);
      from = i + 1;
    }
    if (from < end) f(from, end);
  }

  std::vector<declared_parameter> parameters(std::size_t begin, std::size_t end) const {
    std::vector<declared_parameter> list;
    each_part(begin, end, [&](std::size_t from, std::size_t to) {
      declared_parameter p;
      std::size_t name = to;
      for (std::size_t i = from; i < to && !is(i, "="); ++i) {
        if (tokens_[i].type == token::kind::word && i > from) name = i;
        if (is(i, "[")) break;
      }
      const bool named = name < to && !is(name, "const") && !is(name, "__restrict__") && !is(name - 1, ":");
      if (named) p.name = text(name);
      p.type = joined(from, named ? name : to);
      if (named && is(name + 1, "[")) p.type += '*';
      if (p.type != "void" || named) list.push_back(std::move(p));
    });
    return list;
  }

  // template <class T, int N = 4> in front of the kernel whose `__global__` is token i.
  std::vector<template_parameter> templates_before(std::size_t i) const {
    std::size_t start = i;
    while (start > 0 && !is(start - 1, ";") && !is(start - 1, "}") && !is(start - 1, "{")) {
      if (tokens_[start - 1].type == token::kind::directive) break;
      --start;
    }
    std::vector<template_parameter> list;
    if (!is(start, "template") || !is(start + 1, "<")) return list;
    each_part(start + 2, closing(start + 1, "<", ">"), [&](std::size_t from, std::size_t to) {
      template_parameter p;
      p.is_type = is(from, "class") || is(from, "typename");
      std::size_t equals = from;
      while (equals < to && !is(equals, "=")) ++equals;
      if (equals > from) p.name = text(equals - 1);
      if (equals < to) p.fallback = joined(equals + 1, to);
      list.push_back(std::move(p));
    });
    return list;
  }

  std::string_view source_;
  std::vector<token> tokens_;
};

}  // namespace

std::vector<kernel_declaration> find_kernels(std::string_view source) {
  return kernel_finder(source).kernels();
}

bool uses_unqualified(std::string_view source, std::string_view word) {
  const std::vector<token> tokens = tokenize(source);
  constexpr std::array<std::string_view, 7> declares{"struct", "class", "union",    "enum",
                                                     "using",  "::",    "namespace"};
  bool used = false;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].type == token::kind::directive) {
      const std::string_view line = tokens[i].in(source);
      if (line.find("define") != line.npos && line.find(word) != line.npos) return false;
    }
    if (tokens[i].in(source) != word) continue;
    const std::string_view before = i == 0 ? std::string_view() : tokens[i - 1].in(source);
    if (std::find(declares.begin(), declares.end(), before) != declares.end()) return false;
    const bool member = before == "." || before == ":" || before == ">";
    used = used || !member;
  }
  return used;
}

}  // namespace numloom::kernel_detail
