// SPDX-License-Identifier: BSD-3-Clause
/// scatter and bincount. Of repeated indices the last one wins, and sums are added in order; so an element of
/// the target belongs to one thread.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <vector>

#include "cpu/backend.hpp"
#include "cpu/positions.hpp"
#include "cpu/threads.hpp"

#define NL_TARGET cpu_host
#include "types.hpp"

namespace numloom::cpu_host {

using namespace positions;

namespace {

template <class T> void combine(T& target, T value, scatter_op op) {
  using W = wide_of<T>;
  const W a = wide(target), b = wide(value);
  if constexpr (is_bool<T>) {
    const bool conjunction = op == scatter_op::multiply || op == scatter_op::minimum;
    target = op == scatter_op::subtract ? a != b : conjunction ? a && b : a || b;
  } else if constexpr (is_integral<T>) {
    using U = wrap_of<T>;
    switch (op) {
      case scatter_op::add: target = static_cast<T>(static_cast<U>(a) + static_cast<U>(b)); break;
      case scatter_op::subtract: target = static_cast<T>(static_cast<U>(a) - static_cast<U>(b)); break;
      case scatter_op::multiply: target = static_cast<T>(static_cast<U>(a) * static_cast<U>(b)); break;
      case scatter_op::maximum: target = std::max(target, value); break;
      case scatter_op::minimum: target = std::min(target, value); break;
      case scatter_op::assign: target = value; break;
    }
  } else {
    switch (op) {
      case scatter_op::add: target = T(a + b); break;
      case scatter_op::subtract: target = T(a - b); break;
      case scatter_op::multiply: target = T(a * b); break;
      case scatter_op::maximum: target = is_nan(a) || a >= b ? target : value; break;
      case scatter_op::minimum: target = is_nan(a) || a <= b ? target : value; break;
      case scatter_op::assign: target = value; break;
    }
  }
}

template <class T> void combine_at(T* target, const T* value, scatter_op op) {
  if constexpr (is_bool<T>) {  // foreign bools may hold other bytes than 0 and 1
    unsigned char* const at = reinterpret_cast<unsigned char*>(target);
    bool truth = *at != 0;
    combine(truth, load(value), op);
    *at = truth ? 1 : 0;
  } else {
    combine(*target, *value, op);
  }
}

/// The kernels' element types, for arithmetic.
template <class F> void visit_element(dtype t, F&& f) {
  switch (t) {
// clang-format off
#define NL_DTYPE(name, type, kind, bytes) case dtype::name: return f(static_cast<type*>(nullptr));
#include "numloom/dtypes.def"
    // clang-format on
  }
}

template <class Index, int Bytes> struct plain_scatter {
  const indexed& x;
  const position_space& space;

  const Index* indices() const { return static_cast<const Index*>(x.index[0]); }

  void assign(const char* values) const {
    char* const to = static_cast<char*>(x.data);
    const std::int64_t extent = x.extent[0], stride = x.stride[0], step = space.strides[0][0];
    const Index* const index = indices();
    for (std::int64_t i = 0; i < space.size; ++i) {
      const std::int64_t at = index[i] + (index[i] < 0 ? extent : 0);
      std::memcpy(to + at * stride, values + i * step, Bytes);
    }
  }
  template <class T> void combine_all(const char* values, scatter_op op) const {
    char* const to = static_cast<char*>(x.data);
    const std::int64_t extent = x.extent[0], stride = x.stride[0], step = space.strides[0][0];
    const Index* const index = indices();
    for (std::int64_t i = 0; i < space.size; ++i) {
      const std::int64_t at = index[i] + (index[i] < 0 ? extent : 0);
      combine_at(reinterpret_cast<T*>(to + at * stride), reinterpret_cast<const T*>(values + i * step), op);
    }
  }
};

struct scatter_job {
  const indexed& target;
  const array_ref& values;
  const position_space& space;
  const inner_space& inner;
  scatter_op op;

  /// The first n positions of `some`, in order.
  void run(const offsets& some, std::int64_t n) const {
    const std::int64_t bytes = inner.run * itemsize(target.type);
    inner.for_blocks(0, inner.blocks, [&](std::int64_t data, std::int64_t other) {
      char* const to = static_cast<char*>(target.data) + data;
      const char* const from = static_cast<const char*>(values.data) + other;
      if (op == scatter_op::assign) return mover(bytes)(to, some.data, from, some.other, n, bytes);
      visit_element(target.type, [&]<class T>(T*) {
        for (std::int64_t i = 0; i < n; ++i) {
          T* const t = reinterpret_cast<T*>(to + some.data[i]);
          const T* const v = reinterpret_cast<const T*>(from + some.other[i]);
          for (std::int64_t j = 0; j < inner.run; ++j) combine_at(t + j, v + j, op);
        }
      });
    });
  }

  void run_all() const {
    offsets some;
    for (std::int64_t p = 0; p < space.size; p += batch) {
      some.fill(target, space, p, std::min(space.size, p + batch));
      run(some, std::min(space.size - p, batch));
    }
  }

  /// Only the positions whose offset in the target lies in [low, low + width).
  void run_range(std::int64_t low, std::int64_t width) const {
    offsets some;
    for (std::int64_t p = 0; p < space.size; p += batch) {
      const std::int64_t n = std::min(space.size - p, batch);
      some.fill(target, space, p, p + n);
      std::int64_t kept = 0;
      for (std::int64_t i = 0; i < n; ++i) {  // no branch: it would be guessed wrong half of the time
        const std::int64_t data = some.data[i];
        some.data[kept] = data;
        some.other[kept] = some.other[i];
        kept += static_cast<std::uint64_t>(data - low) < static_cast<std::uint64_t>(width) ? 1 : 0;
      }
      run(some, kept);
    }
  }
};

}  // namespace

void cpu_device::scatter(const indexed& target, const array_ref& values, scatter_op op, stream_view) {
  const position_space space(target, values.strides);
  const inner_space inner(target, values.strides + target.ndim, itemsize(target.type));
  check_bounds(target, space);
  if (space.size == 0 || inner.blocks == 0 || inner.run == 0) return;
  const scatter_job job{target, values, space, inner, op};
  // Targets in cache: one thread is done before several have looked through all indices.
  const std::int64_t reached = target.indices == 1 ? target.extent[0] * std::abs(target.stride[0]) : 0;
  if (is_plain(target, space, inner) && inner.run == 1 && (reached <= (1 << 20) || num_threads() == 1)) {
    const char* const from = static_cast<const char*>(values.data);
    visit_plain(target, itemsize(target.type), [&]<class Index, int Bytes>() {
      const plain_scatter<Index, Bytes> plain{target, space};
      if (op == scatter_op::assign) return plain.assign(from);
      visit_element(target.type, [&]<class T>(T*) {
        if constexpr (sizeof(T) == Bytes) plain.template combine_all<T>(from, op);
      });
    });
    return;
  }
  // Of repeated indices the last one wins, and sums are added as NumPy adds them: so an element belongs to
  // one thread, which goes through all positions in order. Every thread reads all indices; more than four do
  // not pay.
  const int parts = space.size * inner.blocks * inner.run < (1 << 15) ? 1 : std::min(num_threads(), 4);
  if (parts < 2) return job.run_all();
  std::int64_t low = 0, high = 0;
  for (int k = 0; k < target.indices; ++k) {
    const std::int64_t reach = (target.extent[k] - 1) * target.stride[k];
    (reach < 0 ? low : high) += reach;
  }
  const std::int64_t width = (high - low) / parts + 1;
  for_each_chunk(parts, [&](std::int64_t part) { job.run_range(low + part * width, width); });
}

void cpu_device::bincount(void* out, dtype type, std::int64_t bins, const std::int64_t* values,
                          const double* weights, std::int64_t n, stream_view) {
  const auto count = static_cast<std::size_t>(bins);
  if (weights != nullptr || type == dtype::float64) {
    double* const sums = static_cast<double*>(out);  // one thread: the sums are rounded in NumPy's order
    std::fill_n(sums, count, 0.0);
    for (std::int64_t i = 0; i < n; ++i) sums[values[i]] += weights != nullptr ? weights[i] : 1.0;
    return;
  }
  std::int64_t* const totals = static_cast<std::int64_t*>(out);
  std::fill_n(totals, count, 0);
  if (bins > n / 4 || bins > (1 << 18)) {
    for (std::int64_t i = 0; i < n; ++i) ++totals[values[i]];
    return;
  }
  std::mutex mutex;
  parallel_for(n, std::max<std::int64_t>(1 << 15, 8 * bins), [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::int64_t> even(count), odd(count);  // two: equal neighbours would wait for each other
    std::int64_t i = begin;
    for (; i + 1 < end; i += 2) {
      ++even[static_cast<std::size_t>(values[i])];
      ++odd[static_cast<std::size_t>(values[i + 1])];
    }
    if (i < end) ++even[static_cast<std::size_t>(values[i])];
    const std::lock_guard lock(mutex);
    for (std::size_t b = 0; b < count; ++b) totals[b] += even[b] + odd[b];
  });
}

}  // namespace numloom::cpu_host
