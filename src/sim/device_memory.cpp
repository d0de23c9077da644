// SPDX-License-Identifier: BSD-3-Clause
#include "device_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>

#include "faults.hpp"
#include "sanitizers.hpp"

namespace numloom::simt {
namespace {

constexpr size_t alignment = 256;               // cudaMalloc's
constexpr size_t guard_bytes = 64;              // at least; behind every block
constexpr size_t page_bytes = size_t{2} << 20;  // changing the protection of huge pages is cheap
constexpr size_t quarantine_bytes = size_t{32} << 20;
constexpr size_t filled_end_bytes = size_t{1} << 20;  // of large blocks only the ends are filled
constexpr unsigned char unset_byte = 0xCD;
constexpr unsigned char freed_byte = 0xDD;
constexpr unsigned char guard_byte = 0xFB;

size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

device_memory* described = nullptr;

void describe_address(const void* address, char* text, size_t size) {
  const memory_block* b = described->nearest(address);
  if (b == nullptr) {
    std::snprintf(text, size, "%p, in no allocation", address);
    return;
  }
  const size_t offset = static_cast<size_t>(static_cast<const char*>(address) - b->begin);
  const bool inside = offset < b->bytes;
  std::snprintf(text, size, "%p, %s%zu %s %s", address, inside ? "byte " : "",
                inside ? offset : offset - b->bytes, inside ? "of" : "bytes past the end of",
                describe(*b).c_str());
}

}  // namespace

std::string describe(const memory_block& b) {
  const auto place = [](const std::source_location& w) {
    return std::string(w.file_name()) + ":" + std::to_string(w.line());
  };
  std::string text = std::to_string(b.bytes) + " bytes allocated at " + place(b.allocated_at);
  if (b.state != block_state::live) text += ", freed at " + place(b.freed_at);
  return text;
}

device_memory::device_memory(int devices, size_t limit, bool protect)
    : limit_(limit), stride_(round_up(2 * limit + 4 * quarantine_bytes, page_bytes)), protect_(protect) {
  const size_t bytes = stride_ * static_cast<size_t>(devices) + page_bytes;
  void* range = mmap(nullptr, bytes, protect_ ? PROT_NONE : PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) throw std::bad_alloc();
  base_ = reinterpret_cast<char*>(round_up(reinterpret_cast<uintptr_t>(range), page_bytes));
  arenas_.resize(static_cast<size_t>(devices));
  for (size_t d = 0; d < arenas_.size(); ++d) arenas_[d].begin = arenas_[d].top = base_ + d * stride_;
  madvise(base_, stride_ * arenas_.size(), MADV_HUGEPAGE);
  described = this;
  faults::set_device_range(base_, stride_ * arenas_.size(), &describe_address);
  faults::watch_this_os_thread();
}

bool device_memory::contains(const volatile void* address) const {
  const auto* p = static_cast<const volatile char*>(address);
  return p >= base_ && p < base_ + stride_ * arenas_.size();
}

memory_block* device_memory::nearest(const volatile void* address) {
  if (!contains(address)) return nullptr;
  char* p = const_cast<char*>(static_cast<const volatile char*>(address));
  arena& a = arenas_[static_cast<size_t>(p - base_) / stride_];
  const auto next = a.blocks.upper_bound(p);
  if (next == a.blocks.begin() || std::prev(next)->second.state == block_state::unallocated) return nullptr;
  return &std::prev(next)->second;
}

memory_block* device_memory::find(const volatile void* address) {
  memory_block* b = nearest(address);
  return b != nullptr && address <= b->begin + b->bytes ? b : nullptr;
}

bool device_memory::guard_intact(const memory_block& b) {
  if (NUMLOOM_SIM_ASAN) return true;  // poisoned instead
  return std::all_of(b.begin + b.bytes, b.begin + b.span,
                     [](char c) { return static_cast<unsigned char>(c) == guard_byte; });
}

char* device_memory::allocate(int device, size_t bytes, std::source_location where) {
  arena& a = arenas_[static_cast<size_t>(device)];
  if (bytes > limit_ || a.used + bytes > limit_) return nullptr;
  memory_block* b = take_block(a, round_up(bytes + guard_bytes, alignment));
  if (b == nullptr) return nullptr;
  b->bytes = bytes;
  b->state = block_state::live;
  b->device = device;
  b->allocated_at = where;
  a.used += bytes;
  sanitizer::unpoison(b->begin, bytes);
  fill_soon({b->begin, bytes, unset_byte, NUMLOOM_SIM_ASAN ? 0 : b->span - bytes});
  return b->begin;
}

// The smallest unallocated block that is large enough, or new memory; what is left over becomes a block.
memory_block* device_memory::take_block(arena& a, size_t span) {
  const auto found = a.unallocated.lower_bound(span);
  if (found == a.unallocated.end()) {
    if (static_cast<size_t>(a.top - a.begin) + span > stride_) return nullptr;
    char* begin = a.top;
    char* const old_pages = a.begin + round_up(static_cast<size_t>(a.top - a.begin), page_bytes);
    a.top += span;
    char* const new_pages = a.begin + round_up(static_cast<size_t>(a.top - a.begin), page_bytes);
    sanitizer::poison(old_pages, static_cast<size_t>(new_pages - old_pages));
    if (accessible_ && new_pages > old_pages) {
      mprotect(old_pages, static_cast<size_t>(new_pages - old_pages), PROT_READ | PROT_WRITE);
    }
    memory_block& b = a.blocks[begin];
    b.begin = begin;
    b.span = span;
    return &b;
  }
  memory_block& b = a.blocks[found->second];
  a.unallocated.erase(found);
  if (b.span > span) {
    memory_block& rest = a.blocks[b.begin + span];
    rest.begin = b.begin + span;
    rest.span = b.span - span;
    a.unallocated.emplace(rest.span, rest.begin);
    b.span = span;
  }
  return &b;
}

void device_memory::release(memory_block& b) {
  arena& a = arenas_[static_cast<size_t>(b.device)];
  b.state = block_state::freed;
  a.used -= b.bytes;
  sanitizer::poison(b.begin, b.bytes);
  if (!NUMLOOM_SIM_ASAN) fill_soon({b.begin, b.bytes, freed_byte, 0});
  a.quarantine.push_back(b.begin);
  a.quarantined += b.span;
  while (a.quarantined > quarantine_bytes) {
    char* oldest = a.quarantine.front();
    a.quarantine.pop_front();
    a.quarantined -= a.blocks[oldest].span;
    recycle(a, oldest);
  }
}

// The block may be handed out again; merges it with unallocated neighbours.
void device_memory::recycle(arena& a, char* begin) {
  auto block = a.blocks.find(begin);
  block->second.state = block_state::unallocated;
  block->second.bytes = 0;
  const auto forget = [&](const memory_block& b) {
    auto [first, last] = a.unallocated.equal_range(b.span);
    a.unallocated.erase(
        std::find_if(first, last, [&](const auto& entry) { return entry.second == b.begin; }));
  };
  if (const auto next = std::next(block);
      next != a.blocks.end() && next->second.state == block_state::unallocated) {
    forget(next->second);
    block->second.span += next->second.span;
    a.blocks.erase(next);
  }
  if (block != a.blocks.begin()) {
    const auto before = std::prev(block);
    if (before->second.state == block_state::unallocated) {
      forget(before->second);
      before->second.span += block->second.span;
      a.blocks.erase(block);
      block = before;
    }
  }
  a.unallocated.emplace(block->second.span, block->second.begin);
}

void device_memory::fill(const pending_fill& f) {
  if (f.bytes <= 4 * filled_end_bytes) {
    std::memset(f.begin, f.byte, f.bytes);
  } else {
    std::memset(f.begin, f.byte, filled_end_bytes);
    std::memset(f.begin + f.bytes - filled_end_bytes, f.byte, filled_end_bytes);
  }
  std::memset(f.begin + f.bytes, guard_byte, f.guard);
}

// Opening the range costs more than a small fill, so fills wait until it is open anyway.
void device_memory::fill_soon(const pending_fill& f) {
  if (opened_ > 0 || !protect_) {
    fill(f);
  } else {
    pending_.push_back(f);
  }
}

void device_memory::set_access(bool allowed) {
  if (!protect_ || accessible_ == allowed) return;
  accessible_ = allowed;
  for (const arena& a : arenas_) {
    const size_t bytes = round_up(static_cast<size_t>(a.top - a.begin), page_bytes);
    if (bytes != 0) mprotect(a.begin, bytes, allowed ? PROT_READ | PROT_WRITE : PROT_NONE);
  }
}

void device_memory::open() {
  if (opened_++ > 0) return;
  set_access(true);
  // Under ASan a block may have been freed since.
  for (const pending_fill& f : pending_) {
    const memory_block* b = find(f.begin);
    if (!NUMLOOM_SIM_ASAN || (b != nullptr && b->state != block_state::freed && b->bytes == f.bytes)) fill(f);
  }
  pending_.clear();
}

void device_memory::close() {
  if (--opened_ == 0 && series_ == 0) set_access(false);
}

void device_memory::end_series() {
  if (--series_ == 0 && opened_ == 0) set_access(false);
}

}  // namespace numloom::simt
