// SPDX-License-Identifier: BSD-3-Clause
/// A kernel whose text makes several variants: at the first call with arguments of a new kind each of them
/// runs on the caller's own arrays, is compared with the first one and timed; the fastest runs from then on.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "kernel/expression.hpp"
#include "kernel/tuning_store.hpp"
#include "numloom/kernel.hpp"

namespace numloom::kernel_detail {

/// "BX=64, TILE=2"
std::string text_of(const tuning_config& config);

/// What the arrays that a kernel may write to held before it ran; put back when it goes.
class snapshot {
 public:
  using arguments = std::span<const kernel_argument>;
  using bytes = std::vector<unsigned char>;
  snapshot(arguments given, const std::vector<bool>& written);
  ~snapshot();
  snapshot(const snapshot&) = delete;
  snapshot& operator=(const snapshot&) = delete;
  void restore() const;
  /// The elements of each of them now.
  std::vector<std::pair<std::optional<dtype>, bytes>> results() const;

 private:
  std::vector<std::pair<ndarray, ndarray>> arrays_;  // the array, and what it held
  std::vector<std::pair<void*, bytes>> memory_;      // of structures
};

class tuner {
 public:
  using arguments = std::span<const kernel_argument>;
  /// `options.file` is the file that holds the text. Throws value_error for choices that are none.
  tuner(std::string source, const std::string& name, tuning_options tuning, compile_options options);

  const std::string& name() const { return base_; }
  const std::vector<tuning_config>& configs() const { return configs_; }
  /// The kernel with these values; the first choice for none.
  kernel variant(const tuning_config& config);
  tuning_config best_config(const launch_config& given, arguments args);
  void launch(const launch_config& given, arguments args);
  std::vector<double> time(const launch_config& given, arguments args, const timing_options& options);
  void set_constant(const std::string& variable, const ndarray& values);
  void compile(std::optional<device> where);
  int check_configs(const launch_config& given, arguments args);
  std::string report();
  void save(const std::string& path);

 private:
  struct extent {
    bool automatic = false;  // block="auto"
    std::vector<std::pair<std::optional<expression>, tuning_extent::function>> parts;
    std::string what;
  };
  struct trial {
    tuning_config config;
    kernel with;
    std::vector<double> seconds{};
    std::string problem{};
    double median() const;
  };
  struct finished {
    tuning_key key;
    std::vector<trial> ranking, left_out;
    std::size_t missing;
  };
  struct session;  // one tuning

  void find_configs();
  extent read_extent(const tuning_extent& from, const char* what) const;
  std::string described() const;
  named_value lookup(const std::string& name, const tuning_config& config, arguments args) const;
  std::vector<std::int64_t> evaluate(const extent& e, const tuning_config& config, arguments args) const;
  launch_config launch_of(const tuning_config& config, const launch_config& given, arguments args) const;
  tuning_key key_of(const launch_config& given, arguments args) const;
  tuning_config choose(tuning_key key, const launch_config& given, arguments args, tuning_mode mode);
  tuning_config measure(const tuning_key& key, const launch_config& given, arguments args);
  bool try_variant(session& s, const tuning_config& config);
  void time_rounds(session& s);
  void run_timed(session& s, trial& t) const;
  const tuning_config* next(session& s) const;
  void note(const session& s, std::vector<trial> ranking);
  double allowed(dtype t) const;
  bool same(const std::vector<std::pair<std::optional<dtype>, snapshot::bytes>>& results,
            const std::vector<std::pair<std::optional<dtype>, snapshot::bytes>>& expected) const;
  void say(const std::string& text, bool is_warning) const;

  std::string source_, base_;
  tuning_options tuning_;
  compile_options options_;
  std::vector<std::string> parameters_, templates_;
  std::vector<std::pair<std::string, std::string>> given_;  // template arguments that the name has
  std::vector<tuning_config> configs_;
  extent block_, grid_, size_, shared_;
  tuning_store store_;

  std::recursive_mutex mutex_;
  std::map<std::string, kernel> variants_;
  std::map<std::string, tuning_config> chosen_;
  std::vector<std::pair<std::string, ndarray>> constants_;
  std::vector<finished> reports_;
};

}  // namespace numloom::kernel_detail
