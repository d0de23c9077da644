// SPDX-License-Identifier: BSD-3-Clause
#include <atomic>

#include "runtime_internal.hpp"

namespace numloom::cuda_runtime {
namespace {

struct counters {
  std::atomic<uint64_t> launches, fills, allocations, synchronisations;
  std::atomic<uint64_t> copies[3];
  std::atomic<uint64_t> bytes[3];
};
constinit counters totals{};

void add(std::atomic<uint64_t>& counter, uint64_t by = 1) {
  counter.fetch_add(by, std::memory_order_relaxed);
}

std::string message(const std::string& name, const std::string& call, const std::string& detail,
                    const char* file, unsigned line) {
  return "[" + call + "] " + detail + " (" + name + ") at " + file + ":" + std::to_string(line);
}

}  // namespace

cuda_error::cuda_error(int code_, std::string name_, std::string call_, const std::string& detail,
                       const char* file_, unsigned line_)
    : numloom::cuda_error(message(name_, call_, detail, file_, line_)),
      code(code_),
      name(std::move(name_)),
      call(std::move(call_)),
      file(file_),
      line(line_) {}

void count(counted what) noexcept {
  switch (what) {
    case counted::launch: return add(totals.launches);
    case counted::fill: return add(totals.fills);
    case counted::allocation: return add(totals.allocations);
    case counted::synchronisation: return add(totals.synchronisations);
  }
}

void count_launch() noexcept { count(counted::launch); }

void count_copy(copy_kind kind, size_t bytes) noexcept {
  add(totals.copies[static_cast<size_t>(kind)]);
  add(totals.bytes[static_cast<size_t>(kind)], bytes);
}

runtime_statistics get_statistics() noexcept {
  runtime_statistics s;
  s.launches = totals.launches;
  s.fills = totals.fills;
  s.allocations = totals.allocations;
  s.synchronisations = totals.synchronisations;
  s.copies_host_to_device = totals.copies[0];
  s.copies_device_to_host = totals.copies[1];
  s.copies_device_to_device = totals.copies[2];
  s.bytes_host_to_device = totals.bytes[0];
  s.bytes_device_to_host = totals.bytes[1];
  s.bytes_device_to_device = totals.bytes[2];
  return s;
}

void reset_statistics() noexcept {
  for (auto* c : {&totals.launches, &totals.fills, &totals.allocations, &totals.synchronisations}) *c = 0;
  for (auto& c : totals.copies) c = 0;
  for (auto& c : totals.bytes) c = 0;
}

}  // namespace numloom::cuda_runtime
