// SPDX-License-Identifier: BSD-3-Clause
// The array type: life of an object, constructor, and the wrapping of results.
#include "array_type.hpp"

#include <cstring>
#include <iterator>
#include <new>

#include "convert.hpp"
#include "interop.hpp"

namespace numloom::python {

PyTypeObject* array_type = nullptr;

namespace {

// Objects kept for the next result: making one is then a pointer and a few words. Guarded by the GIL.
constexpr int spare_limit = 64;
array_object* spares[spare_limit];
int spare_count = 0;

// Scalar results kept whole, with their memory: the next one of the dtype is a value written there.
struct spare_elements {
  array_object* kept[256];
  int count = 0;
};
spare_elements spare_elements_of[dtype_count];

// Does it still hold the number it was made for, in memory that nobody else sees?
bool keep_element(array_object* o) {
  const ndarray& a = o->value;
  if (!o->element || a.bytes().get() != o->element || o->element->references != 1) return false;
  if (!a.is_scalar() || !a.writeable() || a.offset() != 0) return false;
  spare_elements& spares = spare_elements_of[static_cast<std::size_t>(a.dtype())];
  if (spares.count == std::ssize(spares.kept)) return false;
  spares.kept[spares.count++] = o;
  return true;
}

array_object* blank(PyTypeObject* type) {
  array_object* o;
  if (type == array_type && spare_count > 0) {
    o = spares[--spare_count];
    PyObject_Init(reinterpret_cast<PyObject*>(o), type);
  } else {
    o = reinterpret_cast<array_object*>(type->tp_alloc(type, 0));
    if (!o) throw python_error{};
  }
  o->base = nullptr;
  o->weak_references = nullptr;
  o->element = nullptr;
  return o;
}

void deallocate_array(PyObject* self) {
  auto* o = reinterpret_cast<array_object*>(self);
  PyTypeObject* type = Py_TYPE(self);
  if (o->weak_references) PyObject_ClearWeakRefs(self);
  if (type == array_type && !o->base && keep_element(o)) {
    Py_DECREF(type);
    return;
  }
  o->value.~ndarray();
  Py_XDECREF(o->base);
  if (type == array_type && spare_count < spare_limit)
    spares[spare_count++] = o;
  else
    type->tp_free(self);
  Py_DECREF(type);
}

void check_bounds(const shape_t& shape, const dims& strides, std::int64_t offset, int item, std::int64_t n) {
  if (strides.size() != shape.size())
    raise(PyExc_ValueError, "strides, if given, must be the same length as shape");
  if (!lies_within(shape, strides, offset, item, n))
    raise(PyExc_ValueError, "strides is incompatible with shape of requested array");
}

ndarray over_buffer(PyObject* buffer, const shape_t& shape, dtype type, std::int64_t offset,
                    const std::optional<dims>& strides, order layout) {
  Py_buffer view;
  bool writeable = true;
  if (PyObject_GetBuffer(buffer, &view, PyBUF_WRITABLE) < 0) {
    PyErr_Clear();
    writeable = false;
    checked(PyObject_GetBuffer(buffer, &view, PyBUF_SIMPLE));
  }
  const auto bytes = static_cast<std::size_t>(view.len);
  storage_ptr memory = adopt_object(view.buf, bytes, cpu, buffer, writeable);
  PyBuffer_Release(&view);
  const dims steps = strides ? *strides : contiguous_strides(shape, itemsize(type), layout);
  if (!strides && offset >= 0 && size_of(shape) * itemsize(type) > static_cast<std::int64_t>(bytes) - offset)
    raise(PyExc_TypeError, "buffer is too small for requested array");
  check_bounds(shape, steps, offset, itemsize(type), static_cast<std::int64_t>(bytes));
  return ndarray(std::move(memory), offset, type, shape, steps);
}

// Over an array of ours on a GPU.
ndarray over_array(const ndarray& a, const shape_t& shape, dtype type, std::int64_t offset,
                   const std::optional<dims>& strides, order layout) {
  if (!a.is_c_contiguous() && !a.is_f_contiguous()) raise(PyExc_ValueError, "ndarray is not contiguous");
  const dims steps = strides ? *strides : contiguous_strides(shape, itemsize(type), layout);
  if (!strides && offset >= 0 && size_of(shape) * itemsize(type) > a.nbytes() - offset)
    raise(PyExc_TypeError, "buffer is too small for requested array");
  check_bounds(shape, steps, offset, itemsize(type), a.nbytes());
  ndarray made(a.bytes(), a.offset() + offset, type, shape, steps);
  made.set_writeable(a.writeable() && !a.is_scalar());
  return made;
}

// ndarray(shape, dtype=float, buffer=None, offset=0, strides=None, order=None); CuPy says memptr for buffer
PyObject* construct(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  static const char* names[] = {"shape", "dtype", "buffer", "offset", "strides", "order", "memptr", nullptr};
  PyObject *shape = nullptr, *dtype_arg = nullptr, *buffer = nullptr, *strides = nullptr, *layout = nullptr;
  PyObject* pointer = nullptr;
  Py_ssize_t offset = 0;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|OOnOOO:ndarray", const_cast<char**>(names), &shape,
                                   &dtype_arg, &buffer, &offset, &strides, &layout, &pointer))
    return nullptr;
  if (pointer) buffer = pointer;
  return guarded([&] {
    const shape_t extents = to_shape(shape);
    const dtype element = to_optional_dtype(dtype_arg).value_or(dtype::float64);
    const order reading = to_order(layout, order::C);
    std::int64_t bytes = 0;
    if (__builtin_mul_overflow(size_of(extents), std::int64_t{itemsize(element)}, &bytes))
      raise(PyExc_ValueError,
            "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum "
            "possible size.");
    std::optional<dims> steps;
    if (!is_missing(strides)) steps = to_shape(strides);
    for (int d = 0; d < extents.size(); ++d)
      if (extents[d] < 0) raise(PyExc_ValueError, "negative dimensions are not allowed");
    ref memory = ref::borrowed(buffer ? buffer : Py_None);
    if (PyObject_HasAttrString(memory.get(), "_array") == 1)
      memory = checked(PyObject_GetAttrString(buffer, "_array"));
    if (is_array(memory.get()) && !array_of(memory.get()).device().is_cpu()) {
      const ref made = checked(
          wrap_as(type, over_array(array_of(memory.get()), extents, element, offset, steps, reading)));
      reinterpret_cast<array_object*>(made.get())->base = Py_NewRef(memory.get());
      return Py_NewRef(made.get());
    }
    if (!is_missing(buffer))
      return wrap_as(type, over_buffer(buffer, extents, element, offset, steps, reading));
    ndarray fresh = empty(extents, element, {}, reading);
    if (steps) {
      check_bounds(extents, *steps, 0, itemsize(element), fresh.nbytes());
      fresh = fresh.view(extents, *steps);
    }
    return wrap_as(type, std::move(fresh));
  });
}

}  // namespace

array_object* new_blank() { return blank(array_type); }

void drop_blank(array_object* o) noexcept {
  new (&o->value) ndarray;
  Py_DECREF(reinterpret_cast<PyObject*>(o));
}

PyObject* wrap_as(PyTypeObject* type, ndarray value) {
  array_object* o = blank(type);
  new (&o->value) ndarray(std::move(value));
  return reinterpret_cast<PyObject*>(o);
}

namespace {

PyObject* new_element(dtype type, const void* element) {
  const auto bytes = static_cast<std::size_t>(itemsize(type));
  if (spare_elements& spares = spare_elements_of[static_cast<std::size_t>(type)]; spares.count > 0) {
    array_object* o = spares.kept[--spares.count];
    PyObject_Init(reinterpret_cast<PyObject*>(o), array_type);
    o->weak_references = nullptr;
    void* to = o->value.bytes()->data;
    bytes == 8 ? std::memcpy(to, element, 8) : std::memcpy(to, element, bytes);
    return reinterpret_cast<PyObject*>(o);
  }
  storage_ptr memory = allocate(bytes, cpu);
  bytes == 8 ? std::memcpy(memory->data, element, 8) : std::memcpy(memory->data, element, bytes);
  array_object* o = blank(array_type);
  o->element = memory.get();
  new (&o->value) ndarray(std::move(memory), 0, type, {}, {});
  o->value.set_scalar(true);
  return reinterpret_cast<PyObject*>(o);
}

// There are two of these for good: most are looked at once, by an `if`.
PyObject* truth_value(bool value) {
  static const auto make = [](bool which) {
    PyObject* made = new_element(dtype::bool_, &which);
    array_of(made).bytes()->writeable = false;
    return made;
  };
  static PyObject* const both[] = {make(false), make(true)};
  return Py_NewRef(both[value]);
}

}  // namespace

PyObject* wrap_element(dtype type, const void* element) {
  return type == dtype::bool_ ? truth_value(*static_cast<const bool*>(element)) : new_element(type, element);
}

PyObject* wrap(ndarray value) { return wrap_as(array_type, std::move(value)); }

PyObject* wrap_view(ndarray value, PyObject* parent) {
  if (!parent || !is_array(parent) || value.bytes() != array_of(parent).bytes())
    return wrap(std::move(value));
  // A scalar's bytes are never shared with something that can be written to.
  if (array_of(parent).is_scalar()) {
    if (value.is_scalar()) return wrap(std::move(value));
    return wrap(copy(value));
  }
  PyObject* view = wrap_as(Py_TYPE(parent), std::move(value));
  PyObject* owner = parent;  // the first of its kind in the chain of views, as in NumPy
  const auto base_of = [](PyObject* o) { return reinterpret_cast<array_object*>(o)->base; };
  while (base_of(owner) && Py_TYPE(base_of(owner)) == Py_TYPE(view)) owner = base_of(owner);
  reinterpret_cast<array_object*>(view)->base = Py_NewRef(owner);
  if (!is_exact_array(parent)) {
    const ref done(PyObject_CallMethod(view, "__array_finalize__", "O", parent));
    if (!done) {
      Py_DECREF(view);
      throw python_error{};
    }
  }
  return view;
}

PyObject* wrap_like(ndarray value, PyObject* prototype) {
  if (!is_array(prototype) || is_exact_array(prototype)) return wrap(std::move(value));
  ref made = checked(wrap_as(Py_TYPE(prototype), std::move(value)));
  checked(PyObject_CallMethod(made.get(), "__array_finalize__", "O", prototype));
  return made.release();
}

PyObject* wrap_list(std::vector<ndarray> values, PyObject* parent) {
  ref list = checked(PyList_New(static_cast<Py_ssize_t>(values.size())));
  for (std::size_t i = 0; i < values.size(); ++i)
    PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), wrap_view(std::move(values[i]), parent));
  return list.release();
}

PyObject* wrap_tuple(std::vector<ndarray> values, PyObject* parent) {
  ref tuple = checked(PyTuple_New(static_cast<Py_ssize_t>(values.size())));
  for (std::size_t i = 0; i < values.size(); ++i)
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), wrap_view(std::move(values[i]), parent));
  return tuple.release();
}

namespace {

constexpr const char* documentation =
    "ndarray(shape, dtype=float, buffer=None, offset=0, strides=None, order=None)\n--\n\n"
    "An array of numbers of one dtype on one device: NumPy's ndarray on the CPU or on a GPU.\n\n"
    "Made by array(), zeros(), arange() and so on; called directly it gives uninitialised memory, or an\n"
    "array over the memory of an object that has the buffer protocol.";

PyMemberDef members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(array_object, weak_references), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr}};

}  // namespace

void make_array_type(PyObject* module) {
  static method_list methods;
  add_methods(methods);
  add_interop_methods(methods);
  add_scalar_methods(methods);
  // ndarray[shape, dtype], for annotations.
  methods.push_back({"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS,
                     "ndarray[shape, dtype]: a type for annotations."});
  methods.push_back({nullptr, nullptr, 0, nullptr});
  slot_list slots = {
      {Py_tp_dealloc, reinterpret_cast<void*>(deallocate_array)},
      {Py_tp_new, reinterpret_cast<void*>(construct)},
      {Py_tp_doc, const_cast<char*>(documentation)},
      {Py_tp_members, members},
      {Py_tp_methods, methods.data()},
      {Py_tp_getset, array_properties},
      {Py_tp_richcompare, reinterpret_cast<void*>(compare)},
  };
  add_number_slots(slots);
  add_sequence_slots(slots);
  add_scalar_slots(slots);
  add_interop_slots(slots);
  slots.push_back({0, nullptr});
  PyType_Spec spec = {"numloom.ndarray", sizeof(array_object), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                      slots.data()};
  array_type = reinterpret_cast<PyTypeObject*>(checked(PyType_FromSpec(&spec)).release());
  checked(PyModule_AddObjectRef(module, "ndarray", reinterpret_cast<PyObject*>(array_type)));
}

}  // namespace numloom::python
