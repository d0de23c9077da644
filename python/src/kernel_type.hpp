// SPDX-License-Identifier: BSD-3-Clause
/// numloom.Kernel, what k[grid, block] gives, and In, Out, InOut.
#pragma once

#include "convert.hpp"
#include "numloom/kernel.hpp"

namespace numloom::python {

/// Makes the types and adds them to the module.
void make_kernel_types(PyObject* module);

/// In(a), Out(a), InOut(a): what a kernel does with an array.
enum class transfer : int { in, out, in_out };
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
  launch_call(PyObject* const* args, std::size_t count, PyObject* keywords);
  launch_config config;
  PyObject* const* args;
  std::size_t count;

 private:
  ref list_;
};

// Methods of Kernel (kernel_methods.cpp).
PyObject* time_method(PyObject* self, PyObject* const* args, Py_ssize_t given, PyObject* keywords);
PyObject* writes_method(PyObject* self, PyObject* const* args, Py_ssize_t given);
PyObject* best_block_method(PyObject* self, PyObject* shared);
PyObject* max_cooperative_blocks_method(PyObject* self, PyObject* args);
PyObject* hardware_method(PyObject* self, PyObject* const* args, Py_ssize_t given);
PyObject* constants_of(PyObject* kernel);
PyTypeObject* make_constants_type();
/// Lists and numbers become the variable's dtype; arrays must have it.
void set_variable(const kernel& k, const std::string& name, PyObject* values);

/// Python objects as a kernel's arguments, for the length of one launch.
class kernel_arguments {
 public:
  /// On the device of the first array of ours, else the current one.
  kernel_arguments(PyObject* const* args, std::size_t count);
  ~kernel_arguments();
  kernel_arguments(const kernel_arguments&) = delete;
  kernel_arguments& operator=(const kernel_arguments&) = delete;

  std::span<const kernel_argument> all() const { return {arguments_.data(), arguments_.size()}; }
  /// Results to the arrays that In, Out and InOut could not lend as they are.
  void copy_back(const kernel& k) const;

 private:
  void add(PyObject* o, std::size_t position);
  void add_numpy(PyObject* o, std::size_t position);
  void add_structures(PyObject* o);
  std::span<const structure_field> keep_fields(PyObject* o);
  void add_transfer(PyObject* o, std::size_t position);
  void lend_copy(const ndarray& given, bool comes_back);
  const ndarray& keep(ndarray a);

  struct copied {
    ndarray here, there;
    std::size_t position;
  };
  device where_;
  std::vector<kernel_argument> arguments_;
  std::vector<std::unique_ptr<ndarray>> kept_;
  std::vector<copied> results_;
  std::vector<Py_buffer> buffers_;
  std::vector<std::unique_ptr<std::vector<structure_field>>> fields_;
};

}  // namespace numloom::python
