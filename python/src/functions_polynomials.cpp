// SPDX-License-Identifier: BSD-3-Clause
// Polynomials by their coefficients.
#include "float_watch.hpp"
#include "function.hpp"
#include "numloom/creation.hpp"
#include "numloom/polynomials.hpp"

namespace numloom::python {

namespace {

// Coefficients; NumPy's class of polynomials has rules of its own.
ndarray to_coefficients(PyObject* o, std::optional<device> where = {}) {
  static PyObject* const poly1d = imported("numpy", "poly1d");
  const bool usual = is_array(o) || is_numpy_array(o) || PyList_Check(o) || PyTuple_Check(o);
  if (!usual && checked(PyObject_IsInstance(o, poly1d))) raise(numpy.host_only, "numpy.poly1d");
  return to_array(o, where);
}

struct two_polynomials {
  ndarray a, b;
  explicit two_polynomials(argument_slots s) {
    const device d = device_among(s, 2);
    a = to_coefficients(s[0], d);
    b = to_coefficients(s[1], d);
  }
};

// A whole number, as Python's int() reads it.
int to_count(PyObject* o, int otherwise) {
  if (!o) return otherwise;
  return static_cast<int>(to_int(checked(PyNumber_Long(o)).get(), "order"));
}

// (a1, a2)
using combination = ndarray (*)(const ndarray&, const ndarray&);
template <combination F> PyObject* combined(argument_slots s) {
  const two_polynomials p(s);
  const float_watch watch(F != polymul);
  ndarray made = unlocked(p.a.size() + p.b.size(), [&] { return F(p.a, p.b); });
  watch.report(F == polyadd ? "add" : "subtract", made);
  return wrap(std::move(made));
}

// (p, x)
PyObject* values(argument_slots s) {
  const two_polynomials p(s);
  const float_watch watch;
  ndarray made = unlocked(p.b.size() * 4, [&] { return polyval(p.a, p.b); });
  watch.report("multiply", made);
  return wrap(std::move(made));
}

// (u, v)
PyObject* quotient(argument_slots s) {
  const two_polynomials p(s);
  const float_watch watch;
  auto [whole, rest] = polydiv(p.a, p.b);
  watch.report("divide", whole, true);
  return wrap_tuple({std::move(whole), std::move(rest)});
}

// (p, m)
PyObject* polynomial_derivative(argument_slots s) {
  return wrap(polyder(to_coefficients(s[0]), to_count(s[1], 1)));
}

// (p, m, k)
PyObject* polynomial_integral(argument_slots s) {
  const ndarray p = to_coefficients(s[0]);
  std::optional<ndarray> constants;
  if (!is_missing(s[2])) constants = to_array(s[2], p.device());
  return wrap(polyint(p, to_count(s[1], 1), constants));
}

// (seq_of_zeros)
PyObject* from_roots(argument_slots s) {
  ndarray made = poly(to_coefficients(s[0]));
  return made.ndim() == 0 ? PyFloat_FromDouble(made.item().real()) : wrap(std::move(made));
}
PyObject* to_roots(argument_slots s) { return wrap(roots(to_coefficients(s[0]))); }

// ---- fits ----

std::optional<double> to_rcond(PyObject* o) {
  if (is_missing(o)) return {};
  return to_double(o, 0);
}
std::optional<ndarray> to_weights(PyObject* o, device where) {
  if (is_missing(o)) return {};
  return to_array(o, where);
}

// lstsq's other results too, and rcond: as given, or what was taken instead.
template <class Fit> PyObject* with_details(const Fit& fit, PyObject* given_rcond) {
  ndarray rcond = full0(fit.rcond, real_part_of(fit.s.dtype()), cpu);
  rcond.set_scalar(true);
  const ref taken = is_missing(given_rcond) ? checked(wrap(std::move(rcond))) : ref::borrowed(given_rcond);
  return PyTuple_Pack(5, checked(wrap(fit.coefficients)).get(), checked(wrap(fit.residuals)).get(),
                      checked(wrap(fit.rank)).get(), checked(wrap(fit.s)).get(), taken.get());
}

void warn_of_rank() {
  static PyObject* const category = imported("numpy.exceptions", "RankWarning");
  checked(PyErr_WarnEx(category, "Polyfit may be poorly conditioned", 1));
}

// (x, y, deg, rcond, full, w, cov)
PyObject* fitted(argument_slots s) {
  const device d = device_among(s, 2);
  const ndarray x = to_array(s[0], d), y = to_array(s[1], d);
  const int degree = to_count(s[2], 0);
  const bool full = to_bool(s[4], false);
  polyfit_options options;
  options.rcond = to_rcond(s[3]);
  options.weights = to_weights(s[5], d);
  const bool is_unscaled = s[6] && PyUnicode_Check(s[6]) && to_text(s[6], "cov") == "unscaled";
  if (!full && to_bool(s[6], false))
    options.covariance = is_unscaled ? covariance_scale::unscaled : covariance_scale::by_residuals;
  const polyfit_result fit = unlocked(x.size() * 8, [&] { return polyfit(x, y, degree, options); });
  if (full) return with_details(fit, s[3]);
  if (fit.rank.item().real() != degree + 1) warn_of_rank();
  ref coefficients = checked(wrap(fit.coefficients));
  if (options.covariance == covariance_scale::none) return coefficients.release();
  return PyTuple_Pack(2, coefficients.get(), checked(wrap(fit.covariance)).get());
}

// (columns, y, w, rcond)
PyObject* columns_fitted(argument_slots s) {
  const ndarray columns = to_array(s[0]), y = to_array(s[1], columns.device());
  const auto weights = to_weights(s[2], columns.device());
  const auto rcond = to_rcond(s[3]);
  const column_fit fit = unlocked(columns.size(), [&] {
    return fit_columns(columns, y, {.weights = weights, .rcond = rcond, .zero_columns = true});
  });
  return with_details(fit, s[3]);
}

constexpr function_row polynomials_rows[] = {
    {"polyval", "(p, x)", values, "The polynomial at x, by Horner's rule."},
    {"polyadd", "(a1, a2)", combined<polyadd>, "Sum of two polynomials."},
    {"polysub", "(a1, a2)", combined<polysub>, "Difference of two polynomials."},
    {"polymul", "(a1, a2)", combined<polymul>, "Product of two polynomials."},
    {"polydiv", "(u, v)", quotient, "Quotient and remainder of two polynomials."},
    {"polyder", "(p, m=1)", polynomial_derivative, "The m-th derivative of a polynomial."},
    {"polyint", "(p, m=1, k=None)", polynomial_integral,
     "The m-th integral of a polynomial, with constants k."},
    {"poly", "(seq_of_zeros)", from_roots,
     "The polynomial with these roots, or the characteristic polynomial of a matrix."},
    {"roots", "(p)", to_roots, "The roots of a polynomial: eigenvalues of its companion matrix."},
    {"polyfit", "(x, y, deg, rcond=None, full=False, w=None, cov=False)", fitted,
     "The polynomial of degree `deg` with the least squared distance from the points (x, y).\n\n"
     "Parameters: x (M,); y (M,) or (M, K) for K polynomials at once; rcond, the share of the largest\n"
     "singular value below which others count for nothing (M times the dtype's precision); full, for "
     "lstsq's\n"
     "other results too; w (M,), weights of the distances; cov, for the covariance of the coefficients too\n"
     "('unscaled' where the weights are exact). Returns the coefficients, (deg + 1,) or (deg + 1, K), the\n"
     "highest power first. Raises TypeError for other shapes, ValueError for a negative degree; warns\n"
     "(RankWarning) where the points do not determine the fit."},
    {"_fit_columns", "(columns, y, w=None, rcond=None)", columns_fitted,
     "The least squares fit of y by columns: coefficients, residuals, rank, singular values, rcond."},
};

}  // namespace

void add_polynomial_functions(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<polynomials_rows>(table, methods);
}

}  // namespace numloom::python
