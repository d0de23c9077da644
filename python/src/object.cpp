// SPDX-License-Identifier: BSD-3-Clause
// C++ exceptions as NumPy's Python classes.
#include "object.hpp"

#include <cstdarg>
#include <new>
#include <stdexcept>

#include "numloom/error.hpp"
#include "numloom/foreign.hpp"
#include "numloom/kernel.hpp"

namespace numloom::python {

PyObject* imported(const char* module, const char* name) {
  const ref m(PyImport_ImportModule(module));
  return m ? PyObject_GetAttrString(m.get(), name) : nullptr;
}

void raise(PyObject* type, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  PyErr_FormatV(type, format, arguments);
  va_end(arguments);
  throw python_error{};
}

namespace {

// numloom._errors has the classes that are not CPython's own; imported on the first error only.
void set_by_name(const char* name, const char* text) {
  const ref type(imported("numloom._errors", name));
  if (type) PyErr_SetString(type.get(), text);
}

void set_axis_error(const axis_error& e) {
  const ref type(imported("numpy.exceptions", "AxisError"));
  if (!type) return;
  const bool outside = e.axis >= e.ndim || e.axis < -e.ndim;  // else something is wrong with several axes
  // "[moveaxis] source: axis 3 is out of bounds ...": the name of the argument stays in NumPy's text.
  const std::string_view text = e.what();
  const std::size_t begin = text.find("] ") + 2, end = text.find(": axis ");
  const bool named = begin > 1 && end != std::string_view::npos && begin < end;
  const std::string argument(named ? text.substr(begin, end - begin) : "");
  const ref value(!outside ? PyObject_CallFunction(type.get(), "s", e.what())
                  : named  ? PyObject_CallFunction(type.get(), "iis", e.axis, e.ndim, argument.c_str())
                           : PyObject_CallFunction(type.get(), "ii", e.axis, e.ndim));
  if (value) PyErr_SetObject(type.get(), value.get());
}

// The error that a function of numloom._errors makes of the text.
void set_made_error(const char* function, const char* text) {
  const ref make(imported("numloom._errors", function));
  if (!make) return;
  const ref value(PyObject_CallFunction(make.get(), "s", text));
  if (value) PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(value.get())), value.get());
}

void set_compile_error(const compile_error& e) {
  const ref make(imported("numloom._errors", "CompileError"));
  if (!make) return;
  const ref value(PyObject_CallFunction(make.get(), "sssi", e.what(), e.log.c_str(), e.file.c_str(), e.line));
  if (value) PyErr_SetObject(make.get(), value.get());
}

}  // namespace

void set_python_error() noexcept {
  try {
    throw;
  } catch (const python_error&) {
  } catch (const axis_error& e) {
    set_axis_error(e);
  } catch (const casting_error& e) {
    set_made_error("casting_error", e.what());
  } catch (const value_error& e) {
    PyErr_SetString(PyExc_ValueError, e.what());
  } catch (const type_error& e) {
    PyErr_SetString(PyExc_TypeError, e.what());
  } catch (const index_error& e) {
    PyErr_SetString(PyExc_IndexError, e.what());
  } catch (const overflow_error& e) {
    PyErr_SetString(PyExc_OverflowError, e.what());
  } catch (const zero_division_error& e) {
    PyErr_SetString(PyExc_ZeroDivisionError, e.what());
  } catch (const buffer_error& e) {
    PyErr_SetString(PyExc_BufferError, e.what());
  } catch (const linalg_error& e) {
    set_by_name("LinAlgError", e.what());
  } catch (const compile_error& e) {
    set_compile_error(e);
  } catch (const cuda_error& e) {
    set_by_name("CudaError", e.what());
  } catch (const not_available& e) {
    set_by_name("NotAvailableError", e.what());
  } catch (const io_error& e) {
    set_made_error("io_error", e.what());
  } catch (const std::bad_alloc& e) {
    PyErr_SetString(PyExc_MemoryError, e.what());
  } catch (const std::invalid_argument& e) {
    PyErr_SetString(PyExc_ValueError, e.what());
  } catch (const std::out_of_range& e) {
    PyErr_SetString(PyExc_IndexError, e.what());
  } catch (const std::exception& e) {
    PyErr_SetString(PyExc_RuntimeError, e.what());
  } catch (...) {
    PyErr_SetString(PyExc_SystemError, "an unknown C++ exception");
  }
}

}  // namespace numloom::python
