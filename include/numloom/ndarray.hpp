// SPDX-License-Identifier: BSD-3-Clause
/// ndarray: shared bytes, a dtype, a shape and byte strides. A cheap handle: copies and views share the
/// bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "numloom/dtype.hpp"
#include "numloom/error.hpp"
#include "numloom/inline_vector.hpp"
#include "numloom/memory.hpp"

namespace numloom {

inline constexpr int max_dims = 64;
/// Extents, byte strides, axes: up to 6 without an allocation, at most 64.
using dims = inline_vector<std::int64_t, 6>;
using shape_t = dims;

/// How to lay out a new array, or in which order to read one. K: as close to the input as possible.
enum class order : char { C = 'C', F = 'F', A = 'A', K = 'K' };
NL_API order parse_order(std::string_view name);

/// Why somebody asks for the bytes. Array memory is reached through this one door, so that deferred work can
/// be finished, and copies noticed, before anybody looks.
enum class access : std::uint8_t { read, write };

class NL_API ndarray {
 public:
  ndarray() = default;
  /// Over existing bytes. Strides in bytes; the caller has checked that they stay inside.
  ndarray(storage_ptr bytes, std::int64_t offset, numloom::dtype type, dims shape, dims strides);
  ndarray(const ndarray&) = default;
  ndarray(ndarray&&) noexcept = default;
  /// Makes this handle name other elements. (Not for temporaries: a(0) = b would be lost; see assign.)
  ndarray& operator=(const ndarray&) & = default;
  ndarray& operator=(ndarray&&) & noexcept = default;
  ~ndarray() = default;

  numloom::dtype dtype() const noexcept { return type_; }
  const shape_t& shape() const noexcept { return shape_; }
  /// The extent along an axis; negative axes count from the end. Throws axis_error.
  std::int64_t shape(int axis) const;
  const dims& strides() const noexcept { return strides_; }
  int ndim() const noexcept { return shape_.size(); }
  std::int64_t size() const noexcept { return size_; }
  int itemsize() const noexcept { return numloom::itemsize(type_); }
  std::int64_t nbytes() const noexcept { return size_ * itemsize(); }
  numloom::device device() const noexcept { return storage_ ? storage_->device : cpu; }
  /// False for ndarray() and for one that was moved from: it has no elements to read.
  bool defined() const noexcept { return static_cast<bool>(storage_); }

  /// The address of the first element, valid until this call's caller returns. Throws value_error for write
  /// access to a read-only array, and for an array that is not defined().
  void* data(access intent) const {
    if (intent == access::write ? !writeable() : !storage_) [[unlikely]]
      fail_access();
    return static_cast<char*>(storage_->data) + offset_;
  }
  const storage_ptr& bytes() const noexcept { return storage_; }
  std::int64_t offset() const noexcept { return offset_; }

  bool is_c_contiguous() const noexcept;
  bool is_f_contiguous() const noexcept;
  bool writeable() const noexcept { return writeable_ && storage_ && storage_->writeable; }
  void set_writeable(bool on) noexcept { writeable_ = on; }
  /// A result that has a scalar's value semantics: 0-d, read-only, never a view.
  bool is_scalar() const noexcept { return scalar_; }
  void set_scalar(bool on) noexcept { scalar_ = on; }

  /// The same bytes, seen otherwise.
  ndarray view(dims shape, dims strides, std::int64_t offset_bytes = 0) const;
  /// Another dtype over the same bytes (numpy.ndarray.view(dtype)): the last axis is rescaled when item sizes
  /// differ.
  ndarray view_as(numloom::dtype type) const;

  /// The element of an array of size 1, as a host number (a synchronising point on CUDA). Throws value_error
  /// otherwise.
  scalar item() const;
  template <element T> T item() const {
    T value;
    store_scalar(item(), dtype_of<T>, &value);
    return value;
  }
  /// All elements in C order on the host.
  template <element T> std::vector<T> to_vector() const;

  // Defined in indexing.hpp.
  /// a[i]: a view of one dimension less; of a one-dimensional array a copy of the element. Throws
  /// index_error.
  ndarray operator[](std::int64_t i) const;
  /// a(1, slice{0, 5}, newaxis, ellipsis, mask): NumPy's a[1, 0:5, None, ..., mask]. Throws index_error.
  template <class... Index> ndarray operator()(const Index&... index) const;
  /// a[index...] = value, as set_item.
  template <class Value, class... Index> void assign(const Value& value, const Index&... index) const;

 private:
  [[noreturn]] void fail_access() const;
  storage_ptr storage_;
  std::int64_t offset_ = 0;
  std::int64_t size_ = 0;
  numloom::dtype type_ = numloom::dtype::float64;
  bool writeable_ = true;
  bool scalar_ = false;
  dims shape_, strides_;
};

/// New uninitialised array.
NL_API ndarray empty(const shape_t& shape, dtype type = dtype::float64, std::optional<device> where = {},
                     order layout = order::C);
/// As numpy.empty_like: K keeps the order of the axes by stride.
NL_API ndarray empty_like(const ndarray& a, std::optional<dtype> type = {}, order layout = order::K,
                          const std::optional<shape_t>& shape = {});

/// Byte strides of a contiguous array. order is C or F.
NL_API dims contiguous_strides(const shape_t& shape, int itemsize, order layout = order::C);
/// Byte strides of a new array like a: K keeps the order of a's axes, from the largest stride to the
/// smallest.
NL_API dims strides_like(const ndarray& a, dtype type, order layout, const shape_t& shape);
/// Product of the extents. Throws value_error when it overflows.
NL_API std::int64_t size_of(const shape_t& shape);
/// "(2, 3)", "(4,)", "()".
NL_API std::string to_string(const shape_t& shape);
/// axis in [0, ndim). Throws axis_error, prefixed with the operation when given.
NL_API int normalize_axis(int axis, int ndim, std::string_view operation = {});
/// The common shape. Throws value_error with all shapes.
NL_API shape_t broadcast_shapes(const shape_t& a, const shape_t& b);
/// A read-only view of a with that shape. Throws value_error.
NL_API ndarray broadcast_to(const ndarray& a, const shape_t& shape);
/// May the two arrays share an element? Exact for equal and disjoint extents, else by bounds
/// (numpy.may_share_memory).
NL_API bool may_share_memory(const ndarray& a, const ndarray& b);
/// Do both have the same bytes, dtype, shape and strides?
NL_API bool is_same_view(const ndarray& a, const ndarray& b);

/// Copies values from one array to another with broadcasting, casting and overlap as numpy.copyto. Devices
/// may differ.
NL_API void copyto(const ndarray& to, const ndarray& from, casting rule = casting::same_kind,
                   const ndarray* where = nullptr);
/// A new array with a's values.
NL_API ndarray copy(const ndarray& a, order layout = order::K);
NL_API ndarray astype(const ndarray& a, dtype type, order layout = order::K, casting rule = casting::unsafe,
                      bool always_copy = true);
/// a itself when it is there already, else a copy on that device.
NL_API ndarray to_device(const ndarray& a, device d);
/// Contiguous in that order: a itself or a copy.
NL_API ndarray ascontiguousarray(const ndarray& a);
NL_API ndarray asfortranarray(const ndarray& a);

template <element T> std::vector<T> ndarray::to_vector() const {
  const ndarray host =
      ascontiguousarray(to_device(astype(*this, dtype_of<T>, order::C, casting::same_kind, false), cpu));
  const T* first = static_cast<const T*>(host.data(access::read));
  return std::vector<T>(first, first + host.size());
}

}  // namespace numloom
