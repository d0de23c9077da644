// SPDX-License-Identifier: BSD-3-Clause
// The module numloom._core.
#include <pybind11/pybind11.h>

#include "convert.hpp"
#include "function.hpp"
#include "kernel_type.hpp"
#include "runtime.hpp"
#include "ufunc_type.hpp"

namespace numloom::python {

namespace {

void add_functions(PyObject* module) {
  static std::vector<PyMethodDef> table;
  add_creation_functions(table, false);
  add_reduction_functions(table, false);
  add_manipulation_functions(table, false);
  add_indexing_functions(table, false);
  add_set_functions(table, false);
  add_statistics_functions(table, false);
  const ref name = checked(PyUnicode_FromString("numloom"));
  for (PyMethodDef& row : table) {
    const ref function = checked(PyCFunction_NewEx(&row, nullptr, name.get()));
    checked(PyModule_AddObjectRef(module, row.ml_name, function.get()));
  }
}

}  // namespace

}  // namespace numloom::python

PYBIND11_MODULE(_core, m, pybind11::mod_gil_used()) {
  m.doc() = "Arrays, ufuncs and functions of numloom. Use `import numloom`.";
  try {
    using namespace numloom::python;
    find_numpy();
    make_array_type(m.ptr());
    make_ufuncs(m.ptr());
    add_functions(m.ptr());
    make_kernel_types(m.ptr());
    bind_runtime(m);
    make_generator_type(m.ptr());
  } catch (const numloom::python::python_error&) {
    throw pybind11::error_already_set();
  }
}
