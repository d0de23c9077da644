// SPDX-License-Identifier: BSD-3-Clause
// numpy.linalg. Several results are NumPy's own named tuples.
#include "function.hpp"
#include "numloom/linalg.hpp"

namespace numloom::python {

namespace {

using norm_kind = linalg::norm_order::kind;

// A decomposition works far longer for an element than other functions.
std::int64_t work_of(const ndarray& a) { return 64 * a.size(); }

template <class... Array> ref packed(Array&&... results) {
  ref made = checked(PyTuple_New(sizeof...(results)));
  Py_ssize_t at = 0;
  (PyTuple_SET_ITEM(made.get(), at++, checked(wrap(std::move(results))).release()), ...);
  return made;
}

/// numpy.linalg's named tuple of that name.
template <class... Array> PyObject* named(PyObject* type, Array&&... results) {
  const ref values = packed(std::move(results)...);
  return PyObject_CallObject(type, values.get());
}
PyObject* result_type_named(const char* name) {
  return checked(imported("numpy.linalg._linalg", name)).release();
}

struct two_arrays {
  ndarray a, b;
  explicit two_arrays(argument_slots s) {
    const device where = device_among(s, 2);
    a = to_array(s[0], where);
    b = to_array(s[1], where);
  }
};

linalg::norm_order to_order_of_norm(PyObject* o, const linalg::norm_order& otherwise) {
  if (!o) return otherwise;
  if (o == Py_None) return {};
  if (!PyUnicode_Check(o)) return to_double(o, 0);
  const std::string_view name = to_text(o, "ord");
  if (name == "fro" || name == "f") return norm_kind::fro;
  if (name == "nuc") return norm_kind::nuc;
  raise(PyExc_ValueError, "[norm] Invalid norm order %R: expected 'fro', 'nuc' or a number", o);
}

// ---- one matrix in, one array out ----

template <ndarray (*F)(const ndarray&)> PyObject* mapped(argument_slots s) {
  const ndarray a = to_array(s[0]);
  return wrap(unlocked(work_of(a), [&] { return F(a); }));
}
template <ndarray (*F)(const ndarray&, const ndarray&)> PyObject* mapped_two(argument_slots s) {
  const two_arrays x(s);
  return wrap(unlocked(work_of(x.a), [&] { return F(x.a, x.b); }));
}
PyObject* singular_values(argument_slots s) {
  const ndarray a = to_array(s[0]);
  return wrap(unlocked(work_of(a), [&] { return linalg::svdvals(a); }));
}

// (a, *, upper)
PyObject* cholesky(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const bool upper = to_bool(s[1], false);
  return wrap(unlocked(work_of(a), [&] { return linalg::cholesky(a, upper); }));
}

// ---- several results ----

PyObject* slogdet(argument_slots s) {
  static PyObject* const type = result_type_named("SlogdetResult");
  const ndarray a = to_array(s[0]);
  linalg::slogdet_result made = unlocked(work_of(a), [&] { return linalg::slogdet(a); });
  return named(type, std::move(made.sign), std::move(made.logabsdet));
}

std::optional<linalg::qr_mode> to_qr_mode(PyObject* o) {
  if (!o) return linalg::qr_mode::reduced;
  const std::string_view name = PyUnicode_Check(o) ? to_text(o, "mode") : std::string_view();
  if (name == "reduced") return linalg::qr_mode::reduced;
  if (name == "complete") return linalg::qr_mode::complete;
  if (name == "r") return linalg::qr_mode::r;
  if (name == "raw") return linalg::qr_mode::raw;
  if (name == "f" || name == "full") {
    checked(PyErr_WarnEx(PyExc_DeprecationWarning,
                         "The 'full' option is deprecated in favor of 'reduced'.\n"
                         "For backward compatibility let mode default.",
                         1));
    return linalg::qr_mode::reduced;
  }
  if (name == "e" || name == "economic") {
    checked(PyErr_WarnEx(PyExc_DeprecationWarning, "The 'economic' option is deprecated.", 1));
    return {};
  }
  raise(PyExc_ValueError, "[qr] Unrecognized mode %R: expected 'reduced', 'complete', 'r' or 'raw'", o);
}

// (a, mode)
PyObject* qr(argument_slots s) {
  static PyObject* const type = result_type_named("QRResult");
  const ndarray a = to_array(s[0]);
  const std::optional<linalg::qr_mode> mode = to_qr_mode(s[1]);
  linalg::qr_result made =
      unlocked(work_of(a), [&] { return linalg::qr(a, mode.value_or(linalg::qr_mode::raw)); });
  if (!mode) return wrap(swapaxes(made.q, -1, -2));
  if (mode == linalg::qr_mode::r) return wrap(std::move(made.r));
  if (mode == linalg::qr_mode::raw) return packed(std::move(made.q), std::move(made.r)).release();
  return named(type, std::move(made.q), std::move(made.r));
}

// (a, full_matrices, compute_uv, hermitian)
PyObject* svd(argument_slots s) {
  static PyObject* const type = result_type_named("SVDResult");
  const ndarray a = to_array(s[0]);
  const bool full = to_bool(s[1], true), hermitian = to_bool(s[3], false);
  if (!to_bool(s[2], true)) return wrap(unlocked(work_of(a), [&] { return linalg::svdvals(a, hermitian); }));
  linalg::svd_result made = unlocked(work_of(a), [&] { return linalg::svd(a, full, hermitian); });
  return named(type, std::move(made.u), std::move(made.s), std::move(made.vh));
}

PyObject* eig(argument_slots s) {
  static PyObject* const type = result_type_named("EigResult");
  const ndarray a = to_array(s[0]);
  linalg::eig_result made = unlocked(work_of(a), [&] { return linalg::eig(a); });
  return named(type, std::move(made.eigenvalues), std::move(made.eigenvectors));
}

char to_triangle(PyObject* o) {
  if (!o) return 'L';
  const std::string_view name = to_text(o, "UPLO");
  if (name.size() != 1) raise(PyExc_ValueError, "UPLO argument must be 'L' or 'U'");
  return name[0];
}
// (a, UPLO)
PyObject* eigh(argument_slots s) {
  static PyObject* const type = result_type_named("EighResult");
  const ndarray a = to_array(s[0]);
  const char triangle = to_triangle(s[1]);
  linalg::eig_result made = unlocked(work_of(a), [&] { return linalg::eigh(a, triangle); });
  return named(type, std::move(made.eigenvalues), std::move(made.eigenvectors));
}
PyObject* eigvalsh(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const char triangle = to_triangle(s[1]);
  return wrap(unlocked(work_of(a), [&] { return linalg::eigvalsh(a, triangle); }));
}

// (a, b, rcond)
PyObject* lstsq(argument_slots s) {
  const two_arrays x(s);
  std::optional<double> rcond;
  if (!is_missing(s[2])) rcond = to_double(s[2], 0);
  linalg::lstsq_result made = unlocked(work_of(x.a), [&] { return linalg::lstsq(x.a, x.b, rcond); });
  return packed(std::move(made.x), std::move(made.residuals), std::move(made.rank), std::move(made.s))
      .release();
}

// ---- composed ----

// (a, rcond, hermitian, *, rtol)
PyObject* pinv(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const bool hermitian = to_bool(s[2], false);
  PyObject* given = s[1];
  if (is_missing(s[1])) {
    given = s[3];
  } else if (s[3] && s[3] != numpy.no_value) {
    raise(PyExc_ValueError, "`rtol` and `rcond` can't be both set.");
  }
  ndarray rcond;
  if (!given || given == numpy.no_value || given == Py_None) {
    double limit = 1e-15;
    if (given == Py_None && a.ndim() > 1) {
      if (!is_inexact(a.dtype()))
        raise(PyExc_ValueError, "data type %R not inexact", dtype_object(a.dtype()));
      const bool is_single = a.dtype() == dtype::float32 || a.dtype() == dtype::complex64;
      limit = static_cast<double>(std::max(a.shape(-1), a.shape(-2))) * (is_single ? 0x1p-23 : 0x1p-52);
    }
    return wrap(unlocked(work_of(a), [&] { return linalg::pinv(a, limit, hermitian); }));
  }
  rcond = to_array(given, a.device());
  return wrap(unlocked(work_of(a), [&] { return linalg::pinv(a, rcond, hermitian); }));
}

// (A, tol, hermitian, *, rtol)
PyObject* matrix_rank(argument_slots s) {
  const ndarray a = to_array(s[0]);
  linalg::rank_options options;
  if (!is_missing(s[1])) options.tol = to_array(s[1], a.device());
  if (!is_missing(s[3])) options.rtol = to_array(s[3], a.device());
  options.hermitian = to_bool(s[2], false);
  ndarray made = unlocked(work_of(a), [&] { return linalg::matrix_rank(a, options); });
  return a.ndim() < 2 ? item_object(made) : wrap(std::move(made));
}

// Python's integers have no end: a^n = (a^(2^62))^(n >> 62) a^(n mod 2^62).
ndarray power_of_matrix(const ndarray& a, PyObject* n) {
  constexpr int bits = 62;
  int overflow = 0;
  const long long small = PyLong_AsLongLongAndOverflow(n, &overflow);
  if (small == -1 && PyErr_Occurred()) throw python_error{};
  if (!overflow) return linalg::matrix_power(a, small);
  if (overflow < 0) {
    const ref positive = checked(PyNumber_Negative(n));
    return power_of_matrix(linalg::inv(a), positive.get());
  }
  const ref shift = checked(PyLong_FromLong(bits)), mask = checked(PyLong_FromLongLong((1LL << bits) - 1));
  const ref high = checked(PyNumber_Rshift(n, shift.get())), low = checked(PyNumber_And(n, mask.get()));
  const ndarray much = power_of_matrix(linalg::matrix_power(a, 1LL << bits), high.get());
  return matmul(much, linalg::matrix_power(a, PyLong_AsLongLong(low.get())));
}

// (a, n)
PyObject* matrix_power(argument_slots s) {
  const ndarray a = to_array(s[0]);
  if (!PyIndex_Check(s[1])) raise(PyExc_TypeError, "exponent must be an integer");
  const ref n = checked(PyNumber_Index(s[1]));
  int overflow = 0;
  const long long small = PyLong_AsLongLongAndOverflow(n.get(), &overflow);
  if (overflow) return wrap(power_of_matrix(a, n.get()));
  return wrap(unlocked(work_of(a), [&] { return linalg::matrix_power(a, small); }));
}

void require_axis(PyObject* o) {
  if (!is_missing(o) && !PyTuple_Check(o) && !PyIndex_Check(o))
    raise(PyExc_TypeError, "'axis' must be None, an integer or a tuple of integers");
}

// (x, ord, axis, keepdims)
PyObject* norm(argument_slots s) {
  const ndarray x = to_array(s[0]);
  require_axis(s[2]);
  const axes axis = to_axes(s[2]);
  const bool keepdims = to_bool(s[3], false);
  if (s[1] && PyUnicode_Check(s[1]) && !axis.all())
    axis.normalized(x.ndim(), "norm");  // judged first, as NumPy does
  const linalg::norm_order order = to_order_of_norm(s[1], {});
  return wrap(unlocked(x.size(), [&] { return linalg::norm(x, order, axis, keepdims); }));
}
// (x, /, *, axis, keepdims, ord)
PyObject* vector_norm(argument_slots s) {
  const ndarray x = to_array(s[0]);
  require_axis(s[1]);
  const axes axis = to_axes(s[1]);
  const bool keepdims = to_bool(s[2], false);
  const linalg::norm_order order = to_order_of_norm(s[3], 2.0);
  return wrap(unlocked(x.size(), [&] { return linalg::vector_norm(x, axis, keepdims, order); }));
}
// (x, /, *, keepdims, ord)
PyObject* matrix_norm(argument_slots s) {
  const ndarray x = to_array(s[0]);
  const bool keepdims = to_bool(s[1], false);
  const linalg::norm_order order = to_order_of_norm(s[2], norm_kind::fro);
  return wrap(unlocked(x.size(), [&] { return linalg::matrix_norm(x, keepdims, order); }));
}
// (x, p)
PyObject* cond(argument_slots s) {
  const ndarray x = to_array(s[0]);
  const linalg::norm_order order = to_order_of_norm(s[1], {});
  return wrap(unlocked(work_of(x), [&] { return linalg::cond(x, order); }));
}

// (arrays, *, out)
PyObject* multi_dot(argument_slots s) {
  const std::vector<ndarray> arrays = to_array_list(s[0]);
  const std::optional<ndarray> out = to_out(s[1]);
  const std::int64_t work = arrays.empty() ? 0 : work_of(arrays[0]);
  return wrap_or_out(unlocked(work, [&] { return linalg::multi_dot(arrays, out); }), s[1]);
}

// (a, b, axes)
PyObject* tensorsolve(argument_slots s) {
  const two_arrays x(s);
  std::optional<std::vector<int>> axes;
  if (!is_missing(s[2])) {
    axes.emplace();
    for (const std::int64_t axis : to_int_list(s[2], "axes")) axes->push_back(static_cast<int>(axis));
  }
  return wrap(unlocked(work_of(x.a), [&] { return linalg::tensorsolve(x.a, x.b, axes); }));
}
// (a, ind)
PyObject* tensorinv(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const int ind = to_axis(s[1], 2);
  return wrap(unlocked(work_of(a), [&] { return linalg::tensorinv(a, ind); }));
}

// (x1, x2, /, *, axis)
PyObject* cross(argument_slots s) {
  const two_arrays x(s);
  const int axis = to_axis(s[2], -1);
  return wrap(unlocked(x.a.size(), [&] { return linalg::cross(x.a, x.b, axis); }));
}

// (x, /, *, offset)
PyObject* diagonals(argument_slots s) {
  return wrap_view(diagonal(to_array(s[0]), to_int(s[1], "offset", 0), -2, -1), s[0]);
}
// (x, /, *, offset, dtype)
PyObject* traces(argument_slots s) {
  return wrap(trace(to_array(s[0]), to_int(s[1], "offset", 0), -2, -1, to_optional_dtype(s[2])));
}

constexpr function_row linalg_rows[] = {
    {"linalg.solve", "(a, b)", mapped_two<linalg::solve>, "The x of a @ x = b."},
    {"linalg.inv", "(a)", mapped<linalg::inv>, "Inverse matrices."},
    {"linalg.det", "(a)", mapped<linalg::det>, "Determinants."},
    {"linalg.slogdet", "(a)", slogdet, "Signs of determinants and logarithms of their moduli."},
    {"linalg.cholesky", "(a, /, *, upper=False)", cholesky,
     "The lower factor L of L @ L^H, or the upper one, of positive definite matrices."},
    {"linalg.qr", "(a, mode='reduced')", qr, "Orthonormal columns and an upper triangle whose product is a."},
    {"linalg.svd", "(a, full_matrices=True, compute_uv=True, hermitian=False)", svd,
     "Singular values, largest first, and vectors."},
    {"linalg.svdvals", "(x, /)", singular_values, "Singular values, largest first."},
    {"linalg.eig", "(a)", eig, "Eigenvalues and right eigenvectors, as columns."},
    {"linalg.eigvals", "(a)", mapped<linalg::eigvals>, "Eigenvalues."},
    {"linalg.eigh", "(a, UPLO='L')", eigh,
     "Eigenvalues, smallest first, and eigenvectors of Hermitian matrices, of which one triangle is read."},
    {"linalg.eigvalsh", "(a, UPLO='L')", eigvalsh, "Eigenvalues of Hermitian matrices, smallest first."},
    {"linalg.lstsq", "(a, b, rcond=None)", lstsq,
     "The x of least |b - a @ x|, with the sums of squared residuals, the rank of a and its singular "
     "values."},
    {"linalg.pinv", "(a, rcond=None, hermitian=False, *, rtol=None)", pinv, "Pseudo-inverse matrices."},
    {"linalg.matrix_rank", "(A, tol=None, hermitian=False, *, rtol=None)", matrix_rank,
     "Number of singular values above a tolerance."},
    {"linalg.matrix_power", "(a, n)", matrix_power, "Integer powers of square matrices."},
    {"linalg.norm", "(x, ord=None, axis=None, keepdims=False)", norm, "Norms of vectors or matrices."},
    {"linalg.vector_norm", "(x, /, *, axis=None, keepdims=False, ord=2)", vector_norm,
     "Norms of vectors along axes."},
    {"linalg.matrix_norm", "(x, /, *, keepdims=False, ord='fro')", matrix_norm,
     "Norms of the matrices in the last two axes."},
    {"linalg.cond", "(x, p=None)", cond, "Condition numbers."},
    {"linalg.multi_dot", "(arrays, *, out=None)", multi_dot,
     "Product of several matrices in the order of the fewest multiplications."},
    {"linalg.tensorsolve", "(a, b, axes=None)", tensorsolve, "The x of tensordot(a, x, x.ndim) = b."},
    {"linalg.tensorinv", "(a, ind=2)", tensorinv, "The inverse of a under tensordot over ind axes."},
    {"linalg.cross", "(x1, x2, /, *, axis=-1)", cross, "Cross products of vectors of three elements."},
    {"linalg.diagonal", "(x, /, *, offset=0)", diagonals, "Diagonals of a stack of matrices: a view."},
    {"linalg.trace", "(x, /, *, offset=0, dtype=None)", traces,
     "Sums of the diagonals of a stack of matrices."},
    {"linalg.outer", "(x1, x2, /)", mapped_two<linalg::outer>, "All products of elements of two vectors."},
};

}  // namespace

void add_linalg_functions(std::vector<PyMethodDef>& table) { add_rows<linalg_rows>(table, false); }

}  // namespace numloom::python
