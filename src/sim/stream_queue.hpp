// SPDX-License-Identifier: BSD-3-Clause
// Simulated streams and events. Work is queued and runs only when somebody waits, one piece at a time, from a
// stream picked at random among those whose next piece may run: every order that events allow will come up.
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <unordered_map>

namespace numloom::simt {

struct simulated_event {
  bool timing = false;
  uint64_t recorded = 0;   // records queued so far
  uint64_t completed = 0;  // the latest record that has run
  std::chrono::steady_clock::time_point time;
};
using event_pointer = std::shared_ptr<simulated_event>;

struct simulated_stream {
  struct operation {
    std::function<void()> run;
    event_pointer gate;  // may run once the gate's record number `gate_record` has
    uint64_t gate_record = 0;
    size_t staged_bytes = 0;
  };
  int device = 0;
  bool destroyed = false;
  std::deque<operation> queue;
};

class stream_queues {
 public:
  /// Handles are numbers that are never used twice, so a stale one is always noticed.
  void* create_stream(int device);
  /// Null when the handle is not a living stream.
  simulated_stream* find_stream(void* handle);
  void destroy_stream(void* handle);
  void* create_event(bool timing);
  event_pointer find_event(void* handle);
  void destroy_event(void* handle);
  bool was_handle(void* handle) const;

  void push(simulated_stream& stream, simulated_stream::operation operation);
  void record(simulated_stream& stream, const event_pointer& event);
  void wait(simulated_stream& stream, const event_pointer& event);

  /// Runs work until `done()`. False when nothing can run any more.
  bool run_until(const std::function<bool()>& done, const simulated_stream* favourite);
  void run_all(int device);

 private:
  simulated_stream* pick(const simulated_stream* favourite);
  void step(simulated_stream& stream);

  std::unordered_map<uintptr_t, std::unique_ptr<simulated_stream>> streams_;
  std::unordered_map<uintptr_t, event_pointer> events_;
  uintptr_t next_handle_ = 1;
  size_t queued_ = 0;
  size_t staged_bytes_ = 0;
  std::mt19937_64 random_;
  unsigned long random_seed_ = ~0ul;
};

}  // namespace numloom::simt
