// SPDX-License-Identifier: BSD-3-Clause
// Arrays as text, as NumPy prints them: columns aligned, 8 digits, lines of 75 characters, three items at
// each edge of an array of more than 1000 elements.
#include <algorithm>
#include <cmath>
#include <memory>

#include "numloom/creation.hpp"
#include "numloom/indexing.hpp"
#include "numloom/io.hpp"
#include "numloom/manipulation.hpp"
#include "ops/common.hpp"
#include "ops/float_format.hpp"

namespace numloom {

using namespace detail;

namespace {

constexpr int digits_behind_point = 8, line_width = 75;
constexpr std::int64_t threshold = 1000, edge_items = 3;

// Decides on one format for all numbers of an array, then writes each in it.
class float_column {
 public:
  float_column(const std::vector<double>& values, dtype type, bool always_sign)
      : type_(type), always_sign_(always_sign) {
    std::vector<double> finite;
    for (double v : values)
      if (std::isfinite(v)) finite.push_back(v);
    choose_notation(finite);
    if (!finite.empty()) measure(finite);
    if (finite.size() != values.size()) {
      const bool signed_infinity = always_sign || std::any_of(values.begin(), values.end(), [](double v) {
                                     return std::isinf(v) && v < 0;
                                   });
      left_ = std::max({left_, 3 - (right_ + 1), 3 + signed_infinity - (right_ + 1)});
    }
  }

  std::string operator()(double x) const {
    if (!std::isfinite(x)) {
      std::string text = std::isnan(x) ? (always_sign_ ? "+nan" : "nan")
                         : x < 0       ? "-inf"
                                       : (always_sign_ ? "+inf" : "inf");
      return padded(text, left_ + right_ + 1);
    }
    const std::string text = exponential_ ? exact(x) : plain(x, precision_);
    const std::size_t point = text.find('.');
    std::string result = padded(text.substr(0, point), left_) + ".";
    if (!exponential_) {
      const std::string fraction = text.substr(point + 1);
      return result + fraction + std::string(static_cast<std::size_t>(right_) - fraction.size(), ' ');
    }
    const std::size_t e = text.find('e');
    std::string exponent = text.substr(e + 2);
    const auto width = static_cast<std::size_t>(exponent_);
    if (exponent.size() < width) exponent.insert(0, width - exponent.size(), '0');
    return result + text.substr(point + 1, e + 1 - point) + exponent;
  }

 private:
  static std::string padded(const std::string& text, int width) {
    const auto w = static_cast<std::size_t>(std::max(width, 0));
    return text.size() < w ? std::string(w - text.size(), ' ') + text : text;
  }
  std::string plain(double x, int precision) const {
    const std::string text = exponential_ ? scientific(x, type_, precision) : positional(x, type_, precision);
    return always_sign_ && text[0] != '-' ? "+" + text : text;
  }
  // With an exponent every number shows as many digits as the one that needs most: its own, not zeros.
  std::string exact(double x) const {
    const std::string text = fixed_scientific(x, precision_);
    return always_sign_ && text[0] != '-' ? "+" + text : text;
  }
  // Exponents for what is very large, very small, or of very different sizes.
  void choose_notation(const std::vector<double>& finite) {
    double smallest = INFINITY, largest = 0;
    for (double v : finite) {
      if (v == 0) continue;
      smallest = std::min(smallest, std::abs(v));
      largest = std::max(largest, std::abs(v));
    }
    if (largest == 0) return;
    // The limits and the ratio are taken in the array's own precision.
    const bool single = type_ != dtype::float64;
    double ratio = single ? static_cast<double>(static_cast<float>(largest) / static_cast<float>(smallest))
                          : largest / smallest;
    if (type_ == dtype::float16) ratio = static_cast<float>(float16(static_cast<float>(ratio)));
    const double low = type_ == dtype::float16   ? static_cast<float>(float16(0.0001f))
                       : type_ == dtype::float32 ? static_cast<double>(0.0001f)
                                                 : 0.0001;
    const double high = type_ == dtype::float16 ? 1e3 : type_ == dtype::float32 ? 1e6 : 1e8;  // digits it has
    exponential_ = largest >= high || smallest < low || ratio > 1000;
  }
  void measure(const std::vector<double>& finite) {
    int fraction = 0;
    for (double v : finite) {
      const std::string text = plain(v, digits_behind_point);
      const int point = static_cast<int>(text.find('.')), end = static_cast<int>(text.size());
      const int e = exponential_ ? static_cast<int>(text.find('e')) : end;
      left_ = std::max(left_, point);
      fraction = std::max(fraction, e - point - 1);
      exponent_ = std::max(exponent_, end - e - 2);
    }
    precision_ = exponential_ ? fraction : digits_behind_point;
    right_ = exponential_ ? exponent_ + 2 + fraction : fraction;
  }

  dtype type_;
  bool always_sign_, exponential_ = false;
  int left_ = 0, right_ = 0, precision_ = digits_behind_point, exponent_ = 0;
};

std::vector<double> reals(const std::vector<scalar>& values) {
  std::vector<double> list;
  for (const scalar& s : values) list.push_back(s.real());
  return list;
}

std::vector<double> imaginaries(const std::vector<scalar>& values) {
  std::vector<double> list;
  for (const scalar& s : values) list.push_back(s.imag());
  return list;
}

std::string whole_text(const scalar& s) {
  return s.type == scalar::kind::unsigned_integer ? std::to_string(s.u) : std::to_string(s.i);
}

// Every element as text; all of one width.
std::vector<std::string> columns_of(const std::vector<scalar>& values, dtype type) {
  std::vector<std::string> words;
  words.reserve(values.size());
  if (type == dtype::bool_) {
    for (const scalar& s : values) words.push_back(s.b ? " True" : "False");
  } else if (is_integer(type)) {
    std::size_t width = 0;
    for (const scalar& s : values) {
      words.push_back(whole_text(s));
      width = std::max(width, words.back().size());
    }
    for (std::string& word : words) word.insert(0, width - word.size(), ' ');
  } else if (is_floating(type)) {
    const float_column column(reals(values), type, false);
    for (const scalar& s : values) words.push_back(column(s.real()));
  } else {
    const dtype part = real_part_of(type);
    const float_column re(reals(values), part, false), im(imaginaries(values), part, true);
    for (const scalar& s : values) {
      const std::string imaginary = im(s.imag());
      const std::size_t end = imaginary.find_last_not_of(' ') + 1;
      words.push_back(as_text(re(s.real()), imaginary.substr(0, end), "j", imaginary.substr(end)));
    }
  }
  return words;
}

std::string text_of_scalar(const scalar& s, dtype type) {
  if (type == dtype::bool_) return s.b ? "True" : "False";
  if (is_integer(type)) return whole_text(s);
  if (is_floating(type)) return scalar_text(s.real(), type);
  const dtype part = real_part_of(type);
  const std::string imaginary = part_text(s.imag(), part);
  if (s.real() == 0 && !std::signbit(s.real())) return as_text(imaginary, 'j');
  return as_text('(', part_text(s.real(), part), imaginary[0] == '-' ? "" : "+", imaginary, "j)");
}

// Lays the words out in nested brackets.
class layout {
 public:
  layout(const shape_t& shape, std::vector<std::string> words, std::vector<bool> cut)
      : shape_(shape), words_(std::move(words)), cut_(std::move(cut)) {}

  std::string text() { return block(0, " ", line_width); }

 private:
  // The text of one sub-array. indent: what new lines within it begin with; width: what is left of a line
  // before the closing brackets outside.
  std::string block(int axis, const std::string& indent, int width) {
    if (axis == shape_.size()) return words_[next_++];
    const bool innermost = axis == shape_.size() - 1;
    return as_text('[', innermost ? row(axis, indent, width) : rows(axis, indent, width), ']');
  }
  bool gap_before(int axis, std::int64_t i) const {
    return cut_[static_cast<std::size_t>(axis)] && i == edge_items;
  }

  std::string row(int axis, const std::string& indent, int width) {
    const std::size_t limit = static_cast<std::size_t>(width - 1);  // room for the bracket
    std::string done, line = indent;
    const auto extend = [&](const std::string& word) {
      // A new line is of use only if this one holds something.
      if (line.size() + word.size() > limit && line.size() > indent.size()) {
        line.erase(line.find_last_not_of(' ') + 1);
        done += line + "\n";
        line = indent;
      }
      line += word;
    };
    for (std::int64_t i = 0; i < shape_[axis]; ++i) {
      if (gap_before(axis, i)) {
        extend("...");
        line += ' ';
      }
      extend(words_[next_++]);
      if (i + 1 < shape_[axis]) line += ' ';
    }
    return (done + line).substr(indent.size());
  }

  std::string rows(int axis, const std::string& indent, int width) {
    const std::string separator(static_cast<std::size_t>(shape_.size() - 1 - axis), '\n');
    std::string text;
    for (std::int64_t i = 0; i < shape_[axis]; ++i) {
      if (i > 0) text += indent;
      if (gap_before(axis, i)) text += "..." + separator + indent;
      text += block(axis + 1, indent + " ", width - 1);
      if (i + 1 < shape_[axis]) text += separator;
    }
    return text;
  }

  const shape_t& shape_;
  std::vector<std::string> words_;
  std::vector<bool> cut_;
  std::size_t next_ = 0;
};

// The edges of an axis, put together.
ndarray edges(const ndarray& a, int axis) {
  const ndarray first = slice_axis(a, axis, 0, edge_items),
                last = slice_axis(a, axis, -edge_items, INT64_MAX);
  return concatenate({first, last}, {.axis = axis});
}

}  // namespace

std::string to_string(const ndarray& a) {
  if (!a.defined()) return "<undefined>";
  if (a.ndim() == 0) return text_of_scalar(a.item(), a.dtype());
  if (a.size() == 0) return "[]";
  std::vector<bool> cut(static_cast<std::size_t>(a.ndim()), false);
  ndarray shown = a;
  if (a.size() > threshold)
    for (int d = 0; d < a.ndim(); ++d)
      if (a.shape()[d] > 2 * edge_items) {
        shown = edges(shown, d);
        cut[static_cast<std::size_t>(d)] = true;
      }
  const ndarray host = ascontiguousarray(to_device(shown, cpu));
  const char* from = static_cast<const char*>(host.data(access::read));
  std::vector<scalar> values;
  for (std::int64_t i = 0; i < host.size(); ++i)
    values.push_back(load_scalar(host.dtype(), from + i * host.itemsize()));
  return layout(host.shape(), columns_of(values, host.dtype()), std::move(cut)).text();
}

std::ostream& operator<<(std::ostream& out, const ndarray& a) { return out << to_string(a); }

std::ostream& operator<<(std::ostream& out, const scalar& s) {
  return out << text_of_scalar(s, s.default_dtype());
}

}  // namespace numloom
