// SPDX-License-Identifier: BSD-3-Clause
#include "random_type.hpp"

#include <algorithm>
#include <cstring>

namespace numloom::python {

namespace {

using random::engine;
using random::stream_state;

// NumPy's states, as its bit generators have laid them out since 1.17; numloom.random compares them with the
// `state` property once before it lets a generator use them.
struct numpy_pcg64 {
  uint128* state_and_increment;
  int has_uint32;
  std::uint32_t uinteger;
};
struct numpy_philox {
  std::uint64_t* counter;
  std::uint64_t* key;
  int buffer_position;
  std::uint64_t buffer[4];
  int has_uint32;
  std::uint32_t uinteger;
};

int threads_drawing = 0;  // that may have given up the interpreter's lock; changed only while it is held

std::optional<engine> engines[4] = {std::nullopt, engine::pcg64, engine::pcg64dxsm, engine::philox};

PyObject* make_generator(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  const char* names[] = {"bit_generator", "engine", nullptr};
  PyObject* bit_generator = nullptr;
  int which = 0;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|i", const_cast<char**>(names), &bit_generator, &which))
    return nullptr;
  return guarded([&] {
    const ref capsule = checked(PyObject_GetAttrString(bit_generator, "capsule"));
    auto* const source =
        static_cast<random::bit_source*>(PyCapsule_GetPointer(capsule.get(), "BitGenerator"));
    if (!source) {
      PyErr_Clear();
      raise(PyExc_ValueError, "Invalid bit generator. The bit generator must be instantiated.");
    }
    ref lock = checked(PyObject_GetAttrString(bit_generator, "lock"));
    ref made = checked(type->tp_alloc(type, 0));
    generator_object& g = generator_of(made.get());
    g.bit_generator = Py_NewRef(bit_generator);
    g.lock = lock.release();
    g.source = source;
    g.engine = &engines[which >= 0 && which < 4 ? which : 0];
    return made.release();
  });
}

void deallocate_generator(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  Py_CLEAR(generator_of(self).bit_generator);
  Py_CLEAR(generator_of(self).lock);
  type->tp_free(self);
  Py_DECREF(type);
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(generator_of(self).bit_generator);
  Py_VISIT(generator_of(self).lock);
  return 0;
}

int clear(PyObject*) { return 0; }  // a generator without its bit generator could not draw

ref wide_number(uint128 value) {
  const ref high = checked(PyLong_FromUnsignedLongLong(static_cast<std::uint64_t>(value >> 64)));
  const ref low = checked(PyLong_FromUnsignedLongLong(static_cast<std::uint64_t>(value)));
  const ref bits = checked(PyLong_FromLong(64));
  const ref shifted = checked(PyNumber_Lshift(high.get(), bits.get()));
  return checked(PyNumber_Or(shifted.get(), low.get()));
}

ref words(const std::uint64_t* values, int n) {
  ref list = checked(PyTuple_New(n));
  for (int i = 0; i < n; ++i)
    PyTuple_SET_ITEM(list.get(), i, checked(PyLong_FromUnsignedLongLong(values[i])).release());
  return list;
}

// What load_state() reads, to be compared with NumPy's own description.
PyObject* read_state(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    generator_object& g = generator_of(self);
    if (!*g.engine) Py_RETURN_NONE;
    const stream_state s = load_state(g);
    if (s.kind == engine::philox)
      return Py_BuildValue("(NNiNiI)", words(s.counter, 4).release(), words(s.key, 2).release(),
                           s.buffer_position, words(s.buffer, 4).release(), s.has_uint32 ? 1 : 0, s.uinteger);
    return Py_BuildValue("(NNiI)", wide_number(s.state).release(), wide_number(s.increment).release(),
                         s.has_uint32 ? 1 : 0, s.uinteger);
  });
}

PyObject* get_bit_generator(PyObject* self, void*) { return Py_NewRef(generator_of(self).bit_generator); }

PyGetSetDef properties[] = {
    {"bit_generator", get_bit_generator, nullptr, "The bit generator that is drawn from.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

}  // namespace

drawing::drawing(generator_object& g, std::int64_t elements) : releases_(elements > released_gil::elements) {
  if (releases_ || threads_drawing > 0) {
    checked(PyObject_CallMethod(g.lock, "acquire", nullptr));
    held_ = g.lock;
  }
  if (releases_) ++threads_drawing;
}
drawing::~drawing() {
  if (releases_) --threads_drawing;
  if (!held_) return;
  PyObject *type, *value, *trace;
  PyErr_Fetch(&type, &value, &trace);
  Py_XDECREF(PyObject_CallMethod(held_, "release", nullptr));
  PyErr_Restore(type, value, trace);
}

numpy_drawing::numpy_drawing() { ++threads_drawing; }
numpy_drawing::~numpy_drawing() { --threads_drawing; }

stream_state load_state(const generator_object& g) {
  if (!*g.engine) return stream_state(*g.source);
  stream_state s;
  s.kind = **g.engine;
  if (s.kind == engine::philox) {
    const auto& at = *static_cast<const numpy_philox*>(g.source->state);
    std::copy_n(at.counter, 4, s.counter);
    std::copy_n(at.key, 2, s.key);
    std::copy_n(at.buffer, 4, s.buffer);
    s.buffer_position = at.buffer_position;
    s.has_uint32 = at.has_uint32 != 0;
    s.uinteger = at.uinteger;
    return s;
  }
  const auto& at = *static_cast<const numpy_pcg64*>(g.source->state);
  std::memcpy(&s.state, at.state_and_increment, sizeof s.state);  // it may not be aligned to 16 bytes
  std::memcpy(&s.increment, at.state_and_increment + 1, sizeof s.increment);
  s.has_uint32 = at.has_uint32 != 0;
  s.uinteger = at.uinteger;
  return s;
}

void store_state(const generator_object& g, const stream_state& s) {
  if (s.kind == engine::foreign) return;
  if (s.kind == engine::philox) {
    auto& at = *static_cast<numpy_philox*>(g.source->state);
    std::copy_n(s.counter, 4, at.counter);
    std::copy_n(s.buffer, 4, at.buffer);
    at.buffer_position = s.buffer_position;
    at.has_uint32 = s.has_uint32;
    at.uinteger = s.uinteger;
    return;
  }
  auto& at = *static_cast<numpy_pcg64*>(g.source->state);
  std::memcpy(at.state_and_increment, &s.state, sizeof s.state);
  at.has_uint32 = s.has_uint32;
  at.uinteger = s.uinteger;
}

void make_generator_type(PyObject* module) {
  static std::vector<PyMethodDef> methods;
  add_generator_methods(methods);
  methods.push_back({"_read_state", read_state, METH_NOARGS, nullptr});
  methods.push_back({nullptr, nullptr, 0, nullptr});
  PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(make_generator)},
                         {Py_tp_dealloc, reinterpret_cast<void*>(deallocate_generator)},
                         {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
                         {Py_tp_clear, reinterpret_cast<void*>(clear)},
                         {Py_tp_methods, methods.data()},
                         {Py_tp_getset, properties},
                         {Py_tp_doc, const_cast<char*>("The native half of numloom.random.Generator.")},
                         {0, nullptr}};
  PyType_Spec spec = {"numloom._core._Generator", sizeof(generator_object), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, slots};
  const ref type = checked(PyType_FromSpec(&spec));
  checked(PyModule_AddObjectRef(module, "_Generator", type.get()));
}

}  // namespace numloom::python
