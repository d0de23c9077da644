// SPDX-License-Identifier: BSD-3-Clause
// Lists of plain Python numbers and of arrays, read without NumPy: the usual ways to write small arrays down.
#include <algorithm>
#include <type_traits>

#include "convert.hpp"

namespace numloom::python {

namespace {

bool is_list(PyObject* o) { return PyList_CheckExact(o) || PyTuple_CheckExact(o); }

bool is_host_array(PyObject* o) { return is_exact_array(o) && array_of(o).device().is_cpu(); }

// The shape that the first elements show, and the dtype that holds them all.
struct survey {
  shape_t shape;
  std::optional<dtype> common;
  bool plain = true;
  bool holds_arrays = false;

  void look(PyObject* o, int depth) {
    if (is_host_array(o)) return look_at_array(array_of(o), depth);
    if (!is_list(o)) return look_at_number(o, depth);
    const Py_ssize_t n = PySequence_Fast_GET_SIZE(o);
    expect_extent(n, depth);
    for (Py_ssize_t i = 0; plain && i < n; ++i) look(PySequence_Fast_GET_ITEM(o, i), depth + 1);
  }

 private:
  bool closed = false;  // a number was seen: no list may lie as deep

  void expect_extent(std::int64_t n, int depth) {
    if (depth == shape.size() && depth < max_dims && !closed)
      shape.push_back(n);
    else if (depth >= shape.size() || shape[depth] != n)
      plain = false;
  }
  void add(dtype type, int depth) {
    plain &= depth == shape.size();
    closed = true;
    if (common != type) common = common ? promote_types(*common, type) : type;
  }
  void look_at_array(const ndarray& a, int depth) {
    holds_arrays = true;
    for (const std::int64_t extent : a.shape()) expect_extent(extent, depth++);
    add(a.dtype(), depth);
  }
  void look_at_number(PyObject* o, int depth) {
    if (PyFloat_CheckExact(o))
      add(dtype::float64, depth);
    else if (PyLong_CheckExact(o))
      add(dtype::int64, depth);
    else if (PyBool_Check(o))
      add(dtype::bool_, depth);
    else
      plain = false;
  }
};

template <class T> T number_as(PyObject* o) {
  if (PyFloat_CheckExact(o)) return static_cast<T>(PyFloat_AS_DOUBLE(o));
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(PyLong_AsDouble(o));
  } else {
    return static_cast<T>(PyLong_AsLongLong(o));
  }
}

// Writes the numbers one behind the other into `a`.
template <class T> class filler {
 public:
  explicit filler(const ndarray& a) : a_(a), to_(static_cast<T*>(a.data(access::write))) {}
  void store(PyObject* o) {
    if (is_host_array(o)) return store_array(array_of(o));
    if (!is_list(o)) {
      *to_++ = number_as<T>(o);
      return;
    }
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(o); ++i) store(PySequence_Fast_GET_ITEM(o, i));
  }

 private:
  void store_array(const ndarray& from) {
    if (from.ndim() == 0 && from.dtype() == a_.dtype()) {
      *to_++ = *static_cast<const T*>(from.data(access::read));
      return;
    }
    const auto done = reinterpret_cast<char*>(to_) - static_cast<char*>(a_.data(access::read));
    copyto(ndarray(a_.bytes(), a_.offset() + done, a_.dtype(), from.shape(),
                   contiguous_strides(from.shape(), a_.itemsize())),
           from, casting::unsafe);
    to_ += from.size();
  }

  const ndarray& a_;
  T* to_;
};

template <class T> bool fill(PyObject* o, const ndarray& a) {
  filler<T>(a).store(o);
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
  dtype type = s.common.value_or(dtype::float64);
  if (size_of(s.shape) == 0 && !s.holds_arrays) type = dtype::float64;
  if (wanted && *wanted != type) {
    if (s.holds_arrays || (*wanted != dtype::float32 && *wanted != dtype::float64))
      return {};  // checked there
    type = *wanted;
  }
  if (type != dtype::float64 && type != dtype::float32 && type != dtype::int64 && type != dtype::bool_)
    return {};
  ndarray a = empty(s.shape, type, cpu);
  const bool done = type == dtype::float64   ? fill<double>(o, a)
                    : type == dtype::float32 ? fill<float>(o, a)
                    : type == dtype::int64   ? fill<std::int64_t>(o, a)
                                             : fill<bool>(o, a);
  if (!done) return {};
  return a;
}

}  // namespace numloom::python
