// SPDX-License-Identifier: BSD-3-Clause
#include "number_operators.hpp"

#include <cmath>
#include <cstring>

#include "float_watch.hpp"

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

// A number to NumPy: Python's own, or a scalar result. Arrays of no dimensions are arrays.
bool is_scalar_operand(PyObject* o) { return !is_exact_array(o) || array_of(o).is_scalar(); }

// The whole number in these bytes, as 64 bits.
std::uint64_t bits_of(const host_number& n) {
  const scalar value = load_scalar(n.dtype, n.bytes);
  if (value.type == scalar::kind::boolean) return value.b;
  return value.type == scalar::kind::unsigned_integer ? value.u : static_cast<std::uint64_t>(value.i);
}

// What a op b is in 64 bits, and whether it went beyond them.
template <class Int> bool wraps_in_64_bits(ufunc f, Int a, Int b, Int& exact) {
  switch (f) {
    case ufunc::add: return __builtin_add_overflow(a, b, &exact);
    case ufunc::subtract: return __builtin_sub_overflow(a, b, &exact);
    default: return __builtin_mul_overflow(a, b, &exact);
  }
}

}  // namespace

bool wraps_around(ufunc f, const host_number& a, const host_number* b, const host_number& result) {
  const char kind = kind_of(result.dtype);
  if (kind != 'i' && kind != 'u') return false;
  if (b && f != ufunc::add && f != ufunc::subtract && f != ufunc::multiply) return false;
  if (!b && f != ufunc::negative && f != ufunc::absolute) return false;
  const std::uint64_t x = bits_of(a), got = bits_of(result);
  if (!b) return kind == 'u' ? f == ufunc::negative && x != 0 : x == got && static_cast<std::int64_t>(x) < 0;
  const std::uint64_t y = bits_of(*b);
  if (kind == 'u') {
    std::uint64_t exact;
    return wraps_in_64_bits(f, x, y, exact) || exact != got;
  }
  std::int64_t exact;
  return wraps_in_64_bits(f, static_cast<std::int64_t>(x), static_cast<std::int64_t>(y), exact) ||
         exact != static_cast<std::int64_t>(got);
}

bool load_beside(PyObject* o, dtype type, host_number& number) {
  if (PyFloat_CheckExact(o)) return load_float(PyFloat_AS_DOUBLE(o), type, number);
  if (!PyLong_CheckExact(o)) return false;
  int beyond;
  const long long value = PyLong_AsLongLongAndOverflow(o, &beyond);
  return beyond == 0 && load_integer(value, type, number);
}

PyObject* call_on_numbers(ufunc f, PyObject* left, PyObject* right, bool is_operator) {
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
  return guarded([&] {
    if (is_operator && is_integer(result.dtype) && is_scalar_operand(left) &&
        (!right || is_scalar_operand(right)) && wraps_around(f, a, right ? &b : nullptr, result))
      report_float_errors(float_errors::overflow, info(f).name.data(), true);
    return wrap_element(result.dtype, result.bytes);
  });
}

}  // namespace numloom::python
