// SPDX-License-Identifier: BSD-3-Clause
// Counting: equal values, values between edges.
#include "numloom/histogram.hpp"

#include <string>

#include "function.hpp"
#include "numloom/indexing.hpp"
#include "numloom/reductions.hpp"

namespace numloom::python {

namespace {

// (x, /, weights, minlength)
PyObject* counted(argument_slots s) {
  if (s[2] == Py_None) raise(PyExc_TypeError, "use 0 instead of None for minlength");
  const ndarray given = to_array(s[0]);
  const bool listed = !is_array(s[0]) && !is_numpy_array(s[0]);
  if (listed && is_floating(given.dtype()) && given.size() > 0)
    checked(
        PyErr_WarnEx(PyExc_DeprecationWarning,
                     "Non-integer input passed to bincount. In a future version of NumPy, this will be an "
                     "error. (Deprecated NumPy 2.1)",
                     1));
  const ndarray x = listed && !is_complex(given.dtype()) ? astype(given, dtype::int64) : given;
  std::optional<ndarray> weights;
  if (!is_missing(s[1])) weights = to_array(s[1], x.device());
  const std::int64_t minlength = s[2] ? to_int(s[2], "minlength") : 0;
  return wrap(unlocked(x.size(), [&] { return bincount(x, weights, minlength); }));
}

// (x, bins, right)
PyObject* binned(argument_slots s) {
  const device d = device_among(s, 2);
  const ndarray x = to_array(s[0], d), bins = to_array(s[1], d);
  const bool right = to_bool(s[2], false);
  if (is_complex(x.dtype()) || is_complex(bins.dtype())) raise(PyExc_TypeError, "x may not be complex");
  ndarray found = unlocked(x.size() * 8, [&] { return digitize(x, bins, right); });
  found.set_scalar(x.ndim() == 0);
  return wrap(std::move(found));
}

// ---- histograms ----

bound to_bound(PyObject* o) {
  if (is_python_number(o)) return bound(to_scalar(o));
  const ndarray a = to_array(o, cpu);
  return {a.item(), a.dtype()};
}

// None, or two numbers.
std::optional<bin_range> to_range(PyObject* o) {
  if (is_missing(o)) return {};
  const ref ends = checked(PySequence_Tuple(o));
  if (PyTuple_GET_SIZE(ends.get()) != 2)
    raise(PyExc_ValueError, "range must be a sequence of two numbers, got %zd", PyTuple_GET_SIZE(ends.get()));
  return bin_range{to_bound(PyTuple_GET_ITEM(ends.get(), 0)), to_bound(PyTuple_GET_ITEM(ends.get(), 1))};
}

// An integer or a single integer in an array, which says how many bins.
bool is_single(PyObject* o) {
  if (is_python_number(o) || is_numpy_scalar(o)) return true;
  if (is_array(o)) return array_of(o).ndim() == 0;
  if (PyList_Check(o) || PyTuple_Check(o)) return false;
  return is_numpy_array(o) ? to_array(o, cpu).ndim() == 0 : !PySequence_Check(o);
}

std::int64_t to_count(PyObject* o, const char* what) {
  const ref index(PyNumber_Index(o));
  if (!index) {
    PyErr_Clear();
    raise(PyExc_TypeError, "%s", what);
  }
  return to_int(index.get(), "bins");
}

struct histogram_arguments {
  ndarray a, edges;
  std::optional<ndarray> weights;
};

// (a, bins, range, weights)
histogram_arguments to_histogram(PyObject* array, PyObject* bins, PyObject* range, PyObject* weights) {
  histogram_arguments h;
  h.a = to_array(array);
  if (h.a.dtype() == dtype::bool_)
    warn(PyExc_RuntimeWarning, "Converting input from bool to <class 'numpy.uint8'> for compatibility.");
  if (!is_missing(weights)) h.weights = to_array(weights, h.a.device());
  if (h.weights && h.weights->shape() != h.a.shape())
    raise(PyExc_ValueError, "weights should have the same shape as a.");
  if (is_complex(h.a.dtype())) raise(numpy.host_only, "a histogram of complex numbers");
  if (bins && PyUnicode_Check(bins)) {
    if (h.weights)
      raise(PyExc_TypeError, "Automated estimation of the number of bins is not supported for weighted data");
    const std::string_view rule = to_text(bins, "bins");
    const auto ends = to_range(range);
    bool at_limit = false;
    h.edges = unlocked(h.a.size(), [&] { return histogram_bin_edges(h.a, rule, ends, &at_limit); });
    if (at_limit) warn(PyExc_RuntimeWarning, "The number of bins estimated may be suboptimal.");
  } else if (!bins || is_single(bins)) {
    const std::int64_t count = bins ? to_count(bins, "`bins` must be an integer, a string, or an array") : 10;
    const auto ends = to_range(range);
    h.edges = unlocked(h.a.size(), [&] { return histogram_bin_edges(h.a, count, ends); });
  } else {
    h.edges = to_array(bins, h.a.device());
    if (h.edges.ndim() != 1) raise(PyExc_ValueError, "`bins` must be 1d, when an array");
  }
  return h;
}

// (a, bins, range, density, weights)
PyObject* histogram_of(argument_slots s) {
  const histogram_arguments h = to_histogram(s[0], s[1], s[2], s[4]);
  const histogram_options options{.density = to_bool(s[3], false), .weights = h.weights};
  ndarray counts = unlocked(h.a.size() * 8, [&] { return histogram(h.a, h.edges, options).first; });
  return wrap_tuple({std::move(counts), h.edges});
}

// (a, bins, range, weights)
PyObject* edges_of(argument_slots s) {
  const histogram_arguments h = to_histogram(s[0], s[1], s[2], s[3]);
  if (s[1] && !PyUnicode_Check(s[1]) && !is_single(s[1])) {
    const index_item before[] = {slice{.stop = -1}}, after[] = {slice{.start = 1}};
    const ndarray descends = call(ufunc::greater, get_item(h.edges, before), get_item(h.edges, after));
    if (any(descends).item<bool>())
      raise(PyExc_ValueError, "`bins` must increase monotonically, when an array");
  }
  return wrap(h.edges);
}

// ---- several dimensions ----

// One entry of bins=: a number of bins, or edges.
bin_edges to_bin_edges(PyObject* o, Py_ssize_t axis, device where) {
  if (!is_single(o)) return to_array(o, where);
  const ref one = checked(PyLong_FromLong(1));
  if (checked(PyObject_RichCompareBool(o, one.get(), Py_LT)))
    raise(PyExc_ValueError, "`bins[%zd]` must be positive, when an integer", axis);
  const std::string what = "`bins[" + std::to_string(axis) + "]` must be an integer, when a scalar";
  return to_count(o, what.c_str());
}

std::vector<bin_edges> to_bins(PyObject* o, Py_ssize_t columns, device where) {
  std::vector<bin_edges> bins;
  if (!o) return std::vector<bin_edges>(static_cast<std::size_t>(columns), std::int64_t{10});
  if (is_single(o)) {
    for (Py_ssize_t k = 0; k < columns; ++k) bins.push_back(to_bin_edges(o, k, where));
    return bins;
  }
  const ref items = checked(PySequence_Tuple(o));
  if (PyTuple_GET_SIZE(items.get()) != columns)
    raise(PyExc_ValueError, "The dimension of bins must be equal to the dimension of the sample x.");
  for (Py_ssize_t k = 0; k < columns; ++k)
    bins.push_back(to_bin_edges(PyTuple_GET_ITEM(items.get(), k), k, where));
  return bins;
}

std::vector<std::optional<bin_range>> to_ranges(PyObject* o, Py_ssize_t columns) {
  std::vector<std::optional<bin_range>> ranges;
  if (is_missing(o)) return ranges;
  const ref items = checked(PySequence_Tuple(o));
  if (PyTuple_GET_SIZE(items.get()) != columns)
    raise(PyExc_ValueError, "range argument must have one entry per dimension");
  for (Py_ssize_t k = 0; k < columns; ++k) ranges.push_back(to_range(PyTuple_GET_ITEM(items.get(), k)));
  return ranges;
}

// A matrix of points, or a list of the vectors of their coordinates.
ndarray to_sample(PyObject* o) {
  if ((PyList_Check(o) || PyTuple_Check(o)) && PySequence_Size(o) > 0) {
    const std::vector<ndarray> columns = to_array_list(o);
    bool has_vectors = false;
    for (const ndarray& c : columns) has_vectors |= c.ndim() > 0;
    if (has_vectors) return stack(columns, {.axis = 1});
  }
  const ndarray sample = to_array(o);
  return sample.ndim() < 2 ? reshape(sample, {-1, 1}) : sample;
}

histogramdd_result count_points(const ndarray& sample, PyObject* bins, PyObject* range, PyObject* density,
                                PyObject* weights) {
  if (is_complex(sample.dtype())) raise(numpy.host_only, "a histogram of complex numbers");
  if (sample.ndim() != 2) raise(PyExc_ValueError, "too many values to unpack (expected 2)");
  const Py_ssize_t columns = sample.shape(1);
  const std::vector<bin_edges> grid = to_bins(bins, columns, sample.device());
  histogramdd_options options;
  options.ranges = to_ranges(range, columns);
  options.density = to_bool(density, false);
  if (!is_missing(weights)) options.weights = to_array(weights, sample.device());
  histogramdd_result found = unlocked(sample.size() * 8, [&] { return histogramdd(sample, grid, options); });
  found.counts.set_scalar(false);
  return found;
}

// (sample, bins, range, density, weights)
PyObject* points_counted(argument_slots s) {
  const histogramdd_result found = count_points(to_sample(s[0]), s[1], s[2], s[3], s[4]);
  const ref counts = checked(wrap(found.counts)), edges = checked(wrap_list(found.edges));
  return PyTuple_Pack(2, counts.get(), edges.get());
}

// Where bins= of histogram2d is one sequence of edges, it is that of both axes.
ref bins_of_plane(PyObject* bins, device where) {
  const Py_ssize_t n = bins && !is_single(bins) ? PyObject_Size(bins) : 1;
  checked(static_cast<int>(n));
  if (n == 1 || n == 2) return bins ? ref::borrowed(bins) : ref();
  const ref edges = checked(wrap(to_array(bins, where)));
  return checked(PyTuple_Pack(2, edges.get(), edges.get()));
}

// (x, y, bins, range, density, weights)
PyObject* plane_counted(argument_slots s) {
  const device d = device_among(s, 2);
  const ndarray x = to_array(s[0], d), y = to_array(s[1], d);
  if (x.ndim() == 0 || y.ndim() == 0) raise(PyExc_TypeError, "len() of unsized object");
  if (x.shape()[0] != y.shape()[0]) raise(PyExc_ValueError, "x and y must have the same length.");
  const ref bins = bins_of_plane(s[2], d);
  const histogramdd_result found = count_points(stack({x, y}, {.axis = 1}), bins.get(), s[3], s[4], s[5]);
  return wrap_tuple({found.counts, found.edges[0], found.edges[1]});
}

constexpr function_row histogram_rows[] = {
    {"bincount", "(x, /, weights=None, minlength=0)", counted,
     "How often each of 0, 1, 2, ... occurs, or the sums of their weights."},
    {"digitize", "(x, bins, right=False)", binned, "The number of the bin into which each value falls."},
    {"histogram", "(a, bins=10, range=None, density=None, weights=None)", histogram_of,
     "Counts of values in bins, or their density, and the edges of the bins."},
    {"histogram_bin_edges", "(a, bins=10, range=None, weights=None)", edges_of,
     "The edges of the bins that histogram() uses."},
    {"histogramdd", "(sample, bins=10, range=None, density=None, weights=None)", points_counted,
     "Counts of points in the cells of a grid, and the edges along each dimension."},
    {"histogram2d", "(x, y, bins=10, range=None, density=None, weights=None)", plane_counted,
     "Counts of points in the cells of a plane, and the edges along x and y."},
};

}  // namespace

void add_histogram_functions(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<histogram_rows>(table, methods);
}

}  // namespace numloom::python
