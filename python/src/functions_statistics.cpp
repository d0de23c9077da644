// SPDX-License-Identifier: BSD-3-Clause
// Order statistics, reductions without NaN, covariance.
#include <algorithm>

#include "float_watch.hpp"
#include "function.hpp"
#include "numloom/reductions.hpp"
#include "numloom/statistics.hpp"
#include "numloom/ufunc_functions.hpp"
#include "signatures.hpp"

namespace numloom::python {

namespace {

device place_of(PyObject* a) { return is_array(a) ? array_of(a).device() : current_device(); }

// NumPy warns where a slice has no number in it. Looking would make a GPU wait, so it is the CPU that tells.
void warn_of_nan(const ndarray& result, const char* text) {
  if (!result.device().is_cpu() || !is_inexact(result.dtype()) || result.size() == 0) return;
  if (any(isnan(result)).item<bool>()) warn(PyExc_RuntimeWarning, text);
}

// NumPy's medians and quantiles warn once for each slice that has no number in it, whatever the levels.
void warn_of_each_nan(const ndarray& result, const axes& axis, std::int64_t results_a_slice = 1) {
  if (!result.device().is_cpu() || !is_inexact(result.dtype()) || result.size() == 0) return;
  const auto slices = count_nonzero(isnan(result)).item<std::int64_t>() / results_a_slice;
  const std::int64_t warnings = axis.all() ? std::min<std::int64_t>(slices, 1) : slices;
  for (std::int64_t i = 0; i < warnings; ++i) warn(PyExc_RuntimeWarning, "All-NaN slice encountered");
}

// ---- order statistics ----

// (a, axis, out, overwrite_input, keepdims)
template <ndarray (*F)(const ndarray&, const median_options&)> PyObject* middle(argument_slots s) {
  const ndarray a = to_array(s[0]);
  median_options options;
  options.axis = to_axes(s[1]);
  options.out = to_out(s[2]);
  options.keepdims = to_bool(s[4], false);
  const ndarray result = unlocked(a.size(), [&] { return F(a, options); });
  if (a.size() == 0 && result.size() > 0) {
    warn(PyExc_RuntimeWarning, "Mean of empty slice");
    if (F == median && result.device().is_cpu())
      report_float_errors(float_errors::invalid, "divide", result.ndim() == 0);
  }
  if (F == nanmedian && a.size() > 0) warn_of_each_nan(result, options.axis);
  return wrap_or_out(result, s[2]);
}

// The levels as NumPy sees them: Python's own numbers leave the dtype of the data alone.
struct levels_argument {
  std::optional<double> number;
  ndarray array;
};
levels_argument to_levels(PyObject* o, bool percent, quantile_method method) {
  levels_argument result;
  const bool whole = PyLong_CheckExact(o) && !percent && method == quantile_method::linear;
  if ((PyFloat_CheckExact(o) || PyLong_CheckExact(o)) && !whole) {
    const double q = PyFloat_AsDouble(o);
    if (q == -1 && PyErr_Occurred()) throw python_error{};
    result.number = percent ? q / 100 : q;
    return result;
  }
  result.array = to_array(o, cpu);
  if (result.array.dtype() == dtype::float16 || result.array.dtype() == dtype::float32)
    raise(numpy.host_only, "levels in less than double precision");
  if (percent) {
    result.array = divide(result.array, 100);
    result.array.set_scalar(false);
  }
  return result;
}

// (a, q, axis, out, overwrite_input, method, keepdims, *, weights)
using quantile_of_number = ndarray (*)(const ndarray&, double, const quantile_options&);
using quantile_of_array = ndarray (*)(const ndarray&, const ndarray&, const quantile_options&);
template <quantile_of_number F, quantile_of_array G, bool Percent> PyObject* level(argument_slots s) {
  const ndarray a = to_array(s[0]);
  if (is_complex(a.dtype())) raise(PyExc_TypeError, "a must be an array of real numbers");
  quantile_options options;
  options.axis = to_axes(s[2]);
  options.out = to_out(s[3]);
  if (s[5]) options.method = parse_quantile_method(to_text(s[5], "method"));
  options.keepdims = to_bool(s[6], false);
  if (!is_missing(s[7])) options.weights = to_array(s[7], a.device());
  const levels_argument q = to_levels(s[1], Percent, options.method);
  const ndarray result =
      unlocked(a.size(), [&] { return q.number ? F(a, *q.number, options) : G(a, q.array, options); });
  constexpr bool skips = F == static_cast<quantile_of_number>(nanquantile);
  if (skips && a.size() == 0 && result.size() > 0) warn(PyExc_RuntimeWarning, "Mean of empty slice");
  if (skips && a.size() > 0) warn_of_each_nan(result, options.axis, q.number ? 1 : q.array.size());
  return wrap_or_out(result, s[3]);
}
constexpr quantile_of_number number_level = quantile, number_level_without_nan = nanquantile;
constexpr quantile_of_array array_level = quantile, array_level_without_nan = nanquantile;

// ---- without NaN ----

using plain_reduction = ndarray (*)(const ndarray&, const reduction_options&);

// (a, axis, dtype, out, keepdims, initial, where)
template <plain_reduction F> PyObject* nan_accumulate(argument_slots s) {
  const ndarray a = to_array(s[0]);
  reduction_options options;
  options.axis = to_reduced_axes(s[1], a);
  options.dtype = to_optional_dtype(s[2]);
  options.out = to_out(s[3]);
  options.keepdims = to_bool(s[4], false);
  options.initial = to_initial(s[5]);
  options.where = to_mask(s[6], place_of(s[0]));
  return wrap_or_out(unlocked(a.size(), [&] { return F(a, options); }), s[3]);
}

// (a, axis, out, keepdims, initial, where)
template <plain_reduction F> PyObject* nan_extremum(argument_slots s) {
  const ndarray a = to_array(s[0]);
  reduction_options options;
  options.axis = to_reduced_axes(s[1], a);
  options.out = to_out(s[2]);
  options.keepdims = to_bool(s[3], false);
  options.initial = to_initial(s[4]);
  options.where = to_mask(s[5], place_of(s[0]));
  const ndarray result = unlocked(a.size(), [&] { return F(a, options); });
  warn_of_nan(result, "All-NaN slice encountered");
  return wrap_or_out(result, s[2]);
}

// (a, axis, dtype, out, keepdims, *, where)
PyObject* average(argument_slots s) {
  const ndarray a = to_array(s[0]);
  reduction_options options;
  options.axis = to_reduced_axes(s[1], a, is_inexact(a.dtype()));
  options.dtype = to_optional_dtype(s[2]);
  options.out = to_out(s[3]);
  options.keepdims = to_bool(s[4], false);
  options.where = to_mask(s[5], place_of(s[0]));
  const ndarray result = unlocked(a.size(), [&] { return nanmean(a, options); });
  warn_of_nan(result, "Mean of empty slice");
  return wrap_or_out(result, s[3]);
}

// (a, axis, dtype, out, ddof, keepdims, *, where, mean, correction)
template <ndarray (*F)(const ndarray&, const variance_options&)> PyObject* nan_spread(argument_slots s) {
  if (!is_missing(s[7])) raise(numpy.host_only, "a mean given beforehand");
  if (!is_missing(s[8]) && s[4] && to_double(s[4], 0) != 0)
    raise(PyExc_ValueError, "ddof and correction can't be provided simultaneously.");
  const ndarray a = to_array(s[0]);
  variance_options options;
  options.axis = to_reduced_axes(s[1], a, is_inexact(a.dtype()));
  options.dtype = to_optional_dtype(s[2]);
  options.out = to_out(s[3]);
  options.ddof = is_missing(s[8]) ? to_double(s[4], 0) : to_double(s[8], 0);
  options.keepdims = to_bool(s[5], false);
  options.where = to_mask(s[6], place_of(s[0]));
  const ndarray result = unlocked(a.size(), [&] { return F(a, options); });
  warn_of_nan(result, "Degrees of freedom <= 0 for slice.");
  return wrap_or_out(result, s[3]);
}

// (a, axis, dtype, out)
template <ndarray (*F)(const ndarray&, const scan_options&)> PyObject* nan_running(argument_slots s) {
  scan_options options;
  options.axis = to_optional_axis(s[1]);
  options.dtype = to_optional_dtype(s[2]);
  options.out = to_out(s[3]);
  const ndarray a = to_array(s[0]);
  return wrap_or_out(unlocked(a.size(), [&] { return F(a, options); }), s[3]);
}

double to_filler(PyObject* o) {
  if (is_array(o) || is_numpy_array(o) || PySequence_Check(o)) raise(numpy.host_only, "an array of fillers");
  return to_double(o, 0);
}

// (x, copy, nan, posinf, neginf)
PyObject* finite(argument_slots s) {
  nan_to_num_options options;
  if (s[2]) options.nan = to_filler(s[2]);
  if (!is_missing(s[3])) options.posinf = to_filler(s[3]);
  if (!is_missing(s[4])) options.neginf = to_filler(s[4]);
  const ndarray a = to_array(s[0]);
  ndarray result = unlocked(a.size(), [&] { return nan_to_num(a, options); });
  if (to_bool(s[1], true) || !is_array(s[0]) || a.is_scalar()) {
    result.set_scalar(a.ndim() == 0);
    return wrap(std::move(result));
  }
  copyto(a, result, casting::no);
  return Py_NewRef(s[0]);
}

// ---- covariance ----

// Has each variable too few observations for these degrees of freedom?
bool lacks_observations(const ndarray& m, bool rowvar, double ddof) {
  if (m.ndim() < 2) return static_cast<double>(m.size()) <= ddof;
  const auto variables = m.shape()[rowvar ? 0 : 1], observations = m.shape()[rowvar ? 1 : 0];
  return m.ndim() == 2 && variables > 0 && static_cast<double>(observations) <= ddof;
}

void warn_of_few_observations() {
  warn(PyExc_RuntimeWarning, "Degrees of freedom <= 0 for slice");
  report_float_errors(float_errors::divide, "divide", false);
}

// NaN that no operand has: infinities, or variables that do not vary, met.
void report_new_nan(const ndarray& result, const ndarray& m, const std::optional<ndarray>& y,
                    const char* step) {
  if (!result.device().is_cpu() || !is_inexact(result.dtype())) return;
  const auto has_nan = [](const ndarray& a) { return any(isnan(a)).item<bool>(); };
  if (has_nan(result) && !has_nan(m) && !(y && has_nan(*y)))
    report_float_errors(float_errors::invalid, step, false);
}

// (m, y, rowvar, bias, ddof, fweights, aweights, *, dtype)
PyObject* covariance(argument_slots s) {
  PyObject* operands[] = {s[0], s[1] ? s[1] : s[0]};
  const device d = device_among(operands, 2);
  const ndarray m = to_array(s[0], d);
  std::optional<ndarray> y;
  if (!is_missing(s[1])) y = to_array(s[1], d);
  covariance_options options;
  options.rowvar = to_bool(s[2], true);
  options.ddof = to_bool(s[3], false) ? 0 : 1;
  if (!is_missing(s[4])) options.ddof = to_double(s[4], 1);
  if (options.ddof != static_cast<double>(static_cast<std::int64_t>(options.ddof)))
    raise(PyExc_ValueError, "ddof must be integer");
  if (!is_missing(s[5])) options.fweights = to_array(s[5], d);
  if (!is_missing(s[6])) options.aweights = to_array(s[6], d);
  options.dtype = to_optional_dtype(s[7]);
  const bool too_few =
      !options.fweights && !options.aweights && lacks_observations(m, options.rowvar, options.ddof);
  if (too_few) warn_of_few_observations();
  ndarray result = unlocked(m.size() * 4, [&] { return cov(m, y, options); });
  report_new_nan(result, m, y, too_few ? "multiply" : "subtract");
  return wrap(std::move(result));
}

// (x, y, rowvar, *, dtype)
PyObject* correlation(argument_slots s) {
  PyObject* operands[] = {s[0], s[1] ? s[1] : s[0]};
  const device d = device_among(operands, 2);
  const ndarray x = to_array(s[0], d);
  std::optional<ndarray> y;
  if (!is_missing(s[1])) y = to_array(s[1], d);
  const bool rowvar = to_bool(s[2], true);
  const auto type = to_optional_dtype(s[3]);
  if (lacks_observations(x, rowvar, 1)) warn_of_few_observations();
  ndarray result = unlocked(x.size() * 4, [&] { return corrcoef(x, y, rowvar, type); });
  report_new_nan(result, x, y, "divide");
  return wrap(std::move(result));
}

constexpr const char* medians = "(a, axis=None, out=None, overwrite_input=False, keepdims=False)";
constexpr const char* quantiles =
    "(a, q, axis=None, out=None, overwrite_input=False, method='linear', keepdims=False, *, weights=None)";

constexpr function_row statistics_rows[] = {
    {"median", medians, middle<median>, "The middle element in order, or the mean of the two in the middle."},
    {"nanmedian", medians, middle<nanmedian>, "The median of the elements that are not NaN."},
    {"quantile", quantiles, level<number_level, array_level, false>,
     "The elements, or values between them, below which a share q of the elements lies."},
    {"percentile", quantiles, level<number_level, array_level, true>,
     "quantile() with q in per cent, from 0 to 100."},
    {"nanquantile", quantiles, level<number_level_without_nan, array_level_without_nan, false>,
     "quantile() of the elements that are not NaN."},
    {"nanpercentile", quantiles, level<number_level_without_nan, array_level_without_nan, true>,
     "percentile() of the elements that are not NaN."},
    {"nansum", signatures::accumulated, nan_accumulate<nansum>, "Sum of the elements that are not NaN."},
    {"nanprod", signatures::accumulated, nan_accumulate<nanprod>,
     "Product of the elements that are not NaN."},
    {"nanmin", signatures::extreme, nan_extremum<nanmin>, "Smallest element that is not NaN."},
    {"nanmax", signatures::extreme, nan_extremum<nanmax>, "Largest element that is not NaN."},
    {"nanmean", "(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True)", average,
     "Arithmetic mean of the elements that are not NaN."},
    {"nanvar", signatures::spreading, nan_spread<nanvar>, "Variance of the elements that are not NaN."},
    {"nanstd", signatures::spreading, nan_spread<nanstd>,
     "Standard deviation of the elements that are not NaN."},
    {"nancumsum", signatures::scanning, nan_running<nancumsum>, "Running sum that counts NaN as 0."},
    {"nancumprod", signatures::scanning, nan_running<nancumprod>, "Running product that counts NaN as 1."},
    {"nan_to_num", "(x, copy=True, nan=0.0, posinf=None, neginf=None)", finite,
     "Finite numbers in the place of NaN and infinities."},
    {"cov", "(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None)",
     covariance, "Covariance matrix of variables, which are rows."},
    {"corrcoef", "(x, y=None, rowvar=True, *, dtype=None)", correlation,
     "Pearson's correlation coefficients of variables, which are rows."},
};

}  // namespace

void add_statistics_functions(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<statistics_rows>(table, methods);
}

}  // namespace numloom::python
