// SPDX-License-Identifier: BSD-3-Clause
// Errors that are found on the device. Each stream that runs a checked operation has a word in device memory;
// the first kernel that finds an index out of bounds fills it in and goes on. The word is read where the host
// waits anyway: nothing is synchronised for its sake.
#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "cuda/context.hpp"
#include "cuda/runtime.hpp"
#include "numloom/error.hpp"

namespace numloom::cuda_host {
namespace {

using kernels::error_word;

struct stream_errors {
  int device = 0;
  storage_ptr memory;
  error_word* host = nullptr;  // pinned: the copy may run late
  bool armed = false;          // an operation has run that may have failed
  unsigned next = 1;
  std::array<std::string, 64> operations;  // by ticket; older ones are forgotten
  error_word* word() const { return static_cast<error_word*>(memory->data); }
};

std::mutex lock;
std::unordered_map<void*, std::unique_ptr<stream_errors>>& all_streams() {
  static auto* streams =
      new std::unordered_map<void*, std::unique_ptr<stream_errors>>;  // outlives static destructors
  return *streams;
}
stream_errors* find(void* stream) {
  const std::lock_guard hold(lock);
  const auto found = all_streams().find(stream);
  return found == all_streams().end() ? nullptr : found->second.get();
}

void fetch(stream_errors& errors, void* stream) {
  cuda_runtime::memcpy_async(errors.host, errors.word(), sizeof(error_word),
                             cuda_runtime::copy_kind::device_to_host, stream);
}

// After the stream has come to rest.
void raise_if_set(stream_errors& errors, void* stream) {
  errors.armed = false;
  const error_word found = *errors.host;
  if (found.ticket == 0) return;
  cuda_runtime::memset_async(errors.word(), 0, sizeof(error_word), stream);
  const std::string& operation = errors.operations[found.ticket % errors.operations.size()];
  fail<index_error>("[", operation, "] index ", found.index, " is out of bounds for axis ", found.axis,
                    " with size ", found.extent);
}

}  // namespace

error_ticket expect_errors(const char* operation, stream_view s) {
  void* stream = enter(s);
  stream_errors* errors = find(stream);
  if (!errors) {
    auto fresh = std::make_unique<stream_errors>();
    fresh->device = s.device.index;
    fresh->memory = temporary(sizeof(error_word), s);
    fresh->host = static_cast<error_word*>(cuda_runtime::malloc_host(sizeof(error_word)));
    cuda_runtime::memset_async(fresh->word(), 0, sizeof(error_word), stream);
    const std::lock_guard hold(lock);
    auto& slot = all_streams()[stream];
    slot = std::move(fresh);
    errors = slot.get();
  }
  errors->armed = true;
  const unsigned ticket = errors->next++;
  if (errors->next == 0) errors->next = 1;
  errors->operations[ticket % errors->operations.size()] = operation;
  return {errors->word(), ticket};
}

void synchronize_and_check(stream_view s) {
  void* stream = enter(s);
  stream_errors* errors = find(stream);
  const bool armed = errors && errors->armed;
  if (armed) fetch(*errors, stream);
  cuda_runtime::stream_synchronize(stream);
  if (armed) raise_if_set(*errors, stream);
}

void synchronize_and_check_device(int index) {
  use_device(index);
  std::vector<std::pair<void*, stream_errors*>> armed;
  {
    const std::lock_guard hold(lock);
    for (auto& [stream, errors] : all_streams())
      if (errors->device == index && errors->armed) armed.emplace_back(stream, errors.get());
  }
  for (auto& [stream, errors] : armed) fetch(*errors, stream);
  cuda_runtime::device_synchronize();
  for (auto& [stream, errors] : armed) raise_if_set(*errors, stream);
}

void forget_errors(void* stream) noexcept {
  try {
    const std::lock_guard hold(lock);
    const auto found = all_streams().find(stream);
    if (found == all_streams().end()) return;
    cuda_runtime::free_host(found->second->host);
    all_streams().erase(found);
  } catch (...) {
    // A pinned word is lost; the stream goes all the same.
  }
}

}  // namespace numloom::cuda_host
