// SPDX-License-Identifier: BSD-3-Clause
/// gather, scatter and bincount. Index arrays are checked first, then turned, a batch of positions at a time,
/// into byte offsets; the elements are moved by offset.
#include <algorithm>
#include <cstring>
#include <mutex>
#include <vector>

#include "cpu/backend.hpp"
#include "cpu/threads.hpp"
#include "numloom/error.hpp"

#define NL_TARGET cpu_host
#include "types.hpp"

namespace numloom::cpu_host {
namespace {

constexpr std::int64_t batch = 1024;

/// The loops over the index arrays' common shape, neighbours merged where all operands allow it. Operand 0 is
/// the result (or the values); operand k + 1 is index array k.
struct position_space {
  int ndim = 0;
  std::int64_t size = 1;
  std::int64_t shape[max_dims], strides[max_operands][max_dims];

  position_space(const indexed& x, const std::int64_t* other_strides) {
    const int operands = x.indices + 1;
    const auto stride_of = [&](int k, int d) {
      return k == 0 ? other_strides[d] : x.index_strides[k - 1][d];
    };
    for (int d = 0; d < x.ndim; ++d) {
      size *= x.shape[d];
      if (x.shape[d] == 1) continue;
      bool merge = ndim > 0;
      for (int k = 0; k < operands && merge; ++k)
        merge = strides[k][ndim - 1] == stride_of(k, d) * x.shape[d];
      if (!merge) shape[ndim++] = 1;
      shape[ndim - 1] *= x.shape[d];
      for (int k = 0; k < operands; ++k) strides[k][ndim - 1] = stride_of(k, d);
    }
    if (ndim == 0) {
      shape[ndim++] = 1;
      for (int k = 0; k < operands; ++k) strides[k][0] = 0;
    }
  }

  /// Calls f(first position, count, coordinates) for the runs along the last dimension that make up [begin,
  /// end).
  template <class F> void for_runs(std::int64_t begin, std::int64_t end, F f) const {
    std::int64_t at[max_dims];
    std::int64_t rest = begin;
    for (int d = ndim - 1; d >= 0; --d) {
      at[d] = rest % shape[d];
      rest /= shape[d];
    }
    const int last = ndim - 1;
    while (begin < end) {
      const std::int64_t count = std::min(end - begin, shape[last] - at[last]);
      f(begin, count, at);
      begin += count;
      at[last] = 0;
      for (int d = last - 1; d >= 0 && ++at[d] == shape[d]; --d) at[d] = 0;
    }
  }
  std::int64_t offset(int operand, const std::int64_t* at) const {
    std::int64_t sum = 0;
    for (int d = 0; d < ndim; ++d) sum += at[d] * strides[operand][d];
    return sum;
  }
};

/// Calls f(value of i) for n indices of any integer dtype.
template <class F> void for_indices(dtype type, const char* from, std::int64_t step, std::int64_t n, F f) {
  const auto run = [&]<class T>(T) {
    if (step == static_cast<std::int64_t>(sizeof(T))) {
      const T* const values = reinterpret_cast<const T*>(from);
      for (std::int64_t i = 0; i < n; ++i) f(i, static_cast<std::int64_t>(values[i]));
    } else {
      for (std::int64_t i = 0; i < n; ++i)
        f(i, static_cast<std::int64_t>(*reinterpret_cast<const T*>(from + i * step)));
    }
  };
  switch (type) {
    case dtype::int8: return run(std::int8_t{});
    case dtype::bool_:
    case dtype::uint8: return run(std::uint8_t{});
    case dtype::int16: return run(std::int16_t{});
    case dtype::uint16: return run(std::uint16_t{});
    case dtype::int32: return run(std::int32_t{});
    case dtype::uint32: return run(std::uint32_t{});
    default: return run(std::int64_t{});  // uint64 beyond int64 is negative here, and out of bounds
  }
}

[[noreturn]] void fail_bounds(const indexed& x, int k, std::int64_t value) {
  fail<index_error>("[", x.operation, "] index ", value, " is out of bounds for axis ", x.axis[k],
                    " with size ", x.extent[k]);
}

/// Throws index_error for the first index, in C order, that is out of bounds. Nothing has been written then.
void check_bounds(const indexed& x, const position_space& space) {
  for (int k = 0; k < x.indices; ++k) {
    const std::int64_t extent = x.extent[k];
    const char* const base = static_cast<const char*>(x.index[k]);
    if (x.mode != index_mode::raise) {
      if (extent == 0 && space.size > 0)
        fail<index_error>("[", x.operation, "] cannot take from axis ", x.axis[k], ", which is empty");
      continue;
    }
    std::mutex mutex;
    std::int64_t first_bad = space.size, bad_value = 0;
    parallel_for(space.size, 1 << 15, [&](std::int64_t begin, std::int64_t end) {
      space.for_runs(begin, end, [&](std::int64_t position, std::int64_t count, const std::int64_t* at) {
        const std::int64_t step = space.strides[k + 1][space.ndim - 1];
        const char* const from = base + space.offset(k + 1, at);
        std::int64_t low = 0, high = -1;
        for_indices(x.index_type[k], from, step, count, [&](std::int64_t, std::int64_t i) {
          low = std::min(low, i);
          high = std::max(high, i);
        });
        if (low >= -extent && high < extent) return;
        std::int64_t bad = count, value = 0;
        for_indices(x.index_type[k], from, step, count, [&](std::int64_t at_i, std::int64_t i) {
          if (bad == count && (i < -extent || i >= extent)) bad = at_i, value = i;
        });
        const std::lock_guard lock(mutex);
        if (position + bad < first_bad) first_bad = position + bad, bad_value = value;
      });
    });
    if (first_bad < space.size) fail_bounds(x, k, bad_value);
  }
}

/// Byte offsets of up to `batch` positions: in the indexed array and in the other operand.
struct offsets {
  std::int64_t data[batch], other[batch];

  void fill(const indexed& x, const position_space& space, std::int64_t begin, std::int64_t end) {
    space.for_runs(begin, end, [&](std::int64_t position, std::int64_t count, const std::int64_t* at) {
      std::int64_t* const to = data + (position - begin);
      std::int64_t* const to_other = other + (position - begin);
      const std::int64_t first = space.offset(0, at), step = space.strides[0][space.ndim - 1];
      for (std::int64_t i = 0; i < count; ++i) to_other[i] = first + i * step;
      for (int k = 0; k < x.indices; ++k) {
        const char* const from = static_cast<const char*>(x.index[k]) + space.offset(k + 1, at);
        const std::int64_t extent = x.extent[k], stride = x.stride[k];
        const auto store = [=](std::int64_t i, std::int64_t value) {
          to[i] = (k == 0 ? 0 : to[i]) + value * stride;
        };
        const auto add = [&](auto place) {
          for_indices(x.index_type[k], from, space.strides[k + 1][space.ndim - 1], count,
                      [&](std::int64_t i, std::int64_t value) { store(i, place(value)); });
        };
        if (x.mode == index_mode::raise)
          add([=](std::int64_t i) { return i + (i < 0 ? extent : 0); });
        else if (x.mode == index_mode::clip)
          add([=](std::int64_t i) { return std::clamp<std::int64_t>(i, 0, extent - 1); });
        else
          add([=](std::int64_t i) {
            const std::int64_t r = i % extent;
            return r + (r < 0 ? extent : 0);
          });
      }
    });
  }
};

/// The dimensions of the block that each position picks: those that lie one behind the other in both operands
/// make the run, a number of elements moved at once; the rest are loops.
struct inner_space {
  int ndim = 0;
  std::int64_t run = 1, blocks = 1;
  std::int64_t shape[max_dims], data_strides[max_dims], other_strides[max_dims];

  inner_space(const indexed& x, const std::int64_t* other, std::int64_t item) {
    for (int d = 0; d < x.inner_ndim; ++d) {
      const std::int64_t n = x.inner_shape[d], from = x.inner_strides[d], to = other[d];
      if (n == 1) continue;
      if (ndim > 0 && data_strides[ndim - 1] == from * n && other_strides[ndim - 1] == to * n)
        --ndim;
      else
        shape[ndim] = 1;
      shape[ndim] *= n;
      data_strides[ndim] = from;
      other_strides[ndim++] = to;
    }
    if (ndim > 0 && data_strides[ndim - 1] == item && other_strides[ndim - 1] == item) run = shape[--ndim];
    for (int d = 0; d < ndim; ++d) blocks *= shape[d];
  }
  /// f(offset in data, offset in the other operand) for blocks [begin, end).
  template <class F> void for_blocks(std::int64_t begin, std::int64_t end, F f) const {
    for (std::int64_t b = begin; b < end; ++b) {
      std::int64_t rest = b, data = 0, other = 0;
      for (int d = ndim - 1; d >= 0; --d) {
        data += rest % shape[d] * data_strides[d];
        other += rest % shape[d] * other_strides[d];
        rest /= shape[d];
      }
      f(data, other);
    }
  }
};

template <int Bytes>
void move_runs(char* to, const std::int64_t* to_offset, const char* from, const std::int64_t* from_offset,
               std::int64_t n, std::int64_t) {
  for (std::int64_t i = 0; i < n; ++i) std::memcpy(to + to_offset[i], from + from_offset[i], Bytes);
}
void move_long_runs(char* to, const std::int64_t* to_offset, const char* from,
                    const std::int64_t* from_offset, std::int64_t n, std::int64_t bytes) {
  for (std::int64_t i = 0; i < n; ++i)
    std::memcpy(to + to_offset[i], from + from_offset[i], static_cast<std::size_t>(bytes));
}
auto mover(std::int64_t bytes) {
  switch (bytes) {
    case 1: return move_runs<1>;
    case 2: return move_runs<2>;
    case 4: return move_runs<4>;
    case 8: return move_runs<8>;
    case 12: return move_runs<12>;
    case 16: return move_runs<16>;
    case 32: return move_runs<32>;
    default: return move_long_runs;
  }
}

/// f(offsets, positions, first block, end of blocks): every position with every block of its inner
/// dimensions, in parallel, in no order.
template <class F>
void for_batches(const indexed& x, const position_space& space, const inner_space& inner,
                 std::int64_t run_bytes, F f) {
  const std::int64_t weight = std::max<std::int64_t>(1, inner.blocks * run_bytes / 16);
  const std::int64_t grain = std::max<std::int64_t>(1, (1 << 14) / weight);
  if (space.size < 2 * num_threads() && inner.blocks > 1) {  // few positions, much in each
    offsets all;
    all.fill(x, space, 0, space.size);
    parallel_for(inner.blocks, std::max<std::int64_t>(1, (1 << 18) / (run_bytes * space.size)),
                 [&](std::int64_t begin, std::int64_t end) { f(all, space.size, begin, end); });
    return;
  }
  parallel_for(space.size, grain, [&](std::int64_t begin, std::int64_t end) {
    offsets some;
    for (std::int64_t p = begin; p < end; p += batch) {
      some.fill(x, space, p, std::min(end, p + batch));
      f(some, std::min(end - p, batch), 0, inner.blocks);
    }
  });
}

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

}  // namespace

void cpu_device::gather(const array_ref& out, const indexed& source, stream_view) {
  const position_space space(source, out.strides);
  const std::int64_t item = itemsize(out.type);
  const inner_space inner(source, out.strides + source.ndim, item);
  check_bounds(source, space);
  if (space.size == 0 || inner.blocks == 0 || inner.run == 0) return;
  const std::int64_t bytes = inner.run * item;
  const auto move = mover(bytes);
  for_batches(source, space, inner, bytes,
              [&](const offsets& some, std::int64_t n, std::int64_t begin, std::int64_t end) {
                inner.for_blocks(begin, end, [&](std::int64_t data, std::int64_t other) {
                  move(static_cast<char*>(out.data) + other, some.other,
                       static_cast<const char*>(source.data) + data, some.data, n, bytes);
                });
              });
}

namespace {

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
