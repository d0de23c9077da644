// SPDX-License-Identifier: BSD-3-Clause
#include "stream_queue.hpp"

#include <algorithm>
#include <vector>

#include "run_grid.hpp"

namespace numloom::simt {
namespace {

// A queue that grows beyond this starts to run by itself, as a GPU would.
constexpr size_t most_queued = 1024;
constexpr size_t most_staged_bytes = size_t{64} << 20;

// Recognisable in a debugger, and no address.
constexpr uintptr_t handle_tag = 0x57EA000000000000;
uintptr_t key_of(void* handle) { return reinterpret_cast<uintptr_t>(handle); }

}  // namespace

void* stream_queues::create_stream(int device) {
  const uintptr_t key = handle_tag + 16 * next_handle_++;
  auto& stream = streams_[key] = std::make_unique<simulated_stream>();
  stream->device = device;
  return reinterpret_cast<void*>(key);
}

simulated_stream* stream_queues::find_stream(void* handle) {
  const auto found = streams_.find(key_of(handle));
  return found == streams_.end() || found->second->destroyed ? nullptr : found->second.get();
}

void stream_queues::destroy_stream(void* handle) {
  const auto found = streams_.find(key_of(handle));
  found->second->destroyed = true;
  if (found->second->queue.empty()) streams_.erase(found);
}

void* stream_queues::create_event(bool timing) {
  const uintptr_t key = handle_tag + 16 * next_handle_++;
  events_[key] = std::make_shared<simulated_event>();
  events_[key]->timing = timing;
  return reinterpret_cast<void*>(key);
}

event_pointer stream_queues::find_event(void* handle) {
  const auto found = events_.find(key_of(handle));
  return found == events_.end() ? nullptr : found->second;
}

void stream_queues::destroy_event(void* handle) { events_.erase(key_of(handle)); }

bool stream_queues::was_handle(void* handle) const {
  const uintptr_t key = key_of(handle);
  return key > handle_tag && key < handle_tag + 16 * next_handle_ && key % 16 == 0;
}

void stream_queues::push(simulated_stream& stream, simulated_stream::operation operation) {
  ++queued_;
  staged_bytes_ += operation.staged_bytes;
  stream.queue.push_back(std::move(operation));
  if (queued_ <= most_queued && staged_bytes_ <= most_staged_bytes) return;
  run_until([this] { return queued_ <= most_queued / 2 && staged_bytes_ <= most_staged_bytes / 2; }, nullptr);
}

void stream_queues::record(simulated_stream& stream, const event_pointer& event) {
  const uint64_t number = ++event->recorded;
  push(stream, {[event, number] {
                  event->completed = std::max(event->completed, number);
                  event->time = std::chrono::steady_clock::now();
                },
                nullptr, 0, 0});
}

void stream_queues::wait(simulated_stream& stream, const event_pointer& event) {
  if (event->completed >= event->recorded) return;
  push(stream, {[] {}, event, event->recorded, 0});
}

// Seed 0: only what is asked for runs, and what it waits for.
simulated_stream* stream_queues::pick(const simulated_stream* favourite) {
  if (random_seed_ != seed()) random_.seed(random_seed_ = seed());
  std::vector<std::pair<uintptr_t, simulated_stream*>> runnable;
  for (const auto& [key, stream] : streams_) {
    if (stream->queue.empty()) continue;
    const auto& next = stream->queue.front();
    if (next.gate != nullptr && next.gate->completed < next.gate_record) continue;
    if (random_seed_ == 0 && stream.get() == favourite) return stream.get();
    runnable.emplace_back(key, stream.get());
  }
  if (runnable.empty()) return nullptr;
  std::sort(runnable.begin(), runnable.end());  // the same choice in every run
  return runnable[random_seed_ == 0 ? 0 : random_() % runnable.size()].second;
}

void stream_queues::step(simulated_stream& stream) {
  const simulated_stream::operation operation = std::move(stream.queue.front());
  stream.queue.pop_front();
  --queued_;
  staged_bytes_ -= operation.staged_bytes;
  if (stream.destroyed && stream.queue.empty()) {
    std::erase_if(streams_, [&](const auto& entry) { return entry.second.get() == &stream; });
  }
  operation.run();
}

bool stream_queues::run_until(const std::function<bool()>& done, const simulated_stream* favourite) {
  while (!done()) {
    simulated_stream* next = pick(favourite);
    if (next == nullptr) return false;
    step(*next);
  }
  return true;
}

void stream_queues::run_all(int device) {
  run_until(
      [&] {
        return std::none_of(streams_.begin(), streams_.end(), [&](const auto& entry) {
          return entry.second->device == device && !entry.second->queue.empty();
        });
      },
      nullptr);
}

}  // namespace numloom::simt
