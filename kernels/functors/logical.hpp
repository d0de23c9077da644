// SPDX-License-Identifier: BSD-3-Clause
// Truth-value functors: any element type in, bool out.
#pragma once
#include "../types.hpp"

namespace numloom::NL_TARGET {

struct LogicalAnd {
  template <class T> NL_HD bool operator()(T a, T b) const { return truth(a) & truth(b); }
};
struct LogicalOr {
  template <class T> NL_HD bool operator()(T a, T b) const { return truth(a) | truth(b); }
};
struct LogicalXor {
  template <class T> NL_HD bool operator()(T a, T b) const { return truth(a) != truth(b); }
};
struct LogicalNot {
  template <class T> NL_HD bool operator()(T a) const { return !truth(a); }
};
}  // namespace numloom::NL_TARGET
