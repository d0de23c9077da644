// SPDX-License-Identifier: BSD-3-Clause
// The module numloom._core.
#include <pybind11/pybind11.h>

#include "c_api.hpp"
#include "convert.hpp"
#include "function.hpp"
#include "kernel_type.hpp"
#include "random_type.hpp"
#include "runtime.hpp"
#include "ufunc_type.hpp"

namespace numloom::python {

namespace {

// CPython keeps pointers into the table: it must live for good.
void add_table(PyObject* module, std::vector<PyMethodDef>& table, const char* module_name) {
  const ref name = checked(PyUnicode_FromString(module_name));
  for (PyMethodDef& row : table) {
    const ref function = checked(PyCFunction_NewEx(&row, nullptr, name.get()));
    checked(PyModule_AddObjectRef(module, row.ml_name, function.get()));
  }
}

void add_functions(PyObject* module) {
  static std::vector<PyMethodDef> table;
  add_creation_functions(table, false);
  add_reduction_functions(table, false);
  add_manipulation_functions(table, false);
  add_joining_functions(table, false);
  add_editing_functions(table, false);
  add_indexing_functions(table, false);
  add_choosing_functions(table, false);
  add_set_functions(table, false);
  add_histogram_functions(table, false);
  add_signal_functions(table, false);
  add_mathematics_functions(table, false);
  add_logic_functions(table, false);
  add_product_functions(table, false);
  add_statistics_functions(table, false);
  add_calculus_functions(table, false);
  add_polynomial_functions(table, false);
  add_table(module, table, "numloom");
}

// A submodule of _core for one of NumPy's: numloom.fft takes its names from _core._fft.
void add_submodule(PyObject* module, const char* name, std::vector<PyMethodDef>& table,
                   const char* module_name) {
  const ref made = checked(PyModule_New(module_name));
  add_table(made.get(), table, module_name);
  checked(PyModule_AddObjectRef(module, name, made.get()));
}

void add_linalg(PyObject* module) {
  static std::vector<PyMethodDef> table;
  add_linalg_functions(table);
  add_submodule(module, "_linalg", table, "numloom.linalg");
}

void add_fft(PyObject* module) {
  static std::vector<PyMethodDef> table;
  add_fft_functions(table);
  add_submodule(module, "_fft", table, "numloom.fft");
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
    add_fft(m.ptr());
    add_linalg(m.ptr());
    bind_runtime(m);
    make_generator_type(m.ptr());
    add_c_api(m.ptr());
  } catch (const numloom::python::python_error&) {
    throw pybind11::error_already_set();
  }
}
