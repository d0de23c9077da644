// SPDX-License-Identifier: BSD-3-Clause
// Arrays over memory of other libraries: DLPack in and out, the CUDA array interface in.
#include <cstring>
#include <memory>

#include "convert.hpp"
#include "interop.hpp"
#include "numloom/foreign.hpp"
#include "numloom/stream.hpp"

namespace numloom::python {

namespace {

// DLPack's structures (dlpack.h, version 1.0), written down here: they are a binary interface.
enum dl_device_type : std::int32_t { dl_cpu = 1, dl_cuda = 2, dl_cuda_host = 3, dl_cuda_managed = 13 };
enum dl_type_code : std::uint8_t { dl_int = 0, dl_uint = 1, dl_float = 2, dl_complex = 5, dl_bool = 6 };
struct dl_device {
  std::int32_t type, id;
};
struct dl_type {
  std::uint8_t code, bits;
  std::uint16_t lanes;
};
struct dl_tensor {
  void* data;
  dl_device device;
  std::int32_t ndim;
  dl_type type;
  std::int64_t* shape;
  std::int64_t* strides;  // in elements; null: C-contiguous
  std::uint64_t byte_offset;
};
struct dl_managed {
  dl_tensor tensor;
  void* context;
  void (*deleter)(dl_managed*);
};
struct dl_version {
  std::uint32_t major, minor;
};
struct dl_managed_versioned {
  dl_version version;
  void* context;
  void (*deleter)(dl_managed_versioned*);
  std::uint64_t flags;
  dl_tensor tensor;
};
constexpr std::uint64_t flag_read_only = 1, flag_copied = 2;

dl_type type_for(dtype t) {
  const auto bits = static_cast<std::uint8_t>(8 * itemsize(t));
  switch (kind_of(t)) {
    case 'b': return {dl_bool, 8, 1};
    case 'i': return {dl_int, bits, 1};
    case 'u': return {dl_uint, bits, 1};
    case 'f': return {dl_float, bits, 1};
    default: return {dl_complex, bits, 1};
  }
}
dtype dtype_for(dl_type t) {
  const char kinds[] = {'i', 'u', 'f', 0, 0, 'c', 'b'};
  if (t.lanes == 1 && t.code < sizeof(kinds))
    for (int i = 0; i < dtype_count; ++i) {
      const dtype d = static_cast<dtype>(i);
      if (kind_of(d) == kinds[t.code] && 8 * itemsize(d) == t.bits) return d;
    }
  raise(PyExc_BufferError,
        "[from_dlpack] expected bool, integers, floats up to 64 bits or complex, got DLPack "
        "code %d with %d bits",
        t.code, t.bits);
}

// Keeps the array of an exported tensor, and the strides in elements.
template <class Managed> struct exported {
  Managed managed;
  ndarray array;
  dims shape, strides;
};

template <class Managed> void destroy(Managed* m) { delete static_cast<exported<Managed>*>(m->context); }

template <class Managed> exported<Managed>* make_export(const ndarray& a) {
  auto* e = new exported<Managed>{{}, a, a.shape(), a.strides()};
  for (std::int64_t& s : e->strides) s /= a.itemsize();
  e->managed.context = e;
  e->managed.deleter = destroy<Managed>;
  dl_tensor& t = e->managed.tensor;
  t.data = a.size() ? a.data(access::read) : nullptr;
  t.device = {a.device().is_cpu() ? dl_cpu : dl_cuda, a.device().index};
  t.ndim = a.ndim();
  t.type = type_for(a.dtype());
  t.shape = e->shape.data();
  t.strides = e->strides.data();
  t.byte_offset = 0;
  return e;
}

constexpr const char *plain_name = "dltensor", *versioned_name = "dltensor_versioned";

// A capsule that nobody consumed still owns its tensor.
template <class Managed> void drop_capsule(PyObject* capsule) {
  const char* name = std::is_same_v<Managed, dl_managed> ? plain_name : versioned_name;
  if (!PyCapsule_IsValid(capsule, name)) return;
  auto* m = static_cast<Managed*>(PyCapsule_GetPointer(capsule, name));
  m->deleter(m);
}

template <class Managed> void release_import(void* owner) noexcept {
  auto* m = static_cast<Managed*>(owner);
  if (m->deleter) m->deleter(m);
}

template <class Managed> ndarray import(Managed* m, bool writeable) {
  const dl_tensor& t = m->tensor;
  device where = cpu;
  if (t.device.type == dl_cuda || t.device.type == dl_cuda_managed)
    where = cuda(t.device.id);
  else if (t.device.type != dl_cpu && t.device.type != dl_cuda_host)
    raise(PyExc_BufferError, "[from_dlpack] expected memory of the CPU or of a CUDA GPU, got device type %d",
          static_cast<int>(t.device.type));
  const dtype type = dtype_for(t.type);
  dims shape(t.ndim), strides;
  for (int d = 0; d < t.ndim; ++d) shape[d] = t.shape[d];
  if (t.strides) {
    strides.resize(t.ndim);
    for (int d = 0; d < t.ndim; ++d) strides[d] = t.strides[d] * itemsize(type);
  } else {
    strides = contiguous_strides(shape, itemsize(type));
  }
  return adopt_array(static_cast<char*>(t.data) + t.byte_offset, type, std::move(shape), std::move(strides),
                     where, m, release_import<Managed>, writeable);
}

// The capsule of another library's array, asked for with what it may not know yet.
ref ask_for_capsule(PyObject* o, std::optional<device> where, std::optional<bool> copy) {
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

storage_ptr adopt_object(void* data, std::size_t bytes, device d, PyObject* owner, bool writeable) {
  storage_ptr adopted = adopt(data, bytes, d, owner, drop_reference, writeable);
  Py_INCREF(owner);
  return adopted;
}

ndarray from_dlpack(PyObject* o, std::optional<device> where, std::optional<bool> copy_wanted) {
  const ref capsule = ask_for_capsule(o, where, copy_wanted);
  ndarray a;
  if (PyCapsule_IsValid(capsule.get(), versioned_name)) {
    auto* m = static_cast<dl_managed_versioned*>(PyCapsule_GetPointer(capsule.get(), versioned_name));
    if (m->version.major > 1)
      raise(PyExc_BufferError, "[from_dlpack] expected DLPack 1, got version %u", m->version.major);
    a = import(m, !(m->flags & flag_read_only));
    PyCapsule_SetName(capsule.get(), "used_dltensor_versioned");
  } else if (PyCapsule_IsValid(capsule.get(), plain_name)) {
    a = import(static_cast<dl_managed*>(PyCapsule_GetPointer(capsule.get(), plain_name)), true);
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
    const device target = type == dl_cpu ? cpu : cuda(id);
    if (type != dl_cpu && type != dl_cuda)
      raise(PyExc_BufferError, "[__dlpack__] unknown device type %d", type);
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
  for (int d = 0; d < a.ndim(); ++d)
    if (a.shape()[d] > 1 && a.strides()[d] % a.itemsize() != 0)
      raise(PyExc_BufferError,
            "[__dlpack__] strides must be multiples of the item size; copy the array first");
  if (!a.device().is_cpu() && !(PyLong_Check(stream) && PyLong_AsLong(stream) == -1))
    current_stream(a.device()).synchronize();
  const bool read_only = !a.writeable() || a.is_scalar();
  if (PyTuple_Check(max_version) && PyLong_AsLong(PyTuple_GetItem(max_version, 0)) >= 1) {
    auto* e = make_export<dl_managed_versioned>(a);
    e->managed.version = {1, 0};
    e->managed.flags = (read_only ? flag_read_only : 0) | (is_copy ? flag_copied : 0);
    return PyCapsule_New(&e->managed, versioned_name, drop_capsule<dl_managed_versioned>);
  }
  if (read_only)
    raise(
        PyExc_BufferError,
        "Cannot export readonly array since signalling readonly is unsupported by DLPack (supported by newer "
        "DLPack version).");
  return PyCapsule_New(&make_export<dl_managed>(a)->managed, plain_name, drop_capsule<dl_managed>);
}

std::optional<ndarray> from_cuda_interface(PyObject* o) {
  if (device_count() == 0) return {};
  const ref interface = checked(PyObject_GetAttrString(o, "__cuda_array_interface__"));
  const auto entry = [&](const char* key) { return PyDict_GetItemString(interface.get(), key); };
  if (!PyDict_Check(interface.get()) || !entry("shape") || !entry("typestr") || !entry("data")) return {};
  const shape_t shape = to_shape(entry("shape"));
  const dtype type = to_dtype(entry("typestr"));
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
