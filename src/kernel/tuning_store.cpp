// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/tuning_store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>

#include "kernel/cache.hpp"
#include "kernel/hash.hpp"
#include "kernel/json.hpp"
#include "numloom/error.hpp"

namespace numloom::kernel_detail {
namespace {

std::string value_text(const tuning_value& v) {
  if (const auto* word = std::get_if<std::string>(&v)) return json_text(*word);
  return v.text();
}

std::string config_text(const tuning_config& config) {
  if (config.empty()) return "null";
  std::string text;
  for (const auto& [name, value] : config)
    text += (text.empty() ? "{" : ", ") + json_text(name) + ": " + value_text(value);
  return text + "}";
}

std::string key_text(const tuning_key& key) {
  std::string sizes;
  for (const std::string& s : key.sizes) sizes += (sizes.empty() ? "" : ", ") + json_text(s);
  return "{\"device\": " + json_text(key.device) + ", \"arguments\": " + json_text(key.arguments) +
         ", \"sizes\": [" + sizes + "]}";
}

std::string entry_text(const std::string& kernel, const tuning_entry& e) {
  return "{\"kernel\": " + json_text(kernel) + ", \"key\": " + key_text(e.key) +
         ", \"config\": " + config_text(e.config) + ", \"microseconds\": " + json_number(e.microseconds) +
         ", \"shortest\": " + json_number(e.shortest) + ", \"first\": " + json_number(e.first) +
         ", \"measured\": " + std::to_string(e.measured) + ", \"runner_up\": " + config_text(e.runner_up) +
         ", \"version\": " + json_text(e.version) + ", \"date\": " + json_text(e.date) + "}";
}

std::optional<tuning_config> read_config(const json* from) {
  if (from == nullptr) return {};
  tuning_config config;
  for (const auto& [name, v] : from->members) {
    switch (v.type) {
      case json::kind::boolean: config.emplace_back(name, v.whole != 0); break;
      case json::kind::integer: config.emplace_back(name, v.whole); break;
      case json::kind::number: config.emplace_back(name, v.number); break;
      case json::kind::text: config.emplace_back(name, v.text); break;
      default: return {};
    }
  }
  return config;
}

// A measurement of this kernel, or nothing for what is damaged or another's.
std::optional<tuning_entry> read_entry(const json& from, const std::string& kernel) {
  using kind = json::kind;
  const json* own = from.find("kernel", kind::text);
  const json* key = from.find("key", kind::object);
  const auto config = read_config(from.find("config", kind::object));
  if (own == nullptr || own->text != kernel || key == nullptr || !config) return {};
  const json* device = key->find("device", kind::text);
  const json* arguments = key->find("arguments", kind::text);
  const json* sizes = key->find("sizes", kind::list);
  if (device == nullptr || arguments == nullptr || sizes == nullptr) return {};
  tuning_entry e{{device->text, arguments->text, {}}, *config};
  for (const auto& [name, size] : sizes->members) e.key.sizes.push_back(size.text);
  const auto number = [&](const char* name) {
    const json* n = from.find(name);
    return n != nullptr ? n->number : 0;
  };
  e.microseconds = number("microseconds");
  e.shortest = number("shortest");
  e.first = number("first");
  if (const json* n = from.find("measured", kind::integer)) e.measured = n->whole;
  e.runner_up = read_config(from.find("runner_up", kind::object)).value_or(tuning_config{});
  if (const json* v = from.find("version", kind::text)) e.version = v->text;
  if (const json* d = from.find("date", kind::text)) e.date = d->text;
  return e;
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return {};
  return std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<tuning_entry> read_lines(const std::string& path, const std::string& kernel) {
  std::vector<tuning_entry> entries;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::optional<json> value = read_json(line);
    if (!value) continue;
    if (auto e = read_entry(*value, kernel)) entries.push_back(std::move(*e));
  }
  return entries;
}

std::vector<tuning_entry> read_shipped(const std::string& path, const std::string& kernel) {
  const std::optional<std::string> text = read_file(path);
  if (!text) fail<io_error>("[Kernel] tuning: cannot read ", path);
  const std::optional<json> value = read_json(*text);
  const json* list = value ? value->find("entries", json::kind::list) : nullptr;
  if (list == nullptr)
    fail<value_error>("[Kernel] expected a file of save_tuning() for tuning, got '", path, "'");
  std::vector<tuning_entry> entries;
  for (const auto& [name, entry] : list->members) {
    if (auto e = read_entry(entry, kernel)) entries.push_back(std::move(*e));
  }
  return entries;
}

double distance(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  const auto is_count = [](const std::string& s) {
    return !s.empty() && s[0] != '0' && s.find_first_not_of("0123456789") == s.npos;
  };
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (is_count(a[i]) && is_count(b[i]))
      total += std::fabs(std::log2(std::strtod(a[i].c_str(), nullptr) / std::strtod(b[i].c_str(), nullptr)));
    else
      total += a[i] == b[i] ? 0 : 100;
  }
  return total;
}

}  // namespace

tuning_store::tuning_store(std::string name, const std::string& described, const std::string& shipped)
    : kernel_(digest_of(described).substr(0, 16)), file_(std::move(name) + "-" + kernel_ + ".tuning.jsonl") {
  if (!shipped.empty()) shipped_ = read_shipped(shipped, kernel_);
}

std::string tuning_store::path() const { return cache_folder() + "/" + file_; }

std::vector<tuning_entry> tuning_store::entries() const {
  std::vector<tuning_entry> all(own_.rbegin(), own_.rend());
  const std::vector<tuning_entry> kept = read_lines(path(), kernel_);
  all.insert(all.end(), kept.rbegin(), kept.rend());
  all.insert(all.end(), shipped_.begin(), shipped_.end());
  return all;
}

std::optional<tuning_entry> tuning_store::find(const tuning_key& key, bool nearest) const {
  const std::vector<tuning_entry> known = entries();
  const tuning_entry* best = nullptr;
  double least = 0;
  for (const tuning_entry& e : known) {
    if (e.key == key) return e;
    if (e.key.device != key.device || e.key.arguments != key.arguments) continue;
    const double d = distance(e.key.sizes, key.sizes);
    if (best == nullptr || d < least) best = &e, least = d;
  }
  if (!nearest || known.empty()) return {};
  if (best != nullptr) return *best;
  const auto times = [&](const tuning_entry& one) {
    return std::count_if(known.begin(), known.end(), [&](const auto& e) { return e.config == one.config; });
  };
  return *std::max_element(known.begin(), known.end(),
                           [&](const auto& a, const auto& b) { return times(a) < times(b); });
}

void tuning_store::add(const tuning_entry& entry) {
  own_.push_back(entry);
  const std::string line = entry_text(kernel_, entry) + "\n";
  const int file = open(path().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file < 0) return;
  [[maybe_unused]] const auto written = write(file, line.data(), line.size());  // else: known here only
  close(file);
}

bool tuning_store::alone(const tuning_key& key, const std::function<void()>& measure) const {
  const std::string name = path() + "." + digest_of(key_text(key)).substr(0, 8) + ".lock";
  const int file = open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) {  // no folder to write to: nobody shares it either
    measure();
    return true;
  }
  struct closed {
    int file;
    ~closed() { close(file); }
  } const closes{file};
  if (flock(file, LOCK_EX | LOCK_NB) != 0) return false;
  struct removed {
    const std::string& name;
    ~removed() { unlink(name.c_str()); }
  } const removes{name};
  measure();
  return true;
}

void tuning_store::save(const std::string& path) const {
  std::map<std::string, std::string> newest;
  for (const tuning_entry& e : entries()) newest.emplace(key_text(e.key), entry_text(kernel_, e));
  std::string list;
  for (const auto& [key, entry] : newest) list += (list.empty() ? "\n " : ",\n ") + entry;
  std::ofstream file(path);
  file << "{\"numloom_tuning\": 1, \"entries\": [" << list << "\n]}\n";
  file.close();
  if (!file) fail<io_error>("[Kernel] save_tuning: cannot write ", path);
}

}  // namespace numloom::kernel_detail
