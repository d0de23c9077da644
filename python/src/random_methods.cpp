// SPDX-License-Identifier: BSD-3-Clause
// The methods of numloom.random.Generator. Arguments that only NumPy can judge, wrong ones among them, go to
// NumPy's generator over the same state: it raises NumPy's errors, or draws NumPy's numbers.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>

#include "function.hpp"
#include "random_type.hpp"

namespace numloom::python {

namespace {

using random::standard_distribution;
__extension__ using wide_integer = __int128;

/// Thrown where NumPy draws.
struct needs_host {};
// NumPy's own refusal, of what its host copy could not show: the Python error is set.
struct refused {};

// ---- arguments ----
std::optional<shape_t> size_argument(PyObject* size) {
  if (is_missing(size)) return {};
  shape_t shape = to_shape(size);
  for (const std::int64_t extent : shape)
    if (extent < 0) throw needs_host{};
  return shape;
}

bool is_real_number(PyObject* o) {
  if (PyIndex_Check(o)) return true;
  const ref type = checked(PyObject_GetAttrString(o, "dtype"));
  const ref kind = checked(PyObject_GetAttrString(type.get(), "kind"));
  return PyUnicode_CompareWithASCIIString(kind.get(), "f") == 0 ||
         PyUnicode_CompareWithASCIIString(kind.get(), "b") == 0;
}

/// A real number; nothing for arrays and sequences.
std::optional<double> number_argument(PyObject* o, double otherwise) {
  if (!o) return otherwise;
  double value;
  if (PyFloat_Check(o)) return PyFloat_AS_DOUBLE(o);
  if (PyLong_Check(o)) {
    value = PyLong_AsDouble(o);
  } else if (is_array(o)) {
    const ndarray& a = array_of(o);
    if (a.ndim() != 0 || numloom::kind_of(a.dtype()) == 'c') return {};
    return a.item<double>();
  } else if (is_numpy_scalar(o) && is_real_number(o)) {
    value = PyFloat_AsDouble(o);
  } else {
    return {};
  }
  if (value == -1 && PyErr_Occurred()) throw python_error{};
  return value;
}

std::optional<wide_integer> integer_argument(PyObject* o) {
  if (is_array(o) && array_of(o).ndim() != 0) return {};
  if (!PyIndex_Check(o)) return {};
  const ref number = checked(PyNumber_Index(o));
  int overflow = 0;
  const long long small = PyLong_AsLongLongAndOverflow(number.get(), &overflow);
  if (!overflow) return small;
  if (overflow < 0) throw needs_host{};
  const ref one = checked(PyLong_FromLong(1)), less = checked(PyNumber_Subtract(number.get(), one.get()));
  const unsigned long long large = PyLong_AsUnsignedLongLong(less.get());
  if (large == ~0ull && PyErr_Occurred()) {
    PyErr_Clear();
    const ref again = checked(PyNumber_Subtract(less.get(), one.get()));
    const unsigned long long last = PyLong_AsUnsignedLongLong(again.get());
    if (last == ~0ull && PyErr_Occurred()) throw needs_host{};
    return static_cast<wide_integer>(last) + 2;
  }
  return static_cast<wide_integer>(large) + 1;
}

dtype floating_argument(PyObject* o) {
  const dtype type = is_missing(o) ? dtype::float64 : to_dtype(o);
  if (type != dtype::float64 && type != dtype::float32) throw needs_host{};
  return type;
}

// ---- floating-point numbers ----
ndarray drawn_natively(random::generator& r, standard_distribution kind, const shape_t& shape, dtype type,
                       double scale, double shift) {
  const bool bare = scale == 1 && shift == 0;
  switch (kind) {
    case standard_distribution::uniform: return r.random(shape, type);
    case standard_distribution::normal:
      return bare ? r.standard_normal(shape, type) : r.normal(shift, scale, shape);
    case standard_distribution::exponential:
      return bare ? r.standard_exponential(shape, type) : r.exponential(scale, shape);
    default: return r.standard_exponential(shape, type, random::exponential_method::inverse);
  }
}

constexpr std::int64_t short_array = 64;  // elements: cheaper one by one than to enter the stream

bool uses_device(std::int64_t elements) { return elements > short_array || current_device() != cpu; }

/// Without a size a Python float, as NumPy gives.
PyObject* float_result(generator_object& g, standard_distribution kind, PyObject* size, dtype type,
                       double scale = 1, double shift = 0) {
  const std::optional<shape_t> shape = size_argument(size);
  if (!shape) {
    const drawing guard(g, 1);
    if (type == dtype::float32) {
      float value;
      random::draw(*g.source, kind, type, &value, 1);
      return PyFloat_FromDouble(static_cast<double>(value));
    }
    double value;
    random::draw(*g.source, kind, type, &value, 1, scale, shift);
    return PyFloat_FromDouble(value);
  }
  const std::int64_t n = size_of(*shape);
  if (uses_device(n))
    return wrap(draw_natively(
        g, n * 4, [&](random::generator& r) { return drawn_natively(r, kind, *shape, type, scale, shift); }));
  ndarray host = empty(*shape, type, cpu);
  void* const to = host.data(access::write);
  const drawing guard(g, n * 4);
  unlocked(n * 4, [&] { random::draw(*g.source, kind, type, to, n, scale, shift); });
  return wrap(to_device(host, current_device()));
}

/// Fills out=, after NumPy's conditions.
PyObject* fill_out(generator_object& g, standard_distribution kind, PyObject* size, dtype type,
                   PyObject* out) {
  if (!is_array(out)) throw needs_host{};
  ndarray target = array_of(out);
  const std::optional<shape_t> shape = size_argument(size);
  if (target.dtype() != type || (shape && *shape != target.shape()) || !target.writeable())
    throw needs_host{};
  if (!target.is_c_contiguous() && target.is_f_contiguous())
    target = transpose(target);  // as it lies in memory
  if (!target.is_c_contiguous()) {
    PyErr_SetString(
        PyExc_ValueError,
        "Supplied output array must be contiguous, writable, aligned, and in machine byte-order.");
    throw refused{};
  }
  const std::int64_t n = target.size();
  draw_natively(g, n * 4, [&](random::generator& r) {
    switch (kind) {
      case standard_distribution::uniform: return r.random_into(target);
      case standard_distribution::normal: return r.standard_normal_into(target);
      case standard_distribution::exponential: return r.standard_exponential_into(target);
      default: return r.standard_exponential_into(target, random::exponential_method::inverse);
    }
  });
  return Py_NewRef(out);
}

PyObject* standard(generator_object& g, standard_distribution kind, PyObject* size, PyObject* type,
                   PyObject* out) {
  if (is_missing(out)) return float_result(g, kind, size, floating_argument(type));
  return fill_out(g, kind, size, floating_argument(type), out);
}

PyObject* random_body(generator_object& g, argument_slots a) {
  return standard(g, standard_distribution::uniform, a[1], a[2], a[3]);
}
PyObject* standard_normal_body(generator_object& g, argument_slots a) {
  return standard(g, standard_distribution::normal, a[1], a[2], a[3]);
}
PyObject* standard_exponential_body(generator_object& g, argument_slots a) {
  standard_distribution kind = standard_distribution::exponential;
  if (a[3]) {
    if (!PyUnicode_Check(a[3])) throw needs_host{};
    if (PyUnicode_CompareWithASCIIString(a[3], "zig") != 0)
      kind = standard_distribution::exponential_inverted;  // NumPy takes every other word for "inv"
  }
  return standard(g, kind, a[1], a[2], a[4]);
}

// ---- parameters ----
/// Numbers, and arrays where they have dimensions.
struct given_parameters {
  double number[3] = {};
  std::optional<ndarray> array[3];
  bool numbers = true;
  array_like operator[](int i) const { return array[i] ? array_like(*array[i]) : array_like(number[i]); }
};

given_parameters parameters_of(argument_slots a, int count, const double* defaults) {
  given_parameters p;
  for (int i = 0; i < count; ++i) {
    if (const std::optional<double> number = number_argument(a[i + 1], defaults[i])) {
      p.number[i] = *number;
      continue;
    }
    ndarray x = to_array(a[i + 1]);
    if (numloom::kind_of(x.dtype()) == 'c') throw needs_host{};
    if (x.ndim() == 0) {
      p.number[i] = x.item<double>();
    } else {
      p.array[i] = std::move(x);
      p.numbers = false;
    }
  }
  return p;
}

/// As many as the shape has, or the largest parameter.
std::int64_t elements_of(const given_parameters& p, const std::optional<shape_t>& shape) {
  if (shape) return size_of(*shape);
  std::int64_t n = 1;
  for (const std::optional<ndarray>& a : p.array)
    if (a) n = std::max(n, a->size());
  return n;
}

template <class F>
PyObject* draw_with_arrays(generator_object& g, const given_parameters& p, PyObject* size, std::int64_t work,
                           F&& f) {
  const std::optional<shape_t> shape = size_argument(size);
  return wrap(
      draw_natively(g, elements_of(p, shape) * work, [&](random::generator& r) { return f(r, shape); }));
}

PyObject* uniform_body(generator_object& g, argument_slots a) {
  constexpr double defaults[] = {0, 1};
  const given_parameters p = parameters_of(a, 2, defaults);
  if (!p.numbers)
    return draw_with_arrays(g, p, a[3], 4,
                            [&](auto& r, const auto& shape) { return r.uniform(p[0], p[1], shape); });
  const double low = p.number[0], range = p.number[1] - low;
  if (!std::isfinite(range) || std::signbit(range)) throw needs_host{};
  const std::optional<shape_t> shape = size_argument(a[3]);
  if (shape && uses_device(size_of(*shape)))  // takes the bounds themselves: low + range may not be high
    return draw_with_arrays(g, p, a[3], 4,
                            [&](auto& r, const auto&) { return r.uniform(p[0], p[1], *shape); });
  return float_result(g, standard_distribution::uniform, a[3], dtype::float64, range, low);
}

PyObject* normal_body(generator_object& g, argument_slots a) {
  constexpr double defaults[] = {0, 1};
  const given_parameters p = parameters_of(a, 2, defaults);
  if (!p.numbers)
    return draw_with_arrays(g, p, a[3], 4,
                            [&](auto& r, const auto& shape) { return r.normal(p[0], p[1], shape); });
  if (std::signbit(p.number[1]) && !std::isnan(p.number[1])) throw needs_host{};
  return float_result(g, standard_distribution::normal, a[3], dtype::float64, p.number[1], p.number[0]);
}

PyObject* exponential_body(generator_object& g, argument_slots a) {
  constexpr double defaults[] = {1};
  const given_parameters p = parameters_of(a, 1, defaults);
  if (!p.numbers)
    return draw_with_arrays(g, p, a[2], 4,
                            [&](auto& r, const auto& shape) { return r.exponential(p[0], shape); });
  if (std::signbit(p.number[0]) && !std::isnan(p.number[0])) throw needs_host{};
  return float_result(g, standard_distribution::exponential, a[2], dtype::float64, p.number[0]);
}

// ---- distributions of several draws a sample ----
using random::sampled;

PyObject* draw_sampled(generator_object& g, sampled which, const given_parameters& p, PyObject* size,
                       dtype type) {
  const auto native = [&](auto& r, const auto& shape) {
    return r.draw(which, {p[0], p[1], p[2]}, shape, type);
  };
  if (!p.numbers) return draw_with_arrays(g, p, size, 16, native);
  if (!random::refusal(which, p.number).empty()) throw needs_host{};
  const std::optional<shape_t> shape = size_argument(size);
  if (!shape) {
    std::int64_t element;
    const drawing guard(g, 1);
    random::draw_sampled(*g.source, which, type, p.number, &element, 1);
    return number_object(type, &element);
  }
  const std::int64_t n = size_of(*shape);
  if (n > short_array) return draw_with_arrays(g, p, size, 16, native);
  ndarray host = empty(*shape, type, cpu);
  const drawing guard(g, 1);
  random::draw_sampled(*g.source, which, type, p.number, host.data(access::write), n);
  return wrap(to_device(host, current_device()));
}

template <sampled Which> PyObject* sampled_body(generator_object& g, argument_slots a) {
  // NumPy's defaults: location 0, scale 1, a mean of 1.
  constexpr bool one_first = Which == sampled::rayleigh || Which == sampled::poisson;
  constexpr double defaults[] = {one_first ? 1 : 0, 1, 0};
  const int count = random::parameter_count(Which);
  return draw_sampled(g, Which, parameters_of(a, count, defaults), a[count + 1],
                      is_count(Which) ? dtype::int64 : dtype::float64);
}

/// NumPy refuses floats for these; arrays are judged when they are drawn from.
void require_integers(argument_slots a, int count) {
  for (int i = 1; i <= count; ++i)
    if (!integer_argument(a[i]) && number_argument(a[i], 0)) throw needs_host{};
}
PyObject* binomial_body(generator_object& g, argument_slots a) {
  require_integers(a, 1);
  return sampled_body<sampled::binomial>(g, a);
}
PyObject* hypergeometric_body(generator_object& g, argument_slots a) {
  require_integers(a, 3);
  return sampled_body<sampled::hypergeometric>(g, a);
}

PyObject* standard_gamma_body(generator_object& g, argument_slots a) {
  constexpr double defaults[] = {0};
  const given_parameters p = parameters_of(a, 1, defaults);
  const dtype type = floating_argument(a[3]);
  if (is_missing(a[4])) return draw_sampled(g, sampled::standard_gamma, p, a[2], type);
  throw needs_host{};
}

// ---- several numbers a sample ----
/// Drawn on the host, about `work` elements.
template <class F>
PyObject* draw_rows(generator_object& g, const std::optional<shape_t>& shape, std::int64_t work, F&& f) {
  return wrap(draw_natively(g, size_of(shape.value_or(shape_t{})) * work, f));
}

PyObject* multinomial_body(generator_object& g, argument_slots a) {
  require_integers(a, 1);
  constexpr double defaults[] = {0};
  const given_parameters n = parameters_of(a, 1, defaults);
  const ndarray pvals = to_array(a[2]);
  const std::optional<shape_t> shape = size_argument(a[3]);
  if (numloom::kind_of(pvals.dtype()) == 'c') throw needs_host{};
  return draw_rows(g, shape, 16 * (pvals.size() + elements_of(n, {})),
                   [&](random::generator& r) { return r.multinomial(n[0], pvals, shape); });
}

PyObject* dirichlet_body(generator_object& g, argument_slots a) {
  const ndarray alpha = to_array(a[1]);
  if (numloom::kind_of(alpha.dtype()) == 'c') throw needs_host{};
  const std::optional<shape_t> shape = size_argument(a[2]);
  return draw_rows(g, shape, 16 * alpha.size(),
                   [&](random::generator& r) { return r.dirichlet(alpha, shape); });
}

PyObject* multivariate_hypergeometric_body(generator_object& g, argument_slots a) {
  const ndarray colors = to_array(a[1]);
  const std::int64_t nsample = to_int(a[2], "nsample");
  const std::optional<shape_t> shape = size_argument(a[3]);
  random::urn_method method = random::urn_method::marginals;
  if (a[4]) {
    if (!PyUnicode_Check(a[4])) throw needs_host{};
    if (PyUnicode_CompareWithASCIIString(a[4], "count") == 0)
      method = random::urn_method::count;
    else if (PyUnicode_CompareWithASCIIString(a[4], "marginals") != 0)
      throw needs_host{};
  }
  return draw_rows(g, shape, 64 * colors.size(), [&](random::generator& r) {
    return r.multivariate_hypergeometric(colors, nsample, shape, method);
  });
}

/// The options of multivariate_normal; what they are set to where cov is not valid goes through `invalid`.
random::multivariate_normal_options normal_options(argument_slots a, bool* invalid) {
  random::multivariate_normal_options options;
  const auto word = [](PyObject* o, const char* text) {
    return PyUnicode_Check(o) && PyUnicode_CompareWithASCIIString(o, text) == 0;
  };
  if (!a[4] || word(a[4], "warn"))
    options.invalid = invalid;
  else if (word(a[4], "ignore"))
    options.check_valid = false;
  else if (!word(a[4], "raise"))
    throw needs_host{};
  if (const std::optional<double> tol = number_argument(a[5], 1e-8))
    options.tol = *tol;
  else
    throw needs_host{};
  if (!a[6] || word(a[6], "svd")) return options;
  if (word(a[6], "eigh"))
    options.method = random::covariance_factor::eigh;
  else if (word(a[6], "cholesky"))
    options.method = random::covariance_factor::cholesky;
  else
    throw needs_host{};
  return options;
}

PyObject* multivariate_normal_body(generator_object& g, argument_slots a) {
  const ndarray mean = to_array(a[1]), cov = to_array(a[2]);
  const std::optional<shape_t> shape = size_argument(a[3]);
  bool invalid = false;
  const random::multivariate_normal_options options = normal_options(a, &invalid);
  const ref drawn(draw_rows(g, shape, 4 * mean.size(), [&](random::generator& r) {
    return r.multivariate_normal(mean, cov, shape, options);
  }));
  if (invalid &&
      PyErr_WarnEx(PyExc_RuntimeWarning, "covariance is not symmetric positive-semidefinite.", 1) < 0)
    throw refused{};
  return Py_NewRef(drawn.get());
}

// ---- integers ----
struct integer_limits {
  wide_integer least, most;
  explicit integer_limits(dtype type) {
    const int bits = type == dtype::bool_ ? 1 : 8 * itemsize(type);
    least = numloom::kind_of(type) == 'i' ? -(wide_integer(1) << (bits - 1)) : 0;
    most = least + (wide_integer(1) << bits) - 1;
  }
};

scalar bound_scalar(wide_integer value) {
  return value < 0 ? scalar(static_cast<std::int64_t>(value)) : scalar(static_cast<std::uint64_t>(value));
}

/// Python's own int and bool where these were asked for by name, as NumPy does; else a scalar of the dtype.
PyObject* integer_result(dtype type, PyObject* asked, const void* element) {
  if (asked == reinterpret_cast<PyObject*>(&PyLong_Type) ||
      asked == reinterpret_cast<PyObject*>(&PyBool_Type))
    return number_object(type, element);
  const device where = current_device();
  if (where == cpu) return wrap_element(type, element);
  ndarray host = empty({}, type, cpu);
  std::memcpy(host.data(access::write), element, static_cast<std::size_t>(itemsize(type)));
  ndarray there = to_device(host, where);
  there.set_scalar(true);
  return wrap(std::move(there));
}

PyObject* integers_of_arrays(generator_object& g, PyObject* low, PyObject* high, PyObject* size, dtype type,
                             bool endpoint) {
  const ndarray first = to_array(low), last = to_array(high);
  const auto is_whole = [](const ndarray& x) { return x.dtype() == dtype::bool_ || is_integer(x.dtype()); };
  if (!is_whole(first) || !is_whole(last) || (first.size() == 1 && last.size() == 1)) throw needs_host{};
  const std::optional<shape_t> shape = size_argument(size);
  const std::int64_t n = shape ? size_of(*shape) : std::max(first.size(), last.size());
  return wrap(draw_natively(g, n * 4, [&](random::generator& r) {
    return r.integers(first, last, shape, {.dtype = type, .endpoint = endpoint});
  }));
}

PyObject* integers_body(generator_object& g, argument_slots a) {
  const dtype type = is_missing(a[4]) ? dtype::int64 : to_dtype(a[4]);
  if (type != dtype::bool_ && !is_integer(type)) throw needs_host{};
  const bool endpoint = to_bool(a[5], false);
  const bool one_bound = is_missing(a[2]);
  const ref zero = checked(PyLong_FromLong(0));
  PyObject* const low = one_bound ? zero.get() : a[1];
  PyObject* const high = one_bound ? a[1] : a[2];
  const std::optional<wide_integer> first = integer_argument(low), bound = integer_argument(high);
  if (!first || !bound) return integers_of_arrays(g, low, high, a[3], type, endpoint);
  const wide_integer last = *bound - (endpoint ? 0 : 1);
  const integer_limits limits(type);
  if (*first < limits.least || last > limits.most || *first > last) throw needs_host{};
  const auto start = static_cast<std::uint64_t>(*first), range = static_cast<std::uint64_t>(last - *first);
  const std::optional<shape_t> shape = size_argument(a[3]);
  if (!shape) {
    std::uint64_t element = 0;
    {
      const drawing guard(g, 1);
      random::draw_integers(*g.source, type, &element, 1, start, range);
    }
    return integer_result(type, a[4], &element);
  }
  const std::int64_t n = size_of(*shape);
  if (uses_device(n))
    return wrap(draw_natively(g, n * 4, [&](random::generator& r) {
      return r.integers(bound_scalar(*first), bound_scalar(last), *shape, {.dtype = type, .endpoint = true});
    }));
  ndarray host = empty(*shape, type, cpu);
  void* const to = host.data(access::write);
  const drawing guard(g, n * 4);
  unlocked(n * 4, [&] { random::draw_integers(*g.source, type, to, n, start, range); });
  return wrap(to_device(host, current_device()));
}

PyObject* raw_body(generator_object& g, argument_slots a) {
  const shape_t shape = size_argument(a[1]).value_or(shape_t{});
  return wrap(
      draw_natively(g, size_of(shape) * 4, [&](random::generator& r) { return r.random_raw(shape); }));
}

PyObject* bytes_body(generator_object& g, argument_slots a) {
  const std::int64_t length = to_int(a[1], "length");
  if (length < 0) throw needs_host{};
  const std::int64_t n = (length - 1) / 4 + 1;  // NumPy draws one for length 0 too
  std::vector<std::uint32_t> words(static_cast<std::size_t>(n));
  if (n > short_array) {
    const ndarray drawn = draw_natively(g, n * 4, [&](random::generator& r) {
      return to_device(
          r.integers(scalar(0), scalar(std::int64_t{1} << 32), shape_t{n}, {.dtype = dtype::uint32}), cpu);
    });
    std::memcpy(words.data(), drawn.data(access::read), words.size() * 4);
  } else {
    const drawing guard(g, 1);
    random::draw_integers(*g.source, dtype::uint32, words.data(), n, 0, 0xffffffffu);
  }
  return PyBytes_FromStringAndSize(reinterpret_cast<const char*>(words.data()), length);
}

// ---- orders and samples ----
PyObject* permutation_body(generator_object& g, argument_slots a) {
  if (!is_array(a[1]) && PyIndex_Check(a[1])) {
    const std::int64_t n = to_int(a[1], "x");
    return wrap(draw_natively(g, n * 4, [&](random::generator& r) { return r.permutation(n); }));
  }
  const ndarray x = to_array(a[1]);
  if (x.ndim() == 0) throw needs_host{};
  const int axis = to_axis(a[2], 0);
  return wrap(draw_natively(g, x.size() * 4, [&](random::generator& r) { return r.permutation(x, axis); }));
}

PyObject* shuffle_body(generator_object& g, argument_slots a) {
  if (!is_array(a[1])) throw needs_host{};  // lists and NumPy's arrays are shuffled by NumPy
  const ndarray x = array_of(a[1]);
  if (x.ndim() == 0 || !x.writeable()) throw needs_host{};
  const int axis = to_axis(a[2], 0);
  draw_natively(g, x.size() * 4, [&](random::generator& r) { r.shuffle(x, axis); });
  Py_RETURN_NONE;
}

PyObject* permuted_body(generator_object& g, argument_slots a) {
  const ndarray x = to_array(a[1]);
  const std::optional<int> axis = to_optional_axis(a[2]);
  std::optional<ndarray> out;
  if (!is_missing(a[3])) {
    if (!is_array(a[3]) || array_of(a[3]).dtype() != x.dtype()) throw needs_host{};
    out = array_of(a[3]);
  }
  if (x.ndim() == 0 || (out && (out->shape() != x.shape() || !out->writeable()))) throw needs_host{};
  ndarray result =
      draw_natively(g, x.size() * 4, [&](random::generator& r) { return r.permuted(x, axis, out); });
  return wrap_or_out(std::move(result), out ? a[3] : nullptr);
}

PyObject* choice_body(generator_object& g, argument_slots a) {
  const std::optional<shape_t> size = size_argument(a[2]);
  const shape_t shape = size.value_or(shape_t{});
  random::choice_options options;
  options.replace = to_bool(a[3], true);
  options.shuffle = to_bool(a[6], true);
  if (!is_missing(a[4])) {
    options.p = to_array(a[4]);
    if (options.p->ndim() != 1) throw needs_host{};
  }
  const std::int64_t n = size_of(shape);
  if (!is_array(a[1]) && PyIndex_Check(a[1])) {
    const std::int64_t population = to_int(a[1], "a");
    ndarray indices =
        draw_natively(g, n * 4, [&](random::generator& r) { return r.choice(population, shape, options); });
    if (!size) return item_object(indices);
    indices.set_scalar(false);  // of size () an array, as NumPy's
    return wrap(std::move(indices));
  }
  const ndarray from = to_array(a[1]);
  if (from.ndim() == 0) throw needs_host{};
  options.axis = to_axis(a[5], 0);
  ndarray chosen =
      draw_natively(g, n * 4, [&](random::generator& r) { return r.choice(from, shape, options); });
  if (from.ndim() == 1) chosen.set_scalar(!size);
  return wrap(std::move(chosen));
}

// ---- the table ----
struct generator_row {
  const char* name;
  const char* signature;
  PyObject* (*body)(generator_object&, argument_slots);
  const char* doc;
};

constexpr generator_row random_method_rows[] = {
    {"random", "(self, size=None, dtype=float64, out=None)", random_body,
     "Uniform in [0, 1); float64 or float32."},
    {"standard_normal", "(self, size=None, dtype=float64, out=None)", standard_normal_body,
     "Normal with mean 0 and deviation 1; float64 or float32."},
    {"standard_exponential", "(self, size=None, dtype=float64, method='zig', out=None)",
     standard_exponential_body, "Exponential with mean 1; float64 or float32. Methods: 'zig' and 'inv'."},
    {"uniform", "(self, low=0.0, high=1.0, size=None)", uniform_body, "Uniform in [low, high)."},
    {"normal", "(self, loc=0.0, scale=1.0, size=None)", normal_body, "Normal with that mean and deviation."},
    {"exponential", "(self, scale=1.0, size=None)", exponential_body, "Exponential with that mean."},
    {"integers", "(self, low, high=None, size=None, dtype=int64, endpoint=False)", integers_body,
     "Uniform integers in [low, high), or [low, high] with endpoint; with one bound, from 0 to it."},
    {"bytes", "(self, length)", bytes_body, "Random bytes."},
    {"permutation", "(self, x, axis=0)", permutation_body,
     "The numbers below x in random order, or a copy of x with its slices along the axis in random order."},
    {"shuffle", "(self, x, axis=0)", shuffle_body,
     "Brings the slices of x along the axis into random order, in place."},
    {"permuted", "(self, x, axis=None, out=None)", permuted_body,
     "A copy of x in which each one-dimensional slice along the axis is shuffled on its own."},
    {"choice", "(self, a, size=None, replace=True, p=None, axis=0, shuffle=True)", choice_body,
     "A sample of the elements of a, or of the numbers below a."},
    {"lognormal", "(self, mean=0.0, sigma=1.0, size=None)", sampled_body<sampled::lognormal>,
     "exp of a normal number with that mean and deviation."},
    {"rayleigh", "(self, scale=1.0, size=None)", sampled_body<sampled::rayleigh>, "Rayleigh distributed."},
    {"pareto", "(self, a, size=None)", sampled_body<sampled::pareto>, "Pareto II (Lomax) with shape a."},
    {"weibull", "(self, a, size=None)", sampled_body<sampled::weibull>, "Weibull with shape a, scale 1."},
    {"power", "(self, a, size=None)", sampled_body<sampled::power>, "Density a x^(a-1) on [0, 1]."},
    {"laplace", "(self, loc=0.0, scale=1.0, size=None)", sampled_body<sampled::laplace>,
     "Laplace (double exponential)."},
    {"logistic", "(self, loc=0.0, scale=1.0, size=None)", sampled_body<sampled::logistic>, "Logistic."},
    {"gumbel", "(self, loc=0.0, scale=1.0, size=None)", sampled_body<sampled::gumbel>, "Gumbel."},
    {"triangular", "(self, left, mode, right, size=None)", sampled_body<sampled::triangular>,
     "Triangular on [left, right] with its peak at mode."},
    {"standard_gamma", "(self, shape, size=None, dtype=float64, out=None)", standard_gamma_body,
     "Gamma with that shape and scale 1; float64 or float32."},
    {"gamma", "(self, shape, scale=1.0, size=None)", sampled_body<sampled::gamma>,
     "Gamma with that shape and scale."},
    {"chisquare", "(self, df, size=None)", sampled_body<sampled::chisquare>,
     "Chi-square with df degrees of freedom."},
    {"beta", "(self, a, b, size=None)", sampled_body<sampled::beta>, "Beta."},
    {"f", "(self, dfnum, dfden, size=None)", sampled_body<sampled::f>, "F (Fisher and Snedecor)."},
    {"standard_t", "(self, df, size=None)", sampled_body<sampled::standard_t>,
     "Student's t with df degrees of freedom."},
    {"standard_cauchy", "(self, size=None)", sampled_body<sampled::standard_cauchy>, "Standard Cauchy."},
    {"wald", "(self, mean, scale, size=None)", sampled_body<sampled::wald>, "Wald (inverse Gaussian)."},
    {"vonmises", "(self, mu, kappa, size=None)", sampled_body<sampled::vonmises>,
     "Von Mises, angles in [-pi, pi]."},
    {"noncentral_chisquare", "(self, df, nonc, size=None)", sampled_body<sampled::noncentral_chisquare>,
     "Chi-square with noncentrality nonc."},
    {"noncentral_f", "(self, dfnum, dfden, nonc, size=None)", sampled_body<sampled::noncentral_f>,
     "F with noncentrality nonc."},
    {"binomial", "(self, n, p, size=None)", binomial_body,
     "Number of successes in n trials of probability p."},
    {"negative_binomial", "(self, n, p, size=None)", sampled_body<sampled::negative_binomial>,
     "Number of failures before the n-th success."},
    {"zipf", "(self, a, size=None)", sampled_body<sampled::zipf>, "Zipf with exponent a."},
    {"logseries", "(self, p, size=None)", sampled_body<sampled::logseries>, "Logarithmic series."},
    {"poisson", "(self, lam=1.0, size=None)", sampled_body<sampled::poisson>, "Poisson with mean lam."},
    {"geometric", "(self, p, size=None)", sampled_body<sampled::geometric>,
     "Number of trials up to the first success of probability p."},
    {"hypergeometric", "(self, ngood, nbad, nsample, size=None)", hypergeometric_body,
     "Number of good things among nsample that are taken from ngood good and nbad bad ones."},
    {"multinomial", "(self, n, pvals, size=None)", multinomial_body,
     "How often n experiments have each of the outcomes with the probabilities pvals[..., :]."},
    {"dirichlet", "(self, alpha, size=None)", dirichlet_body,
     "Shares that sum to 1, with concentrations alpha."},
    {"multivariate_hypergeometric", "(self, colors, nsample, size=None, method='marginals')",
     multivariate_hypergeometric_body,
     "How many things of each colour are among nsample that are taken from colors[i] of each."},
    {"multivariate_normal", "(self, mean, cov, size=None, check_valid='warn', tol=1e-08, *, method='svd')",
     multivariate_normal_body, "Normal vectors with that mean and covariance matrix."},
    {"_raw", "(self, size=None)", raw_body, "The next words as they are."},
};

/// The call again, by NumPy. `counted`: it is one that numloom does not have.
PyObject* call_host(PyObject* self, const char* name, bool counted, PyObject* const* args, Py_ssize_t count,
                    PyObject* keywords) {
  const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords) : 0;
  const ref method(PyObject_GetAttrString(self, "_call_host")), text(PyUnicode_FromString(name));
  if (!method || !text) return nullptr;
  std::vector<PyObject*> all = {text.get(), counted ? Py_True : Py_False};
  all.insert(all.end(), args, args + count + named);
  const numpy_drawing guard;
  return PyObject_Vectorcall(method.get(), all.data(), static_cast<std::size_t>(count) + 2, keywords);
}

template <std::size_t I>
PyObject* enter(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  static const signature parsed(random_method_rows[I].name, random_method_rows[I].signature);
  count = PyVectorcall_NARGS(static_cast<std::size_t>(count));
  PyObject* slots[signature::limit];
  if (!parsed.bind(self, args, count, keywords, slots)) return nullptr;
  bool counted = false;
  try {
    return random_method_rows[I].body(generator_of(self), slots);
  } catch (const needs_host&) {
    PyErr_Clear();
    counted = true;
  } catch (const refused&) {
    return nullptr;
  } catch (const std::bad_alloc&) {
    set_python_error();
    return nullptr;
  } catch (...) {  // NumPy finds the same fault, and says it in its own words
    set_python_error();
    PyErr_Clear();
  }
  return call_host(self, random_method_rows[I].name, counted, args, count, keywords);
}

template <std::size_t... I> void add(std::vector<PyMethodDef>& table, std::index_sequence<I...>) {
  const auto one = [&](const generator_row& row, auto entry) {
    const function_row described{row.name, row.signature, nullptr, row.doc};
    table.push_back({row.name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(entry)),
                     METH_FASTCALL | METH_KEYWORDS, documentation_of(described, true)});
  };
  (one(random_method_rows[I], &enter<I>), ...);
}

}  // namespace

void add_generator_methods(std::vector<PyMethodDef>& table) {
  add(table, std::make_index_sequence<std::size(random_method_rows)>{});
}

}  // namespace numloom::python
