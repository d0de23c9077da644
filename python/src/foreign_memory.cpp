// SPDX-License-Identifier: BSD-3-Clause
// Arrays over memory of other libraries: DLPack in and out, the CUDA array interface in.
#include "convert.hpp"
#include "interop.hpp"
#include "numloom/foreign.hpp"
#include "numloom/stream.hpp"

namespace numloom::python {

namespace {

constexpr int dl_cpu = 1, dl_cuda = 2;  // DLPack's types of devices

constexpr const char *plain_name = "dltensor", *versioned_name = "dltensor_versioned";

// A capsule that nobody consumed still owns its tensor: an array over it lets it go.
template <class Managed> void drop_capsule(PyObject* capsule) {
  const char* name = std::is_same_v<Managed, DLManagedTensor> ? plain_name : versioned_name;
  if (PyCapsule_IsValid(capsule, name))
    numloom::from_dlpack(static_cast<Managed*>(PyCapsule_GetPointer(capsule, name)));
}

// The capsule of another library's array, asked for with what it may not know yet.
ref ask_for_capsule(PyObject* o, std::optional<device> where, std::optional<bool> copy) {
  if (PyCapsule_CheckExact(o)) return ref(Py_NewRef(o));  // as older programs hand them over
  const ref method = checked(PyObject_GetAttrString(o, "__dlpack__"));
  const ref keywords = checked(Py_BuildValue("{s:(ii)}", "max_version", 1, 0));
  if (where)
    checked(PyDict_SetItemString(
        keywords.get(), "dl_device",
        checked(Py_BuildValue("(ii)", where->is_cpu() ? dl_cpu : dl_cuda, where->index)).get()));
  if (copy) checked(PyDict_SetItemString(keywords.get(), "copy", *copy ? Py_True : Py_False));
  const ref nothing = checked(PyTuple_New(0));
  ref capsule(PyObject_Call(method.get(), nothing.get(), keywords.get()));
  if (capsule) return capsule;
  if (!PyErr_ExceptionMatches(PyExc_TypeError)) throw python_error{};
  PyErr_Clear();
  return checked(PyObject_CallNoArgs(method.get()));
}

void drop_reference(void* owner) noexcept {
  if (!Py_IsInitialized()) return;
  const PyGILState_STATE state = PyGILState_Ensure();
  Py_DECREF(static_cast<PyObject*>(owner));
  PyGILState_Release(state);
}

}  // namespace

bool lies_within(const shape_t& shape, const dims& strides, std::int64_t offset, int item, std::int64_t n) {
  for (const std::int64_t extent : shape)
    if (extent == 0) return true;
  __int128 low = offset, high = low + item;  // whatever numbers are given
  for (int d = 0; d < shape.size() && low >= 0 && high <= n; ++d)
    (strides[d] < 0 ? low : high) += static_cast<__int128>(shape[d] - 1) * strides[d];
  return low >= 0 && high <= n;
}

storage_ptr adopt_object(void* data, std::size_t bytes, device d, PyObject* owner, bool writeable) {
  storage_ptr adopted = adopt(data, bytes, d, owner, drop_reference, writeable);
  Py_INCREF(owner);
  return adopted;
}

ndarray from_dlpack(PyObject* o, std::optional<device> where, std::optional<bool> copy_wanted) {
  const ref capsule = ask_for_capsule(o, where, copy_wanted);
  ndarray a;
  if (PyCapsule_IsValid(capsule.get(), versioned_name)) {
    a = numloom::from_dlpack(
        static_cast<DLManagedTensorVersioned*>(PyCapsule_GetPointer(capsule.get(), versioned_name)));
    PyCapsule_SetName(capsule.get(), "used_dltensor_versioned");
  } else if (PyCapsule_IsValid(capsule.get(), plain_name)) {
    a = numloom::from_dlpack(static_cast<DLManagedTensor*>(PyCapsule_GetPointer(capsule.get(), plain_name)));
    PyCapsule_SetName(capsule.get(), "used_dltensor");
  } else {
    raise(PyExc_TypeError, "[from_dlpack] expected a DLPack capsule, got %R", capsule.get());
  }
  if (where && *where != a.device()) {
    if (copy_wanted == false) raise(PyExc_ValueError, "[from_dlpack] expected copy=True to change device");
    return to_device(a, *where);
  }
  return a;
}

PyObject* dlpack_device(const ndarray& a) {
  return Py_BuildValue("(ii)", a.device().is_cpu() ? dl_cpu : dl_cuda, static_cast<int>(a.device().index));
}

PyObject* to_dlpack(PyObject* self, PyObject* stream, PyObject* max_version, PyObject* dl_device_wanted,
                    PyObject* copy_wanted) {
  ndarray a = array_of(self);
  bool is_copy = false;
  const std::optional<bool> wanted = to_optional_bool(copy_wanted);
  if (dl_device_wanted != Py_None) {
    int type, id;
    if (!PyArg_ParseTuple(dl_device_wanted, "ii", &type, &id)) throw python_error{};
    const bool is_there = (type == dl_cpu && id == 0) || (type == dl_cuda && id >= 0 && id < device_count());
    if (!is_there)
      raise(PyExc_BufferError, "[__dlpack__] expected a device that is there, got (%d, %d)", type, id);
    const device target = type == dl_cpu ? cpu : cuda(id);
    if (target != a.device()) {
      if (wanted == false) raise(PyExc_BufferError, "[__dlpack__] a copy is needed to change device");
      a = to_device(a, target);
      is_copy = true;
    }
  }
  if (wanted == true && !is_copy) {
    a = copy(a);
    is_copy = true;
  }
  if (!a.device().is_cpu() && !(PyLong_Check(stream) && PyLong_AsLong(stream) == -1))
    current_stream(a.device()).synchronize();
  if (PyTuple_Check(max_version) && PyLong_AsLong(PyTuple_GetItem(max_version, 0)) >= 1)
    return PyCapsule_New(numloom::to_dlpack(a, is_copy), versioned_name,
                         drop_capsule<DLManagedTensorVersioned>);
  return PyCapsule_New(to_dlpack_unversioned(a), plain_name, drop_capsule<DLManagedTensor>);
}

namespace {

// What lies on a GPU cannot go NumPy's way.
dtype interface_dtype(PyObject* text) {
  try {
    return to_dtype(text);
  } catch (const python_error&) {
    if (!PyErr_ExceptionMatches(numpy.host_only)) throw;
    PyErr_Clear();
  }
  raise(PyExc_ValueError, "[asarray] expected a dtype in this machine's byte order, got typestr %R", text);
}

}  // namespace

std::optional<ndarray> from_cuda_interface(PyObject* o) {
  if (device_count() == 0) return {};
  const ref interface = checked(PyObject_GetAttrString(o, "__cuda_array_interface__"));
  const auto entry = [&](const char* key) { return PyDict_GetItemString(interface.get(), key); };
  if (!PyDict_Check(interface.get()) || !entry("shape") || !entry("typestr") || !entry("data")) return {};
  if (entry("mask") && entry("mask") != Py_None)
    raise(PyExc_ValueError, "[asarray] expected an array without a mask from __cuda_array_interface__");
  const shape_t shape = to_shape(entry("shape"));
  const dtype type = interface_dtype(entry("typestr"));
  unsigned long long address;
  int read_only;
  if (!PyArg_ParseTuple(entry("data"), "Kp", &address, &read_only)) throw python_error{};
  dims strides = contiguous_strides(shape, itemsize(type));
  if (entry("strides") && entry("strides") != Py_None) strides = to_shape(entry("strides"));
  std::int64_t below = 0, above = itemsize(type);
  for (int d = 0; d < shape.size(); ++d) (strides[d] < 0 ? below : above) += (shape[d] - 1) * strides[d];
  if (size_of(shape) == 0) below = above = 0;
  const device d = current_device().is_cpu() ? cuda(0) : current_device();
  if (entry("stream") && entry("stream") != Py_None)
    stream_view{PyLong_AsVoidPtr(entry("stream")), d}.synchronize();
  storage_ptr bytes = adopt_object(reinterpret_cast<char*>(address) + below,
                                   static_cast<std::size_t>(above - below), d, o, !read_only);
  return ndarray(std::move(bytes), -below, type, shape, std::move(strides));
}

}  // namespace numloom::python
