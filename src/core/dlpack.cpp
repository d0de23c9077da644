// SPDX-License-Identifier: BSD-3-Clause
// Memory to and from other libraries by DLPack.
#include <memory>

#include "numloom/foreign.hpp"

// The structures of dlpack.h, version 1.0, written down here: they are a binary interface.
namespace {
enum dl_device_type : std::int32_t { dl_cpu = 1, dl_cuda = 2, dl_cuda_host = 3, dl_cuda_managed = 13 };
enum dl_type_code : std::uint8_t { dl_int = 0, dl_uint = 1, dl_float = 2, dl_complex = 5, dl_bool = 6 };
struct dl_device {
  std::int32_t type, id;
};
struct dl_type {
  std::uint8_t code, bits;
  std::uint16_t lanes;
};
struct dl_version {
  std::uint32_t major, minor;
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
constexpr std::uint64_t flag_read_only = 1, flag_copied = 2;
}  // namespace

struct DLManagedTensor {
  dl_tensor tensor;
  void* context;
  void (*deleter)(DLManagedTensor*);
};
struct DLManagedTensorVersioned {
  dl_version version;
  void* context;
  void (*deleter)(DLManagedTensorVersioned*);
  std::uint64_t flags;
  dl_tensor tensor;
};

namespace numloom {

namespace {

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
  fail<buffer_error>(
      "[from_dlpack] expected bool, integers, floats up to 64 bits or complex, got DLPack code ", int{t.code},
      " with ", int{t.bits}, " bits");
}

// Keeps the array of an exported tensor, and the strides in elements.
template <class Managed> struct exported {
  Managed managed;
  ndarray array;
  dims shape, strides;
};

template <class Managed> void destroy(Managed* m) { delete static_cast<exported<Managed>*>(m->context); }

bool is_read_only(const ndarray& a) { return !a.writeable() || a.is_scalar(); }

template <class Managed> Managed* make_export(const ndarray& a) {
  for (int d = 0; d < a.ndim(); ++d)
    if (a.shape()[d] > 1 && a.strides()[d] % a.itemsize() != 0)
      fail<buffer_error>("[__dlpack__] strides must be multiples of the item size; copy the array first");
  auto e = std::make_unique<exported<Managed>>(exported<Managed>{{}, a, a.shape(), a.strides()});
  for (std::int64_t& s : e->strides) s /= a.itemsize();
  e->managed.context = e.get();
  e->managed.deleter = destroy<Managed>;
  dl_tensor& t = e->managed.tensor;
  t.data = a.size() ? a.data(access::read) : nullptr;
  t.device = {a.device().is_cpu() ? dl_cpu : dl_cuda, a.device().index};
  t.ndim = a.ndim();
  t.type = type_for(a.dtype());
  t.shape = e->shape.data();
  t.strides = e->strides.data();
  t.byte_offset = 0;
  return &e.release()->managed;
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
    fail<buffer_error>("[from_dlpack] expected memory of the CPU or of a CUDA GPU, got device type ",
                       t.device.type);
  const dtype type = dtype_for(t.type);
  if (t.ndim < 0 || t.ndim > max_dims)
    fail<buffer_error>("[from_dlpack] maximum supported dimension for an ndarray is ", max_dims, ", found ",
                       t.ndim);
  dims shape(t.ndim), strides;
  for (int d = 0; d < t.ndim; ++d) shape[d] = t.shape[d];
  if (std::int64_t bytes; __builtin_mul_overflow(size_of(shape), std::int64_t{itemsize(type)}, &bytes))
    fail<value_error>("array is too big: the bytes of shape ", to_string(shape), " of ", type,
                      " cannot be counted");
  if (t.strides) {
    strides.resize(t.ndim);
    for (int d = 0; d < t.ndim; ++d) strides[d] = t.strides[d] * itemsize(type);
  } else {
    strides = contiguous_strides(shape, itemsize(type));
  }
  return adopt_array(static_cast<char*>(t.data) + t.byte_offset, type, std::move(shape), std::move(strides),
                     where, m, release_import<Managed>, writeable);
}

}  // namespace

DLManagedTensorVersioned* to_dlpack(const ndarray& a, bool is_copy) {
  auto* m = make_export<DLManagedTensorVersioned>(a);
  m->version = {1, 0};
  m->flags = (is_read_only(a) ? flag_read_only : 0) | (is_copy ? flag_copied : 0);
  return m;
}

DLManagedTensor* to_dlpack_unversioned(const ndarray& a) {
  if (is_read_only(a))
    fail<buffer_error>(
        "Cannot export readonly array since signalling readonly is unsupported by DLPack (supported by newer "
        "DLPack version).");
  return make_export<DLManagedTensor>(a);
}

ndarray from_dlpack(DLManagedTensorVersioned* tensor) {
  if (tensor->version.major > 1)
    fail<buffer_error>("[from_dlpack] expected DLPack 1, got version ", tensor->version.major);
  return import(tensor, !(tensor->flags & flag_read_only));
}
ndarray from_dlpack(DLManagedTensor* tensor) { return import(tensor, true); }

}  // namespace numloom
