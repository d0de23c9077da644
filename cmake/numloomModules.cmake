# SPDX-License-Identifier: BSD-3-Clause
# numloom_add_module(name files...): a Python module out of C++ files that include <numloom/pybind11.hpp>, and of kernels.
# A file kernels.cu is text for numloom::kernel: the C++ files include "kernels.cu.hpp" and find it as the string
# kernels_cu. It is compiled when it first runs, for the GPU that is there or, without one, for the CPU: one module for
# all machines, and no nvcc. (Code for nvcc goes into the target with target_sources.)

# The text of a file as a string constant in <file>.hpp, with the file's path for the messages of the compiler.
function(numloom_embed file folder)
  get_filename_component(path ${file} ABSOLUTE)
  get_filename_component(short ${file} NAME)
  string(MAKE_C_IDENTIFIER ${short} constant)
  file(READ ${path} content)
  set(text "#pragma once\n\ninline constexpr char ${constant}[] = R\"NUMLOOM(${content})NUMLOOM\";\n")
  string(APPEND text "inline constexpr char ${constant}_file[] = R\"NUMLOOM(${path})NUMLOOM\";\n")
  file(CONFIGURE OUTPUT ${folder}/${short}.hpp CONTENT "@text@" @ONLY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
endfunction()

macro(numloom_find_pybind11)
  find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module)
  if(NOT pybind11_DIR)
    execute_process(COMMAND ${Python_EXECUTABLE} -m pybind11 --cmakedir OUTPUT_VARIABLE pybind11_DIR
      OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
  set(PYBIND11_FINDPYTHON ON)
  find_package(pybind11 CONFIG REQUIRED)
endmacro()

function(numloom_add_module name)
  numloom_find_pybind11()
  set(sources ${ARGN})
  set(kernels ${ARGN})
  list(FILTER sources EXCLUDE REGEX "\\.cu$")
  list(FILTER kernels INCLUDE REGEX "\\.cu$")
  python_add_library(${name} MODULE WITH_SOABI ${sources})
  target_link_libraries(${name} PRIVATE numloom::pybind11)
  foreach(file ${kernels})
    numloom_embed(${file} ${CMAKE_CURRENT_BINARY_DIR}/${name}_kernels)
  endforeach()
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${name}_kernels)
  # Installed beside numloom, or in a package beside it; where it is elsewhere, `import numloom` goes first.
  set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    INSTALL_RPATH "$ORIGIN/numloom/lib;$ORIGIN/../numloom/lib")
endfunction()
