// SPDX-License-Identifier: BSD-3-Clause
// Reading signatures and binding arguments to them.
#include "function.hpp"

#include <string>

#include "float_watch.hpp"

namespace numloom::python {

signature::signature(const char* name, const char* text) : name_(name) {
  bool keyword_only = false;
  std::string_view rest(text);
  rest.remove_prefix(1);
  int nesting = 0;
  std::string parameter;
  const auto finish = [&] {
    while (!parameter.empty() && parameter.front() == ' ') parameter.erase(0, 1);
    if (parameter.empty()) return;
    if (parameter == "/") {
      positional_only_ = count_;
    } else if (parameter == "*") {
      keyword_only = true;
    } else {
      const bool all_keywords = parameter.starts_with("**");
      const bool variadic = parameter.front() == '*' && !all_keywords;
      const std::size_t equals = parameter.find('='), first = parameter.find_first_not_of('*');
      names_[count_] = PyUnicode_InternFromString(parameter.substr(first, equals - first).c_str());
      required_[count_] = equals == std::string::npos && first == 0;
      if (variadic) variadic_ = count_;
      if (all_keywords) keywords_ = count_, keyword_only = true;
      if (!keyword_only && !variadic) positional_ = count_ + 1;
      keyword_only |= variadic;
      ++count_;
    }
    parameter.clear();
  };
  for (const char c : rest) {
    if (c == '(' || c == '[') ++nesting;
    if (nesting == 0 && (c == ',' || c == ')')) {
      finish();
      continue;
    }
    if (c == ')' || c == ']') --nesting;
    parameter += c;
  }
}

bool signature::bind_keyword(PyObject* name, PyObject* value, PyObject** slots) const {
  int found = -1;
  for (int i = positional_only_; i < count_ && found < 0; ++i)
    if (names_[i] == name) found = i;
  for (int i = positional_only_; i < count_ && found < 0; ++i)
    if (PyUnicode_Compare(names_[i], name) == 0) found = i;
  if (keywords_ >= 0 && (found < 0 || found == keywords_)) {
    if (!slots[keywords_]) slots[keywords_] = PyDict_New();
    return slots[keywords_] && PyDict_SetItem(slots[keywords_], name, value) == 0;
  }
  if (found < 0 || found == variadic_) {
    PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", name_, name);
    return false;
  }
  if (slots[found]) {
    PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument '%U'", name_, name);
    return false;
  }
  slots[found] = value;
  return true;
}

bool signature::bind(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords,
                     PyObject** slots) const {
  for (int i = 0; i < count_; ++i) slots[i] = nullptr;
  int next = 0;
  if (self) slots[next++] = self;
  if (count > positional_ - next && variadic_ < 0) {
    PyErr_Format(PyExc_TypeError, "%s() takes at most %d positional arguments but %zd were given", name_,
                 positional_, count + next);
    return false;
  }
  Py_ssize_t used = 0;
  for (; used < count && next < positional_; ++used) slots[next++] = args[used];
  if (variadic_ >= 0) {
    slots[variadic_] = PyTuple_New(count - used);
    if (!slots[variadic_]) return false;
    for (Py_ssize_t i = used; i < count; ++i)
      PyTuple_SET_ITEM(slots[variadic_], i - used, Py_NewRef(args[i]));
  }
  const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords) : 0;
  for (Py_ssize_t k = 0; k < named; ++k)
    if (!bind_keyword(PyTuple_GET_ITEM(keywords, k), args[count + k], slots)) return false;
  for (int i = 0; i < count_; ++i)
    if (required_[i] && !slots[i]) {
      PyErr_Format(PyExc_TypeError, "%s() missing 1 required positional argument: '%U'", name_, names_[i]);
      return false;
    }
  return true;
}

namespace {

// The call again, as tuple and dict, for NumPy on the host.
PyObject* call_on_host(const function_row& row, PyObject* self, PyObject* const* args, Py_ssize_t count,
                       PyObject* keywords, const char* how) {
  const Py_ssize_t shift = self ? 1 : 0;
  const ref positional(PyTuple_New(count + shift + 1));
  const ref named(PyDict_New());
  if (!positional || !named) return nullptr;
  PyTuple_SET_ITEM(positional.get(), 0, PyUnicode_FromString(row.name));
  if (self) PyTuple_SET_ITEM(positional.get(), 1, Py_NewRef(self));
  for (Py_ssize_t i = 0; i < count; ++i)
    PyTuple_SET_ITEM(positional.get(), i + shift + 1, Py_NewRef(args[i]));
  for (Py_ssize_t k = 0; keywords && k < PyTuple_GET_SIZE(keywords); ++k)
    if (PyDict_SetItem(named.get(), PyTuple_GET_ITEM(keywords, k), args[count + k]) < 0) return nullptr;
  return call_package("numloom._fallback", how, positional.get(), named.get());
}

enum class custom { none, method, protocol };

// May NumPy's function leave its work to this argument: by __array_function__ (NEP 18), or to a method of the
// function's name (np.mean(series) is series.mean(), which skips what is missing)? Arrays that lend their
// memory (DLPack) are read instead of their method being called: PyTorch's would refuse NumPy's keywords.
custom custom_of(PyObject* o, const char* name) {
  if (!o || is_array(o) || is_python_number(o) || is_numpy_array(o) || is_numpy_scalar(o) || o == Py_None ||
      PyUnicode_Check(o))
    return custom::none;
  if (PyList_CheckExact(o))
    return PyList_GET_SIZE(o) > 0 ? custom_of(PyList_GET_ITEM(o, 0), nullptr) : custom::none;
  if (PyTuple_CheckExact(o))
    return PyTuple_GET_SIZE(o) > 0 ? custom_of(PyTuple_GET_ITEM(o, 0), nullptr) : custom::none;
  static PyObject* const protocol = PyUnicode_InternFromString("__array_function__");
  static PyObject* const lending = PyUnicode_InternFromString("__dlpack__");
  PyTypeObject* type = Py_TYPE(o);
  if (_PyType_Lookup(type, protocol)) return custom::protocol;
  if (!name || _PyType_Lookup(type, lending)) return custom::none;
  return PyObject_HasAttrString(reinterpret_cast<PyObject*>(type), name) ? custom::method : custom::none;
}

// Is NumPy's function of the row's name one that looks for this?
bool looks_for(custom found, const function_row& row) {
  if (found == custom::none) return false;
  static PyObject* const asked = imported("numloom._fallback", "looks_for");
  const ref answer(
      asked ? PyObject_CallFunction(asked, "si", row.name, static_cast<int>(found == custom::protocol))
            : nullptr);
  if (!answer) PyErr_Clear();
  return answer.get() == Py_True;
}

}  // namespace

PyObject* call_row(const function_row& row, const signature& s, PyObject* self, PyObject* const* args,
                   Py_ssize_t count, PyObject* keywords) {
  PyObject* slots[signature::limit];
  slots[0] = slots[1] = nullptr;
  count = PyVectorcall_NARGS(static_cast<std::size_t>(count));
  if (!s.bind(self, args, count, keywords, slots)) {
    s.release(slots);
    return nullptr;
  }
  const char* how = self ? "call_method" : "call_function";
  PyObject* result = nullptr;
  const custom first = self ? custom::none : custom_of(slots[0], last_name(row.name));
  if (!self && (looks_for(first, row) || looks_for(custom_of(slots[1], nullptr), row))) {
    how = first == custom::method ? "call_leaving" : "call_overridden";
    PyErr_SetNone(numpy.host_only);
  } else {
    result = guarded([&] { return watching_parts([&] { return row.body(slots); }); });
  }
  s.release(slots);
  if (result || !PyErr_ExceptionMatches(numpy.host_only)) return result;
  PyErr_Clear();
  return call_on_host(row, self, args, count, keywords, how);
}

const char* documentation_of(const function_row& row, bool is_method) {
  std::string text = std::string(last_name(row.name)) + row.signature;
  if (is_method) {
    const std::size_t open = text.find('('), end = text.find_first_of(",)", open);
    text = text.substr(0, open + 1) + "$self" + text.substr(end);
  }
  text += "\n--\n\n";
  text += row.doc;
  return (new std::string(std::move(text)))->c_str();  // for good, as the function itself
}

PyObject* call_package(const char* module, const char* name, PyObject* args, PyObject* keywords) {
  const ref function(imported(module, name));
  return function ? PyObject_Call(function.get(), args, keywords) : nullptr;
}

}  // namespace numloom::python
