// SPDX-License-Identifier: BSD-3-Clause
// New arrays: of a value, of a range, of other objects.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "float_watch.hpp"
#include "function.hpp"
#include "interop.hpp"
#include "numloom/creation.hpp"

namespace numloom::python {

namespace {

shape_t to_extents(PyObject* o) {
  shape_t shape = to_shape(o);
  for (const std::int64_t extent : shape)
    if (extent < 0) raise(PyExc_ValueError, "negative dimensions are not allowed");
  return shape;
}

// like=: the device of that array, where none is asked for.
std::optional<device> wanted_device(PyObject* device_argument, PyObject* like) {
  if (const auto wanted = to_device_argument(device_argument)) return wanted;
  if (like && is_array(like)) return array_of(like).device();
  return {};
}

// Of an array that has no example the order is C or F.
order to_plain_order(PyObject* o) {
  const order layout = to_order(o, order::C);
  if (layout != order::C && layout != order::F)
    raise(PyExc_ValueError, "only 'C' or 'F' order is permitted, got %R", o);
  return layout;
}

// (shape, dtype, order, *, device, like)
creation_options to_creation_options(argument_slots s) {
  creation_options options;
  options.dtype = to_optional_dtype(s[1]).value_or(dtype::float64);
  options.order = to_plain_order(s[2]);
  options.device = wanted_device(s[3], s[4]);
  return options;
}

// empty(n): no dtype, order or device is asked for.
bool is_length_alone(argument_slots s) { return PyLong_CheckExact(s[0]) && !s[1] && !s[2] && !s[3] && !s[4]; }

PyObject* make_empty(argument_slots s) {
  if (is_length_alone(s)) return wrap_made([&] { return empty(to_extents(s[0])); });
  const creation_options options = to_creation_options(s);
  return wrap(empty(to_extents(s[0]), *options.dtype, options.device, options.order));
}

template <ndarray (*F)(const shape_t&, const creation_options&)> PyObject* filled(argument_slots s) {
  const shape_t shape = to_extents(s[0]);
  if (is_length_alone(s))
    return wrap_made([&] { return unlocked(size_of(shape), [&] { return F(shape, {}); }); });
  const creation_options options = to_creation_options(s);
  return wrap(unlocked(size_of(shape), [&] { return F(shape, options); }));
}

// (shape, fill_value, dtype, order, *, device, like)
PyObject* make_full(argument_slots s) {
  creation_options options;
  const shape_t shape = to_extents(s[0]);
  options.dtype = to_optional_dtype(s[2]);
  options.order = to_plain_order(s[3]);
  options.device = wanted_device(s[4], s[5]);
  operand value;
  if (!value.load(s[1], options.device.value_or(device_among(s + 1, 1))))
    raise(numpy.host_only, "a fill value that is not a number");
  return wrap(unlocked(size_of(shape), [&] { return full(shape, value.like(), options); }));
}

// (a, dtype, order, subok, shape, *, device)
like_options to_like_options(argument_slots s) {
  like_options options;
  options.dtype = to_optional_dtype(s[1]);
  options.order = to_order(s[2], order::K);
  if (!is_missing(s[4])) options.shape = to_extents(s[4]);
  return options;
}

ndarray on_device(const ndarray& a, PyObject* wanted) {
  const auto d = to_device_argument(wanted);
  return d ? to_device(a, *d) : a;
}

// subok: of the prototype's class.
PyObject* wrap_as_asked(ndarray value, PyObject* prototype, PyObject* subok) {
  return to_bool(subok, true) ? wrap_like(std::move(value), prototype) : wrap(std::move(value));
}

PyObject* make_empty_like(argument_slots s) {
  const like_options options = to_like_options(s);
  return wrap_as_asked(
      on_device(empty_like(to_array(s[0]), options.dtype, options.order, options.shape), s[5]), s[0], s[3]);
}

template <ndarray (*F)(const ndarray&, const like_options&)> PyObject* filled_like(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const like_options options = to_like_options(s);
  return wrap_as_asked(on_device(unlocked(a.size(), [&] { return F(a, options); }), s[5]), s[0], s[3]);
}

// (a, fill_value, dtype, order, subok, shape, *, device)
PyObject* make_full_like(argument_slots s) {
  const ndarray a = to_array(s[0]);
  like_options options = to_like_options(s + 1);
  operand value;
  if (!value.load(s[1], a.device())) raise(numpy.host_only, "a fill value that is not a number");
  if (!options.dtype) options.dtype = a.dtype();
  return wrap_as_asked(
      on_device(unlocked(a.size(), [&] { return full_like(a, value.like(), options); }), s[6]), s[0], s[4]);
}

// A bound of arange or linspace, and the dtype it asks for where it has one.
scalar range_end(PyObject* o, std::optional<dtype>& common) {
  if (is_python_number(o)) return to_scalar(o);
  if (!is_array(o) && !is_numpy_scalar(o) && !is_numpy_array(o)) raise(numpy.host_only, "not a number");
  const ndarray a = to_array(o, cpu);
  if (a.ndim() != 0) raise(numpy.host_only, "an array for a bound");
  common = common ? promote_types(*common, a.dtype()) : a.dtype();
  return a.item();
}

// (start_or_stop, /, stop, step, dtype, *, device, like, start)
PyObject* make_arange(argument_slots s) {
  if (s[0] && s[6])
    raise(PyExc_TypeError, "argument for arange() given by name ('start') and position (position 0)");
  if (!s[0] && is_missing(s[1])) raise(PyExc_TypeError, "arange() requires stop to be specified.");
  PyObject* const start = s[6] ? s[6] : s[0];
  const bool one_bound = is_missing(s[1]) || !start;
  std::optional<dtype> common;
  const scalar first = one_bound ? scalar(0) : range_end(start, common);
  const scalar last = range_end(one_bound && start ? start : s[1], common);
  const scalar step = is_missing(s[2]) ? scalar(1) : range_end(s[2], common);
  creation_options options;
  options.dtype = to_optional_dtype(s[3]);
  options.device = wanted_device(s[4], s[5]);
  if (!options.dtype && common) {  // NumPy starts from int64 and takes Python's numbers at their own dtype
    common = promote_types(*common, dtype::int64);
    for (const scalar& n : {first, last, step}) common = promote_types(*common, n.default_dtype());
    options.dtype = common;
  }
  if (step.real() == 0 && step.imag() == 0) raise(PyExc_ZeroDivisionError, "division by zero");
  const double n = (last.real() - first.real()) / step.real();
  return wrap(unlocked(static_cast<std::int64_t>(std::clamp(n, 0.0, 1e12)),
                       [&] { return arange(first, last, step, options); }));
}

// The ends of a sequence, numbers or arrays.
struct sequence_ends {
  operand start, stop;
  explicit sequence_ends(argument_slots s) {
    const bool numbers = is_python_number(s[0]) && is_python_number(s[1]);
    const device d = numbers ? cpu : device_among(s, 2);
    if (!start.load(s[0], d) || !stop.load(s[1], d)) raise(numpy.host_only, "not a number");
  }
};

linspace_options to_linspace_options(PyObject* num, PyObject* endpoint, PyObject* dtype, PyObject* axis) {
  linspace_options options;
  options.num = to_int(num, "num", 50);
  options.endpoint = to_bool(endpoint, true);
  options.dtype = to_optional_dtype(dtype);
  options.axis = to_axis(axis, 0);
  return options;
}

// The distance of samples; NaN where there is none.
PyObject* distance_of_samples(const sequence_ends& ends, const linspace_options& options) {
  const std::int64_t gaps = options.endpoint ? options.num - 1 : options.num;
  const array_like both[] = {ends.stop.like(), ends.start.like()};
  const dtype common = result_type(both);
  if (gaps <= 0) return PyFloat_FromDouble(std::nan(""));
  const ufunc_options exactly{.dtype = is_inexact(common) ? common : dtype::float64};
  ndarray step = call(ufunc::divide, call(ufunc::subtract, both, exactly), gaps);
  step.set_scalar(step.ndim() == 0);
  return wrap(std::move(step));
}

// (start, stop, num, endpoint, retstep, dtype, axis, *, device)
PyObject* make_linspace(argument_slots s) {
  const sequence_ends ends(s);
  linspace_options options = to_linspace_options(s[2], s[3], s[5], s[6]);
  options.device = to_device_argument(s[7]);
  const float_watch watch(ends.start.array() || ends.stop.array());
  ndarray made =
      unlocked(options.num, [&] { return linspace(ends.start.like(), ends.stop.like(), options); });
  watch.report("subtract", made);
  if (!to_bool(s[4], false)) return wrap(std::move(made));
  const ref samples = checked(wrap(std::move(made)));
  return PyTuple_Pack(2, samples.get(), checked(distance_of_samples(ends, options)).get());
}

// (start, stop, num, endpoint, base, dtype, axis)
PyObject* make_logspace(argument_slots s) {
  PyObject* operands[] = {s[0], s[1], s[4] ? s[4] : Py_None};
  const sequence_ends ends(s);
  operand base;
  if (s[4] && !base.load(s[4], device_among(operands, 3))) raise(numpy.host_only, "a base of another kind");
  const linspace_options options = to_linspace_options(s[2], s[3], s[5], s[6]);
  const float_watch watch;
  ndarray made = unlocked(options.num, [&] {
    return logspace(ends.start.like(), ends.stop.like(), options, s[4] ? base.like() : array_like(10.0));
  });
  watch.report("power", made);
  return wrap(std::move(made));
}

// (start, stop, num, endpoint, dtype, axis)
PyObject* make_geomspace(argument_slots s) {
  const sequence_ends ends(s);
  const linspace_options options = to_linspace_options(s[2], s[3], s[4], s[5]);
  return wrap(unlocked(options.num, [&] { return geomspace(ends.start.like(), ends.stop.like(), options); }));
}

// (N, M, k, dtype, order, *, device, like)
PyObject* make_eye(argument_slots s) {
  creation_options options;
  const std::int64_t n = to_int(s[0], "N");
  const std::int64_t m = is_missing(s[1]) ? n : to_int(s[1], "M");
  options.dtype = to_optional_dtype(s[3]).value_or(dtype::float64);
  options.order = to_order(s[4], order::C);
  options.device = wanted_device(s[5], s[6]);
  if (n < 0 || m < 0) raise(PyExc_ValueError, "negative dimensions are not allowed");
  return wrap(eye(n, m, to_offset(s[2]), options));
}

// (n, dtype, *, device, like)
PyObject* make_identity(argument_slots s) {
  creation_options options;
  options.dtype = to_optional_dtype(s[1]).value_or(dtype::float64);
  options.device = wanted_device(s[2], s[3]);
  return wrap(identity(to_int(s[0], "n"), options));
}

// ---- diagonals and powers ----

// (v, k)
PyObject* make_diag(argument_slots s) {
  const ndarray v = to_array(s[0]);
  ndarray made = diag(v, to_int(s[1], "k", 0));
  if (v.ndim() == 2) made.set_writeable(false);
  return wrap_view(std::move(made), s[0]);
}
PyObject* make_diagflat(argument_slots s) { return wrap(diagflat(to_array(s[0]), to_int(s[1], "k", 0))); }

// (N, M, k, dtype, *, like)
PyObject* make_tri(argument_slots s) {
  for (int i = 0; i < 2; ++i)
    if (!is_missing(s[i]) && !PyIndex_Check(s[i])) raise(numpy.host_only, "an extent that is no integer");
  const std::int64_t n = std::max<std::int64_t>(to_int(s[0], "N"), 0);
  const std::int64_t m = is_missing(s[1]) ? n : std::max<std::int64_t>(to_int(s[1], "M"), 0);
  return wrap(tri(n, m, to_offset(s[2]), to_optional_dtype(s[3]).value_or(dtype::float64)));
}

// (x, N, increasing)
PyObject* make_vander(argument_slots s) {
  const ndarray x = to_array(s[0]);
  std::optional<std::int64_t> columns;
  if (!is_missing(s[1])) columns = to_int(s[1], "N");
  if (columns && *columns < 0) raise(PyExc_ValueError, "negative dimensions are not allowed");
  const bool increasing = to_bool(s[2], false);
  const float_watch watch(is_inexact(x.dtype()));
  ndarray made =
      unlocked(x.size() * columns.value_or(x.size()), [&] { return vander(x, columns, increasing); });
  watch.report("multiply", made);
  return wrap(std::move(made));
}

// (*xi, copy, sparse, indexing)
PyObject* make_meshgrid(argument_slots s) {
  const auto kind = s[3] ? to_text(s[3], "indexing") : std::string_view("xy");
  if (kind != "xy" && kind != "ij") raise(PyExc_ValueError, "Valid values for `indexing` are 'xy' and 'ij'.");
  const std::vector<ndarray> axes = to_array_list(s[0]);
  return wrap_tuple(
      meshgrid(axes, kind == "xy" ? indexing::xy : indexing::ij, to_bool(s[2], false), to_bool(s[1], true)));
}

// ---- from objects ----

// NumPy reads nested sequences (and whatever else), with the dtype asked for.
ndarray read_with_numpy(PyObject* o, std::optional<dtype> type) {
  const ref args = checked(PyTuple_Pack(1, readable_by_numpy(o).get()));
  ref keywords;
  if (type) keywords = checked(Py_BuildValue("{s:O}", "dtype", dtype_object(*type)));
  const ref host = checked(PyObject_Call(numpy.array, args.get(), keywords.get()));
  return from_numpy(host.get(), cpu);
}

struct array_request {
  std::optional<numloom::dtype> dtype;
  std::optional<numloom::device> device;
  numloom::order order;
  std::optional<bool> copy;
  int minimum_dims = 0;
};

// (ndmin, ndmax)
int to_minimum_dims(PyObject* least, PyObject* most) {
  const std::int64_t minimum = to_int(least, "ndmin", 0), maximum = to_int(most, "ndmax", max_dims);
  if (maximum < 0 || maximum > max_dims)
    raise(PyExc_ValueError, "ndmax must be in the range [0, NPY_MAXDIMS (%d)] ", max_dims);
  if (minimum > max_dims)
    raise(PyExc_ValueError, "ndmin bigger than allowable number of dimensions NPY_MAXDIMS (=%d)", max_dims);
  if (minimum > maximum)
    raise(PyExc_ValueError, "ndmin must be <= ndmax (%lld)", static_cast<long long>(maximum));
  return static_cast<int>(std::max<std::int64_t>(minimum, 0));
}

void check_maximum_dims(const ndarray& a, PyObject* most) {
  if (most && a.ndim() > to_int(most, "ndmax"))
    raise(PyExc_ValueError,
          "setting an array element with a sequence. The requested array would exceed the maximum number of "
          "dimension of %lld.",
          static_cast<long long>(to_int(most, "ndmax")));
}

// Any layout is that of A and K.
bool has_order(const ndarray& a, order wanted) {
  if (wanted == order::C) return a.is_c_contiguous();
  if (wanted == order::F) return a.is_f_contiguous();
  return true;
}

[[noreturn]] void fail_needs_copy() {
  raise(PyExc_ValueError,
        "Unable to avoid copy while creating an array as requested. If using `np.array(obj, copy=False)` "
        "replace "
        "it with `np.asarray(obj)` to allow a copy when needed (no behavior change in NumPy 1.x). For more "
        "details, see https://numpy.org/devdocs/numpy_2_0_migration_guide.html#adapting-to-changes-in-the-"
        "copy-keyword.");
}

// Objects that show their bytes: arrays are made over these, as NumPy's asarray does.
bool shows_bytes(PyObject* o) {
  if (is_numpy_scalar(o) || PyUnicode_Check(o) || PyBytes_CheckExact(o)) return false;
  return PyObject_CheckBuffer(o) || PyObject_HasAttrString(o, "__array_interface__");
}

// The order of an array that is made anew: lists have none to keep, and A asks for NumPy's own array's.
order order_for(PyObject* o, order wanted, bool is_uploaded) {
  if (PyList_Check(o) || PyTuple_Check(o)) return wanted == order::F ? order::F : order::C;
  if (wanted != order::A || !is_uploaded) return wanted;
  const ref flags = checked(PyObject_GetAttrString(o, "flags"));
  return PyObject_IsTrue(checked(PyObject_GetAttrString(flags.get(), "fnc")).get()) ? order::F : order::C;
}

// The array asked for; `shares` tells whether it is over the object's own bytes.
ndarray make_array(PyObject* o, const array_request& r, bool& shares) {
  const bool is_ours = is_array(o);
  if (r.copy == false && (is_python_number(o) || is_numpy_scalar(o) || PyList_Check(o) || PyTuple_Check(o)))
    fail_needs_copy();
  bool is_over_bytes = false;
  ndarray a;
  bool is_new = false;
  if (is_ours || is_numpy_array(o)) {
    a = is_ours ? array_of(o) : from_numpy(o, cpu);
  } else if (auto numbers = read_numbers(o, r.dtype)) {
    a = std::move(*numbers);
    is_new = true;
  } else if ((PyList_Check(o) || PyTuple_Check(o)) && r.dtype) {
    a = holds_device_array(o) ? to_array(o, r.device) : read_with_numpy(o, r.dtype);
  } else if (is_python_number(o) && r.dtype) {
    a = read_with_numpy(o, r.dtype);
  } else if (r.device.value_or(current_device()).is_cpu() && shows_bytes(o)) {
    static PyObject* const asarray = imported("numpy", "asarray");
    a = from_numpy(checked(PyObject_CallOneArg(asarray, o)).get(), cpu);
    is_over_bytes = true;
  } else {
    a = to_array(o, r.device.value_or(device_among(&o, 1)));
  }
  const ndarray source = a;
  const device where = r.device ? *r.device : is_ours ? a.device() : current_device();
  const order wanted = order_for(o, r.order, is_numpy_array(o) && !where.is_cpu());
  if (r.dtype && *r.dtype != a.dtype()) {
    const float_watch watch(may_err(a.dtype(), *r.dtype));
    a = unlocked(a.size(), [&] { return astype(a, *r.dtype, wanted); });
    watch.report("cast", a);
  }
  if (a.device() != where) a = to_device(a, where);
  const order layout = wanted == order::A && !a.is_f_contiguous() ? order::C : wanted;
  const bool is_fresh = is_new || a.bytes() != source.bytes();
  if (!has_order(a, wanted) || (r.copy == true && !is_fresh) || (!is_ours && source.is_scalar()))
    a = unlocked(a.size(), [&] { return copy(a, layout); });
  shares = a.bytes() == source.bytes() &&
           (is_ours || is_over_bytes || is_numpy_array(o) || PyObject_CheckBuffer(o));
  if (r.copy == false && (!shares || a.is_scalar())) fail_needs_copy();
  if (a.is_scalar()) {
    a = copy(a);
    shares = false;
  }
  if (a.ndim() < r.minimum_dims) {
    shape_t shape(r.minimum_dims - a.ndim(), 1);
    shape.append(a.shape().begin(), a.shape().end());
    a = reshape(a, shape);
  }
  return a;
}

// What the object's `__array__` gives. It is told of a copy that is asked for, or forbidden, and then
// `copied`; NumPy 2 warns of a method that cannot be told.
ref call_array_method(PyObject* o, std::optional<dtype> type, std::optional<bool> copy, bool& copied) {
  copied = false;
  const ref method = checked(PyObject_GetAttrString(o, "__array__"));
  const ref arguments = checked(type ? PyTuple_Pack(1, dtype_object(*type)) : PyTuple_New(0));
  if (!copy) return checked(PyObject_CallObject(method.get(), arguments.get()));
  const ref keywords = checked(Py_BuildValue("{s:O}", "copy", *copy ? Py_True : Py_False));
  ref given(PyObject_Call(method.get(), arguments.get(), keywords.get()));
  copied = static_cast<bool>(given);
  if (given) return given;
  PyObject *kind, *value, *trace;
  PyErr_Fetch(&kind, &value, &trace);
  const ref text(value ? PyObject_Str(value) : nullptr);
  const char* words = text ? PyUnicode_AsUTF8(text.get()) : nullptr;
  if (!words || !std::strstr(words, "unexpected keyword argument 'copy'")) {
    PyErr_Restore(kind, value, trace);
    throw python_error{};
  }
  Py_XDECREF(kind);
  Py_XDECREF(value);
  Py_XDECREF(trace);
  checked(PyErr_WarnFormat(
      PyExc_DeprecationWarning, 1,
      "__array__ implementation doesn't accept a copy keyword, so passing copy=%s failed. __array__ must "
      "implement 'dtype' and 'copy' keyword arguments. To learn more, see the migration guide "
      "https://numpy.org/devdocs/numpy_2_0_migration_guide.html#adapting-to-changes-in-the-copy-keyword",
      *copy ? "True" : "False"));
  if (!*copy) fail_needs_copy();
  return checked(PyObject_CallObject(method.get(), arguments.get()));
}

PyObject* wrap_requested(PyObject* o, const array_request& r) {
  if (has_array_method(o)) {
    bool copied = false;
    const ref given = call_array_method(o, r.dtype, r.copy, copied);
    if (!is_array(given.get()) && !is_numpy_array(given.get()))
      raise(PyExc_ValueError, "object __array__ method not producing an array");
    array_request rest = r;
    if (copied) rest.copy = {};
    return wrap_requested(given.get(), rest);
  }
  bool shares = false;
  ndarray a = make_array(o, r, shares);
  if (shares && is_array(o) && is_same_view(a, array_of(o))) return Py_NewRef(o);
  PyObject* made = wrap_view(std::move(a), is_array(o) ? o : nullptr);
  if (shares && !is_array(o)) reinterpret_cast<array_object*>(made)->base = Py_NewRef(o);
  return made;
}

std::optional<bool> to_copy(PyObject* o, std::optional<bool> otherwise) {
  if (!o) return otherwise;
  return to_optional_bool(o);
}

// (object, dtype, *, copy, order, subok, ndmin, ndmax, like, device)
PyObject* array(argument_slots s) {
  const ref made = checked(wrap_requested(s[0], {.dtype = to_optional_dtype(s[1]),
                                                 .device = wanted_device(s[8], s[7]),
                                                 .order = to_order(s[3], order::K),
                                                 .copy = to_copy(s[2], true),
                                                 .minimum_dims = to_minimum_dims(s[5], s[6])}));
  if (s[6]) check_maximum_dims(array_of(made.get()), s[6]);
  return Py_NewRef(made.get());
}

// (a, dtype, order, *, device, copy, like)
PyObject* as_array(argument_slots s) {
  if (is_exact_array(s[0]) && !s[1] && !s[2] && !s[3] && !s[4] && !array_of(s[0]).is_scalar())
    return Py_NewRef(s[0]);
  return wrap_requested(s[0], {.dtype = to_optional_dtype(s[1]),
                               .device = wanted_device(s[3], s[5]),
                               .order = to_order(s[2], order::K),
                               .copy = to_copy(s[4], {})});
}

// (a, dtype, *, like)
template <order Layout> PyObject* as_contiguous(argument_slots s) {
  return wrap_requested(
      s[0], {.dtype = to_optional_dtype(s[1]), .device = {}, .order = Layout, .copy = {}, .minimum_dims = 1});
}

// (a, order, subok)
PyObject* copy_of_any(argument_slots s) {
  const ndarray a = to_array(s[0]);
  ndarray fresh = unlocked(a.size(), [&] { return copy(a, to_order(s[1], order::K)); });
  fresh.set_scalar(false);
  return wrap(std::move(fresh));
}

// (x, /, *, device, copy)
PyObject* dlpack_import(argument_slots s) {
  return wrap(from_dlpack(s[0], to_device_argument(s[1]), to_copy(s[2], {})));
}

constexpr const char* by_shape = "(shape, dtype=None, order='C', *, device=None, like=None)";
constexpr const char* by_example = "(a, dtype=None, order='K', subok=True, shape=None, *, device=None)";

// (m, k)
template <ndarray (*F)(const ndarray&, std::int64_t)> PyObject* triangle(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const std::int64_t k = to_offset(s[1]);
  return wrap(unlocked(a.size(), [&] { return F(a, k); }));
}

constexpr function_row creation_rows[] = {
    {"empty", by_shape, make_empty, "A new array whose elements are not set."},
    {"zeros", by_shape, filled<zeros>, "A new array of zeros."},
    {"ones", by_shape, filled<ones>, "A new array of ones."},
    {"full", "(shape, fill_value, dtype=None, order='C', *, device=None, like=None)", make_full,
     "A new array filled with a value (or an array that broadcasts)."},
    {"empty_like", "(prototype, dtype=None, order='K', subok=True, shape=None, *, device=None)",
     make_empty_like, "A new array whose elements are not set, with another's shape, dtype and device."},
    {"zeros_like", by_example, filled_like<zeros_like>,
     "Zeros with another array's shape, dtype and device."},
    {"ones_like", by_example, filled_like<ones_like>, "Ones with another array's shape, dtype and device."},
    {"full_like", "(a, fill_value, dtype=None, order='K', subok=True, shape=None, *, device=None)",
     make_full_like, "A filled array with another's shape, dtype and device."},
    {"arange",
     "(start_or_stop=None, /, stop=None, step=None, dtype=None, *, device=None, like=None, start=None)",
     make_arange, "start, start + step, ... below stop. With one argument: from 0 to it."},
    {"linspace", "(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None)",
     make_linspace, "Evenly spaced numbers over an interval."},
    {"logspace", "(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0)", make_logspace,
     "Numbers whose logarithms are evenly spaced: base to the power of linspace(start, stop)."},
    {"geomspace", "(start, stop, num=50, endpoint=True, dtype=None, axis=0)", make_geomspace,
     "Numbers of which each is a constant multiple of the one before. Raises ValueError for an end of zero."},
    {"diag", "(v, k=0)", make_diag,
     "The k-th diagonal of a matrix (a read-only view), or a matrix with that vector on its k-th diagonal."},
    {"diagflat", "(v, k=0)", make_diagflat, "A matrix with the flattened input on its k-th diagonal."},
    {"tri", "(N, M=None, k=0, dtype=float, *, like=None)", make_tri,
     "Ones at and below the k-th diagonal, zeros above."},
    {"vander", "(x, N=None, increasing=False)", make_vander,
     "The powers of a vector as columns, the highest first; as many as it is long unless N says otherwise."},
    {"eye", "(N, M=None, k=0, dtype=None, order='C', *, device=None, like=None)", make_eye,
     "Ones on the k-th diagonal, zeros elsewhere."},
    {"identity", "(n, dtype=None, *, device=None, like=None)", make_identity, "The square identity matrix."},
    {"meshgrid", "(*xi, copy=True, sparse=False, indexing='xy')", make_meshgrid,
     "Coordinate matrices from coordinate vectors, as a tuple."},
    {"array",
     "(object, dtype=None, *, copy=True, order='K', subok=False, ndmin=0, ndmax=0, like=None, device=None, "
     "blocking=False)",
     array,
     "A new array of a number, a nested sequence or another array. (`blocking` is CuPy's, and changes"
     " nothing.)"},
    {"asarray", "(a, dtype=None, order=None, *, device=None, copy=None, like=None, blocking=False)", as_array,
     "The object as an array; itself, or over its memory, where no copy is needed."},
    {"asanyarray", "(a, dtype=None, order=None, *, device=None, copy=None, like=None, blocking=False)",
     as_array, "The object as an array; subclasses pass."},
    {"ascontiguousarray", "(a, dtype=None, *, like=None)", as_contiguous<order::C>,
     "The object as a C-contiguous array of one dimension or more."},
    {"asfortranarray", "(a, dtype=None, *, like=None)", as_contiguous<order::F>,
     "The object as a Fortran-contiguous array."},
    {"copy", "(a, order='K', subok=False)", copy_of_any, "A copy on the same device."},
    {"tril", "(m, k=0)", triangle<tril>, "The lower triangle; zeros above the k-th diagonal."},
    {"triu", "(m, k=0)", triangle<triu>, "The upper triangle; zeros below the k-th diagonal."},
    {"from_dlpack", "(x, /, *, device=None, copy=None)", dlpack_import,
     "An array over the memory of another library's array, by the DLPack protocol."},
};

}  // namespace

void add_creation_functions(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<creation_rows>(table, methods);
}

}  // namespace numloom::python
