// SPDX-License-Identifier: BSD-3-Clause
// The buffer protocol and the two array interfaces.
#include <memory>

#include "convert.hpp"
#include "interop.hpp"

namespace numloom::python {

namespace {

constexpr const char* buffer_formats[] = {"?", "b", "B", "h", "H", "i",  "I",
                                          "l", "L", "e", "f", "d", "Zf", "Zd"};

// What the consumer of a buffer asks for and cannot have.
const char* refusal(const ndarray& a, int flags) {
  if ((flags & PyBUF_WRITABLE) && (!a.writeable() || a.is_scalar()))
    return "buffer source array is read-only";
  const bool c = a.is_c_contiguous(), f = a.is_f_contiguous();
  if ((flags & PyBUF_C_CONTIGUOUS) == PyBUF_C_CONTIGUOUS && !c) return "ndarray is not C-contiguous";
  if ((flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS && !f) return "ndarray is not Fortran contiguous";
  if ((flags & PyBUF_ANY_CONTIGUOUS) == PyBUF_ANY_CONTIGUOUS && !c && !f) return "ndarray is not contiguous";
  if ((flags & PyBUF_STRIDES) != PyBUF_STRIDES && !c) return "ndarray is not C-contiguous";
  return nullptr;
}

int get_buffer(PyObject* self, Py_buffer* view, int flags) {
  view->obj = nullptr;
  return guarded_status([&] {
    const ndarray& a = array_of(self);
    if (!a.device().is_cpu()) {
      const std::string where = to_string(a.device());
      raise(PyExc_TypeError, "expected an array on the CPU, got one on %s; copy it with .get()",
            where.c_str());
    }
    if (const char* text = refusal(a, flags)) raise(PyExc_ValueError, "%s", text);
    auto extents = std::make_unique<Py_ssize_t[]>(static_cast<std::size_t>(2 * a.ndim() + 1));
    // Axes of length one may have any stride; readers get the one that fits.
    const bool as_fortran = (flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS || !a.is_c_contiguous();
    const dims strides = !as_fortran           ? contiguous_strides(a.shape(), a.itemsize(), order::C)
                         : a.is_f_contiguous() ? contiguous_strides(a.shape(), a.itemsize(), order::F)
                                               : a.strides();
    for (int d = 0; d < a.ndim(); ++d) {
      extents[static_cast<std::size_t>(d)] = a.shape()[d];
      extents[static_cast<std::size_t>(a.ndim() + d)] = strides[d];
    }
    const bool writeable = a.writeable() && !a.is_scalar();
    view->buf = a.data(writeable ? access::write : access::read);
    view->len = a.nbytes();
    view->itemsize = a.itemsize();
    view->readonly = !writeable;
    view->ndim = flags & PyBUF_ND ? a.ndim() : 1;  // without shapes it is a row of bytes
    view->format =
        flags & PyBUF_FORMAT ? const_cast<char*>(buffer_formats[static_cast<int>(a.dtype())]) : nullptr;
    view->shape = flags & PyBUF_ND ? extents.get() : nullptr;
    view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? extents.get() + a.ndim() : nullptr;
    view->suboffsets = nullptr;
    view->internal = extents.release();
    view->obj = Py_NewRef(self);
    return 0;
  });
}

void release_buffer(PyObject*, Py_buffer* view) { delete[] static_cast<Py_ssize_t*>(view->internal); }

// The dict that both interfaces share.
ref interface_dict(PyObject* self, bool writeable) {
  const ndarray& a = array_of(self);
  const ref typestr = checked(PyObject_GetAttrString(dtype_object(a.dtype()), "str"));
  const auto address = a.size() ? reinterpret_cast<std::uintptr_t>(a.data(access::read)) : 0;
  const ref shape = tuple_of(a.shape());
  const ref strides = a.is_c_contiguous() ? ref::borrowed(Py_None) : tuple_of(a.strides());
  const ref pointer =
      checked(Py_BuildValue("(KN)", static_cast<unsigned long long>(address), PyBool_FromLong(!writeable)));
  const ref description = checked(Py_BuildValue("[(sO)]", "", typestr.get()));
  return checked(Py_BuildValue("{s:O,s:O,s:O,s:O,s:O,s:i}", "shape", shape.get(), "typestr", typestr.get(),
                               "data", pointer.get(), "strides", strides.get(), "descr", description.get(),
                               "version", 3));
}

// (dtype, copy): what numpy.asarray asks for.
PyObject* as_numpy(PyObject* self, PyObject* args, PyObject* keywords) {
  static const char* names[] = {"dtype", "copy", nullptr};
  PyObject *wanted = Py_None, *copy = Py_None;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "|OO:__array__", const_cast<char**>(names), &wanted,
                                   &copy))
    return nullptr;
  return guarded([&]() -> PyObject* {
    const ndarray& a = array_of(self);
    if (!a.device().is_cpu()) {
      const std::string where = to_string(a.device());
      raise(
          PyExc_TypeError,
          "[__array__] expected an array on the CPU, got one on %s; copy it with .get() or numloom.asnumpy()",
          where.c_str());
    }
    const ref host = to_numpy(self);
    const ref arguments = checked(PyTuple_Pack(1, host.get()));
    const ref options = checked(PyDict_New());
    if (wanted != Py_None) checked(PyDict_SetItemString(options.get(), "dtype", wanted));
    if (copy != Py_True) {
      const ref asarray = checked(imported("numpy", "asarray"));
      checked(PyDict_SetItemString(options.get(), "copy", copy));
      return PyObject_Call(asarray.get(), arguments.get(), options.get());
    }
    return PyObject_Call(numpy.array, arguments.get(), options.get());
  });
}

PyObject* dlpack(PyObject* self, PyObject* args, PyObject* keywords) {
  static const char* names[] = {"stream", "max_version", "dl_device", "copy", nullptr};
  PyObject *stream = Py_None, *version = Py_None, *device = Py_None, *copy = Py_None;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "|$OOOO:__dlpack__", const_cast<char**>(names), &stream,
                                   &version, &device, &copy))
    return nullptr;
  return guarded([&] { return to_dlpack(self, stream, version, device, copy); });
}
PyObject* dlpack_device_method(PyObject* self, PyObject*) {
  return guarded([&] { return dlpack_device(array_of(self)); });
}

template <class F> PyCFunction as_method(F* function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

}  // namespace

PyObject* array_interface(PyObject* self, void*) {
  return guarded([&] {
    const ndarray& a = array_of(self);
    if (!a.device().is_cpu())
      raise(PyExc_AttributeError, "__array_interface__: the array is on a GPU; copy it with .get()");
    return interface_dict(self, a.writeable() && !a.is_scalar()).release();
  });
}

PyObject* cuda_array_interface(PyObject* self, void*) {
  return guarded([&] {
    const ndarray& a = array_of(self);
    if (a.device().is_cpu()) raise(PyExc_AttributeError, "__cuda_array_interface__: the array is on the CPU");
    ref description = interface_dict(self, a.writeable() && !a.is_scalar());
    const auto handle = reinterpret_cast<std::uintptr_t>(current_stream(a.device()).handle);
    const ref stream = checked(PyLong_FromUnsignedLongLong(handle ? handle : 1));  // 1: the default stream
    checked(PyDict_SetItemString(description.get(), "stream", stream.get()));
    return description.release();
  });
}

void add_interop_slots(slot_list& slots) {
  slots.push_back({Py_bf_getbuffer, reinterpret_cast<void*>(get_buffer)});
  slots.push_back({Py_bf_releasebuffer, reinterpret_cast<void*>(release_buffer)});
}

void add_interop_methods(method_list& methods) {
  methods.push_back({"__array__", as_method(as_numpy), METH_VARARGS | METH_KEYWORDS,
                     "__array__($self, dtype=None, /, *, copy=None)\n--\n\n"
                     "A NumPy array over the same memory; arrays on a GPU refuse (TypeError)."});
  methods.push_back(
      {"__dlpack__", as_method(dlpack), METH_VARARGS | METH_KEYWORDS,
       "__dlpack__($self, /, *, stream=None, max_version=None, dl_device=None, copy=None)\n--\n\n"
       "A DLPack capsule."});
  methods.push_back({"toDlpack", as_method(dlpack), METH_VARARGS | METH_KEYWORDS,
                     "toDlpack($self, /)\n--\n\nA DLPack capsule of the memory, by CuPy's name."});
  methods.push_back({"__dlpack_device__", dlpack_device_method, METH_NOARGS,
                     "__dlpack_device__($self, /)\n--\n\nDLPack's type and number of the device."});
}

}  // namespace numloom::python
