// SPDX-License-Identifier: BSD-3-Clause
/// numloom.Kernel, what k[grid, block] gives, and In, Out, InOut.
#pragma once

#include <optional>

#include "convert.hpp"
#include "numloom/kernel.hpp"

namespace numloom::python {

/// Makes the types and adds them to the module.
void make_kernel_types(PyObject* module);

/// In(a), Out(a), InOut(a): what a kernel does with an array.
struct transfer_object {
  PyObject_HEAD PyObject* array;
  transfer mode;
};
extern PyTypeObject* transfer_types[3];
inline bool is_transfer(PyObject* o) {
  return Py_TYPE(o) == transfer_types[0] || Py_TYPE(o) == transfer_types[1] ||
         Py_TYPE(o) == transfer_types[2];
}

/// The kernel in a numloom.Kernel.
kernel& kernel_of(PyObject* o);

/// k(x, y, size=n); k(x, y, grid=g, block=b); k(grid, block, x, y); k(grid, block, (x, y)) as CuPy has it.
struct launch_call {
  launch_call(PyObject* const* args, std::size_t count, PyObject* keywords, bool is_tuned = false);
  launch_config config;
  PyObject* const* args;
  std::size_t count;

 private:
  ref list_;
};

/// The arguments of the call that this thread is in, for callables that a tuning asks (kernel_tuning.cpp).
class running_call {
 public:
  running_call(PyObject* const* args, std::size_t count) : args(args), count(count), before_(current) {
    current = this;
  }
  ~running_call() { current = before_; }
  running_call(const running_call&) = delete;
  running_call& operator=(const running_call&) = delete;
  PyObject* const* args;
  std::size_t count;
  static thread_local const running_call* current;

 private:
  const running_call* before_;
};

/// What Kernel(..., tune=) says of tuning, taken out of the keywords; nothing without tune.
std::optional<tuning_options> take_tuning(PyObject* keywords, PyObject* positional, PyObject* given);
/// A Python object around a kernel that is not tuned, or another of the same text.
PyObject* wrap_kernel(kernel value);

// Methods of tuned kernels (kernel_tuning.cpp).
PyObject* configs_property(PyObject* self, void*);
PyObject* variant_method(PyObject* self, PyObject* args);
PyObject* best_config_method(PyObject* self, PyObject* const* args, Py_ssize_t given, PyObject* keywords);
PyObject* check_configs_method(PyObject* self, PyObject* const* args, Py_ssize_t given, PyObject* keywords);
PyObject* tuning_report_method(PyObject* self, PyObject*);
PyObject* save_tuning_method(PyObject* self, PyObject* path);

// Methods of Kernel (kernel_methods.cpp).
PyObject* attributes_property(PyObject* self, void*);
PyObject* dynamic_shared_property(PyObject* self, void*);
int set_dynamic_shared_property(PyObject* self, PyObject* value, void*);
PyObject* time_method(PyObject* self, PyObject* const* args, Py_ssize_t given, PyObject* keywords);
PyObject* writes_method(PyObject* self, PyObject* const* args, Py_ssize_t given);
PyObject* best_block_method(PyObject* self, PyObject* shared);
PyObject* occupancy_method(PyObject* self, PyObject* args, PyObject* keywords);
PyObject* max_cooperative_blocks_method(PyObject* self, PyObject* args);
PyObject* hardware_method(PyObject* self, PyObject* const* args, Py_ssize_t given);
PyObject* constants_of(PyObject* kernel);
PyTypeObject* make_constants_type();
/// Lists and numbers become the variable's dtype; arrays must have it.
void set_variable(const kernel& k, const std::string& name, PyObject* values);

/// Python objects as a kernel's arguments, for the length of one launch.
class kernel_arguments {
 public:
  kernel_arguments(PyObject* const* args, std::size_t count);
  ~kernel_arguments();
  kernel_arguments(const kernel_arguments&) = delete;
  kernel_arguments& operator=(const kernel_arguments&) = delete;

  std::span<const kernel_argument> all() const { return {arguments_.data(), arguments_.size()}; }
  bool on_cpu() const { return on_cpu_; }

 private:
  void add(PyObject* o, std::size_t position);
  void add_numpy(PyObject* o, std::size_t position);
  void add_structures(PyObject* o);
  std::span<const structure_field> keep_fields(PyObject* o);
  void add_transfer(PyObject* o, std::size_t position);
  const ndarray& keep(ndarray a);

  bool on_cpu_;  // where the kernel runs: with the first array of ours, else on the current device
  std::vector<kernel_argument> arguments_;
  std::vector<std::unique_ptr<ndarray>> kept_;
  std::vector<Py_buffer> buffers_;
  std::vector<std::unique_ptr<std::vector<structure_field>>> fields_;
};

}  // namespace numloom::python
