// SPDX-License-Identifier: BSD-3-Clause
// k.time(), k.writes() and k.const of numloom.Kernel.
#include "kernel_type.hpp"

namespace numloom::python {

namespace {

PyTypeObject* constants_type;

struct constants_object {
  PyObject_HEAD PyObject* kernel;
};

PyObject* kernel_behind(PyObject* self) { return reinterpret_cast<constants_object*>(self)->kernel; }

PyObject* get_item(PyObject* self, PyObject* name) {
  return guarded([&]() -> PyObject* {
    const kernel& own = kernel_of(kernel_behind(self));
    const kernel k = own.is_tuned() ? own.variant() : own;
    const std::string variable(to_text(name, "name"));
    const ndarray bytes = k.get_global(variable);
    const std::optional<dtype> type = k.constant_dtype(variable);
    return wrap(type ? bytes.view_as(*type) : bytes);
  });
}

// Arrays of numloom go to their own device's variable, everything else to the current device's.
int set_item(PyObject* self, PyObject* name, PyObject* values) {
  const ref done(guarded([&]() -> PyObject* {
    if (values == nullptr) raise(PyExc_TypeError, "[kernel] a variable of a kernel cannot be deleted");
    set_variable(kernel_of(kernel_behind(self)), std::string(to_text(name, "name")), values);
    Py_RETURN_NONE;
  }));
  return done ? 0 : -1;
}

void free_constants(PyObject* o) {
  Py_CLEAR(reinterpret_cast<constants_object*>(o)->kernel);
  PyTypeObject* type = Py_TYPE(o);
  type->tp_free(o);
  Py_DECREF(type);
}

int count_of(PyObject* o, const char* what) { return static_cast<int>(to_int(o, what)); }

// KernelTimes(seconds), of the module that is imported when it is first needed.
PyObject* as_times(const std::vector<double>& seconds) {
  const ref list = checked(PyTuple_New(static_cast<Py_ssize_t>(seconds.size())));
  for (std::size_t i = 0; i < seconds.size(); ++i)
    PyTuple_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), PyFloat_FromDouble(seconds[i]));
  const ref module = checked(PyImport_ImportModule("numloom._tuning"));
  const ref type = checked(PyObject_GetAttrString(module.get(), "KernelTimes"));
  return PyObject_CallOneArg(type.get(), list.get());
}

}  // namespace

void set_variable(const kernel& k, const std::string& name, PyObject* values) {
  const auto set = [&](const ndarray& a) {
    unlocked(released_gil::elements + 1, [&] { k.set_constant(name, a); });
  };
  if (is_array(values)) return set(array_of(values));
  ndarray a = to_array(values, current_device());
  const std::optional<dtype> type = k.constant_dtype(name);
  const bool typed = is_numpy_array(values) || is_numpy_scalar(values);  // else lists and numbers
  if (type && !typed) a = astype(a, *type);
  set(a);
}

PyObject* attributes_property(PyObject* self, void*) {
  return guarded([&]() -> PyObject* {
    const kernel_attributes a =
        unlocked(released_gil::elements + 1, [&] { return kernel_of(self).attributes(); });
    return Py_BuildValue("{si si si si si si si si si si}", "max_threads_per_block", a.max_threads_per_block,
                         "shared_size_bytes", a.shared_size_bytes, "const_size_bytes", a.const_size_bytes,
                         "local_size_bytes", a.local_size_bytes, "num_regs", a.num_regs, "ptx_version",
                         a.ptx_version, "binary_version", a.binary_version, "cache_mode_ca", a.cache_mode_ca,
                         "max_dynamic_shared_size_bytes", a.max_dynamic_shared_size_bytes,
                         "preferred_shared_memory_carveout", a.preferred_shared_memory_carveout);
  });
}

PyObject* dynamic_shared_property(PyObject* self, void*) {
  return guarded([&] { return PyLong_FromLong(kernel_of(self).attributes().max_dynamic_shared_size_bytes); });
}
int set_dynamic_shared_property(PyObject* self, PyObject* value, void*) {
  const ref done(guarded([&]() -> PyObject* {
    if (value == nullptr) raise(PyExc_AttributeError, "[kernel] an attribute cannot be deleted");
    kernel_of(self).set_max_dynamic_shared_size_bytes(to_int(value, "max_dynamic_shared_size_bytes"));
    Py_RETURN_NONE;
  }));
  return done ? 0 : -1;
}

PyObject* constants_of(PyObject* kernel) {
  return guarded([&]() -> PyObject* {
    const ref o = checked(constants_type->tp_alloc(constants_type, 0));
    reinterpret_cast<constants_object*>(o.get())->kernel = Py_NewRef(kernel);
    return Py_NewRef(o.get());
  });
}

PyObject* time_method(PyObject* self, PyObject* const* args, Py_ssize_t given, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    timing_options options;
    std::vector<PyObject*> values(args, args + given);
    std::vector<PyObject*> names;
    for (Py_ssize_t i = 0; keywords != nullptr && i < PyTuple_GET_SIZE(keywords); ++i) {
      PyObject* name = PyTuple_GET_ITEM(keywords, i);
      const std::string_view key = to_text(name, "keyword");
      if (key == "repeat") {
        options.repeats = count_of(args[given + i], "repeat");
      } else if (key == "warmup") {
        options.warmup = count_of(args[given + i], "warmup");
      } else {
        names.push_back(name);
        values.push_back(args[given + i]);
      }
    }
    const ref others = checked(PyTuple_New(static_cast<Py_ssize_t>(names.size())));
    for (std::size_t i = 0; i < names.size(); ++i)
      PyTuple_SET_ITEM(others.get(), static_cast<Py_ssize_t>(i), Py_NewRef(names[i]));
    const launch_call call(values.data(), static_cast<std::size_t>(given), others.get(),
                           kernel_of(self).is_tuned());
    const running_call running(call.args, call.count);
    const kernel_arguments arguments(call.args, call.count);
    std::vector<double> seconds;
    {
      const released_gil release(released_gil::elements + 1);
      seconds = kernel_of(self).time(call.config, arguments.all(), options);
    }
    return as_times(seconds);
  });
}

PyObject* writes_method(PyObject* self, PyObject* const* args, Py_ssize_t given) {
  return guarded([&]() -> PyObject* {
    kernel_arguments arguments(args, static_cast<std::size_t>(given));
    const std::vector<bool> written =
        unlocked(released_gil::elements + 1, [&] { return kernel_of(self).writes(arguments.all()); });
    const ref list = checked(PyTuple_New(given));
    for (std::size_t i = 0; i < written.size(); ++i)
      PyTuple_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), PyBool_FromLong(written[i]));
    return Py_NewRef(list.get());
  });
}

PyObject* hardware_method(PyObject* self, PyObject* const* args, Py_ssize_t given) {
  return guarded([&]() -> PyObject* {
    const kernel_arguments arguments(args, static_cast<std::size_t>(given));
    const std::string text = kernel_of(self).hardware(arguments.all());
    return PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
  });
}

PyObject* best_block_method(PyObject* self, PyObject* shared) {
  return guarded([&]() -> PyObject* {
    return PyLong_FromLong(kernel_of(self).best_block(static_cast<std::size_t>(to_int(shared, "shared"))));
  });
}

// A block is a number of threads or a tuple of them, as in launches.
int threads_of_block(PyObject* block) {
  if (!PyTuple_Check(block) && !PyList_Check(block)) return static_cast<int>(to_int(block, "block"));
  const ref parts = checked(PySequence_Tuple(block));
  std::int64_t threads = 1;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(parts.get()); ++i) {
    const std::int64_t part = to_int(PyTuple_GET_ITEM(parts.get(), i), "block");
    threads = part < 0 || part > 1024 ? 0 : std::min<std::int64_t>(threads * part, 1 << 20);
  }
  return static_cast<int>(threads);
}

PyObject* occupancy_method(PyObject* self, PyObject* args, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    static const char* const names[] = {"block", "shared", nullptr};
    PyObject* block = nullptr;
    long shared = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|l:occupancy", const_cast<char**>(names), &block,
                                     &shared))
      throw python_error{};
    return PyFloat_FromDouble(
        kernel_of(self).occupancy(threads_of_block(block), static_cast<std::size_t>(shared)));
  });
}

PyObject* max_cooperative_blocks_method(PyObject* self, PyObject* args) {
  return guarded([&]() -> PyObject* {
    int threads = 0, shared = 0;
    if (!PyArg_ParseTuple(args, "i|i:max_cooperative_blocks", &threads, &shared)) throw python_error{};
    return PyLong_FromLongLong(
        kernel_of(self).max_cooperative_blocks(threads, static_cast<std::size_t>(shared)));
  });
}

PyTypeObject* make_constants_type() {
  PyType_Slot slots[] = {
      {Py_tp_dealloc, reinterpret_cast<void*>(&free_constants)},
      {Py_mp_subscript, reinterpret_cast<void*>(&get_item)},
      {Py_mp_ass_subscript, reinterpret_cast<void*>(&set_item)},
      {Py_tp_doc, const_cast<char*>("k.const[name]: the __constant__ and __device__ variables of a text.")},
      {0, nullptr}};
  PyType_Spec spec = {"numloom._KernelConstants", sizeof(constants_object), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  constants_type = reinterpret_cast<PyTypeObject*>(checked(PyType_FromSpec(&spec)).get());
  Py_INCREF(constants_type);
  return constants_type;
}

}  // namespace numloom::python
