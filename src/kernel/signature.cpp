// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/signature.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

#include "kernel/source_text.hpp"

namespace numloom::kernel_detail {
namespace {

struct named_type {
  std::string_view name;
  dtype type;
};
constexpr named_type numbers[] = {
    {"bool", dtype::bool_},
    {"signed char", dtype::int8},
    {"char", dtype::int8},
    {"unsigned char", dtype::uint8},
    {"short", dtype::int16},
    {"unsigned short", dtype::uint16},
    {"int", dtype::int32},
    {"unsigned int", dtype::uint32},
    {"unsigned", dtype::uint32},
    {"long", dtype::int64},
    {"unsigned long", dtype::uint64},
    {"long long", dtype::int64},
    {"unsigned long long", dtype::uint64},
    {"float", dtype::float32},
    {"double", dtype::float64},
    {"float16", dtype::float16},
    {"__half", dtype::float16},
    {"complex<float>", dtype::complex64},
    {"complex<double>", dtype::complex128},
};
constexpr named_type vectors[] = {
    {"char", dtype::int8},     {"uchar", dtype::uint8},    {"short", dtype::int16},
    {"ushort", dtype::uint16}, {"int", dtype::int32},      {"uint", dtype::uint32},
    {"long", dtype::int64},    {"ulong", dtype::uint64},   {"longlong", dtype::int64},
    {"float", dtype::float32}, {"double", dtype::float64}, {"ulonglong", dtype::uint64},
};

bool starts(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }
bool ends(std::string_view text, std::string_view with) {
  return text.size() >= with.size() && text.substr(text.size() - with.size()) == with;
}

// Our own types and the usual complex numbers, without their namespaces.
std::string_view without_namespace(std::string_view text) {
  for (const std::string_view prefix :
       {"numloom::simt::", "numloom::rtc::", "numloom::", "std::", "thrust::", "cuda::std::", "::"}) {
    if (starts(text, prefix)) text.remove_prefix(prefix.size());
  }
  return text;
}

// Removes "const" at either end; true when there was one.
bool drop_const(std::string& text) {
  bool found = false;
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view word : {" const", " volatile", " restrict", " __restrict", " __restrict__"}) {
      if (!ends(text, word)) continue;
      found = found || word == " const";
      text = trim(std::string_view(text).substr(0, text.size() - word.size()));
      again = true;
    }
    for (const std::string_view word : {"const ", "volatile "}) {
      if (!starts(text, word)) continue;
      found = found || word == "const ";
      text = trim(std::string_view(text).substr(word.size()));
      again = true;
    }
  }
  return found;
}

void set_sizes(parameter& p) {
  if (p.kind == parameter_kind::pointer) p.bytes = p.alignment = 8;
  if (p.kind == parameter_kind::view) {
    p.bytes = 8 + 16 * static_cast<unsigned>(p.rank);
    p.alignment = 8;
  }
  if (!p.element.type) return;
  const unsigned one = static_cast<unsigned>(itemsize(*p.element.type));
  p.element_bytes = one * static_cast<unsigned>(p.element.lanes);
  const bool complex = is_complex(*p.element.type);
  p.element_alignment = complex ? one / 2 : one;
  const bool odd = p.element.lanes == 3 || p.element.lanes == 1;
  if (!odd) p.element_alignment = p.element_bytes > 16 ? 16 : p.element_bytes;
  if (p.kind != parameter_kind::number) return;
  p.bytes = p.element_bytes;
  p.alignment = p.element_alignment;
}

}  // namespace

bool element_type::takes(dtype t) const {
  if (any) return true;
  if (!type) return false;
  if (character) return t == dtype::int8 || t == dtype::uint8;
  if (lanes == 2 && *type == dtype::float32 && t == dtype::complex64) return true;
  if (lanes == 2 && *type == dtype::float64 && t == dtype::complex128) return true;
  return t == *type;
}

std::string element_type::expected() const {
  if (any) return "any dtype";
  if (!type) return "elements of " + text;
  if (character) return "int8 or uint8";
  const std::string name(name_of(*type));
  return lanes == 1 ? name : name + " (" + std::to_string(lanes) + " to an element)";
}

element_type parse_element(std::string_view given) {
  element_type e;
  e.text = std::string(without_namespace(given));
  e.any = e.text == "void";
  e.character = e.text == "char";
  for (const auto& [name, type] : numbers) {
    if (e.text == name) e.type = type;
  }
  if (e.type || e.text.empty()) return e;
  const char lanes = e.text.back();
  for (const auto& [name, type] : vectors) {
    if (lanes < '1' || lanes > '4' || e.text.substr(0, e.text.size() - 1) != name) continue;
    e.type = type;
    e.lanes = lanes - '0';
  }
  return e;
}

parameter parse_parameter(std::string_view given) {
  parameter p;
  std::string text = trim(given);
  for (const std::string_view space : {"numloom::simt::", "numloom::rtc::"}) {
    for (std::size_t at; (at = text.find(space)) != text.npos;) text.erase(at, space.size());
  }
  p.text = text;
  drop_const(text);  // of the parameter itself
  if (ends(text, "*")) {
    p.kind = parameter_kind::pointer;
    text = trim(std::string_view(text).substr(0, text.size() - 1));
    p.is_const = drop_const(text);
    p.element = parse_element(text);
  } else if (const std::string_view plain = without_namespace(text); starts(plain, "view<")) {
    p.kind = parameter_kind::view;
    const std::vector<std::string> inner = split_arguments(plain.substr(5, plain.size() - 6));
    std::string element = inner.empty() ? "" : inner[0];
    p.is_const = drop_const(element);
    p.element = parse_element(element);
    p.rank = inner.size() < 2 ? 1 : std::atoi(inner[1].c_str());
    p.text = "view<" + p.element.text + (p.is_const ? " const, " : ", ") + std::to_string(p.rank) + ">";
  } else {
    p.element = parse_element(text);
    p.kind = p.element.type && p.element.lanes == 1 ? parameter_kind::number : parameter_kind::structure;
  }
  set_sizes(p);
  return p;
}

std::string demangle(const std::string& mangled) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> plain(
      abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), std::free);
  return status == 0 ? std::string(plain.get()) : mangled;
}

std::vector<parameter> parse_signature(std::string_view demangled) {
  const std::size_t pointer = demangled.find("(*)(");
  std::vector<parameter> parameters;
  if (pointer == demangled.npos) return parameters;
  demangled.remove_prefix(pointer + 4);
  int depth = 1;
  std::size_t end = 0;
  for (; end < demangled.size(); ++end) {
    if (demangled[end] == '(') ++depth;
    if (demangled[end] == ')' && --depth == 0) break;
  }
  for (const std::string& text : split_arguments(demangled.substr(0, end))) {
    if (text != "void" && !text.empty()) parameters.push_back(parse_parameter(text));
  }
  return parameters;
}

}  // namespace numloom::kernel_detail
