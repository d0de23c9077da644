// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/fft_tables.hpp"

#include <cstring>
#include <list>
#include <mutex>

#include "cpu/fft_plan.hpp"
#include "cuda/context.hpp"
#include "cuda/runtime.hpp"

namespace numloom::cuda_host {
namespace {

constexpr std::size_t most_tables = 96, most_bytes = std::size_t{64} << 20;

/// Tables as they will lie on the device, and where its pointers have to go.
struct image {
  std::vector<char> bytes;
  template <class T> std::size_t add(const T* numbers, std::size_t count) {
    const std::size_t at = (bytes.size() + 15) / 16 * 16;  // complex numbers lie at multiples of their size
    bytes.resize(at + count * sizeof(T));
    std::memcpy(bytes.data() + at, numbers, count * sizeof(T));
    return at;
  }
};

// Twiddles by result first: neighbouring threads then read neighbours.
template <class T> std::size_t add_twiddles(image& to, const cpu_host::fft_pass& pass) {
  const T* const from = static_cast<const T*>(pass.twiddles);
  const auto rows = static_cast<std::size_t>(pass.span), columns = static_cast<std::size_t>(pass.radix - 1);
  std::vector<T> turned(2 * rows * columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t c = 0; c < columns; ++c)
      for (std::size_t part = 0; part < 2; ++part)
        turned[2 * (c * rows + i) + part] = from[2 * (i * columns + c) + part];
  return to.add(turned.data(), turned.size());
}

template <class T> image passes_image(fft_table& table, std::int64_t n) {
  image made;
  const auto plan = cpu_host::fft_plan<cpu_host::block_plan_of<T>>(n);
  for (const cpu_host::fft_pass& pass : plan->passes) {
    kernels::fft_pass one{pass.radix, static_cast<int>(pass.span), nullptr, nullptr};
    // Offsets for now, one byte too far so that none is null.
    if (pass.twiddles) one.twiddles = reinterpret_cast<const void*>(add_twiddles<T>(made, pass) + 1);
    if (pass.roots)
      one.roots = reinterpret_cast<const void*>(
          made.add(static_cast<const T*>(pass.roots), 2 * static_cast<std::size_t>(pass.radix)) + 1);
    table.passes.push_back(one);
  }
  return made;
}

template <class T> image image_of(fft_table& table, fft_table_kind kind, std::int64_t n) {
  image made;
  const auto add = [&](const auto& numbers) { return made.add(numbers.data(), numbers.size()); };
  switch (kind) {
    case fft_table_kind::passes: return passes_image<T>(table, n);
    case fft_table_kind::split: {
      const auto plan = cpu_host::fft_plan<cpu_host::split_roots>(n);
      std::vector<T> high, low;
      for (const double x : plan->high) high.push_back(static_cast<T>(x));
      for (const double x : plan->low) low.push_back(static_cast<T>(x));
      add(high);
      table.second = static_cast<std::int64_t>(add(low));
      table.shift = plan->shift;
      break;
    }
    case fft_table_kind::chirp: {
      const auto plan = cpu_host::fft_plan<cpu_host::chirp_plan<T>>(n);
      add(plan->chirp);
      table.second = static_cast<std::int64_t>(add(plan->spectrum));
      break;
    }
    case fft_table_kind::pairs: add(cpu_host::fft_plan<cpu_host::root_plan<T>>(n)->roots); break;
  }
  return made;
}

// On the device's default stream, which lives as long as the process.
std::shared_ptr<fft_table> upload(fft_table_kind kind, bool single, std::int64_t n, int device) {
  auto table = std::make_shared<fft_table>();
  image made = single ? image_of<float>(*table, kind, n) : image_of<double>(*table, kind, n);
  table->bytes = made.bytes.size();
  if (made.bytes.empty()) made.bytes.resize(16);
  const stream_view s{cuda_backend()->default_stream(device),
                      {device_type::cuda, static_cast<std::int16_t>(device)}};
  table->memory = cuda_backend()->allocate(made.bytes.size(), s);
  cuda_backend()->copy_from_host(table->memory->data, made.bytes.data(), made.bytes.size(), s);
  table->uploaded = cuda_runtime::event_create();
  cuda_runtime::event_record(table->uploaded, s.handle);
  const auto settle = [&](const void*& pointer) {
    if (pointer)
      pointer = static_cast<const char*>(table->data()) + (reinterpret_cast<std::size_t>(pointer) - 1);
  };
  for (kernels::fft_pass& pass : table->passes) settle(pass.twiddles), settle(pass.roots);
  return table;
}

struct entry {
  int device;
  fft_table_kind kind;
  bool single;
  std::int64_t n;
  std::shared_ptr<const fft_table> table;
};

class table_cache {
 public:
  std::shared_ptr<const fft_table> find(int device, fft_table_kind kind, bool single, std::int64_t n) {
    const std::lock_guard lock(mutex_);
    for (auto it = entries_.begin(); it != entries_.end(); ++it)
      if (it->n == n && it->kind == kind && it->single == single && it->device == device) {
        entries_.splice(entries_.begin(), entries_, it);
        return it->table;
      }
    return nullptr;
  }
  void keep(entry e) {
    std::list<entry> dropped;  // freed after the lock
    const std::lock_guard lock(mutex_);
    bytes_ += e.table->bytes;
    entries_.push_front(std::move(e));
    while (entries_.size() > 1 && (entries_.size() > most_tables || bytes_ > most_bytes)) {
      bytes_ -= entries_.back().table->bytes;
      dropped.splice(dropped.begin(), entries_, std::prev(entries_.end()));
    }
  }

 private:
  std::mutex mutex_;
  std::list<entry> entries_;  // used last first
  std::size_t bytes_ = 0;
};

table_cache& cache() {
  static table_cache& tables = *new table_cache;  // never destroyed
  return tables;
}

}  // namespace

bool is_smooth_length(std::int64_t n) { return cpu_host::is_smooth(n); }
std::int64_t length_of_chirp(std::int64_t n) { return cpu_host::chirp_length(n); }

fft_table::~fft_table() {
  if (uploaded) cuda_backend()->destroy_event(uploaded);
}

std::shared_ptr<const fft_table> find_fft_table(fft_table_kind kind, bool single, std::int64_t n,
                                                stream_view s) {
  void* const stream = enter(s);
  const int device = s.device.index;
  std::shared_ptr<const fft_table> table = cache().find(device, kind, single, n);
  if (!table) {
    table = upload(kind, single, n, device);
    cache().keep({device, kind, single, n, table});
  }
  if (stream != table->memory->stream) {
    cuda_runtime::stream_wait_event(stream, table->uploaded);
    cuda_backend()->record_stream(table->memory, s);
  }
  return table;
}

}  // namespace numloom::cuda_host
