// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/c_api.h"

#include <memory>
#include <span>

#include "c_api.hpp"
#include "convert.hpp"
#include "interop.hpp"
#include "numloom/foreign.hpp"
#include "numloom/version.hpp"

namespace numloom::python {
namespace {

#define NL_SAME(c_name, cpp_name) static_assert(numloom_##c_name == static_cast<int>(dtype::cpp_name));
NL_SAME(bool, bool_)
NL_SAME(int64, int64)
NL_SAME(uint64, uint64)
NL_SAME(float16, float16)
NL_SAME(complex128, complex128)
#undef NL_SAME

device device_from(int type, int index) {
  if (type == numloom_cpu) return cpu;
  if (type != numloom_cuda || index < 0 || index >= device_count())
    raise(PyExc_ValueError, "[c_api] expected device type 1 or 2 and a device that is there, got (%d, %d)",
          type, index);
  return cuda(index);
}

bool type_has(PyObject* o, const char* name) {
  return PyObject_HasAttrString(reinterpret_cast<PyObject*>(Py_TYPE(o)), name) != 0;
}

// NumPy's array as it lies there. (A copy would swallow what is written to it.)
ndarray over_buffer(PyObject* o) {
  const ndarray a = from_numpy(o, cpu);
  if (a.size() != 0 && a.bytes()->owner != o)
    raise(PyExc_TypeError, "expected an aligned array in this machine's byte order, got %R",
          checked(PyObject_GetAttrString(o, "dtype")).get());
  return a;
}

ndarray array_in(PyObject* o) {
  if (is_array(o)) return array_of(o);
  if (is_numpy_array(o)) return over_buffer(o);
  if (type_has(o, "__dlpack__") && !is_numpy_scalar(o)) return from_dlpack(o, {}, {});
  if (type_has(o, "__cuda_array_interface__"))
    if (auto a = from_cuda_interface(o)) return *a;
  const bool is_text = PyUnicode_Check(o) || PyBytes_Check(o) || PyByteArray_Check(o);
  if (is_text || is_numpy_scalar(o) || !PyObject_CheckBuffer(o))
    raise(PyExc_TypeError, "expected an array, got %s", Py_TYPE(o)->tp_name);
  static PyObject* asarray = imported("numpy", "asarray");
  const ref view = checked(PyMemoryView_FromObject(o));
  const ref seen = checked(PyObject_CallOneArg(asarray, view.get()));
  return over_buffer(seen.get());
}

void release_array(void* owner) { delete static_cast<ndarray*>(owner); }

int unwrap(PyObject* o, numloom_array* to) {
  return guarded_status([&] {
    auto held = std::make_unique<ndarray>(array_in(o));
    const ndarray& a = *held;
    *to = {.data = a.size() ? a.data(access::read) : nullptr,
           .shape = a.shape().data(),
           .strides = a.strides().data(),
           .ndim = a.ndim(),
           .dtype = static_cast<int>(a.dtype()),
           .device_type = a.device().is_cpu() ? numloom_cpu : numloom_cuda,
           .device_index = a.device().index,
           .writeable = a.writeable() && !a.is_scalar(),
           .reserved = 0,
           .owner = nullptr,
           .release = release_array};
    to->owner = held.release();
    return 0;
  });
}

dims extents(const std::int64_t* values, int ndim) {
  if (ndim < 0 || ndim > max_dims)
    raise(PyExc_ValueError, "[c_api] expected 0 to %d dimensions, got %d", max_dims, ndim);
  return dims(values, values + ndim);
}

dtype dtype_from(int number) {
  if (number < 0 || number >= dtype_count)
    raise(PyExc_TypeError, "[c_api] expected a dtype's number below %d, got %d", dtype_count, number);
  return static_cast<dtype>(number);
}

struct foreign {
  void* owner;
  void (*release)(void*);
};
void release_foreign(void* owner) noexcept {
  const std::unique_ptr<foreign> f(static_cast<foreign*>(owner));
  if (f->release) f->release(f->owner);
}

PyObject* wrap_foreign(const numloom_array* from) {
  return guarded([&] {
    const dtype type = dtype_from(from->dtype);
    dims shape = extents(from->shape, from->ndim);
    dims strides =
        from->strides ? extents(from->strides, from->ndim) : contiguous_strides(shape, itemsize(type));
    const device where = device_from(from->device_type, from->device_index);
    auto owner = std::make_unique<foreign>();  // empty until nothing can fail any more
    foreign* f = owner.get();
    ndarray a = adopt_array(from->data, type, std::move(shape), std::move(strides), where, owner.release(),
                            release_foreign, from->writeable != 0);
    PyObject* o = wrap(std::move(a));
    if (o) *f = {from->owner, from->release};
    return o;
  });
}

PyObject* empty_array(std::int32_t type, std::int32_t ndim, const std::int64_t* shape) {
  return guarded([&] { return wrap(empty(extents(shape, ndim), dtype_from(type))); });
}

void tell_current_device(std::int32_t* type, std::int32_t* index) {
  const device d = current_device();
  *type = d.is_cpu() ? numloom_cpu : numloom_cuda;
  *index = d.index;
}

void* tell_current_stream(std::int32_t type, std::int32_t index) {
  return type == numloom_cpu ? nullptr : current_stream(cuda(index)).handle;
}

void set_error(const char* name, const char* text) {
  for (const char* module : {"builtins", "numloom._errors"}) {
    const ref type(imported(module, name));
    if (type && PyExceptionClass_Check(type.get())) return PyErr_SetString(type.get(), text);
    PyErr_Clear();
  }
  PyErr_SetString(PyExc_RuntimeError, text);
}

constexpr numloom_c_api table{.version = NUMLOOM_C_API_VERSION,
                              .size = sizeof(numloom_c_api),
                              .package = NUMLOOM_VERSION,
                              .is_array = [](PyObject* o) { return static_cast<int>(is_array(o)); },
                              .unwrap = unwrap,
                              .wrap = wrap_foreign,
                              .empty = empty_array,
                              .current_device = tell_current_device,
                              .current_stream = tell_current_stream,
                              .set_error = set_error};

}  // namespace

void add_c_api(PyObject* module) {
  const ref capsule = checked(PyCapsule_New(const_cast<numloom_c_api*>(&table), NUMLOOM_C_API_NAME, nullptr));
  checked(PyModule_AddObjectRef(module, "_C_API", capsule.get()));
}

}  // namespace numloom::python
