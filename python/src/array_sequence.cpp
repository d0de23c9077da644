// SPDX-License-Identifier: BSD-3-Clause
// Indexing, assignment, length, iteration, containment.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "array_type.hpp"
#include "convert.hpp"
#include "float_watch.hpp"
#include "interop.hpp"
#include "number_operators.hpp"
#include "numloom/creation.hpp"
#include "numloom/indexing.hpp"
#include "ufunc_type.hpp"

namespace numloom::python {

namespace {

std::int64_t wrapped_index(std::int64_t i, std::int64_t extent, int axis) {
  if (i < -extent || i >= extent)
    raise(PyExc_IndexError, "index %lld is out of bounds for axis %d with size %lld",
          static_cast<long long>(i), axis, static_cast<long long>(extent));
  return i < 0 ? i + extent : i;
}

// The element at that byte offset, as a scalar result.
PyObject* element_copy(const ndarray& a, std::int64_t offset) {
  return wrap_element(a.dtype(), static_cast<const char*>(a.data(access::read)) + offset);
}

PyObject* at_integer(PyObject* self, std::int64_t i) {
  const ndarray& a = array_of(self);
  if (a.ndim() == 0)
    raise(PyExc_IndexError, "too many indices for array: array is 0-dimensional, but 1 were indexed");
  const std::int64_t offset = wrapped_index(i, a.shape()[0], 0) * a.strides()[0];
  if (a.ndim() == 1 && a.device().is_cpu() && is_exact_array(self)) return element_copy(a, offset);
  if (a.ndim() == 1) {
    const index_item items[] = {i};
    return wrap(get_item(a, items));
  }
  return wrap_view(a.view(dims(a.shape().begin() + 1, a.shape().end()),
                          dims(a.strides().begin() + 1, a.strides().end()), offset),
                   self);
}

// start, step and length of a slice along an axis.
struct range {
  Py_ssize_t start, step, length;
};
range range_of(PyObject* slice_object, std::int64_t extent) {
  range r;
  Py_ssize_t stop;
  checked(PySlice_Unpack(slice_object, &r.start, &stop, &r.step));
  r.length = PySlice_AdjustIndices(extent, &r.start, &stop, r.step);
  return r;
}

PyObject* at_slice(PyObject* self, PyObject* key) {
  const ndarray& a = array_of(self);
  if (a.ndim() == 0)
    raise(PyExc_IndexError, "too many indices for array: array is 0-dimensional, but 1 were indexed");
  const range r = range_of(key, a.shape()[0]);
  dims shape = a.shape(), strides = a.strides();
  shape[0] = r.length;
  strides[0] *= r.step;
  return wrap_view(a.view(std::move(shape), std::move(strides), r.length ? r.start * a.strides()[0] : 0),
                   self);
}

std::int64_t to_index(PyObject* o) {
  Py_ssize_t i = PyLong_CheckExact(o) ? PyLong_AsSsize_t(o) : PyNumber_AsSsize_t(o, PyExc_IndexError);
  if (i == -1 && PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_OverflowError)) {
    PyErr_Clear();
    i = PyNumber_AsSsize_t(o, PyExc_IndexError);  // says so as an IndexError
  }
  if (i == -1 && PyErr_Occurred()) throw python_error{};
  return i;
}

// An integer to index with: one of Python's own, or a scalar result on the CPU.
bool is_position(PyObject* o) {
  if (PyLong_CheckExact(o)) return true;
  if (!is_exact_array(o)) return false;
  const ndarray& a = array_of(o);
  return a.is_scalar() && is_integer(a.dtype()) && a.device().is_cpu();
}
std::int64_t position_of(PyObject* o) {
  if (PyLong_CheckExact(o) || array_of(o).dtype() != dtype::int64) return to_index(o);
  return *static_cast<const std::int64_t*>(array_of(o).data(access::read));
}

// How many axes a tuple of positions, slices, None and one `...` takes; -1 where it is something else.
int axes_of_simple_tuple(PyObject* key) {
  int axes = 0, ellipses = 0;
  for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(key); ++k) {
    PyObject* const item = PyTuple_GET_ITEM(key, k);
    if (is_position(item) || PySlice_Check(item))
      ++axes;
    else if (item == Py_Ellipsis)
      ++ellipses;
    else if (item != Py_None)
      return -1;
  }
  return ellipses > 1 ? -1 : axes;
}

// A tuple of simple items that take no more axes than the array has; null where it is something else.
PyObject* at_simple_tuple(PyObject* self, PyObject* key) {
  const ndarray& a = array_of(self);
  const int taken = axes_of_simple_tuple(key);
  if (taken < 0 || taken > a.ndim() || PyTuple_GET_SIZE(key) > max_dims / 2) return nullptr;
  dims shape, strides;
  std::int64_t offset = 0;
  int axis = 0;
  const auto keep_axes = [&](int count) {
    for (; count > 0; --count, ++axis) {
      shape.push_back(a.shape()[axis]);
      strides.push_back(a.strides()[axis]);
    }
  };
  bool is_view = a.ndim() > taken;
  for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(key); ++k) {
    PyObject* const item = PyTuple_GET_ITEM(key, k);
    if (item == Py_Ellipsis) {
      is_view = true;
      keep_axes(a.ndim() - taken);
    } else if (item == Py_None) {
      is_view = true;
      shape.push_back(1);
      strides.push_back(0);
    } else if (PySlice_Check(item)) {
      is_view = true;
      const range r = range_of(item, a.shape()[axis]);
      if (r.length) offset += r.start * a.strides()[axis];
      shape.push_back(r.length);
      strides.push_back(a.strides()[axis++] * r.step);
    } else {
      offset += wrapped_index(position_of(item), a.shape()[axis], axis) * a.strides()[axis];
      ++axis;
    }
  }
  keep_axes(a.ndim() - axis);
  if (is_view) return wrap_view(a.view(std::move(shape), std::move(strides), offset), self);
  if (a.device().is_cpu()) return element_copy(a, offset);
  ndarray one = copy(a.view({}, {}, offset));
  one.set_scalar(true);
  return wrap(std::move(one));
}

[[noreturn]] void fail_index_kind() {
  raise(PyExc_IndexError,
        "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays "
        "are valid indices");
}

std::optional<std::int64_t> slice_part(PyObject* o) {
  if (o == Py_None) return {};
  if (!PyIndex_Check(o))
    raise(PyExc_TypeError, "slice indices must be integers or None or have an __index__ method");
  const Py_ssize_t at = PyNumber_AsSsize_t(o, nullptr);  // numbers beyond any array are its ends
  if (at == -1 && PyErr_Occurred()) throw python_error{};
  return at;
}

// An array to index with. What no array here can hold is no index either.
ndarray to_index_array(PyObject* item, device where) {
  try {
    return to_array(item, where);
  } catch (const python_error&) {
    if (!PyErr_ExceptionMatches(numpy.host_only)) throw;
    PyErr_Clear();
    raise(PyExc_IndexError, "arrays used as indices must be of integer (or boolean) type");
  }
}

void add_array_item(index_items& items, PyObject* item, device where) {
  ndarray index = to_index_array(item, where);
  if (index.size() == 0 && !is_array(item) && !is_numpy_array(item)) index = astype(index, dtype::int64);
  if (!is_integer(index.dtype()) && index.dtype() != dtype::bool_) {
    if (is_array(item) || is_numpy_array(item) || PyList_Check(item) || PyTuple_Check(item))
      raise(PyExc_IndexError, "arrays used as indices must be of integer (or boolean) type");
    fail_index_kind();
  }
  if (index.ndim() == 0 && is_integer(index.dtype())) {
    items.emplace_back(static_cast<std::int64_t>(index.item().real()));
    return;
  }
  items.emplace_back(index.device() == where ? index : to_device(index, where));
}

void add_item(index_items& items, PyObject* item, device where) {
  if (PyLong_Check(item) && !PyBool_Check(item)) {
    items.emplace_back(to_index(item));
  } else if (PySlice_Check(item)) {
    const auto* s = reinterpret_cast<PySliceObject*>(item);
    const auto step = slice_part(s->step);
    if (step == 0) raise(PyExc_ValueError, "slice step cannot be zero");
    items.emplace_back(slice{slice_part(s->start), slice_part(s->stop), step});
  } else if (item == Py_None) {
    items.emplace_back(newaxis);
  } else if (item == Py_Ellipsis) {
    items.emplace_back(ellipsis);
  } else if (PyFloat_CheckExact(item) || !is_array_like(item)) {
    if (!PyIndex_Check(item)) fail_index_kind();
    items.emplace_back(to_index(item));
  } else {
    add_array_item(items, item, where);
  }
}

}  // namespace

index_items to_index_items(PyObject* key, device where) {
  index_items items;
  if (PyTuple_Check(key)) {
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(key); ++k)
      if (PyFloat_CheckExact(PyTuple_GET_ITEM(key, k))) fail_index_kind();
    items.reserve(static_cast<std::size_t>(PyTuple_GET_SIZE(key)));
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(key); ++k) add_item(items, PyTuple_GET_ITEM(key, k), where);
    const auto arrays = std::count_if(items.begin(), items.end(), [](const index_item& item) {
      return std::holds_alternative<ndarray>(item);
    });
    if (arrays >= 64) raise(PyExc_IndexError, "too many advanced indices for array");
  } else {
    add_item(items, key, where);
  }
  return items;
}

namespace {

// A 0-d array among the indices: it picks as a number does, but NumPy copies what it picks.
bool is_0d_array(PyObject* o) {
  if (is_array(o)) return array_of(o).ndim() == 0 && !array_of(o).is_scalar();
  return is_numpy_array(o);
}
bool indexes_by_array(PyObject* key) {
  if (!PyTuple_Check(key)) return is_0d_array(key);
  for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(key); ++k)
    if (is_0d_array(PyTuple_GET_ITEM(key, k))) return true;
  return false;
}

PyObject* subscript(PyObject* self, PyObject* key) {
  return guarded([&]() -> PyObject* {
    const ndarray& a = array_of(self);
    if (is_position(key)) return at_integer(self, position_of(key));
    if (PySlice_Check(key)) return at_slice(self, key);
    if (PyTuple_Check(key))
      if (PyObject* simple = at_simple_tuple(self, key)) return simple;
    if (is_exact_array(key) && array_of(key).ndim() > 0 && is_integer(array_of(key).dtype()) &&
        array_of(key).device() == a.device()) {  // no list of items to make
      const index_item only[] = {array_of(key)};
      return wrap_like(unlocked(a.size(), [&] { return get_item(a, only); }), self);
    }
    const index_items items = to_index_items(key, a.device());
    bool holds_array = false;
    for (const index_item& item : items) holds_array |= std::holds_alternative<ndarray>(item);
    ndarray picked = unlocked(holds_array ? a.size() : 0, [&] { return get_item(a, items); });
    bool is_copy = picked.bytes() != a.bytes() && !picked.is_scalar();
    if (!is_copy && !picked.is_scalar() && indexes_by_array(key)) {
      picked = copy(picked);
      is_copy = true;
    }
    return is_copy ? wrap_like(std::move(picked), self) : wrap_view(std::move(picked), self);
  });
}

// Iteration ends with the error, so no exception is thrown for it.
PyObject* item_at(PyObject* self, Py_ssize_t i) {
  const ndarray& a = array_of(self);
  if (a.ndim() > 0 && (i < 0 || i >= a.shape()[0])) {
    PyErr_Format(PyExc_IndexError, "index %zd is out of bounds for axis 0 with size %lld", i,
                 static_cast<long long>(a.shape()[0]));
    return nullptr;
  }
  return guarded([&] { return at_integer(self, i); });
}

// Does the key name one element by a position along each axis?
bool names_element(const ndarray& a, PyObject* key) {
  if (!PyTuple_CheckExact(key)) return a.ndim() == 1 && is_position(key);
  if (PyTuple_GET_SIZE(key) != a.ndim()) return false;
  for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(key); ++k)
    if (!is_position(PyTuple_GET_ITEM(key, k))) return false;
  return true;
}

// a[i, j] = number on the CPU, without an intermediate array. The number must be one that every element can
// be.
bool assign_element(const ndarray& a, PyObject* key, PyObject* value) {
  host_number number;
  if (!a.device().is_cpu() || !names_element(a, key)) return false;
  if (!load_element(value, number) && !load_beside(value, a.dtype(), number)) return false;
  if (!can_cast(number.dtype, a.dtype())) return false;
  char* to = static_cast<char*>(a.data(access::write));
  for (int axis = 0; axis < a.ndim(); ++axis) {
    PyObject* const item = PyTuple_CheckExact(key) ? PyTuple_GET_ITEM(key, axis) : key;
    to += wrapped_index(position_of(item), a.shape()[axis], axis) * a.strides()[axis];
  }
  if (number.dtype == a.dtype())
    std::memcpy(to, number.bytes, static_cast<std::size_t>(a.itemsize()));
  else
    store_scalar(load_scalar(number.dtype, number.bytes), a.dtype(), to);
  return true;
}

// a[slices] = an array of the same dtype on the same device.
bool assign_view(PyObject* self, PyObject* key, PyObject* value) {
  const ndarray& a = array_of(self);
  if (!is_exact_array(self) || !is_exact_array(value) || array_of(value).dtype() != a.dtype() ||
      array_of(value).device() != a.device())
    return false;
  if (PyTuple_CheckExact(key) ? names_element(a, key) : !PySlice_Check(key)) return false;
  const ref view(PySlice_Check(key) ? at_slice(self, key) : at_simple_tuple(self, key));
  if (!view) return false;
  const ndarray &to = array_of(view.get()), &from = array_of(value);
  unlocked(to.size(), [&] {
    copyto(to, from, casting::unsafe);
    return 0;
  });
  return true;
}

// Is one of Python's own complex numbers in nested sequences?
bool holds_complex_number(PyObject* o) {
  if (!PyList_Check(o) && !PyTuple_Check(o)) return false;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(o); ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(o, i);
    if (PyComplex_CheckExact(item) || holds_complex_number(item)) return true;
  }
  return false;
}

// Does the key name one element?
bool is_element(const ndarray& a, PyObject* key) {
  if (!PyTuple_Check(key)) return PyLong_CheckExact(key) && a.ndim() == 1;
  if (PyTuple_GET_SIZE(key) != a.ndim()) return false;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(key); ++i)
    if (!PyLong_CheckExact(PyTuple_GET_ITEM(key, i))) return false;
  return true;
}

// A scalar of NumPy's, or a scalar result here, which is a real number.
bool is_real_scalar(PyObject* o) {
  static PyObject* const complex = imported("numpy", "complexfloating");
  static PyObject* const number = imported("numpy", "number");
  if (is_array(o)) {
    const ndarray& a = array_of(o);
    return a.is_scalar() && a.device().is_cpu() && !is_complex(a.dtype());
  }
  return is_numpy_scalar(o) && PyObject_TypeCheck(o, reinterpret_cast<PyTypeObject*>(number)) &&
         !PyObject_TypeCheck(o, reinterpret_cast<PyTypeObject*>(complex));
}

// Signed integers take a scalar through int(), which must fit; unsigned ones by a cast.
void check_scalar(dtype type, PyObject* value) {
  const long long number = PyLong_AsLongLong(checked(PyNumber_Long(value)).get());
  if (number == -1 && PyErr_Occurred()) throw python_error{};
  const int unused = 64 - 8 * itemsize(type);
  if (number >> (63 - unused) != number >> 63)
    raise(PyExc_OverflowError, "Python integer %lld out of bounds for %s", number, name_of(type).data());
}

// Does the key pick by arrays or lists? What is assigned there is cast.
bool picks(PyObject* key) {
  if (PyTuple_Check(key)) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(key); ++i)
      if (picks(PyTuple_GET_ITEM(key, i))) return true;
    return false;
  }
  return PyList_Check(key) || is_numpy_array(key) || (is_array(key) && !array_of(key).is_scalar());
}

// Python numbers that no element of this dtype can be.
void check_assignable(const ndarray& a, PyObject* key, PyObject* value) {
  if (is_complex(a.dtype()) || a.dtype() == dtype::bool_) return;
  if (PyComplex_CheckExact(value) || holds_complex_number(value))
    raise(PyExc_TypeError, "%s() argument must be a string or a real number, not 'complex'",
          is_integer(a.dtype()) ? "int" : "float");
  if (!is_integer(a.dtype())) return;
  if (!PyFloat_CheckExact(value)) {
    if (kind_of(a.dtype()) == 'i' && is_real_scalar(value) && !picks(key)) check_scalar(a.dtype(), value);
    return;
  }
  const double number = PyFloat_AS_DOUBLE(value);
  if (std::isnan(number)) raise(PyExc_ValueError, "cannot convert float NaN to integer");
  if (std::isinf(number)) raise(PyExc_OverflowError, "cannot convert float infinity to integer");
}

// What is assigned; NumPy reads it (strings, objects, None) where no array here can hold it.
void load_value(operand& source, PyObject* value, const ndarray& a) {
  // NumPy reads lists as the dtype of the target, and tells numbers that do not fit.
  const bool checks = is_integer(a.dtype()) && (PyList_Check(value) || PyTuple_Check(value));
  try {
    if ((!checks || holds_device_array(value)) && source.load(value, a.device())) {
      return;
    }
  } catch (const python_error&) {
    if (!PyErr_ExceptionMatches(numpy.host_only)) throw;
    PyErr_Clear();
  }
  const ref arguments = checked(PyTuple_Pack(2, readable_by_numpy(value).get(), dtype_object(a.dtype())));
  const ref read = checked(PyObject_Call(numpy.array, arguments.get(), nullptr));
  source.load(read.get(), a.device());
}

// A sequence is no element.
void check_element(const ndarray& a, PyObject* key, PyObject* value) {
  if (!PyList_Check(value) && !PyTuple_Check(value)) return;
  if (!is_element(a, key)) return;
  if (is_complex(a.dtype())) raise(PyExc_TypeError, "must be real number, not %s", Py_TYPE(value)->tp_name);
  if (is_integer(a.dtype()))
    raise(PyExc_TypeError, "int() argument must be a string, a bytes-like object or a real number, not '%s'",
          Py_TYPE(value)->tp_name);
  if (a.dtype() != dtype::bool_) raise(PyExc_ValueError, "setting an array element with a sequence.");
}

// Where neither index nor value will do, NumPy tells of the index, unless it is an array of integers, whose
// elements it looks at later. The value's error is set and stays so.
void check_index_first(const ndarray& a, const index_items& items) {
  for (const index_item& item : items)
    if (const auto* index = std::get_if<ndarray>(&item); index && index->dtype() != dtype::bool_) return;
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  ref kept[] = {ref(type), ref(value), ref(traceback)};
  get_item(a, items);
  PyErr_Restore(kept[0].release(), kept[1].release(), kept[2].release());
}

int assign(PyObject* self, PyObject* key, PyObject* value) {
  if (!value) {
    PyErr_SetString(PyExc_ValueError, "cannot delete array elements");
    return -1;
  }
  return guarded_status([&] {
    if (array_of(self).is_scalar())
      raise(PyExc_TypeError, "'numloom.ndarray' scalar result does not support item assignment");
    if (!array_of(self).writeable()) raise(PyExc_ValueError, "assignment destination is read-only");
    if (assign_element(array_of(self), key, value) || assign_view(self, key, value)) return 0;
    const ndarray a = array_of(self);
    const ref number = std::string_view(Py_TYPE(value)->tp_name) == "MaskedConstant"
                           ? checked(is_integer(a.dtype()) ? PyNumber_Long(value) : PyNumber_Float(value))
                           : ref::borrowed(value);  // numpy.ma.masked: NaN with a warning, or an error
    value = number.get();
    const index_items items = to_index_items(key, a.device());
    operand source;
    try {
      check_assignable(a, key, value);
      if (a.device().is_cpu()) report_overflow(a.dtype(), value);
      check_element(a, key, value);
      load_value(source, value, a);
    } catch (const python_error&) {
      check_index_first(a, items);
      throw;
    }
    const float_watch watch(source.array() && may_err(source.array()->dtype(), a.dtype()));
    if (source.array()) warn_before_assigning(source.array()->dtype(), a.dtype());
    unlocked(a.size(), [&] {
      set_item(a, items, source.like());
      return 0;
    });
    watch.report("cast", a);
    return 0;
  });
}

int assign_at(PyObject* self, Py_ssize_t i, PyObject* value) {
  const ref key(PyLong_FromSsize_t(i));
  return key ? assign(self, key.get(), value) : -1;
}

Py_ssize_t length(PyObject* self) {
  const ndarray& a = array_of(self);
  if (a.ndim() > 0) return a.shape()[0];
  PyErr_SetString(PyExc_TypeError, "len() of unsized object");
  return -1;
}

int contains(PyObject* self, PyObject* value) {
  const ref equal(PyObject_RichCompare(self, value, Py_EQ));
  if (!equal) return -1;
  if (!is_array(equal.get())) return PyObject_IsTrue(equal.get());
  return guarded_status([&] {
    const ndarray& matches = array_of(equal.get());
    return any(matches).item().real() != 0 ? 1 : 0;
  });
}

// operator.concat: arrays have no such operation, and + is not it.
PyObject* refuse_concatenation(PyObject*, PyObject*) {
  PyErr_SetString(
      PyExc_TypeError,
      "Concatenation operation is not implemented for NumPy arrays, use np.concatenate() instead. "
      "Please do not rely on this error; it may not be given on all Python implementations.");
  return nullptr;
}

PyObject* iterate(PyObject* self) {
  if (array_of(self).ndim() > 0) return PySeqIter_New(self);
  PyErr_SetString(PyExc_TypeError, "iteration over a 0-d array");
  return nullptr;
}

}  // namespace

void add_sequence_slots(slot_list& slots) {
  const auto add = [&](int slot, auto* function) {
    slots.push_back({slot, reinterpret_cast<void*>(function)});
  };
  add(Py_mp_length, length);
  add(Py_mp_subscript, subscript);
  add(Py_mp_ass_subscript, assign);
  add(Py_sq_concat, refuse_concatenation);
  add(Py_sq_length, length);
  add(Py_sq_item, item_at);
  add(Py_sq_ass_item, assign_at);
  add(Py_sq_contains, contains);
  add(Py_tp_iter, iterate);
}

}  // namespace numloom::python
