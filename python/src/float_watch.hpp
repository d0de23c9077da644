// SPDX-License-Identifier: BSD-3-Clause
/// Floating-point errors of work on the CPU, reported as numpy.errstate says.
#pragma once

#include "convert.hpp"
#include "numloom/float_errors.hpp"

namespace numloom::python {

/// Reports the flags under the operation's name; throws python_error where that raises.
void report_float_errors(unsigned flags, const char* name, bool of_scalars);

/// Reports a number of Python's that is finite, and infinite as an element of this dtype.
void report_overflow(dtype type, PyObject* number);

/// NumPy's ComplexWarning; throws python_error where it raises.
void warn_of_dropped_parts();
/// The warning before an assignment, which does not happen then where the warning is an error.
inline void warn_before_assigning(dtype from, dtype to) {
  if (is_complex(from) && !is_complex(to) && to != dtype::bool_) warn_of_dropped_parts();
}
/// Runs f; the warning follows where a cast in it dropped imaginary parts.
template <class F> PyObject* watching_parts(F&& f) {
  dropped_parts::take();
  ref result(f());
  if (result && __builtin_expect(dropped_parts::take(), 0)) warn_of_dropped_parts();
  return result.release();
}

/// May a cast meet numbers that the new dtype cannot hold, and note it?
constexpr bool may_err(dtype from, dtype to) { return is_inexact(from) || to == dtype::float16; }

/// Is it one of those whose loops set no flags, where they could be read?
inline bool is_half_on_host(const ndarray& a) { return a.dtype() == dtype::float16 && a.device().is_cpu(); }
bool all_finite(const ndarray& a);

/// Watches the flags from here to report(). Two reads of a register where nothing happens.
class float_watch {
 public:
  explicit float_watch(bool active = true) : active_(active) {
    if (active) float_errors::clear();
  }
  /// of_scalars: the operation was one on numbers, which NumPy's texts say.
  void report(const char* name, const ndarray& result, bool of_scalars = false) const {
    if (!active_) return;
    const unsigned flags = float_errors::get();
    if (__builtin_expect(flags != 0, 0) && result.device().is_cpu()) {
      float_errors::clear();
      report_float_errors(flags, name, of_scalars);
    }
  }

 private:
  bool active_;
};

/// Reports what a product did. Its blocks are filled up with zeros, so flags are a hint that the numbers must
/// confirm.
void report_product(const float_watch& watch, const char* name, const ndarray& result, const ndarray& a,
                    const ndarray& b);

}  // namespace numloom::python
