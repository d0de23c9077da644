// SPDX-License-Identifier: BSD-3-Clause
/// Operands of another device, taken to the host for work that the device has no kernel for.
#pragma once

#include <cstdint>
#include <vector>

#include "core/backend.hpp"

namespace numloom {

/// The bytes that strided elements span around the first one.
struct span_of_bytes {
  std::int64_t before = 0, after = 0;
  void add(std::int64_t extent, std::int64_t stride) {
    const std::int64_t reach = (extent - 1) * stride;
    (reach < 0 ? before : after) += reach < 0 ? -reach : reach;
  }
};

/// A copy on the host of the bytes that an operand spans.
class host_copy {
 public:
  host_copy(backend& device, const void* element, span_of_bytes span, std::int64_t item, stream_view s)
      : first_(static_cast<char*>(const_cast<void*>(element)) - span.before),
        bytes_(static_cast<std::size_t>(span.before + span.after + item + 15) / 8),
        size_(static_cast<std::size_t>(span.before + span.after + item)) {
    device.copy_to_host(bytes_.data(), first_, size_, s);
  }
  /// Where an element of the device's lies in the copy.
  char* at(const void* element) {
    return reinterpret_cast<char*>(bytes_.data()) + (static_cast<const char*>(element) - first_);
  }
  void write_back(backend& device, stream_view s) const {
    device.copy_from_host(first_, bytes_.data(), size_, s);
  }

 private:
  char* first_;  // on the device
  std::vector<std::uint64_t> bytes_;
  std::size_t size_;
};

}  // namespace numloom
