// SPDX-License-Identifier: BSD-3-Clause
/// Streams and events. Work on one stream runs in order; work on two streams is ordered by events only.
#pragma once

#include "numloom/device.hpp"

namespace numloom {

/// A stream that somebody else owns. On the CPU the handle is null and means "now".
struct stream_view {
  void* handle = nullptr;
  numloom::device device{};
  NL_API void synchronize() const;
  /// True when all work on it has finished.
  NL_API bool query() const;
  /// Work given to this stream from now on waits for the event.
  NL_API void wait(const class event& e) const;
  friend bool operator==(const stream_view&, const stream_view&) = default;
};

/// The stream on which operations on d run where no other was made current.
NL_API stream_view default_stream(device d);
/// The stream on which this thread's operations on d run.
NL_API stream_view current_stream(device d);
NL_API void set_current_stream(stream_view s);

/// Owns a stream.
class NL_API stream {
 public:
  explicit stream(device d = current_device());
  ~stream();
  stream(stream&& other) noexcept;
  stream& operator=(stream&& other) noexcept;
  operator stream_view() const { return view_; }
  void synchronize() const { view_.synchronize(); }
  bool query() const { return view_.query(); }
  void wait(const event& e) const { view_.wait(e); }

 private:
  stream_view view_;
};

/// A point in a stream.
class NL_API event {
 public:
  explicit event(device d = current_device());
  ~event();
  event(event&& other) noexcept;
  event& operator=(event&& other) noexcept;
  void record(stream_view s);
  bool query() const;
  void synchronize() const;
  /// Milliseconds from start to this event; both must have been recorded and reached.
  double elapsed_since(const event& start) const;
  void* handle() const { return handle_; }

 private:
  void* handle_ = nullptr;
  numloom::device device_{};
  std::int64_t host_nanoseconds_ = 0;  // the CPU's event is a time
};

/// Makes a stream current on this thread for as long as it lives.
class stream_guard {
 public:
  explicit stream_guard(stream_view s) : before_(current_stream(s.device)) { set_current_stream(s); }
  ~stream_guard() { set_current_stream(before_); }
  stream_guard(const stream_guard&) = delete;
  stream_guard& operator=(const stream_guard&) = delete;

 private:
  stream_view before_;
};

}  // namespace numloom
