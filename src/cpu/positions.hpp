// SPDX-License-Identifier: BSD-3-Clause
/// What gather and scatter share: the positions that index arrays name, their bounds, and their byte offsets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <mutex>

#include "core/backend.hpp"
#include "cpu/threads.hpp"
#include "numloom/error.hpp"

namespace numloom::cpu_host::positions {

inline constexpr std::int64_t batch = 1024;

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

[[noreturn]] inline void fail_bounds(const indexed& x, int k, std::int64_t value) {
  fail<index_error>("[", x.operation, "] index ", value, " is out of bounds for axis ", x.axis[k],
                    " with size ", x.extent[k]);
}

/// Throws index_error for the first index, in C order, that is out of bounds. Nothing has been written then.
inline void check_bounds(const indexed& x, const position_space& space) {
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
inline void move_long_runs(char* to, const std::int64_t* to_offset, const char* from,
                           const std::int64_t* from_offset, std::int64_t n, std::int64_t bytes) {
  for (std::int64_t i = 0; i < n; ++i)
    std::memcpy(to + to_offset[i], from + from_offset[i], static_cast<std::size_t>(bytes));
}
inline auto mover(std::int64_t bytes) {
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

// ---- the usual case: one index array of int64, int32 or uint8, and short runs ----

inline bool is_plain(const indexed& x, const position_space& space, const inner_space& inner) {
  if (x.indices != 1 || x.mode != index_mode::raise || space.ndim != 1 || inner.blocks != 1) return false;
  const std::int64_t bytes = inner.run * itemsize(x.type), step = space.strides[1][0];
  return (x.index_type[0] == dtype::int64 || x.index_type[0] == dtype::int32 ||
          x.index_type[0] == dtype::uint8) &&
         (step == itemsize(x.index_type[0]) || space.size == 1) && (bytes & (bytes - 1)) == 0 && bytes > 0 &&
         bytes <= 16;
}

/// Calls f<Index, Bytes>() for the index's type and the size of what an index picks.
template <class F> auto visit_plain(const indexed& x, std::int64_t bytes, F f) {
  const auto choose = [&]<class Index>(Index) {
    switch (bytes) {
      case 1: return f.template operator()<Index, 1>();
      case 2: return f.template operator()<Index, 2>();
      case 4: return f.template operator()<Index, 4>();
      case 8: return f.template operator()<Index, 8>();
      default: return f.template operator()<Index, 16>();
    }
  };
  switch (x.index_type[0]) {
    case dtype::uint8: return choose(std::uint8_t{});
    case dtype::int32: return choose(std::int32_t{});
    default: return choose(std::int64_t{});
  }
}

}  // namespace numloom::cpu_host::positions
