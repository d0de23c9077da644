// SPDX-License-Identifier: BSD-3-Clause
#include "shared_memory.hpp"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

#include "sanitizers.hpp"

namespace numloom::simt {
namespace {

constexpr int unset = 0xCB;
constexpr int border_byte = 0xB5;
// ASan has its own borders, and would not look into ours.
constexpr size_t border = NUMLOOM_SIM_ASAN ? 0 : 64;
// ThreadSanitizer must see new memory for each block, or blocks would seem to race for it.
constexpr bool keep_between_blocks = !NUMLOOM_SIM_TSAN;

bool intact(const char* from, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) {
    if (static_cast<unsigned char>(from[i]) != border_byte) return false;
  }
  return true;
}

size_t padded(size_t bytes) { return (bytes + 15) & ~size_t{15}; }

}  // namespace

shared_memory::~shared_memory() { end_grid(); }

void* shared_memory::find(const void* key) const {
  for (const variable& v : variables_) {
    if (v.key == key) return v.live ? v.memory + border : nullptr;
  }
  return nullptr;
}

void* shared_memory::make(const void* key, size_t bytes, const char* name, const char* file, int line) {
  variable* slot = nullptr;
  for (variable& v : variables_) {
    if (v.key == key) slot = &v;
  }
  if (slot == nullptr) slot = &variables_.emplace_back(variable{key, nullptr, 0, name, file, line, false});
  if (slot->memory == nullptr || slot->bytes != bytes) {
    std::free(slot->memory);
    slot->memory = static_cast<char*>(std::malloc(bytes + 2 * border + (bytes + border == 0)));
    if (slot->memory == nullptr) throw std::bad_alloc();
    slot->bytes = bytes;
  }
  slot->live = true;
  std::memset(slot->memory, border_byte, border);
  std::memset(slot->memory + border, unset, bytes);
  std::memset(slot->memory + border + bytes, border_byte, border);
  bytes_in_use_ += padded(bytes);
  return slot->memory + border;
}

bool shared_memory::contains(const void* address, size_t bytes) const {
  const char* p = static_cast<const char*>(address);
  for (const variable& v : variables_) {
    if (v.live && p >= v.memory + border && p + bytes <= v.memory + border + v.bytes) return true;
  }
  return false;
}

std::string shared_memory::near(const void* address) const {
  constexpr std::ptrdiff_t close = 4096;
  const char* p = static_cast<const char*>(address);
  for (const variable& v : variables_) {
    const char* begin = v.memory + border;
    const std::ptrdiff_t before = begin - p;
    const std::ptrdiff_t behind = p - (begin + v.bytes);
    if (!v.live || before > close || behind > close) continue;
    const std::string distance = std::to_string(before > 0 ? before : behind > 0 ? behind : 0);
    return distance + (before > 0 ? " bytes before the start of" : " bytes past the end of") +
           " the shared variable `" + v.name + "` (" + std::to_string(v.bytes) + " bytes)";
  }
  return "";
}

std::string shared_memory::damage() const {
  for (const variable& v : variables_) {
    if (!v.live || border == 0) continue;
    const bool before = !intact(v.memory, border);
    if (!before && intact(v.memory + border + v.bytes, border)) continue;
    return std::string("a thread wrote ") + (before ? "before" : "past") + " the shared variable `" + v.name +
           "` of " + std::to_string(v.bytes) + " bytes (" + v.file + ":" + std::to_string(v.line) + ")";
  }
  return "";
}

void shared_memory::end_block() {
  for (variable& v : variables_) v.live = false;
  bytes_in_use_ = 0;
  if (!keep_between_blocks) end_grid();
}

void shared_memory::end_grid() {
  for (const variable& v : variables_) std::free(v.memory);
  variables_.clear();
}

}  // namespace numloom::simt
