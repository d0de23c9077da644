// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/expression.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

#include "numloom/error.hpp"
#include "numloom/kernel.hpp"

namespace numloom::kernel_detail {

struct expression::node {
  enum class kind : unsigned char { constant, name, attribute, item, call, unary, binary, choice } type;
  tuning_value value = false;  // of a constant
  std::string word{};          // the name, the attribute, the operator
  std::vector<node> of{};
};

namespace {

using node = expression::node;
using kind = node::kind;

// Python's grammar, one function a level of precedence.
class parser {
 public:
  parser(const std::string& text, const std::string& what, std::set<std::string>& names)
      : text_(text), what_(what), names_(names) {
    for (std::size_t at = 0; at < text.size();) {
      if (std::isspace(static_cast<unsigned char>(text[at])) != 0) {
        ++at;
        continue;
      }
      const std::size_t end = end_of_word(at);
      words_.push_back(text.substr(at, end - at));
      at = end;
    }
  }
  node whole() {
    node n = choice();
    if (at_ != words_.size()) refuse();
    return n;
  }

 private:
  [[noreturn]] void refuse() const {
    fail<value_error>("[Kernel] ", what_, "='", text_, "' is no expression");
  }
  [[noreturn]] void refuse_kind() const {
    fail<value_error>("[Kernel] ", what_, "='", text_, "': expected arithmetic of parameters and arguments");
  }
  std::size_t end_of_word(std::size_t at) const {
    const auto is_word = [&](std::size_t k) {
      return k < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[k])) != 0 || text_[k] == '_');
    };
    const char c = text_[at];
    if (c == '"' || c == '\'') return std::min(text_.find(c, at + 1), text_.size() - 1) + 1;
    const bool is_number = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (!is_word(at)) {
      static const std::set<std::string> pairs{"<=", ">=", "==", "!=", "//", "**"};
      return at + (pairs.contains(text_.substr(at, 2)) ? 2 : 1);
    }
    while (is_word(at) || (is_number && at < text_.size() &&
                           (text_[at] == '.' || (at > 0 && (text_[at - 1] | 32) == 'e' &&
                                                 (text_[at] == '-' || text_[at] == '+')))))
      ++at;
    return at;
  }
  bool is(const char* word) const { return at_ < words_.size() && words_[at_] == word; }
  bool take(const char* word) {
    if (!is(word)) return false;
    ++at_;
    return true;
  }
  void expect(const char* word) {
    if (!take(word)) refuse();
  }
  std::string take_any(std::initializer_list<const char*> words) {
    for (const char* w : words) {
      if (take(w)) return w;
    }
    return "";
  }

  node choice() {
    node a = any_of();
    if (!take("if")) return a;
    node condition = any_of();
    expect("else");
    node b = choice();
    return {kind::choice, false, "", {std::move(condition), std::move(a), std::move(b)}};
  }
  node any_of() {
    node a = all_of();
    while (take("or")) a = {kind::binary, false, "or", {std::move(a), all_of()}};
    return a;
  }
  node all_of() {
    node a = negation();
    while (take("and")) a = {kind::binary, false, "and", {std::move(a), negation()}};
    return a;
  }
  node negation() {
    if (take("not")) return {kind::unary, false, "not", {negation()}};
    return comparison();
  }
  // a < b <= c is a < b and b <= c.
  node comparison() {
    node left = sum();
    node all{kind::constant, true};
    bool first = true;
    for (;;) {
      const std::string sign = take_any({"<=", ">=", "==", "!=", "<", ">"});
      if (sign.empty()) return first ? left : all;
      node right = sum();
      node one{kind::binary, false, sign, {left, right}};
      all = first ? std::move(one) : node{kind::binary, false, "and", {std::move(all), std::move(one)}};
      left = std::move(right);
      first = false;
    }
  }
  node sum() {
    node a = product();
    for (;;) {
      const std::string sign = take_any({"+", "-"});
      if (sign.empty()) return a;
      a = {kind::binary, false, sign, {std::move(a), product()}};
    }
  }
  node product() {
    node a = signed_power();
    for (;;) {
      const std::string sign = take_any({"*", "//", "/", "%"});
      if (sign.empty()) return a;
      a = {kind::binary, false, sign, {std::move(a), signed_power()}};
    }
  }
  node signed_power() {
    if (take("-")) return {kind::unary, false, "-", {signed_power()}};
    if (take("+")) return signed_power();
    node a = primary();
    if (take("**")) return {kind::binary, false, "**", {std::move(a), signed_power()}};
    return a;
  }
  node primary() {
    node a = atom();
    for (;;) {
      if (take(".")) {
        static const std::set<std::string> known{"size", "shape", "ndim", "nbytes", "itemsize"};
        if (at_ == words_.size() || !known.contains(words_[at_])) refuse_kind();
        a = {kind::attribute, false, words_[at_++], {std::move(a)}};
      } else if (take("[")) {
        a = {kind::item, false, "", {std::move(a), choice()}};
        expect("]");
      } else if (is("(")) {
        refuse_kind();
      } else {
        return a;
      }
    }
  }
  node atom() {
    if (at_ == words_.size()) refuse();
    if (take("(")) {
      node a = choice();
      expect(")");
      return a;
    }
    const std::string word = words_[at_++];
    const char first = word[0];
    if (first == '"' || first == '\'') {
      if (word.size() < 2 || word.back() != first) refuse();
      return {kind::constant, word.substr(1, word.size() - 2)};
    }
    if (std::isdigit(static_cast<unsigned char>(first)) != 0 || first == '.') return number(word);
    if (std::isalpha(static_cast<unsigned char>(first)) == 0 && first != '_') refuse();
    if (word == "True" || word == "False") return {kind::constant, word == "True"};
    static const std::set<std::string> functions{"ceil", "floor", "min", "max", "abs", "int", "cdiv"};
    if (functions.contains(word) && take("(")) return call(word);
    names_.insert(word);
    if (is("(")) throw_unknown_later();
    return {kind::name, false, word};
  }
  // A call of what is no function: the name is refused as unknown, so what stands in the brackets is skipped.
  void throw_unknown_later() {
    int depth = 0;
    do {
      depth += is("(") ? 1 : is(")") ? -1 : 0;
      ++at_;
    } while (depth > 0 && at_ < words_.size());
  }
  node call(const std::string& function) {
    node c{kind::call, false, function};
    do c.of.push_back(choice());
    while (take(","));
    expect(")");
    const std::size_t count = c.of.size();
    const bool several = function == "min" || function == "max";
    if (several ? count < 2 : count != (function == "cdiv" ? 2u : 1u)) refuse();
    return c;
  }
  node number(const std::string& word) const {
    char* end = nullptr;
    if (word.find_first_of(".eE") == word.npos) {
      const std::int64_t n = std::strtoll(word.c_str(), &end, 10);
      if (*end == '\0') return {kind::constant, n};
    }
    const double d = std::strtod(word.c_str(), &end);
    if (*end != '\0') refuse();
    return {kind::constant, d};
  }

  const std::string& text_;
  const std::string& what_;
  std::set<std::string>& names_;
  std::vector<std::string> words_;
  std::size_t at_ = 0;
};

double as_double(const tuning_value& v) {
  if (const auto* b = std::get_if<bool>(&v)) return *b ? 1 : 0;
  if (const auto* i = std::get_if<std::int64_t>(&v)) return static_cast<double>(*i);
  return std::get<double>(v);
}
std::int64_t as_integer(const tuning_value& v) {
  return std::holds_alternative<bool>(v) ? (std::get<bool>(v) ? 1 : 0) : std::get<std::int64_t>(v);
}
bool is_integer(const tuning_value& v) {
  return std::holds_alternative<std::int64_t>(v) || std::holds_alternative<bool>(v);
}
std::int64_t floor_divided(std::int64_t a, std::int64_t b) {
  const std::int64_t q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

class evaluation {
 public:
  evaluation(const std::string& text, const std::string& what, const name_lookup& lookup)
      : text_(text), what_(what), lookup_(lookup) {}

  tuning_value of(const node& n) const {
    switch (n.type) {
      case kind::constant: return n.value;
      case kind::name: return named(n.word);
      case kind::attribute: return attribute(n, 0);
      case kind::item: return item(n);
      case kind::call: return called(n);
      case kind::unary: return unary(n);
      case kind::binary: return binary(n);
      case kind::choice: return of(is_true(of(n.of[0])) ? n.of[1] : n.of[2]);
    }
    __builtin_unreachable();
  }

 private:
  template <class Error = type_error> [[noreturn]] void refuse(const std::string& why) const {
    fail<Error>("[Kernel] ", what_, "='", text_, "': ", why);
  }
  tuning_value numeric(const scalar& s) const {
    switch (s.type) {
      case scalar::kind::boolean: return s.b;
      case scalar::kind::integer: return s.i;
      case scalar::kind::floating: return s.f[0];
      default: refuse("expected a real number of 64 bits");
    }
  }
  tuning_value named(const std::string& name) const {
    const named_value v = lookup_(name);
    if (const auto* value = std::get_if<tuning_value>(&v)) return *value;
    const kernel_argument& a = *std::get<const kernel_argument*>(v);
    if (a.type() == kernel_argument::kind::number) return numeric(a.number());
    if (a.type() == kernel_argument::kind::array && a.array().ndim() == 0) return numeric(a.array().item());
    refuse("expected a number for '" + name + "' (an array has size, shape, ndim, nbytes and itemsize)");
  }
  tuning_value attribute(const node& n, std::size_t axis) const {
    if (n.of[0].type != kind::name) refuse("expected an argument before ." + n.word);
    const named_value v = lookup_(n.of[0].word);
    const auto* argument = std::get_if<const kernel_argument*>(&v);
    if (argument == nullptr || (*argument)->type() != kernel_argument::kind::array)
      refuse("expected an array for '" + n.of[0].word + "'");
    const ndarray& a = (*argument)->array();
    if (n.word == "size") return a.size();
    if (n.word == "ndim") return a.ndim();
    if (n.word == "nbytes") return a.nbytes();
    if (n.word == "itemsize") return a.itemsize();
    if (axis >= static_cast<std::size_t>(a.ndim()))
      refuse<value_error>("'" + n.of[0].word + "' has " + std::to_string(a.ndim()) + " dimension(s)");
    return a.shape()[static_cast<int>(axis)];
  }
  tuning_value item(const node& n) const {
    const tuning_value position = of(n.of[1]);
    if (n.of[0].type != kind::attribute || n.of[0].word != "shape" || !is_integer(position))
      refuse("expected shape[k]");
    std::int64_t k = as_integer(position);
    if (k < 0) k += as_integer(attribute({kind::attribute, false, "ndim", n.of[0].of}, 0));
    return attribute(n.of[0], static_cast<std::size_t>(k));
  }
  tuning_value called(const node& n) const {
    const tuning_value a = number(of(n.of[0]));
    if (n.word == "min" || n.word == "max") {
      tuning_value best = a;
      for (const node& next : n.of) {
        const tuning_value v = number(of(next));
        if (n.word == "min" ? as_double(v) < as_double(best) : as_double(v) > as_double(best)) best = v;
      }
      return best;
    }
    if (n.word == "cdiv") {
      const tuning_value b = number(of(n.of[1]));
      if (!is_integer(a) || !is_integer(b)) refuse("expected integers in cdiv()");
      if (as_integer(b) == 0) refuse<value_error>("division by zero");
      return -floor_divided(-as_integer(a), as_integer(b));
    }
    if (n.word == "abs")
      return is_integer(a) ? tuning_value(std::abs(as_integer(a))) : std::fabs(as_double(a));
    if (is_integer(a)) return as_integer(a);
    const double d = as_double(a);
    return static_cast<std::int64_t>(n.word == "ceil" ? std::ceil(d) : n.word == "floor" ? std::floor(d) : d);
  }
  tuning_value number(tuning_value v) const {
    if (std::holds_alternative<std::string>(v))
      refuse("expected a number, got '" + std::get<std::string>(v) + "'");
    return v;
  }
  tuning_value unary(const node& n) const {
    const tuning_value a = of(n.of[0]);
    if (n.word == "not") return !is_true(a);
    return is_integer(number(a)) ? tuning_value(-as_integer(a)) : tuning_value(-as_double(a));
  }
  tuning_value binary(const node& n) const {
    const tuning_value a = of(n.of[0]);
    if (n.word == "and") return is_true(a) ? of(n.of[1]) : a;
    if (n.word == "or") return is_true(a) ? a : of(n.of[1]);
    const tuning_value b = of(n.of[1]);
    const bool words = std::holds_alternative<std::string>(a) || std::holds_alternative<std::string>(b);
    if (words && (n.word == "==" || n.word == "!=")) return (a == b) == (n.word == "==");
    number(a), number(b);
    if (std::string("<><=>===!=").find(n.word) != std::string::npos)
      return compared(n.word, as_double(a), as_double(b));
    if ((n.word == "/" || n.word == "//" || n.word == "%") && as_double(b) == 0)
      refuse<value_error>("division by zero");
    if (is_integer(a) && is_integer(b) && n.word != "/" && !(n.word == "**" && as_integer(b) < 0))
      return whole(n.word[0] == '*' && n.word.size() == 2 ? '^' : n.word[0], as_integer(a), as_integer(b));
    return real(n.word, as_double(a), as_double(b));
  }
  static bool compared(const std::string& sign, double a, double b) {
    if (sign == "<") return a < b;
    if (sign == ">") return a > b;
    if (sign == "<=") return a <= b;
    if (sign == ">=") return a >= b;
    return (a == b) == (sign == "==");
  }
  std::int64_t whole(char sign, std::int64_t a, std::int64_t b) const {
    std::int64_t r = 0;
    bool over = false;
    switch (sign) {
      case '+': over = __builtin_add_overflow(a, b, &r); break;
      case '-': over = __builtin_sub_overflow(a, b, &r); break;
      case '*': over = __builtin_mul_overflow(a, b, &r); break;
      case '/': return floor_divided(a, b);
      case '%': return a - b * floor_divided(a, b);
      default:
        for (r = 1; b > 0 && !over; --b) over = __builtin_mul_overflow(r, a, &r);
    }
    if (over) refuse<value_error>("the result does not fit 64 bits");
    return r;
  }
  static double real(const std::string& sign, double a, double b) {
    if (sign == "+") return a + b;
    if (sign == "-") return a - b;
    if (sign == "*") return a * b;
    if (sign == "/") return a / b;
    if (sign == "//") return std::floor(a / b);
    if (sign == "%") return a - b * std::floor(a / b);
    return std::pow(a, b);
  }

  const std::string& text_;
  const std::string& what_;
  const name_lookup& lookup_;
};

}  // namespace

bool is_true(const tuning_value& v) {
  if (const auto* word = std::get_if<std::string>(&v)) return !word->empty();
  return as_double(v) != 0;
}

expression::expression(std::string text, std::string what) : text_(std::move(text)), what_(std::move(what)) {
  root_ = std::make_shared<const node>(parser(text_, what_, names_).whole());
}

tuning_value expression::evaluate(const name_lookup& lookup) const {
  return evaluation(text_, what_, lookup).of(*root_);
}

}  // namespace numloom::kernel_detail
