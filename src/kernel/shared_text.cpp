// SPDX-License-Identifier: BSD-3-Clause
// __shared__ for the host's compiler. `__shared__ float tile[16][17];` becomes a reference into a block of
// memory that the simulator makes for each thread block: its ends are guarded, and unset elements show.
// `extern __shared__ float s[];` becomes a pointer to the launch's dynamic shared memory.
#include <algorithm>
#include <set>

#include "kernel/source_text.hpp"

namespace numloom::kernel_detail {
namespace {

class shared_rewriter {
 public:
  explicit shared_rewriter(std::string_view source) : source_(source), tokens_(tokenize(source)) {}

  std::string rewrite() {
    std::string result;
    std::size_t copied = 0;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      follow_braces(i);
      if (!is(i, "__shared__")) continue;
      std::size_t begin = i;
      while (begin > 0 && is_qualifier(begin - 1)) --begin;
      const std::size_t end = statement_end(i);
      if (end == tokens_.size()) break;
      const std::string text = replacement(begin, i, end);
      if (text.empty()) continue;
      result += source_.substr(copied, tokens_[begin].begin - copied);
      result += text;
      copied = tokens_[end].end;
      result.append(newlines(tokens_[begin].begin, copied), '\n');
      i = end;
    }
    result += source_.substr(copied);
    return result;
  }

 private:
  std::string_view text(std::size_t i) const {
    return i < tokens_.size() ? tokens_[i].in(source_) : std::string_view();
  }
  bool is(std::size_t i, std::string_view what) const { return text(i) == what; }
  bool is_qualifier(std::size_t i) const {
    return is(i, "extern") || is(i, "static") || is(i, "volatile") || is(i, "const");
  }
  std::size_t newlines(std::size_t begin, std::size_t end) const {
    const std::string_view part = source_.substr(begin, end - begin);
    return static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
  }

  // Which braces belong to functions: inside one everything does.
  void follow_braces(std::size_t i) {
    if (is(i, "}") && !in_function_.empty()) in_function_.pop_back();
    if (is(i, "{")) in_function_.push_back(inside() || opens_function(i));
  }
  bool inside() const { return !in_function_.empty() && in_function_.back(); }
  bool opens_function(std::size_t brace) const {
    bool parameters = false;
    for (std::size_t i = brace; i-- > 0;) {
      if (is(i, ";") || is(i, "{") || is(i, "}") || tokens_[i].type == token::kind::directive) break;
      if (is(i, "namespace")) return false;
      parameters = parameters || is(i, ")");
    }
    return parameters;
  }

  std::size_t statement_end(std::size_t i) const {
    int depth = 0;
    for (; i < tokens_.size(); ++i) {
      if (is(i, "(") || is(i, "[") || is(i, "{")) ++depth;
      if (is(i, ")") || is(i, "]") || is(i, "}")) --depth;
      if (is(i, ";") && depth == 0) return i;
    }
    return i;
  }

  // Past `alignas(16)` and the like.
  std::size_t past_alignment(std::size_t i) const {
    while (is(i, "alignas") || is(i, "__align__") || is(i, "__attribute__")) {
      int depth = 0;
      do {
        ++i;
        if (is(i, "(")) ++depth;
        if (is(i, ")")) --depth;
      } while (depth > 0 && i < tokens_.size());
      ++i;
    }
    return i;
  }

  struct declarator {
    std::size_t begin, name, end;
  };

  // The declarators between `begin` and `end`; the first one begins with the type.
  std::vector<declarator> declarators(std::size_t begin, std::size_t end) const {
    std::vector<declarator> list;
    int brackets = 0;
    int angles = 0;
    declarator d{begin, begin, end};
    bool named = false;
    for (std::size_t i = begin; i < end; ++i) {
      if (is(i, "[") || is(i, "(") || is(i, "{")) {
        if (brackets++ == 0 && is(i, "[") && angles == 0) named = true;
      }
      if (is(i, "]") || is(i, ")") || is(i, "}")) --brackets;
      if (brackets == 0 && is(i, "<")) ++angles;
      if (brackets == 0 && is(i, ">")) --angles;
      if (is(i, "=") && brackets == 0) named = true;
      if (brackets == 0 && angles == 0 && !named && tokens_[i].type == token::kind::word) d.name = i;
      if (!is(i, ",") || brackets != 0 || angles != 0) continue;
      d.end = i;
      list.push_back(d);
      d = {i + 1, i + 1, end};
      named = false;
    }
    list.push_back(d);
    return list;
  }

  std::string joined(std::size_t begin, std::size_t end) const {
    std::string result;
    for (std::size_t i = begin; i < end; ++i) {
      if (is(i, "__shared__") || is(i, "extern") || is(i, "static")) continue;
      result += text(i);
      result += ' ';
    }
    return result;
  }

  // Empty where the statement is left to the compiler.
  std::string replacement(std::size_t begin, std::size_t shared, std::size_t end) {
    bool dynamic = false;
    for (std::size_t i = begin; i < shared + 3 && i < end; ++i) dynamic = dynamic || is(i, "extern");
    std::size_t type = shared + 1;
    while (is_qualifier(type) && !is(type, "const") && !is(type, "volatile")) ++type;
    const std::vector<declarator> list = declarators(past_alignment(type), end);
    if (dynamic) return dynamic_text(list[0]);
    if (!inside()) return "";
    std::size_t type_end = list[0].name;
    while (type_end > 0 && (is(type_end - 1, "*") || is(type_end - 1, "&"))) --type_end;
    const std::string prefix = joined(begin, shared) + joined(type, type_end);
    std::string result;
    for (const declarator& d : list) {
      const std::size_t from = &d == &list[0] ? type_end : d.begin;
      result += static_text(prefix + joined(from, d.end), std::string(text(d.name)));
    }
    return result;
  }

  std::string static_text(const std::string& declaration, const std::string& name) {
    const std::string number = std::to_string(count_++);
    const std::string block = "nl_shared_" + number;
    const std::string key = "nl_key_" + number;
    return "struct " + block + " { " + declaration + "; }; static const char " + key + " = 0; auto& " + name +
           " = static_cast<" + block + "*>(::numloom::simt::shared_variable(&" + key + ", sizeof(" + block +
           "), \"" + name + "\", __FILE__, __LINE__))->" + name + "; ";
  }

  std::string dynamic_text(const declarator& d) {
    std::size_t open = d.name + 1;
    if (!is(open, "[")) return "";
    while (open < d.end && !is(open, "]")) ++open;
    const std::string element = "nl_dynamic_" + std::to_string(count_++);
    const std::string type =
        "typedef " + joined(d.begin, d.name) + element + " " + joined(open + 1, d.end) + "; ";
    const std::string name(text(d.name));
    if (!inside())
      return type + "static constexpr ::numloom::simt::dynamic_shared_array<" + element + "> " + name +
             "{}; ";
    return type + element + "* " + name + " = static_cast<" + element +
           "*>(::numloom::simt::dynamic_shared()); ";
  }

  std::string_view source_;
  std::vector<token> tokens_;
  std::vector<bool> in_function_;
  int count_ = 0;
};

}  // namespace

std::string rewrite_shared(std::string_view source) { return shared_rewriter(source).rewrite(); }

}  // namespace numloom::kernel_detail
