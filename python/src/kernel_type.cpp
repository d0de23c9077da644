// SPDX-License-Identifier: BSD-3-Clause
// The types Kernel, BoundKernel, In, Out and InOut. A launch goes from the vectorcall straight to the
// library: reading four arguments costs a tenth of a microsecond.
#include "kernel_type.hpp"

#include <optional>
#include <set>

#include "function.hpp"

namespace numloom::python {

PyTypeObject* transfer_types[3];

namespace {

PyTypeObject* kernel_type;
PyTypeObject* bound_type;

struct kernel_object {
  PyObject_HEAD vectorcallfunc call;
  PyObject* doc;
  std::optional<kernel> value;
};

struct bound_object {
  PyObject_HEAD vectorcallfunc call;
  PyObject* kernel;
  launch_config config;
};

}  // namespace

kernel& kernel_of(PyObject* o) { return *reinterpret_cast<kernel_object*>(o)->value; }

// ---- grid, block, stream ----

namespace {

// An extent of 0 in C++ stands for one that is not given; whoever writes 0 in Python means it.
extent3 to_extent(PyObject* o, const char* what) {
  std::vector<std::int64_t> list;
  if (PyTuple_Check(o) || PyList_Check(o))
    list = to_int_list(o, what);
  else
    list.push_back(to_int(o, what));
  if (list.empty() || list.size() > 3)
    raise(PyExc_ValueError, "[kernel] expected one to three numbers for %s, got %R", what, o);
  if (list[0] == 0) raise(PyExc_ValueError, "[kernel] expected a %s of 1 or more, got %R", what, o);
  return extent3(list[0], list.size() > 1 ? list[1] : 1, list.size() > 2 ? list[2] : 1);
}

// A Stream, or another library's by __cuda_stream__: a (version, handle) of the current device.
std::optional<stream_view> to_stream(PyObject* o) {
  if (is_missing(o)) return {};
  const ref pair(PyObject_CallMethod(o, "__cuda_stream__", nullptr));
  unsigned long long version = 0, handle = 0;
  if (!pair || !PyTuple_Check(pair.get()) || !PyArg_ParseTuple(pair.get(), "KK", &version, &handle)) {
    PyErr_Clear();
    raise(PyExc_TypeError, "[kernel] expected a Stream, got %s", Py_TYPE(o)->tp_name);
  }
  stream_view s;
  s.handle = reinterpret_cast<void*>(handle);
  static PyObject* const stream_class = imported("numloom._core", "Stream");
  const bool is_ours = PyObject_IsInstance(o, stream_class) == 1;
  s.device =
      is_ours ? *to_device_argument(checked(PyObject_GetAttrString(o, "device")).get()) : current_device();
  return s;
}

// Numbers, or "auto" for what the device proposes.
void read_block(PyObject* value, launch_config& config) {
  if (!PyUnicode_Check(value)) {
    config.block = to_extent(value, "block");
    return;
  }
  if (to_text(value, "block") != "auto")
    raise(PyExc_ValueError, "[kernel] expected numbers or 'auto' for block, got %R", value);
  config.best_block = true;
}

void read_keyword(PyObject* name, PyObject* value, launch_config& config) {
  const std::string_view key = to_text(name, "keyword");
  if (key == "size")
    config.size = to_int(value, "size");
  else if (key == "grid")
    config.grid = to_extent(value, "grid");
  else if (key == "block")
    read_block(value, config);
  else if (key == "cooperative")
    config.cooperative = PyObject_IsTrue(value) == 1;
  else if (key == "shared" || key == "shared_mem")
    config.shared_bytes = static_cast<std::size_t>(to_int(value, "shared"));
  else if (key == "stream")
    config.stream = to_stream(value);
  else
    raise(PyExc_TypeError,
          "[kernel] got an unexpected keyword argument '%U' (size, grid, block, shared, stream, "
          "cooperative)",
          name);
}

}  // namespace

launch_call::launch_call(PyObject* const* given, std::size_t given_count, PyObject* keywords, bool is_tuned)
    : args(given), count(given_count) {
  const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords) : 0;
  for (Py_ssize_t i = 0; i < named; ++i)
    read_keyword(PyTuple_GET_ITEM(keywords, i), args[count + static_cast<std::size_t>(i)], config);
  const bool shaped = config.size || config.grid.x != 0;
  if (shaped || is_tuned) return;
  if (count < 2 || is_array(args[0]) || is_array(args[1]) || PyFloat_Check(args[0]))
    raise(PyExc_TypeError,
          "[kernel] expected k(grid, block, arguments...), k(arguments..., size=n) or "
          "k[grid, block](arguments...)");
  config.grid = to_extent(args[0], "grid");
  if (config.block.x != 0 || config.best_block)
    raise(PyExc_TypeError, "[kernel] got multiple values for block");
  read_block(args[1], config);
  args += 2;
  count -= 2;
  if (count != 1 || !(PyTuple_Check(args[0]) || PyList_Check(args[0]))) return;
  list_ = checked(PySequence_Fast(args[0], "arguments"));
  args = PySequence_Fast_ITEMS(list_.get());
  count = static_cast<std::size_t>(PySequence_Fast_GET_SIZE(list_.get()));
}

// ---- launches ----

namespace {

// The file of the Python code that runs: where a kernel is made, most often the text stands there too.
std::string callers_file() {
  PyFrameObject* frame = PyEval_GetFrame();
  if (frame == nullptr) return "";
  const ref code(reinterpret_cast<PyObject*>(PyFrame_GetCode(frame)));
  const ref name(PyObject_GetAttrString(code.get(), "co_filename"));
  const char* text = name ? PyUnicode_AsUTF8(name.get()) : nullptr;
  if (text == nullptr) PyErr_Clear();
  return text ? text : "";
}

// Where the running Python code is. Names of files are kept for good: a launch may be spoken of later.
void set_place(launch_config& config) {
  static std::set<std::string>* const files = new std::set<std::string>;
  PyFrameObject* frame = PyEval_GetFrame();
  config.file = "";
  config.line = 0;
  if (frame == nullptr) return;
  config.line = PyFrame_GetLineNumber(frame);
  config.file = files->insert(callers_file()).first->c_str();
}

PyObject* launch(const kernel& k, launch_config config, PyObject* const* args, std::size_t count) {
  const running_call running(args, count);
  const kernel_arguments arguments(args, count);
  if (!arguments.on_cpu()) set_place(config);
  {
    const released_gil release(released_gil::elements + 1);
    k.launch(config, arguments.all());
  }
  Py_RETURN_NONE;
}

PyObject* call_kernel(PyObject* self, PyObject* const* args, std::size_t flags, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    const kernel& k = kernel_of(self);
    const launch_call call(args, static_cast<std::size_t>(PyVectorcall_NARGS(flags)), keywords, k.is_tuned());
    return launch(k, call.config, call.args, call.count);
  });
}

PyObject* call_bound(PyObject* self, PyObject* const* args, std::size_t flags, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    if (keywords && PyTuple_GET_SIZE(keywords) != 0)
      raise(PyExc_TypeError, "[kernel] k[grid, block](...) takes no keyword arguments");
    const auto* bound = reinterpret_cast<const bound_object*>(self);
    return launch(kernel_of(bound->kernel), bound->config, args,
                  static_cast<std::size_t>(PyVectorcall_NARGS(flags)));
  });
}

// ---- k[...] ----

PyObject* make_kernel(PyTypeObject* type, kernel value) {
  const ref o = checked(type->tp_alloc(type, 0));
  auto* k = reinterpret_cast<kernel_object*>(o.get());
  k->call = &call_kernel;
  new (&k->value) std::optional<kernel>(std::move(value));
  return Py_NewRef(o.get());
}

// A template argument as text: "float", a dtype or its class, a number, True.
std::string template_text(PyObject* o) {
  if (PyUnicode_Check(o)) return std::string(to_text(o, "template argument"));
  if (PyBool_Check(o)) return o == Py_True ? "true" : "false";
  if (PyLong_Check(o) || PyIndex_Check(o)) return std::to_string(to_int(o, "template argument"));
  return std::string(name_of(to_dtype(o)));
}

bool is_shape(PyObject* o) {
  if (PyTuple_Check(o) || PyList_Check(o)) return true;
  return !PyBool_Check(o) && !is_array(o) && PyIndex_Check(o);
}

// k[grid, block], k[grid, block, stream, shared]; k["float"], k[np.float32, 16].
PyObject* kernel_subscript(PyObject* self, PyObject* key) {
  return guarded([&]() -> PyObject* {
    if (kernel_of(self).is_tuned()) return make_kernel(kernel_type, kernel_of(self)[""]);  // which says no
    const ref items = PyTuple_Check(key) ? ref::borrowed(key) : checked(PyTuple_Pack(1, key));
    const Py_ssize_t count = PyTuple_GET_SIZE(items.get());
    const auto item = [&](Py_ssize_t i) { return PyTuple_GET_ITEM(items.get(), i); };
    if (count == 0) raise(PyExc_ValueError, "[kernel] expected k[grid, block] or k[template arguments]");
    if (!is_shape(item(0))) {
      std::string list;
      for (Py_ssize_t i = 0; i < count; ++i) list += (i ? ", " : "") + template_text(item(i));
      return make_kernel(Py_TYPE(self), kernel_of(self)[list]);
    }
    if (count < 2 || count > 4)
      raise(PyExc_ValueError,
            "[kernel] expected k[grid, block] or k[grid, block, stream, shared], got %zd items", count);
    const ref o = checked(bound_type->tp_alloc(bound_type, 0));
    auto* bound = reinterpret_cast<bound_object*>(o.get());
    bound->call = &call_bound;
    bound->kernel = Py_NewRef(self);
    new (&bound->config) launch_config;
    bound->config.grid = to_extent(item(0), "grid");
    read_block(item(1), bound->config);
    if (count > 2 && !(PyLong_Check(item(2)) && PyLong_AsLong(item(2)) == 0))
      bound->config.stream = to_stream(item(2));
    if (count > 3) bound->config.shared_bytes = static_cast<std::size_t>(to_int(item(3), "shared"));
    return Py_NewRef(o.get());
  });
}

// ---- Kernel(source, name, ...) ----

std::vector<std::string> to_texts(PyObject* o, const char* what) {
  std::vector<std::string> list;
  if (is_missing(o)) return list;
  if (PyUnicode_Check(o)) return {std::string(to_text(o, what))};
  const ref items = checked(PySequence_Fast(o, what));
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i)
    list.emplace_back(to_text(PySequence_Fast_GET_ITEM(items.get(), i), what));
  return list;
}

std::vector<std::pair<std::string, std::string>> to_pairs(PyObject* o, const char* what) {
  std::vector<std::pair<std::string, std::string>> list;
  if (is_missing(o)) return list;
  if (!PyDict_Check(o))
    raise(PyExc_TypeError, "[Kernel] expected a dict for %s, got %s", what, Py_TYPE(o)->tp_name);
  PyObject *name, *value;
  for (Py_ssize_t at = 0; PyDict_Next(o, &at, &name, &value);) {
    const ref text = PyBool_Check(value) ? ref(PyUnicode_FromString(value == Py_True ? "true" : "false"))
                                         : checked(PyObject_Str(value));
    list.emplace_back(to_text(name, what), to_text(text.get(), what));
  }
  return list;
}

PyObject* new_kernel(PyTypeObject* type, PyObject* positional, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    static const char* names[] = {"source",       "name",        "options", "defines", "headers",
                                  "include_dirs", "debug",       "check",   "file",    "names",
                                  "templates",    "cooperative", nullptr};
    PyObject *source, *name = nullptr, *options = nullptr, *defines = nullptr, *headers = nullptr;
    PyObject *folders = nullptr, *file = nullptr, *more = nullptr, *templates = nullptr;
    int debug = 0, check = 0, together = 0;
    const ref plain_keywords = keywords != nullptr ? checked(PyDict_Copy(keywords)) : checked(PyDict_New());
    std::optional<tuning_options> tuning = take_tuning(plain_keywords.get(), positional, keywords);
    if (!PyArg_ParseTupleAndKeywords(positional, plain_keywords.get(), "U|O$OOOOppOOOp:Kernel",
                                     const_cast<char**>(names), &source, &name, &options, &defines, &headers,
                                     &folders, &debug, &check, &file, &more, &templates, &together))
      throw python_error{};
    compile_options o;
    o.options = to_texts(options, "options");
    o.defines = to_pairs(defines, "defines");
    o.headers = to_pairs(headers, "headers");
    o.include_dirs = to_texts(folders, "include_dirs");
    o.names = to_texts(more, "names");
    o.templates = to_pairs(templates, "templates");
    o.debug = debug != 0;
    o.check = check != 0;
    o.cooperative = together != 0;
    o.file = is_missing(file) ? callers_file() : std::string(to_text(file, "file"));
    const std::string plain = is_missing(name) ? "" : std::string(to_text(name, "name"));
    std::string text(to_text(source, "source"));
    if (tuning) return make_kernel(type, kernel(std::move(text), plain, std::move(*tuning), std::move(o)));
    return make_kernel(type, kernel(std::move(text), plain, std::move(o)));
  });
}

void free_kernel(PyObject* o) {
  auto* k = reinterpret_cast<kernel_object*>(o);
  k->value.~optional();
  PyTypeObject* type = Py_TYPE(o);
  type->tp_free(o);
  Py_DECREF(type);
}

void free_bound(PyObject* o) {
  auto* bound = reinterpret_cast<bound_object*>(o);
  Py_CLEAR(bound->kernel);
  PyTypeObject* type = Py_TYPE(o);
  type->tp_free(o);
  Py_DECREF(type);
}

// ---- methods ----

// None: the current device. "all" or names of architectures: for those, whatever is there.
PyObject* compile_method(PyObject* self, PyObject* args, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    static const char* const names[] = {"archs", nullptr};
    PyObject* archs = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O:compile", const_cast<char**>(names), &archs))
      throw python_error{};
    std::vector<std::string> wanted;
    if (PyUnicode_Check(archs)) {
      wanted = {std::string(to_text(archs, "archs"))};
      if (wanted[0] == "all") wanted.clear();
    } else if (archs != Py_None) {
      const ref parts = checked(PySequence_Tuple(archs));
      for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(parts.get()); ++i)
        wanted.emplace_back(to_text(PyTuple_GET_ITEM(parts.get(), i), "archs"));
      if (wanted.empty()) return Py_NewRef(self);
    }
    {
      const released_gil release(released_gil::elements + 1);
      if (archs == Py_None)
        kernel_of(self).compile();
      else
        kernel_of(self).compile_for(wanted);
    }
    return Py_NewRef(self);
  });
}

PyObject* set_constant_method(PyObject* self, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject *name, *values;
    if (!PyArg_ParseTuple(args, "UO:set_constant", &name, &values)) throw python_error{};
    set_variable(kernel_of(self), std::string(to_text(name, "name")), values);
    Py_RETURN_NONE;
  });
}

PyObject* text_object(const std::string& text) {
  return PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
}
PyObject* name_property(PyObject* self, void*) { return text_object(kernel_of(self).name()); }
PyObject* source_property(PyObject* self, void*) { return text_object(kernel_of(self).source()); }
PyObject* signature_property(PyObject* self, void*) {
  return guarded([&] { return text_object(kernel_of(self).signature()); });
}
PyObject* represent(PyObject* self) { return text_object("<numloom.Kernel " + kernel_of(self).name() + ">"); }

}  // namespace

PyObject* wrap_kernel(kernel value) { return make_kernel(kernel_type, std::move(value)); }

namespace {

PyObject* sibling_method(PyObject* self, PyObject* name) {
  return guarded([&] {
    return make_kernel(Py_TYPE(self), kernel_of(self).sibling(std::string(to_text(name, "name"))));
  });
}

PyObject* get_global_method(PyObject* self, PyObject* name) {
  return guarded([&] { return wrap(kernel_of(self).get_global(std::string(to_text(name, "name")))); });
}

PyObject* device_image_method(PyObject* self, PyObject* architecture) {
  return guarded([&]() -> PyObject* {
    const std::string wanted(to_text(architecture, "architecture"));
    const std::string bytes =
        unlocked(released_gil::elements + 1, [&] { return kernel_of(self).device_image(wanted); });
    return PyBytes_FromStringAndSize(bytes.data(), static_cast<Py_ssize_t>(bytes.size()));
  });
}

template <class F> PyCFunction method_entry(F* function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

PyObject* const_property(PyObject* self, void*) { return constants_of(self); }

PyMethodDef kernel_methods[] = {
    {"variant", variant_method, METH_VARARGS,
     "variant(config=None): of a tuned kernel, the kernel with these values; the first choice for None."},
    {"best_config", method_entry(&best_config_method), METH_FASTCALL | METH_KEYWORDS,
     "best_config(*args, **launch): the choice that k(*args, **launch) launches, measured now if need be."},
    {"check_configs", method_entry(&check_configs_method), METH_FASTCALL | METH_KEYWORDS,
     "check_configs(*args, **launch): runs every variant of a tuned kernel on the same arguments and "
     "compares\n"
     "their results; how many there are. Raises ValueError for the first that computes something else. "
     "Arrays\n"
     "hold what they held before."},
    {"tuning_report", tuning_report_method, METH_NOARGS,
     "What was measured in this process, as tables: fastest first, then what was left out and why."},
    {"save_tuning", save_tuning_method, METH_O,
     "save_tuning(path): writes all that is known of this kernel to a JSON file, to ship it:\n"
     "Kernel(..., tuning=path)."},
    {"device_image", device_image_method, METH_O,
     "NVRTC's image for an architecture, 'sm_90' (a cubin) or 'compute_90' (PTX); needs no GPU."},
    {"sibling", sibling_method, METH_O, "Another kernel of the same text."},
    {"get_global", get_global_method, METH_O,
     "The bytes of a __constant__ or __device__ variable, as an array of uint8 over its memory."},
    {"compile", method_entry(&compile_method), METH_VARARGS | METH_KEYWORDS,
     "compile(archs=None): compiles for the current device unless that has been done. With 'all' or names\n"
     "('sm_80', 'sm_90') for GPUs of any machine, by NVRTC and without a GPU: the images are in the cache\n"
     "then, which can be shipped to programs that run with the same NVRTC."},
    {"set_constant", set_constant_method, METH_VARARGS,
     "Copies values into a __constant__ or __device__ variable of the source."},
    {"time", method_entry(&time_method), METH_FASTCALL | METH_KEYWORDS,
     "time(*args, repeat=7, warmup=1, **launch)\n--\n\n"
     "Launches as k(*args, **launch) does, again and again; the seconds of each run as KernelTimes, with "
     "min\n"
     "and median. Events on a GPU, the clock on the CPU. Arrays that the kernel changes change every time."},
    {"writes", method_entry(&writes_method), METH_FASTCALL,
     "writes(*args): for each argument, whether the kernel may write to it (what it points to is not "
     "const)."},
    {"_hardware", method_entry(&hardware_method), METH_FASTCALL,
     "What runs it with these arguments: measurements hold for that only."},
    {"best_block", best_block_method, METH_O,
     "best_block(shared): the threads of a block that the device's occupancy calculator proposes; 256 on "
     "the\n"
     "CPU. block='auto' launches with it."},
    {"occupancy", method_entry(&occupancy_method), METH_VARARGS | METH_KEYWORDS,
     "occupancy(block, shared=0): the share of the threads a multiprocessor has room for that such blocks\n"
     "fill, 0 to 1; 1 on the CPU, where one block runs after another."},
    {"max_cooperative_blocks", max_cooperative_blocks_method, METH_VARARGS,
     "max_cooperative_blocks(threads, shared=0): the largest grid of a launch with cooperative=True."},
    {nullptr, nullptr, 0, nullptr}};
PyGetSetDef kernel_properties[] = {
    {"name", name_property, nullptr, "The kernel's name, with its template arguments.", nullptr},
    {"const", const_property, nullptr,
     "k.const['w'] = a: the __constant__ and __device__ variables of the source.", nullptr},
    {"configs", configs_property, nullptr,
     "Every choice of values of a tuned kernel, as dicts; the first one first.", nullptr},
    {"attributes", attributes_property, nullptr,
     "What the compiler and the driver know of the compiled kernel, as a dict with CuPy's names; on the CPU\n"
     "the simulator's limits, and 0 for what only hardware has.",
     nullptr},
    {"max_dynamic_shared_size_bytes", dynamic_shared_property, set_dynamic_shared_property,
     "Dynamic shared memory that a launch may ask for. Launches raise it themselves; CuPy's programs set it.",
     nullptr},
    {"source", source_property, nullptr, "The text.", nullptr},
    {"signature", signature_property, nullptr, "Name and parameters, as compiled.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

const char kernel_doc[] =
    "Kernel(source, name=None, *, options=(), defines=None, headers=None, include_dirs=(), debug=False, "
    "check=False, file=None, names=(), templates=None, cooperative=False, tune=None, where=(), block=None, "
    "grid=None, size=None, shared=0, budget=2.0, max_configs=64, mode='auto', tuning=None, tune_key=None, "
    "verify=None)\n--\n\n"
    "A kernel of the CUDA C++ text `source`: the function `name`, or an instance of a template "
    "('scale<float>').\n\n"
    "k[grid, block](x, y, n), k(grid, block, x, y, n), k(x, y, n, size=n) launch it; k['float'] is a "
    "template's\n"
    "instance. It is compiled when first used and kept on disk. Arguments are checked against its "
    "signature.\n"
    "templates={'N': 4} gives template parameters by name, the others follow from the arrays.\n"
    "Without a GPU the system's C++ compiler and a simulator run it on CPU and NumPy arrays.\n\n"
    "tune={'BX': [64, 128], 'TILE': [1, 2]} makes variants, and a call k(x, y, n) runs the fastest: a name "
    "that\n"
    "is a template parameter becomes its argument, any other a macro. where: expressions (or callables of a\n"
    "dict) that a choice must satisfy. block, grid, size, shared: numbers, expressions over the parameters "
    "and\n"
    "the kernel's arguments ('ceil(n / (BX * TILE))'), tuples of them, or callables of a dict; Kernel "
    "Tuner's\n"
    "block_size_x is understood. budget: seconds that one tuning may take. max_configs: variants that it "
    "may\n"
    "measure. mode: 'auto' (measure what is not known yet), 'cached' (never measure), 'force' (measure "
    "again),\n"
    "'off' (the first variant); the environment's NUMLOOM_TUNE comes before it. tuning: a file that\n"
    "save_tuning() wrote. tune_key: a callable of the arguments, for what a measurement holds for besides\n"
    "source, device and dtypes (default: the integers in grid and size, to powers of two). verify: the "
    "relative\n"
    "difference of results that is allowed (default by dtype), or False.";

// ---- In, Out, InOut ----

PyObject* new_transfer(PyTypeObject* type, PyObject* args, PyObject*) {
  return guarded([&]() -> PyObject* {
    PyObject* array;
    if (!PyArg_ParseTuple(args, "O", &array)) throw python_error{};
    const ref o = checked(type->tp_alloc(type, 0));
    auto* t = reinterpret_cast<transfer_object*>(o.get());
    t->array = Py_NewRef(array);
    t->mode = type == transfer_types[0]   ? transfer::in
              : type == transfer_types[1] ? transfer::out
                                          : transfer::in_out;
    return Py_NewRef(o.get());
  });
}
void free_transfer(PyObject* o) {
  Py_CLEAR(reinterpret_cast<transfer_object*>(o)->array);
  PyTypeObject* type = Py_TYPE(o);
  type->tp_free(o);
  Py_DECREF(type);
}
PyMemberDef transfer_members[] = {
    {"array", T_OBJECT_EX, offsetof(transfer_object, array), READONLY, "The array."},
    {nullptr, 0, 0, 0, nullptr}};

template <class F> void* slot(F* function) { return reinterpret_cast<void*>(function); }

PyTypeObject* make_type(PyObject* module, const char* name, std::size_t bytes, PyType_Slot* slots,
                        unsigned flags) {
  PyType_Spec spec = {name, static_cast<int>(bytes), 0, Py_TPFLAGS_DEFAULT | flags, slots};
  const ref type = checked(PyType_FromSpec(&spec));
  const char* plain = std::strrchr(name, '.') + 1;
  if (plain[0] != '_') checked(PyModule_AddObjectRef(module, plain, type.get()));
  return reinterpret_cast<PyTypeObject*>(Py_NewRef(type.get()));
}

}  // namespace

void make_kernel_types(PyObject* module) {
  static PyMemberDef kernel_members[] = {
      {"__vectorcalloffset__", T_PYSSIZET, offsetof(kernel_object, call), READONLY, nullptr},
      {nullptr, 0, 0, 0, nullptr}};
  static PyMemberDef bound_members[] = {
      {"__vectorcalloffset__", T_PYSSIZET, offsetof(bound_object, call), READONLY, nullptr},
      {nullptr, 0, 0, 0, nullptr}};
  PyType_Slot kernel_slots[] = {{Py_tp_new, slot(&new_kernel)},
                                {Py_tp_dealloc, slot(&free_kernel)},
                                {Py_tp_call, slot(&PyVectorcall_Call)},
                                {Py_mp_subscript, slot(&kernel_subscript)},
                                {Py_tp_repr, slot(&represent)},
                                {Py_tp_members, kernel_members},
                                {Py_tp_methods, kernel_methods},
                                {Py_tp_getset, kernel_properties},
                                {Py_tp_doc, const_cast<char*>(kernel_doc)},
                                {0, nullptr}};
  kernel_type = make_type(module, "numloom.Kernel", sizeof(kernel_object), kernel_slots,
                          Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_BASETYPE);
  PyType_Slot bound_slots[] = {{Py_tp_dealloc, slot(&free_bound)},
                               {Py_tp_call, slot(&PyVectorcall_Call)},
                               {Py_tp_members, bound_members},
                               {0, nullptr}};
  bound_type = make_type(module, "numloom._BoundKernel", sizeof(bound_object), bound_slots,
                         Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_DISALLOW_INSTANTIATION);
  make_constants_type();
  const char* docs[] = {"In(a): a kernel reads a; what it writes there is dropped.",
                        "Out(a): a kernel writes a.", "InOut(a): a kernel reads and writes a."};
  const char* names[] = {"numloom.In", "numloom.Out", "numloom.InOut"};
  for (int i = 0; i < 3; ++i) {
    PyType_Slot slots[] = {{Py_tp_new, slot(&new_transfer)},
                           {Py_tp_dealloc, slot(&free_transfer)},
                           {Py_tp_members, transfer_members},
                           {Py_tp_doc, const_cast<char*>(docs[i])},
                           {0, nullptr}};
    transfer_types[i] = make_type(module, names[i], sizeof(transfer_object), slots, 0);
  }
}

}  // namespace numloom::python
