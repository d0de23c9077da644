// SPDX-License-Identifier: BSD-3-Clause
/// What parameters a distribution of bit_source.hpp has.
#pragma once

#include <string_view>

#include "numloom/bit_source.hpp"

namespace numloom::random {

struct sampled_rule {
  sampled which;
  std::string_view name;
  int parameters;
  unsigned integers;  // the bits of those that must be integers
  bool (*valid)(const double* p);
  std::string_view condition;
};
const sampled_rule& rule_of(sampled which);

}  // namespace numloom::random
