// SPDX-License-Identifier: BSD-3-Clause
// Lists of plain Python numbers, read without NumPy: the usual way in which small arrays are written down.
#include <algorithm>
#include <type_traits>

#include "convert.hpp"

namespace numloom::python {

namespace {

bool is_list(PyObject* o) { return PyList_CheckExact(o) || PyTuple_CheckExact(o); }

// The shape that the first elements show, and the kind of number that holds them all.
struct survey {
  shape_t shape;
  scalar::kind kind = scalar::kind::boolean;
  bool plain = true;

  void look(PyObject* o, int depth) {
    if (!is_list(o)) return look_at_number(o, depth);
    const Py_ssize_t n = PySequence_Fast_GET_SIZE(o);
    if (depth == shape.size() && depth < max_dims && !closed)
      shape.push_back(n);
    else if (depth >= shape.size() || shape[depth] != n)
      plain = false;
    for (Py_ssize_t i = 0; plain && i < n; ++i) look(PySequence_Fast_GET_ITEM(o, i), depth + 1);
  }
  void look_at_number(PyObject* o, int depth) {
    plain &= depth == shape.size();
    closed = true;
    if (PyFloat_CheckExact(o))
      kind = scalar::kind::floating;
    else if (PyLong_CheckExact(o))
      kind = std::max(kind, scalar::kind::integer);
    else if (!PyBool_Check(o))
      plain = false;
  }
  bool closed = false;  // a number was seen: no list may lie as deep
};

template <class T> T number_as(PyObject* o) {
  if (PyFloat_CheckExact(o)) return static_cast<T>(PyFloat_AS_DOUBLE(o));
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(PyLong_AsDouble(o));
  } else {
    return static_cast<T>(PyLong_AsLongLong(o));
  }
}

template <class T> void store(PyObject* o, T*& to) {
  if (!is_list(o)) {
    *to++ = number_as<T>(o);
    return;
  }
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(o); ++i) store(PySequence_Fast_GET_ITEM(o, i), to);
}

template <class T> bool fill(PyObject* o, const ndarray& a) {
  T* to = static_cast<T*>(a.data(access::write));
  store(o, to);
  if (!PyErr_Occurred()) return true;
  PyErr_Clear();  // an integer beyond 64 bits: NumPy knows what to do
  return false;
}

}  // namespace

std::optional<ndarray> read_numbers(PyObject* o, std::optional<dtype> wanted) {
  if (!is_list(o)) return {};
  survey s;
  s.look(o, 0);
  if (!s.plain) return {};
  dtype type = s.kind == scalar::kind::floating  ? dtype::float64
               : s.kind == scalar::kind::integer ? dtype::int64
                                                 : dtype::bool_;
  if (size_of(s.shape) == 0) type = dtype::float64;
  if (wanted && *wanted != type) {
    if (*wanted != dtype::float32 && *wanted != dtype::float64) return {};  // ranges to be checked
    type = *wanted;
  }
  ndarray a = empty(s.shape, type, cpu);
  const bool done = type == dtype::float64   ? fill<double>(o, a)
                    : type == dtype::float32 ? fill<float>(o, a)
                    : type == dtype::int64   ? fill<std::int64_t>(o, a)
                                             : fill<bool>(o, a);
  if (!done) return {};
  return a;
}

}  // namespace numloom::python
