// SPDX-License-Identifier: BSD-3-Clause
/// Arrays between Python and an extension in C++, whatever compiler and binding it was made with: through the
/// C interface of the installed module (numloom/c_api.h). numloom/pybind11.hpp builds on it. Link
/// numloom::numloom, and include Python.h's folder.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <cstring>
#include <exception>
#include <memory>
#include <string>

#include "numloom/array.hpp"
#include "numloom/c_api.h"
#include "numloom/foreign.hpp"
#include "numloom/kernel.hpp"
#include "numloom/version.hpp"
#include "numloom/view.hpp"

namespace numloom::extension {

/// Thrown where a Python error is already set.
struct python_error {};

namespace detail {

inline const numloom_c_api* import_api() {
  const auto* api = static_cast<const numloom_c_api*>(PyCapsule_Import(NUMLOOM_C_API_NAME, 0));
  if (!api) throw python_error{};
  // "0.1.0": the library's C++ interface is the same within a minor version.
  const auto minor = [](std::string v) { return v.substr(0, v.find('.', v.find('.') + 1)); };
  if (api->version < NUMLOOM_C_API_VERSION || minor(api->package) != minor(NUMLOOM_VERSION)) {
    PyErr_Format(PyExc_ImportError,
                 "the extension was built with numloom %s, but numloom %s is installed: build it again",
                 NUMLOOM_VERSION, api->package);
    throw python_error{};
  }
  return api;
}

inline void release_import(void* owner) noexcept {
  const std::unique_ptr<numloom_array> a(static_cast<numloom_array*>(owner));
  a->release(a->owner);
}

inline void release_export(void* owner) { delete static_cast<ndarray*>(owner); }

}  // namespace detail

/// The module's table of functions; imports numloom at the first call. Throws python_error.
inline const numloom_c_api& api() {
  static const numloom_c_api* table = detail::import_api();
  return *table;
}

/// The array in a Python object: one of numloom or NumPy, or another library's. Never a copy; the object
/// lives as long as the array. Throws python_error.
inline ndarray from_python(PyObject* o) {
  auto a = std::make_unique<numloom_array>();
  if (api().unwrap(o, a.get()) != 0) throw python_error{};
  const device where = a->device_type == numloom_cpu
                           ? cpu
                           : device{device_type::cuda, static_cast<std::int16_t>(a->device_index)};
  const dims shape(a->shape, a->shape + a->ndim), strides(a->strides, a->strides + a->ndim);
  const numloom_array& view = *a;
  return adopt_array(view.data, static_cast<dtype>(view.dtype), shape, strides, where, a.release(),
                     detail::release_import, view.writeable != 0);
}

/// A numloom.ndarray over the same memory: a new reference. Throws python_error.
inline PyObject* to_python(const ndarray& a) {
  auto held = std::make_unique<ndarray>(a);
  const numloom_array out{.data = const_cast<void*>(held->size() ? held->data(access::read) : nullptr),
                          .shape = held->shape().data(),
                          .strides = held->strides().data(),
                          .ndim = a.ndim(),
                          .dtype = static_cast<std::int32_t>(a.dtype()),
                          .device_type = a.device().is_cpu() ? numloom_cpu : numloom_cuda,
                          .device_index = a.device().index,
                          .writeable = a.writeable(),
                          .reserved = 0,
                          .owner = held.get(),
                          .release = detail::release_export};
  PyObject* o = api().wrap(&out);
  if (!o) throw python_error{};
  held.release();
  return o;
}

/// Makes the current exception, one of numloom's, the Python error of NumPy's class. Others it throws again.
inline void set_python_error() {
  try {
    throw;
  } catch (const python_error&) {
  } catch (const axis_error& e) {
    api().set_error("AxisError", e.what());
  } catch (const value_error& e) {
    api().set_error("ValueError", e.what());
  } catch (const type_error& e) {
    api().set_error("TypeError", e.what());
  } catch (const index_error& e) {
    api().set_error("IndexError", e.what());
  } catch (const overflow_error& e) {
    api().set_error("OverflowError", e.what());
  } catch (const memory_error& e) {
    api().set_error("MemoryError", e.what());
  } catch (const linalg_error& e) {
    api().set_error("LinAlgError", e.what());
  } catch (const compile_error& e) {
    api().set_error("CompileError", e.what());
  } catch (const cuda_error& e) {
    api().set_error("CudaError", e.what());
  } catch (const not_available& e) {
    api().set_error("NotAvailableError", e.what());
  } catch (const io_error& e) {
    api().set_error("OSError", e.what());
  } catch (const zero_division_error& e) {
    api().set_error("ZeroDivisionError", e.what());
  } catch (const buffer_error& e) {
    api().set_error("BufferError", e.what());
  }
}

}  // namespace numloom::extension
