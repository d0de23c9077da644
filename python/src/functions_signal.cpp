// SPDX-License-Identifier: BSD-3-Clause
// Sequences, windows, partitions.
#include "float_watch.hpp"
#include "function.hpp"
#include "numloom/signal.hpp"
#include "numloom/sorting.hpp"

namespace numloom::python {

namespace {

// NumPy's complex numbers lose their imaginary part beside real values; Python's are refused.
std::optional<scalar> to_edge(PyObject* o, bool may_be_complex) {
  if (is_missing(o)) return {};
  const ndarray a = to_array(o, cpu);
  if (a.size() != 1) raise(PyExc_TypeError, "[interp] left and right must be numbers");
  if (!may_be_complex && is_complex(a.dtype()) && (PyComplex_CheckExact(o) || is_array(o)))
    raise(PyExc_TypeError, "[interp] left and right must be real numbers, as fp is, not complex");
  return a.item();
}

// (x, xp, fp, left, right, period)
PyObject* interpolated(argument_slots s) {
  std::optional<double> period;
  if (!is_missing(s[5])) period = to_double(s[5], 0);
  if (period && *period == 0) raise(PyExc_ValueError, "period must be a non-zero value");
  const device d = device_among(s, 3);
  const ndarray x = to_array(s[0], d), xp = to_array(s[1], d), fp = to_array(s[2], d);
  const bool complex_edges = is_complex(fp.dtype()) || period;
  const auto left = to_edge(s[3], complex_edges), right = to_edge(s[4], complex_edges);
  for (const ndarray* a : {&x, &xp})
    if (!period && is_complex(a->dtype()))
      raise(PyExc_TypeError,
            "Cannot cast array data from dtype('complex128') to dtype('float64') according "
            "to the rule 'safe'");
  return wrap(unlocked(x.size() * 8, [&] { return interp(x, xp, fp, left, right, period); }));
}

overlap to_overlap(PyObject* o, overlap otherwise) {
  if (!o) return otherwise;
  if (PyUnicode_Check(o)) {
    const std::string_view name = to_text(o, "mode");
    if (name == "valid") return overlap::valid;
    if (name == "same") return overlap::same;
    if (name == "full") return overlap::full;
    raise(PyExc_ValueError, "mode must be one of 'valid', 'same', or 'full' (got '%U')", o);
  }
  switch (to_int(o, "mode")) {
    case 0: return overlap::valid;
    case 1: return overlap::same;
    case 2: return overlap::full;
    default: raise(PyExc_ValueError, "integer mode must be 0, 1, or 2");
  }
}

// (a, v, mode)
template <ndarray (*F)(const ndarray&, const ndarray&, overlap), overlap Otherwise>
PyObject* slid(argument_slots s) {
  const device d = device_among(s, 2);
  const ndarray a = to_array(s[0], d), v = to_array(s[1], d);
  const overlap mode = to_overlap(s[2], Otherwise);
  return wrap(unlocked(a.size() + v.size() * 64, [&] { return F(a, v, mode); }));
}

// ---- windows, functions of one variable ----

double to_real(PyObject* o) {
  if (is_python_number(o) && !PyComplex_Check(o)) return to_double(o, 0);
  const ndarray a = to_array(o, cpu);
  if (a.ndim() != 0 || is_complex(a.dtype())) raise(numpy.host_only, "expected a real number");
  return a.item().real();
}

// (M)
template <ndarray (*F)(double)> PyObject* window(argument_slots s) { return wrap(F(to_real(s[0]))); }
// (M, beta)
PyObject* kaiser_window(argument_slots s) { return wrap(kaiser(to_real(s[0]), to_real(s[1]))); }

// (x)
PyObject* cardinal_sine(argument_slots s) {
  const ndarray x = to_array(s[0]);
  const float_watch watch;
  ndarray made = unlocked(x.size() * 8, [&] { return sinc(x); });
  watch.report("sin", made);
  return wrap(std::move(made));
}
PyObject* bessel(argument_slots s) {
  const ndarray x = to_array(s[0]);
  const float_watch watch;
  ndarray made = unlocked(x.size() * 64, [&] { return i0(x); });
  float_errors::set(float_errors::get() & float_errors::overflow);  // others are of what is not taken
  watch.report("exp", made);
  return wrap(std::move(made));
}

// ---- order ----

std::vector<std::int64_t> to_ranks(PyObject* o) {
  const ndarray a = to_array(o, cpu);
  if (!is_integer(a.dtype()) && a.size() > 0) raise(PyExc_TypeError, "Partition index must be integer");
  if (a.ndim() > 1) raise(PyExc_ValueError, "kth array must have dimension <= 1");
  return a.size() ? a.to_vector<std::int64_t>() : std::vector<std::int64_t>();
}

std::optional<int> order_axis(PyObject* o) { return o ? to_optional_axis(o) : std::optional(-1); }

void check_kind(PyObject* kind, PyObject* fields) {
  if (kind && kind != Py_None && to_text(kind, "kind") != "introselect")
    raise(PyExc_ValueError, "select kind must be 'introselect' (got '%S')", kind);
  if (!is_missing(fields)) raise(PyExc_ValueError, "Cannot specify order when the array has no fields.");
}

// (a, kth, axis, kind, order)
template <ndarray (*F)(const ndarray&, const std::vector<std::int64_t>&, std::optional<int>)>
PyObject* parted(argument_slots s) {
  const ndarray a = to_array(s[0]);
  check_kind(s[3], s[4]);
  const auto kth = to_ranks(s[1]);
  const auto axis = order_axis(s[2]);
  return wrap(unlocked(a.size(), [&] { return F(a, kth, axis); }));
}
PyObject* partition_method(argument_slots s) {
  check_kind(s[3], s[4]);
  const ndarray a = array_of(s[0]);
  if (!a.writeable()) raise(PyExc_ValueError, "partition array is read-only");
  const auto kth = to_ranks(s[1]);
  const int axis = to_axis(s[2], -1);
  unlocked(a.size(), [&] {
    copyto(a, partition(a, kth, axis), casting::no);
    return 0;
  });
  Py_RETURN_NONE;
}

PyObject* sorted_complex(argument_slots s) {
  const ndarray a = to_array(s[0]);
  return wrap(unlocked(a.size() * 8, [&] { return sort_complex(a); }));
}

// (keys, axis)
PyObject* ordered_by_keys(argument_slots s) {
  std::vector<ndarray> keys;
  if (is_array(s[0]) || is_numpy_array(s[0])) {
    const ndarray all = to_array(s[0]);
    if (all.ndim() == 0) raise(PyExc_TypeError, "need sequence of keys with len > 0 in lexsort");
    for (std::int64_t k = 0; k < all.shape()[0]; ++k) {
      const std::int64_t stride = all.strides()[0];
      keys.push_back(all.view(shape_t(all.shape().begin() + 1, all.shape().end()),
                              dims(all.strides().begin() + 1, all.strides().end()), k * stride));
    }
  } else {
    keys = to_array_list(s[0]);
  }
  for (ndarray& key : keys) key = to_device(key, keys[0].device());
  const int axis = to_axis(s[1], -1);
  if (!keys.empty() && keys[0].ndim() == 0) normalize_axis(axis, 1, "lexsort");
  ndarray found = unlocked(keys.empty() ? 0 : keys[0].size() * 8, [&] { return lexsort(keys, axis); });
  found.set_scalar(found.ndim() == 0);
  return wrap(std::move(found));
}

constexpr const char* parting = "(a, kth, axis=-1, kind='introselect', order=None)";

constexpr function_row signal_rows[] = {
    {"interp", "(x, xp, fp, left=None, right=None, period=None)", interpolated,
     "The piecewise linear function through points, at x."},
    {"convolve", "(a, v, mode='full')", slid<convolve, overlap::full>,
     "Discrete convolution of two sequences."},
    {"correlate", "(a, v, mode='valid')", slid<correlate, overlap::valid>,
     "Cross-correlation of two sequences, the second conjugated."},
    {"bartlett", "(M)", window<bartlett>, "A triangular window that ends in zeros."},
    {"blackman", "(M)", window<blackman>, "A window of three cosine terms."},
    {"hamming", "(M)", window<hamming>, "A raised cosine that does not end in zeros."},
    {"hanning", "(M)", window<hanning>, "A raised cosine that ends in zeros."},
    {"kaiser", "(M, beta)", kaiser_window, "A window of the Bessel function i0, of shape beta."},
    {"sinc", "(x)", cardinal_sine, "sin(pi x) / (pi x), 1 at 0."},
    {"i0", "(x)", bessel, "Modified Bessel function of the first kind, order 0."},
    {"sort_complex", "(a)", sorted_complex, "A sorted copy as complex numbers."},
    {"partition", parting, parted<partition>,
     "A copy in which the elements of the given ranks are in their sorted places."},
    {"partition", parting, partition_method, "Partitions in place.", function_row::method_only},
    {"argpartition", parting, parted<argpartition>, "Positions that would partition the array.", both},
    {"lexsort", "(keys, axis=-1)", ordered_by_keys, "Positions that sort by several keys, the last first."},
};

}  // namespace

void add_signal_functions(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<signal_rows>(table, methods);
}

}  // namespace numloom::python
