// SPDX-License-Identifier: BSD-3-Clause
// Fourier transforms. Many lines are transformed side by side, one a lane, in blocks that stay in the cache;
// a single one, or one too long for that, is seen as a matrix, whose columns and rows are such lines.
#include <algorithm>
#include <complex>
#include <cstring>

#include "cpu/backend.hpp"
#include "cpu/executor.hpp"
#include "cpu/fft_plan.hpp"
#include "cpu/threads.hpp"

namespace numloom::cpu_host {

namespace {

constexpr int most_lanes = 16;
constexpr std::int64_t parallel_elements = 1 << 14;  // that are worth a thread
constexpr std::int64_t block_bytes = 1 << 19;        // of a block; two of them fit the second-level cache

/// The addresses of the lanes of one block; those past `active` repeat the first, so that loads need not ask.
struct lane_addresses {
  const char* in[most_lanes];
  char* out[most_lanes];
  int active = 0;
  void add(const char* from, char* to) {
    in[active] = from;
    out[active++] = to;
  }
  void fill_up(int lanes) {
    for (int v = active; v < lanes; ++v) in[v] = in[0], out[v] = out[0];
  }
};

template <class T> constexpr std::int64_t complex_bytes = 2 * static_cast<std::int64_t>(sizeof(T));

/// Two blocks of n elements of this thread.
template <class T> struct block_pair {
  char *a, *b;
  explicit block_pair(std::int64_t n) {
    const auto bytes = static_cast<std::size_t>(n * kernels_for<T>().lanes * complex_bytes<T>);
    a = scratch(2 * bytes);
    b = a + bytes;
  }
  void* other(const void* block) const { return block == a ? b : a; }
};

template <class T> void* run(const block_plan_of<T>& plan, void* from, void* other) {
  return kernels_for<T>().run(plan.passes.data(), static_cast<int>(plan.passes.size()), from, other);
}

/// Forward transforms of any length in blocks: directly, or by a chirp.
template <class T> struct block_transform {
  std::int64_t n, length;  // length: elements of a block, zero past n
  std::shared_ptr<const chirp_plan<T>> chirp;
  std::shared_ptr<const block_plan_of<T>> plan;

  explicit block_transform(std::int64_t size) : n(size), length(size) {
    if (!is_smooth(n)) {
      chirp = fft_plan<chirp_plan<T>>(n);
      length = chirp->m;
    }
    plan = fft_plan<block_plan_of<T>>(length);
  }

  void* operator()(const block_pair<T>& blocks, void* from) const {
    const fft_kernels& k = kernels_for<T>();
    if (!chirp) return run(*plan, from, blocks.other(from));
    k.multiply(from, chirp->chirp.data(), n, false, false);
    void* const spectrum = run(*plan, from, blocks.other(from));
    k.multiply(spectrum, chirp->spectrum.data(), length, false, true);
    void* const result = run(*plan, spectrum, blocks.other(spectrum));
    k.multiply(result, chirp->chirp.data(), n, true, true);
    return result;
  }
};

// ---- one line ----

template <class T> struct line_transform {
  const line_plan<T>& plan;
  std::int64_t n;
  const fft_kernels& k = kernels_for<T>();

  template <class F> void for_groups(std::int64_t lines, F one) const {
    const std::int64_t groups = (lines + k.lanes - 1) / k.lanes, each = n / groups;
    const auto range = [&](std::int64_t begin, std::int64_t end) {
      const block_pair<T> blocks(std::max(plan.rows, plan.columns));
      for (std::int64_t g = begin; g < end; ++g) one(blocks, g * k.lanes);
    };
    parallel_for(groups, std::max<std::int64_t>(1, parallel_elements / each), range);
  }

  void columns(const char* in, std::int64_t step, char* room, bool swapped) const {
    for_groups(plan.columns, [&](const block_pair<T>& blocks, std::int64_t first) {
      lane_addresses at;
      for (std::int64_t c = first; c < std::min(first + k.lanes, plan.columns); ++c)
        at.add(in + c * step, room + c * complex_bytes<T>);
      at.fill_up(k.lanes);
      k.load(blocks.a, at.in, plan.columns * step, plan.rows, plan.rows, swapped);
      void* const done = run(*plan.down, blocks.a, blocks.b);
      k.twist(done, plan.lane_factors.data(), plan.rows, first, plan.roots->high.data(),
              plan.roots->low.data(), plan.roots->shift, n);
      k.store(done, at.out, plan.columns * complex_bytes<T>, plan.rows, at.active, 1, false);
    });
  }

  void rows(const char* room, char* out, std::int64_t step, double scale, bool swapped) const {
    for_groups(plan.rows, [&](const block_pair<T>& blocks, std::int64_t first) {
      lane_addresses at;
      for (std::int64_t r = first; r < std::min(first + k.lanes, plan.rows); ++r)
        at.add(room + r * plan.columns * complex_bytes<T>, out + r * step);
      at.fill_up(k.lanes);
      k.load(blocks.a, at.in, complex_bytes<T>, plan.columns, plan.columns, false);
      void* const done = run(*plan.along, blocks.a, blocks.b);
      k.store(done, at.out, plan.rows * step, plan.columns, at.active, scale, swapped);
    });
  }
};

template <class T> struct numbers {  // room for n complex numbers
  storage_ptr room;
  std::complex<T>* data;
  explicit numbers(std::int64_t n)
      : room(allocate(static_cast<std::size_t>(n * complex_bytes<T>), cpu)),
        data(static_cast<std::complex<T>*>(room->data)) {}
  char* bytes() const { return static_cast<char*>(room->data); }
};

/// f(j) for all j < n, shared out.
template <class F> void for_elements(std::int64_t n, F f) {
  parallel_for(n, parallel_elements, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t j = begin; j < end; ++j) f(j);
  });
}

template <class T> std::complex<T> product(std::complex<T> a, std::complex<T> b) {  // without Annex G
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}
template <class T> std::complex<T> factor(const std::vector<T>& from, std::int64_t j) {
  const auto at = static_cast<std::size_t>(2 * j);
  return {from[at], from[at + 1]};
}
template <class T> std::complex<T> exchanged(std::complex<T> z) { return {z.imag(), z.real()}; }

template <class T>
void chirp_line(std::int64_t n, const char* in, std::int64_t in_step, char* out, std::int64_t out_step,
                double scale, bool swapped) {
  using number = std::complex<T>;
  const auto plan = fft_plan<chirp_plan<T>>(n);
  const std::int64_t m = plan->m;
  const numbers<T> a(m), b(m);
  for_elements(m, [&](std::int64_t j) {
    if (j >= n) return void(a.data[j] = number());
    const number x = *reinterpret_cast<const number*>(in + j * in_step);
    a.data[j] = product(swapped ? exchanged(x) : x, factor(plan->chirp, j));
  });
  transform_line<T>(m, a.bytes(), complex_bytes<T>, b.bytes(), complex_bytes<T>, 1, false);
  for_elements(m, [&](std::int64_t j) { b.data[j] = product(b.data[j], factor(plan->spectrum, j)); });
  transform_line<T>(m, b.bytes(), complex_bytes<T>, a.bytes(), complex_bytes<T>, 1, true);
  for_elements(n, [&](std::int64_t j) {
    const number x = product(a.data[j], factor(plan->chirp, j)) * static_cast<T>(scale);
    *reinterpret_cast<number*>(out + j * out_step) = swapped ? exchanged(x) : x;
  });
}

}  // namespace

template <class T>
void transform_line(std::int64_t n, const char* in, std::int64_t in_step, char* out, std::int64_t out_step,
                    double scale, bool swapped) {
  if (!is_smooth(n)) return chirp_line<T>(n, in, in_step, out, out_step, scale, swapped);
  const fft_kernels& k = kernels_for<T>();
  if (!suits_a_line(n, k.lanes)) {
    const auto plan = fft_plan<block_plan_of<T>>(n);
    const block_pair<T> blocks(n);
    lane_addresses at;
    at.add(in, out);
    at.fill_up(k.lanes);
    k.load(blocks.a, at.in, in_step, n, n, swapped);
    return k.store(run(*plan, blocks.a, blocks.b), at.out, out_step, n, 1, scale, swapped);
  }
  const auto plan = fft_plan<line_plan<T>>(n);
  const line_transform<T> line{*plan, n};
  const numbers<T> room(n);
  line.columns(in, in_step, room.bytes(), swapped);
  line.rows(room.bytes(), out, out_step, scale, swapped);
}
template void transform_line<float>(std::int64_t, const char*, std::int64_t, char*, std::int64_t, double,
                                    bool);
template void transform_line<double>(std::int64_t, const char*, std::int64_t, char*, std::int64_t, double,
                                     bool);

namespace {

// ---- a line of a call, whatever its kind ----

/// Elements of a line as complex numbers in a row, with the zeros that are missing.
template <class T> void read_line(const fft_call& c, const char* in, std::complex<T>* to, std::int64_t n) {
  for_elements(n, [&](std::int64_t j) {
    const char* const at = in + j * c.in_step;
    if (j >= c.count)
      to[j] = 0;
    else if (c.real_input)
      to[j] = *reinterpret_cast<const T*>(at);
    else
      to[j] = *reinterpret_cast<const std::complex<T>*>(at);
  });
}

template <class T> void complex_line(const fft_call& c, const char* in, char* out) {
  if (!c.real_input && c.count == c.n)
    return transform_line<T>(c.n, in, c.in_step, out, c.out_step, c.scale, c.inverse);
  const numbers<T> room(c.n);
  read_line(c, in, room.data, c.n);
  transform_line<T>(c.n, room.bytes(), complex_bytes<T>, out, c.out_step, c.scale, c.inverse);
}

/// Pairs of neighbours are the complex numbers of a transform of half the length.
template <class T> void real_to_complex_line(const fft_call& c, const char* in, char* out) {
  using number = std::complex<T>;
  const auto put = [&](std::int64_t k) -> number& {
    return *reinterpret_cast<number*>(out + k * c.out_step);
  };
  if (c.n % 2 == 1) {
    const numbers<T> room(c.n), result(c.n);
    read_line(c, in, room.data, c.n);
    transform_line<T>(c.n, room.bytes(), complex_bytes<T>, result.bytes(), complex_bytes<T>, c.scale, false);
    return for_elements(c.n / 2 + 1, [&](std::int64_t k) { put(k) = result.data[k]; });
  }
  const std::int64_t h = c.n / 2;
  const numbers<T> z(h);
  if (c.in_step == static_cast<std::int64_t>(sizeof(T)) && c.count == c.n) {
    transform_line<T>(h, in, complex_bytes<T>, z.bytes(), complex_bytes<T>, c.scale, false);
  } else {
    const numbers<T> pairs(h);
    T* const to = reinterpret_cast<T*>(pairs.data);
    for_elements(c.n, [&](std::int64_t j) {
      to[j] = j < c.count ? *reinterpret_cast<const T*>(in + j * c.in_step) : T(0);
    });
    transform_line<T>(h, pairs.bytes(), complex_bytes<T>, z.bytes(), complex_bytes<T>, c.scale, false);
  }
  const auto plan = fft_plan<root_plan<T>>(c.n);
  for_elements(h / 2 + 1, [&](std::int64_t k) {
    const number a = z.data[k], b = z.data[k == 0 ? 0 : h - k];
    const number even(a.real() + b.real(), a.imag() - b.imag()),
        odd(a.imag() + b.imag(), b.real() - a.real());
    const number t = product(odd, factor(plan->roots, k));
    put(k) = (even + t) * T(0.5);
    put(h - k) = std::conj(even - t) * T(0.5);
  });
}

template <class T> void complex_to_real_line(const fft_call& c, const char* in, char* out) {
  using number = std::complex<T>;
  const auto get = [&](std::int64_t k) -> number {
    return k < c.count ? *reinterpret_cast<const number*>(in + k * c.in_step) : number();
  };
  const auto put = [&](std::int64_t j) -> T& { return *reinterpret_cast<T*>(out + j * c.out_step); };
  const std::int64_t h = c.n % 2 == 0 ? c.n / 2 : c.n;
  const numbers<T> z(h);
  if (c.n % 2 == 1) {
    z.data[0] = get(0).real();
    for_elements(c.n / 2, [&](std::int64_t k) {
      z.data[k + 1] = get(k + 1);
      z.data[c.n - k - 1] = std::conj(get(k + 1));
    });
  } else {
    const auto plan = fft_plan<root_plan<T>>(c.n);
    for_elements(h / 2 + 1, [&](std::int64_t k) {
      number a = get(k), b = get(h - k);
      if (k == 0) a = a.real(), b = b.real();
      const number even(a.real() + b.real(), a.imag() - b.imag()),
          difference(a.real() - b.real(), a.imag() + b.imag());
      const number odd = product(difference, std::conj(factor(plan->roots, k)));
      z.data[k] = {even.real() - odd.imag(), even.imag() + odd.real()};
      if (k > 0) z.data[h - k] = {even.real() + odd.imag(), odd.real() - even.imag()};
    });
  }
  if (c.n % 2 == 0 && c.out_step == static_cast<std::int64_t>(sizeof(T)))
    return transform_line<T>(h, z.bytes(), complex_bytes<T>, out, complex_bytes<T>, c.scale, true);
  const numbers<T> result(h);
  transform_line<T>(h, z.bytes(), complex_bytes<T>, result.bytes(), complex_bytes<T>, c.scale, true);
  const T* const from = reinterpret_cast<const T*>(result.data);
  const std::int64_t apart = c.n % 2 == 0 ? 1 : 2;
  for_elements(c.n, [&](std::int64_t j) { put(j) = from[apart * j]; });
}

// ---- blocks of lines of a call ----

template <class T> struct block_job {
  const fft_call& c;
  const fft_kernels& k = kernels_for<T>();
  bool pairs;  // real numbers taken two by two
  block_transform<T> transform;
  std::shared_ptr<const root_plan<T>> roots;

  explicit block_job(const fft_call& call)
      : c(call),
        pairs(call.kind != fft_kind::complex && call.n % 2 == 0),
        transform(pairs ? call.n / 2 : call.n) {
    if (pairs) roots = fft_plan<root_plan<T>>(call.n);
  }
  std::int64_t length() const { return std::max(transform.length, c.n / 2 + 1); }

  void read_real(void* block, const lane_addresses& at) const {
    const std::int64_t item = sizeof(T), n = transform.length;
    if (!pairs) {
      k.load_part(block, c.inverse ? 1 : 0, at.in, c.in_step, c.count, n);
      return k.load_part(block, c.inverse ? 0 : 1, at.in, c.in_step, 0, n);
    }
    if (c.in_step == item && c.count % 2 == 0)
      return k.load(block, at.in, complex_bytes<T>, c.count / 2, n, false);
    lane_addresses odd = at;
    for (int v = 0; v < k.lanes; ++v) odd.in[v] += c.in_step;
    k.load_part(block, 0, at.in, 2 * c.in_step, (c.count + 1) / 2, n);
    k.load_part(block, 1, odd.in, 2 * c.in_step, c.count / 2, n);
  }

  void write_real(const void* block, lane_addresses& at) const {  // the result of an inverse: swapped
    if (!pairs) return k.store_part(block, 1, at.out, c.out_step, c.n, at.active, c.scale);
    if (c.out_step == static_cast<std::int64_t>(sizeof(T)))
      return k.store(block, at.out, complex_bytes<T>, c.n / 2, at.active, c.scale, true);
    k.store_part(block, 1, at.out, 2 * c.out_step, c.n / 2, at.active, c.scale);
    for (int v = 0; v < k.lanes; ++v) at.out[v] += c.out_step;
    k.store_part(block, 0, at.out, 2 * c.out_step, c.n / 2, at.active, c.scale);
  }

  void zeros_past(void* block, std::int64_t n) const {  // where a chirp wants them
    const std::int64_t bytes = k.lanes * complex_bytes<T>;
    if (transform.length > n)
      std::memset(static_cast<char*>(block) + n * bytes, 0,
                  static_cast<std::size_t>((transform.length - n) * bytes));
  }

  void operator()(const block_pair<T>& blocks, lane_addresses& at) const {
    if (c.kind == fft_kind::complex) {
      if (c.real_input)
        read_real(blocks.a, at);
      else
        k.load(blocks.a, at.in, c.in_step, c.count, transform.length, c.inverse);
      const void* const done = transform(blocks, blocks.a);
      return k.store(done, at.out, c.out_step, c.n, at.active, c.scale, c.inverse);
    }
    const std::int64_t h = c.n / 2;
    if (c.kind == fft_kind::real_to_complex) {
      read_real(blocks.a, at);
      void* done = transform(blocks, blocks.a);
      if (pairs) {
        k.from_pairs(blocks.other(done), done, h, roots->roots.data());
        done = blocks.other(done);
      }
      return k.store(done, at.out, c.out_step, h + 1, at.active, c.scale, false);
    }
    void* from = blocks.a;
    k.load(blocks.b, at.in, c.in_step, c.count, h + 1, false);
    if (pairs)
      k.to_pairs(blocks.a, blocks.b, h, roots->roots.data());
    else
      k.mirror(blocks.a, blocks.b, c.n);
    zeros_past(from, transform.n);
    write_real(transform(blocks, from), at);
  }
};

/// The lines of a call: the other axes, the nearest neighbours in memory first.
struct line_space {
  int ndim = 0;
  std::int64_t count = 1;
  std::int64_t shape[max_dims], in[max_dims], out[max_dims];

  explicit line_space(const fft_call& c) {
    for (int d = 0; d < c.ndim; ++d) {
      count *= c.shape[d];
      if (c.shape[d] == 1) continue;
      int at = ndim++;
      const auto distance = [](std::int64_t s) { return s < 0 ? -s : s; };
      for (; at > 0 && distance(in[at - 1]) >= distance(c.in_strides[d]); --at)
        shape[at] = shape[at - 1], in[at] = in[at - 1], out[at] = out[at - 1];
      shape[at] = c.shape[d], in[at] = c.in_strides[d], out[at] = c.out_strides[d];
    }
  }
  /// Bytes from the first line to the i-th.
  void find(std::int64_t i, std::int64_t& from, std::int64_t& to) const {
    from = to = 0;
    for (int d = 0; d < ndim; ++d) {
      const std::int64_t at = d + 1 < ndim ? i % shape[d] : i;
      i /= shape[d];
      from += at * in[d];
      to += at * out[d];
    }
  }
};

template <class T> void in_blocks(const fft_call& c, const line_space& lines) {
  const block_job<T> job(c);
  const int lanes = job.k.lanes;
  // A block does not reach over the end of a row of lines that fills some: lanes side by side load faster.
  const std::int64_t row = lines.ndim > 0 && lines.shape[0] >= 2 * lanes ? lines.shape[0] : lines.count;
  const std::int64_t blocks_a_row = (row + lanes - 1) / lanes, rows = lines.count / row;
  const std::int64_t grain = std::max<std::int64_t>(1, parallel_elements / (job.length() * lanes));
  parallel_for(rows * blocks_a_row, grain, [&](std::int64_t begin, std::int64_t end) {
    const block_pair<T> blocks(job.length());
    for (std::int64_t b = begin; b < end; ++b) {
      lane_addresses at;
      const std::int64_t first = b % blocks_a_row * lanes;
      for (std::int64_t i = first; i < std::min(first + lanes, row); ++i) {
        std::int64_t from, to;
        lines.find(b / blocks_a_row * row + i, from, to);
        at.add(static_cast<const char*>(c.in) + from, static_cast<char*>(c.out) + to);
      }
      at.fill_up(lanes);
      job(blocks, at);
    }
  });
}

template <class T> void transform(const fft_call& c) {
  const line_space lines(c);
  const int lanes = kernels_for<T>().lanes;
  const std::int64_t bytes = c.n * lanes * complex_bytes<T>;
  const bool few = 2 * lines.count <= lanes || (lines.count < lanes * num_threads() && c.n >= 4096);
  if (bytes <= block_bytes && !(few && c.n >= 32)) return in_blocks<T>(c, lines);
  for (std::int64_t i = 0; i < lines.count; ++i) {
    std::int64_t from, to;
    lines.find(i, from, to);
    const auto one = c.kind == fft_kind::complex           ? complex_line<T>
                     : c.kind == fft_kind::real_to_complex ? real_to_complex_line<T>
                                                           : complex_to_real_line<T>;
    one(c, static_cast<const char*>(c.in) + from, static_cast<char*>(c.out) + to);
  }
}

}  // namespace

void cpu_device::fft(const fft_call& call, stream_view) {
  for (int d = 0; d < call.ndim; ++d)
    if (call.shape[d] == 0) return;
  call.type == dtype::float32 ? transform<float>(call) : transform<double>(call);
}

}  // namespace numloom::cpu_host
