// SPDX-License-Identifier: BSD-3-Clause
/// Arguments checked against a kernel's parameters and put where a launch reads them.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "kernel/module.hpp"
#include "numloom/error.hpp"

namespace numloom::kernel_detail {

inline constexpr std::size_t max_parameters = 128;

/// Memory that an argument points to.
struct memory_range {
  const char* begin;
  std::size_t bytes;
  bool writeable;
  unsigned parameter;
};

/// The bytes of a launch's arguments. On the stack; CUDA's own limit is 4 KiB.
class argument_buffer {
 public:
  argument_buffer() {}  // nothing is cleared
  /// Room for the next argument.
  void* add(std::size_t bytes, std::size_t alignment) {
    used_ = (used_ + alignment - 1) & ~(alignment - 1);
    if (used_ + bytes > bytes_.size() || count_ == max_parameters)
      fail<value_error>("[kernel] expected at most 4096 bytes of arguments, got more");
    void* place = bytes_.data() + used_;
    used_ += bytes;
    addresses_[count_++] = place;
    return place;
  }
  const void* const* addresses() const { return addresses_.data(); }
  /// Says what the argument just added points to.
  void note(const void* begin, std::size_t bytes, bool writeable) {
    const auto parameter = static_cast<unsigned>(count_ - 1);
    ranges_[range_count_++] = {static_cast<const char*>(begin), bytes, writeable, parameter};
  }
  std::span<const memory_range> ranges() const { return {ranges_.data(), range_count_}; }

 private:
  alignas(16) std::array<unsigned char, 4096> bytes_;
  std::array<const void*, max_parameters> addresses_;
  std::array<memory_range, max_parameters> ranges_;
  std::size_t range_count_ = 0;
  std::size_t used_ = 0;
  std::size_t count_ = 0;
};

/// "[saxpy] argument 2 'x' (float const*): "
std::string argument_place(const kernel_function& f, std::size_t i);
/// Throws Error with that and what follows.
template <class Error, class... Parts>
[[noreturn]] void fail_argument(const kernel_function& f, std::size_t i, const Parts&... parts) {
  fail<Error>(argument_place(f, i), parts...);
}

/// Throws type_error when the kernel takes another number of arguments.
void check_count(const kernel_function& f, std::size_t given);
/// An array for a pointer or a view; a 0-d array for a number. `where` is the device of the launch.
void store_array(const kernel_function& f, std::size_t i, const ndarray& a, device where,
                 argument_buffer& buffer);
void store_number(const kernel_function& f, std::size_t i, const scalar& s, argument_buffer& buffer);
/// A structure by value.
void store_bytes(const kernel_function& f, std::size_t i, const void* data, std::size_t bytes,
                 argument_buffer& buffer);
/// Throws type_error unless the fields lie where the kernel has them.
void check_layout(const kernel_function& f, std::size_t i, std::span<const structure_field> given);
void store_null(const kernel_function& f, std::size_t i, argument_buffer& buffer);
/// Bytes in memory that the kernel can reach, for a pointer to structures (of `itemsize` bytes each).
void store_pointer(const kernel_function& f, std::size_t i, const memory_range& memory, std::size_t itemsize,
                   argument_buffer& buffer);

/// Grid and block. Throws value_error for what CUDA does not allow. False when there is nothing to run.
bool plan_launch(const kernel_function& f, const launch_config& config, device where, launch_plan& plan);

}  // namespace numloom::kernel_detail
