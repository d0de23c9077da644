# SPDX-License-Identifier: BSD-3-Clause
# The Python package: numloom/_core, beside links to the Python sources, so that PYTHONPATH=<build>/python works.
find_package(Python 3.10 COMPONENTS Interpreter Development.Module)
if(NOT Python_Development.Module_FOUND)
  message(FATAL_ERROR "Python's headers are missing: install python3-dev, or pass -DNUMLOOM_PYTHON=OFF")
endif()
if(NOT pybind11_DIR)
  execute_process(COMMAND ${Python_EXECUTABLE} -m pybind11 --cmakedir OUTPUT_VARIABLE pybind11_DIR
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
set(PYBIND11_FINDPYTHON ON)
find_package(pybind11 3.0 CONFIG REQUIRED)
file(GLOB python_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/python/src/*.cpp)
set_source_files_properties(${python_sources} PROPERTIES COMPILE_OPTIONS $<$<CONFIG:Release>:${numloom_planning_level}>)
python_add_library(numloom_python MODULE WITH_SOABI ${python_sources})
target_link_libraries(numloom_python PRIVATE numloom pybind11::headers numloom_flags)
target_include_directories(numloom_python PRIVATE ${PROJECT_SOURCE_DIR}/python/src)
# pybind11's code runs once, at import, or stands between Python and calls that are not hot.
file(GLOB binding_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/python/src/bind_*.cpp)
set_source_files_properties(${binding_sources} ${PROJECT_SOURCE_DIR}/python/src/module.cpp PROPERTIES
  COMPILE_OPTIONS $<$<CONFIG:Release>:${numloom_cold_level}>)
precompile(numloom_python <Python.h>)  # not pybind11's: all it instantiates would be compiled again in every file
set_target_properties(numloom_python PROPERTIES OUTPUT_NAME _core
  LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/python/numloom INSTALL_RPATH "$ORIGIN/lib")

file(GLOB python_files RELATIVE ${PROJECT_SOURCE_DIR}/python/numloom CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/python/numloom/*)
list(REMOVE_ITEM python_files __pycache__)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/python/numloom)
foreach(name ${python_files})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/python/numloom/${name} ${PROJECT_BINARY_DIR}/python/numloom/${name} SYMBOLIC)
endforeach()
