// SPDX-License-Identifier: BSD-3-Clause
// A C++ class that owns memory on the device, used from Python on NumPy arrays: numbers go to the device
// once, kernels work on them there, and come back when they are asked for. Without a GPU the device is the
// CPU.
#include <numloom/numloom.hpp>
#include <numloom/pybind11.hpp>

namespace py = pybind11;
using numloom::ndarray;

class Accumulator {
 public:
  explicit Accumulator(const numloom::array<float>& start)
      : values_(numloom::copy(numloom::to_device(start, numloom::current_device()))) {}

  // values += factor * x, for x on the host or on the device.
  void add(const numloom::array<float>& x, float factor) {
    if (x.shape() != values_.shape())
      numloom::fail<numloom::value_error>("[add] expected shape ", numloom::to_string(values_.shape()),
                                          ", got ", numloom::to_string(x.shape()));
    static const numloom::kernel add_scaled(R"(
__global__ void add_scaled(float* values, const float* x, float factor, long n) {
  long i = blockIdx.x * long(blockDim.x) + threadIdx.x;
  if (i < n) values[i] += factor * x[i];
})",
                                            "add_scaled");
    const ndarray there = numloom::ascontiguousarray(numloom::to_device(x, values_.device()));
    add_scaled({.size = there.size()}, values_, there, factor, there.size());
  }
  // A copy in the host's memory.
  ndarray retrieve() const { return numloom::copy(numloom::to_device(values_, numloom::cpu)); }
  // The device's memory itself.
  ndarray values() const { return values_; }

 private:
  ndarray values_;
};

PYBIND11_MODULE(device_memory, m) {
  numloom::attach(m);
  py::class_<Accumulator>(m, "Accumulator")
      .def(py::init<const numloom::array<float>&>(), py::arg("start"))
      .def("add", &Accumulator::add, py::arg("x"), py::arg("factor") = 1.0f)
      .def("retrieve", &Accumulator::retrieve)
      .def_property_readonly("values", &Accumulator::values);
}
