// SPDX-License-Identifier: BSD-3-Clause
/// Files in NumPy's .npy format, and text.
#pragma once

#include <ostream>
#include <string>

#include "numloom/ndarray.hpp"

namespace numloom {

/// Writes a .npy file, version 1.0 (or higher when the header needs it). Throws io_error.
NL_API void save(const std::string& path, const ndarray& a);
/// Reads a .npy file of numbers. Throws io_error; value_error for a header that is not one, hostile or
/// truncated.
NL_API ndarray load(const std::string& path, std::optional<device> where = {});
/// What NumPy prints for the array: numpy.array2string with default options; the number itself for a
/// zero-dimensional array.
NL_API std::string to_string(const ndarray& a);
NL_API std::ostream& operator<<(std::ostream& out, const ndarray& a);
/// As a Python tuple: (2, 3).
inline std::ostream& operator<<(std::ostream& out, const shape_t& shape) { return out << to_string(shape); }

}  // namespace numloom
