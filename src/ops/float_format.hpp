// SPDX-License-Identifier: BSD-3-Clause
/// Floating-point numbers as text, as NumPy writes them: the shortest digits that name the number in its own
/// dtype, cut at a precision.
#pragma once

#include <string>

#include "numloom/dtype.hpp"

namespace numloom::detail {

/// The fewest significant digits that single the number out: digits[0].digits[1..] *
/// 10^exponent.
struct shortest_decimal {
  bool negative;
  std::string digits;  // without trailing zeros
  int exponent;
};
/// x is a finite number of the real floating dtype.
shortest_decimal shortest(double x, dtype type);

/// "-12.5", "3.": at most `precision` digits behind the point, no trailing zeros, always a point.
std::string positional(double x, dtype type, int precision);
/// "1.25e+10", "3.e-05": likewise, with at least two digits of exponent.
std::string scientific(double x, dtype type, int precision);
/// Exactly `precision` digits behind the point.
std::string fixed_scientific(double x, int precision);
/// As NumPy's scalars print: "1.0", "1e-05", "nan".
std::string scalar_text(double x, dtype type);
/// A part of a complex scalar: "1", "0.5", "1e+20".
std::string part_text(double x, dtype type);

}  // namespace numloom::detail
