# SPDX-License-Identifier: BSD-3-Clause
# find_package(numloom): numloom::numloom (the C++ library), numloom::pybind11 (the casters of numloom/pybind11.hpp for
# a pybind11 module; pybind11 itself is the project's to find) and numloom_add_module, which finds it.
include("${CMAKE_CURRENT_LIST_DIR}/numloomTargets.cmake")
if(NOT TARGET numloom::pybind11)
  add_library(numloom::pybind11 INTERFACE IMPORTED)
  set_property(TARGET numloom::pybind11 PROPERTY INTERFACE_LINK_LIBRARIES numloom::numloom pybind11::headers)
endif()
include("${CMAKE_CURRENT_LIST_DIR}/numloomModules.cmake")
