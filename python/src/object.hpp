// SPDX-License-Identifier: BSD-3-Clause
/// What every file of the binding needs of CPython: owned references, errors, and the interpreter's lock.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#include <cstdint>
#include <utility>

namespace numloom::python {

/// An owned reference.
class ref {
 public:
  ref() = default;
  /// Takes over a new reference.
  explicit ref(PyObject* owned) noexcept : p_(owned) {}
  ref(ref&& other) noexcept : p_(std::exchange(other.p_, nullptr)) {}
  ref& operator=(ref&& other) noexcept {
    std::swap(p_, other.p_);
    return *this;
  }
  ~ref() { Py_XDECREF(p_); }
  static ref borrowed(PyObject* p) noexcept {
    Py_XINCREF(p);
    return ref(p);
  }
  PyObject* get() const noexcept { return p_; }
  PyObject* release() noexcept { return std::exchange(p_, nullptr); }
  explicit operator bool() const noexcept { return p_ != nullptr; }

 private:
  PyObject* p_ = nullptr;
};

/// Thrown where a Python error is already set.
struct python_error {};

/// The new reference, or python_error where the call failed.
inline ref checked(PyObject* owned) {
  if (!owned) throw python_error{};
  return ref(owned);
}
inline int checked(int status) {
  if (status < 0) throw python_error{};
  return status;
}

/// Turns the C++ exception being handled into a Python error.
void set_python_error() noexcept;
/// Sets a Python error and throws.
[[noreturn]] void raise(PyObject* type, const char* format, ...);
/// Warns; throws where the program made an error of that.
inline void warn(PyObject* category, const char* text) { checked(PyErr_WarnEx(category, text, 1)); }

/// Runs f; an exception becomes a Python error and the value that CPython reads as failure.
template <class F> PyObject* guarded(F&& f) noexcept {
  try {
    return f();
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}
template <class F> int guarded_status(F&& f) noexcept {
  try {
    return f();
  } catch (...) {
    set_python_error();
    return -1;
  }
}

/// Lets other threads run while this one works, where the work takes longer (about 50 us) than handing over.
class released_gil {
 public:
  static constexpr std::int64_t elements = 1 << 16;
  explicit released_gil(std::int64_t work) {
    if (work > elements) state_ = PyEval_SaveThread();
  }
  ~released_gil() {
    if (state_) PyEval_RestoreThread(state_);
  }
  released_gil(const released_gil&) = delete;
  released_gil& operator=(const released_gil&) = delete;

 private:
  PyThreadState* state_ = nullptr;
};
/// f() with the lock released when `work` elements are worth it.
template <class F> auto unlocked(std::int64_t work, F&& f) {
  const released_gil release(work);
  return f();
}

/// An attribute of a module, kept for good. Null with a Python error when it is missing.
PyObject* imported(const char* module, const char* name);

}  // namespace numloom::python
