// SPDX-License-Identifier: BSD-3-Clause
/// Truth values as the bits of bytes.
#pragma once

#include <optional>

#include "numloom/ndarray.hpp"

namespace numloom {

/// Which of eight values is a byte's most significant bit: the first (big), or the last.
enum class bit_order { big, little };

/// Eight truth values a byte along an axis, or of the flattened array; zeros fill the last byte. Throws
/// type_error for numbers that are not integers.
NL_API ndarray packbits(const ndarray& a, std::optional<int> axis = {}, bit_order bits = bit_order::big);
/// The bits of bytes as zeros and ones (uint8): `count` of them, the last ones left out where it is negative,
/// zeros behind where it is more than there are. Throws type_error for other dtypes than uint8.
NL_API ndarray unpackbits(const ndarray& a, std::optional<int> axis = {},
                          std::optional<std::int64_t> count = {}, bit_order bits = bit_order::big);

}  // namespace numloom
