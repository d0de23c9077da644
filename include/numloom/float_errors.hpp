// SPDX-License-Identifier: BSD-3-Clause
/// Floating-point errors of work on the CPU: division by zero, overflow, underflow, invalid operations. The
/// library notes them in the processor's status flags of the calling thread, where they stay until cleared.
/// Work on a GPU notes nothing.
#pragma once

#include <cfenv>

#include "numloom/ufuncs.hpp"
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace numloom {

struct float_errors {
  static constexpr unsigned invalid = FE_INVALID, divide = FE_DIVBYZERO, overflow = FE_OVERFLOW,
                            underflow = FE_UNDERFLOW, all = invalid | divide | overflow | underflow;

  /// The flags of the calling thread.
  static unsigned get() noexcept {
#if defined(__x86_64__)
    return _mm_getcsr() & all;  // the status bits have the values of <cfenv>'s
#else
    return static_cast<unsigned>(std::fetestexcept(static_cast<int>(all)));
#endif
  }
  /// Makes them exactly these.
  static void set(unsigned flags) noexcept {
#if defined(__x86_64__)
    _mm_setcsr((_mm_getcsr() & ~all) | flags);
#else
    std::feclearexcept(static_cast<int>(all & ~flags));
    std::feraiseexcept(static_cast<int>(flags));
#endif
  }
  static void clear() noexcept {
    if (get() != 0) set(0);
  }
};

/// Casts of complex numbers to real ones: the imaginary parts are lost, which NumPy warns of. Noted for the
/// calling thread, on every device.
struct dropped_parts {
  /// Notes it where a cast between these dtypes is such a one.
  NL_API static void note(dtype from, dtype to) noexcept;
  /// Was there one since the last look?
  NL_API static bool take() noexcept;
};

/// Can this ufunc commit a floating-point error? (Flags that others leave behind say nothing.)
constexpr bool may_err(ufunc f) noexcept {
  if (f >= ufunc::rint && f <= ufunc::trunc) return false;
  if (f >= ufunc::isnan) return f == ufunc::spacing || f == ufunc::nextafter || f == ufunc::ldexp;
  switch (f) {
    case ufunc::negative:
    case ufunc::positive:
    case ufunc::fabs:
    case ufunc::sign:
    case ufunc::gcd:
    case ufunc::lcm:
    case ufunc::heaviside:
    case ufunc::maximum:
    case ufunc::minimum:
    case ufunc::fmax:
    case ufunc::fmin:
    case ufunc::clip:
    case ufunc::conjugate: return false;
    default: return true;
  }
}

}  // namespace numloom
