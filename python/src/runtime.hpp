// SPDX-License-Identifier: BSD-3-Clause
/// The parts bound with pybind11: devices, streams, memory.
#pragma once

#include <pybind11/pybind11.h>

#include "convert.hpp"

namespace pybind11::detail {

/// Arrays of our own type, and array-likes, as arguments; arrays as results.
template <> struct type_caster<numloom::ndarray> {
  PYBIND11_TYPE_CASTER(numloom::ndarray, const_name("numloom.ndarray"));
  bool load(handle source, bool convert) {
    if (!numloom::python::is_array(source.ptr()) && !convert) return false;
    value = numloom::python::to_array(source.ptr());
    return true;
  }
  static handle cast(numloom::ndarray a, return_value_policy, handle) {
    return numloom::python::wrap(std::move(a));
  }
};

}  // namespace pybind11::detail

namespace numloom::python {

void bind_runtime(pybind11::module_& m);

}  // namespace numloom::python
