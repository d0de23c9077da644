// SPDX-License-Identifier: BSD-3-Clause
// The CPU's memory: pooled, 64-byte aligned. Blocks up to 32 KiB come from lists of the thread's own, without
// a lock or an atomic, the storage header in front of the data. Larger ones are cached by size, because the
// page faults of fresh memory cost more than most operations on it; their headers are small blocks, so that
// the data begin on a page: a result that lies a few bytes further into its page than the operands do makes
// every load wait for the store before it (an addition in the second-level cache takes 1.4 times as long).
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <fstream>
#include <mutex>
#include <new>
#include <string>
#include <type_traits>

#include "cpu/backend.hpp"
#include "numloom/error.hpp"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define NL_POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define NL_UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define NL_POISON(p, n) static_cast<void>(0)
#define NL_UNPOISON(p, n) static_cast<void>(0)
#endif

namespace numloom::cpu_host {

namespace {

constexpr std::size_t header_bytes = 64;
static_assert(sizeof(storage) <= header_bytes - sizeof(std::size_t));

// A free block: the link lies where a live block has its storage.
struct free_block {
  free_block* next;
};

// ---- size classes: eight to a doubling, so rounding up wastes at most 12.5 % ----

constexpr int steps = 8;
constexpr std::size_t smallest = 64;
// The class of the smallest capacity that holds `bytes`; capacities below 8 * 64 are the multiples of 64.
constexpr int class_of(std::size_t bytes) {
  const std::size_t units = (bytes + smallest - 1) / smallest;
  if (units <= steps) return static_cast<int>(units) - 1;
  const int doubling = 60 - std::countl_zero(units - 1);  // units - 1 in [8 << doubling, 16 << doubling)
  return (doubling + 1) * steps + static_cast<int>((units - 1) >> doubling) - steps;
}
constexpr std::size_t capacity_of(int c) {
  if (c < steps) return static_cast<std::size_t>(c + 1) * smallest;
  const int doubling = c / steps - 1;
  return static_cast<std::size_t>(c % steps + steps + 1) << doubling << 6;
}
static_assert(capacity_of(class_of(64)) == 64 && capacity_of(class_of(513)) == 576);
static_assert(capacity_of(class_of(1 << 20)) == 1 << 20 && capacity_of(class_of((1 << 20) + 1)) == 9 << 17);

constexpr std::size_t most_small = 32 << 10;
constexpr int small_classes = class_of(most_small) + 1;
constexpr std::size_t address_space = std::size_t{1} << 47;
constexpr int all_classes = class_of(address_space) + 1;
constexpr std::size_t slab_bytes = 1 << 20;
constexpr std::size_t huge_page = 2 << 20;

int& class_in(storage* s) {
  return *reinterpret_cast<int*>(reinterpret_cast<char*>(s) + header_bytes - sizeof(std::size_t));
}

// ---- what all threads share ----

struct thread_cache;

struct shared_pool {
  std::mutex mutex;
  free_block* small[small_classes] = {};
  free_block* large[all_classes] = {};
  char* slab = nullptr;  // what is left of the newest slab
  std::size_t slab_left = 0;
  std::size_t cached = 0, cache_limit = 0;  // bytes of the free large blocks
  std::atomic<std::size_t> held{0}, limit{0};
  std::atomic<std::uint64_t> system_calls{0};
  // What threads have handed in of their counts (see thread_counts); bytes, calls.
  std::atomic<std::int64_t> used{0}, peak{0};
  std::atomic<std::uint64_t> allocations{0};
  thread_cache* caches = nullptr;  // of all threads
};

// Trivially destructible: arrays may outlive static destructors.
constinit shared_pool shared;
static_assert(std::is_trivially_destructible_v<shared_pool>);

// On the way to the first block: how much to cache, and a usable lock in a forked child.
void prepare_shared() {
  static const bool done = [] {
    const auto pages = static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES));
    shared.cache_limit = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) / 4;
    pthread_atfork([] { shared.mutex.lock(); }, [] { shared.mutex.unlock(); },
                   [] { new (&shared.mutex) std::mutex; });
    return true;
  }();
  static_cast<void>(done);
}

void raise_peak(shared_pool& p, std::int64_t now) noexcept {
  std::int64_t peak = p.peak.load(std::memory_order_relaxed);
  while (now > peak && !p.peak.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

// What a thread has taken and given back since it last added that to the shared counts. Others only read it.
// With several threads the peak may be too low or too high by `handed_in_at` for each of them.
class thread_counts {
 public:
  void add(shared_pool& p, std::int64_t bytes) noexcept {
    const std::int64_t now = used() + bytes;
    used_.store(now, std::memory_order_relaxed);
    if (bytes > 0) allocations_.store(allocations() + 1, std::memory_order_relaxed);
    if (now > peak_.load(std::memory_order_relaxed)) peak_.store(now, std::memory_order_relaxed);
    if (now > handed_in_at || now < -handed_in_at) hand_in(p);
  }
  void hand_in(shared_pool& p) noexcept {
    raise_peak(p, p.used.load(std::memory_order_relaxed) + peak_.load(std::memory_order_relaxed));
    p.used.fetch_add(used(), std::memory_order_relaxed);
    p.allocations.fetch_add(allocations(), std::memory_order_relaxed);
    used_.store(0, std::memory_order_relaxed);
    peak_.store(0, std::memory_order_relaxed);
    allocations_.store(0, std::memory_order_relaxed);
  }
  std::int64_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  std::uint64_t allocations() const noexcept { return allocations_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::int64_t handed_in_at = 64 << 10;
  std::atomic<std::int64_t> used_{0}, peak_{0};
  std::atomic<std::uint64_t> allocations_{0};
};

std::size_t available_memory() {
  std::ifstream file("/proc/meminfo");
  std::string word;
  std::size_t kib = 0;
  while (file >> word)
    if (word == "MemAvailable:" && file >> kib) return kib << 10;
  return 0;
}

// ---- the system's memory; the mutex is held ----

// Large blocks begin on a huge page's boundary, so that the kernel can back them with huge pages.
char* map_pages(std::size_t bytes) {
  const bool huge = bytes >= 2 * huge_page;
  const std::size_t reserve = huge ? bytes + huge_page : bytes;
  void* p = mmap(nullptr, reserve, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return nullptr;
  auto* at = static_cast<char*>(p);
  if (!huge) return at;
  const std::size_t front = (huge_page - reinterpret_cast<std::uintptr_t>(p) % huge_page) % huge_page;
  if (front > 0) munmap(at, front);
  if (front < huge_page) munmap(at + front + bytes, huge_page - front);
  madvise(at + front, bytes, MADV_HUGEPAGE);
  return at + front;
}

void release_cache(shared_pool& p) {
  for (int c = 0; c < all_classes; ++c)
    while (free_block* block = p.large[c]) {
      p.large[c] = block->next;
      NL_UNPOISON(block, capacity_of(c));
      munmap(static_cast<void*>(block), capacity_of(c));
      p.held -= capacity_of(c);
    }
  p.cached = 0;
}

// Maps pages within the limit; gives the cache back and tries again before it gives up with null.
char* take_pages(shared_pool& p, std::size_t bytes) {
  const std::size_t limit = p.limit.load();
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (!limit || p.held + bytes <= limit) {
      if (char* pages = map_pages(bytes)) {
        p.held += bytes;
        ++p.system_calls;
        return pages;
      }
    }
    release_cache(p);
  }
  return nullptr;
}

// ---- small blocks ----

struct thread_cache {
  struct list {
    free_block* first = nullptr;
    int count = 0;
  };
  list lists[small_classes];
  thread_counts counts;
  thread_cache *before = nullptr, *after = nullptr;  // among all threads'
};

thread_local thread_cache* cache __attribute__((tls_model(NL_TLS_MODEL))) = nullptr;

// How many free blocks of a class a thread keeps: about 256 KiB, at least 8.
constexpr int kept_blocks(int c) {
  return std::clamp(static_cast<int>((256 << 10) / capacity_of(c)), 8, 512);
}

void give_back(shared_pool& p, thread_cache::list& list, int c, int leave) {
  const std::lock_guard lock(p.mutex);
  for (; list.count > leave; --list.count) {
    free_block* block = list.first;
    list.first = block->next;
    block->next = p.small[c];
    p.small[c] = block;
  }
}

struct cache_owner {
  ~cache_owner() {
    thread_cache* mine = cache;
    cache = nullptr;
    if (!mine) return;
    for (int c = 0; c < small_classes; ++c) give_back(shared, mine->lists[c], c, 0);
    const std::lock_guard lock(shared.mutex);
    mine->counts.hand_in(shared);
    (mine->before ? mine->before->after : shared.caches) = mine->after;
    if (mine->after) mine->after->before = mine->before;
    delete mine;
  }
};

// The thread's cache; null once its thread-local objects are being destroyed.
thread_cache* make_cache() {
  thread_local bool made = false;
  if (made) return nullptr;
  made = true;
  thread_local cache_owner owner;
  static_cast<void>(owner);
  auto* mine = new thread_cache;
  const std::lock_guard lock(shared.mutex);
  mine->after = shared.caches;
  if (mine->after) mine->after->before = mine;
  shared.caches = mine;
  return cache = mine;
}

void count(std::int64_t bytes) noexcept {
  if (cache) return cache->counts.add(shared, bytes);
  thread_counts once;
  once.add(shared, bytes);
  once.hand_in(shared);
}

struct counted {
  std::size_t used;
  std::uint64_t allocations;
};
// The shared counts and what threads have not handed in yet.
counted count_all(shared_pool& p) {
  const std::lock_guard lock(p.mutex);
  std::int64_t used = p.used.load();
  std::uint64_t allocations = p.allocations.load();
  for (const thread_cache* c = p.caches; c; c = c->after) {
    used += c->counts.used();
    allocations += c->counts.allocations();
  }
  return {static_cast<std::size_t>(std::max<std::int64_t>(used, 0)), allocations};
}

[[noreturn]] void fail_memory(std::size_t bytes) {
  const shared_pool& p = shared;
  const std::size_t limit = p.limit.load();
  std::string limit_text = limit ? as_text(", limit ", limit) : std::string();
  throw memory_error(as_text("[allocate] expected room for ", bytes, " bytes on cpu, got none: held ",
                             p.held.load(), ", in use ", count_all(shared).used, ", free on the machine ",
                             available_memory(), limit_text));
}

// One block from the shared list or a slab. The mutex is held.
free_block* take_small(shared_pool& p, int c) {
  if (free_block* block = p.small[c]) {
    p.small[c] = block->next;
    return block;
  }
  const std::size_t bytes = capacity_of(c);
  if (p.slab_left < bytes) {
    // What is left over becomes blocks of the class that fits; nothing is lost.
    while (p.slab_left >= 2 * smallest) {
      int fit = class_of(p.slab_left);
      if (capacity_of(fit) > p.slab_left) --fit;
      auto* rest = reinterpret_cast<free_block*>(p.slab);
      rest->next = p.small[fit];
      p.small[fit] = rest;
      p.slab += capacity_of(fit);
      p.slab_left -= capacity_of(fit);
    }
    p.slab = take_pages(p, slab_bytes);
    p.slab_left = p.slab ? slab_bytes : 0;
    if (!p.slab) return nullptr;
  }
  auto* block = reinterpret_cast<free_block*>(p.slab);
  p.slab += bytes;
  p.slab_left -= bytes;
  return block;
}

// Fills an empty list with a few blocks under one lock, and returns one more; null when there is no memory.
__attribute__((noinline)) free_block* refill(int c) {
  prepare_shared();
  shared_pool& p = shared;
  thread_cache* mine = cache ? cache : make_cache();
  const std::lock_guard lock(p.mutex);
  const int batch = mine ? kept_blocks(c) / 8 : 0;
  for (int i = 0; i < batch; ++i) {
    free_block* block = take_small(p, c);
    if (!block) break;
    block->next = mine->lists[c].first;
    mine->lists[c].first = block;
    ++mine->lists[c].count;
  }
  return take_small(p, c);
}

void keep_small(void* freed, int c) noexcept {
  auto* block = static_cast<free_block*>(freed);
  NL_UNPOISON(block, capacity_of(c));
  if (!cache && !make_cache()) {
    shared_pool& p = shared;
    const std::lock_guard lock(p.mutex);
    block->next = p.small[c];
    p.small[c] = block;
    return;
  }
  thread_cache::list& list = cache->lists[c];
  block->next = list.first;
  list.first = block;
  NL_POISON(block + 1, capacity_of(c) - sizeof(free_block));
  if (++list.count > kept_blocks(c)) give_back(shared, list, c, kept_blocks(c) / 2);
}

void free_small(storage* s) noexcept {
  const int c = class_in(s);
  count(-static_cast<std::int64_t>(capacity_of(c)));
  keep_small(s, c);
}

void* take_small_block(int c) {
  if (!cache || !cache->lists[c].first) return refill(c);
  thread_cache::list& list = cache->lists[c];
  free_block* const block = list.first;
  list.first = block->next;
  --list.count;
  return block;
}

// ---- large blocks ----

constexpr int header_class = class_of(header_bytes);

void keep_large(void* freed, int c) noexcept {
  const std::size_t bytes = capacity_of(c);
  shared_pool& p = shared;
  const std::lock_guard lock(p.mutex);
  NL_UNPOISON(freed, bytes);
  if (p.cached + bytes > p.cache_limit) {
    munmap(freed, bytes);
    p.held -= bytes;
    return;
  }
  auto* block = static_cast<free_block*>(freed);
  block->next = p.large[c];
  p.large[c] = block;
  p.cached += bytes;
  NL_POISON(block + 1, bytes - sizeof(free_block));
}

void free_large(storage* s) noexcept {
  const int c = class_in(s);
  count(-static_cast<std::int64_t>(capacity_of(c)));
  keep_large(s->data, c);
  keep_small(s, header_class);
}

// The class of the block taken is written to c: it may be the next larger one.
void* take_large(int& c) {
  prepare_shared();
  shared_pool& p = shared;
  const std::lock_guard lock(p.mutex);
  for (int fit = c; fit < std::min(c + 2, all_classes); ++fit)
    if (free_block* block = p.large[fit]) {
      p.large[fit] = block->next;
      p.cached -= capacity_of(fit);
      c = fit;
      return block;
    }
  return take_pages(p, capacity_of(c));
}

storage* make_storage(void* header, void* data, std::size_t bytes, int c,
                      void (*release)(storage*) noexcept) {
  auto* s = new (header) storage;
  s->data = data;
  s->bytes = bytes;
  s->release = release;
  class_in(s) = c;
  count(static_cast<std::int64_t>(capacity_of(c)));
  return s;
}

storage* allocate_large(std::size_t bytes) {
  if (bytes > address_space) fail_memory(bytes);
  int c = class_of(bytes);
  void* const data = take_large(c);
  void* const header = data ? take_small_block(header_class) : nullptr;
  if (!header) {
    if (data) keep_large(data, c);
    fail_memory(bytes);
  }
  NL_UNPOISON(header, header_bytes);
  NL_UNPOISON(data, bytes);
  NL_POISON(static_cast<char*>(data) + bytes, capacity_of(c) - bytes);
  return make_storage(header, data, bytes, c, free_large);
}

}  // namespace

storage_ptr cpu_device::allocate(std::size_t bytes, stream_view) {
  if (bytes > most_small - header_bytes) return storage_ptr(allocate_large(bytes));
  const int c = class_of(bytes + header_bytes);
  void* const block = take_small_block(c);
  if (!block) fail_memory(bytes);
  char* const data = static_cast<char*>(block) + header_bytes;
  NL_UNPOISON(block, header_bytes + bytes);
  NL_POISON(data + bytes, capacity_of(c) - header_bytes - bytes);
  return storage_ptr(make_storage(block, data, bytes, c, free_small));
}

memory_statistics cpu_device::statistics(int) {
  shared_pool& p = shared;
  if (cache) cache->counts.hand_in(p);
  const counted now = count_all(p);
  const auto peak = static_cast<std::size_t>(std::max<std::int64_t>(p.peak.load(), 0));
  return {now.used, p.held, std::max(peak, now.used), p.limit, now.allocations, p.system_calls};
}

void cpu_device::reset_peak(int) {
  if (cache) cache->counts.hand_in(shared);
  shared.peak = shared.used.load();
}

void cpu_device::set_limit(std::size_t bytes, int) { shared.limit = bytes; }

void cpu_device::free_cached(int) {
  shared_pool& p = shared;
  const std::lock_guard lock(p.mutex);
  release_cache(p);
}

void cpu_device::record_stream(const storage_ptr&, stream_view) {}

}  // namespace numloom::cpu_host
