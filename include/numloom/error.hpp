// SPDX-License-Identifier: BSD-3-Clause
/// Exceptions. The types are API, the texts are not. Each derives from its std parent and is mapped to
/// NumPy's class in Python. Texts read `[operation] what was expected, what came`, with shapes and dtypes.
#pragma once

#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "numloom/export.hpp"

namespace numloom {

/// A value that the operation cannot take: shapes that do not match, an unknown keyword value (Python:
/// ValueError).
struct NL_API value_error : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};
/// An axis outside [-ndim, ndim) (Python: numpy.exceptions.AxisError).
struct NL_API axis_error : value_error {
  axis_error(const std::string& text, int wrong, int dimensions)
      : value_error(text), axis(wrong), ndim(dimensions) {}
  int axis, ndim;
};
/// A dtype or a kind of argument that the operation cannot take (Python: TypeError).
struct NL_API type_error : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};
/// No loop of the ufunc fits under the casting rule (Python: numpy's UFuncTypeError, a TypeError).
struct NL_API casting_error : type_error {
  using type_error::type_error;
};
/// An index out of bounds, or too many indices (Python: IndexError).
struct NL_API index_error : std::out_of_range {
  using std::out_of_range::out_of_range;
};
/// A Python or C++ integer that does not fit the dtype (Python: OverflowError).
struct NL_API overflow_error : std::overflow_error {
  using std::overflow_error::overflow_error;
};
/// A division by a sum that is zero (Python: ZeroDivisionError).
struct NL_API zero_division_error : std::domain_error {
  using std::domain_error::domain_error;
};
/// Memory asked for and not had (Python: MemoryError). The text says how much was asked, held and free.
struct NL_API memory_error : std::bad_alloc {
  explicit memory_error(std::string text) : text_(std::move(text)) {}
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};
/// Singular, not positive definite, not converging (Python: numpy.linalg.LinAlgError).
struct NL_API linalg_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// A CUDA call that failed, or an asynchronous error found at a synchronising point (Python:
/// numloom.CudaError).
struct NL_API cuda_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// Something that this build or machine does not have: a device, a library (Python:
/// numloom.NotAvailableError).
struct NL_API not_available : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// A file that cannot be opened, read or written (Python: OSError).
struct NL_API io_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One text out of parts that can be streamed.
template <class... Parts> std::string as_text(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  return std::move(text).str();
}

/// Throws Error with the parts as text.
template <class Error, class... Parts>
[[noreturn]] __attribute__((cold, noinline)) void fail(const Parts&... parts) {
  throw Error(as_text(parts...));
}

}  // namespace numloom
