// SPDX-License-Identifier: BSD-3-Clause
/// What is known of tuned kernels: lines of JSON in the cache folder, and files to ship.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "numloom/tuning.hpp"

namespace numloom::kernel_detail {

/// What a measurement holds for.
struct tuning_key {
  std::string device, arguments;
  std::vector<std::string> sizes;
  friend bool operator==(const tuning_key&, const tuning_key&) = default;
};
struct tuning_entry {
  tuning_key key;
  tuning_config config;
  double microseconds = 0, shortest = 0, first = 0;
  std::int64_t measured = 0;
  tuning_config runner_up{};
  std::string version{}, date{};
};

/// The measurements of one kernel. `described` (text, options, choices) is part of the file's name.
class tuning_store {
 public:
  /// `shipped`: a file of save(), or empty. Throws value_error for one that is none.
  tuning_store(std::string name, const std::string& described, const std::string& shipped);

  /// In the cache folder, which may change while a program runs.
  std::string path() const;
  /// This process's, the cache's and the shipped ones, the newest of each first.
  std::vector<tuning_entry> entries() const;
  /// The measurement for this key. With `nearest`: of the same device and kinds of arguments the one whose
  /// sizes are nearest, else the choice that was the best most often anywhere.
  std::optional<tuning_entry> find(const tuning_key& key, bool nearest) const;
  /// Appends a line; one write, so that lines of several processes do not mix.
  void add(const tuning_entry& entry);
  /// Runs `measure` unless another process is at this key; the system lets go when it dies.
  bool alone(const tuning_key& key, const std::function<void()>& measure) const;
  /// One JSON file with the newest measurement of each key.
  void save(const std::string& path) const;

 private:
  std::string kernel_, file_;
  std::vector<tuning_entry> own_, shipped_;
};

}  // namespace numloom::kernel_detail
