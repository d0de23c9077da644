// SPDX-License-Identifier: BSD-3-Clause
/// numloom.ufunc: the objects add, sin, matmul, ..., one for each row of ufuncs.def and each product.
#pragma once

#include "convert.hpp"

namespace numloom::python {

/// Makes the type and all its objects and adds them to the module.
void make_ufuncs(PyObject* module);
/// Runs NumPy's ufunc of that name on the host and brings the result back (counted; config.fallback).
PyObject* host_ufunc(const char* name, const char* method, PyObject* args, PyObject* keywords);
/// True where the other operand's own operator should decide.
bool defers_to(PyObject* other);
/// a op b for any two operands. NotImplemented where one of them is not for us.
PyObject* binary_operation(ufunc f, PyObject* left, PyObject* right);

}  // namespace numloom::python
