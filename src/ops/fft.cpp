// SPDX-License-Identifier: BSD-3-Clause
// numpy.fft: lengths, axes, norms and dtypes; the transforms along one axis are the device's.
#include "numloom/fft.hpp"

#include <cmath>

#include "numloom/creation.hpp"
#include "numloom/manipulation.hpp"
#include "ops/common.hpp"

namespace numloom::fft {

using namespace detail;

namespace {

enum class direction { forward, backward };
struct transform_kind {
  const char* name;   // numpy.fft's
  const char* ufunc;  // NumPy's inner function, for its messages
  fft_kind kind;
  direction way;
};
constexpr transform_kind forward{"fft", "fft", fft_kind::complex, direction::forward};
constexpr transform_kind backward{"ifft", "ifft", fft_kind::complex, direction::backward};
constexpr transform_kind real_forward{"rfft", "rfft", fft_kind::real_to_complex, direction::forward};
constexpr transform_kind real_backward{"irfft", "irfft", fft_kind::complex_to_real, direction::backward};

norm opposite(norm n) {
  return n == norm::backward ? norm::forward : n == norm::forward ? norm::backward : norm::ortho;
}

double factor(norm n, direction way, std::int64_t length) {
  if (way == direction::backward) n = opposite(n);
  const double count = static_cast<double>(length);
  return n == norm::backward ? 1.0 : n == norm::ortho ? 1 / std::sqrt(count) : 1 / count;
}

dtype complex_of(dtype real) { return real == dtype::float32 ? dtype::complex64 : dtype::complex128; }
dtype real_of(dtype t) {
  return t == dtype::float16 || t == dtype::float32 || t == dtype::complex64 ? dtype::float32
                                                                             : dtype::float64;
}
bool is_whole_elements(const ndarray& a) {  // views of other dtypes may lie at odd addresses
  for (int d = 0; d < a.ndim(); ++d)
    if (a.shape()[d] > 1 && a.strides()[d] % (a.itemsize() / (is_complex(a.dtype()) ? 2 : 1)) != 0)
      return false;
  return a.offset() % (a.itemsize() / (is_complex(a.dtype()) ? 2 : 1)) == 0;
}

void run(const transform_kind& t, const ndarray& a, const ndarray& out, std::int64_t n, int axis,
         double scale) {
  fft_call call;
  call.kind = t.kind;
  call.type = real_of(t.kind == fft_kind::complex_to_real ? out.dtype() : a.dtype());
  call.real_input = !is_complex(a.dtype());
  call.inverse = t.way == direction::backward;
  call.scale = scale;
  call.n = n;
  call.count = std::min(a.shape()[axis], t.kind == fft_kind::complex_to_real ? n / 2 + 1 : n);
  call.in = a.data(access::read);
  call.out = out.data(access::write);
  call.in_step = a.strides()[axis];
  call.out_step = out.strides()[axis];
  for (int d = 0; d < a.ndim(); ++d) {
    if (d == axis) continue;
    call.shape[call.ndim] = a.shape()[d];
    call.in_strides[call.ndim] = a.strides()[d];
    call.out_strides[call.ndim++] = out.strides()[d];
  }
  if (a.size() == 0) return detail::fill_with(out, 0.0);  // nothing but the padding
  if (out.size() > 0) backend_for(out).fft(call, stream_for(out));
}

[[noreturn]] void fail_output(const transform_kind& t, dtype from, dtype to) {
  fail<casting_error>("[", t.name, "] Cannot cast ufunc '", t.ufunc, "' output from dtype('", from,
                      "') to dtype('", to, "') with casting rule 'same_kind'");
}

/// Along one axis. in_place: a may be overwritten.
ndarray transform(const transform_kind& t, const ndarray& a, std::int64_t n, int axis, norm kind,
                  const std::optional<ndarray>& out, bool in_place = false) {
  if (n < 1) fail<value_error>("[", t.name, "] Invalid number of FFT data points (", n, ") specified.");
  axis = normalize_axis(axis, a.ndim(), t.name);
  if (t.kind == fft_kind::real_to_complex && is_complex(a.dtype()))
    fail<type_error>("[", t.name, "] ufunc '", n % 2 == 0 ? "rfft_n_even" : "rfft_n_odd",
                     "' not supported for the input types, and the inputs could not be safely coerced to any "
                     "supported types according to the casting rule ''safe'': expected real numbers, got ",
                     a.dtype());
  const dtype real = real_of(a.dtype());
  const dtype computed = t.kind == fft_kind::complex_to_real ? real : complex_of(real);
  shape_t shape = a.shape();
  shape[axis] = t.kind == fft_kind::real_to_complex ? n / 2 + 1 : n;
  if (out && out->shape() != shape)
    fail<value_error>("[", t.name, "] output array has wrong shape: expected ", to_string(shape), ", got ",
                      to_string(out->shape()));
  if (out && !can_cast(computed, out->dtype(), casting::same_kind)) fail_output(t, computed, out->dtype());
  const bool real_input = !is_complex(a.dtype()) && t.kind != fft_kind::complex_to_real;
  ndarray source = astype(a, real_input ? real : complex_of(real), order::K, casting::unsafe, false);
  if (!is_whole_elements(source)) source = copy(source, order::C);
  const double scale = factor(kind, t.way, n);
  if (in_place && source.bytes() == a.bytes() && a.dtype() == computed && a.shape() == shape) {
    run(t, a, a, n, axis, scale);
    return a;
  }
  const bool direct = out && out->dtype() == computed && is_whole_elements(*out) &&
                      out->device() == a.device() &&
                      (!may_share_memory(*out, source) || (is_same_view(*out, source) && out->writeable()));
  const bool half_result = t.kind == fft_kind::complex_to_real && a.dtype() == dtype::float16 && !out;
  ndarray made = direct ? *out : empty_like(source, computed, order::K, shape);
  run(t, source, made, n, axis, scale);
  if (half_result) return astype(made, dtype::float16);
  if (!out) return made;
  if (!direct) copyto(*out, made, casting::unsafe);
  return *out;
}

std::int64_t extent(const ndarray& a, int axis, const char* name) {
  return a.shape()[normalize_axis(axis, a.ndim(), name)];
}

ndarray transform(const transform_kind& t, const ndarray& a, const options& o) {
  const std::int64_t whole = o.n ? 0 : extent(a, o.axis, t.name);
  const std::int64_t n = o.n.value_or(t.kind == fft_kind::complex_to_real ? 2 * (whole - 1) : whole);
  return transform(t, a, n, o.axis, o.norm, o.out);
}

ndarray conjugated(const ndarray& a, const std::optional<ndarray>& out = {}) {
  const array_like inputs[] = {a};
  return call(ufunc::conjugate, inputs, {.out = out});
}

// ---- several axes ----

struct lengths_and_axes {
  std::vector<std::int64_t> s;
  std::vector<int> axes;
};
lengths_and_axes cook(const char* name, const ndarray& a, const nd_options& o, bool real_backward) {
  lengths_and_axes made;
  const bool shapeless = !o.s;
  if (o.axes) {
    made.axes = *o.axes;
  } else {
    const int count = o.s ? static_cast<int>(o.s->size()) : a.ndim();
    for (int d = 0; d < count; ++d) made.axes.push_back(d - count);
  }
  if (o.s) {
    made.s = *o.s;
  } else {
    for (int axis : made.axes) made.s.push_back(extent(a, axis, name));
  }
  if (made.s.size() != made.axes.size())
    fail<value_error>("[", name, "] Shape and axes have different lengths.");
  if (real_backward && shapeless && !made.s.empty()) made.s.back() = 2 * (made.s.back() - 1);
  for (std::size_t k = 0; k < made.s.size(); ++k)
    if (made.s[k] == -1) made.s[k] = extent(a, made.axes[k], name);
  return made;
}

ndarray over_axes(const char* name, const transform_kind& t, const ndarray& a, const nd_options& o) {
  const lengths_and_axes made = cook(name, a, o, false);
  ndarray x = a;
  for (std::size_t k = made.s.size(); k-- > 0;)
    x = transform(t, x, made.s[k], made.axes[k], o.norm, o.out, k + 1 < made.s.size() && !o.out);
  return x;
}

void require_axes(const char* name, const lengths_and_axes& made) {
  if (made.axes.empty())
    fail<index_error>("[", name, "] list index out of range: expected at least one axis");
}

nd_options with_last_two(nd_options o) {
  if (!o.axes) o.axes = std::vector<int>{-2, -1};
  return o;
}

}  // namespace

norm parse_norm(std::string_view name) {
  if (name == "backward") return norm::backward;
  if (name == "ortho") return norm::ortho;
  if (name == "forward") return norm::forward;
  fail<value_error>("Invalid norm value ", name, "; should be \"backward\", \"ortho\" or \"forward\".");
}

ndarray fft(const ndarray& a, const options& o) { return transform(forward, a, o); }
ndarray ifft(const ndarray& a, const options& o) { return transform(backward, a, o); }
ndarray rfft(const ndarray& a, const options& o) { return transform(real_forward, a, o); }
ndarray irfft(const ndarray& a, const options& o) { return transform(real_backward, a, o); }

ndarray hfft(const ndarray& a, const options& o) {
  options other = o;
  other.norm = opposite(o.norm);
  return irfft(is_complex(a.dtype()) ? conjugated(a) : a, other);
}
ndarray ihfft(const ndarray& a, const options& o) {
  options other = o;
  other.norm = opposite(o.norm);
  const ndarray made = rfft(a, other);
  return conjugated(made, made);
}

ndarray fftn(const ndarray& a, const nd_options& o) { return over_axes("fftn", forward, a, o); }
ndarray ifftn(const ndarray& a, const nd_options& o) { return over_axes("ifftn", backward, a, o); }

ndarray rfftn(const ndarray& a, const nd_options& o) {
  const lengths_and_axes made = cook("rfftn", a, o, false);
  require_axes("rfftn", made);
  ndarray x = transform(real_forward, a, made.s.back(), made.axes.back(), o.norm, o.out);
  for (std::size_t k = made.s.size() - 1; k-- > 0;)
    x = transform(forward, x, made.s[k], made.axes[k], o.norm, o.out, !o.out);
  return x;
}

ndarray irfftn(const ndarray& a, const nd_options& o) {
  const lengths_and_axes made = cook("irfftn", a, o, true);
  require_axes("irfftn", made);
  ndarray x = a;
  for (std::size_t k = 0; k + 1 < made.s.size(); ++k)
    x = transform(backward, x, made.s[k], made.axes[k], o.norm, {}, k > 0);
  return transform(real_backward, x, made.s.back(), made.axes.back(), o.norm, o.out);
}

ndarray fft2(const ndarray& a, nd_options o) { return fftn(a, with_last_two(std::move(o))); }
ndarray ifft2(const ndarray& a, nd_options o) { return ifftn(a, with_last_two(std::move(o))); }
ndarray rfft2(const ndarray& a, nd_options o) { return rfftn(a, with_last_two(std::move(o))); }
ndarray irfft2(const ndarray& a, nd_options o) { return irfftn(a, with_last_two(std::move(o))); }

// ---- frequencies ----

namespace {

// NumPy multiplies integers by 1 / (n d).
ndarray frequencies(const char* name, std::int64_t n, std::int64_t count, std::int64_t wrap, double d,
                    const freq_options& o) {
  const dtype type = o.dtype.value_or(dtype::float64);
  if (type != dtype::float64 && type != dtype::float32 && type != dtype::float16)
    fail<type_error>("[", name, "] expected a real floating dtype, got ", type);
  const double span = static_cast<double>(n) * d;
  if (span == 0) fail<value_error>("[", name, "] expected n * d other than 0, got n = ", n, ", d = ", d);
  const creation_options numbers{.dtype = dtype::float64, .device = o.device};
  const std::int64_t first = std::min(count, wrap);
  ndarray at = arange(0, first, 1, numbers);
  if (count > first) {
    const ndarray parts[] = {at, arange(first - count, std::int64_t{0}, 1, numbers)};
    at = concatenate(parts);
  }
  const array_like inputs[] = {at, 1.0 / span};
  call(ufunc::multiply, inputs, {.out = at});
  return type == dtype::float64 ? at : astype(at, type);
}

ndarray shifted(const char* name, const ndarray& x, const axes& which, bool back) {
  std::vector<std::int64_t> shift;
  inline_vector<int, 6> list;
  if (which.all())
    for (int d = 0; d < x.ndim(); ++d) list.push_back(d);
  else
    for (int axis : which.list()) list.push_back(axis);
  for (int axis : list) shift.push_back(back ? -(extent(x, axis, name) / 2) : extent(x, axis, name) / 2);
  return list.empty() ? copy(x) : roll(x, shift, axes(list));
}

}  // namespace

ndarray fftfreq(std::int64_t n, double d, const freq_options& o) {
  if (n < 0) fail<value_error>("[fftfreq] negative dimensions are not allowed, got n = ", n);
  return frequencies("fftfreq", n, n, (n - 1) / 2 + 1, d, o);
}
ndarray rfftfreq(std::int64_t n, double d, const freq_options& o) {
  const std::int64_t count = (n >> 1) + 1;  // rounded down
  return frequencies("rfftfreq", n, count, count, d, o);
}
ndarray fftshift(const ndarray& x, const axes& which) { return shifted("fftshift", x, which, false); }
ndarray ifftshift(const ndarray& x, const axes& which) { return shifted("ifftshift", x, which, true); }

}  // namespace numloom::fft
