// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/headers.hpp"

#include <filesystem>
#include <fstream>
#include <set>

#include "kernel/source_text.hpp"

namespace numloom::kernel_detail {
namespace {

using header_list = std::vector<std::pair<std::string, std::string>>;

// The name in `#include "name"` or `#include <name>`; empty for other lines.
std::string included_name(std::string_view line) {
  std::size_t at = line.find_first_not_of(" \t");
  if (at == line.npos || line[at] != '#') return "";
  at = line.find_first_not_of(" \t", at + 1);
  if (at == line.npos || line.substr(at, 7) != "include") return "";
  at = line.find_first_of("\"<", at + 7);
  if (at == line.npos) return "";
  const std::size_t end = line.find(line[at] == '<' ? '>' : '"', at + 1);
  return end == line.npos ? "" : std::string(line.substr(at + 1, end - at - 1));
}

bool is_once(std::string_view line) { return line.substr(0, 12) == "#pragma once"; }

class expander {
 public:
  expander(const header_list& given, bool ours) : given_(given), ours_(ours) {}

  void expand(std::string_view text, const std::string& file, int depth) {
    int line_number = 0;
    std::size_t begin = 0;
    while (begin < text.size()) {
      std::size_t end = text.find('\n', begin);
      if (end == text.npos) end = text.size();
      const std::string_view line = text.substr(begin, end - begin);
      begin = end + 1;
      ++line_number;
      const std::string name = included_name(line);
      const char* header = name.empty() || depth > 40 ? nullptr : find(name);
      if (header == nullptr) {
        if (!is_once(line)) result_ += line;
        result_ += '\n';
        continue;
      }
      const bool once =
          std::string_view(header).find("\n#pragma once") != std::string_view::npos || is_once(header);
      if (once && !seen_.insert(name).second) {
        result_ += '\n';
        continue;
      }
      result_ += "#line 1 \"" + name + "\"\n";
      expand(header, name, depth + 1);
      result_ += "#line " + std::to_string(line_number + 1) + " \"" + file + "\"\n";
    }
  }
  std::string take() { return std::move(result_); }

 private:
  const char* find(const std::string& name) const {
    for (const auto& [given, text] : given_) {
      if (given == name) return text.c_str();
    }
    const char* text = find_embedded(name == "cassert" ? "assert.h" : name);
    const bool standard = name.size() > 2 && name.compare(name.size() - 2, 2, ".h") == 0;
    return ours_ != standard ? text : nullptr;
  }
  const header_list& given_;
  bool ours_;
  std::set<std::string> seen_;
  std::string result_;
};

void collect(std::string_view text, const std::vector<std::string>& folders, std::set<std::string>& seen,
             std::string& contents) {
  for (const token& t : tokenize(text)) {
    if (t.type != token::kind::directive) continue;
    const std::string name = included_name(t.in(text));
    if (name.empty()) continue;
    for (const std::string& folder : folders) {
      const std::filesystem::path path = std::filesystem::path(folder) / name;
      std::ifstream file(path, std::ios::binary);
      if (!file || !seen.insert(path.string()).second) continue;
      const std::string inner{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      contents += name + '\n' + inner + '\n';
      std::vector<std::string> wider = folders;  // a quoted include is looked for beside the file first
      wider.push_back(path.parent_path().string());
      collect(inner, wider, seen, contents);
      break;
    }
  }
}

}  // namespace

const char* find_embedded(std::string_view name) {
  for (const embedded_header* h = embedded_headers; h->name != nullptr; ++h) {
    if (name == h->name) return h->text;
  }
  return nullptr;
}

std::string expand_includes(std::string_view text, const std::string& file, const header_list& given) {
  expander e(given, false);
  e.expand(text, file, 0);
  return e.take();
}

std::string host_prelude(bool checked) {
  const header_list none;
  expander e(none, true);
  e.expand("#include \"host.hpp\"\n", "prelude", 0);
  if (checked) e.expand("#include \"checked.hpp\"\n", "prelude", 0);
  return e.take();
}

std::string using_lines(const std::string& source, const std::vector<std::string>& names) {
  std::string text = source, lines;
  for (const std::string& name : names) text += '\n' + name + ';';
  for (const char* name : {"view", "complex", "float16"}) {
    if (uses_unqualified(text, name)) lines += std::string("using numloom::") + name + ";\n";
  }
  // The one function of complex numbers that no argument of theirs leads to.
  if (uses_unqualified(text, "complex") && uses_unqualified(text, "polar"))
    lines += "using numloom::polar;\n";
  return lines;
}

bool is_macro(const std::string& option) {
  return (option.rfind("-D", 0) == 0 && option.size() > 2) || option.rfind("--define-macro=", 0) == 0;
}

std::string define_lines(const compile_options& options) {
  std::string lines;
  for (const std::string& option : options.options) {
    if (!is_macro(option)) continue;
    const std::string macro = option.substr(option[1] == 'D' ? 2 : 15);
    const std::size_t equals = macro.find('=');
    const bool valued = equals != macro.npos;
    lines += "#define " + macro.substr(0, equals) + " " + (valued ? macro.substr(equals + 1) : "1") + "\n";
  }
  for (const auto& [name, value] : options.defines) lines += "#define " + name + " " + value + "\n";
  return lines;
}

std::string included_contents(std::string_view text, const std::vector<std::string>& folders) {
  std::set<std::string> seen;
  std::string contents;
  if (!folders.empty()) collect(text, folders, seen, contents);
  return contents;
}

}  // namespace numloom::kernel_detail
