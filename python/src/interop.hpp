// SPDX-License-Identifier: BSD-3-Clause
/// Memory of other libraries, and ours for them.
#pragma once

#include <optional>

#include "array_type.hpp"

namespace numloom::python {

/// Bytes kept alive by a Python object.
storage_ptr adopt_object(void* data, std::size_t bytes, device d, PyObject* owner, bool writeable);
/// Whether elements of `item` bytes with that shape and those strides, from `offset` on, lie in n bytes.
bool lies_within(const shape_t& shape, const dims& strides, std::int64_t offset, int item, std::int64_t n);

/// An array over the memory that `__cuda_array_interface__` tells of; nothing when it is not readable so.
std::optional<ndarray> from_cuda_interface(PyObject* o);
/// numpy.from_dlpack.
ndarray from_dlpack(PyObject* o, std::optional<device> where, std::optional<bool> copy);
PyObject* to_dlpack(PyObject* self, PyObject* stream, PyObject* max_version, PyObject* dl_device,
                    PyObject* copy);
PyObject* dlpack_device(const ndarray& a);
/// Can an array be made of it, other than of strings and objects?
bool is_array_like(PyObject* o);

}  // namespace numloom::python
