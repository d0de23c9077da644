// SPDX-License-Identifier: BSD-3-Clause
// NumPy's .npy format: a magic number, a version, a header that is a Python dictionary, the elements. Headers
// come from strangers: every length is checked before memory is taken.
#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>

#include "numloom/io.hpp"
#include "numloom/manipulation.hpp"
#include "ops/common.hpp"

namespace numloom {

using namespace detail;

namespace {

static_assert(std::endian::native == std::endian::little);

struct closer {
  void operator()(std::FILE* f) const { std::fclose(f); }
};
using file = std::unique_ptr<std::FILE, closer>;

file open(const std::string& path, const char* mode, const char* operation) {
  file f(std::fopen(path.c_str(), mode));
  if (!f) fail<io_error>("[", operation, "] cannot open '", path, "': ", std::strerror(errno));
  return f;
}

constexpr char magic[] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};
constexpr std::size_t longest_header = 1 << 16;  // of a header of numbers; NumPy's own limit is 10000

std::string descr_of(dtype t) {
  if (t == dtype::bool_) return "|b1";
  return as_text(itemsize(t) == 1 ? '|' : '<', kind_of(t), itemsize(t));
}

std::string header_of(const ndarray& a, bool fortran) {
  std::string text =
      as_text("{'descr': '", descr_of(a.dtype()), "', 'fortran_order': ", fortran ? "True" : "False",
              ", 'shape': ", to_string(a.shape()), ", }");
  const std::size_t prefix = text.size() + 1 + 10 < 65536 ? 10 : 12;
  // The elements begin at a multiple of 64 bytes.
  text.append((64 - (prefix + text.size() + 1) % 64) % 64, ' ');
  text += '\n';
  std::string head(magic, sizeof magic);
  head += prefix == 10 ? '\1' : '\2';
  head += '\0';
  for (std::size_t k = 0; k < prefix - 8; ++k) head += static_cast<char>(text.size() >> (8 * k) & 0xff);
  return head + text;
}

struct header {
  std::string descr;
  bool fortran = false;
  shape_t shape;
};

// Reads the one form of dictionary that a header may have: string keys; a string, a bool, a tuple of
// integers.
class header_parser {
 public:
  header_parser(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  header parse() {
    header h;
    int seen = 0;
    expect('{');
    while (!accept('}')) {
      const std::string key = string();
      expect(':');
      const int bit = key == "descr" ? 1 : key == "fortran_order" ? 2 : key == "shape" ? 4 : 0;
      if (bit == 0 || seen & bit) refuse(as_text("unexpected key '", key, "'"));
      seen |= bit;
      if (bit == 1)
        h.descr = descr();
      else if (bit == 2)
        h.fortran = boolean();
      else
        h.shape = tuple();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip();
    if (at_ != text_.size()) refuse("text behind the dictionary");
    if (seen != 7) refuse("expected the keys 'descr', 'fortran_order' and 'shape'");
    return h;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    fail<value_error>("[load] '", path_, "' has no valid .npy header: ", why);
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool accept(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) refuse(as_text("expected '", c, "' at position ", at_));
  }
  std::string string() {
    skip();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) refuse("expected a string");
    const char quote = text_[at_++];
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) refuse("a string without an end");
    const std::string found(text_.substr(at_, end - at_));
    at_ = end + 1;
    return found;
  }
  std::string descr() {
    skip();
    if (at_ < text_.size() && text_[at_] == '[')
      fail<value_error>("[load] '", path_, "' holds a structured dtype: expected bools, integers or floats");
    return string();
  }
  bool boolean() {
    skip();
    for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true}, {"False", false}})
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return value;
      }
    refuse("expected True or False");
  }
  shape_t tuple() {
    shape_t shape;
    expect('(');
    while (!accept(')')) {
      skip();
      std::int64_t extent = 0;
      const auto parsed = std::from_chars(text_.data() + at_, text_.data() + text_.size(), extent);
      if (parsed.ec != std::errc() || extent < 0)
        refuse("expected extents that are not negative and fit int64");
      at_ = static_cast<std::size_t>(parsed.ptr - text_.data());
      if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2 wrote long integers so
      shape.push_back(extent);
      if (shape.size() > max_dims) refuse(as_text("more than ", max_dims, " dimensions"));
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t at_ = 0;
};

struct element_format {
  dtype type;
  bool swapped;
};

element_format format_of(const std::string& descr, const std::string& path) {
  std::string_view code = descr;
  const bool marked = !code.empty() && std::string_view("<>|=").find(code[0]) != std::string_view::npos;
  const bool big = marked && code[0] == '>';
  if (marked) code.remove_prefix(1);
  for (int i = 0; i < dtype_count; ++i) {
    const auto t = static_cast<dtype>(i);
    if (code == std::string_view(descr_of(t)).substr(1)) return {t, big && itemsize(t) > 1};
  }
  fail<value_error>("[load] '", path, "' holds dtype '", descr, "': expected bools, integers or floats");
}

void swap_bytes(char* data, std::int64_t bytes, int width) {
  for (char* p = data; p < data + bytes; p += width)
    for (int i = 0; i < width / 2; ++i) std::swap(p[i], p[width - 1 - i]);
}

// Bytes from the current position to the end, or -1 for what cannot be measured (a pipe).
std::int64_t remaining(std::FILE* f) {
  const long here = std::ftell(f);
  if (here < 0 || std::fseek(f, 0, SEEK_END) != 0) return -1;
  const long end = std::ftell(f);
  std::fseek(f, here, SEEK_SET);
  return end - here;
}

header read_header(std::FILE* f, const std::string& path) {
  unsigned char head[12];
  if (std::fread(head, 1, 8, f) != 8 || std::memcmp(head, magic, sizeof magic) != 0)
    fail<value_error>("[load] '", path, "' is not a .npy file: expected it to begin with \\x93NUMPY");
  if (head[6] < 1 || head[6] > 3)
    fail<value_error>("[load] '", path, "' has format version ", int{head[6]}, ".", int{head[7]},
                      ": expected 1.0, 2.0 or 3.0");
  const std::size_t width = head[6] == 1 ? 2 : 4;
  std::size_t length = 0;
  if (std::fread(head + 8, 1, width, f) != width)
    fail<value_error>("[load] '", path, "' ends within its header");
  for (std::size_t k = 0; k < width; ++k) length |= std::size_t{head[8 + k]} << (8 * k);
  if (length > longest_header)
    fail<value_error>("[load] '", path, "' has a header of ", length, " bytes: expected at most ",
                      longest_header);
  std::string text(length, '\0');
  if (std::fread(text.data(), 1, length, f) != length)
    fail<value_error>("[load] '", path, "' ends within its header");
  return header_parser(text, path).parse();
}

}  // namespace

void save(const std::string& path, const ndarray& a) {
  const bool fortran = a.is_f_contiguous() && !a.is_c_contiguous();
  ndarray host = to_device(fortran ? transpose(a) : a, cpu);
  host = ascontiguousarray(host);
  const file f = open(path, "wb", "save");
  const std::string head = header_of(a, fortran);
  const auto bytes = static_cast<std::size_t>(host.nbytes());
  if (std::fwrite(head.data(), 1, head.size(), f.get()) != head.size() ||
      (bytes > 0 && std::fwrite(host.data(access::read), 1, bytes, f.get()) != bytes) ||
      std::fflush(f.get()) != 0)
    fail<io_error>("[save] cannot write '", path, "': ", std::strerror(errno));
}

ndarray load(const std::string& path, std::optional<device> where) {
  const file f = open(path, "rb", "load");
  const header h = read_header(f.get(), path);
  const element_format format = format_of(h.descr, path);
  std::int64_t bytes;
  if (__builtin_mul_overflow(size_of(h.shape), itemsize(format.type), &bytes))
    fail<value_error>("[load] '", path, "' claims shape ", to_string(h.shape), ": too big");
  const std::int64_t there = remaining(f.get());
  if (there >= 0 && there < bytes)
    fail<value_error>("[load] '", path, "' is truncated: expected ", bytes, " bytes for shape ",
                      to_string(h.shape), " of ", format.type, ", got ", there);
  shape_t stored = h.shape;
  if (h.fortran) std::reverse(stored.begin(), stored.end());
  const ndarray made = empty(stored, format.type, cpu);
  char* data = static_cast<char*>(made.data(access::write));
  if (std::fread(data, 1, static_cast<std::size_t>(bytes), f.get()) != static_cast<std::size_t>(bytes))
    fail<value_error>("[load] '", path, "' is truncated: expected ", bytes, " bytes of elements");
  if (format.swapped) swap_bytes(data, bytes, itemsize(real_part_of(format.type)));
  if (format.type == dtype::bool_)
    for (std::int64_t i = 0; i < bytes; ++i) data[i] = data[i] != 0;  // other bytes are no bools to our loops
  const ndarray moved = to_device(made, where.value_or(current_device()));
  return h.fortran ? transpose(moved) : moved;
}

}  // namespace numloom
