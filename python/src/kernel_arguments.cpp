// SPDX-License-Identifier: BSD-3-Clause
// Python objects on their way to a kernel.
#include <algorithm>

#include "interop.hpp"
#include "kernel_type.hpp"

namespace numloom::python {

namespace {

bool has_fields(PyObject* o) {
  const ref type = checked(PyObject_GetAttrString(o, "dtype"));
  const ref names = checked(PyObject_GetAttrString(type.get(), "names"));
  return names.get() != Py_None;
}

// A NumPy array as one of ours over the same memory, which not every array of NumPy can be.
ndarray without_copy(PyObject* o, std::size_t position) {
  ndarray a = from_numpy(o, cpu);
  Py_buffer buffer;
  checked(PyObject_GetBuffer(o, &buffer, PyBUF_STRIDED_RO));
  const bool same = buffer.buf == a.data(access::read) || a.size() == 0;
  PyBuffer_Release(&buffer);
  if (!same)
    raise(PyExc_ValueError,
          "[kernel] argument %zu: expected an array that is aligned to its elements and in the "
          "machine's byte order",
          position + 1);
  return a;
}

}  // namespace

kernel_arguments::~kernel_arguments() {
  for (Py_buffer& buffer : buffers_) PyBuffer_Release(&buffer);
}

kernel_arguments::kernel_arguments(PyObject* const* args, std::size_t count) {
  std::size_t first = 0;
  while (first < count && !is_array(args[first])) ++first;
  on_cpu_ = (first < count ? array_of(args[first]).device() : current_device()).is_cpu();
  for (std::size_t i = 0; i < count; ++i) add(args[i], i);
}

const ndarray& kernel_arguments::keep(ndarray a) {
  return *kept_.emplace_back(std::make_unique<ndarray>(std::move(a)));
}

void kernel_arguments::add(PyObject* o, std::size_t position) {
  if (arguments_.empty()) arguments_.reserve(8);
  if (is_array(o)) {
    arguments_.emplace_back(array_of(o));
  } else if (PyFloat_CheckExact(o)) {
    arguments_.emplace_back(scalar(PyFloat_AS_DOUBLE(o)));
  } else if (PyLong_Check(o) || PyFloat_Check(o) || PyComplex_Check(o)) {
    try {
      arguments_.emplace_back(to_scalar(o));
    } catch (const python_error&) {
      if (!PyErr_ExceptionMatches(numpy.host_only)) throw;
      PyErr_Clear();
      raise(PyExc_OverflowError, "[kernel] argument %zu: %R does not fit 64 bits", position + 1, o);
    }
  } else if (o == Py_None) {
    arguments_.emplace_back(nullptr);
  } else if (is_numpy_array(o)) {
    add_numpy(o, position);
  } else if (is_transfer(o)) {
    add_transfer(o, position);
  } else if (is_numpy_scalar(o)) {
    if (has_fields(o)) return add_structures(o);
    arguments_.emplace_back(to_scalar(o));
  } else if (PyIndex_Check(o)) {
    arguments_.emplace_back(to_scalar(o));
  } else if (PyMemoryView_Check(o)) {  // an array's `data`
    static PyObject* const asarray = imported("numpy", "asarray");
    add_numpy(checked(PyObject_CallOneArg(asarray, o)).get(), position);
  } else if (PyObject_HasAttrString(o, "__dlpack__") == 1) {
    arguments_.emplace_back(keep(from_dlpack(o, {}, {})));
  } else {
    raise(PyExc_TypeError, "[kernel] argument %zu: expected an array or a number, got %s", position + 1,
          Py_TYPE(o)->tp_name);
  }
}

// NumPy's arrays are used where they are; structured ones as memory. A GPU gets a copy, and gives it back.
void kernel_arguments::add_numpy(PyObject* o, std::size_t position) {
  if (has_fields(o)) return add_structures(o);
  arguments_.emplace_back(keep(without_copy(o, position)), on_cpu_ ? transfer::none : transfer::host);
}

// The fields of a NumPy dtype, in the order of memory.
std::span<const structure_field> kernel_arguments::keep_fields(PyObject* o) {
  auto& list = *fields_.emplace_back(std::make_unique<std::vector<structure_field>>());
  const ref type = checked(PyObject_GetAttrString(o, "dtype"));
  const ref names = checked(PyObject_GetAttrString(type.get(), "names"));
  const ref fields = checked(PyObject_GetAttrString(type.get(), "fields"));
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names.get()); ++i) {
    PyObject* name = PyTuple_GET_ITEM(names.get(), i);
    const ref field = checked(PyObject_GetItem(fields.get(), name));
    PyObject* own = PyTuple_GET_ITEM(field.get(), 0);
    const ref bytes = checked(PyObject_GetAttrString(own, "itemsize"));
    const ref base = checked(PyObject_GetAttrString(own, "base"));
    const ref kind = checked(PyObject_GetAttrString(base.get(), "kind"));
    const std::string_view letter = to_text(kind.get(), "kind");
    list.push_back({std::string(to_text(name, "field")),
                    static_cast<std::size_t>(to_int(PyTuple_GET_ITEM(field.get(), 1), "offset")),
                    static_cast<std::size_t>(to_int(bytes.get(), "itemsize")),
                    letter == "f"                    ? 2u
                    : letter == "c" || letter == "V" ? 0u
                                                     : 1u});
  }
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  return list;
}

void kernel_arguments::add_structures(PyObject* o) {
  Py_buffer buffer;
  bool writeable = true;
  if (PyObject_GetBuffer(o, &buffer, PyBUF_FULL) != 0) {
    PyErr_Clear();
    writeable = false;
    checked(PyObject_GetBuffer(o, &buffer, PyBUF_FULL_RO));
  }
  buffers_.push_back(buffer);
  if (!PyBuffer_IsContiguous(&buffer, 'C'))
    raise(PyExc_ValueError, "[kernel] expected a C-contiguous array of structures");
  const auto itemsize = static_cast<std::size_t>(buffer.itemsize);
  const std::span<const structure_field> fields = keep_fields(o);
  const std::size_t count = static_cast<std::size_t>(buffer.len) / itemsize;
  arguments_.push_back(buffer.ndim == 0
                           ? kernel_argument::value(buffer.buf, itemsize, fields)
                           : kernel_argument::structures(buffer.buf, itemsize, count, writeable, fields));
}

void kernel_arguments::add_transfer(PyObject* o, std::size_t position) {
  const auto* t = reinterpret_cast<const transfer_object*>(o);
  if (!is_array(t->array) && !is_numpy_array(t->array))
    raise(PyExc_TypeError, "[kernel] argument %zu: expected an array in %s(), got %s", position + 1,
          Py_TYPE(o)->tp_name, Py_TYPE(t->array)->tp_name);
  arguments_.emplace_back(is_array(t->array) ? array_of(t->array) : keep(without_copy(t->array, position)),
                          t->mode);
}

}  // namespace numloom::python
