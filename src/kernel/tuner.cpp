// SPDX-License-Identifier: BSD-3-Clause
// Variants, what a launch of one is, and which one runs. How they are measured: tuner_measure.cpp.
#include "kernel/tuner.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdlib>
#include <iostream>

#include "kernel/source_text.hpp"
#include "numloom/error.hpp"
#include "numloom/version.hpp"

namespace numloom {

std::string tuning_value::text() const {
  if (const auto* b = std::get_if<bool>(this)) return *b ? "true" : "false";
  if (const auto* i = std::get_if<std::int64_t>(this)) return std::to_string(*i);
  if (const auto* word = std::get_if<std::string>(this)) return *word;
  char digits[32];
  std::string number(digits, std::to_chars(digits, digits + sizeof digits, std::get<double>(*this)).ptr);
  return number.find_first_not_of("-0123456789") == number.npos ? number + ".0" : number;
}

namespace kernel_detail {

std::string text_of(const tuning_config& config) {
  std::string text;
  for (const auto& [name, value] : config) text += (text.empty() ? "" : ", ") + name + "=" + value.text();
  return text;
}

namespace {

// The kernel that is tuned: its name, and the template arguments that the name has.
const kernel_declaration& declaration(const std::vector<kernel_declaration>& all, const std::string& name) {
  const std::string base = trim(name.substr(0, name.find('<')));
  const std::string plain = base.substr(base.rfind(':') + 1);
  const kernel_declaration* found = nullptr;
  int count = 0;
  for (const kernel_declaration& k : all) {
    if (!base.empty() && k.name != plain) continue;
    found = &k;
    ++count;
  }
  if (count != 1)
    fail<value_error>("[Kernel] tune: expected the name of one kernel of the source, got '", name, "'");
  return *found;
}

tuning_mode mode_of_environment(tuning_mode own) {
  const char* text = std::getenv("NUMLOOM_TUNE");
  if (text == nullptr || *text == '\0') return own;
  constexpr const char* names[] = {"auto", "cached", "force", "off"};
  for (int i = 0; i < 4; ++i) {
    if (std::string(text) == names[i]) return static_cast<tuning_mode>(i);
  }
  fail<value_error>("[kernel] expected NUMLOOM_TUNE of auto, cached, force, off, got '", text, "'");
}

// The dtype of an array and how it lies in memory; "-" for what is no array.
std::string kind_of(const kernel_argument& a) {
  if (a.type() == kernel_argument::kind::structures) return as_text("structures of ", a.bytes());
  if (a.type() != kernel_argument::kind::array || a.array().ndim() == 0) return "-";
  const ndarray& array = a.array();
  return as_text(array.dtype(), ":", array.ndim(),
                 array.is_c_contiguous()   ? "C"
                 : array.is_f_contiguous() ? "F"
                                           : "S");
}

// Integers to the next power of two: near sizes share a measurement.
std::string rounded(std::int64_t n) {
  return n > 0 ? std::to_string(std::bit_ceil(static_cast<std::uint64_t>(n))) : std::to_string(n);
}
std::string rounded(const kernel_argument& a) {
  if (a.type() == kernel_argument::kind::array) return to_string(a.array().shape());
  if (a.type() != kernel_argument::kind::number) return "-";
  const scalar& s = a.number();
  return rounded(s.type == scalar::kind::integer ? s.i : static_cast<std::int64_t>(s.real()));
}

}  // namespace

tuner::tuner(std::string source, const std::string& name, tuning_options tuning, compile_options options)
    : source_(std::move(source)),
      tuning_(std::move(tuning)),
      options_(std::move(options)),
      store_("", "", "") {
  const std::vector<kernel_declaration> all = find_kernels(source_);
  const kernel_declaration& k = declaration(all, name);
  const std::size_t open = name.find('<');
  base_ = trim(name.substr(0, open));
  if (base_.empty()) base_ = k.name;
  for (const declared_parameter& p : k.parameters) parameters_.push_back(p.name);
  for (const template_parameter& p : k.templates) templates_.push_back(p.name);
  const auto is_tuned = [&](const std::string& n) {
    return std::any_of(tuning_.tune.begin(), tuning_.tune.end(), [&](const auto& t) { return t.first == n; });
  };
  if (open != name.npos) {
    const std::vector<std::string> words = split_arguments(name.substr(open + 1, name.rfind('>') - open - 1));
    for (std::size_t i = 0; i < words.size() && i < templates_.size(); ++i) {
      if (!is_tuned(templates_[i]) && words[i] != templates_[i]) given_.emplace_back(templates_[i], words[i]);
    }
  }
  if (tuning_.block.parts.empty()) {  // Kernel Tuner's names
    for (const char* axis : {"block_size_x", "block_size_y", "block_size_z"}) {
      if (is_tuned(axis)) tuning_.block.parts.push_back({axis});
    }
  }
  find_configs();
  block_ = read_extent(tuning_.block, "block");
  grid_ = read_extent(tuning_.grid, "grid");
  size_ = read_extent(tuning_.size, "size");
  shared_ = read_extent(tuning_.shared, "shared");
  store_ = tuning_store(base_, described(), tuning_.tuning);
}

// Every choice of values that satisfies `where`, in the order given.
void tuner::find_configs() {
  if (tuning_.tune.empty()) fail<type_error>("[Kernel] expected lists of values for tune, got none");
  std::vector<std::optional<expression>> rules;
  for (const tuning_rule& rule : tuning_.where) {
    rules.emplace_back();
    if (rule.function) continue;
    rules.back().emplace(rule.text, "where");
    for (const std::string& name : rules.back()->names()) {
      if (std::none_of(tuning_.tune.begin(), tuning_.tune.end(),
                       [&](const auto& t) { return t.first == name; }))
        fail<value_error>("[Kernel] where='", rule.text, "': '", name,
                          "' is neither a parameter of tune= nor of the kernel");
    }
  }
  std::vector<std::size_t> at(tuning_.tune.size(), 0);
  const auto keep = [&](const tuning_config& c) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const auto find = [&](const std::string& name) { return lookup(name, c, {}); };
      if (rules[i] ? !is_true(rules[i]->evaluate(find)) : !tuning_.where[i].function(c)) return false;
    }
    return true;
  };
  for (bool more = true; more;) {
    tuning_config c;
    for (std::size_t i = 0; i < at.size(); ++i) {
      const auto& [name, values] = tuning_.tune[i];
      if (values.empty())
        fail<type_error>("[Kernel] expected a list of values for tune['", name, "'], got none");
      c.emplace_back(name, values[at[i]]);
    }
    if (keep(c)) configs_.push_back(std::move(c));
    more = false;
    for (std::size_t i = at.size(); i-- > 0 && !more;) {  // the last parameter changes fastest
      more = ++at[i] < tuning_.tune[i].second.size();
      if (!more) at[i] = 0;
    }
  }
  if (!configs_.empty()) return;
  std::string all;
  for (const tuning_rule& rule : tuning_.where) all += (all.empty() ? "" : ", ") + rule.text;
  fail<value_error>("[Kernel] no choice of values satisfies where='", all, "'");
}

tuner::extent tuner::read_extent(const tuning_extent& from, const char* what) const {
  extent e;
  e.what = what;
  for (const tuning_extent::part& part : from.parts) {
    e.automatic = e.automatic || part.text == "auto";
    if (part.from || e.automatic) {
      e.parts.emplace_back(std::nullopt, part.from);
      continue;
    }
    std::string text = trim(part.text);
    const bool in_brackets = text.size() > 1 && text.front() == '(' && text.back() == ')';
    std::vector<std::string> several = split_arguments(text);
    if (in_brackets && several.size() == 1) {
      const std::vector<std::string> inner = split_arguments(text.substr(1, text.size() - 2));
      if (inner.size() > 1) several = inner;  // "(BX, BY)"
    }
    if (several.size() < 2) several = {part.text};
    for (const std::string& one : several) {
      const expression& x = *e.parts.emplace_back(expression(one, what), nullptr).first;
      for (const std::string& name : x.names()) {
        const bool known = std::find(parameters_.begin(), parameters_.end(), name) != parameters_.end() ||
                           std::any_of(tuning_.tune.begin(), tuning_.tune.end(),
                                       [&](const auto& t) { return t.first == name; });
        if (!known)
          fail<value_error>("[Kernel] ", what, "='", one, "': '", name,
                            "' is neither a parameter of tune= nor of the kernel");
      }
    }
  }
  return e;
}

// All that makes measurements this kernel's.
std::string tuner::described() const {
  std::string text = NUMLOOM_VERSION "\n" + source_ + "\n";
  for (const auto& [name, values] : tuning_.tune) {
    text += name + ":";
    for (const tuning_value& v : values) text += " " + v.text();
    text += '\n';
  }
  for (const tuning_rule& rule : tuning_.where) text += "where " + rule.text + "\n";
  for (const tuning_extent* e : {&tuning_.block, &tuning_.grid, &tuning_.size, &tuning_.shared}) {
    for (const auto& part : e->parts) text += part.text + ",";
    text += '\n';
  }
  for (const auto& o : options_.options) text += "option " + o + "\n";
  for (const auto* pairs : {&options_.defines, &options_.headers, &options_.templates, &given_}) {
    for (const auto& [name, value] : *pairs) text += name + "=" + value + "\n";
  }
  for (const auto& folder : options_.include_dirs) text += "folder " + folder + "\n";
  return text + (options_.debug ? "debug" : "") + (options_.check ? "check" : "");
}

kernel tuner::variant(const tuning_config& wanted) {
  const tuning_config& config = wanted.empty() ? configs_[0] : wanted;
  const std::lock_guard lock(mutex_);
  const std::string key = text_of(config);
  if (const auto found = variants_.find(key); found != variants_.end()) return found->second;
  compile_options options = options_;
  options.templates.insert(options.templates.end(), given_.begin(), given_.end());
  for (const auto& [name, value] : config) {
    const bool is_template = std::find(templates_.begin(), templates_.end(), name) != templates_.end();
    (is_template ? options.templates : options.defines).emplace_back(name, value.text());
  }
  const kernel made(source_, base_, std::move(options));
  for (const auto& [name, values] : constants_) made.set_constant(name, values);
  return variants_.emplace(key, made).first->second;
}

void tuner::set_constant(const std::string& variable, const ndarray& values) {
  const std::lock_guard lock(mutex_);
  if (variants_.empty()) variant({});
  for (const auto& [key, with] : variants_) with.set_constant(variable, values);
  std::erase_if(constants_, [&](const auto& c) { return c.first == variable; });
  constants_.emplace_back(variable, copy(values));
}

void tuner::compile(std::optional<device> where) {
  for (const tuning_config& c : configs_) variant(c).compile(where);
}

// ---- what a launch of a variant is ----

named_value tuner::lookup(const std::string& name, const tuning_config& config, arguments args) const {
  for (const auto& [own, value] : config) {
    if (own == name) return value;
  }
  for (std::size_t i = 0; i < parameters_.size() && i < args.size(); ++i) {
    if (parameters_[i] == name) return &args[i];
  }
  fail<type_error>("[kernel ", base_, "] the launch needs the argument '", name, "'");
}

std::vector<std::int64_t> tuner::evaluate(const extent& e, const tuning_config& config,
                                          arguments args) const {
  std::vector<std::int64_t> numbers;
  for (const auto& [text, function] : e.parts) {
    if (!text) {
      const std::vector<std::int64_t> several = function(config, args);
      numbers.insert(numbers.end(), several.begin(), several.end());
      continue;
    }
    const tuning_value v =
        text->evaluate([&](const std::string& name) { return lookup(name, config, args); });
    const auto* real = std::get_if<double>(&v);
    const auto* whole = std::get_if<std::int64_t>(&v);
    const std::int64_t n = whole != nullptr ? *whole : real != nullptr ? static_cast<std::int64_t>(*real) : 0;
    if (whole == nullptr && (real == nullptr || static_cast<double>(n) != *real))
      fail<type_error>("[Kernel] ", e.what, "='", text->text(), "': expected a whole number, got ", v.text());
    numbers.push_back(n);
  }
  if (numbers.size() > 3)
    fail<value_error>("[Kernel] expected one to three numbers for ", e.what, ", got ", numbers.size());
  return numbers;
}

launch_config tuner::launch_of(const tuning_config& config, const launch_config& given,
                               arguments args) const {
  launch_config launch = given;
  const auto to_extent = [](const std::vector<std::int64_t>& n) {
    return extent3(n[0], n.size() > 1 ? n[1] : 1, n.size() > 2 ? n[2] : 1);
  };
  if (!given.size && given.grid.x == 0) {
    if (!grid_.parts.empty()) launch.grid = to_extent(evaluate(grid_, config, args));
    if (!size_.parts.empty()) launch.size = evaluate(size_, config, args)[0];
    if (grid_.parts.empty() && size_.parts.empty())
      fail<type_error>("[kernel ", base_,
                       "] expected grid= or size=, at the kernel or at the call, got neither");
  }
  if (given.block.x == 0 && !given.best_block && !block_.parts.empty()) {
    launch.best_block = block_.automatic;
    if (!block_.automatic) launch.block = to_extent(evaluate(block_, config, args));
  }
  if (given.shared_bytes == 0 && !shared_.parts.empty()) {
    const std::int64_t bytes = evaluate(shared_, config, args)[0];
    if (bytes < 0) fail<value_error>("[Kernel] expected 0 or more bytes for shared, got ", bytes);
    launch.shared_bytes = static_cast<std::size_t>(bytes);
  }
  return launch;
}

// ---- which variant ----

tuning_key tuner::key_of(const launch_config& given, arguments args) const {
  tuning_key key;
  for (const kernel_argument& a : args) key.arguments += (key.arguments.empty() ? "" : ";") + kind_of(a);
  if (tuning_.key) {
    key.sizes.push_back(tuning_.key(args));
    return key;
  }
  for (std::size_t i = 0; i < args.size() && i < parameters_.size(); ++i) {
    const auto uses = [&](const extent& e) {
      return std::any_of(e.parts.begin(), e.parts.end(), [&](const auto& part) {
        return part.first && part.first->names().contains(parameters_[i]);
      });
    };
    if (uses(grid_) || uses(size_)) key.sizes.push_back(rounded(args[i]));
  }
  if (given.size) key.sizes.push_back(rounded(*given.size));
  return key;
}

tuning_config tuner::choose(tuning_key key, const launch_config& given, arguments args, tuning_mode mode) {
  key.device = variant({}).hardware(args);
  if (mode != tuning_mode::force) {
    const std::optional<tuning_entry> known = store_.find(key, mode == tuning_mode::cached);
    if (known && std::find(configs_.begin(), configs_.end(), known->config) != configs_.end())
      return known->config;
  }
  tuning_config best = configs_[0];  // where another process measures this, too
  if (mode != tuning_mode::cached) store_.alone(key, [&] { best = measure(key, given, args); });
  return best;
}

tuning_config tuner::best_config(const launch_config& given, arguments args) {
  const tuning_mode mode = mode_of_environment(tuning_.mode);
  const std::lock_guard lock(mutex_);
  tuning_config config = configs_[0];
  if (mode != tuning_mode::off) {
    const tuning_key key = key_of(given, args);
    device where = current_device();
    for (std::size_t i = args.size(); i-- > 0;) {
      if (args[i].type() == kernel_argument::kind::array) where = args[i].array().device();
    }
    std::string name = to_string(where) + ";" + key.arguments;
    for (const std::string& size : key.sizes) name += ";" + size;
    const auto found = chosen_.find(name);
    config = found != chosen_.end() ? found->second : choose(key, given, args, mode);
    if (found == chosen_.end()) chosen_.emplace(std::move(name), config);
  }
  return config;
}

void tuner::launch(const launch_config& given, arguments args) {
  const tuning_config config = best_config(given, args);
  variant(config).launch(launch_of(config, given, args), args);
}

std::vector<double> tuner::time(const launch_config& given, arguments args, const timing_options& options) {
  const tuning_config config = best_config(given, args);
  return variant(config).time(launch_of(config, given, args), args, options);
}

int tuner::check_configs(const launch_config& given, arguments args) {
  const std::lock_guard lock(mutex_);
  const snapshot before(args, variant({}).writes(args));
  auto first = before.results();
  for (const tuning_config& c : configs_) {
    before.restore();
    variant(c).launch(launch_of(c, given, args), args);
    auto results = before.results();
    if (&c == &configs_[0]) first = results;
    if (!same(results, first))
      fail<value_error>("[", base_, "] ", text_of(c), " computes something else than ", text_of(configs_[0]));
  }
  return static_cast<int>(configs_.size());
}

void tuner::save(const std::string& path) {
  const std::lock_guard lock(mutex_);
  store_.save(path);
}

void tuner::say(const std::string& text, bool is_warning) const {
  if (tuning_.say)
    tuning_.say(text, is_warning);
  else if (is_warning)
    std::clog << text << '\n';
}

}  // namespace kernel_detail
}  // namespace numloom
