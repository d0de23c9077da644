// SPDX-License-Identifier: BSD-3-Clause
// Random generators: PCG64 with NumPy's numbers on every device.
#include <pybind11/stl.h>

#include "numloom/random.hpp"
#include "runtime.hpp"

namespace py = pybind11;

namespace numloom::python {

namespace {

using random::generator;

shape_t shape_of(const py::object& size) { return size.is_none() ? shape_t{} : to_shape(size.ptr()); }

// size=None gives a scalar.
py::object result(ndarray a, const py::object& size) {
  if (size.is_none()) a.set_scalar(true);
  return py::reinterpret_steal<py::object>(wrap(std::move(a)));
}

// f(shape), with the lock released while many numbers are drawn.
template <class F> py::object drawn(const py::object& size, F&& f) {
  const shape_t shape = shape_of(size);
  return result(unlocked(size_of(shape) * 4, [&] { return f(shape); }), size);
}

dtype floating(const py::object& type) { return to_optional_dtype(type.ptr()).value_or(dtype::float64); }

uint128 to_wide(const py::int_& value) {
  const py::int_ low = py::reinterpret_steal<py::int_>(
      PyNumber_And(value.ptr(), py::int_(std::uint64_t{0xffffffffffffffff}).ptr()));
  const py::int_ high = py::reinterpret_steal<py::int_>(PyNumber_Rshift(value.ptr(), py::int_(64).ptr()));
  return static_cast<uint128>(high.cast<std::uint64_t>()) << 64 | low.cast<std::uint64_t>();
}
py::object from_wide(uint128 value) {
  const py::int_ high(static_cast<std::uint64_t>(value >> 64)), low(static_cast<std::uint64_t>(value));
  const auto shifted = py::reinterpret_steal<py::object>(PyNumber_Lshift(high.ptr(), py::int_(64).ptr()));
  return py::reinterpret_steal<py::object>(PyNumber_Or(shifted.ptr(), low.ptr()));
}

}  // namespace

void bind_random(py::module_& m) {
  py::class_<generator>(m, "_PCG64", "The native half of numloom.random.Generator.")
      .def(py::init(
          [](const py::int_& state, const py::int_& increment, bool has_uint32, std::uint32_t uinteger) {
            return generator(pcg64_state{to_wide(state), to_wide(increment), has_uint32, uinteger});
          }))
      .def_property(
          "state",
          [](const generator& g) {
            const pcg64_state& s = g.state();
            return py::make_tuple(from_wide(s.state), from_wide(s.increment), s.has_uint32, s.uinteger);
          },
          [](generator& g, const py::tuple& s) {
            g.set_state({to_wide(s[0]), to_wide(s[1]), s[2].cast<bool>(), s[3].cast<std::uint32_t>()});
          })
      .def("random",
           [](generator& g, const py::object& size, const py::object& type) {
             return drawn(size, [&, t = floating(type)](const shape_t& shape) { return g.random(shape, t); });
           })
      .def("standard_normal",
           [](generator& g, const py::object& size, const py::object& type) {
             return drawn(
                 size, [&, t = floating(type)](const shape_t& shape) { return g.standard_normal(shape, t); });
           })
      .def("uniform",
           [](generator& g, double low, double high, const py::object& size) {
             return drawn(size, [&](const shape_t& shape) { return g.uniform(low, high, shape); });
           })
      .def("normal",
           [](generator& g, double loc, double scale, const py::object& size) {
             return drawn(size, [&](const shape_t& shape) { return g.normal(loc, scale, shape); });
           })
      .def("integers",
           [](generator& g, const py::object& low, const py::object& high, const py::object& size,
              const py::object& type, bool endpoint) {
             random::integers_options options;
             options.dtype = to_optional_dtype(type.ptr()).value_or(dtype::int64);
             options.endpoint = endpoint;
             const scalar first = to_scalar(low.ptr()), last = to_scalar(high.ptr());
             return drawn(size,
                          [&](const shape_t& shape) { return g.integers(first, last, shape, options); });
           })
      .def("random_into", &generator::random_into)
      .def("standard_normal_into", &generator::standard_normal_into);
}

}  // namespace numloom::python
