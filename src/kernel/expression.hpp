// SPDX-License-Identifier: BSD-3-Clause
/// Expressions over a tuned kernel's parameters and arguments, in Python's notation: numbers, words, names,
/// arithmetic, comparisons, and, or, not, a if b else c, ceil, floor, min, max, abs, int, cdiv, and an
/// array's size, shape, ndim, nbytes and itemsize.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "numloom/tuning.hpp"

namespace numloom::kernel_detail {

/// What a name stands for.
using named_value = std::variant<tuning_value, const kernel_argument*>;
using name_lookup = std::function<named_value(const std::string& name)>;

class expression {
 public:
  /// Throws value_error for what is no expression; messages call it `what`.
  expression(std::string text, std::string what);
  const std::set<std::string>& names() const { return names_; }
  const std::string& text() const { return text_; }
  /// Throws type_error for operands that do not fit, value_error for a division by zero.
  tuning_value evaluate(const name_lookup& lookup) const;

  struct node;

 private:
  std::string text_, what_;
  std::shared_ptr<const node> root_;
  std::set<std::string> names_;
};

bool is_true(const tuning_value& v);

}  // namespace numloom::kernel_detail
