// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/pool.hpp"

#include <algorithm>
#include <bit>

#include "cuda/context.hpp"
#include "cuda/runtime.hpp"
#include "numloom/error.hpp"

namespace numloom::cuda_host {
namespace {

constexpr std::size_t granule = 256;
constexpr std::size_t KiB = 1024, MiB = 1024 * KiB;
constexpr std::size_t largest_small = MiB;
constexpr std::size_t first_slab = 2 * MiB, largest_slab = 32 * MiB;
constexpr std::size_t segment_unit = 2 * MiB, usual_segment = 16 * MiB;
constexpr std::size_t minimum_remainder = MiB;

constexpr std::size_t round_up(std::size_t n, std::size_t unit) { return (n + unit - 1) / unit * unit; }

// Up to 4 KiB every multiple of 256 bytes is a class of its own; above, four classes to an octave.
constexpr int linear_classes = 16, classes_per_octave = 4, octaves = 8;
constexpr int small_classes = linear_classes + classes_per_octave * octaves;
int class_of(std::size_t bytes) {
  const std::size_t granules = std::max<std::size_t>((bytes + granule - 1) / granule, 1);
  if (granules <= linear_classes) return static_cast<int>(granules) - 1;
  const int octave = static_cast<int>(std::bit_width(granules - 1)) - 5;  // 17 .. 32 granules: 0
  const std::size_t step = std::size_t{4} << octave;
  const std::size_t base = std::size_t{16} << octave;
  return linear_classes + octave * classes_per_octave +
         static_cast<int>((granules - base + step - 1) / step) - 1;
}
std::size_t bytes_of_class(int size_class) {
  if (size_class < linear_classes) return static_cast<std::size_t>(size_class + 1) * granule;
  const int octave = (size_class - linear_classes) / classes_per_octave;
  const int quarter = (size_class - linear_classes) % classes_per_octave;
  return ((std::size_t{16} << octave) + static_cast<std::size_t>(quarter + 1) * (std::size_t{4} << octave)) *
         granule;
}

std::string mebibytes(std::size_t bytes) {
  std::ostringstream text;
  text.precision(1);
  text << std::fixed << static_cast<double>(bytes) / static_cast<double>(MiB) << " MiB";
  return std::move(text).str();
}

}  // namespace

// ---- arena ----
memory_block* arena::new_block(memory_segment* segment, char* data, std::size_t size, int size_class) {
  auto block = std::make_unique<memory_block>();
  block->data = data;
  block->size = size;
  block->size_class = size_class;
  block->home = this;
  block->segment = segment;
  segment->blocks.push_back(std::move(block));
  return segment->blocks.back().get();
}

memory_block* arena::take(std::size_t bytes) {
  memory_block* block =
      bytes <= largest_small ? take_small(class_of(bytes)) : take_large(round_up(bytes, granule));
  if (block) {
    block->free = false;
    ++block->segment->live;
  }
  return block;
}

memory_block* arena::take_small(int size_class) {
  if (small_.empty()) small_.resize(small_classes);
  auto& list = small_[static_cast<std::size_t>(size_class)];
  if (!list.empty()) {
    memory_block* block = list.back();
    list.pop_back();
    return block;
  }
  const std::size_t size = bytes_of_class(size_class);
  if (!slab_ || slab_->size - slab_->cut < size) return nullptr;
  memory_block* block = new_block(slab_, slab_->data + slab_->cut, size, size_class);
  slab_->cut += size;
  return block;
}

memory_block* arena::take_large(std::size_t bytes) {
  const auto fit = large_.lower_bound(bytes);
  if (fit == large_.end()) return nullptr;
  memory_block* block = *fit;
  large_.erase(fit);
  if (block->size - bytes >= minimum_remainder) {
    memory_block* rest = new_block(block->segment, block->data + bytes, block->size - bytes, -1);
    rest->free = true;
    rest->before = block;
    rest->after = block->after;
    if (rest->after) rest->after->before = rest;
    block->after = rest;
    block->size = bytes;
    large_.insert(rest);
  }
  return block;
}

bool arena::grow(std::size_t bytes) {
  const bool small = bytes <= largest_small;
  if (next_slab_ == 0) next_slab_ = first_slab;
  const std::size_t least = small ? first_slab : round_up(bytes, segment_unit);
  const std::size_t wanted = small ? next_slab_ : std::max(least, usual_segment);
  std::size_t size = wanted;
  char* data = static_cast<char*>(pool_.allocate_from_system(size));
  if (!data && least < wanted) data = static_cast<char*>(pool_.allocate_from_system(size = least));
  if (!data) return false;
  auto segment = std::make_unique<memory_segment>();
  segment->data = data;
  segment->size = size;
  segment->small = small;
  segments_.push_back(std::move(segment));
  if (small) {
    slab_ = segments_.back().get();
    next_slab_ = std::min(2 * next_slab_, largest_slab);
  } else {
    memory_block* all = new_block(segments_.back().get(), data, size, -1);
    all->free = true;
    large_.insert(all);
  }
  return true;
}

void arena::put_back(memory_block* block) {
  --block->segment->live;
  block->free = true;
  if (block->size_class >= 0)
    small_[static_cast<std::size_t>(block->size_class)].push_back(block);
  else
    merge_into_free(block);
}

void arena::merge_into_free(memory_block* block) {
  const auto swallow_next = [this](memory_block* first) {
    memory_block* second = first->after;
    first->size += second->size;
    first->after = second->after;
    if (first->after) first->after->before = first;
    auto& blocks = second->segment->blocks;
    const auto at =
        std::find_if(blocks.begin(), blocks.end(), [&](const auto& b) { return b.get() == second; });
    std::swap(*at, blocks.back());
    blocks.pop_back();
  };
  if (block->after && block->after->free) {
    large_.erase(block->after);
    swallow_next(block);
  }
  if (block->before && block->before->free) {
    block = block->before;
    large_.erase(block);
    swallow_next(block);
  }
  large_.insert(block);
}

void arena::drop_segment(memory_segment* segment) {
  for (auto& list : small_) std::erase_if(list, [&](memory_block* b) { return b->segment == segment; });
  for (const auto& block : segment->blocks)
    if (block->size_class < 0) large_.erase(block.get());
  if (slab_ == segment) slab_ = nullptr;
  pool_.return_to_system(segment->data, segment->size);
}

void arena::release_cached() {
  std::erase_if(segments_, [this](const std::unique_ptr<memory_segment>& segment) {
    if (segment->live != 0) return false;
    drop_segment(segment.get());
    return true;
  });
}

void arena::collect(bool wait) {
  std::erase_if(pending_, [&](pending_block& p) {
    for (; !p.events.empty(); p.events.pop_back()) {
      void* event = p.events.back();
      if (wait)
        cuda_runtime::event_synchronize(event);
      else if (!cuda_runtime::event_query(event))
        return false;
      cuda_runtime::event_destroy(event);
    }
    put_back(p.block);
    return true;
  });
}

bool arena::is_idle() const {
  return pending_.empty() && std::all_of(segments_.begin(), segments_.end(),
                                         [](const auto& segment) { return segment->live == 0; });
}

void arena::forget_user(void* stream) {
  for (const auto& segment : segments_)
    for (const auto& block : segment->blocks) std::erase(block->streams, stream);
}

// ---- pool ----
void* device_pool::allocate_from_system(std::size_t bytes) {
  if (statistics_.limit != 0 && statistics_.held + bytes > statistics_.limit) return nullptr;
  use_device(device_);
  try {
    void* data = cuda_runtime::malloc_device(bytes);
    statistics_.held += bytes;
    ++statistics_.system_calls;
    return data;
  } catch (const cuda_runtime::cuda_error& e) {
    if (e.code != cuda_runtime::error_out_of_memory) throw;
    return nullptr;
  }
}

void device_pool::return_to_system(void* data, std::size_t bytes) {
  cuda_runtime::free_device(data);
  statistics_.held -= bytes;
}

arena& device_pool::arena_of(void* stream) {
  if (last_ && last_->stream() == stream) return *last_;
  auto& slot = arenas_[stream];
  if (!slot) {
    const auto idle =
        std::find_if(orphans_.begin(), orphans_.end(), [](const auto& a) { return a->is_idle(); });
    if (idle != orphans_.end()) {
      slot = std::move(*idle);
      orphans_.erase(idle);
      slot->serve(stream);
    } else {
      slot = std::make_unique<arena>(*this, stream);
    }
  }
  return *(last_ = slot.get());
}

memory_block* device_pool::allocate_block(std::size_t bytes, void* stream) {
  arena& home = arena_of(stream);
  if (home.has_pending()) home.collect(false);
  if (memory_block* block = home.take(bytes)) return block;
  if (home.grow(bytes)) return home.take(bytes);
  release_cached();
  if (memory_block* block = home.take(bytes)) return block;
  if (home.grow(bytes)) return home.take(bytes);
  fail_out_of_memory(bytes);
}

storage_ptr device_pool::allocate(std::size_t bytes, void* stream) {
  const std::lock_guard hold(lock_);
  memory_block* block = allocate_block(bytes, stream);
  ++statistics_.allocations;
  statistics_.used += block->size;
  statistics_.peak = std::max(statistics_.peak, statistics_.used);
  storage& header = block->header;
  header.writeable = true;
  header.device = {device_type::cuda, static_cast<std::int16_t>(device_)};
  header.data = block->data;
  header.bytes = bytes;
  header.stream = stream;
  cuda_runtime::annotate_used(block->data, bytes, block->size, stream);
  header.release = &device_pool::release;
  header.owner = block;
  return storage_ptr(&header);
}

void device_pool::release(storage* header) noexcept {
  if (in_forked_child()) return;  // the memory belongs to the parent
  auto* block = static_cast<memory_block*>(header->owner);
  device_pool& pool = block->home->pool_;
  try {
    const std::lock_guard hold(pool.lock_);
    pool.statistics_.used -= block->size;
    if (block->streams.empty()) {
      void* const stream = header->stream;
      void* const data = block->data;
      const std::size_t size = block->size;
      block->home->put_back(block);
      return cuda_runtime::annotate_unused(data, size, stream);
    }
    arena::pending_block pending{block, {}};
    use_device(pool.device_);
    for (void* stream : block->streams) {
      pending.events.push_back(cuda_runtime::event_create());
      cuda_runtime::event_record(pending.events.back(), stream);
    }
    block->streams.clear();
    block->home->pending_.push_back(std::move(pending));
  } catch (...) {
    // The runtime is shutting down or has failed: the block is lost, which is better than used twice.
  }
}

void device_pool::record_stream(memory_block* block, void* stream) {
  const std::lock_guard hold(lock_);
  if (block->header.stream == stream) return;
  if (std::find(block->streams.begin(), block->streams.end(), stream) == block->streams.end())
    block->streams.push_back(stream);
}

memory_statistics device_pool::statistics() {
  const std::lock_guard hold(lock_);
  return statistics_;
}
void device_pool::reset_peak() {
  const std::lock_guard hold(lock_);
  statistics_.peak = statistics_.used;
}
void device_pool::set_limit(std::size_t bytes) {
  const std::lock_guard hold(lock_);
  statistics_.limit = bytes;
  if (bytes != 0 && statistics_.held > bytes) release_cached();
}
void device_pool::free_cached() {
  const std::lock_guard hold(lock_);
  release_cached();
}

// Work that still reads a cached block may be queued, so the device comes to rest first.
void device_pool::release_cached() {
  use_device(device_);
  cuda_runtime::device_synchronize();
  for (auto& [stream, each] : arenas_) {
    each->collect(true);
    each->release_cached();
  }
  for (auto& each : orphans_) {
    each->collect(true);
    each->release_cached();
  }
  std::erase_if(orphans_, [](const auto& each) { return each->segments_.empty(); });
}

void device_pool::forget_stream(void* stream) {
  const std::lock_guard hold(lock_);
  const auto found = arenas_.find(stream);
  if (found != arenas_.end()) {
    if (last_ == found->second.get()) last_ = nullptr;
    found->second->serve(nullptr);
    orphans_.push_back(std::move(found->second));
    arenas_.erase(found);
  }
  // A block of another arena that waits for this stream will find the stream idle: its owner waited before
  // destroying it.
  for (auto& [other, each] : arenas_) each->forget_user(stream);
}

void device_pool::fail_out_of_memory(std::size_t bytes) {
  std::size_t free = 0;
  try {
    free = cuda_runtime::get_memory_info().free_bytes;
  } catch (...) {
    // The text is better with it, but the error that matters is the one below.
  }
  const memory_statistics& s = statistics_;
  fail<memory_error>("[allocate] expected room for ", mebibytes(bytes), " on cuda:", device_, ", got ",
                     mebibytes(s.used), " in use, ", mebibytes(s.held), " held by numloom, ", mebibytes(free),
                     " free on the device", s.limit ? ", limit " + mebibytes(s.limit) : std::string());
}

}  // namespace numloom::cuda_host
