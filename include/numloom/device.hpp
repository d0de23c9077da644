// SPDX-License-Identifier: BSD-3-Clause
/// Devices, streams and events. The CPU is a device like any other; it runs everything at once and needs no
/// streams.
#pragma once

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "numloom/export.hpp"

namespace numloom {

enum class device_type : std::int8_t { cpu, cuda };

struct device {
  device_type type = device_type::cpu;
  std::int16_t index = 0;
  constexpr bool is_cpu() const { return type == device_type::cpu; }
  friend constexpr auto operator<=>(device, device) = default;
};
inline constexpr device cpu{};
constexpr device cuda(int index) { return {device_type::cuda, static_cast<std::int16_t>(index)}; }

/// "cpu", "cuda:0".
NL_API std::string to_string(device d);
NL_API std::ostream& operator<<(std::ostream& out, device d);
/// "cpu", "cpu:0", "cuda", "cuda:1", "gpu". Throws value_error, or not_available when the machine does not
/// have it.
NL_API device parse_device(std::string_view name);
/// How many devices of that type work here: 1 for the CPU; 0 for CUDA on a machine with no driver.
NL_API int device_count(device_type type = device_type::cuda);
/// All devices that work here, the CPU first.
NL_API std::vector<device> devices();
/// Where new arrays go on this thread: the innermost device_guard, else NUMLOOM_DEVICE, else cuda:0 if there
/// is one, else the CPU.
NL_API device current_device();
NL_API void set_current_device(device d);
/// Waits for all work on the device. Throws what went wrong there.
NL_API void synchronize(device d = current_device());

/// Makes a device current on this thread for as long as it lives.
class device_guard {
 public:
  explicit device_guard(device d) : before_(current_device()) { set_current_device(d); }
  // NOLINTNEXTLINE(bugprone-exception-escape): the device was current before
  ~device_guard() { set_current_device(before_); }
  device_guard(const device_guard&) = delete;
  device_guard& operator=(const device_guard&) = delete;

 private:
  device before_;
};

}  // namespace numloom
