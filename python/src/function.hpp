// SPDX-License-Identifier: BSD-3-Clause
/// Functions with NumPy's signatures. A row says the signature as text; it is read once, and each call's
/// arguments are put into one slot a parameter (null: not given) before the body runs.
///
/// Thinner than a general binding: a call costs the parse of its keywords and nothing else, a function
/// serves as a method of the array too, and a call with arrays that only NumPy can hold (strings, objects)
/// is handed on to NumPy.
#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "convert.hpp"

namespace numloom::python {

using argument_slots = PyObject* const*;

struct function_row {
  const char* name;  // "sum", or with NumPy's submodule, "fft.rfft"
  /// "(a, axis=None, *, dtype=None)"; "/" ends the positional-only parameters. The slot of *args gets a
  /// tuple, that of **kwargs a dict, or null where there are none.
  const char* signature;
  PyObject* (*body)(argument_slots);
  const char* doc;
  enum { function_only, function_and_method, method_only } use = function_only;
};

/// The name without its module.
constexpr const char* last_name(const char* name) {
  const char* last = name;
  for (; *name; ++name)
    if (*name == '.') last = name + 1;
  return last;
}

/// A signature, parsed.
class signature {
 public:
  static constexpr int limit = 16;
  signature(const char* name, const char* text);
  /// Fills `slots`; the first parameter is `self` when that is not null. False with a TypeError set.
  bool bind(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords,
            PyObject** slots) const;
  /// Drops what bind() made.
  void release(PyObject** slots) const {
    if (variadic_ >= 0) Py_CLEAR(slots[variadic_]);
    if (keywords_ >= 0) Py_CLEAR(slots[keywords_]);
  }

 private:
  bool bind_keyword(PyObject* name, PyObject* value, PyObject** slots) const;
  const char* name_;
  int count_ = 0, positional_only_ = 0, positional_ = 0;
  int variadic_ = -1;  // *args: its slot gets the tuple of the remaining positional arguments
  int keywords_ = -1;  // **kwargs: its slot gets the dict of the keywords that have no slot of their own
  PyObject* names_[limit];
  bool required_[limit];
};

inline constexpr auto both = function_row::function_and_method;
inline constexpr auto method = function_row::method_only;

/// Runs the row's body, or NumPy's function of that name when no array here can hold an argument.
PyObject* call_row(const function_row& row, const signature& s, PyObject* self, PyObject* const* args,
                   Py_ssize_t count, PyObject* keywords);

template <const auto& Rows, std::size_t I> const signature& signature_of() {
  static const signature parsed(last_name(Rows[I].name), Rows[I].signature);
  return parsed;
}
template <const auto& Rows, std::size_t I>
PyObject* enter_function(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  return call_row(Rows[I], signature_of<Rows, I>(), nullptr, args, count, keywords);
}
template <const auto& Rows, std::size_t I>
PyObject* enter_method(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  return call_row(Rows[I], signature_of<Rows, I>(), self, args, count, keywords);
}

/// The docstring as CPython wants it: signature first. For a method the first parameter is $self.
const char* documentation_of(const function_row& row, bool is_method);

template <const auto& Rows, std::size_t... I>
void add_rows(std::vector<PyMethodDef>& table, bool methods, std::index_sequence<I...>) {
  const auto add = [&](const function_row& row, auto function, auto method) {
    if (row.use == (methods ? function_row::function_only : function_row::method_only)) return;
    const auto entry = methods ? method : function;
    table.push_back({last_name(row.name), reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(entry)),
                     METH_FASTCALL | METH_KEYWORDS, documentation_of(row, methods)});
  };
  (add(Rows[I], &enter_function<Rows, I>, &enter_method<Rows, I>), ...);
}
/// CPython's table of the rows that are functions (or methods).
template <const auto& Rows> void add_rows(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<Rows>(table, methods, std::make_index_sequence<std::size(Rows)>{});
}

/// A call of a function of the Python package: module and name, looked up once a call.
PyObject* call_package(const char* module, const char* name, PyObject* args, PyObject* keywords);

// One a file: functions_*.cpp.
void add_creation_functions(std::vector<PyMethodDef>& table, bool methods);
void add_reduction_functions(std::vector<PyMethodDef>& table, bool methods);
void add_manipulation_functions(std::vector<PyMethodDef>& table, bool methods);
void add_joining_functions(std::vector<PyMethodDef>& table, bool methods);
void add_editing_functions(std::vector<PyMethodDef>& table, bool methods);
void add_indexing_functions(std::vector<PyMethodDef>& table, bool methods);
void add_choosing_functions(std::vector<PyMethodDef>& table, bool methods);
void add_mathematics_functions(std::vector<PyMethodDef>& table, bool methods);
void add_logic_functions(std::vector<PyMethodDef>& table, bool methods);
void add_histogram_functions(std::vector<PyMethodDef>& table, bool methods);
void add_signal_functions(std::vector<PyMethodDef>& table, bool methods);
void add_set_functions(std::vector<PyMethodDef>& table, bool methods);
void add_statistics_functions(std::vector<PyMethodDef>& table, bool methods);
void add_product_functions(std::vector<PyMethodDef>& table, bool methods);
void add_calculus_functions(std::vector<PyMethodDef>& table, bool methods);
void add_polynomial_functions(std::vector<PyMethodDef>& table, bool methods);
void add_fft_functions(std::vector<PyMethodDef>& table);
void add_linalg_functions(std::vector<PyMethodDef>& table);

}  // namespace numloom::python
