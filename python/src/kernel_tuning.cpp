// SPDX-License-Identifier: BSD-3-Clause
// Kernel(..., tune=): the keywords as the library's tuning_options, and the methods of tuned kernels. The
// measuring itself is the library's.
#include <memory>

#include "kernel_type.hpp"

namespace numloom::python {

thread_local const running_call* running_call::current = nullptr;

namespace {

/// The interpreter's lock, where a tuning that runs without it calls Python.
struct acquired_gil {
  PyGILState_STATE state = PyGILState_Ensure();
  ~acquired_gil() { PyGILState_Release(state); }
};

/// A Python callable that lives as long as the tuned kernel.
using callable = std::shared_ptr<PyObject>;
callable hold(PyObject* o) {
  return {Py_NewRef(o), [](PyObject* p) {
            const acquired_gil gil;
            Py_DECREF(p);
          }};
}

std::string text_of(PyObject* o) {
  const ref text = checked(PyObject_Str(o));
  return std::string(to_text(text.get(), "value"));
}

// What stands for a callable in the key of what is stored: its module and name.
std::string name_of_callable(PyObject* o) {
  std::string name;
  for (const char* part : {"__module__", "__qualname__"}) {
    const ref text(PyObject_GetAttrString(o, part));
    if (!text) PyErr_Clear();
    name += "." + (text ? text_of(text.get()) : std::string(Py_TYPE(o)->tp_name));
  }
  return name;
}

tuning_value to_value(PyObject* o) {
  if (PyBool_Check(o)) return o == Py_True;
  if (PyLong_Check(o) || (PyIndex_Check(o) && !is_array(o))) return to_int(o, "value");
  if (PyFloat_Check(o)) return PyFloat_AS_DOUBLE(o);
  if (PyUnicode_Check(o)) return std::string(to_text(o, "value"));
  if (PyType_Check(o) || PyObject_HasAttrString(o, "itemsize") == 1) return std::string(name_of(to_dtype(o)));
  return text_of(o);
}

ref from_value(const tuning_value& v) {
  if (const auto* b = std::get_if<bool>(&v)) return ref(PyBool_FromLong(*b));
  if (const auto* i = std::get_if<std::int64_t>(&v)) return checked(PyLong_FromLongLong(*i));
  if (const auto* d = std::get_if<double>(&v)) return checked(PyFloat_FromDouble(*d));
  const std::string& word = std::get<std::string>(v);
  return checked(PyUnicode_FromStringAndSize(word.data(), static_cast<Py_ssize_t>(word.size())));
}

ref to_dict(const tuning_config& config) {
  ref dict = checked(PyDict_New());
  for (const auto& [name, value] : config) {
    if (PyDict_SetItemString(dict.get(), name.c_str(), from_value(value).get()) != 0) throw python_error{};
  }
  return dict;
}

// Values by name: the kernel's arguments (In, Out and InOut as the arrays that they hold) and the choice.
ref to_names(const tuning_config& config, const std::vector<std::string>& parameters) {
  const ref dict = checked(PyDict_New());
  const running_call* call = running_call::current;
  for (std::size_t i = 0; call != nullptr && i < call->count && i < parameters.size(); ++i) {
    PyObject* o = call->args[i];
    if (is_transfer(o)) o = reinterpret_cast<transfer_object*>(o)->array;
    if (PyDict_SetItemString(dict.get(), parameters[i].c_str(), o) != 0) throw python_error{};
  }
  if (PyDict_Update(dict.get(), to_dict(config).get()) != 0) throw python_error{};
  return ref::borrowed(dict.get());
}

// ---- the keywords ----

std::vector<std::string> parameters_of(const std::string& source, const std::string& name) {
  const std::string base = name.substr(0, name.find_first_of("< "));
  for (const kernel_outline& k : kernel_outlines(source)) {
    if (base.empty() || k.name == base.substr(base.rfind(':') + 1)) return k.parameters;
  }
  return {};
}

void read_parameters(PyObject* tune, tuning_options& o) {
  if (!PyDict_Check(tune) || PyDict_GET_SIZE(tune) == 0)
    raise(PyExc_TypeError, "[Kernel] expected a dict of lists for tune, got %R", tune);
  PyObject *name, *values;
  for (Py_ssize_t at = 0; PyDict_Next(tune, &at, &name, &values);) {
    const bool is_list = !PyUnicode_Check(values) && !PyBytes_Check(values) && PySequence_Check(values);
    if (!is_list || PySequence_Size(values) < 1)
      raise(PyExc_TypeError, "[Kernel] expected a list of values for tune[%R], got %R", name, values);
    auto& [own, list] = o.tune.emplace_back(std::string(to_text(name, "tune")), std::vector<tuning_value>{});
    const ref items = checked(PySequence_Fast(values, "tune"));
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i)
      list.push_back(to_value(PySequence_Fast_GET_ITEM(items.get(), i)));
  }
}

tuning_rule to_rule(PyObject* o) {
  if (PyUnicode_Check(o)) return std::string(to_text(o, "where"));
  if (!PyCallable_Check(o)) raise(PyExc_TypeError, "[Kernel] expected expressions for where, got %R", o);
  const auto holds = [f = hold(o)](const tuning_config& config) {
    const acquired_gil gil;
    const ref answer = checked(PyObject_CallOneArg(f.get(), to_dict(config).get()));
    const int is_true = PyObject_IsTrue(answer.get());
    if (is_true < 0) throw python_error{};
    return is_true == 1;
  };
  return {holds, name_of_callable(o)};
}

void read_rules(PyObject* where, tuning_options& o) {
  if (is_missing(where)) return;
  if (PyUnicode_Check(where) || PyCallable_Check(where)) {
    o.where.push_back(to_rule(where));
    return;
  }
  const ref items = checked(PySequence_Fast(where, "[Kernel] expected expressions for where"));
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i)
    o.where.push_back(to_rule(PySequence_Fast_GET_ITEM(items.get(), i)));
}

std::vector<std::int64_t> called(PyObject* f, const ref& names, const std::string& what) {
  const ref answer = checked(PyObject_CallOneArg(f, names.get()));
  if (PyTuple_Check(answer.get()) || PyList_Check(answer.get()))
    return to_int_list(answer.get(), what.c_str());
  return {to_int(answer.get(), what.c_str())};
}

tuning_extent to_extent(PyObject* o, const std::string& what, const std::vector<std::string>& parameters) {
  tuning_extent e;
  if (is_missing(o)) return e;
  if (PyTuple_Check(o) || PyList_Check(o)) {
    const ref items = checked(PySequence_Fast(o, what.c_str()));
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
      tuning_extent one = to_extent(PySequence_Fast_GET_ITEM(items.get(), i), what, parameters);
      e.parts.insert(e.parts.end(), one.parts.begin(), one.parts.end());
    }
  } else if (PyUnicode_Check(o)) {
    e.parts.push_back({std::string(to_text(o, what.c_str()))});
  } else if (PyCallable_Check(o)) {
    const auto function = [f = hold(o), what, parameters](const tuning_config& config, auto) {
      const acquired_gil gil;
      return called(f.get(), to_names(config, parameters), what);
    };
    e.parts.push_back({name_of_callable(o), function});
  } else {
    e.parts.push_back({std::to_string(to_int(o, what.c_str()))});
  }
  return e;
}

void read_verify(PyObject* verify, tuning_options& o) {
  if (is_missing(verify) || verify == Py_True) return;
  o.verify = verify != Py_False;
  if (!o.verify) return;
  o.within = PyFloat_AsDouble(verify);
  if (PyErr_Occurred()) throw python_error{};
}

tuning_mode to_tuning_mode(PyObject* mode) {
  constexpr const char* names[] = {"auto", "cached", "force", "off"};
  const std::string_view text = is_missing(mode) ? "auto" : to_text(mode, "mode");
  for (int i = 0; i < 4; ++i) {
    if (text == names[i]) return static_cast<tuning_mode>(i);
  }
  raise(PyExc_ValueError, "[Kernel] expected a mode of auto, cached, force, off, got %R", mode);
}

// TuningWarning, and lines of the log "numloom".
void say(const std::string& text, bool is_warning) {
  const acquired_gil gil;
  const ref module = checked(PyImport_ImportModule("numloom._tuning"));
  if (is_warning) {
    const ref category = checked(PyObject_GetAttrString(module.get(), "TuningWarning"));
    if (PyErr_WarnEx(category.get(), text.c_str(), 1) != 0) throw python_error{};
    return;
  }
  checked(PyObject_CallMethod(module.get(), "log", "s", text.c_str()));
}

std::string keyed(const callable& key) {
  const acquired_gil gil;
  const running_call* call = running_call::current;
  const ref answer = checked(PyObject_Vectorcall(key.get(), call->args, call->count, nullptr));
  return text_of(answer.get());
}

}  // namespace

std::optional<tuning_options> take_tuning(PyObject* keywords, PyObject* positional, PyObject* given) {
  constexpr const char* names[] = {"tune", "where",  "block",  "grid",        "size",     "shared",
                                   "mode", "tuning", "verify", "max_configs", "tune_key", "budget"};
  std::array<ref, std::size(names)> values;
  for (std::size_t i = 0; i < std::size(names); ++i) {
    PyObject* value = PyDict_GetItemString(keywords, names[i]);
    if (value == nullptr) continue;
    values[i] = ref::borrowed(value);
    PyDict_DelItemString(keywords, names[i]);
  }
  if (is_missing(values[0].get())) {
    for (std::size_t i = 1; i < std::size(names); ++i) {
      if (values[i]) raise(PyExc_TypeError, "[Kernel] got %s= without tune=", names[i]);
    }
    return {};
  }
  const auto plain = [&](Py_ssize_t position, const char* name) -> std::string {
    PyObject* o = PyTuple_GET_SIZE(positional) > position ? PyTuple_GET_ITEM(positional, position)
                                                          : PyDict_GetItemString(given, name);
    return o != nullptr && PyUnicode_Check(o) ? std::string(to_text(o, name)) : "";
  };
  const std::vector<std::string> parameters = parameters_of(plain(0, "source"), plain(1, "name"));
  tuning_options o;
  read_parameters(values[0].get(), o);
  read_rules(values[1].get(), o);
  o.block = to_extent(values[2].get(), "block", parameters);
  o.grid = to_extent(values[3].get(), "grid", parameters);
  o.size = to_extent(values[4].get(), "size", parameters);
  o.shared = to_extent(values[5].get(), "shared", parameters);
  o.mode = to_tuning_mode(values[6].get());
  if (!is_missing(values[7].get())) {
    const ref path = checked(PyOS_FSPath(values[7].get()));
    o.tuning = to_text(path.get(), "tuning");
  }
  read_verify(values[8].get(), o);
  if (values[9]) o.max_configs = static_cast<int>(to_int(values[9].get(), "max_configs"));
  if (!is_missing(values[10].get()))
    o.key = [key = hold(values[10].get())](tuning_extent::arguments) { return keyed(key); };
  if (values[11]) o.budget = PyFloat_AsDouble(values[11].get());
  if (PyErr_Occurred()) throw python_error{};
  o.say = say;
  return o;
}

// ---- methods ----

PyObject* configs_property(PyObject* self, void*) {
  return guarded([&]() -> PyObject* {
    const ref list = checked(PyList_New(0));
    for (const tuning_config& c : kernel_of(self).configs()) {
      if (PyList_Append(list.get(), to_dict(c).get()) != 0) throw python_error{};
    }
    return Py_NewRef(list.get());
  });
}

PyObject* variant_method(PyObject* self, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject* wanted = nullptr;
    if (!PyArg_ParseTuple(args, "|O:variant", &wanted)) throw python_error{};
    const kernel& k = kernel_of(self);
    tuning_config config = k.configs()[0];
    if (!is_missing(wanted)) {
      if (!PyDict_Check(wanted) || PyDict_GET_SIZE(wanted) != static_cast<Py_ssize_t>(config.size()))
        raise(PyExc_ValueError, "[kernel] expected a dict with a value for each parameter, got %R", wanted);
      for (auto& [name, value] : config) {
        PyObject* given = PyDict_GetItemString(wanted, name.c_str());
        if (given == nullptr)
          raise(PyExc_ValueError, "[kernel] expected a value for '%s' in %R", name.c_str(), wanted);
        value = to_value(given);
      }
    }
    return wrap_kernel(unlocked(released_gil::elements + 1, [&] { return k.variant(config); }));
  });
}

namespace {

template <class F>
PyObject* with_call(PyObject* self, PyObject* const* args, Py_ssize_t given, PyObject* keywords, F&& f) {
  return guarded([&]() -> PyObject* {
    const kernel& k = kernel_of(self);
    k.configs();  // or it is not tuned
    const launch_call call(args, static_cast<std::size_t>(given), keywords, true);
    const running_call running(call.args, call.count);
    const kernel_arguments arguments(call.args, call.count);
    return f(k, call.config, arguments.all());
  });
}

}  // namespace

PyObject* best_config_method(PyObject* self, PyObject* const* args, Py_ssize_t given, PyObject* keywords) {
  return with_call(self, args, given, keywords, [](const kernel& k, const launch_config& launch, auto all) {
    const tuning_config best =
        unlocked(released_gil::elements + 1, [&] { return k.best_config(launch, all); });
    return Py_NewRef(to_dict(best).get());
  });
}

PyObject* check_configs_method(PyObject* self, PyObject* const* args, Py_ssize_t given, PyObject* keywords) {
  return with_call(self, args, given, keywords, [](const kernel& k, const launch_config& launch, auto all) {
    return PyLong_FromLong(
        unlocked(released_gil::elements + 1, [&] { return k.check_configs(launch, all); }));
  });
}

PyObject* tuning_report_method(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    const std::string text =
        unlocked(released_gil::elements + 1, [&] { return kernel_of(self).tuning_report(); });
    return PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
  });
}

PyObject* save_tuning_method(PyObject* self, PyObject* path) {
  return guarded([&]() -> PyObject* {
    const ref plain = checked(PyOS_FSPath(path));
    const std::string to(to_text(plain.get(), "path"));
    unlocked(released_gil::elements + 1, [&] { kernel_of(self).save_tuning(to); });
    Py_RETURN_NONE;
  });
}

}  // namespace numloom::python
