// SPDX-License-Identifier: BSD-3-Clause
#include "float_watch.hpp"

#include <cmath>

#include "numloom/reductions.hpp"

namespace numloom::python {

void report_float_errors(unsigned flags, const char* name, bool of_scalars) {
  static PyObject* const report =
      checked(PyObject_GetAttrString(checked(PyImport_ImportModule("numloom._errors")).get(),
                                     "report_float_errors"))
          .release();
  const ref text = checked(PyUnicode_FromFormat("%s%s", of_scalars ? "scalar " : "", name));
  checked(PyObject_CallFunction(report, "IO", flags, text.get()));
}

void warn_of_dropped_parts() {
  const ref category = checked(imported("numpy.exceptions", "ComplexWarning"));
  checked(PyErr_WarnEx(category.get(), "Casting complex values to real discards the imaginary part", 1));
}

void report_overflow(dtype type, PyObject* number) {
  // What lies this far out is rounded to infinity.
  const double limit = type == dtype::float16                               ? 65520.0
                       : type == dtype::float32 || type == dtype::complex64 ? 0x1.ffffffp127
                                                                            : 0;
  if (limit == 0 || !is_python_number(number)) return;
  const Py_complex value = PyComplex_AsCComplex(number);
  if (PyErr_Occurred()) return PyErr_Clear();
  const auto is_beyond = [&](double part) { return std::abs(part) >= limit && std::isfinite(part); };
  if (is_beyond(value.real) || is_beyond(value.imag))
    report_float_errors(float_errors::overflow, "cast", false);
}

namespace {

bool has(ufunc test, const ndarray& a) { return any(call(test, a)).item().real() != 0; }

}  // namespace

bool all_finite(const ndarray& a) { return all(call(ufunc::isfinite, a)).item().real() != 0; }

void report_product(const float_watch& watch, const char* name, const ndarray& result, const ndarray& a,
                    const ndarray& b) {
  if ((float_errors::get() == 0 && !is_half_on_host(result)) || !result.device().is_cpu() ||
      !is_inexact(result.dtype()))
    return;
  unsigned found = 0;
  if (has(ufunc::isnan, result) && !has(ufunc::isnan, a) && !has(ufunc::isnan, b))
    found |= float_errors::invalid;
  if (has(ufunc::isinf, result) && all_finite(a) && all_finite(b)) found |= float_errors::overflow;
  float_errors::set(found);
  watch.report(name, result);
}

}  // namespace numloom::python
