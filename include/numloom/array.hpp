// SPDX-License-Identifier: BSD-3-Clause
/// array<T>: an ndarray whose dtype is known at compile time. A cheap handle: copies share the elements,
/// copy() does not. Converts to ndarray, so every function takes it; results of functions become typed by
/// array<double>(numloom::mean(a)), which checks the dtype once.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include "numloom/creation.hpp"
#include "numloom/indexing.hpp"
#include "numloom/io.hpp"
#include "numloom/manipulation.hpp"
#include "numloom/operators.hpp"

namespace numloom {

template <element T> class array {
 public:
  using value_type = T;
  static constexpr numloom::dtype type = dtype_of<T>;

  /// No elements: shape (0,).
  array() : array(numloom::empty({0}, type)) {}
  /// One, two or three levels of nested lists; every list of a level has the same length. (C++ reads {{1},
  /// {2}} in two ways and refuses it: write array<T>({1, 2}).reshape({2, 1}).)
  array(std::initializer_list<T> values) : array(from_host(values.begin(), {length(values)}, type)) {}
  array(std::initializer_list<std::initializer_list<T>> rows) : array(from_rows(rows)) {}
  array(std::initializer_list<std::initializer_list<std::initializer_list<T>>> planes)
      : array(from_planes(planes)) {}
  /// A copy of host memory, one-dimensional or of the given shape.
  explicit array(std::span<const T> values) : array(from_host(values.data(), {length(values)}, type)) {}
  array(std::span<const T> values, const shape_t& shape) : array(checked(values, shape)) {}
  explicit array(const std::vector<T>& values) : array(from_vector(values)) {}
  array(const std::vector<T>& values, const shape_t& shape)
      : array(numloom::reshape(from_vector(values), shape)) {}
  /// The same elements, typed. Throws type_error if a has another dtype.
  explicit array(ndarray a) : handle_(std::move(a)) {
    if (handle_.dtype() != type) fail<type_error>("[array] expected dtype ", type, ", got ", handle_.dtype());
  }
  /// Elements of another type are converted by a.astype<T>().
  template <element U> explicit array(const array<U>& a) = delete;
  array(const array&) = default;
  array(array&&) noexcept = default;
  /// Makes this handle name other elements. (Not for temporaries: a(0) = x would be lost; see assign.)
  array& operator=(const array&) & = default;
  array& operator=(array&&) & noexcept = default;

  static array empty(const shape_t& shape) { return array(numloom::empty(shape, type)); }
  static array zeros(const shape_t& shape) { return array(numloom::zeros(shape, {.dtype = type})); }
  static array ones(const shape_t& shape) { return array(numloom::ones(shape, {.dtype = type})); }
  static array full(const shape_t& shape, T value) {
    return array(numloom::full(shape, scalar(value), {.dtype = type}));
  }

  operator const ndarray&() const noexcept { return handle_; }
  const ndarray& untyped() const noexcept { return handle_; }

  numloom::dtype dtype() const noexcept { return type; }
  const shape_t& shape() const noexcept { return handle_.shape(); }
  std::int64_t shape(int axis) const { return handle_.shape(axis); }
  const dims& strides() const noexcept { return handle_.strides(); }
  int ndim() const noexcept { return handle_.ndim(); }
  std::int64_t size() const noexcept { return handle_.size(); }
  std::int64_t nbytes() const noexcept { return handle_.nbytes(); }
  numloom::device device() const noexcept { return handle_.device(); }

  /// The element of an array of size 1, on the host. Throws value_error otherwise.
  T item() const { return handle_.item<T>(); }
  /// All elements in C order on the host.
  std::vector<T> to_vector() const { return handle_.to_vector<T>(); }
  /// The elements in place. Throws value_error unless they lie in host memory in C order.
  std::span<T> span() const {
    if (!device().is_cpu() || !handle_.is_c_contiguous())
      fail<value_error>("[span] expected a C-contiguous array on the CPU, got shape ", to_string(shape()),
                        " on ", device());
    return {static_cast<T*>(handle_.data(access::write)), static_cast<std::size_t>(size())};
  }

  /// a[i]: a view of one dimension less; of a one-dimensional array a copy of the element.
  array operator[](std::int64_t i) const { return array(handle_[i]); }
  /// a(1, slice{0, 5}, newaxis, ellipsis, mask): NumPy's a[1, 0:5, None, ..., mask].
  template <class... Index> array operator()(const Index&... index) const { return array(handle_(index...)); }
  /// a[index...] = value.
  template <class... Index> void assign(const array_like& value, const Index&... index) const {
    handle_.assign(value, index...);
  }

  /// New elements, C order kept.
  array copy() const { return array(numloom::copy(handle_)); }
  template <element U> array<U> astype() const { return array<U>(numloom::astype(handle_, dtype_of<U>)); }
  array reshape(const shape_t& shape) const { return array(numloom::reshape(handle_, shape)); }
  array transpose() const { return array(numloom::transpose(handle_)); }

 private:
  template <class List> static std::int64_t length(const List& list) {
    return static_cast<std::int64_t>(list.size());
  }
  static ndarray from_vector(const std::vector<T>& values) {
    if constexpr (std::is_same_v<T, bool>) {  // std::vector<bool> holds bits
      const auto bytes = std::make_unique<bool[]>(values.size());
      std::copy(values.begin(), values.end(), bytes.get());
      return from_host(bytes.get(), {length(values)}, type);
    } else {
      return from_host(values.data(), {length(values)}, type);
    }
  }
  static ndarray checked(std::span<const T> values, const shape_t& shape) {
    if (size_of(shape) != length(values))
      fail<value_error>("[array] cannot make shape ", to_string(shape), " of ", values.size(), " values");
    return from_host(values.data(), shape, type);
  }
  static void require_length(std::int64_t got, std::int64_t expected) {
    if (got != expected)
      fail<value_error>("[array] expected nested lists of one length, got ", expected, " and ", got);
  }
  static ndarray from_rows(std::initializer_list<std::initializer_list<T>> rows) {
    const std::int64_t columns = rows.size() ? length(*rows.begin()) : 0;
    std::vector<T> values;
    for (const auto& row : rows) {
      require_length(length(row), columns);
      values.insert(values.end(), row.begin(), row.end());
    }
    return numloom::reshape(from_vector(values), {length(rows), columns});
  }
  static ndarray from_planes(std::initializer_list<std::initializer_list<std::initializer_list<T>>> planes) {
    std::vector<ndarray> list;
    for (const auto& plane : planes) list.push_back(from_rows(plane));
    return numloom::stack(list);
  }

  ndarray handle_;
};

template <class T, std::size_t N> array(std::span<T, N>) -> array<std::remove_const_t<T>>;

template <element T> std::ostream& operator<<(std::ostream& out, const array<T>& a) {
  return out << a.untyped();
}

}  // namespace numloom
