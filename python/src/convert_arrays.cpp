// SPDX-License-Identifier: BSD-3-Clause
// Array-likes as arrays, and arrays as NumPy's.
#include <cstring>

#include "convert.hpp"
#include "interop.hpp"
#include "numloom/creation.hpp"

namespace numloom::python {

namespace {

// The element dtype of a buffer's format; nothing for those that do not exist here.
std::optional<dtype> dtype_of_format(const char* format, Py_ssize_t bytes) {
  if (!format) return bytes == 1 ? std::optional(dtype::uint8) : std::nullopt;
  if (*format == '@' || *format == '=' || (*format == '<' && bytes > 0)) ++format;
  if (std::strlen(format) > 2) return {};
  const char* const signed_codes = "bhilqn";
  const char* const unsigned_codes = "BHILQN";
  if (format[0] == 'Z') {
    if (format[1] == 'f') return dtype::complex64;
    if (format[1] == 'd') return dtype::complex128;
    return {};
  }
  if (format[1] != 0) return {};
  switch (format[0]) {
    case '?': return dtype::bool_;
    case 'e': return dtype::float16;
    case 'f': return dtype::float32;
    case 'd': return dtype::float64;
    default: break;
  }
  const bool is_signed = std::strchr(signed_codes, format[0]) != nullptr;
  if (!is_signed && !std::strchr(unsigned_codes, format[0])) return {};
  switch (bytes) {
    case 1: return is_signed ? dtype::int8 : dtype::uint8;
    case 2: return is_signed ? dtype::int16 : dtype::uint16;
    case 4: return is_signed ? dtype::int32 : dtype::uint32;
    case 8: return is_signed ? dtype::int64 : dtype::uint64;
    default: return {};
  }
}

// Loops read whole elements: an address or a stride between two elements' alignments needs a copy first.
bool is_aligned(const Py_buffer& view) {
  const auto alignment = static_cast<std::uintptr_t>(view.itemsize < 8 ? view.itemsize : 8);
  std::uintptr_t all = reinterpret_cast<std::uintptr_t>(view.buf);
  for (int d = 0; d < view.ndim; ++d)
    if (view.shape[d] > 1) all |= static_cast<std::uintptr_t>(view.strides[d]);
  return alignment == 0 || all % alignment == 0;
}

ndarray array_over(const Py_buffer& view, dtype type, PyObject* owner) {
  dims shape(view.ndim), strides(view.ndim);
  std::int64_t below = 0, above = view.itemsize;
  bool is_empty = false;
  for (int d = 0; d < view.ndim; ++d) {
    shape[d] = view.shape[d];
    strides[d] = view.strides[d];
    is_empty |= shape[d] == 0;
    (strides[d] < 0 ? below : above) += (shape[d] - 1) * strides[d];
  }
  if (is_empty) {
    below = above = 0;
    strides = contiguous_strides(shape, static_cast<int>(view.itemsize));
  }
  storage_ptr bytes = adopt_object(static_cast<char*>(view.buf) + below,
                                   static_cast<std::size_t>(above - below), cpu, owner, !view.readonly);
  return ndarray(std::move(bytes), -below, type, std::move(shape), std::move(strides));
}

struct buffer_view {
  Py_buffer view{};
  bool held = false;
  bool get(PyObject* o) {
    held = PyObject_GetBuffer(o, &view, PyBUF_RECORDS_RO) == 0;
    if (!held) PyErr_Clear();
    return held;
  }
  ~buffer_view() {
    if (held) PyBuffer_Release(&view);
  }
};

[[noreturn]] void fail_host_only(PyObject* o) {
  const ref type = checked(PyObject_GetAttrString(o, "dtype"));
  raise(numpy.host_only,
        "expected an array of bool, integers, floats up to 64 bits or complex, got NumPy's %R", type.get());
}

// A NumPy array of this machine's byte order, aligned: itself where it is one.
ref native_numpy(PyObject* o) {
  const ref type = checked(PyObject_GetAttrString(o, "dtype"));
  const ref native = checked(PyObject_CallMethod(type.get(), "newbyteorder", "s", "="));
  const ref keywords = checked(Py_BuildValue("{s:O}", "dtype", native.get()));
  const ref arguments = checked(PyTuple_Pack(1, o));
  return checked(PyObject_Call(numpy.array, arguments.get(), keywords.get()));
}

ndarray over_numpy(PyObject* o, bool may_copy = true) {
  buffer_view buffer;
  const std::optional<dtype> type =
      buffer.get(o) ? dtype_of_format(buffer.view.format, buffer.view.itemsize) : std::nullopt;
  if (type && is_aligned(buffer.view)) return array_over(buffer.view, *type, o);
  if (!may_copy) fail_host_only(o);
  const ref dtype_of_o = checked(PyObject_GetAttrString(o, "dtype"));
  const ref kind = checked(PyObject_GetAttrString(dtype_of_o.get(), "kind"));
  const char* letter = PyUnicode_AsUTF8(kind.get());
  if (!letter || !std::strchr("?biufc", letter[0])) fail_host_only(o);
  return over_numpy(native_numpy(o).get(), false);
}

void count_transfer(const ndarray& a) {
  ++configuration.transfer_count;
  configuration.transfer_bytes += a.nbytes();
  if (configuration.transfers == policy::error)
    raise(numpy.transfer_error,
          "expected arrays on the device, got a NumPy array of %lld bytes (config.transfers is 'error'); "
          "move it with asarray()",
          static_cast<long long>(a.nbytes()));
  if (configuration.transfers == policy::warn)
    checked(PyErr_WarnFormat(PyExc_RuntimeWarning, 2, "a NumPy array of %lld bytes is copied to the device",
                             static_cast<long long>(a.nbytes())));
}

}  // namespace

bool holds_device_array(PyObject* sequence, int depth) {
  const Py_ssize_t n = PySequence_Fast_GET_SIZE(sequence);
  for (Py_ssize_t i = 0; i < n; ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(sequence, i);
    if (is_array(item)) return !array_of(item).device().is_cpu();
    if (depth < 8 && (PyList_Check(item) || PyTuple_Check(item)) && holds_device_array(item, depth + 1))
      return true;
  }
  return false;
}

namespace {

// Of its class or its own; where there is none, which is the rule, no error is made.
bool has_attribute(PyObject* o, const char* name) {
  const ref interned = checked(PyUnicode_InternFromString(name));
  if (PyObject* const found = _PyType_Lookup(Py_TYPE(o), interned.get())) return found != Py_None;
  if (Py_TYPE(o)->tp_dictoffset == 0 || PyType_Check(o)) return false;
  const ref own(PyObject_GetAttr(o, interned.get()));
  if (!own) PyErr_Clear();
  return own && own.get() != Py_None;
}

// Does the sequence begin with a text, maybe inside other sequences?
bool begins_with_text(PyObject* o) {
  while ((PyList_CheckExact(o) || PyTuple_CheckExact(o)) && PySequence_Fast_GET_SIZE(o) > 0)
    o = PySequence_Fast_GET_ITEM(o, 0);
  return PyUnicode_Check(o);
}

ndarray from_sequence(PyObject* o, device where) {
  if (begins_with_text(o)) raise(numpy.host_only, "expected numbers, got a sequence of texts");
  if (const auto numbers = read_numbers(o, {})) return to_device(*numbers, where);
  if (holds_device_array(o)) return stack(to_array_list(o));
  const ref host = checked(PyObject_CallOneArg(numpy.array, readable_by_numpy(o).get()));
  const ndarray a = over_numpy(host.get());
  return to_device(a, where);
}

// Masked arrays and matrices have rules of their own: NumPy carries them out.
void check_subclass(PyObject* o) {
  const ref priority = checked(PyObject_GetAttrString(o, "__array_priority__"));
  if (PyFloat_AsDouble(priority.get()) > 0)
    raise(numpy.host_only, "expected a plain array, got a %s", Py_TYPE(o)->tp_name);
}

}  // namespace

bool has_array_method(PyObject* o) {
  return !is_array(o) && !is_numpy_array(o) && !is_numpy_scalar(o) && !is_python_number(o) &&
         !PyList_CheckExact(o) && !PyTuple_CheckExact(o) && !PyObject_CheckBuffer(o) &&
         has_attribute(o, "__array__") && !has_attribute(o, "__cuda_array_interface__") &&
         !has_attribute(o, "__array_interface__");
}

ref readable_by_numpy(PyObject* o, int depth) {
  if (is_python_number(o) || is_numpy_scalar(o) || PyUnicode_Check(o) || o == Py_None)
    return ref::borrowed(o);
  if (is_array(o) && array_of(o).is_scalar())  // a number, which NumPy is to treat as one
    return checked(PyObject_GetItem(to_numpy(o).get(), checked(PyTuple_New(0)).get()));
  if (PyList_CheckExact(o) || PyTuple_CheckExact(o)) {
    if (depth > max_dims) return ref::borrowed(o);  // NumPy has the words for it
    ref changed;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(o); ++i) {
      PyObject* const item = PySequence_Fast_GET_ITEM(o, i);
      ref readable = readable_by_numpy(item, depth + 1);
      if (readable.get() == item) continue;
      if (!changed) changed = checked(PySequence_List(o));
      checked(PyList_SetItem(changed.get(), i, readable.release()));
    }
    return changed ? std::move(changed) : ref::borrowed(o);
  }
  if (!has_array_method(o)) return ref::borrowed(o);
  const ref given = checked(PyObject_CallMethod(o, "__array__", nullptr));
  return is_array(given.get()) ? to_numpy(given.get()) : ref::borrowed(given.get());
}

bool is_array_like(PyObject* o) {
  if (is_array(o) || is_python_number(o) || is_numpy_array(o) || is_numpy_scalar(o)) return true;
  if (PyList_Check(o) || PyTuple_Check(o) || PyRange_Check(o)) return true;
  if (PyUnicode_Check(o) || PyBytes_Check(o) || PyType_Check(o) || PyDict_Check(o) || PyAnySet_Check(o))
    return false;
  return PyObject_CheckBuffer(o) || has_attribute(o, "__array__") ||
         has_attribute(o, "__cuda_array_interface__") || has_attribute(o, "__array_interface__");
}

ndarray from_numpy(PyObject* numpy_array, device where) {
  const ndarray a = over_numpy(numpy_array);
  return where.is_cpu() ? a : to_device(a, where);
}

ndarray over_numpy_bytes(PyObject* numpy_array) { return over_numpy(numpy_array, false); }

ndarray to_array(PyObject* o, std::optional<device> wanted) {
  if (is_array(o)) return array_of(o);
  const device where = wanted ? *wanted : current_device();
  if (is_python_number(o)) {
    const scalar number = to_scalar(o);
    return full0(number, number.default_dtype(), where);
  }
  if (is_numpy_array(o)) {
    if (Py_TYPE(o) != numpy.ndarray) check_subclass(o);
    ndarray a = over_numpy(o);
    if (where.is_cpu()) return a;
    count_transfer(a);
    return to_device(a, where);
  }
  if (PyList_Check(o) || PyTuple_Check(o)) return from_sequence(o, where);
  if (has_attribute(o, "__cuda_array_interface__"))
    if (auto adopted = from_cuda_interface(o)) return *adopted;
  if (!is_numpy_scalar(o) && !is_array_like(o) && !PySequence_Check(o))
    raise(numpy.host_only, "expected an array-like, got %R of type %s", o, Py_TYPE(o)->tp_name);
  if (has_array_method(o)) {
    const ref given = checked(PyObject_CallMethod(o, "__array__", nullptr));
    if (is_array(given.get()) || is_numpy_array(given.get())) return to_array(given.get(), wanted);
  }
  static PyObject* const asarray = imported("numpy", "asarray");  // over a buffer's own bytes
  const ref host = checked(PyObject_CallOneArg(asarray, o));
  return from_numpy(host.get(), where);
}

ref to_numpy(PyObject* array) {
  const ndarray& a = array_of(array);
  static PyObject* asarray = imported("numpy", "asarray");
  if (a.device().is_cpu()) return checked(PyObject_CallOneArg(asarray, array));
  const ref host = checked(wrap(unlocked(a.size(), [&] { return to_device(a, cpu); })));
  return checked(PyObject_CallOneArg(asarray, host.get()));
}

std::vector<ndarray> to_array_list(PyObject* o) {
  if (is_array(o)) {  // the rows of an array
    const ndarray& a = array_of(o);
    if (a.ndim() == 0) raise(PyExc_TypeError, "iteration over a 0-d array");
  }
  const ref items = checked(PySequence_Fast(o, "expected a sequence of arrays"));
  const auto n = static_cast<std::size_t>(PySequence_Fast_GET_SIZE(items.get()));
  PyObject** objects = PySequence_Fast_ITEMS(items.get());
  const device where = device_among(objects, n);
  std::vector<ndarray> arrays;
  arrays.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    arrays.push_back(to_array(objects[i], where));
    if (arrays.back().device() != where && arrays.back().ndim() == 0)
      arrays.back() = to_device(arrays.back(), where);
  }
  return arrays;
}

device device_among(PyObject* const* objects, std::size_t count) {
  std::optional<device> found;
  for (std::size_t i = 0; i < count; ++i) {
    PyObject* o = objects[i];
    if (!o || !is_array(o)) continue;
    const ndarray& a = array_of(o);
    if (!found || !a.device().is_cpu()) found = a.device();
    if (a.ndim() > 0) return a.device();
  }
  return found ? *found : current_device();
}

bool operand::load(PyObject* o, device where) {
  if (is_array(o)) {
    array_ = &array_of(o);
    return true;
  }
  if (is_python_number(o)) {
    number_ = to_scalar(o);
    return true;
  }
  if (!is_array_like(o)) return false;
  owned_ = to_array(o, where);
  array_ = &owned_;
  return true;
}

}  // namespace numloom::python
