// SPDX-License-Identifier: BSD-3-Clause
// reduce, accumulate and reduceat of any ufunc of two inputs. NumPy goes from left to right, r = f(r, x), and
// most ufuncs leave no other way: what has no kernel is a chain of calls on whole slices of the array.
#include <algorithm>
#include <numeric>

#include "numloom/float_errors.hpp"
#include "ops/compose.hpp"
#include "ops/small_ufunc.hpp"
#include "ops/ufunc_methods.hpp"
#include "ops/ufunc_types.hpp"

namespace numloom {

namespace {

using detail::part;

// Calls that depend on each other cost a GPU microseconds each: longer chains of short slices go to the CPU.
constexpr std::int64_t longest_chain = 512, long_slice = 4096;
bool belongs_on_cpu(const ndarray& a, std::int64_t steps) {
  return !a.device().is_cpu() && steps > longest_chain && a.size() < steps * long_slice;
}

// r = f(r, x): the dtypes of r and x.
struct chain {
  ufunc f;
  const char* method;
  dtype result, element;
  const char* name() const { return info(f).name.data(); }
};

[[noreturn]] void fail_no_loop(const chain& c) {
  fail<casting_error>("No loop matching the specified signature and casting was found for ufunc ", c.name());
}

chain chain_of(ufunc f, const char* method, const ndarray& a, std::optional<dtype> wanted,
               const std::optional<ndarray>& out, bool is_uniform) {
  const ufunc_info& facts = info(f);
  if (facts.nin != 2) fail<value_error>(method, " only supported for binary functions");
  if (facts.nout != 1) fail<value_error>(method, " only supported for functions returning a single value");
  chain c{f, method, dtype::bool_, dtype::bool_};
  if (rule_of(f) == out_rule::TO_BOOL) {  // the result is the next call's input: all bool
    const bool all_bool = wanted ? *wanted == dtype::bool_ : is_logical_ufunc(f) || a.dtype() == dtype::bool_;
    if (!all_bool) fail_no_loop(c);
    return c;
  }
  if ((f == ufunc::add || f == ufunc::multiply) && !wanted && !out) {
    const char kind = kind_of(a.dtype());
    if (kind == 'b' || kind == 'i') wanted = dtype::int64;
    if (kind == 'u') wanted = dtype::uint64;
  }
  const array_like operands[] = {out && !wanted ? *out : a, a};
  const resolved_types types = resolve(f, operands, wanted, casting::unsafe);
  if (types.in[0] != types.out[0] || (is_uniform && types.in[1] != types.in[0]))
    fail<type_error>("the resolved dtypes are not compatible with ", facts.name, ".", method, ". Resolved (",
                     types.in[0], ", ", types.in[1], ", ", types.out[0], ")");
  c.result = types.in[0];
  c.element = types.in[1];
  return c;
}

// Into out= by any cast, as NumPy's methods do.
ndarray deliver(const chain& c, ndarray result, const std::optional<ndarray>& out) {
  if (!out) return detail::scalar_if_0d(std::move(result));
  if (out->shape() != result.shape())
    fail<value_error>("[", c.name(), ".", c.method, "] expected out of shape ", to_string(result.shape()),
                      ", got ", to_string(out->shape()));
  copyto(*out, result, casting::unsafe);
  return *out;
}

// The axes first, the outermost by stride in front, as one axis.
ndarray with_axes_in_front(const ndarray& a, const dims& axes) {
  dims in_front = axes;
  for (int i = 1; i < in_front.size(); ++i)
    for (int k = i; k > 0 && std::abs(a.strides()[static_cast<int>(in_front[k])]) >
                                 std::abs(a.strides()[static_cast<int>(in_front[k - 1])]);
         --k)
      std::swap(in_front[k], in_front[k - 1]);
  shape_t shape, joined{1};
  dims strides;
  for (const std::int64_t d : in_front) {
    shape.push_back(a.shape()[static_cast<int>(d)]);
    strides.push_back(a.strides()[static_cast<int>(d)]);
    joined[0] *= shape.back();
  }
  for (int d = 0; d < a.ndim(); ++d) {
    if (std::find(axes.begin(), axes.end(), d) != axes.end()) continue;
    shape.push_back(a.shape()[d]);
    strides.push_back(a.strides()[d]);
    joined.push_back(a.shape()[d]);
  }
  if (joined.size() == 1) joined.push_back(1);  // calls on 0-d arrays would give scalars
  return reshape(a.view(shape, strides), joined);
}

// a[i] of an array of two axes or more.
class rows_of {
 public:
  explicit rows_of(const ndarray& a) : a_(a) {
    for (int d = 1; d < a.ndim(); ++d) {
      shape_.push_back(a.shape()[d]);
      strides_.push_back(a.strides()[d]);
    }
  }
  ndarray operator[](std::int64_t i) const { return a_.view(shape_, strides_, i * a_.strides()[0]); }
  const shape_t& shape() const { return shape_; }

 private:
  const ndarray& a_;
  shape_t shape_;
  dims strides_;
};

void join(ufunc f, const ndarray& into, const ndarray& x, const ndarray* mask = nullptr) {
  const array_like both[] = {into, x};
  if (!mask) return call_into(f, both, into);
  ufunc_options options;
  options.out = into;
  options.where = *mask;
  call(f, both, options);
}

// Any order gives the same: halves are joined until one row is left.
ndarray fold_by_halves(ufunc f, const ndarray& a) {
  ndarray rows = copy(a);
  for (std::int64_t n = rows.shape()[0]; n > 1; n -= n / 2)
    join(f, part(rows, 0, n / 2), part(rows, n - n / 2, n));
  return part(rows, 0, 1);
}

bool is_integer_difference(const chain& c) { return c.f == ufunc::subtract && is_integer(c.result); }
bool joins_in_any_order(ufunc f) { return f == ufunc::gcd || f == ufunc::logical_xor; }

// A call for each slice costs too much where slices are this short.
constexpr std::int64_t few_lines = 16;

// The chains along axis 0 of `from` (n, m), line by line. `to` is (n, m), where row 0 is known, for all
// steps; or (m), which holds the starts, for the last. False where calls on slices do it.
bool chain_lines(const chain& c, const ndarray& from, const ndarray& to) {
  const bool keeps_all = to.ndim() == 2;
  if (!from.device().is_cpu() || from.ndim() != 2 || to.ndim() > 2 || c.element != c.result) return false;
  if (from.shape()[1] > few_lines || from.shape()[0] < 2) return false;
  const std::int64_t step = keeps_all ? to.strides()[0] : 0, first = keeps_all ? 1 : 0;
  const char* in = static_cast<const char*>(from.data(access::read)) + first * from.strides()[0];
  char* out = static_cast<char*>(to.data(access::write));
  for (std::int64_t j = 0; j < from.shape()[1];
       ++j, in += from.strides()[1], out += to.strides()[to.ndim() - 1])
    if (!run_chain(c.f, c.result, out, in, from.strides()[0], out + step, step, from.shape()[0] - first))
      return false;
  return true;
}

// The rows of a (n, ...) and of the mask joined to the start, or to the first of them where there is none.
ndarray fold(const chain& c, const ndarray& a, const std::optional<scalar>& start, const ndarray* mask) {
  const rows_of rows(a);
  ndarray result;
  if (start)
    result = detail::filled(rows.shape(), *start, c.result, a.device());
  else
    result = astype(rows[0], c.result, order::K, casting::unsafe);
  const ndarray rest = detail::as_type(start ? a : part(a, 1), c.element);
  const std::int64_t n = rest.shape()[0];
  if (n == 0 || result.size() == 0) return result;
  if (is_integer_difference(c)) {  // wraps: the order does not matter
    reduction_options options{.axis = 0, .dtype = c.result};
    if (mask) options.where = *mask;
    join(c.f, result, sum(rest, options));
  } else if (joins_in_any_order(c.f)) {
    ndarray known = rest;
    if (mask) known = where(*mask, rest, detail::filled({}, *info(c.f).identity, c.element, a.device()));
    join(c.f, result, rows_of(fold_by_halves(c.f, known))[0]);
  } else if (mask || !chain_lines(c, rest, result)) {
    const rows_of values(rest);
    for (std::int64_t i = 0; i < n; ++i) {
      if (!mask) {
        join(c.f, result, values[i]);
        continue;
      }
      const ndarray row = rows_of(*mask)[i];
      join(c.f, result, values[i], &row);
    }
  }
  return result;
}

// A new array with the axes of a in memory as NumPy's iterators leave them.
ndarray ordered_like(const ndarray& a, const shape_t& shape, dtype type) {
  const ndarray* sources[] = {&a};
  return detail::empty_for(shape, type, a.device(), sources, detail::standing::ignored);
}

// The result of a reduction with its axes in memory as those of a, strides 0 for axes that say nothing.
ndarray in_layout_of(const ndarray& a, const dims& strides, const ndarray& result) {
  if (result.ndim() < 2 || result.size() == 0) return result;
  const ndarray ordered = ordered_like(a.view(result.shape(), strides), result.shape(), result.dtype());
  if (ordered.strides() == result.strides()) return result;
  copyto(ordered, result);
  return ordered;
}

bool may_reorder(ufunc f) {
  return info(f).identity || f == ufunc::maximum || f == ufunc::minimum || f == ufunc::fmax ||
         f == ufunc::fmin;
}

}  // namespace

namespace detail {

std::optional<dtype> reduction_dtype(ufunc f, const ndarray& a, const reduction_options& options) {
  if (options.dtype || !options.out || is_logical_ufunc(f)) return options.dtype;
  return chain_of(f, "reduce", a, {}, options.out, false).result;
}

ndarray reduce_in_order(ufunc f, const ndarray& a, const reduction_options& options) {
  const chain c = chain_of(f, "reduce", a, options.dtype, options.out, false);
  const dims axes = options.axis.normalized(a.ndim(), "reduce");
  if (axes.size() > 1 && !may_reorder(f))
    fail<value_error>("reduction operation '", c.name(),
                      "' is not reorderable, so at most one axis may be specified");
  std::optional<scalar> start = options.initial;
  if (!start && !options.without_identity) start = info(f).identity;
  if (options.where && !start)
    fail<value_error>("reduction operation '", c.name(),
                      "' does not have an identity, so to use a where mask one has to specify 'initial'");
  const ndarray in_front = with_axes_in_front(a, axes);
  if (belongs_on_cpu(a, in_front.shape()[0]) && !joins_in_any_order(f) && !is_integer_difference(c)) {
    reduction_options there = options;
    there.out.reset();
    there.dtype = c.result;
    if (options.where) there.where = to_device(*options.where, cpu);
    return deliver(c, to_device(reduce_in_order(f, to_device(a, cpu), there), a.device()), options.out);
  }
  shape_t shape;
  dims strides;
  std::int64_t left = 1;
  for (int d = 0; d < a.ndim(); ++d) {
    const bool kept = std::find(axes.begin(), axes.end(), d) == axes.end();
    if (kept || options.keepdims) {
      shape.push_back(kept ? a.shape()[d] : 1);
      strides.push_back(a.strides()[d]);
    }
    left *= kept ? a.shape()[d] : 1;
  }
  if (in_front.shape()[0] == 0 && !start)
    fail<value_error>("zero-size array to reduction operation ", c.name(), " which has no identity");
  ndarray mask;
  if (options.where) {
    if (options.where->dtype() != dtype::bool_)
      fail<casting_error>("[", c.name(), "] expected a bool array for where, got ", options.where->dtype());
    mask = with_axes_in_front(broadcast_to(to_device(*options.where, a.device()), a.shape()), axes);
  }
  if (left == 0) return deliver(c, empty(shape, c.result, a.device()), options.out);
  const ndarray result = reshape(fold(c, in_front, start, options.where ? &mask : nullptr), shape);
  return deliver(c, options.out ? result : in_layout_of(a, strides, result), options.out);
}

}  // namespace detail

namespace {

// The scan that does what accumulate of this ufunc does, where there is one.
std::optional<scan_op> scan_for(const chain& c) {
  switch (c.f) {
    case ufunc::add: return scan_op::sum;
    case ufunc::multiply: return scan_op::prod;
    case ufunc::maximum: return scan_op::max;
    case ufunc::minimum: return scan_op::min;
    default: return {};
  }
}

ndarray scanned(scan_op op, const ndarray& a, dtype type, int axis) {
  ndarray result = ordered_like(a, a.shape(), type);
  if (a.size() > 0)
    backend_of(a.device())
        .scan(op, detail::ref(result, access::write), detail::ref(a, access::read), axis,
              current_stream(a.device()));
  return result;
}

// a0 - a1 - a2 ... of integers, which wrap: the running sum with every sign but the first one's changed.
ndarray running_difference(const chain& c, const ndarray& a, int axis) {
  const ndarray changed = astype(a, c.result);
  const ndarray rest = part(changed, 1, detail::to_end, axis);
  const array_like one[] = {rest};
  call_into(ufunc::negative, one, rest);
  return scanned(scan_op::sum, changed, c.result, axis);
}

ndarray accumulate_in_order(const chain& c, const ndarray& a, int axis) {
  ndarray result = ordered_like(a, a.shape(), c.result);
  const ndarray elements = detail::as_type(a, c.element);
  const ndarray from = with_axes_in_front(elements, {axis});
  ndarray moved = detail::move_axis(result, axis, 0);
  if (moved.ndim() == 1) moved = moved.view({moved.shape()[0], 1}, {moved.strides()[0], moved.itemsize()});
  const rows_of values(from), to(moved);
  copyto(to[0], values[0], casting::unsafe);
  if (chain_lines(c, from, moved)) return result;
  for (std::int64_t i = 1; i < from.shape()[0]; ++i) {
    const ndarray before = to[i - 1], element = values[i];
    const array_like both[] = {before, element};
    call_into(c.f, both, to[i]);
  }
  return result;
}

int axis_of(const ndarray& a, const scan_options& options, const char* method) {
  const int axis = options.axis.value_or(0);
  if (a.ndim() == 0 && (axis == 0 || axis == -1)) fail<type_error>("cannot ", method, " on a scalar");
  return normalize_axis(axis, a.ndim());
}

// Segments of one axis: [start, start + length).
struct segments {
  std::vector<std::int64_t> start, length;
  std::int64_t longest = 0;
};

segments segments_of(const chain& c, std::span<const std::int64_t> indices, std::int64_t n) {
  segments s;
  s.start.reserve(indices.size());
  s.length.reserve(indices.size());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (indices[i] < 0 || indices[i] >= n)
      fail<index_error>("index ", indices[i], " out-of-bounds in ", c.name(), ".reduceat [0, ", n, ")");
    const std::int64_t end = i + 1 < indices.size() ? indices[i + 1] : n;
    s.start.push_back(indices[i]);
    s.length.push_back(std::max<std::int64_t>(end - indices[i], 1));
    s.longest = std::max(s.longest, s.length.back());
  }
  return s;
}

ndarray on_device(const std::vector<std::int64_t>& numbers, device d) {
  return from_host(numbers.data(), {static_cast<std::int64_t>(numbers.size())}, dtype::int64, d);
}

// By the device's own loop, where it has one.
std::optional<ndarray> reduce_natively(const chain& c, const ndarray& a, const segments& s) {
  const std::optional<reduction> op = detail::reduction_of(c.f);
  constexpr std::int64_t enough = 64;  // for all threads; a few long segments are cut by their own reductions
  const auto count = static_cast<std::int64_t>(s.start.size());
  if (!op || (count < enough && s.longest > enough * long_slice)) return {};
  const ndarray elements = detail::as_type(a, c.element);
  shape_t shape = a.shape();
  shape[0] = count;
  // Rows of one step each; other arrays are brought into that form.
  const ndarray rows = elements.ndim() <= 2 ? elements : reshape(elements, {a.shape()[0], -1});
  const bool has_columns = rows.ndim() == 2;
  ndarray result = empty(shape, c.result, a.device());
  const segments_call call{*op,
                           c.element,
                           result.data(access::write),
                           rows.data(access::read),
                           rows.strides()[0],
                           has_columns ? rows.shape()[1] : 1,
                           has_columns ? rows.strides()[1] : 0,
                           s.start.data(),
                           s.length.data(),
                           count};
  if (!detail::backend_for(a).reduce_segments(call, detail::stream_for(a))) return {};
  return result;
}

// One reduction a segment.
ndarray reduce_each(const chain& c, const ndarray& a, const segments& s) {
  shape_t shape = a.shape();
  shape[0] = static_cast<std::int64_t>(s.start.size());
  ndarray result = empty(shape, c.result, a.device());
  for (std::size_t i = 0; i < s.start.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    const ndarray segment = part(a, s.start[i], s.start[i] + s.length[i]);
    const ndarray to = part(result, row, row + 1);
    if (s.length[i] == 1)
      copyto(to, segment, casting::unsafe);
    else
      copyto(to,
             reduce(c.f, segment, {.axis = 0, .dtype = c.result, .keepdims = true, .without_identity = true}),
             casting::unsafe);
  }
  return result;
}

// All segments at once, an element of each at a time; the longest first, so that those with elements left
// stand together.
ndarray reduce_side_by_side(const chain& c, const ndarray& a, const segments& s) {
  const std::size_t n = s.start.size();
  std::vector<std::int64_t> by_length(n), start(n), place(n);
  std::iota(by_length.begin(), by_length.end(), 0);
  std::stable_sort(by_length.begin(), by_length.end(), [&](std::int64_t x, std::int64_t y) {
    return s.length[static_cast<std::size_t>(x)] > s.length[static_cast<std::size_t>(y)];
  });
  for (std::size_t i = 0; i < n; ++i) {
    const auto from = static_cast<std::size_t>(by_length[i]);
    start[i] = s.start[from];
    place[from] = static_cast<std::int64_t>(i);
  }
  const ndarray first = on_device(start, a.device());
  const ndarray result = astype(take(a, first, 0), c.result, order::C, casting::unsafe);
  const ndarray elements = detail::as_type(a, c.element);
  std::size_t left = n;
  for (std::int64_t j = 1; j < s.longest; ++j) {
    while (s.length[static_cast<std::size_t>(by_length[left - 1])] <= j) --left;
    const auto rows = static_cast<std::int64_t>(left);
    const ndarray index = call(ufunc::add, part(first, 0, rows), array_like(j));
    join(c.f, part(result, 0, rows), take(elements, index, 0));
  }
  return take(result, on_device(place, a.device()), 0);
}

}  // namespace

ndarray accumulate(ufunc f, const ndarray& a, const scan_options& options) {
  const chain c = chain_of(f, "accumulate", a, options.dtype, options.out, true);
  dropped_parts::note(a.dtype(), c.result);
  const int axis = axis_of(a, options, "accumulate");
  if (a.size() == 0) return deliver(c, empty_like(a, c.result), options.out);
  if (const auto op = scan_for(c)) return deliver(c, scanned(*op, a, c.result, axis), options.out);
  if (is_integer_difference(c)) return deliver(c, running_difference(c, a, axis), options.out);
  if (belongs_on_cpu(a, a.shape()[axis]))
    return deliver(c, to_device(accumulate_in_order(c, to_device(a, cpu), axis), a.device()), options.out);
  return deliver(c, accumulate_in_order(c, a, axis), options.out);
}

ndarray reduceat(ufunc f, const ndarray& a, std::span<const std::int64_t> indices,
                 const scan_options& options) {
  const chain c = chain_of(f, "reduceat", a, options.dtype, options.out, true);
  const int axis = axis_of(a, options, "reduceat");
  const segments s = segments_of(c, indices, a.shape()[axis]);
  ndarray from = detail::move_axis(a, axis, 0);
  if (is_logical_ufunc(f)) from = detail::as_type(from, dtype::bool_);
  const bool alone = detail::reduction_of(f).has_value() || is_integer_difference(c) || joins_in_any_order(f);
  const auto count = static_cast<std::int64_t>(s.start.size());
  const bool one_by_one = s.longest <= 1 ? false : alone ? count <= s.longest : count <= 8;
  ndarray result;
  std::optional<ndarray> made;
  if (from.size() == 0 || count == 0) {
    shape_t shape = from.shape();
    shape[0] = count;
    result = empty(shape, c.result, a.device());
  } else if ((made = reduce_natively(c, from, s))) {
    result = *std::move(made);
  } else if (one_by_one) {
    result = reduce_each(c, from, s);
  } else if (belongs_on_cpu(a, s.longest)) {
    result = to_device(reduce_side_by_side(c, to_device(from, cpu), s), a.device());
  } else {
    result = reduce_side_by_side(c, from, s);
  }
  result = detail::move_axis(result, 0, axis);
  if (options.out || result.ndim() < 2) return deliver(c, result, options.out);
  // The axis itself says nothing about the order.
  dims strides = a.strides();
  strides[axis] = 0;
  return in_layout_of(a, strides, result);
}

}  // namespace numloom
