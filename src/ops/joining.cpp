// SPDX-License-Identifier: BSD-3-Clause
// Arrays joined, taken apart and repeated.
#include <algorithm>
#include <span>

#include "numloom/creation.hpp"
#include "numloom/indexing.hpp"
#include "numloom/manipulation.hpp"
#include "numloom/sorting.hpp"
#include "ops/common.hpp"

namespace numloom {

using namespace detail;

namespace {

struct common_facts {
  dtype type;
  device where;
};

// Where the parts go and in which dtype; checks the casts.
common_facts facts_of(std::span<const ndarray> arrays, const concatenate_options& options,
                      std::string_view operation) {
  dtype type = arrays[0].dtype();
  const device where = arrays[0].device();
  bool mixed = false;
  for (const ndarray& a : arrays.subspan(1)) {
    mixed |= a.dtype() != type;
    if (a.device() != where)
      fail<value_error>("[", operation, "] expected arrays on one device, got ", where, " and ", a.device());
  }
  if (mixed) {
    std::vector<dtype> types;
    for (const ndarray& a : arrays) types.push_back(a.dtype());
    type = promote_all(types);
  }
  if (options.out && options.dtype)
    fail<type_error>("[", operation,
                     "] concatenate() only takes `out` or `dtype` as an argument, but both were provided.");
  if (options.out) type = options.out->dtype();
  if (options.dtype) type = *options.dtype;
  if (options.out || options.dtype)
    for (const ndarray& a : arrays)
      if (!can_cast(a.dtype(), type, options.casting)) fail_cast(operation, a.dtype(), type, options.casting);
  return {type, where};
}

void check_out(const ndarray& out, const shape_t& shape, std::string_view operation) {
  if (out.ndim() != shape.size())
    fail<value_error>("[", operation, "] Output array has wrong dimensionality");
  if (out.shape() != shape)
    fail<value_error>("[", operation, "] Output array is the wrong shape: expected ", to_string(shape),
                      ", got ", to_string(out.shape()));
}

bool overlaps_any(const ndarray& out, std::span<const ndarray> arrays) {
  return std::any_of(arrays.begin(), arrays.end(),
                     [&](const ndarray& a) { return may_share_memory(out, a); });
}

// Writes every part behind the last one along the axis. `extent` of a part along it: 1 for stack.
void write_parts(const ndarray& to, std::span<const ndarray> arrays, int axis, bool new_axis) {
  std::int64_t at = 0;
  const bool in_rows = axis == 0 && to.is_c_contiguous();
  for (const ndarray& a : arrays) {
    if (in_rows && a.dtype() == to.dtype() && a.is_c_contiguous()) {  // one block behind the other
      const std::int64_t step = a.itemsize();
      char* const target = static_cast<char*>(to.data(access::write)) + at * to.strides()[0];
      copy_elements(to.device(), a.itemsize(), {a.size()}, target, &step, a.data(access::read), &step);
      at += new_axis ? 1 : a.shape()[0];
      continue;
    }
    const std::int64_t extent = new_axis ? 1 : a.shape()[axis];
    shape_t shape = to.shape();
    dims strides = to.strides();
    shape[axis] = extent;
    if (new_axis) {
      shape.erase(axis);
      strides.erase(axis);
    }
    const std::int64_t offset = at * to.strides()[axis];
    at += extent;
    if (a.size() == 0) continue;
    if (a.dtype() == to.dtype())
      copy_elements(to.device(), to.itemsize(), shape, static_cast<char*>(to.data(access::write)) + offset,
                    strides.data(), a.data(access::read), a.strides().data());
    else
      copyto(to.view(shape, strides, offset), a, casting::unsafe);
  }
}

shape_t joined_shape(std::span<const ndarray> arrays, int axis) {
  const ndarray& first = arrays[0];
  shape_t shape = first.shape();
  for (std::size_t k = 1; k < arrays.size(); ++k) {
    const ndarray& a = arrays[k];
    if (a.ndim() != first.ndim())
      fail<value_error>(
          "[concatenate] all the input arrays must have same number of dimensions, but the array at index 0 "
          "has ",
          first.ndim(), " dimension(s) and the array at index ", k, " has ", a.ndim(), " dimension(s)");
    for (int d = 0; d < a.ndim(); ++d) {
      if (d == axis) {
        shape[d] += a.shape()[d];
      } else if (a.shape()[d] != shape[d]) {
        fail<value_error>(
            "[concatenate] all the input array dimensions except for the concatenation axis must match "
            "exactly, but "
            "along dimension ",
            d, ", the array at index 0 has size ", shape[d], " and the array at index ", k, " has size ",
            a.shape()[d]);
      }
    }
  }
  return shape;
}

ndarray join(std::span<const ndarray> arrays, const shape_t& shape, int axis, bool new_axis,
             const concatenate_options& options, std::string_view operation) {
  const common_facts facts = facts_of(arrays, options, operation);
  if (options.out) {
    check_out(*options.out, shape, operation);
    ndarray target = *options.out;
    if (target.device() != facts.where || overlaps_any(target, arrays)) {
      target = empty(shape, facts.type, facts.where);
      write_parts(target, arrays, axis, new_axis);
      copyto(*options.out, target, casting::unsafe);
    } else {
      write_parts(target, arrays, axis, new_axis);
    }
    return *options.out;
  }
  bool plain = new_axis;  // stack of C arrays and of arrays of another order alike: NumPy's stack joins views
  for (const ndarray& a : arrays) plain &= a.is_c_contiguous();
  ndarray made;
  if (plain || shape.size() < 2) {
    made = empty(shape, facts.type, facts.where);
  } else {
    std::vector<ndarray> views;
    std::vector<const ndarray*> sources;
    for (const ndarray& a : arrays) views.push_back(new_axis ? expand_dims(a, axis) : a);
    for (const ndarray& a : views) sources.push_back(&a);
    made = empty_for(shape, facts.type, facts.where, sources, standing::inner);
  }
  write_parts(made, arrays, axis, new_axis);
  return made;
}

}  // namespace

ndarray concatenate(std::span<const ndarray> arrays, const concatenate_options& options) {
  if (arrays.empty()) fail<value_error>("[concatenate] need at least one array to concatenate");
  if (!options.axis) {
    std::vector<ndarray> flat;
    for (const ndarray& a : arrays) flat.push_back(ravel(a));
    concatenate_options along_first = options;
    along_first.axis = 0;
    return concatenate(flat, along_first);
  }
  if (arrays[0].ndim() == 0)
    fail<value_error>("[concatenate] zero-dimensional arrays cannot be concatenated");
  const int axis = normalize_axis(*options.axis, arrays[0].ndim(), "concatenate");
  return join(arrays, joined_shape(arrays, axis), axis, false, options, "concatenate");
}

ndarray stack(std::span<const ndarray> arrays, const concatenate_options& options) {
  if (arrays.empty()) fail<value_error>("[stack] need at least one array to stack");
  for (const ndarray& a : arrays)
    if (a.shape() != arrays[0].shape())
      fail<value_error>("[stack] all input arrays must have the same shape, got ",
                        to_string(arrays[0].shape()), " and ", to_string(a.shape()));
  const int axis = normalize_axis(options.axis.value_or(0), arrays[0].ndim() + 1, "stack");
  shape_t shape = arrays[0].shape();
  shape.insert(axis, static_cast<std::int64_t>(arrays.size()));
  return join(arrays, shape, axis, true, options, "stack");
}

namespace {

std::vector<ndarray> each(std::span<const ndarray> arrays, ndarray (*change)(const ndarray&)) {
  std::vector<ndarray> changed;
  changed.reserve(arrays.size());
  for (const ndarray& a : arrays) changed.push_back(change(a));
  return changed;
}
ndarray joined(const std::vector<ndarray>& parts, int axis, concatenate_options options = {}) {
  options.axis = axis;
  return concatenate(parts, options);
}
ndarray as_column(const ndarray& a) { return a.ndim() < 2 ? reshape(a, {-1, 1}) : a; }

}  // namespace

ndarray vstack(std::span<const ndarray> arrays, const concatenate_options& options) {
  return joined(each(arrays, atleast_2d), 0, options);
}
ndarray hstack(std::span<const ndarray> arrays, const concatenate_options& options) {
  return joined(each(arrays, atleast_1d), !arrays.empty() && arrays[0].ndim() < 2 ? 0 : 1, options);
}
ndarray dstack(std::span<const ndarray> arrays) { return joined(each(arrays, atleast_3d), 2); }
ndarray column_stack(std::span<const ndarray> arrays) { return joined(each(arrays, as_column), 1); }

std::vector<ndarray> unstack(const ndarray& a, int axis) {
  if (a.ndim() == 0) fail<value_error>("[unstack] Input array must be at least 1-d.");
  const int d = normalize_axis(axis, a.ndim(), "unstack");
  std::vector<ndarray> slices;
  for (std::int64_t i = 0; i < a.shape()[d]; ++i) slices.push_back(select_index(a, d, i));
  return slices;
}

namespace {

ndarray section(const ndarray& a, int axis, std::int64_t first, std::int64_t last) {
  const std::int64_t n = a.shape()[axis];
  const auto bound = [&](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + n : i, 0, n); };
  const std::int64_t from = bound(first), to = std::max(bound(last), from);
  shape_t shape = a.shape();
  shape[axis] = to - from;
  return a.view(std::move(shape), a.strides(), from < n ? from * a.strides()[axis] : 0);
}

}  // namespace

std::vector<ndarray> array_split(const ndarray& a, std::int64_t sections, int axis) {
  if (sections <= 0) fail<value_error>("[array_split] number sections must be larger than 0.");
  const int d = normalize_axis(axis, a.ndim(), "array_split");
  const std::int64_t each = a.shape()[d] / sections, larger = a.shape()[d] % sections;
  std::vector<ndarray> parts;
  for (std::int64_t k = 0, at = 0; k < sections; ++k) {
    const std::int64_t extent = each + (k < larger ? 1 : 0);
    parts.push_back(section(a, d, at, at + extent));
    at += extent;
  }
  return parts;
}

std::vector<ndarray> split(const ndarray& a, std::int64_t sections, int axis) {
  const int d = normalize_axis(axis, a.ndim(), "split");
  if (sections <= 0) fail<value_error>("[split] number sections must be larger than 0.");
  if (a.shape()[d] % sections != 0)
    fail<value_error>("[split] array split does not result in an equal division");
  return array_split(a, sections, d);
}

std::vector<ndarray> split(const ndarray& a, const std::vector<std::int64_t>& boundaries, int axis) {
  const int d = normalize_axis(axis, a.ndim(), "split");
  std::vector<ndarray> parts;
  std::int64_t at = 0;
  for (std::int64_t end : boundaries) {
    parts.push_back(section(a, d, at, end));
    at = end;
  }
  parts.push_back(section(a, d, at, a.shape()[d]));
  return parts;
}

namespace {

void check_splits(const char* name, const ndarray& a, int least) {
  if (a.ndim() < least)
    fail<value_error>("[", name, "] ", name, " only works on arrays of ", least, " or more dimensions");
}
int horizontal(const ndarray& a) {
  check_splits("hsplit", a, 1);
  return a.ndim() > 1 ? 1 : 0;
}

}  // namespace

std::vector<ndarray> vsplit(const ndarray& a, std::int64_t sections) {
  check_splits("vsplit", a, 2);
  return split(a, sections, 0);
}
std::vector<ndarray> vsplit(const ndarray& a, const std::vector<std::int64_t>& boundaries) {
  check_splits("vsplit", a, 2);
  return split(a, boundaries, 0);
}
std::vector<ndarray> hsplit(const ndarray& a, std::int64_t sections) {
  return split(a, sections, horizontal(a));
}
std::vector<ndarray> hsplit(const ndarray& a, const std::vector<std::int64_t>& boundaries) {
  return split(a, boundaries, horizontal(a));
}
std::vector<ndarray> dsplit(const ndarray& a, std::int64_t sections) {
  check_splits("dsplit", a, 3);
  return split(a, sections, 2);
}
std::vector<ndarray> dsplit(const ndarray& a, const std::vector<std::int64_t>& boundaries) {
  check_splits("dsplit", a, 3);
  return split(a, boundaries, 2);
}

namespace {

[[noreturn]] void fail_negative_repeats() {
  fail<value_error>("[repeat] repeats may not contain negative values.");
}

}  // namespace

ndarray repeat(const ndarray& a, std::int64_t count, std::optional<int> axis) {
  if (count < 0) fail_negative_repeats();
  if (!axis) return repeat(ravel(a), count, 0);
  const ndarray source = a.ndim() == 0 ? reshape(a, {1}) : a;
  const int d = normalize_axis(*axis, source.ndim(), "repeat");
  shape_t shape = source.shape();
  shape[d] *= count;
  const ndarray made = empty(shape, a.dtype(), a.device());
  if (made.size() == 0) return made;
  // Each element becomes a row of `count` along an axis of its own, on which the source stands still.
  shape_t split_shape = source.shape();
  dims to = made.strides(), from = source.strides();
  split_shape.insert(d + 1, count);
  to.insert(d + 1, made.strides()[d]);
  to[d] *= count;
  from.insert(d + 1, 0);
  copy_elements(a.device(), a.itemsize(), split_shape, made.data(access::write), to.data(),
                source.data(access::read), from.data());
  return made;
}

namespace {

// Each position as often as counts, a contiguous vector of int64 on the CPU, says.
ndarray repeated_positions(const ndarray& counts) {
  const std::span each(static_cast<const std::int64_t*>(counts.data(access::read)),
                       static_cast<std::size_t>(counts.size()));
  std::int64_t total = 0;
  for (const std::int64_t n : each) {
    if (n < 0) fail_negative_repeats();
    if (__builtin_add_overflow(total, n, &total))
      fail<value_error>("[repeat] expected repeats whose sum is a size, got more than 2^63 elements");
  }
  const ndarray positions = empty({total}, dtype::int64, cpu);
  auto* to = static_cast<std::int64_t*>(positions.data(access::write));
  for (std::size_t i = 0; i < each.size(); ++i) to = std::fill_n(to, each[i], static_cast<std::int64_t>(i));
  return positions;
}

}  // namespace

ndarray repeat(const ndarray& a, const ndarray& counts, std::optional<int> axis) {
  if (!axis) return repeat(ravel(a), counts, 0);
  if (counts.ndim() > 1) fail<value_error>("[repeat] object too deep for desired array");
  if (!can_cast(counts.dtype(), dtype::int64))
    fail_cast("repeat", counts.dtype(), dtype::int64, casting::safe);
  if (counts.size() == 1) return repeat(a, counts.item<std::int64_t>(), axis);
  const ndarray source = a.ndim() == 0 ? reshape(a, {1}) : a;
  const int d = normalize_axis(*axis, source.ndim(), "repeat");
  if (counts.size() != source.shape()[d])
    fail<value_error>("[repeat] operands could not be broadcast together with shape (", source.shape()[d],
                      ",) (", counts.size(), ",)");
  if (counts.size() == 0) return copy(source, order::C);
  const ndarray each = to_device(astype(counts, dtype::int64, order::C, casting::safe, false), a.device());
  if (a.device().is_cpu()) return take(source, repeated_positions(each), d);
  if (min(each).item<std::int64_t>() < 0) fail_negative_repeats();
  // Position i of the result comes from the first element whose running count exceeds i.
  const ndarray ends = cumsum(each);
  const std::int64_t total = ends.view({}, {}, (ends.size() - 1) * ends.itemsize()).item<std::int64_t>();
  const ndarray positions = arange(0, total, 1, {.dtype = dtype::int64, .device = a.device()});
  return take(source, searchsorted(ends, positions, true), d);
}

ndarray tile(const ndarray& a, const std::vector<std::int64_t>& repetitions) {
  const int n = std::max(a.ndim(), static_cast<int>(repetitions.size()));
  shape_t extents(n, 1), times(n, 1), shape(n);
  dims steps(n, 0);
  for (int d = 0; d < a.ndim(); ++d) {
    extents[n - a.ndim() + d] = a.shape()[d];
    steps[n - a.ndim() + d] = a.strides()[d];
  }
  for (std::size_t k = 0; k < repetitions.size(); ++k)
    times[n - static_cast<int>(repetitions.size()) + static_cast<int>(k)] = repetitions[k];
  for (int d = 0; d < n; ++d) shape[d] = extents[d] * times[d];
  if (shape == a.shape()) return copy(a);
  const ndarray made = empty(shape, a.dtype(), a.device());
  if (made.size() == 0) return made;
  // Every axis as (times, extent); the source stands still along `times`.
  shape_t both;
  dims to, from;
  const auto add = [&](std::int64_t extent, std::int64_t to_step, std::int64_t from_step) {
    if (extent == 1) return;
    both.push_back(extent);
    to.push_back(to_step);
    from.push_back(from_step);
  };
  for (int d = 0; d < n; ++d) {
    add(times[d], made.strides()[d] * extents[d], 0);
    add(extents[d], made.strides()[d], steps[d]);
  }
  copy_elements(a.device(), a.itemsize(), both, made.data(access::write), to.data(), a.data(access::read),
                from.data());
  return made;
}

// ---- blocks ----

namespace {

// How deep lists are nested, the greatest rank of the arrays in them, and whether one is empty.
struct nesting {
  int depth = 0, ndim = 0;
  bool lacks = false;
};
nesting nesting_of(const blocks& b) {
  if (!b.is_list()) return {0, b.array().ndim()};
  if (b.list().empty()) return {1, 0, true};
  nesting found = nesting_of(b.list()[0]);
  for (const blocks& inner : b.list()) {
    const nesting other = nesting_of(inner);
    if (other.depth != found.depth)
      fail<value_error>("[block] List depths are mismatched: got ", found.depth, " and ", other.depth);
    found.ndim = std::max(found.ndim, other.ndim);
    found.lacks |= other.lacks;
  }
  return {found.depth + 1, found.ndim, found.lacks};
}

ndarray put_together(const blocks& b, int depth, int ndim) {
  if (!b.is_list()) {
    shape_t shape(ndim - b.array().ndim(), 1);
    shape.append(b.array().shape().begin(), b.array().shape().end());
    return reshape(b.array(), shape);
  }
  std::vector<ndarray> parts;
  for (const blocks& inner : b.list()) parts.push_back(put_together(inner, depth - 1, ndim));
  return concatenate(parts, {.axis = -depth});
}

}  // namespace

ndarray block(const blocks& arrays) {
  const auto [depth, ndim, lacks] = nesting_of(arrays);
  if (lacks) fail<value_error>("[block] expected arrays in each list: a list at arrays cannot be empty");
  const ndarray made = put_together(arrays, depth, std::max(depth, ndim));
  return depth == 0 ? copy(made, order::C) : made;
}

}  // namespace numloom
