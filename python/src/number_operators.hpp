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

/// The element of a 0-d array on the CPU.
inline void load_element(const ndarray& a, host_number& number) {
  number.dtype = a.dtype();
  const void* from = a.data(access::read);
  const auto bytes = static_cast<std::size_t>(a.itemsize());
  bytes == 8 ? std::memcpy(number.bytes, from, 8) : std::memcpy(number.bytes, from, bytes);
}
/// A 0-d array on the CPU as a number.
inline bool load_element(PyObject* o, host_number& number) {
  if (!is_0d(o) || !array_of(o).device().is_cpu()) return false;
  load_element(array_of(o), number);
  return true;
}
/// A float or int of Python's own, in the dtype that it takes beside `type` (NEP 50). False where it does not
/// fit exactly, or is something else.
bool load_beside(PyObject* o, dtype type, host_number& number);

/// Did whole numbers wrap around? NumPy warns of it where its scalars are added, multiplied or negated.
bool wraps_around(ufunc f, const host_number& a, const host_number* b, const host_number& result);

/// f of 0-d arrays on the CPU and Python's floats and ints (right is null for one operand). Null without a
/// Python error where the general way has to see to it: other operands, floating-point errors. An operator
/// warns where whole numbers wrap around, as NumPy's does and its ufuncs do not.
PyObject* call_on_numbers(ufunc f, PyObject* left, PyObject* right, bool is_operator = false);

}  // namespace numloom::python
