// SPDX-License-Identifier: BSD-3-Clause
#include "ops/float_format.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace numloom::detail {

namespace {

std::string printed(const char* format, int precision, double x) {
  char text[400];  // the largest double has 309 digits before the point
  const int n = std::snprintf(text, sizeof text, format, precision, x);
  return {text, static_cast<std::size_t>(n)};
}

// Half precision has no to_chars: at most five digits are needed.
std::string shortest_half(double x) {
  for (int precision = 0; precision < 5; ++precision) {
    const std::string text = printed("%.*e", precision, x);
    if (static_cast<float>(float16(std::strtof(text.c_str(), nullptr))) == static_cast<float>(x)) return text;
  }
  return printed("%.*e", 5, x);
}

std::string shortest_scientific(double x, dtype type) {
  if (type == dtype::float16) return shortest_half(x);
  char text[64];
  const auto end =
      type == dtype::float32
          ? std::to_chars(text, text + sizeof text, static_cast<float>(x), std::chars_format::scientific)
          : std::to_chars(text, text + sizeof text, x, std::chars_format::scientific);
  return {text, end.ptr};
}

void strip_zeros(std::string& text) {
  while (!text.empty() && text.back() == '0') text.pop_back();
}

std::string exponent_text(int exponent) {
  const int size = std::abs(exponent);
  return std::string(exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + std::to_string(size);
}

// The digits with a point where the exponent wants it: "0.00123", "12.", "1200.".
std::string with_point(const shortest_decimal& d) {
  std::string text = d.negative ? "-" : "";
  const int digits = static_cast<int>(d.digits.size()), whole = d.exponent + 1;
  if (whole <= 0)
    return text + "0." +
           (d.digits == "0" ? "" : std::string(static_cast<std::size_t>(-whole), '0') + d.digits);
  if (whole >= digits)
    return text + d.digits + std::string(static_cast<std::size_t>(whole - digits), '0') + ".";
  return text + d.digits.substr(0, static_cast<std::size_t>(whole)) + "." +
         d.digits.substr(static_cast<std::size_t>(whole));
}

}  // namespace

shortest_decimal shortest(double x, dtype type) {
  const std::string text = shortest_scientific(std::abs(x), type);
  const std::size_t e = text.find('e');
  shortest_decimal d{std::signbit(x), text.substr(0, 1), std::atoi(text.c_str() + e + 1)};
  if (e > 2) d.digits += text.substr(2, e - 2);
  strip_zeros(d.digits);
  if (d.digits.empty()) d.digits = "0";
  return d;
}

std::string positional(double x, dtype type, int precision) {
  const shortest_decimal d = shortest(x, type);
  const int behind = static_cast<int>(d.digits.size()) - 1 - d.exponent;
  if (behind <= precision) {
    std::string text = with_point(d);
    if (d.digits == "0") text = d.negative ? "-0." : "0.";
    return text;
  }
  std::string text = printed("%.*f", precision, x);
  if (precision == 0) return text + ".";
  strip_zeros(text);
  return text;
}

std::string scientific(double x, dtype type, int precision) {
  const shortest_decimal d = shortest(x, type);
  if (static_cast<int>(d.digits.size()) - 1 <= precision)
    return (d.negative ? "-" : "") + d.digits.substr(0, 1) + "." + d.digits.substr(1) +
           exponent_text(d.exponent);
  const std::string text = printed("%.*e", precision, x);
  const std::size_t e = text.find('e');
  std::string mantissa = text.substr(0, e);
  if (precision == 0)
    mantissa += '.';
  else
    strip_zeros(mantissa);
  return mantissa + exponent_text(std::atoi(text.c_str() + e + 1));
}

std::string fixed_scientific(double x, int precision) {
  std::string text = printed("%.*e", precision, x);
  if (precision == 0) text.insert(text.find('e'), ".");
  return text;
}

namespace {

std::string shortest_text(double x, dtype type, bool keep_zero) {
  if (std::isnan(x)) return "nan";
  if (std::isinf(x)) return x < 0 ? "-inf" : "inf";
  const double size = std::abs(x);
  const shortest_decimal d = shortest(x, type);
  const double high = type == dtype::float16 ? 1e3 : type == dtype::float32 ? 1e6 : 1e16;
  if (x == 0 || (size >= 1e-4 && size < high)) {
    std::string text = x == 0 ? (d.negative ? "-0." : "0.") : with_point(d);
    if (text.back() == '.') {
      if (keep_zero)
        text += '0';
      else
        text.pop_back();
    }
    return text;
  }
  return (d.negative ? "-" : "") + d.digits.substr(0, 1) +
         (d.digits.size() > 1 ? "." + d.digits.substr(1) : "") + exponent_text(d.exponent);
}

}  // namespace

std::string scalar_text(double x, dtype type) { return shortest_text(x, type, true); }
std::string part_text(double x, dtype type) { return shortest_text(x, type, false); }

}  // namespace numloom::detail
