// SPDX-License-Identifier: BSD-3-Clause
/// What makes variants of one kernel's text, and how the fastest of them is found: numloom::kernel with
/// tuning_options, Kernel(..., tune=) in Python.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "numloom/export.hpp"

namespace numloom {

class kernel_argument;

/// A value of a tuned parameter: a number, true or false, or a word ("float").
struct NL_API tuning_value : std::variant<bool, std::int64_t, double, std::string> {
  using base = std::variant<bool, std::int64_t, double, std::string>;
  tuning_value(bool b) : base(b) {}
  tuning_value(std::integral auto i) : base(static_cast<std::int64_t>(i)) {}
  tuning_value(double d) : base(d) {}
  tuning_value(const char* word) : base(std::string(word)) {}
  tuning_value(std::string word) : base(std::move(word)) {}
  /// As a macro or a template argument has it.
  std::string text() const;
};
/// One choice: a value for each parameter, in their order.
using tuning_config = std::vector<std::pair<std::string, tuning_value>>;

/// A condition on a choice: an expression over the parameters, or a function.
struct tuning_rule {
  std::string text;
  std::function<bool(const tuning_config&)> function{};
  tuning_rule(const char* expression) : text(expression) {}
  tuning_rule(std::string expression) : text(std::move(expression)) {}
  /// `name` stands for the function in the key of what is stored.
  tuning_rule(std::function<bool(const tuning_config&)> f, std::string name)
      : text(std::move(name)), function(std::move(f)) {}
};

/// A part of a launch: up to three numbers, each a number, an expression over the parameters and the kernel's
/// arguments ("ceil(n / (BX * TILE))"), or all of them from a function.
struct tuning_extent {
  using arguments = std::span<const kernel_argument>;
  using function = std::function<std::vector<std::int64_t>(const tuning_config&, arguments)>;
  struct part {
    std::string text;
    function from{};
  };
  std::vector<part> parts;
  tuning_extent() = default;
  tuning_extent(std::integral auto n) : parts{{std::to_string(n)}} {}
  tuning_extent(const char* expression) : parts{{expression}} {}
  tuning_extent(std::initializer_list<tuning_extent> several) {
    for (const tuning_extent& one : several) parts.insert(parts.end(), one.parts.begin(), one.parts.end());
  }
  tuning_extent(function f, std::string name) : parts{{std::move(name), std::move(f)}} {}
};

/// When variants are measured: what is not known yet; never; all again; never, and the first variant runs.
enum class tuning_mode : std::uint8_t { measure, cached, force, off };

/// `{.tune = {{"BX", {64, 128}}, {"TILE", {1, 4}}}, .where = {"BX * TILE <= 256"}, .block = "BX",
/// .grid = "ceil(n / (BX * TILE))"}`. A parameter that is a template parameter of the kernel becomes its
/// argument, any other a macro.
struct tuning_options {
  std::vector<std::pair<std::string, std::vector<tuning_value>>> tune{};  ///< a list for each parameter
  std::vector<tuning_rule> where{};                                       ///< what a choice must satisfy
  tuning_extent block{}, grid{}, size{}, shared{};
  double budget = 2;               ///< seconds that one tuning may take
  int max_configs = 64;            ///< variants that it may measure
  tuning_mode mode = {};           ///< the environment's NUMLOOM_TUNE comes before it
  std::string tuning{};            ///< a file of save_tuning()
  bool verify = true;              ///< compare each variant's results with the first one's
  std::optional<double> within{};  ///< the relative difference that is allowed (default by dtype)
  /// What a measurement holds for besides text, device and dtypes (default: the integers in grid and size, to
  /// powers of two).
  std::function<std::string(tuning_extent::arguments)> key{};
  /// Where a line goes that somebody should read: a variant was left out (true), a tuning has ended (false).
  std::function<void(const std::string& text, bool is_warning)> say{};
};

}  // namespace numloom
