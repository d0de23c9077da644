// SPDX-License-Identifier: BSD-3-Clause
/// A vector of trivially copyable values that holds up to N of them without an allocation.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <ostream>
#include <span>
#include <type_traits>
#include <utility>

namespace numloom {

template <class T, int N> class inline_vector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  inline_vector() noexcept {}
  explicit inline_vector(int count, T value = T{}) { resize(count, value); }
  inline_vector(std::initializer_list<T> values) : inline_vector(values.begin(), values.end()) {}
  inline_vector(const T* first, const T* last) { append(first, last); }
  inline_vector(std::span<const T> values) : inline_vector(values.data(), values.data() + values.size()) {}
  template <class Container>
  requires requires(const Container& c) {
    { c.data() } -> std::convertible_to<const T*>;
    c.size();
  }
  inline_vector(const Container& c) : inline_vector(c.data(), c.data() + c.size()) {}
  /// Of other integers that fit: std::vector<int> or std::array<std::size_t, N> as a shape.
  template <class Container>
  requires(sizeof(T) == 8) && requires(const Container& c) {
    requires std::integral<typename Container::value_type>;
    requires !std::same_as<typename Container::value_type, T>;
    c.data();
    c.size();
  }
  inline_vector(const Container& c) {
    resize(static_cast<int>(c.size()));
    for (int i = 0; i < size_; ++i) (*this)[i] = static_cast<T>(c.data()[i]);
  }
  inline_vector(const inline_vector& other) {
    if (other.heap_) [[unlikely]]
      append(other.begin(), other.end());
    else
      take_inline(other);
  }
  inline_vector(inline_vector&& other) noexcept { take(other); }
  inline_vector& operator=(const inline_vector& other) {
    if (this == &other) return *this;
    if (heap_ || other.heap_) {
      clear();
      append(other.begin(), other.end());
    } else {
      take_inline(other);
    }
    return *this;
  }
  inline_vector& operator=(inline_vector&& other) noexcept {
    if (this != &other) {
      release();
      take(other);
    }
    return *this;
  }
  ~inline_vector() { release(); }

  int size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  T* data() noexcept { return heap_ ? heap_ : inline_; }
  const T* data() const noexcept { return heap_ ? heap_ : inline_; }
  T* begin() noexcept { return data(); }
  T* end() noexcept { return data() + size_; }
  const T* begin() const noexcept { return data(); }
  const T* end() const noexcept { return data() + size_; }
  T& operator[](int i) noexcept { return data()[i]; }
  const T& operator[](int i) const noexcept { return data()[i]; }
  T& back() noexcept { return data()[size_ - 1]; }
  const T& back() const noexcept { return data()[size_ - 1]; }
  operator std::span<const T>() const noexcept { return {data(), static_cast<std::size_t>(size_)}; }

  void clear() noexcept { size_ = 0; }
  void push_back(T value) {
    if (size_ == capacity_) grow(size_ + 1);
    data()[size_++] = value;
  }
  void pop_back() noexcept { --size_; }
  void resize(int count, T value = T{}) {
    if (count > capacity_) grow(count);
    for (int i = size_; i < count; ++i) data()[i] = value;
    size_ = count;
  }
  void append(const T* first, const T* last) {
    const int count = static_cast<int>(last - first);
    if (size_ + count > capacity_) grow(size_ + count);
    for (int i = 0; i < count; ++i) data()[size_ + i] = first[i];
    size_ += count;
  }
  void insert(int at, T value) {
    push_back(value);
    for (int i = size_ - 1; i > at; --i) std::swap((*this)[i], (*this)[i - 1]);
  }
  void erase(int at) {
    for (int i = at; i + 1 < size_; ++i) (*this)[i] = (*this)[i + 1];
    --size_;
  }
  friend bool operator==(const inline_vector& a, const inline_vector& b) noexcept {
    if (a.size_ != b.size_) return false;
    for (int i = 0; i < a.size_; ++i)
      if (!(a[i] == b[i])) return false;
    return true;
  }

 private:
  void release() noexcept {
    if (heap_) [[unlikely]]
      delete[] heap_;
    heap_ = nullptr;
    capacity_ = N;
    size_ = 0;
  }
  void take(inline_vector& other) noexcept {
    take_inline(other);
    capacity_ = other.capacity_;
    heap_ = std::exchange(other.heap_, nullptr);
    other.capacity_ = N;
    other.size_ = 0;
  }
  // All N at once: a few wide moves, where a loop over size_ of them has branches to guess.
  void take_inline(const inline_vector& other) noexcept {
    size_ = other.size_;
    for (int i = 0; i < N; ++i) inline_[i] = other.inline_[i];
  }
  void grow(int least) {
    const int capacity = least > 2 * capacity_ ? least : 2 * capacity_;
    T* larger = new T[static_cast<std::size_t>(capacity)];
    for (int i = 0; i < size_; ++i) larger[i] = data()[i];
    delete[] heap_;
    heap_ = larger;
    capacity_ = capacity;
  }

  T* heap_ = nullptr;
  int size_ = 0;
  int capacity_ = N;
  T inline_[N] = {};
};

}  // namespace numloom
