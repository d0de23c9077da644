// SPDX-License-Identifier: BSD-3-Clause
#include "sim/simulation.hpp"

#include <algorithm>
#include <cstdlib>

namespace numloom::simt {
namespace {

// "512M", "2G", "1048576"
size_t bytes_from(const char* text, size_t otherwise) {
  if (text == nullptr || *text == 0) return otherwise;
  char* end = nullptr;
  const size_t number = std::strtoull(text, &end, 10);
  switch (*end) {
    case 'k':
    case 'K': return number << 10;
    case 'm':
    case 'M': return number << 20;
    case 'g':
    case 'G': return number << 30;
    default: return number;
  }
}

bool protect_from_environment() {
  const char* text = std::getenv("NUMLOOM_SIM_PROTECT");
  return text == nullptr || *text != '0';
}

bool reachable(int from, const memory_block& block) {
  return block.device == from || sim().peers[from][block.device];
}

}  // namespace

int devices_from_environment() {
  const char* text = std::getenv("NUMLOOM_SIM_DEVICES");
  return text == nullptr ? 1 : std::clamp(std::atoi(text), 0, max_devices);
}

simulation::simulation()
    : devices(devices_from_environment()),
      memory(std::max(devices, 1), bytes_from(std::getenv("NUMLOOM_SIM_MEMORY"), size_t{2} << 30),
             protect_from_environment()) {}

simulation& sim() {
  static simulation* const instance = new simulation;
  return *instance;
}

void refuse_call(int code, const char* call, const std::string& detail, place where) {
  sim().last_error = code;
  throw cuda_runtime::cuda_error(code, cuda_runtime::error_name(code), call, detail, where.file, where.line);
}

void need_device(const char* call, place where) {
  if (sim().devices != 0) return;
  refuse_call(cuda_runtime::error_no_device, call, "there is no device (NUMLOOM_SIM_DEVICES=0)", where);
}

simulated_stream& stream_of(void* handle, const char* call, place where) {
  need_device(call, where);
  if (simulated_stream* s = sim().queues.find_stream(handle)) return *s;
  const char* problem = "expected a stream, got something else";
  if (handle == nullptr) problem = "expected a stream, got null (there is no default stream)";
  if (sim().queues.was_handle(handle)) problem = "the stream was destroyed";
  refuse_call(error_invalid_handle, call, problem, where);
}

event_pointer event_of(void* handle, const char* call, place where) {
  need_device(call, where);
  if (event_pointer e = sim().queues.find_event(handle)) return e;
  const bool stale = sim().queues.was_handle(handle);
  refuse_call(error_invalid_handle, call,
              stale ? "the event was destroyed" : "expected an event, got something else", where);
}

bool is_pinned(const void* pointer) {
  const auto* p = static_cast<const char*>(pointer);
  auto next = sim().pinned.upper_bound(const_cast<char*>(p));
  if (next == sim().pinned.begin()) return false;
  --next;
  return p < next->first + next->second;
}

std::string device_range_problem(const void* pointer, size_t bytes, int device, moment when) {
  memory_block* b = sim().memory.find(pointer);
  if (b == nullptr)
    return "expected device memory, got a pointer to " +
           std::string(sim().memory.contains(pointer) ? "no allocation" : "host memory");
  const bool usable =
      b->state == block_state::live || (b->state == block_state::freeing && when == moment::running);
  if (!usable) return "use after free: " + describe(*b);
  if (!reachable(device, *b))
    return "memory of device " + std::to_string(b->device) + " used on device " + std::to_string(device) +
           " without peer access";
  const size_t offset = static_cast<size_t>(static_cast<const char*>(pointer) - b->begin);
  if (offset + bytes <= b->bytes) return "";
  return "bytes " + std::to_string(offset) + " to " + std::to_string(offset + bytes) + " of " + describe(*b);
}

}  // namespace numloom::simt
