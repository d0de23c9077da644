// SPDX-License-Identifier: BSD-3-Clause
/// What numloom.load_inline() puts around a user's C++ text: functions for Python out of plain C++ functions,
/// without a binding library (whose headers take longer to compile than most such texts).
#pragma once

#include <complex>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "numloom/python.hpp"

namespace numloom::extension {

/// A Python object as a parameter of type T; it may hold what T points to. Throws.
template <class T> struct parameter;

template <> struct parameter<ndarray> {
  explicit parameter(PyObject* o) : value(from_python(o)) {}
  ndarray value;
};
template <class T> struct parameter<array<T>> {
  explicit parameter(PyObject* o) : value(from_python(o)) {}
  array<T> value;
};
template <class T, int N, order Layout> struct parameter<view<T, N, Layout>> {
  explicit parameter(PyObject* o) : held(from_python(o)), value(held) {}
  ndarray held;
  view<T, N, Layout> value;
};
template <> struct parameter<bool> {
  explicit parameter(PyObject* o) : value(PyObject_IsTrue(o) == 1) {
    if (PyErr_Occurred()) throw python_error{};
  }
  bool value;
};
template <std::integral T> struct parameter<T> {
  explicit parameter(PyObject* o) {
    PyObject* index = PyNumber_Index(o);
    if (!index) throw python_error{};
    if constexpr (std::is_signed_v<T>)
      keep(PyLong_AsLongLong(index));
    else
      keep(PyLong_AsUnsignedLongLong(index));
    Py_DECREF(index);
    if (PyErr_Occurred()) throw python_error{};
  }
  template <class Wide> void keep(Wide number) {
    value = static_cast<T>(number);
    if (static_cast<Wide>(value) != number && !PyErr_Occurred())
      PyErr_Format(PyExc_OverflowError, "expected an integer of %d bits, got %lld",
                   static_cast<int>(8 * sizeof(T)), static_cast<long long>(number));
  }
  T value;
};
template <std::floating_point T> struct parameter<T> {
  explicit parameter(PyObject* o) : value(static_cast<T>(PyFloat_AsDouble(o))) {
    if (PyErr_Occurred()) throw python_error{};
  }
  T value;
};
template <class T> struct parameter<std::complex<T>> {
  explicit parameter(PyObject* o) {
    const Py_complex c = PyComplex_AsCComplex(o);
    if (PyErr_Occurred()) throw python_error{};
    value = {static_cast<T>(c.real), static_cast<T>(c.imag)};
  }
  std::complex<T> value;
};
template <> struct parameter<std::string> {
  explicit parameter(PyObject* o) {
    Py_ssize_t bytes = 0;
    const char* text = PyUnicode_AsUTF8AndSize(o, &bytes);
    if (!text) throw python_error{};
    value.assign(text, static_cast<std::size_t>(bytes));
  }
  std::string value;
};
template <class T> struct parameter<std::optional<T>> {
  explicit parameter(PyObject* o) {
    if (o == Py_None) return;
    held.emplace(o);
    value = held->value;
  }
  std::optional<parameter<T>> held;
  std::optional<T> value;
};

/// A result as a Python object: a new reference. Throws.
inline PyObject* result(PyObject* made) {
  if (!made) throw python_error{};
  return made;
}
inline PyObject* result(const ndarray& a) { return to_python(a); }
template <class T> PyObject* result(const array<T>& a) { return to_python(a); }
inline PyObject* result(bool b) { return PyBool_FromLong(b); }
template <std::integral T> PyObject* result(T number) {
  if constexpr (std::is_signed_v<T>)
    return result(PyLong_FromLongLong(number));
  else
    return result(PyLong_FromUnsignedLongLong(number));
}
template <std::floating_point T> PyObject* result(T number) {
  return result(PyFloat_FromDouble(static_cast<double>(number)));
}
template <class T> PyObject* result(const std::complex<T>& c) {
  return result(PyComplex_FromDoubles(static_cast<double>(c.real()), static_cast<double>(c.imag())));
}
inline PyObject* result(const std::string& text) {
  return result(PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
}
template <class T> PyObject* result(const std::vector<T>& values) {
  PyObject* list = result(PyList_New(0));
  for (const auto& value : values) {
    PyObject* item = result(static_cast<const T&>(value));
    const int failed = PyList_Append(list, item);
    Py_DECREF(item);
    if (failed) throw python_error{};
  }
  return list;
}
template <class... T> PyObject* result(const std::tuple<T...>& values) {
  PyObject* all = result(PyTuple_New(sizeof...(T)));
  Py_ssize_t at = 0;
  std::apply([&](const T&... value) { (PyTuple_SET_ITEM(all, at++, result(value)), ...); }, values);
  return all;
}

namespace detail {

/// Puts "[f] argument 2: " before the text of the Python error that is set.
inline void name_argument(const char* function, std::size_t position) {
  PyObject *type, *value, *trace;
  PyErr_Fetch(&type, &value, &trace);
  PyObject* text = value ? PyObject_Str(value) : nullptr;
  if (text)
    PyErr_Format(type, "[%s] argument %zu: %U", function, position, text);
  else
    PyErr_Restore(std::exchange(type, nullptr), std::exchange(value, nullptr), std::exchange(trace, nullptr));
  Py_XDECREF(text);
  Py_XDECREF(type);
  Py_XDECREF(value);
  Py_XDECREF(trace);
}

/// The current exception, also one of the standard library, as a Python error.
inline void set_any_error() {
  try {
    set_python_error();
  } catch (const std::bad_alloc& e) {
    PyErr_SetString(PyExc_MemoryError, e.what());
  } catch (const std::invalid_argument& e) {
    PyErr_SetString(PyExc_ValueError, e.what());
  } catch (const std::out_of_range& e) {
    PyErr_SetString(PyExc_IndexError, e.what());
  } catch (const std::exception& e) {
    PyErr_SetString(PyExc_RuntimeError, e.what());
  } catch (...) {
    PyErr_SetString(PyExc_RuntimeError, "an exception that is no std::exception");
  }
}

template <class T> parameter<T> read(const char* function, PyObject* const* arguments, std::size_t i) {
  try {
    return parameter<T>(arguments[i]);
  } catch (...) {
    set_any_error();
    name_argument(function, i + 1);
    throw python_error{};
  }
}

template <auto F> struct bound;
template <class R, class... A, R (*F)(A...)> struct bound<F> {
  static inline const char* name = "";

  template <std::size_t... I>
  static PyObject* run([[maybe_unused]] PyObject* const* arguments, std::index_sequence<I...>) {
    std::tuple<parameter<std::remove_cvref_t<A>>...> read_ones{
        read<std::remove_cvref_t<A>>(name, arguments, I)...};
    if constexpr (std::is_void_v<R>) {
      F(std::get<I>(read_ones).value...);
      Py_RETURN_NONE;
    } else {
      return result(F(std::get<I>(read_ones).value...));
    }
  }
  static PyObject* call(PyObject*, PyObject* const* arguments, Py_ssize_t count) {
    try {
      if (count != static_cast<Py_ssize_t>(sizeof...(A)))
        fail<type_error>("[", name, "] expected ", sizeof...(A), " arguments, got ", count);
      return run(arguments, std::index_sequence_for<A...>());
    } catch (...) {
      set_any_error();
      return nullptr;
    }
  }
};

}  // namespace detail

/// A function's row in a module's table.
template <auto F> PyMethodDef row(const char* name) {
  detail::bound<F>::name = name;
  const auto call = reinterpret_cast<void (*)()>(&detail::bound<F>::call);
  return {name, reinterpret_cast<PyCFunction>(call), METH_FASTCALL, nullptr};
}

}  // namespace numloom::extension
