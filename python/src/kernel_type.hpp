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

/// Python objects as a kernel's arguments, for the length of one launch.
class kernel_arguments {
 public:
  explicit kernel_arguments(device where) : where_(where) {}
  ~kernel_arguments();
  kernel_arguments(const kernel_arguments&) = delete;
  kernel_arguments& operator=(const kernel_arguments&) = delete;

  void add(PyObject* o, std::size_t position);
  std::span<const kernel_argument> all() const { return {arguments_.data(), arguments_.size()}; }
  /// Results to the arrays that In, Out and InOut could not lend as they are.
  void copy_back() const;

 private:
  void add_numpy(PyObject* o, std::size_t position);
  void add_structures(PyObject* o);
  void add_transfer(PyObject* o, std::size_t position);
  void lend_copy(const ndarray& given, bool comes_back);
  const ndarray& keep(ndarray a);

  struct copied {
    ndarray here, there;
  };
  device where_;
  std::vector<kernel_argument> arguments_;
  std::vector<std::unique_ptr<ndarray>> kept_;
  std::vector<copied> results_;
  std::vector<Py_buffer> buffers_;
};

}  // namespace numloom::python
