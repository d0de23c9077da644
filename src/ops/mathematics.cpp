// SPDX-License-Identifier: BSD-3-Clause
// Rounding and the parts of complex numbers.
#include "numloom/mathematics.hpp"

#include <cmath>
#include <limits>

#include "ops/compose.hpp"

namespace numloom {

using namespace detail;

namespace {

ndarray round_integers(const ndarray& a, int decimals, const std::optional<ndarray>& out) {
  if (decimals >= 0 && !out) return positive(a);
  if (decimals >= 0) return hand_over(a, out, "round");
  const double scale = std::pow(10.0, -decimals);
  return hand_over(as_type(multiply(rint(divide(a, scale)), scale), a.dtype()), out, "round");
}

// The parts each by itself: a product of complex numbers may lose the sign of a zero.
ndarray round_parts(const ndarray& a, int decimals, const std::optional<ndarray>& out) {
  const ndarray made = out ? *out : empty_like(a);
  if (!is_complex(made.dtype()) || made.shape() != a.shape())
    fail<value_error>("[round] expected out of complex numbers of shape ", to_string(a.shape()), ", got ",
                      made.dtype(), " of shape ", to_string(made.shape()));
  round(real(a), decimals, real(made));
  round(imag(a), decimals, imag(made));
  return out ? made : scalar_if_0d(made);
}

}  // namespace

ndarray round(const ndarray& a, int decimals, const std::optional<ndarray>& out) {
  if (is_integer(a.dtype())) return round_integers(a, decimals, out);
  if (is_complex(a.dtype())) return round_parts(a, decimals, out);
  const bool is_bool = a.dtype() == dtype::bool_;
  if (is_bool && decimals != 0)
    fail<casting_error>("[round] expected numbers for decimals=", decimals, ", got a bool array");
  const ndarray numbers = is_bool ? as_type(a, dtype::float16) : a;
  if (!out && decimals != 0 && !a.is_c_contiguous() && !a.is_f_contiguous())
    return round(a, decimals, empty_like(a, {}, order::C));  // NumPy keeps no other order of axes
  const double scale = std::pow(10.0, std::abs(decimals));
  if (!out) {
    if (decimals == 0) return rint(numbers);
    return decimals > 0 ? divide(rint(multiply(numbers, scale)), scale)
                        : multiply(rint(divide(numbers, scale)), scale);
  }
  if (decimals == 0) return rint(numbers, {.out = out});
  return decimals > 0 ? divide(rint(multiply(numbers, scale)), scale, {.out = out})
                      : multiply(rint(divide(numbers, scale)), scale, {.out = out});
}

ndarray real(const ndarray& a) { return is_complex(a.dtype()) ? part_of_complex(a, false) : a; }

ndarray imag(const ndarray& a) {
  if (is_complex(a.dtype())) return part_of_complex(a, true);
  ndarray nothing = zeros_like(a, {.order = order::A});
  nothing.set_writeable(false);
  nothing.set_scalar(a.is_scalar());
  return nothing;
}

ndarray angle(const ndarray& a, bool degrees) {
  const ndarray radians = is_complex(a.dtype()) ? arctan2(imag(a), real(a)) : arctan2(0, a);
  return degrees ? rad2deg(radians) : radians;
}

ndarray real_if_close(const ndarray& a, double tolerance) {
  if (!is_complex(a.dtype())) return a;
  if (tolerance > 1)
    tolerance *= a.dtype() == dtype::complex64 ? std::numeric_limits<float>::epsilon()
                                               : std::numeric_limits<double>::epsilon();
  return truth(all(less(absolute(imag(a)), tolerance))) ? real(a) : a;
}

}  // namespace numloom
