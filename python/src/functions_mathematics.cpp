// SPDX-License-Identifier: BSD-3-Clause
// Rounding and the parts of complex numbers.
#include "numloom/mathematics.hpp"

#include <algorithm>
#include <climits>
#include <cmath>

#include "float_watch.hpp"
#include "function.hpp"

namespace numloom::python {

namespace {

// ---- rounding ----

// (a, decimals, out)
PyObject* rounded(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const std::int64_t given = to_int(s[1], "decimals", 0);
  const int decimals = static_cast<int>(std::clamp<std::int64_t>(given, -INT_MAX, INT_MAX));
  const auto out = to_out(s[2]);
  if (decimals != 0 && is_inexact(a.dtype()) && itemsize(real_part_of(a.dtype())) < 8)
    report_overflow(a.dtype(), checked(PyFloat_FromDouble(std::pow(10.0, std::abs(decimals)))).get());
  const float_watch watch(decimals != 0);
  ndarray result = unlocked(a.size(), [&] { return round(a, decimals, out); });
  watch.report("multiply", result);
  return wrap_or_out(std::move(result), s[2]);
}

// (x, out)
PyObject* fixed(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const auto out = to_out(s[1]);
  return wrap_or_out(unlocked(a.size(), [&] { return out ? fix(a, {.out = out}) : fix(a); }), s[1]);
}

// ---- parts of complex numbers ----

// The property of that name, of Python's numbers too.
PyObject* property_of(PyObject* o, const char* name) {
  if (is_array(o) || is_python_number(o)) return PyObject_GetAttrString(o, name);
  return PyObject_GetAttrString(checked(wrap(to_array(o))).get(), name);
}
PyObject* real_part(argument_slots s) { return property_of(s[0], "real"); }
PyObject* imaginary_part(argument_slots s) { return property_of(s[0], "imag"); }

// (z, deg)
PyObject* argument_of(argument_slots s) {
  const ndarray z = to_array(s[0]);
  const bool degrees = to_bool(s[1], false);
  return wrap(unlocked(z.size(), [&] { return angle(z, degrees); }));
}

// (a, tol)
PyObject* perhaps_real(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const double tolerance = to_double(s[1], 100);
  ndarray seen = unlocked(a.size(), [&] { return real_if_close(a, tolerance); });
  return is_array(s[0]) && seen.dtype() == a.dtype() ? Py_NewRef(s[0]) : wrap_view(std::move(seen), s[0]);
}

constexpr const char* rounding = "(a, decimals=0, out=None)";

constexpr function_row mathematics_rows[] = {
    {"round", rounding, rounded, "Rounded to that many decimals, halves to even.", both},
    {"around", rounding, rounded, "Rounded to that many decimals, halves to even; the older name of round."},
    {"fix", "(x, out=None)", fixed, "Rounded towards zero."},
    {"real", "(val)", real_part, "The real parts: a view."},
    {"imag", "(val)", imaginary_part, "The imaginary parts: a view of a complex array."},
    {"angle", "(z, deg=False)", argument_of, "The argument of complex numbers, in radians or degrees."},
    {"real_if_close", "(a, tol=100)", perhaps_real,
     "The real parts, where all imaginary parts are close to zero: below tol machine epsilons."},
};

}  // namespace

void add_mathematics_functions(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<mathematics_rows>(table, methods);
}

}  // namespace numloom::python
