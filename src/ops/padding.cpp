// SPDX-License-Identifier: BSD-3-Clause
// pad(): a larger array, and its edges filled axis by axis, so that corners follow from the edges before.
#include "numloom/padding.hpp"

#include <algorithm>

#include "numloom/statistics.hpp"
#include "ops/compose.hpp"

namespace numloom {

using namespace detail;

namespace {

constexpr std::string_view mode_names[] = {"constant", "edge",    "empty",   "linear_ramp", "maximum", "mean",
                                           "median",   "minimum", "reflect", "symmetric",   "wrap"};

std::vector<pad_width> for_axes(const std::vector<pad_width>& given, int ndim, const char* what) {
  const auto n = static_cast<std::size_t>(ndim);
  if (given.size() != 1 && given.size() != n)
    fail<value_error>("[pad] expected one ", what, ", or one for each of ", ndim, " axes, got ",
                      given.size());
  for (const pad_width& w : given)
    if (w.before < 0 || w.after < 0)
      fail<value_error>("[pad] index can't contain negative values: got ", what, " ", w.before, " and ",
                        w.after);
  return given.size() == 1 ? std::vector<pad_width>(n, given[0]) : given;
}

// One side of one axis of the array that is being made.
struct side {
  ndarray core;  // what is there along that axis: the original, and the edges of axes before
  int axis;
  bool is_after;        // at the end of the axis
  std::int64_t length;  // of what is to be filled
  std::int64_t extent() const { return core.shape()[axis]; }
  // core from the edge inwards
  ndarray next_to_edge(std::int64_t count) const {
    return is_after ? part(core, extent() - count, to_end, axis) : part(core, 0, count, axis);
  }
};

// Mirrored or repeated: for each place the element of the core that stands there, as a small index.
ndarray mirrored(const side& s, pad_mode mode) {
  const std::int64_t n = s.extent(), first = s.is_after ? n : -s.length;
  const std::int64_t period = mode == pad_mode::symmetric ? 2 * n : mode == pad_mode::wrap ? n : 2 * (n - 1);
  ndarray at = arange(first, first + s.length, 1, {.dtype = dtype::int64, .device = s.core.device()});
  at = remainder(at, period);
  if (mode != pad_mode::wrap) {
    const std::int64_t last = mode == pad_mode::symmetric ? period - 1 : period;
    at = where(less(at, n), at, subtract(last, at));
  }
  return take(s.core, at, s.axis);
}

// From `end` at the rim to the element at the edge, which is not repeated.
ndarray ramp(const side& s, const ndarray& end) {
  const ndarray edge = squeeze(s.next_to_edge(1), s.axis);
  const ndarray line = linspace(end, edge,
                                {.num = s.length,
                                 .endpoint = false,
                                 .dtype = s.core.dtype(),
                                 .device = s.core.device(),
                                 .axis = s.axis});
  return s.is_after ? flip(line, s.axis) : line;
}

ndarray statistic(const side& s, pad_mode mode, std::int64_t length) {
  const ndarray a = s.next_to_edge(std::min(length, s.extent()));
  ndarray found;
  switch (mode) {
    case pad_mode::maximum: return max(a, {.axis = s.axis, .keepdims = true});
    case pad_mode::minimum: return min(a, {.axis = s.axis, .keepdims = true});
    case pad_mode::mean: found = mean(a, {.axis = s.axis, .keepdims = true}); break;
    default: found = median(a, {.axis = s.axis, .keepdims = true}); break;
  }
  return is_integer(a.dtype()) ? rint(found) : found;
}

// What comes before (after) the array along an axis: broadcasts to the place. end: of a ramp.
ndarray filler(const side& s, const pad_options& options, std::int64_t stat_length, const ndarray& end) {
  switch (options.mode) {
    case pad_mode::edge: return s.next_to_edge(1);
    case pad_mode::linear_ramp: return ramp(s, end);
    case pad_mode::reflect:
    case pad_mode::symmetric: return s.extent() == 1 ? s.next_to_edge(1) : mirrored(s, options.mode);
    case pad_mode::wrap: return mirrored(s, options.mode);
    default: return statistic(s, options.mode, stat_length);
  }
}

// Mirrored at the edge, up and down too. What is filled is mirrored in turn where the array is too short.
// view: all of the axis; left, right: what is still to be filled.
void reflect_oddly(const ndarray& view, int axis, std::int64_t left, std::int64_t right, bool with_edge) {
  const std::int64_t whole = view.shape()[axis], n = whole - left - right;
  const auto put = [&](std::int64_t edge, std::int64_t from, std::int64_t to, std::int64_t count) {
    const ndarray mirror = flip(part(view, from, from + count, axis), axis);
    copyto(part(view, to, to + count, axis), subtract(multiply(part(view, edge, edge + 1, axis), 2), mirror),
           casting::unsafe);
  };
  while (left > 0 || right > 0) {
    // Only whole periods of what is there, so that mirroring twice goes on where it began.
    std::int64_t there = whole - left - right;
    there = with_edge ? there / n * n : (there - 1) / (n - 1) * (n - 1);
    const std::int64_t skipped = with_edge ? 0 : 1;
    if (left > 0) {
      const std::int64_t count = std::min(there, left);
      put(left, left + skipped, left - count, count);
      left -= count;
    }
    if (right > 0) {
      const std::int64_t count = std::min(there, right), end = whole - right;
      put(end - 1, end - skipped - count, end, count);
      right -= count;
    }
  }
}

void check_extents(const ndarray& a, const std::vector<pad_width>& widths) {
  for (int d = 0; d < a.ndim(); ++d) {
    const pad_width& w = widths[static_cast<std::size_t>(d)];
    if (a.shape()[d] == 0 && w.before + w.after > 0)
      fail<value_error>("[pad] can't extend empty axis ", d, " using modes other than 'constant' or 'empty'");
  }
}

bool is_statistic(pad_mode mode) { return mode >= pad_mode::maximum && mode <= pad_mode::minimum; }

std::vector<pad_width> stat_lengths(const pad_options& options, int ndim) {
  if (!is_statistic(options.mode) || options.stat_length.empty())
    return std::vector<pad_width>(static_cast<std::size_t>(ndim), {to_end, to_end});
  const std::vector<pad_width> lengths = for_axes(options.stat_length, ndim, "stat_length");
  const bool is_extreme = options.mode == pad_mode::maximum || options.mode == pad_mode::minimum;
  for (const pad_width& length : lengths)
    if (is_extreme && (length.before == 0 || length.after == 0))
      fail<value_error>("[pad] stat_length of 0 yields no value for padding");
  return lengths;
}

// Numbers to pad with, one row an axis: before and after; on the host.
ndarray values_of(const ndarray& a, const pad_options& options) {
  if (options.mode != pad_mode::constant && options.mode != pad_mode::linear_ramp) return {};
  const ndarray values = options.values ? to_device(*options.values, cpu) : full0(0, dtype::int64, cpu);
  return broadcast_to(values, {a.ndim(), 2});
}

// Integers must fit, as Python's do.
void fill_end(const ndarray& place, const ndarray& value) {
  const scalar number = value.item();
  if (number.type <= scalar::kind::unsigned_integer)
    fill_with(place, number);
  else
    copyto(place, beside(value, place), casting::unsafe);
}

// Fills both ends of an axis. line: all of the axis; core: what of it is there.
void fill_ends(const ndarray& line, const ndarray& core, int axis, pad_width width, pad_width stat_length,
               const pad_options& options, const ndarray& values) {
  const std::int64_t extent = core.shape()[axis];
  const bool is_mirrored = options.mode == pad_mode::reflect || options.mode == pad_mode::symmetric;
  if (options.odd && is_mirrored && extent > 1)
    return reflect_oddly(line, axis, width.before, width.after, options.mode == pad_mode::symmetric);
  for (const bool is_after : {false, true}) {
    const std::int64_t length = is_after ? width.after : width.before,
                       start = is_after ? width.before + extent : 0;
    if (length == 0) continue;
    const ndarray place = part(line, start, start + length, axis);
    const side s{core, axis, is_after, length};
    ndarray value;
    if (values.defined())
      value = values.view({}, {}, axis * values.strides()[0] + is_after * values.strides()[1]);
    if (options.mode == pad_mode::constant)
      fill_end(place, value);
    else
      copyto(place, filler(s, options, is_after ? stat_length.after : stat_length.before, value),
             casting::unsafe);
  }
}

}  // namespace

pad_mode parse_pad_mode(std::string_view name) {
  const auto found = std::find(std::begin(mode_names), std::end(mode_names), name);
  if (found == std::end(mode_names)) fail<value_error>("[pad] mode '", name, "' is not supported");
  return static_cast<pad_mode>(found - std::begin(mode_names));
}

ndarray pad(const ndarray& a, const std::vector<pad_width>& given, const pad_options& options) {
  const auto n = static_cast<std::size_t>(a.ndim());
  const std::vector<pad_width> widths = for_axes(given, a.ndim(), "pad_width"),
                               lengths = stat_lengths(options, a.ndim());
  const ndarray values = values_of(a, options);
  shape_t shape = a.shape();
  for (std::size_t d = 0; d < n; ++d) shape[static_cast<int>(d)] += widths[d].before + widths[d].after;
  const bool is_fortran = a.is_f_contiguous() && !a.is_c_contiguous();
  const ndarray padded = empty(shape, a.dtype(), a.device(), is_fortran ? order::F : order::C);
  // The part of it that is filled: the elements, then the axes that have got their ends.
  std::int64_t offset = 0;
  for (std::size_t d = 0; d < n; ++d) offset += widths[d].before * padded.strides()[static_cast<int>(d)];
  ndarray region = padded.view(a.shape(), padded.strides(), offset);
  if (a.size() > 0) copy_into(region, a);
  if (options.mode == pad_mode::empty) return padded;
  if (a.size() == 0 && options.mode != pad_mode::constant) {
    check_extents(a, widths);
    return padded;
  }
  for (std::size_t d = 0; d < n; ++d) {
    const int axis = static_cast<int>(d);
    shape_t whole = region.shape();
    whole[axis] = shape[axis];
    const ndarray line = region.view(whole, region.strides(), -widths[d].before * padded.strides()[axis]);
    fill_ends(line, region, axis, widths[d], lengths[d], options, values);
    region = line;
  }
  return padded;
}

}  // namespace numloom
