// SPDX-License-Identifier: BSD-3-Clause
// Fourier transforms on a GPU. Lines that fit into a block's shared memory take one kernel; longer ones are
// matrices whose columns and then rows do; lengths with large prime factors are convolved with a chirp.
#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "cuda/backend.hpp"
#include "cuda/context.hpp"
#include "cuda/cufft.hpp"
#include "cuda/fft_tables.hpp"
#include "cuda/runtime.hpp"
#include "cuda/spaces.hpp"

namespace numloom::cuda_host {
namespace {

using kernels::fft_end;
using kernels::fft_form;
using kernels::fft_lines;
using kernels::fft_work;
constexpr std::int64_t no_end = std::numeric_limits<std::int64_t>::max();

/// One of several kernels on a long line takes at most this many elements: with fewer lines side by side a
/// block's reads would be narrower than the 32 bytes that memory moves at least.
constexpr std::int64_t longest_part = 1024;

void add_dimension(fft_lines& lines, std::int64_t extent, std::int64_t in, std::int64_t out,
                   std::int64_t in_index, std::int64_t out_index) {
  if (extent == 1) return;
  const int d = lines.ndim++;
  lines.shape[d] = extent;
  lines.in[d] = in;
  lines.out[d] = out;
  lines.in_index[d] = in_index;
  lines.out_index[d] = out_index;
}

/// The lines of a call: the axes beside the one that is transformed, at most max_fft_dims.
struct line_set {
  int ndim = 0;
  std::int64_t count = 1;
  std::int64_t shape[kernels::max_fft_dims], in[kernels::max_fft_dims], out[kernels::max_fft_dims];

  /// The strides of lines of n complex numbers one behind the other.
  static void dense(const line_set& lines, std::int64_t bytes,
                    std::int64_t (&strides)[kernels::max_fft_dims]) {
    for (int d = lines.ndim; d-- > 0; bytes *= lines.shape[d]) strides[d] = bytes;
  }
  line_set from_room(std::int64_t bytes) const {
    line_set made = *this;
    dense(*this, bytes, made.in);
    return made;
  }
  line_set into_room(std::int64_t bytes) const {
    line_set made = *this;
    dense(*this, bytes, made.out);
    return made;
  }
  fft_lines dims() const {
    fft_lines made;
    for (int d = 0; d < ndim; ++d) add_dimension(made, shape[d], in[d], out[d], 0, 0);
    return made;
  }
};

/// A smooth length as a product of lengths that fit into blocks, about equal.
std::vector<std::int64_t> parts_of(std::int64_t n, std::int64_t longest) {
  std::vector<std::int64_t> parts;
  while (n > longest || (!parts.empty() && n > longest_part)) {
    const double count =
        std::max(2.0, std::ceil(std::log2(static_cast<double>(n)) / std::log2(longest_part)));
    const double wanted = std::log2(static_cast<double>(n)) / count;
    std::int64_t best = 0;
    double least = 0;
    for (std::int64_t d = 2; d <= longest; ++d) {
      if (n % d != 0) continue;
      const double off = std::abs(std::log2(static_cast<double>(d)) - wanted);
      if (best == 0 || off < least) best = d, least = off;
    }
    if (n <= longest && n / best > longest_part) break;  // no divisor helps
    parts.push_back(best);
    n /= best;
  }
  parts.push_back(n);
  return parts;
}

class transforms {
 public:
  transforms(bool single, stream_view s)
      : single_(single),
        s_(s),
        stream_(enter(s)),
        properties_(cuda_runtime::get_device_properties(s.device.index)),
        longest_(kernels::fft_longest(single, shared_bytes())) {}

  std::int64_t complex_bytes() const { return single_ ? 8 : 16; }
  bool fits_block(std::int64_t n) const {
    return (is_smooth_length(n) ? n : n <= longest_ ? length_of_chirp(n) : n) <= longest_;
  }
  std::shared_ptr<const fft_table> table(fft_table_kind kind, std::int64_t n) const {
    return find_fft_table(kind, single_, n, s_);
  }
  void* stream() const { return stream_; }

  /// A forward transform of n elements of each line.
  void any_length(std::int64_t n, fft_end in, fft_end out, const line_set& lines, double scale) const {
    in.length = out.length = n;
    if (is_smooth_length(n)) return smooth(n, in, out, lines, scale, nullptr);
    const auto chirp = table(fft_table_kind::chirp, n);
    const std::int64_t m = length_of_chirp(n);
    in.factors = out.factors = chirp->data();
    // The last step exchanges the parts and turns by the chirp; an inverse exchanges them once more.
    out.conjugated = out.swapped;
    out.swapped = !out.swapped;
    if (m <= longest_) {
      fft_work work = work_of(m, in, out, scale);
      work.spectrum = chirp->second_data();
      return run(work, 2 * n, lines.dims());
    }
    const storage_ptr room = temporary(m * lines.count * complex_bytes(), s_);
    fft_end middle = dense_end(room->data, m);
    middle.factors = chirp->second_data();
    smooth(m, in, middle, lines.into_room(m * complex_bytes()), 1, nullptr);
    middle.factors = nullptr;
    middle.swapped = true;
    smooth(m, middle, out, lines.from_room(m * complex_bytes()), scale, room->data);
  }

  /// n complex numbers of each line, one behind the other.
  fft_end dense_end(void* data, std::int64_t n) const {
    fft_end end;
    end.data = data;
    end.step = complex_bytes();
    end.count = end.length = n;
    return end;
  }

 private:
  std::int64_t shared_bytes() const {
    return static_cast<std::int64_t>(
        std::max(properties_.shared_bytes_per_block, properties_.shared_bytes_per_block_opt_in));
  }

  fft_work work_of(std::int64_t length, const fft_end& in, const fft_end& out, double scale) const {
    fft_work work;
    work.single = single_;
    work.length = static_cast<int>(length);
    work.in = in;
    work.out = out;
    work.scale = scale;
    return work;
  }

  /// pair_length: of the real numbers, if the first or last form is half_even.
  void run(fft_work& work, std::int64_t pair_length, const fft_lines& lines) const {
    const auto passes = table(fft_table_kind::passes, work.length);
    work.passes = static_cast<int>(passes->passes.size());
    std::copy(passes->passes.begin(), passes->passes.end(), work.pass);
    std::shared_ptr<const fft_table> pairs;
    if (work.in.form == fft_form::half_even || work.out.form == fft_form::half_even) {
      pairs = table(fft_table_kind::pairs, pair_length);
      work.pair_roots = pairs->data();
    }
    kernels::fft(work, lines, properties_.multiprocessors, shared_bytes(), stream_);
  }

  /// A smooth length. room: that many elements for each line, which may be where the input lies; null: made.
  void smooth(std::int64_t n, const fft_end& in, const fft_end& out, const line_set& lines, double scale,
              void* room) const {
    const std::vector<std::int64_t> parts = parts_of(n, longest_);
    if (parts.size() == 1) {
      fft_work work = work_of(n, in, out, scale);
      return run(work, 2 * n, lines.dims());
    }
    const storage_ptr made = room ? storage_ptr() : temporary(n * lines.count * complex_bytes(), s_);
    if (!room) room = made->data;
    const fft_end between = dense_end(room, no_end);
    const line_set first = lines.into_room(n * complex_bytes());
    const line_set later = lines.from_room(n * complex_bytes());
    const line_set inside = first.from_room(n * complex_bytes());
    std::int64_t rest = n, done = 1;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      const bool last = p + 1 == parts.size();
      const std::int64_t before = rest;
      rest /= parts[p];
      fft_work work = work_of(parts[p], p == 0 ? in : between, last ? out : between, last ? scale : 1);
      work.in.index_step = rest;
      work.out.index_step = last ? done : rest;
      fft_lines dims = (p == 0 ? first : last ? later : inside).dims();
      add_parts(dims, parts, p, n, last);
      std::shared_ptr<const fft_table> twist;
      if (!last) {
        add_dimension(dims, rest, 0, 0, 1, 1);
        // The columns' numbers are added to element numbers, which p == 0 alone counts in the input's steps.
        twist = table(fft_table_kind::split, before);
        work.twist_high = twist->data();
        work.twist_low = twist->second_data();
        work.twist_shift = twist->shift;
      }
      run(work, 0, dims);
      done *= parts[p];
    }
  }

  /// The parts that are transformed already: where their results lie in the room, and in the output.
  void add_parts(fft_lines& dims, const std::vector<std::int64_t>& parts, std::size_t count, std::int64_t n,
                 bool last) const {
    std::int64_t behind[8], done = 1;
    for (std::size_t q = 0; q < count; ++q) behind[q] = (n /= parts[q]) * complex_bytes();
    // The output's neighbours are those of the first part.
    std::int64_t numbers[8];
    for (std::size_t q = 0; q < count; ++q) numbers[q] = done, done *= parts[q];
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t q = last ? count - 1 - i : i;
      add_dimension(dims, parts[q], behind[q], last ? 0 : behind[q], 0, last ? numbers[q] : 0);
    }
  }

  bool single_;
  stream_view s_;
  void* stream_;
  const cuda_runtime::device_properties& properties_;
  std::int64_t longest_;
};

// ---- cuFFT ----

/// Strides in elements of cuFFT's: forwards, whole, at an address that suits it.
bool suits_cufft(const void* data, std::int64_t step, std::int64_t dist, bool several, std::int64_t item,
                 std::int64_t alignment) {
  return step > 0 && step % item == 0 && (!several || (dist > 0 && dist % item == 0)) &&
         reinterpret_cast<std::uintptr_t>(data) % static_cast<std::uintptr_t>(alignment) == 0;
}

void scale_output(const fft_call& c, const line_set& lines, void* out, void* stream) {
  const std::int64_t real = itemsize(c.type);
  std::int64_t shape[3], strides[3];
  int ndim = 0;
  for (int d = 0; d < lines.ndim; ++d) shape[ndim] = lines.shape[d], strides[ndim++] = lines.out[d];
  shape[ndim] = c.kind == fft_kind::real_to_complex ? c.n / 2 + 1 : c.n, strides[ndim++] = c.out_step;
  shape[ndim] = 2, strides[ndim++] = real;
  kernels::fft_scale(c.type == dtype::float32, ndim, shape, out, strides, c.scale, stream);
}

/// Where our kernels pass over memory more than once, and cuFFT can do the call as it is: one batch of whole
/// lines, not to real numbers (it may overwrite that input, and takes the imaginary parts of the first and
/// last element into account, which NumPy ignores). A factor would be one pass more, which is worth it beside
/// a chirp only.
bool by_cufft(const fft_call& c, const transforms& own, const line_set& lines, const void* in, void* out,
              stream_view s) {
  const bool real = c.kind == fft_kind::real_to_complex;
  const std::int64_t half = real && c.n % 2 == 0 ? c.n / 2 : c.n;
  if (c.kind == fft_kind::complex_to_real || c.real_input != real || c.count != c.n || lines.ndim > 1)
    return false;
  if (own.fits_block(half) || (c.scale != 1 && is_smooth_length(half))) return false;
  const std::int64_t complex = own.complex_bytes(), item = real ? complex / 2 : complex;
  const bool several = lines.ndim == 1;
  const std::int64_t in_dist = several ? lines.in[0] : c.n * item,
                     out_dist = several ? lines.out[0] : c.n * complex;
  if (!suits_cufft(in, c.in_step, in_dist, several, item, complex) ||
      !suits_cufft(out, c.out_step, out_dist, several, complex, complex))
    return false;
  cufft_layout layout;
  layout.kind = c.kind;
  layout.single = c.type == dtype::float32;
  layout.n = layout.in_embed = c.n;
  layout.out_embed = real ? c.n / 2 + 1 : c.n;
  layout.batch = lines.count;
  layout.in_stride = c.in_step / item;
  layout.out_stride = c.out_step / complex;
  layout.in_dist = in_dist / item;
  layout.out_dist = out_dist / complex;
  if (!cufft(layout, c.inverse, in, out, s)) return false;
  if (c.scale != 1) scale_output(c, lines, out, enter(s));
  return true;
}

// ---- kinds ----

struct ends {
  fft_end in, out;
};
ends ends_of(const fft_call& c, const void* in, void* out) {
  ends e;
  e.in.data = const_cast<void*>(in);
  e.in.step = c.in_step;
  e.in.count = c.count;
  e.in.swapped = e.out.swapped = c.inverse || c.kind == fft_kind::complex_to_real;
  e.out.data = out;
  e.out.step = c.out_step;
  e.out.count = c.kind == fft_kind::real_to_complex ? c.n / 2 + 1 : c.n;
  const bool pairs = c.n % 2 == 0;
  if (c.real_input) e.in.form = fft_form::real;
  if (c.kind == fft_kind::real_to_complex && pairs)
    e.in.form = fft_form::pairs, e.out.form = fft_form::half_even;
  if (c.kind == fft_kind::complex_to_real) {
    e.in.form = pairs ? fft_form::half_even : fft_form::half_odd;
    e.out.form = pairs ? fft_form::pairs : fft_form::real;
  }
  // Real numbers in a row are pairs as they lie.
  const std::int64_t real = itemsize(c.type);
  for (fft_end* end : {&e.in, &e.out})
    if (end->form == fft_form::pairs && end->step == real && end->count % 2 == 0) {
      end->form = fft_form::complex;
      end->step = 2 * real;
      end->count /= 2;
    }
  return e;
}

void own_transform(const fft_call& c, const transforms& own, const line_set& lines, const void* in, void* out,
                   stream_view s) {
  ends e = ends_of(c, in, out);
  const bool halves = e.in.form == fft_form::half_even || e.out.form == fft_form::half_even;
  const std::int64_t n = halves ? c.n / 2 : c.n;
  if (!halves || own.fits_block(n)) return own.any_length(n, e.in, e.out, lines, c.scale);
  const std::int64_t bytes = n * own.complex_bytes();
  const storage_ptr room = temporary(bytes * lines.count, s);
  fft_end middle = own.dense_end(room->data, n);
  const auto roots = own.table(fft_table_kind::pairs, c.n);
  fft_work work;
  work.single = c.type == dtype::float32;
  work.pair_roots = roots->data();
  if (c.kind == fft_kind::real_to_complex) {
    own.any_length(n, e.in, middle, lines.into_room(bytes), 1);
    work.in = middle;
    work.out = e.out;
    work.scale = c.scale;
    return kernels::fft_halves(work, lines.from_room(bytes).dims(), true, own.stream());
  }
  work.in = e.in;
  work.out = middle;
  kernels::fft_halves(work, lines.into_room(bytes).dims(), false, own.stream());
  middle.swapped = true;
  own.any_length(n, middle, e.out, lines.from_room(bytes), c.scale);
}

}  // namespace

void cuda_device::fft(const fft_call& call, stream_view s) {
  for (int d = 0; d < call.ndim; ++d)
    if (call.shape[d] == 0) return;
  const transforms own(call.type == dtype::float32, s);
  iteration_space space;
  const operand_layout operands[] = {{call.out, call.out_strides},
                                     {const_cast<void*>(call.in), call.in_strides}};
  canonicalise(space, std::span(call.shape, static_cast<std::size_t>(call.ndim)), operands);
  const auto run = [&](const iteration_space& part) {
    line_set lines;
    lines.ndim = part.ndim;
    lines.count = part.size;
    std::copy_n(part.shape, part.ndim, lines.shape);
    std::copy_n(part.strides[0], part.ndim, lines.out);
    std::copy_n(part.strides[1], part.ndim, lines.in);
    if (!by_cufft(call, own, lines, part.data[1], part.data[0], s))
      own_transform(call, own, lines, part.data[1], part.data[0], s);
  };
  for_each_subspace(space, run, kernels::max_fft_dims);
}

}  // namespace numloom::cuda_host
