// SPDX-License-Identifier: BSD-3-Clause
// Derivatives, integrals and running sums of sampled functions.
#include "float_watch.hpp"
#include "function.hpp"
#include "numloom/calculus.hpp"

namespace numloom::python {

namespace {

std::optional<ndarray> to_optional_array(PyObject* o, device where) {
  if (is_missing(o)) return {};
  return to_array(o, where);
}

// (a, n, axis, prepend, append)
PyObject* differences(argument_slots s) {
  const std::int64_t n = to_int(s[1], "n", 1);
  if (n == 0) return Py_NewRef(s[0]);
  const ndarray a = to_array(s[0]);
  const auto before = to_optional_array(s[3], a.device()), behind = to_optional_array(s[4], a.device());
  const int axis = to_axis(s[2], -1);
  const float_watch watch(is_inexact(a.dtype()));
  ndarray result = unlocked(a.size(), [&] { return diff(a, n, axis, before, behind); });
  watch.report("subtract", result);
  return wrap(std::move(result));
}

// (ary, to_end, to_begin)
PyObject* neighbour_differences(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const auto end = to_optional_array(s[1], a.device()), begin = to_optional_array(s[2], a.device());
  const float_watch watch(is_inexact(a.dtype()));
  ndarray made = unlocked(a.size(), [&] { return ediff1d(a, end, begin); });
  watch.report("subtract", made);
  return wrap(std::move(made));
}

// (y, x, dx, axis)
PyObject* integral(argument_slots s) {
  const ndarray y = to_array(s[0]);
  const auto x = to_optional_array(s[1], y.device());
  operand dx;
  if (s[2] && !dx.load(s[2], y.device())) raise(numpy.host_only, "a distance that is not a number");
  const int axis = to_axis(s[3], -1);
  const float_watch watch;
  ndarray made =
      unlocked(y.size(), [&] { return trapezoid(y, x, s[2] ? dx.like() : array_like(1.0), axis); });
  watch.report("multiply", made);
  return wrap(std::move(made));
}

// (f, *varargs, axis, edge_order)
PyObject* derivative(argument_slots s) {
  const ndarray f = to_array(s[0]);
  const auto count = static_cast<std::size_t>(PyTuple_GET_SIZE(s[1]));
  std::vector<operand> distances(count);
  std::vector<array_like> spacing;
  for (std::size_t i = 0; i < count; ++i) {
    if (!distances[i].load(PyTuple_GET_ITEM(s[1], static_cast<Py_ssize_t>(i)), f.device()))
      raise(numpy.host_only, "a distance that is not a number");
    spacing.push_back(distances[i].like());
  }
  gradient_options options;
  options.axis = to_axes(s[2]);
  options.edge_order = to_axis(s[3], 1);
  const float_watch watch;
  std::vector<ndarray> slopes = unlocked(f.size(), [&] { return gradient(f, spacing, options); });
  if (!slopes.empty()) watch.report("divide", slopes[0]);
  return slopes.size() == 1 ? wrap(std::move(slopes[0])) : wrap_tuple(std::move(slopes));
}

// (p, discont, axis, *, period)
PyObject* unwrapped(argument_slots s) {
  const ndarray p = to_array(s[0]);
  unwrap_options options;
  for (PyObject* number : {s[1], s[3]})
    if (!is_missing(number) && !is_python_number(number)) raise(numpy.host_only, "a period with a dtype");
  if (!is_missing(s[1])) options.discont = to_scalar(s[1]);
  if (s[3]) options.period = to_scalar(s[3]);
  options.axis = to_axis(s[2], -1);
  const float_watch watch(is_inexact(p.dtype()));
  ndarray made = unlocked(p.size(), [&] { return unwrap(p, options); });
  // Comparisons with NaN raise a flag, too.
  if (float_errors::get() != 0 && p.device().is_cpu() && any(call(ufunc::isnan, p)).item<bool>())
    float_errors::clear();
  watch.report("subtract", made);
  return wrap(std::move(made));
}

// (x, /, *, axis, dtype, out, include_initial)
template <ndarray (*F)(const ndarray&, const cumulative_options&)> PyObject* running(argument_slots s) {
  const ndarray x = to_array(s[0]);
  cumulative_options options;
  options.axis = to_optional_axis(s[1]);
  options.dtype = to_optional_dtype(s[2]);
  options.out = to_out(s[3]);
  options.include_initial = to_bool(s[4], false);
  const float_watch watch;
  ndarray made = unlocked(x.size(), [&] { return F(x, options); });
  watch.report("accumulate", made);
  return wrap_or_out(std::move(made), s[3]);
}

constexpr const char* cumulative = "(x, /, *, axis=None, dtype=None, out=None, include_initial=False)";

constexpr function_row calculus_rows[] = {
    {"diff", "(a, n=1, axis=-1, prepend=None, append=None)", differences,
     "Differences of neighbours along an axis, n times."},
    {"ediff1d", "(ary, to_end=None, to_begin=None)", neighbour_differences,
     "Differences of neighbours in the flattened array, with something before or after them."},
    {"trapezoid", "(y, x=None, dx=1.0, axis=-1)", integral,
     "Integral along an axis by the trapezoidal rule, of points at x or dx apart."},
    {"gradient", "(f, *varargs, axis=None, edge_order=1)", derivative,
     "Derivative by central differences, one-sided at the edges; one array for each axis.\n\n"
     "varargs: one distance for all axes, or for each a distance or the places of the elements."},
    {"unwrap", "(p, discont=None, axis=-1, *, period=6.283185307179586)", unwrapped,
     "Jumps of more than half a period (or discont) are taken back by whole periods."},
    {"cumulative_sum", cumulative, running<cumulative_sum>,
     "Running sum along an axis, with 0 before it where asked for."},
    {"cumulative_prod", cumulative, running<cumulative_prod>,
     "Running product along an axis, with 1 before it where asked for."},
};

}  // namespace

void add_calculus_functions(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<calculus_rows>(table, methods);
}

}  // namespace numloom::python
