// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/access_check.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "kernel/process.hpp"
#include "sim/engine.hpp"

namespace numloom::kernel_detail {
namespace {

thread_local access_check* active = nullptr;

constexpr std::uint32_t most_threads = simt::max_block_threads;

bool within(const memory_range& r, const char* p, std::size_t bytes) {
  return p >= r.begin && p + bytes <= r.begin + r.bytes;
}

const char* verb(access_check::kind k) {
  switch (k) {
    case access_check::kind::read: return "reads";
    case access_check::kind::write: return "writes";
    default: return "atomically changes";
  }
}

std::string index_text(std::uint32_t thread) {
  const uint3 dim = simt::current_thread->block->block_dim;
  return as_text("(", thread % dim.x, ",", thread / dim.x % dim.y, ",", thread / (dim.x * dim.y), ")");
}

}  // namespace

access_check::access_check(const kernel_function& f, const argument_buffer& arguments,
                           const std::vector<memory_range>& own, bool races)
    : function_(f), arguments_(arguments), own_(own), races_(races), threads_(races ? most_threads : 0) {
  active = this;
  simt::set_observer(races ? this : nullptr);
}

access_check::~access_check() {
  simt::set_observer(nullptr);
  active = nullptr;
}

access_check* access_check::current() { return active; }

void access_check::touch(const void* address, std::size_t bytes, kind k, const void* code) {
  if (simt::current_thread == nullptr) return;  // the module's own set-up
  const char* p = static_cast<const char*>(address);
  const bool global = allowed(p, bytes, k);
  const bool shared = !global && simt::is_shared_memory(p, bytes);
  if (!global && !shared) {
    if (!simt::is_own_memory(p, bytes)) refuse(p, bytes, k, code);
    return;
  }
  if (!races_) return;
  ++time_;
  const auto first = reinterpret_cast<std::uintptr_t>(p);
  for (std::uintptr_t word = first & ~std::uintptr_t{3}; word < first + bytes; word += 4) {
    std::uint32_t mask = 0xF;
    if (word < first) mask &= 0xFu << (first - word);
    if (word + 4 > first + bytes) mask &= 0xFu >> (word + 4 - first - bytes);
    look_for_race(word, mask, k, code, shared);
  }
}

// Arguments and the module's variables.
bool access_check::allowed(const char* p, std::size_t bytes, kind k) {
  for (const memory_range& r : arguments_.ranges()) {
    if (within(r, p, bytes)) return r.writeable || k == kind::read;
  }
  for (const memory_range& r : own_) {
    if (within(r, p, bytes)) return true;
  }
  const memory_range call{reinterpret_cast<const char*>(&arguments_), sizeof arguments_, false, 0};
  return within(call, p, bytes);
}

std::string access_check::array_text(const char* p, std::size_t bytes) const {
  const memory_range* nearest = nullptr;
  std::ptrdiff_t least = PTRDIFF_MAX;
  for (const memory_range& r : arguments_.ranges()) {
    const std::ptrdiff_t before = r.begin - p, behind = p - (r.begin + r.bytes);
    const std::ptrdiff_t distance = before > 0 ? before : behind > 0 ? behind : 0;
    if (distance < least) nearest = &r, least = distance;
  }
  std::string shared = least == 0 ? "" : simt::near_shared_memory(p);
  if (!shared.empty()) return shared;
  constexpr std::ptrdiff_t near = std::ptrdiff_t{1} << 20;
  if (nearest == nullptr || least > near)
    return as_text("outside all arrays of the launch, at address ", static_cast<const void*>(p));
  const parameter& of = function_.parameters[nearest->parameter];
  const std::string name =
      as_text("argument ", nearest->parameter + 1, " '", of.name, "' (", nearest->bytes, " bytes)");
  if (p < nearest->begin) return as_text(nearest->begin - p, " bytes before the start of ", name);
  const char* end = nearest->begin + nearest->bytes;
  if (p >= end) return as_text(p - end, " bytes past the end of ", name);
  if (p + bytes > end) return "across the end of " + name;
  return "in " + name + ", which is read-only";
}

void access_check::refuse(const char* p, std::size_t bytes, kind k, const void* code) {
  simt::fail_thread(simt::error_illegal_address, [&] {
    return as_text(verb(k), " ", bytes, " bytes, ", array_text(p, bytes), ", ", code_text(code));
  });
}

// ---- races ----

void access_check::block_began() {
  ++block_;
  epoch_ = 0;
  shared_.clear();
  for (thread_clock& t : threads_) t = thread_clock{};
}

void access_check::block_met() { ++epoch_; }

// Every lane of the group learns what the others know, and begins a new time of its own.
void access_check::lanes_met(unsigned first_lane, unsigned group) {
  std::array<std::uint32_t, 32> joined{};
  for (unsigned lane = 0; lane < 32; ++lane) {
    if ((group >> lane & 1) == 0) continue;
    thread_clock& t = threads_[first_lane + lane];
    for (unsigned k = 0; k < 32; ++k) joined[k] = std::max(joined[k], t.lanes[k]);
    joined[lane] = std::max(joined[lane], t.lanes[lane] + 1);
  }
  for (unsigned lane = 0; lane < 32; ++lane) {
    if ((group >> lane & 1) == 0) continue;
    const std::uint32_t mine = threads_[first_lane + lane].lanes[lane] + 1;
    threads_[first_lane + lane].lanes = joined;
    threads_[first_lane + lane].lanes[lane] = mine;
  }
}

void access_check::fenced() {
  const std::uint32_t thread = simt::current_thread->linear;
  fences_[block_ * most_threads + thread] = ++time_;
  threads_[thread].last_fence = time_;
}

access_check::past_access access_check::now(kind k, const void* code) const {
  const std::uint32_t thread = simt::current_thread->linear;
  return {block_, thread, epoch_, threads_[thread].lanes[thread % 32], 0, time_, code, k == kind::atomic};
}

bool access_check::ordered(const past_access& before, const past_access& now) const {
  if (before.block == now.block) {
    if (before.thread == now.thread || before.epoch != now.epoch) return true;
    const bool same_warp = before.thread / 32 == now.thread / 32;
    if (same_warp && threads_[now.thread].lanes[before.thread % 32] > before.clock) return true;
  }
  const auto fence = fences_.find(before.block * most_threads + before.thread);
  if (fence == fences_.end() || fence->second < before.time) return false;
  return threads_[now.thread].last_fence > before.time;
}

void access_check::look_for_race(std::uintptr_t word, std::uint32_t mask, kind k, const void* code,
                                 bool shared) {
  cell& c = (shared ? shared_ : global_)[word];
  past_access me = now(k, code);
  me.mask = mask;
  const auto conflicts = [&](const past_access& before) {
    return (before.mask & mask) != 0 && !(before.atomic && me.atomic) && !ordered(before, me);
  };
  if (c.written && conflicts(c.write))
    refuse_race(word, c.write, c.write.atomic ? "atomically changed" : "wrote", k, code);
  if (k != kind::read && c.was_read && conflicts(c.read)) refuse_race(word, c.read, "read", k, code);
  if (k == kind::read) {
    c.read = me;
    c.was_read = true;
  } else {
    c.write = me;
    c.written = true;
  }
}

void access_check::refuse_race(std::uintptr_t word, const past_access& before, const char* did, kind k,
                               const void* code) {
  simt::fail_thread(simt::error_launch_failure, [&] {
    const char* p = reinterpret_cast<const char*>(word);
    std::string place = "shared memory";
    for (const memory_range& r : arguments_.ranges()) {
      if (!within(r, p, 1)) continue;
      place = as_text("argument ", r.parameter + 1, " '", function_.parameters[r.parameter].name, "', byte ",
                      p - r.begin);
    }
    const std::string block = before.block == block_ ? "" : " of another block";
    return as_text("race: it ", verb(k), " ", place, ", ", code_text(code), ", which thread ",
                   index_text(before.thread), block, " ", did, ", ", code_text(before.code),
                   ", and nothing orders the two");
  });
}

// ---- lines ----

std::string code_text(const void* code) {
  char text[40];
  std::snprintf(text, sizeof text, "code %p", code);
  return text;
}

std::string put_lines(std::string text, const std::string& path, std::uintptr_t base) {
  for (std::size_t at = text.find("code 0x"); at != text.npos; at = text.find("code 0x", at + 1)) {
    char* end = nullptr;
    const std::uintptr_t code = std::strtoull(text.c_str() + at + 5, &end, 16);
    char offset[40];
    std::snprintf(offset, sizeof offset, "0x%lx", code - base - 1);  // within the call, not behind it
    process_result found = run_process({"addr2line", "-e", path, offset}, "");
    std::string line = found.errors.substr(0, found.errors.find_first_of(" \n"));
    if (found.status != 0 || line.empty() || line[0] == '?') continue;
    if (const std::size_t mark = line.find(source_name); mark != line.npos) line.erase(0, mark);
    text.replace(at, static_cast<std::size_t>(end - text.c_str()) - at, "line " + line);
  }
  return text;
}

}  // namespace numloom::kernel_detail
