// SPDX-License-Identifier: BSD-3-Clause
// The array handle: making, viewing, looking at one element.
#include "numloom/ndarray.hpp"

#include <algorithm>

#include "core/backend.hpp"
#include "core/shape.hpp"

namespace numloom {

ndarray::ndarray(storage_ptr bytes, std::int64_t offset, numloom::dtype type, dims shape, dims strides)
    : storage_(std::move(bytes)),
      offset_(offset),
      size_(1),
      type_(type),
      shape_(std::move(shape)),
      strides_(std::move(strides)) {
  for (std::int64_t extent : shape_) size_ *= extent;
}

std::int64_t ndarray::shape(int axis) const { return shape_[normalize_axis(axis, ndim(), "shape")]; }

bool ndarray::is_c_contiguous() const noexcept {
  std::int64_t step = itemsize();
  for (int d = shape_.size() - 1; d >= 0; --d) {
    if (shape_[d] != 1 && strides_[d] != step) return size_ == 0;
    step *= shape_[d];
  }
  return true;
}

bool ndarray::is_f_contiguous() const noexcept {
  std::int64_t step = itemsize();
  for (int d = 0; d < shape_.size(); ++d) {
    if (shape_[d] != 1 && strides_[d] != step) return size_ == 0;
    step *= shape_[d];
  }
  return true;
}

void ndarray::fail_access() const {
  if (!storage_)
    fail<value_error>("expected an array with elements, got one that ndarray() made or that was moved from");
  fail<value_error>("assignment destination is read-only");
}

ndarray ndarray::view(dims shape, dims strides, std::int64_t offset_bytes) const {
  ndarray seen(storage_, offset_ + offset_bytes, type_, std::move(shape), std::move(strides));
  seen.writeable_ = writeable_;
  return seen;
}

ndarray ndarray::view_as(numloom::dtype type) const {
  const int from = itemsize(), to = numloom::itemsize(type);
  dims shape = shape_, strides = strides_;
  if (from != to) {
    if (ndim() == 0)
      fail<value_error>("Changing the dtype of a 0d array is only supported if the itemsize is unchanged");
    const int last = ndim() - 1;
    if (shape[last] != 1 && size_ != 0 && strides[last] != from)
      fail<value_error>("To change to a dtype of a different size, the last axis must be contiguous");
    if (shape[last] * from % to != 0)
      fail<value_error>(
          "When changing to a larger dtype, its size must be a divisor of the total size in bytes of the "
          "last axis of "
          "the array.");
    shape[last] = shape[last] * from / to;
    strides[last] = to;
  }
  ndarray seen(storage_, offset_, type, std::move(shape), std::move(strides));
  seen.writeable_ = writeable_;
  return seen;
}

scalar ndarray::item() const {
  if (size_ != 1)
    fail<value_error>("can only convert an array of size 1 to a Python scalar, got shape ",
                      to_string(shape_));
  const void* from = data(access::read);
  if (device().is_cpu()) return load_scalar(type_, from);
  alignas(16) unsigned char value[16];
  backend_of(device()).copy_to_host(value, from, static_cast<std::size_t>(itemsize()),
                                    current_stream(device()));
  return load_scalar(type_, value);
}

order parse_order(std::string_view name) {
  if (name.size() == 1) switch (name[0] & ~0x20) {
      case 'C': return order::C;
      case 'F': return order::F;
      case 'A': return order::A;
      case 'K': return order::K;
    }
  fail<value_error>("order must be one of 'C', 'F', 'A', or 'K' (got '", name, "')");
}

namespace {

storage_ptr room_for(const shape_t& shape, dtype type, device where) {
  if (shape.size() > max_dims)
    fail<value_error>("maximum supported dimension for an ndarray is ", max_dims, ", found ", shape.size());
  const std::int64_t size = size_of(shape);
  std::int64_t bytes;
  if (__builtin_mul_overflow(size, itemsize(type), &bytes))
    fail<value_error>("array is too big: the bytes of shape ", to_string(shape), " of ", type,
                      " cannot be counted");
  return allocate(static_cast<std::size_t>(bytes), where);
}

}  // namespace

ndarray empty(const shape_t& shape, dtype type, std::optional<device> where, order layout) {
  return ndarray(room_for(shape, type, where ? *where : current_device()), 0, type, shape,
                 contiguous_strides(shape, itemsize(type), layout == order::F ? order::F : order::C));
}

dims strides_like(const ndarray& a, dtype type, order layout, const shape_t& shape) {
  if (layout == order::A) layout = a.is_f_contiguous() && !a.is_c_contiguous() ? order::F : order::C;
  if (layout != order::K || a.is_c_contiguous() || shape.size() != a.ndim())
    return contiguous_strides(shape, itemsize(type), layout == order::F ? order::F : order::C);
  // Axes in the order of their strides, outermost first; equal ones as they stand.
  dims axes(a.ndim()), strides(a.ndim());
  for (int d = 0; d < a.ndim(); ++d) axes[d] = d;
  std::stable_sort(axes.begin(), axes.end(), [&](std::int64_t x, std::int64_t y) {
    return std::abs(a.strides()[static_cast<int>(x)]) > std::abs(a.strides()[static_cast<int>(y)]);
  });
  std::int64_t step = itemsize(type);
  for (int k = a.ndim() - 1; k >= 0; --k) {
    const int axis = static_cast<int>(axes[k]);
    strides[axis] = step;
    step *= std::max<std::int64_t>(shape[axis], 1);
  }
  return strides;
}

ndarray empty_like(const ndarray& a, std::optional<dtype> type, order layout,
                   const std::optional<shape_t>& shape) {
  const dtype t = type.value_or(a.dtype());
  const shape_t& extents = shape ? *shape : a.shape();
  return ndarray(room_for(extents, t, a.device()), 0, t, extents, strides_like(a, t, layout, extents));
}

ndarray broadcast_to(const ndarray& a, const shape_t& shape) {
  if (std::any_of(shape.begin(), shape.end(), [](std::int64_t extent) { return extent < 0; }))
    fail<value_error>("all elements of broadcast shape must be non-negative, got ", to_string(shape));
  if (shape.size() < a.ndim())
    fail<value_error>(
        "input operand has more dimensions than allowed by the axis remapping: cannot broadcast shape ",
        detail::compact(a.shape()), " to ", detail::compact(shape));
  const int skip = shape.size() - a.ndim();
  for (int d = 0; d < a.ndim(); ++d)
    if (a.shape()[d] != 1 && a.shape()[d] != shape[skip + d])
      fail<value_error>(
          "operands could not be broadcast together with remapped shapes [original->remapped]: ",
          detail::compact(a.shape()), "  and requested shape ", detail::compact(shape));
  dims strides(shape.size());
  broadcast_strides(a.shape(), a.strides(), shape, strides.data());
  ndarray seen = a.view(shape, strides);
  seen.set_writeable(false);
  return seen;
}

namespace {

struct byte_range {
  std::int64_t first, last;
};
byte_range range_of(const ndarray& a) {
  byte_range r{a.offset(), a.offset() + a.itemsize()};
  for (int d = 0; d < a.ndim(); ++d) {
    const std::int64_t reach = (a.shape()[d] - 1) * a.strides()[d];
    (reach < 0 ? r.first : r.last) += reach;
  }
  return r;
}

}  // namespace

bool may_share_memory(const ndarray& a, const ndarray& b) {
  if (!a.defined() || !b.defined() || a.size() == 0 || b.size() == 0) return false;
  if (a.device() != b.device()) return false;
  const byte_range ra = range_of(a), rb = range_of(b);
  // Addresses, not offsets: two storages may lie over the same foreign memory.
  const auto base_a = reinterpret_cast<std::intptr_t>(a.bytes()->data);
  const auto base_b = reinterpret_cast<std::intptr_t>(b.bytes()->data);
  return base_a + ra.first < base_b + rb.last && base_b + rb.first < base_a + ra.last;
}

bool is_same_view(const ndarray& a, const ndarray& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && a.strides() == b.strides() &&
         static_cast<char*>(a.bytes()->data) + a.offset() == static_cast<char*>(b.bytes()->data) + b.offset();
}

}  // namespace numloom
