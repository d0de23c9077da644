// SPDX-License-Identifier: BSD-3-Clause
// New arrays: filled, counted, copied from the host.
#include "numloom/creation.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>

#include "numloom/indexing.hpp"
#include "numloom/manipulation.hpp"
#include "ops/compose.hpp"

namespace numloom {

using namespace detail;

namespace {

// As NumPy fills: integers must fit, floating-point numbers are cast.
void store(const ndarray& to, const scalar& value) {
  if (value.type >= scalar::kind::floating && !is_inexact(to.dtype()))
    copyto(to, full0(value, value.default_dtype(), to.device()), casting::unsafe);
  else if (value.type == scalar::kind::complex && !is_complex(to.dtype()))
    fill_with(to, value.real());
  else
    fill_with(to, value);
}

ndarray full_of(const shape_t& shape, const scalar& value, dtype type, const creation_options& options) {
  const order layout = options.order == order::F ? order::F : order::C;
  ndarray made = empty(shape, type, options.device, layout);
  store(made, value);
  return made;
}

ndarray filled_like(const ndarray& a, const scalar& value, const like_options& options) {
  ndarray made = empty_like(a, options.dtype, options.order, options.shape);
  store(made, value);
  return made;
}

}  // namespace

ndarray zeros(const shape_t& shape, const creation_options& options) {
  return full_of(shape, false, options.dtype.value_or(dtype::float64), options);
}

ndarray ones(const shape_t& shape, const creation_options& options) {
  return full_of(shape, true, options.dtype.value_or(dtype::float64), options);
}

ndarray full(const shape_t& shape, const array_like& value, const creation_options& options) {
  if (!value.array())
    return full_of(shape, value.number(), options.dtype.value_or(value.number().default_dtype()), options);
  const ndarray& from = *value.array();
  const order layout = options.order == order::F ? order::F : order::C;
  const device where = options.device.value_or(from.device());
  ndarray made = empty(shape, options.dtype.value_or(from.dtype()), where, layout);
  copyto(made, from, casting::unsafe);
  return made;
}

ndarray zeros_like(const ndarray& a, const like_options& options) { return filled_like(a, false, options); }

ndarray ones_like(const ndarray& a, const like_options& options) { return filled_like(a, true, options); }

ndarray full_like(const ndarray& a, const array_like& value, const like_options& options) {
  if (!value.array()) return filled_like(a, value.number(), options);
  ndarray made = empty_like(a, options.dtype, options.order, options.shape);
  copyto(made, *value.array(), casting::unsafe);
  return made;
}

ndarray from_host(const void* data, const shape_t& shape, dtype type, std::optional<device> where) {
  ndarray made = empty(shape, type, where);
  if (made.size() > 0)
    backend_for(made).copy_from_host(made.data(access::write), data, static_cast<std::size_t>(made.nbytes()),
                                     stream_for(made));
  return made;
}

ndarray full0(const scalar& value, dtype type, device where) {
  ndarray made = empty({}, type, where);
  fill_with(made, value);
  return made;
}

namespace {

constexpr bool is_whole(const scalar& s) { return s.type <= scalar::kind::integer; }
std::int64_t whole(const scalar& s) { return s.type == scalar::kind::boolean ? s.b : s.i; }
bool is_complex_number(const scalar& s) { return s.type == scalar::kind::complex; }

std::int64_t checked_length(double exact) {
  if (std::isnan(exact)) fail<value_error>("[arange] cannot compute length");
  const double length = std::ceil(exact);
  if (length >= 0x1p63) fail<value_error>("[arange] Maximum allowed size exceeded");
  return length > 0 ? static_cast<std::int64_t>(length) : 0;
}

// Length, and the number that follows start, both as Python's arithmetic gives them.
struct progression {
  std::int64_t length;
  scalar first, second;
};

progression make_progression(const scalar& start, const scalar& stop, const scalar& step) {
  if (step.real() == 0 && step.imag() == 0) fail<zero_division_error>("[arange] division by zero");
  if (is_whole(start) && is_whole(stop) && is_whole(step)) {
    const auto distance = static_cast<__int128>(whole(stop)) - whole(start);
    const __int128 by = whole(step);
    const __int128 length = (distance > 0) == (by > 0) ? (distance + by - (by > 0 ? 1 : -1)) / by : 0;
    if (length > INT64_MAX) fail<value_error>("[arange] Maximum allowed size exceeded");
    const auto next = static_cast<std::uint64_t>(whole(start)) + static_cast<std::uint64_t>(whole(step));
    return {distance == 0 ? 0 : static_cast<std::int64_t>(length), start, static_cast<std::int64_t>(next)};
  }
  if (is_complex_number(start) || is_complex_number(stop) || is_complex_number(step)) {
    const std::complex<double> exact = (as_complex(stop) - as_complex(start)) / as_complex(step);
    const std::int64_t length = checked_length(std::min(exact.real(), exact.imag()));
    return {length, start, as_complex(start) + as_complex(step)};
  }
  const double exact = (stop.real() - start.real()) / step.real();
  // A quotient too small for a float is one step all the same.
  const bool is_tiny = exact == 0 && !std::signbit(exact) && stop.real() != start.real();
  return {is_tiny ? 1 : checked_length(exact), start, start.real() + step.real()};
}

scalar rounded_to(const scalar& value, dtype t) {
  alignas(16) unsigned char element[16];
  store_scalar(value, t, element);
  return load_scalar(t, element);
}

// The step of NumPy's fill: the distance of the first two elements as the dtype holds them.
scalar step_between(const scalar& first, const scalar& second, dtype t) {
  if (is_integer(t) || t == dtype::bool_) {
    const auto bits = [](const scalar& s) {
      return s.type == scalar::kind::unsigned_integer ? s.u : static_cast<std::uint64_t>(whole(s));
    };
    const std::uint64_t step = bits(second) - bits(first);  // wraps, as the dtype does
    return visit_dtype(t, [&]<class T>(T) {
      if constexpr (std::is_integral_v<T>)
        return scalar(static_cast<T>(step));
      else
        return scalar(0);
    });
  }
  const std::complex<double> step = as_complex(second) - as_complex(first);
  if (is_complex(t)) return rounded_to(step, t);
  return rounded_to(step.real(), t == dtype::float16 ? dtype::float32 : t);
}

void set_element(const ndarray& a, std::int64_t at, const scalar& value) {
  fill_with(a.view({}, {}, at * a.itemsize()), value);
}

}  // namespace

ndarray arange(const scalar& start, const scalar& stop, const scalar& step, const creation_options& options) {
  dtype type = dtype::int64;
  for (const scalar& s : {start, stop, step}) type = promote_types(type, s.default_dtype());
  type = options.dtype.value_or(type);
  const progression p = make_progression(start, stop, step);
  if (type == dtype::bool_ && p.length > 2)
    fail<type_error>(
        "[arange] arange() is only supported for booleans when the result has at most length 2.");
  ndarray made = empty({p.length}, type, options.device);
  if (p.length == 0) return made;
  if (p.length <= 2) {
    set_element(made, 0, p.first);
    if (p.length == 2) set_element(made, 1, p.second);
    return made;
  }
  const scalar first = rounded_to(p.first, type), second = rounded_to(p.second, type);
  const scalar by = step_between(first, second, type);
  if (type == dtype::float16) {  // its steps are taken in float32
    const ndarray wide = empty({p.length}, dtype::float32, made.device());
    backend_for(wide).sequence(wide.data(access::write), dtype::float32, p.length, first, by,
                               stream_for(wide));
    copyto(made, wide, casting::unsafe);
    set_element(made, 1, second);
    return made;
  }
  backend_for(made).sequence(made.data(access::write), type, p.length, first, by, stream_for(made));
  // NumPy stores the second element itself; first + (second - first) may differ from it in the last bit.
  if (is_inexact(type)) {
    const scalar reached = rounded_to(as_complex(first) + as_complex(by), type);
    if (as_complex(reached) != as_complex(second)) set_element(made, 1, second);
  }
  return made;
}

namespace {

// An end of linspace that the host can read without waiting.
std::optional<scalar> known_end(const array_like& end) {
  if (!end.array()) return end.number();
  const ndarray& a = *end.array();
  if (a.ndim() > 0 || !a.device().is_cpu()) return {};
  return a.item();
}

ndarray samples_between(const scalar& start, const scalar& stop, const linspace_options& options,
                        dtype type) {
  const bool complex_ends = is_complex_number(start) || is_complex_number(stop);
  const dtype computed = complex_ends ? dtype::complex128 : dtype::float64;
  const std::int64_t n = options.num;
  ndarray made = empty({n}, computed, options.device);
  if (n == 0) return astype(made, type, order::C, casting::unsafe, false);
  const auto intervals = static_cast<double>(options.endpoint ? n - 1 : n);
  const std::complex<double> from = as_complex(start), to = as_complex(stop), distance = to - from;
  const std::complex<double> by = intervals > 0 ? distance / intervals : 0;
  if (by == 0.0 && distance != 0.0 && intervals > 0) {
    // The step underflows: NumPy divides first, then multiplies.
    const ndarray count = arange(0, n, 1, {.dtype = computed, .device = options.device});
    made = call(ufunc::add, call(ufunc::multiply, call(ufunc::divide, count, intervals), scalar(distance)),
                start);
  } else {
    backend_for(made).sequence(made.data(access::write), computed, n,
                               complex_ends ? scalar(from) : scalar(from.real()),
                               complex_ends ? scalar(by) : scalar(by.real()), stream_for(made));
  }
  if (options.endpoint && n > 1) set_element(made, n - 1, stop);
  if (is_integer(type)) made = call(ufunc::floor, made);
  return astype(made, type, order::C, casting::unsafe, false);
}

// The same for arrays that broadcast, computed in the dtype `computed`; the samples lie along axis 0.
ndarray samples_between_arrays(const ndarray& start, const ndarray& stop, const linspace_options& options,
                               dtype computed) {
  const ndarray distance = call(ufunc::subtract, stop, start);
  const std::int64_t n = options.num;
  shape_t shape(distance.ndim() + 1, 1);
  shape[0] = n;
  const ndarray counts = reshape(arange(0, n, 1, {.dtype = computed, .device = distance.device()}), shape);
  const auto intervals = static_cast<double>(options.endpoint ? n - 1 : n);
  ndarray made;
  if (intervals > 0) {
    const ndarray step = call(ufunc::divide, distance, intervals);
    const bool underflows = step.size() > 0 && any(call(ufunc::equal, step, 0)).item<bool>();
    made = underflows ? call(ufunc::multiply, call(ufunc::divide, counts, intervals), distance)
                      : call(ufunc::multiply, counts, step);
  } else {
    made = call(ufunc::multiply, counts, distance);
  }
  if (made.size() == 0) return made;
  call_into(ufunc::add, std::initializer_list<array_like>{made, start}, made);
  if (options.endpoint && n > 1) copyto(slice_axis(made, 0, n - 1, n), stop, casting::unsafe);
  return made;
}

device device_of_ends(std::span<const array_like> ends, const linspace_options& options) {
  return options.device ? *options.device : common_device(ends, "linspace");
}

}  // namespace

ndarray linspace(const array_like& start, const array_like& stop, const linspace_options& options) {
  if (options.num < 0)
    fail<value_error>("[linspace] Number of samples, ", options.num, ", must be non-negative.");
  if (!start.array() && !stop.array()) {
    const bool is_complex = is_complex_number(start.number()) || is_complex_number(stop.number());
    const dtype usual = is_complex ? dtype::complex128 : dtype::float64;
    return samples_between(start.number(), stop.number(), options, options.dtype.value_or(usual));
  }
  const array_like ends[] = {start, stop};
  const dtype common = result_type(ends), computed = is_inexact(common) ? common : dtype::float64;
  const dtype type = options.dtype.value_or(computed);
  const auto first = known_end(start), last = known_end(stop);
  if (first && last) return samples_between(*first, *last, options, type);
  const device d = device_of_ends(ends, options);
  ndarray made =
      samples_between_arrays(as_array(start, computed, d), as_array(stop, computed, d), options, computed);
  if (options.axis != 0) made = move_axis(made, 0, normalize_axis(options.axis, made.ndim(), "linspace"));
  if (is_integer(type)) made = call(ufunc::floor, made);
  return astype(made, type, order::K, casting::unsafe, false);
}

namespace {

int ndim_of(const array_like& a) { return a.array() ? a.array()->ndim() : 0; }

// With axes of extent 1 in front, so that there are n.
ndarray raised_to(int n, const array_like& given) {
  const array_like one[] = {given};
  const ndarray a = given.array() ? *given.array() : as_array(given, result_type(one), current_device());
  shape_t shape(std::max(0, n - a.ndim()), 1);
  shape.append(a.shape().begin(), a.shape().end());
  return reshape(a, shape);
}

}  // namespace

ndarray logspace(const array_like& start, const array_like& stop, const linspace_options& options,
                 const array_like& base) {
  linspace_options exponents = options;
  exponents.dtype.reset();
  ndarray made;
  if (ndim_of(base) > 0) {
    const int n = std::max({ndim_of(start), ndim_of(stop), ndim_of(base)});
    const ndarray first = raised_to(n, start), last = raised_to(n, stop);
    made =
        call(ufunc::power, expand_dims(raised_to(n, base), options.axis), linspace(first, last, exponents));
  } else {
    made = call(ufunc::power, base, linspace(start, stop, exponents));
  }
  return options.dtype ? astype(made, *options.dtype, order::K, casting::unsafe, false) : made;
}

ndarray geomspace(const array_like& from, const array_like& to, const linspace_options& options) {
  const array_like ends[] = {from, to};
  const device d = device_of_ends(ends, options);
  const auto as_given = [&](const array_like& end) {
    const array_like one[] = {end};
    return as_array(end, result_type(one), d);
  };
  ndarray start = as_given(from), stop = as_given(to);
  for (const ndarray* end : {&start, &stop})
    if (end->size() > 0 && any(call(ufunc::equal, *end, 0)).item<bool>())
      fail<value_error>("[geomspace] Geometric sequence cannot include zero");
  const dtype types[] = {start.dtype(), stop.dtype(), options.dtype.value_or(dtype::float64)};
  const dtype common = promote_all(types), computed = is_inexact(common) ? common : dtype::float64;
  start = astype(start, computed), stop = astype(stop, computed);
  // From a positive real number, and turned back at the end: so logarithms of negative numbers exist.
  const ndarray sign = call(ufunc::sign, start);
  start = call(ufunc::divide, start, sign), stop = call(ufunc::divide, stop, sign);
  linspace_options rule = options;
  rule.dtype = computed, rule.axis = 0;
  ndarray made = logspace(call(ufunc::log10, start), call(ufunc::log10, stop), rule);
  const std::int64_t n = options.num;
  if (n > 0) copyto(slice_axis(made, 0, 0, 1), start, casting::unsafe);
  if (n > 1 && options.endpoint) copyto(slice_axis(made, 0, n - 1, n), stop, casting::unsafe);
  if (made.size() > 0) call_into(ufunc::multiply, std::initializer_list<array_like>{made, sign}, made);
  if (options.axis != 0) made = move_axis(made, 0, normalize_axis(options.axis, made.ndim(), "geomspace"));
  return astype(made, options.dtype.value_or(computed), order::K, casting::unsafe, false);
}

ndarray eye(std::int64_t rows, std::int64_t columns, std::int64_t k, const creation_options& options) {
  if (columns < 0) columns = rows;
  ndarray made = zeros({rows, columns}, options);
  if (k < columns && k > -rows) fill_with(diagonal_view(made, k, 0, 1), true);
  return made;
}

ndarray identity(std::int64_t n, const creation_options& options) { return eye(n, n, 0, options); }

ndarray diag(const ndarray& v, std::int64_t k) {
  if (v.ndim() == 2) return diagonal_view(v, k, 0, 1);
  if (v.ndim() != 1) fail<value_error>("[diag] Input must be 1- or 2-d, got shape ", to_string(v.shape()));
  const std::int64_t n = v.size() + std::abs(k);
  const ndarray made = zeros({n, n}, {.dtype = v.dtype(), .device = v.device()});
  if (v.size() > 0) copy_into(diagonal_view(made, k, 0, 1), v);
  return made;
}

ndarray diagflat(const ndarray& v, std::int64_t k) { return diag(ravel(v), k); }

ndarray tri(std::int64_t rows, std::int64_t columns, std::int64_t k, dtype type) {
  const std::int64_t width = columns < 0 ? rows : columns;
  const ndarray row = reshape(arange(0, rows, 1, {.dtype = dtype::int64}), {-1, 1});
  const ndarray column = arange(-k, width - k, 1, {.dtype = dtype::int64});
  return astype(call(ufunc::greater_equal, row, column), type, order::K, casting::unsafe, false);
}

ndarray vander(const ndarray& x, std::optional<std::int64_t> columns, bool increasing) {
  if (x.ndim() != 1)
    fail<value_error>("[vander] x must be a one-dimensional array or sequence, got shape ",
                      to_string(x.shape()));
  const std::int64_t n = x.size(), width = std::max<std::int64_t>(columns.value_or(n), 0);
  const dtype type = promote_types(x.dtype(), dtype::int64);
  const ndarray made = empty({n, width}, type, x.device());
  const ndarray powers = increasing ? made : flip(made, 1);
  if (width > 0) fill_with(slice_axis(powers, 1, 0, 1), 1);
  if (width > 1) {
    const ndarray factors = broadcast_to(reshape(x, {n, 1}), {n, width - 1});
    accumulate(ufunc::multiply, factors, {.axis = 1, .dtype = type, .out = slice_axis(powers, 1, 1, width)});
  }
  return made;
}

std::vector<ndarray> meshgrid(const std::vector<ndarray>& axes, indexing kind, bool sparse, bool copy) {
  const int n = static_cast<int>(axes.size());
  const auto place = [&](int i) { return kind == indexing::xy && n > 1 && i < 2 ? 1 - i : i; };
  shape_t grid(n);
  for (int i = 0; i < n; ++i) grid[place(i)] = axes[static_cast<std::size_t>(i)].size();
  std::vector<ndarray> result;
  for (int i = 0; i < n; ++i) {
    const ndarray& a = axes[static_cast<std::size_t>(i)];
    shape_t shape(n, 1);
    shape[place(i)] = a.size();
    ndarray seen = reshape(a, shape);
    if (!sparse) {
      const bool writeable = seen.writeable();
      seen = broadcast_to(seen, grid);
      seen.set_writeable(writeable);
    }
    result.push_back(copy ? numloom::copy(seen, order::C) : seen);
  }
  return result;
}

namespace {

ndarray triangle(const ndarray& a, std::int64_t k, bool lower) {
  if (a.ndim() == 0) fail<type_error>("[tril] expected one dimension or more, got none");
  const std::int64_t rows = a.shape(a.ndim() > 1 ? -2 : -1);
  const ndarray row = reshape(positions(rows, a.device()), {rows, 1});
  const ndarray column = positions(a.shape(-1), a.device());
  const ndarray on_diagonal = add(row, std::clamp(k, -rows, a.shape(-1)));
  const scalar nothing = a.dtype() == dtype::bool_ ? scalar(false) : scalar(0);
  return where(lower ? less_equal(column, on_diagonal) : greater_equal(column, on_diagonal), a, nothing);
}

}  // namespace

ndarray tril(const ndarray& a, std::int64_t k) { return triangle(a, k, true); }
ndarray triu(const ndarray& a, std::int64_t k) { return triangle(a, k, false); }

}  // namespace numloom
