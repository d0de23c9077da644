// SPDX-License-Identifier: BSD-3-Clause
// Comparison with a tolerance, of whole arrays, and tests of elements.
#include "numloom/logic.hpp"

#include <cmath>

#include "float_watch.hpp"
#include "function.hpp"
#include "numloom/reductions.hpp"

namespace numloom::python {

namespace {

// ---- within a tolerance ----

// A tolerance: a number, or an array of them. NumPy has reports of its own for those that are not finite.
void load_tolerance(operand& tolerance, PyObject* given, double otherwise, device where) {
  const ref number(given ? Py_NewRef(given) : PyFloat_FromDouble(otherwise));
  if (!tolerance.load(number.get(), where)) raise(numpy.host_only, "a tolerance that is not a number");
  const ndarray* a = tolerance.array();
  const bool is_finite =
      a ? all(call(ufunc::isfinite, *a)).item<bool>() : std::isfinite(tolerance.like().number().real());
  if (!is_finite) raise(numpy.host_only, "tolerances that are not finite");
}

// (a, b, rtol, atol, equal_nan)
ndarray closeness(argument_slots s) {
  const device d = device_among(s, 4);
  operand a, b, rtol, atol;
  if (!a.load(s[0], d) || !b.load(s[1], d))
    raise(numpy.host_only, "isclose() of something else than numbers");
  load_tolerance(rtol, s[2], 1e-5, d);
  load_tolerance(atol, s[3], 1e-8, d);
  const bool equal_nan = to_bool(s[4], false);
  const float_watch watch;
  ndarray close = unlocked(std::max(a.size(), b.size()),
                           [&] { return isclose(a.like(), b.like(), rtol.like(), atol.like(), equal_nan); });
  float_errors::set(float_errors::get() & ~float_errors::invalid);
  watch.report("subtract", close);
  return close;
}
PyObject* close_elements(argument_slots s) { return wrap(closeness(s)); }
PyObject* close_arrays(argument_slots s) { return PyBool_FromLong(all(closeness(s)).item<bool>()); }

// ---- whole arrays ----

// Two arrays, or false where an argument cannot be read as one. What only NumPy can hold is for NumPy to
// compare.
bool load_both(argument_slots s, ndarray& a, ndarray& b) {
  try {
    const device d = device_among(s, 2);
    a = to_array(s[0], d);
    b = to_array(s[1], d);
    return true;
  } catch (const python_error&) {
    if (PyErr_ExceptionMatches(numpy.host_only) || !PyErr_ExceptionMatches(PyExc_Exception)) throw;
    PyErr_Clear();
    return false;
  }
}

// (a1, a2, equal_nan)
PyObject* equal_arrays(argument_slots s) {
  ndarray a, b;
  if (!load_both(s, a, b)) Py_RETURN_FALSE;
  const bool equal_nan = to_bool(s[2], false);
  return PyBool_FromLong(unlocked(a.size(), [&] { return array_equal(a, b, equal_nan); }));
}
// (a1, a2)
PyObject* equivalent_arrays(argument_slots s) {
  ndarray a, b;
  if (!load_both(s, a, b)) Py_RETURN_FALSE;
  return PyBool_FromLong(unlocked(a.size() + b.size(), [&] { return array_equiv(a, b); }));
}

// ---- elements ----

// (x)
template <ndarray (*F)(const ndarray&)> PyObject* tested(argument_slots s) {
  const ndarray a = to_array(s[0]);
  return wrap(unlocked(a.size(), [&] { return F(a); }));
}
// (x, out)
template <ndarray (*F)(const ndarray&, const std::optional<ndarray>&)>
PyObject* tested_into(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const auto out = to_out(s[1]);
  return wrap_or_out(unlocked(a.size(), [&] { return F(a, out); }), s[1]);
}

constexpr const char* tolerant = "(a, b, rtol=1e-05, atol=1e-08, equal_nan=False)";

constexpr function_row logic_rows[] = {
    {"isclose", tolerant, close_elements,
     "True where two arrays agree within a tolerance: |a - b| <= atol + rtol |b|."},
    {"allclose", tolerant, close_arrays, "Do two arrays agree within a tolerance?"},
    {"array_equal", "(a1, a2, equal_nan=False)", equal_arrays,
     "Have two arrays the same shape and elements?"},
    {"array_equiv", "(a1, a2)", equivalent_arrays, "Have two arrays the same elements after broadcasting?"},
    {"iscomplex", "(x)", tested<iscomplex>, "True where the imaginary part is not zero."},
    {"isreal", "(x)", tested<isreal>, "True where the imaginary part is zero."},
    {"isposinf", "(x, out=None)", tested_into<isposinf>, "True where the element is positive infinity."},
    {"isneginf", "(x, out=None)", tested_into<isneginf>, "True where the element is negative infinity."},
};

}  // namespace

void add_logic_functions(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<logic_rows>(table, methods);
}

}  // namespace numloom::python
