// SPDX-License-Identifier: BSD-3-Clause
// Devices, streams, events, memory, settings.
#include <pybind11/operators.h>
#include <pybind11/stl.h>

#include "float_watch.hpp"
#include "interop.hpp"
#include "numloom/cpu.hpp"
#include "numloom/device_facts.hpp"
#include "numloom/kernel.hpp"
#include "numloom/version.hpp"
#include "runtime.hpp"

namespace py = pybind11;

namespace numloom::python {

namespace {

// C++ exceptions as in every other function of the module.
// NOLINTNEXTLINE(performance-unnecessary-value-param): the signature is pybind11's
void translate(std::exception_ptr error) {
  if (!error) return;
  try {
    std::rethrow_exception(error);
  } catch (const py::builtin_exception&) {
    throw;
  } catch (const py::error_already_set&) {
    throw;
  } catch (...) {
    set_python_error();
  }
}

device to_device_value(const py::object& o) {
  const auto d = to_device_argument(o.ptr());
  return d ? *d : current_device();
}

// `with np.Device("cuda:0")`: the devices to go back to, innermost last, one list a thread.
std::vector<device>& entered_devices() {
  thread_local std::vector<device> stack;
  return stack;
}
std::vector<stream_view>& entered_streams() {
  thread_local std::vector<stream_view> stack;
  return stack;
}

// What the device is, by the names of the CUDA runtime's structure.
py::dict facts_of(device d) {
  const device_facts f = describe(d);
  py::dict facts;
  facts["name"] = py::bytes(f.name);
  facts["major"] = f.compute_major;
  facts["minor"] = f.compute_minor;
  facts["multiProcessorCount"] = f.multiprocessors;
  facts["warpSize"] = f.warp_size;
  facts["maxThreadsPerBlock"] = f.max_threads_per_block;
  facts["maxThreadsPerMultiProcessor"] = f.max_threads_per_multiprocessor;
  facts["totalGlobalMem"] = f.total_bytes;
  facts["l2CacheSize"] = f.l2_bytes;
  facts["sharedMemPerBlock"] = f.shared_bytes_per_block;
  facts["sharedMemPerBlockOptin"] = f.shared_bytes_per_block_opt_in;
  facts["sharedMemPerMultiprocessor"] = f.shared_bytes_per_multiprocessor;
  facts["memoryClockRate"] = f.memory_clock_khz;
  facts["memoryBusWidth"] = f.memory_bus_bits;
  facts["pciBusID"] = f.pci_bus;
  return facts;
}

void bind_devices(py::module_& m) {
  py::class_<device>(m, "Device", "A place where arrays live: Device('cpu'), Device('cuda:0').")
      .def(py::init([](const py::object& o) { return to_device_value(o); }), py::arg("device") = py::none())
      .def_property_readonly(
          "type", [](device d) { return d.is_cpu() ? "cpu" : "cuda"; }, "'cpu' or 'cuda'.")
      .def_property_readonly(
          "index", [](device d) { return static_cast<int>(d.index); }, "Its number.")
      .def_property_readonly(
          "id", [](device d) { return static_cast<int>(d.index); }, "Its number, by CuPy's name.")
      .def_property_readonly(
          "compute_capability",
          [](device d) {
            const device_facts f = describe(d);
            return std::to_string(f.compute_major) + std::to_string(f.compute_minor);
          },
          "'90' for compute capability 9.0; '00' for the CPU.")
      .def_property_readonly(
          "mem_info",
          [](device d) {
            const device_room room = room_on(d);
            return py::make_tuple(room.free_bytes, room.total_bytes);
          },
          "Bytes that nobody has taken, and all there are.")
      .def(
          "use", [](device d) { set_current_device(d); }, "New arrays of this thread go there from now on.")
      .def(
          "synchronize",
          [](device d) {
            const py::gil_scoped_release release;
            synchronize(d);
          },
          "Waits for all work on it.")
      .def("__enter__",
           [](py::object self) {
             entered_devices().push_back(current_device());
             set_current_device(self.cast<device>());
             return self;
           })
      .def("__exit__",
           [](device, const py::args&) {
             set_current_device(entered_devices().back());
             entered_devices().pop_back();
           })
      .def("__eq__",
           [](device a, const py::object& b) {
             if (py::isinstance<py::str>(b)) return to_string(a) == b.cast<std::string>();
             return py::isinstance<device>(b) && a == b.cast<device>();
           })
      .def("__hash__", [](device d) { return py::hash(py::str(to_string(d))); })
      .def("__str__", [](device d) { return to_string(d); })
      .def("__repr__", [](device d) { return "numloom.Device('" + to_string(d) + "')"; })
      .def("__reduce__",
           [](device d) { return py::make_tuple(py::type::of<device>(), py::make_tuple(to_string(d))); });
  m.attr("Device").attr("__module__") = "numloom";
}

void bind_device_functions(py::module_& m) {
  m.def("_device_facts", [](const py::object& where) { return facts_of(to_device_value(where)); });
  m.def("_cuda_versions", [] {
    const cuda_versions v = versions_of_cuda();
    return py::make_tuple(v.driver, v.runtime, v.build, v.absence);
  });
  m.def(
      "devices", [] { return devices(); }, "All devices that work here, the CPU first.");
  m.def(
      "device_count",
      [](const std::string& type) {
        return device_count(type == "cpu" ? device_type::cpu : device_type::cuda);
      },
      py::arg("type") = "cuda", "How many devices of that type work here.");
  m.def(
      "current_device", [] { return current_device(); }, "Where new arrays of this thread go.");
  m.def(
      "synchronize",
      [](const py::object& where) {
        const device d = to_device_value(where);
        const py::gil_scoped_release release;
        synchronize(d);
      },
      py::arg("device") = py::none(), "Waits for all work on a device (default: the current one).");
}

// A Stream or an ExternalStream.
stream_view view_of(const py::object& s) {
  if (py::isinstance<stream>(s)) return s.cast<const stream&>();
  return s.cast<const stream_view&>();
}

bool is_stream_done(const py::object& s) { return view_of(s).query(); }
device device_of_stream(const py::object& s) { return view_of(s).device; }
std::uintptr_t stream_handle(const py::object& s) {
  return reinterpret_cast<std::uintptr_t>(view_of(s).handle);
}
py::tuple stream_protocol(const py::object& s) { return py::make_tuple(0, stream_handle(s)); }
void synchronize_stream(const py::object& s) {
  const stream_view view = view_of(s);
  const py::gil_scoped_release release;
  view.synchronize();
}
void use_stream(const py::object& s) { set_current_stream(view_of(s)); }
py::object enter_stream(const py::object& s) {
  const stream_view view = view_of(s);
  entered_streams().push_back(current_stream(view.device));
  set_current_stream(view);
  return s;
}
void leave_stream(const py::object&, const py::args&) {
  set_current_stream(entered_streams().back());
  entered_streams().pop_back();
}
void wait_for_event(const py::object& s, const event& e) { view_of(s).wait(e); }
py::object record_event(const py::object& s, const py::object& given) {
  const stream_view view = view_of(s);
  py::object e = given.is_none() ? py::cast(event(view.device)) : given;
  e.cast<event&>().record(view);
  return e;
}
bool are_same_stream(const py::object& a, const py::object& b) {
  return stream_handle(a) == stream_handle(b) && device_of_stream(a) == device_of_stream(b);
}

template <class Class> void add_stream_methods(Class& c) {
  c.def("synchronize", synchronize_stream, "Waits for all work on it.")
      .def("query", is_stream_done, "Has all its work finished?")
      .def("wait", wait_for_event, py::arg("event"), "Later work waits for the event.")
      .def("wait_event", wait_for_event, py::arg("event"), "wait(), by CuPy's name.")
      .def("record", record_event, py::arg("event") = py::none(),
           "Marks the point that it is at with an event, which is returned; a new one for None.")
      .def("use", use_stream, "Work of this thread goes there from now on.")
      .def("__cuda_stream__", stream_protocol,
           "The protocol by which libraries of CUDA take each other's streams: (version, handle).")
      .def("__enter__", enter_stream)
      .def("__exit__", leave_stream);
  c.def_property_readonly("done", is_stream_done, "query(), by CuPy's name.");
  c.def_property_readonly("device", device_of_stream, "Its device.");
  c.def_property_readonly("ptr", stream_handle, "The CUDA handle as a number.");
}

void bind_streams(py::module_& m) {
  py::class_<stream> own(m, "Stream",
                         "A queue of work on a device. Work on two streams is ordered by events only.");
  own.def(py::init([](const py::object& where) { return stream(to_device_value(where)); }),
          py::arg("device") = py::none());
  add_stream_methods(own);
  py::class_<stream_view> lent(m, "_ExternalStream",
                               "A stream that somebody else owns: ExternalStream(ptr, device_id=-1).");
  lent.def(py::init([](std::uintptr_t handle, int index) {
             return stream_view{reinterpret_cast<void*>(handle), index < 0 ? current_device() : cuda(index)};
           }),
           py::arg("ptr"), py::arg("device_id") = -1);
  add_stream_methods(lent);
  lent.def("__eq__", are_same_stream);
  m.def("_default_stream", [](const py::object& where) { return default_stream(to_device_value(where)); });
  m.def("_current_stream", [](const py::object& where) { return current_stream(to_device_value(where)); });
  py::class_<event> point(m, "Event", "A point in a stream.");
  point
      .def(py::init([](const py::object& where) { return event(to_device_value(where)); }),
           py::arg("device") = py::none())
      .def(
          "record",
          [](event& e, const py::object& s, const py::object& where) {
            e.record(s.is_none() ? current_stream(to_device_value(where)) : view_of(s));
          },
          py::arg("stream") = py::none(), py::arg("device") = py::none(),
          "Marks the point that the stream is at.")
      .def("query", &event::query, "Has it been reached?")
      .def(
          "synchronize",
          [](const event& e) {
            const py::gil_scoped_release release;
            e.synchronize();
          },
          "Waits until it is reached.")
      .def("elapsed_since", &event::elapsed_since, py::arg("start"), "Milliseconds from another event.")
      .def_property_readonly("done", &event::query, "query(), by CuPy's name.");
  for (py::object o : {py::object(own), py::object(point)}) o.attr("__module__") = "numloom";
  lent.attr("__module__") = "numloom.cuda";
  lent.attr("__name__") = "ExternalStream";
  lent.attr("__qualname__") = "ExternalStream";
}

void bind_memory(py::module_& m) {
  m.def(
      "memory_stats",
      [](const py::object& where) {
        const memory_statistics s = memory_stats(to_device_value(where));
        py::dict result;
        result["used"] = s.used;
        result["held"] = s.held;
        result["peak"] = s.peak;
        result["limit"] = s.limit;
        result["allocations"] = s.allocations;
        result["system_calls"] = s.system_calls;
        return result;
      },
      py::arg("device") = py::none(),
      "Bytes used, held, at the peak and allowed, and numbers of allocations.");
  m.def(
      "set_memory_limit",
      [](std::size_t bytes, const py::object& where) { set_memory_limit(bytes, to_device_value(where)); },
      py::arg("bytes"), py::arg("device") = py::none(),
      "At most this many bytes held on a device; 0 lifts it.");
  m.def(
      "reset_peak_memory", [](const py::object& where) { reset_peak_memory(to_device_value(where)); },
      py::arg("device") = py::none(), "The peak starts again from what is used now.");
  m.def(
      "free_cached_memory", [](const py::object& where) { free_cached_memory(to_device_value(where)); },
      py::arg("device") = py::none(), "Gives cached blocks back to the system.");
}

void bind_kernel_cache(py::module_& m) {
  m.def(
      "kernel_cache_info",
      [] {
        const kernel_cache_state s = kernel_cache_info();
        py::dict result;
        result["folder"] = s.folder;
        result["files"] = s.files;
        result["bytes"] = s.bytes;
        result["limit"] = s.limit;
        result["hits"] = s.hits;
        result["misses"] = s.misses;
        return result;
      },
      "Where compiled kernels are kept, how much that is, and how often this process found one there.");
  m.def("_kernel_names", &find_kernel_names);
  m.def("_compile_shared_object", [](const py::dict& d) {
    const auto text = [&](const char* key) { return d[key].cast<std::string>(); };
    const auto list = [&](const char* key) {
      std::vector<std::string> words;
      for (const py::handle word : d[key]) words.push_back(word.cast<std::string>());
      return words;
    };
    const shared_object_source source{text("text"),         text("before"),    text("after"), list("options"),
                                      list("include_dirs"), list("libraries"), text("file")};
    const py::gil_scoped_release release;
    return compile_shared_object(source);
  });
  m.def("clear_kernel_cache", &clear_kernel_cache, "Removes compiled kernels from the disk.");
}

void bind_settings(py::module_& m) {
  m.def("_set_transfers", [](int wanted) { configuration.transfers = static_cast<policy>(wanted); });
  m.def("_transfer_counts",
        [] { return py::make_tuple(configuration.transfer_count, configuration.transfer_bytes); });
  m.def("_adopt", [](const py::object& numpy_array, const py::object& where, bool is_scalar) {
    // A result of NumPy as an array here: no copy on the CPU.
    ndarray a = from_numpy(numpy_array.ptr(), to_device_value(where));
    if (is_scalar) {
      a = copy(a);
      a.set_scalar(true);
    }
    return a;
  });
  m.def("_copy_where", [](const py::object& to, const py::object& from, const ndarray& mask) {
    const ndarray& target = array_of(to.ptr());
    const ndarray source = to_array(from.ptr(), target.device());
    const float_watch watch(may_err(source.dtype(), target.dtype()));
    warn_before_assigning(source.dtype(), target.dtype());
    copyto(target, source, casting::unsafe, &mask);
    watch.report("cast", target);
  });
  m.def("_become", [](const py::object& array, const ndarray& other) { array_of(array.ptr()) = other; });
  m.def("_as_strided", [](const ndarray& a, const py::object& shape, const py::object& strides,
                          bool writeable, bool check_bounds) {
    const shape_t extents = to_shape(shape.ptr());
    const dims steps = to_shape(strides.ptr());
    if (extents.size() != steps.size()) raise(PyExc_ValueError, "mismatch in length of strides and shape");
    static_cast<void>(size_of(extents));  // which refuses what cannot be counted
    if (check_bounds &&
        !lies_within(extents, steps, a.offset(), a.itemsize(), static_cast<std::int64_t>(a.bytes()->bytes)))
      raise(PyExc_ValueError,
            "Given shape and strides would access memory out of bounds. Please verify shape and strides.");
    ndarray view = a.view(extents, steps);
    if (!writeable) view.set_writeable(false);
    return view;
  });
  m.def("_cpu_facts", [] {
    const cpu_description cpu = describe_cpu();
    py::dict facts;
    facts["level"] = cpu.level;
    facts["threads"] = cpu.threads;
    facts["blas"] = cpu.blas.empty() ? "none: own loops" : cpu.blas;
    return facts;
  });
  py::module_::import("atexit").attr("register")(py::cpp_function([] { end_cpu_threads(); }));
  m.attr("__version__") = NUMLOOM_VERSION;
}

}  // namespace

void bind_runtime(py::module_& m) {
  py::register_exception_translator(translate);
  bind_devices(m);
  bind_device_functions(m);
  bind_streams(m);
  bind_memory(m);
  bind_kernel_cache(m);
  bind_settings(m);
}

}  // namespace numloom::python
