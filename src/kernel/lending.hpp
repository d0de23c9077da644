// SPDX-License-Identifier: BSD-3-Clause
/// In, Out and InOut: what a launch gets in place of arrays that a kernel cannot take as they lie.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "numloom/kernel.hpp"

namespace numloom::kernel_detail {

/// Is any of them to be lent?
inline bool is_lent(std::span<const kernel_argument> arguments) {
  for (const kernel_argument& a : arguments) {
    if (a.transfer() != transfer::none) return true;
  }
  return false;
}

/// Copies on the kernel's device for the length of one launch, made and brought back on its stream: from and
/// to the host through pinned memory where they are large.
class lent_arguments {
 public:
  lent_arguments(std::span<const kernel_argument> given, device where, std::optional<stream_view> on);
  std::span<const kernel_argument> all() const { return all_; }
  /// Results to where they came from; what a parameter to const got has not changed.
  void give_back(const std::vector<bool>& written) const;

 private:
  struct copied {
    const ndarray& from;
    std::size_t position;
  };
  void lend(const kernel_argument& a, device where);
  std::optional<stream_guard> on_;
  std::vector<kernel_argument> all_;
  std::vector<std::unique_ptr<ndarray>> kept_;
  std::vector<copied> results_;
};

}  // namespace numloom::kernel_detail
