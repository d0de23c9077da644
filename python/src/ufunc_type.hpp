// SPDX-License-Identifier: BSD-3-Clause
/// numloom.ufunc: the objects add, sin, matmul, ..., one for each row of ufuncs.def and each product.
#pragma once

#include "convert.hpp"
#include "numloom/linalg.hpp"

namespace numloom::python {

using product_function = ndarray (*)(const ndarray&, const ndarray&, const ufunc_options&);

struct ufunc_object {
  PyObject_HEAD  //
      vectorcallfunc enter;
  const char* name;
  const char* doc;
  const char* gufunc_signature;  // of the products; null for the elementwise ones
  product_function multiply;     // of the products
  gufunc product;                // of the products, for calls with axes
  ufunc id;                      // of the elementwise ones
  int nin, nout;
};

/// The call of a ufunc object, by CPython's vectorcall convention.
PyObject* call_ufunc(PyObject* self, PyObject* const* args, std::size_t flagged, PyObject* names);
/// reduce, accumulate, outer, at, reduceat, resolve_dtypes, __reduce__.
extern PyMethodDef ufunc_methods[];
/// A tuple and a dict of vectorcall arguments.
ref pack_arguments(PyObject* const* args, Py_ssize_t count);
ref pack_keywords(PyObject* const* values, PyObject* names);

/// Makes the type and all its objects and adds them to the module.
void make_ufuncs(PyObject* module);
/// Runs NumPy's ufunc of that name on the host and brings the result back (counted; config.fallback).
PyObject* host_ufunc(const char* name, const char* method, PyObject* args, PyObject* keywords);
/// Does the object's class carry out ufuncs by itself, or refuse them (`__array_ufunc__`, NEP 13)? Numbers
/// and plain arrays do not.
bool overrides_ufuncs(PyObject* o);
/// Does one of these arguments, or of the values of out= and where=?
bool is_overridden(PyObject* const* args, Py_ssize_t count, PyObject* names);
/// Lets such operands carry out the ufunc, or the method of it.
PyObject* hand_over(PyObject* self, const char* method, PyObject* const* args, Py_ssize_t count,
                    PyObject* names);
/// True where the other operand's own operator should decide; in place, classes that refuse ufuncs raise.
bool defers_to(PyObject* other, bool in_place = false);

}  // namespace numloom::python
