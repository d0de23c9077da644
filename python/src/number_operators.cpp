// SPDX-License-Identifier: BSD-3-Clause
#include "number_operators.hpp"

#include <cmath>
#include <cstring>

#include "numloom/float_errors.hpp"

namespace numloom::python {

namespace {

template <class T> bool put(host_number& number, dtype type, T value) {
  number.dtype = type;
  std::memcpy(number.bytes, &value, sizeof value);
  return true;
}

bool put_complex(host_number& number, double real) {
  const double parts[] = {real, 0};
  number.dtype = dtype::complex128;
  std::memcpy(number.bytes, parts, sizeof parts);
  return true;
}

bool load_float(double value, dtype type, host_number& number) {
  switch (type) {
    case dtype::float32:  // one too large for it is an error to report
      return std::abs(value) < 1e38 && put(number, type, static_cast<float>(value));
    case dtype::complex128: return put_complex(number, value);
    case dtype::float16:
    case dtype::complex64: return false;
    default: return put(number, dtype::float64, value);
  }
}

bool load_integer(std::int64_t value, dtype type, host_number& number) {
  const auto is_within = [&](int bits) { return value >> bits == (value < 0 ? -1 : 0); };
  switch (type) {
    case dtype::bool_:
    case dtype::int64: return put(number, dtype::int64, value);
    case dtype::float64: return is_within(53) && put(number, type, static_cast<double>(value));
    case dtype::float32: return is_within(24) && put(number, type, static_cast<float>(value));
    case dtype::complex128: return is_within(53) && put_complex(number, static_cast<double>(value));
    case dtype::float16:
    case dtype::complex64: return false;
    default: break;
  }
  const int bits = 8 * itemsize(type);
  const bool fits =
      kind_of(type) == 'i' ? is_within(bits - 1) : value >= 0 && (bits > 63 || value >> bits == 0);
  return fits && put(number, type, value);  // little-endian: the first bytes are the shorter integer
}

}  // namespace

bool load_beside(PyObject* o, dtype type, host_number& number) {
  if (PyFloat_CheckExact(o)) return load_float(PyFloat_AS_DOUBLE(o), type, number);
  if (!PyLong_CheckExact(o)) return false;
  int beyond;
  const long long value = PyLong_AsLongLongAndOverflow(o, &beyond);
  return beyond == 0 && load_integer(value, type, number);
}

PyObject* call_on_numbers(ufunc f, PyObject* left, PyObject* right) {
  host_number a, b, result;
  if (load_element(left, a)) {
    if (right && !load_element(right, b) && !load_beside(right, a.dtype, b)) return nullptr;
  } else if (!right || !load_element(right, b)) {
    if (!current_device().is_cpu()) return nullptr;
    if (!load_beside(left, dtype::bool_, a) || (right && !load_beside(right, dtype::bool_, b)))
      return nullptr;
  } else if (!load_beside(left, b.dtype, a)) {
    return nullptr;
  }
  const bool watched = may_err(f);
  if (watched) float_errors::clear();
  if (!call_on_numbers(f, a, right ? &b : nullptr, result)) return nullptr;
  if (watched && float_errors::get() != 0) return nullptr;
  return guarded([&] { return wrap_element(result.dtype, result.bytes); });
}

}  // namespace numloom::python
