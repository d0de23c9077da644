// SPDX-License-Identifier: BSD-3-Clause
// The doors to the devices' memory.
#include "numloom/memory.hpp"

#include "core/backend.hpp"
#include "numloom/foreign.hpp"

namespace numloom {

storage_ptr allocate(std::size_t bytes, device d) { return backend_of(d).allocate(bytes, current_stream(d)); }

namespace {

struct foreign_storage : storage {
  void (*release_owner)(void*) noexcept;
};

void release_foreign(storage* s) noexcept {
  auto* foreign = static_cast<foreign_storage*>(s);
  if (foreign->release_owner) foreign->release_owner(foreign->owner);
  delete foreign;
}

}  // namespace

storage_ptr adopt(void* data, std::size_t bytes, device d, void* owner, void (*release)(void*) noexcept,
                  bool writeable) {
  auto* s = new foreign_storage;
  s->data = data;
  s->bytes = bytes;
  s->device = d;
  s->stream = d.is_cpu() ? nullptr : current_stream(d).handle;
  s->owner = owner;
  s->release_owner = release;
  s->release = release_foreign;
  s->writeable = writeable;
  return storage_ptr(s);
}

ndarray adopt_array(void* first, dtype type, dims shape, dims strides, device where, void* owner,
                    void (*release)(void*) noexcept, bool writeable) {
  std::int64_t below = 0, above = itemsize(type);
  for (int d = 0; d < shape.size(); ++d) (strides[d] < 0 ? below : above) += (shape[d] - 1) * strides[d];
  if (size_of(shape) == 0) below = above = 0;
  storage_ptr bytes = adopt(static_cast<char*>(first) + below, static_cast<std::size_t>(above - below), where,
                            owner, release, writeable);
  return ndarray(std::move(bytes), -below, type, std::move(shape), std::move(strides));
}

void record_stream(const storage_ptr& block, stream_view s) {
  backend_of(block->device).record_stream(block, s);
}

memory_statistics memory_stats(device d) { return backend_of(d).statistics(d.index); }
void reset_peak_memory(device d) { backend_of(d).reset_peak(d.index); }
void set_memory_limit(std::size_t bytes, device d) { backend_of(d).set_limit(bytes, d.index); }
void free_cached_memory(device d) { backend_of(d).free_cached(d.index); }

}  // namespace numloom
