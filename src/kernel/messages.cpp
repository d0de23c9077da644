// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/messages.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "kernel/module.hpp"
#include "kernel/source_text.hpp"

namespace numloom::kernel_detail {
namespace {

int line_at(std::string_view text, std::size_t at) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

bool read_number(std::string_view text, std::size_t& at, int& number) {
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number);
  if (error != std::errc()) return false;
  at = static_cast<std::size_t>(end - text.data());
  return true;
}

// "file:3:5: error: text" (g++, clang) or "file(3): error: text" (NVRTC).
bool read_diagnostic(std::string_view line, diagnostic& d) {
  const std::size_t error = line.find("error");
  if (error == line.npos || error < 3) return false;
  const std::size_t colon = line.find(": ", error);
  if (colon == line.npos) return false;
  d.message = trim(line.substr(colon + 2));
  std::string_view place = line.substr(0, error);
  while (!place.empty() && (place.back() == ' ' || place.back() == ':')) place.remove_suffix(1);
  if (place.size() > 6 && place.substr(place.size() - 5) == "fatal") place.remove_suffix(5);
  while (!place.empty() && (place.back() == ' ' || place.back() == ':')) place.remove_suffix(1);
  std::size_t at = 0;
  if (!place.empty() && place.back() == ')') {
    const std::size_t open = place.rfind('(');
    if (open == place.npos) return false;
    d.file = std::string(place.substr(0, open));
    at = open + 1;
    return read_number(place, at, d.line);
  }
  // The last one or two numbers after colons.
  std::vector<std::size_t> colons;
  for (std::size_t i = place.size(); i-- > 0 && colons.size() < 2;) {
    if (place[i] == ':') colons.push_back(i);
  }
  if (colons.empty()) return false;
  int last = 0;
  at = colons[0] + 1;
  if (!read_number(place, at, last)) return false;
  at = colons.size() < 2 ? 0 : colons[1] + 1;
  if (colons.size() == 2 && read_number(place, at, d.line) && at == colons[0]) {
    d.column = last;
    d.file = std::string(place.substr(0, colons[1]));
    return true;
  }
  d.line = last;
  d.file = std::string(place.substr(0, colons[0]));
  return true;
}

constexpr std::size_t most_errors_shown = 5;

}  // namespace

int find_in_file(const std::string& file, std::string_view text) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || text.empty()) return 0;
  const std::string whole{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (const std::size_t at = whole.find(text); at != whole.npos) return line_at(whole, at);
  // Written with escapes, perhaps: the first line that says something, if the file has it once.
  std::istringstream lines{std::string(text)};
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::string words = trim(line);
    if (words.size() < 8) continue;
    const std::size_t at = whole.find(words);
    if (at == whole.npos || whole.find(words, at + 1) != whole.npos) return 0;
    const std::string second = trim(line_of(text, number + 1));
    const int found = line_at(whole, at);
    const bool follows = second.empty() || line_of(whole, found + 1).find(second) != std::string::npos;
    return follows ? found - number + 1 : 0;
  }
  return 0;
}

std::vector<diagnostic> find_errors(std::string_view log) {
  std::vector<diagnostic> errors;
  std::istringstream lines{std::string(log)};
  for (std::string line; std::getline(lines, line);) {
    diagnostic d;
    if (read_diagnostic(line, d)) errors.push_back(std::move(d));
  }
  return errors;
}

std::string line_of(std::string_view text, int line) {
  std::size_t begin = 0;
  for (int i = 1; i < line; ++i) {
    begin = text.find('\n', begin);
    if (begin == text.npos) return "";
    ++begin;
  }
  if (line < 1) return "";
  return std::string(text.substr(begin, text.find('\n', begin) - begin));
}

std::string excerpt(std::string_view text, int line, int shown_line, int column) {
  const std::string words = line_of(text, line);
  if (trim(words).empty()) return "";
  std::string number = std::to_string(shown_line);
  number.insert(0, number.size() < 5 ? 5 - number.size() : 0, ' ');
  std::string result = number + " | " + words;
  if (column > 0 && static_cast<std::size_t>(column) <= words.size() + 1) {
    result += "\n" + std::string(number.size(), ' ') + " | ";
    for (int i = 0; i + 1 < column; ++i) result += words[static_cast<std::size_t>(i)] == '\t' ? '\t' : ' ';
    result += '^';
  }
  return result;
}

std::string with_places(std::string message, std::string_view text, const std::string& file) {
  const std::string mark = source_name;
  int first_line = -1;
  for (std::size_t at = message.find(mark); at != message.npos; at = message.find(mark, at + 1)) {
    const std::size_t number = at + mark.size() + 1;
    if (number >= message.size() || message[number - 1] != ':') continue;
    std::size_t end = number;
    while (end < message.size() && message[end] >= '0' && message[end] <= '9') ++end;
    if (end == number) continue;
    if (first_line < 0) first_line = file.empty() ? 0 : find_in_file(file, text);
    if (first_line == 0) break;
    const int line = std::stoi(message.substr(number, end - number)) + first_line - 1;
    message.replace(at, end - at, file + ":" + std::to_string(line));
  }
  return message;
}

void throw_compile_error(std::string heading, const std::string& log, std::string_view text,
                         const std::string& file) {
  const std::vector<diagnostic> errors = find_errors(log);
  const int first_line = file.empty() ? 0 : find_in_file(file, text);
  const bool found = first_line > 0;
  const std::string shown_file = found ? file : source_name;
  int line = 0;
  std::size_t shown = 0;
  for (const diagnostic& d : errors) {
    if (++shown > most_errors_shown) break;
    const bool ours = d.file == source_name;
    const int shown_line = ours && found ? d.line + first_line - 1 : d.line;
    if (line == 0 && ours) line = shown_line;
    heading +=
        "\n" + (ours ? shown_file : d.file) + ":" + std::to_string(shown_line) + ": error: " + d.message;
    if (!ours) continue;
    if (const std::string lines = excerpt(text, d.line, shown_line, d.column); !lines.empty())
      heading += "\n" + lines;
  }
  if (errors.empty()) heading += "\n" + log;
  throw compile_error(heading, with_places(log, text, file), shown_file, line);
}

}  // namespace numloom::kernel_detail
