// SPDX-License-Identifier: BSD-3-Clause
// Reductions and scans.
#include "float_watch.hpp"
#include "function.hpp"
#include "numloom/statistics.hpp"
#include "signatures.hpp"

namespace numloom::python {

namespace {

using plain_reduction = ndarray (*)(const ndarray&, const reduction_options&);
using variance = ndarray (*)(const ndarray&, const variance_options&);
using position = ndarray (*)(const ndarray&, const arg_options&);
using scan = ndarray (*)(const ndarray&, const scan_options&);

// Sums of float16 are rounded once, in a loop that sets no flags.
void note_overflow(const ndarray& a, const ndarray& result) {
  if (is_half_on_host(result) && !all_finite(result) && all_finite(a))
    float_errors::set(float_errors::get() | float_errors::overflow);
}

PyObject* run(plain_reduction f, const ndarray& a, const reduction_options& options, PyObject* out,
              const char* step = "reduce") {
  const float_watch watch(f == sum || f == prod || f == mean);
  ndarray result = unlocked(a.size(), [&] { return f(a, options); });
  if (f == sum || f == prod) note_overflow(a, result);
  watch.report(step, result, result.ndim() == 0 && step[0] == 'd');
  return wrap_or_out(std::move(result), out);
}

// Elements that one result is made of.
double items_of(const ndarray& a, const axes& axis) {
  double items = 1;
  for (const std::int64_t d : axis.normalized(a.ndim(), "mean"))
    items *= static_cast<double>(a.shape()[static_cast<int>(d)]);
  return items;
}

// Is a result made of no more than `limit` elements? A mask is only looked at on the CPU.
bool has_few(const ndarray& a, const axes& axis, const std::optional<ndarray>& mask, double limit) {
  if (!mask) return items_of(a, axis) <= limit;
  if (!a.device().is_cpu()) return false;
  const ndarray counts = count_nonzero(broadcast_to(*mask, a.shape()), {.axis = axis});
  return any(call(ufunc::less_equal, counts, array_like(limit))).item().real() != 0;
}

// The flags of a variance: its one pass raises some that the result shows to mean nothing.
void report_variance(const float_watch& watch, const ndarray& a, const ndarray& result, bool divided) {
  const unsigned flags = float_errors::get();
  if (flags == 0 || !result.device().is_cpu() || !is_inexact(result.dtype())) return;
  const auto every = [](const ndarray& b) { return b.item().real() != 0; };
  if (every(all(call(ufunc::isfinite, result))) || every(any(call(ufunc::isnan, a)))) return;
  float_errors::set(flags);
  watch.report(divided ? "divide" : "subtract", result, divided && result.ndim() == 0);
}

// sum(a) of an array of ours: nothing to read, and the result is made where it stays.
template <int Parameters> bool is_plain_call(argument_slots s) {
  if (!is_exact_array(s[0])) return false;
  for (int i = 1; i < Parameters; ++i)
    if (s[i]) return false;
  return true;
}
template <class F> PyObject* run_plain(F f, PyObject* array, const char* step = nullptr) {
  const ndarray& a = array_of(array);
  const float_watch watch(step != nullptr);
  ref made = checked(wrap_made([&] { return unlocked(a.size(), [&] { return f(a, {}); }); }));
  if (step) note_overflow(a, array_of(made.get()));
  watch.report(step, array_of(made.get()));
  return made.release();
}
bool is_empty(PyObject* a) { return array_of(a).size() == 0; }

// (a, axis, dtype, out, keepdims, initial, where)
template <plain_reduction F> PyObject* accumulate(argument_slots s) {
  if (is_plain_call<7>(s)) return run_plain(F, s[0], "reduce");
  const ndarray a = to_array(s[0]);
  reduction_options options;
  options.axis = to_reduced_axes(s[1], a);
  options.dtype = to_optional_dtype(s[2]);
  options.out = to_out(s[3]);
  options.keepdims = to_bool(s[4], false);
  options.initial = to_initial(s[5]);
  options.where = to_mask(s[6], a.device());
  return run(F, a, options, s[3]);
}

// (a, axis, out, keepdims, initial, where)
template <plain_reduction F> PyObject* extremum(argument_slots s) {
  if (is_plain_call<6>(s)) return run_plain(F, s[0]);
  const ndarray a = to_array(s[0]);
  reduction_options options;
  options.axis = to_reduced_axes(s[1], a);
  options.out = to_out(s[2]);
  options.keepdims = to_bool(s[3], false);
  options.initial = to_initial(s[4]);
  options.where = to_mask(s[5], a.device());
  return run(F, a, options, s[2]);
}

// (a, axis, out, keepdims, *, where)
template <plain_reduction F> PyObject* logical(argument_slots s) {
  if (is_plain_call<5>(s)) return run_plain(F, s[0]);
  const ndarray a = to_array(s[0]);
  reduction_options options;
  options.axis = to_reduced_axes(s[1], a);
  options.out = to_out(s[2]);
  options.keepdims = to_bool(s[3], false);
  options.where = to_mask(s[4], a.device());
  return run(F, a, options, s[2]);
}

// (a, axis, *, keepdims)
PyObject* count(argument_slots s) {
  const ndarray a = to_array(s[0]);
  reduction_options options;
  options.axis = to_reduced_axes(s[1], a);
  options.keepdims = to_bool(s[2], false);
  return run(count_nonzero, a, options, nullptr);
}

// (a, axis, dtype, out, keepdims, *, where)
PyObject* arithmetic_mean(argument_slots s) {
  if (is_plain_call<6>(s) && !is_empty(s[0])) return run_plain(mean, s[0], "reduce");
  const ndarray a = to_array(s[0]);
  reduction_options options;
  options.axis = to_reduced_axes(s[1], a, false);
  options.dtype = to_optional_dtype(s[2]);
  options.out = to_out(s[3]);
  options.keepdims = to_bool(s[4], false);
  options.where = to_mask(s[5], a.device());
  if (has_few(a, options.axis, options.where, 0)) warn(PyExc_RuntimeWarning, "Mean of empty slice");
  return run(mean, a, options, s[3], a.size() == 0 ? "divide" : "reduce");
}

// (a, axis, weights, returned, *, keepdims)
PyObject* weighted(argument_slots s) {
  const ndarray a = to_array(s[0]);
  average_options options;
  options.axis = to_axes(s[1]);
  if (!is_missing(s[2])) options.weights = to_array(s[2], a.device());
  const bool returned = to_bool(s[3], false);
  options.keepdims = to_bool(s[4], false);
  if (!options.weights && has_few(a, options.axis, {}, 0)) warn(PyExc_RuntimeWarning, "Mean of empty slice");
  const float_watch watch;
  if (!returned) {
    ndarray result = unlocked(a.size(), [&] { return average(a, options); });
    watch.report("multiply", result);
    return wrap(std::move(result));
  }
  const weighted_mean found = unlocked(a.size(), [&] { return average_and_weight(a, options); });
  watch.report("multiply", found.mean);
  return wrap_tuple({found.mean, found.weight});
}

// (a, axis, out, keepdims)
PyObject* range_of(argument_slots s) {
  const ndarray a = to_array(s[0]);
  reduction_options options;
  options.axis = to_reduced_axes(s[1], a);
  options.out = to_out(s[2]);
  options.keepdims = to_bool(s[3], false);
  const float_watch watch;
  ndarray result = unlocked(a.size(), [&] { return ptp(a, options); });
  watch.report("subtract", result);
  return wrap_or_out(std::move(result), s[2]);
}

// (a, axis, dtype, out, ddof, keepdims, *, where, mean, correction)
template <variance F> PyObject* spread(argument_slots s) {
  if (is_plain_call<9>(s) && !is_empty(s[0])) {
    const float_watch watch;
    ref made = checked(run_plain(F, s[0]));
    report_variance(watch, array_of(s[0]), array_of(made.get()), false);
    return made.release();
  }
  if (!is_missing(s[7])) raise(numpy.host_only, "a mean given beforehand");
  if (!is_missing(s[8]) && s[4] && to_double(s[4], 0) != 0)
    raise(PyExc_ValueError, "ddof and correction can't be provided simultaneously.");
  const ndarray a = to_array(s[0]);
  variance_options options;
  options.axis = to_reduced_axes(s[1], a, false);
  options.dtype = to_optional_dtype(s[2]);
  options.out = to_out(s[3]);
  options.ddof = is_missing(s[8]) ? to_double(s[4], 0) : to_double(s[8], 0);
  options.keepdims = to_bool(s[5], false);
  options.where = to_mask(s[6], a.device());
  const bool too_few = has_few(a, options.axis, options.where, options.ddof);
  if (too_few) warn(PyExc_RuntimeWarning, "Degrees of freedom <= 0 for slice");
  const float_watch watch;
  ndarray result = unlocked(a.size(), [&] { return F(a, options); });
  report_variance(watch, a, result, too_few);
  return wrap_or_out(std::move(result), s[3]);
}

// (a, axis, out, *, keepdims, dtype): CuPy's positions may have a dtype. `out` has its own.
template <position F> PyObject* arg(argument_slots s) {
  if (is_plain_call<5>(s)) return run_plain(F, s[0]);
  arg_options options;
  options.axis = to_optional_axis(s[1]);
  options.out = to_out(s[2]);
  options.keepdims = to_bool(s[3], false);
  const ndarray a = to_array(s[0]);
  if (a.ndim() == 0 && (options.axis == 0 || options.axis == -1)) options.axis.reset();
  const std::optional<dtype> type = to_optional_dtype(s[4]);
  ndarray result = unlocked(a.size(), [&] { return F(a, options); });
  if (type && !options.out) {
    const bool is_scalar = result.is_scalar();
    result = astype(result, *type);
    result.set_scalar(is_scalar);
  }
  return wrap_or_out(std::move(result), s[2]);
}

// (a, axis, dtype, out)
template <scan F> PyObject* running(argument_slots s) {
  scan_options options;
  options.axis = to_optional_axis(s[1]);
  options.dtype = to_optional_dtype(s[2]);
  options.out = to_out(s[3]);
  const ndarray a = to_array(s[0]);
  const float_watch watch;
  ndarray result = unlocked(a.size(), [&] { return F(a, options); });
  note_overflow(a, result);
  watch.report("accumulate", result);
  return wrap_or_out(std::move(result), s[3]);
}

constexpr function_row reductions_rows[] = {
    {"sum", signatures::accumulated, accumulate<sum>, "Sum of the elements over the given axes.", both},
    {"prod", signatures::accumulated, accumulate<prod>, "Product of the elements over the given axes.", both},
    {"min", signatures::extreme, extremum<min>, "Smallest element over the given axes; NaN wins.", both},
    {"max", signatures::extreme, extremum<max>, "Largest element over the given axes; NaN wins.", both},
    {"amin", signatures::extreme, extremum<min>,
     "Smallest element over the given axes; the older name of min."},
    {"amax", signatures::extreme, extremum<max>,
     "Largest element over the given axes; the older name of max."},
    {"any", signatures::truth, logical<any>, "Is some element not zero?", both},
    {"all", signatures::truth, logical<all>, "Is every element not zero?", both},
    {"count_nonzero", "(a, axis=None, *, keepdims=False)", count, "Number of elements that are not zero."},
    {"mean", "(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True)", arithmetic_mean,
     "Arithmetic mean over the given axes; float64 for integers.", both},
    {"average", "(a, axis=None, weights=None, returned=False, *, keepdims=False)", weighted,
     "Weighted mean; with returned, the sum of the weights too."},
    {"ptp", "(a, axis=None, out=None, keepdims=False)", range_of, "Largest minus smallest element."},
    {"var", signatures::spreading, spread<var>, "Variance over the given axes; the divisor is n - ddof.",
     both},
    {"std", signatures::spreading, spread<numloom::std>, "Standard deviation over the given axes.", both},
    {"argmin", signatures::positions, arg<argmin>, "Position of the first smallest element; NaN wins.", both},
    {"argmax", signatures::positions, arg<argmax>, "Position of the first largest element; NaN wins.", both},
    {"nanargmin", signatures::positions, arg<nanargmin>,
     "Position of the first smallest element, NaN left out."},
    {"nanargmax", signatures::positions, arg<nanargmax>,
     "Position of the first largest element, NaN left out."},
    {"cumsum", signatures::scanning, running<cumsum>, "Running sum along an axis, or of the flattened array.",
     both},
    {"cumprod", signatures::scanning, running<cumprod>,
     "Running product along an axis, or of the flattened array.", both},
};

}  // namespace

void add_reduction_functions(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<reductions_rows>(table, methods);
}

}  // namespace numloom::python
