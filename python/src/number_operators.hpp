// SPDX-License-Identifier: BSD-3-Clause
/// Operators and ufuncs of single numbers on the host, where an array's way would cost more than the
/// operation.
#pragma once

#include <cstring>

#include "array_type.hpp"
#include "numloom/host_number.hpp"

namespace numloom::python {

/// Is it an array of no dimensions?
inline bool is_0d(PyObject* o) { return is_exact_array(o) && array_of(o).ndim() == 0; }

/// A 0-d array on the CPU as a number.
inline bool load_element(PyObject* o, host_number& number) {
  if (!is_0d(o) || !array_of(o).device().is_cpu()) return false;
  const ndarray& a = array_of(o);
  number.dtype = a.dtype();
  const void* from = a.data(access::read);
  const auto bytes = static_cast<std::size_t>(a.itemsize());
  bytes == 8 ? std::memcpy(number.bytes, from, 8) : std::memcpy(number.bytes, from, bytes);
  return true;
}
/// A float or int of Python's own, in the dtype that it takes beside `type` (NEP 50). False where it does not
/// fit exactly, or is something else.
bool load_beside(PyObject* o, dtype type, host_number& number);

/// f of 0-d arrays on the CPU and Python's floats and ints (right is null for one operand). Null without a
/// Python error where the general way has to see to it: other operands, floating-point errors.
PyObject* call_on_numbers(ufunc f, PyObject* left, PyObject* right);

}  // namespace numloom::python
