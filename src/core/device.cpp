// SPDX-License-Identifier: BSD-3-Clause
// Devices, the current device and stream of a thread, streams and events.
#include "numloom/device.hpp"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/backend.hpp"
#include "numloom/error.hpp"

namespace numloom {

backend& backend_of(device_type type) {
  if (type == device_type::cpu) return cpu_backend();
  if (backend* b = cuda_backend()) return *b;
  fail<not_available>(
      "device type 'cuda' is not in this build: expected a build with NUMLOOM_CUDA=ON or SIM");
}

std::string to_string(device d) { return d.is_cpu() ? "cpu" : "cuda:" + std::to_string(d.index); }

std::ostream& operator<<(std::ostream& out, device d) { return out << to_string(d); }

namespace {

void refuse_absent(device d) {
  const int count = device_count();
  if (d.is_cpu() || d.index < count) return;
  if (count == 0) fail<not_available>("device '", d, "' is not there: ", why_no_cuda_device());
  fail<not_available>("device '", d, "' is not there: this machine has ", count, " CUDA device(s)");
}

}  // namespace

device parse_device(std::string_view name) {
  const std::size_t colon = name.find(':');
  const std::string_view kind = name.substr(0, colon);
  int index = 0;
  bool valid = kind == "cpu" || kind == "cuda" || kind == "gpu";
  if (colon != std::string_view::npos) {
    const char* const end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + colon + 1, end, index);
    valid &= parsed.ec == std::errc() && parsed.ptr == end && index >= 0;
  }
  if (!valid || (kind == "cpu" && index != 0))
    fail<value_error>("unknown device '", name, "': expected 'cpu', 'cuda' or 'cuda:N'");
  if (kind == "cpu") return cpu;
  refuse_absent(cuda(index));
  return cuda(index);
}

int device_count(device_type type) { return type == device_type::cpu ? 1 : cuda_device_count(); }

std::vector<device> devices() {
  std::vector<device> all{cpu};
  for (int i = 0; i < device_count(); ++i) all.push_back(cuda(i));
  return all;
}

namespace {

device initial_device() {
  if (const char* name = std::getenv("NUMLOOM_DEVICE"); name && *name) return parse_device(name);
  return device_count() > 0 ? cuda(0) : cpu;
}

struct thread_state {
  bool chosen = false;
  device current{};
  std::vector<void*> streams;  // of CUDA devices; null: the device's default stream
};
thread_local thread_state state;

}  // namespace

device current_device() {
  if (!state.chosen) [[unlikely]] {
    static const device first = initial_device();
    state.current = first;
    state.chosen = true;
  }
  return state.current;
}

void set_current_device(device d) {
  refuse_absent(d);
  state.current = d;
  state.chosen = true;
}

void synchronize(device d) {
  if (!d.is_cpu()) backend_of(d).synchronize_device(d.index);
}

stream_view default_stream(device d) {
  return {d.is_cpu() ? nullptr : backend_of(d).default_stream(d.index), d};
}

stream_view current_stream(device d) {
  if (d.is_cpu()) return {nullptr, d};
  const auto at = static_cast<std::size_t>(d.index);
  if (at < state.streams.size() && state.streams[at]) return {state.streams[at], d};
  return default_stream(d);
}

void set_current_stream(stream_view s) {
  if (s.device.is_cpu()) return;
  const auto at = static_cast<std::size_t>(s.device.index);
  if (state.streams.size() <= at) state.streams.resize(at + 1);
  state.streams[at] = s.handle;
}

void stream_view::synchronize() const {
  if (!device.is_cpu()) backend_of(device).synchronize(*this);
}

bool stream_view::query() const { return device.is_cpu() || backend_of(device).query(*this); }

void stream_view::wait(const event& e) const {
  if (!device.is_cpu()) backend_of(device).wait_event(*this, e.handle());
}

stream::stream(device d) : view_{d.is_cpu() ? nullptr : backend_of(d).create_stream(d.index), d} {}

// NOLINTNEXTLINE(bugprone-exception-escape): the backend that made it is there
stream::~stream() {
  if (view_.handle) backend_of(view_.device).destroy_stream(view_);
}

stream::stream(stream&& other) noexcept : view_(std::exchange(other.view_, {})) {}

stream& stream::operator=(stream&& other) noexcept {
  std::swap(view_, other.view_);
  return *this;
}

namespace {
std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}
}  // namespace

event::event(device d) : handle_(d.is_cpu() ? nullptr : backend_of(d).create_event(d.index)), device_(d) {}

// NOLINTNEXTLINE(bugprone-exception-escape): the backend that made it is there
event::~event() {
  if (handle_) backend_of(device_).destroy_event(handle_);
}

event::event(event&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      device_(other.device_),
      host_nanoseconds_(other.host_nanoseconds_) {}

event& event::operator=(event&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(device_, other.device_);
  std::swap(host_nanoseconds_, other.host_nanoseconds_);
  return *this;
}

void event::record(stream_view s) {
  if (s.device.type != device_.type)
    fail<value_error>("[event.record] expected a stream of ", device_, ", got one of ", s.device);
  if (handle_)
    backend_of(device_).record_event(handle_, s);
  else
    host_nanoseconds_ = now();
}

bool event::query() const { return !handle_ || backend_of(device_).query_event(handle_); }

void event::synchronize() const {
  if (handle_) backend_of(device_).synchronize_event(handle_);
}

double event::elapsed_since(const event& start) const {
  if (handle_) return backend_of(device_).elapsed_milliseconds(start.handle_, handle_);
  return static_cast<double>(host_nanoseconds_ - start.host_nanoseconds_) * 1e-6;
}

}  // namespace numloom
