// SPDX-License-Identifier: BSD-3-Clause
// Decompositions and solutions: shapes, dtypes and errors as NumPy's, the work by the device's LAPACK.
#include <algorithm>

#include "numloom/linalg.hpp"

#include "core/lapack.hpp"
#include "ops/compose.hpp"
#include "ops/linalg.hpp"

namespace numloom::detail {

void require_stack(const char* name, const ndarray& a) {
  if (a.ndim() < 2)
    fail<linalg_error>("[", name, "] ", a.ndim(),
                       "-dimensional array given. Array must be at least two-dimensional");
}

void require_square(const char* name, const ndarray& a) {
  require_stack(name, a);
  if (a.shape()[a.ndim() - 1] != a.shape()[a.ndim() - 2])
    fail<linalg_error>("[", name, "] Last 2 dimensions of the array must be square, got shape ",
                       to_string(a.shape()));
}

linalg_types linalg_types_of(const char* name, std::initializer_list<const ndarray*> arrays) {
  bool is_single = true, complex = false;
  for (const ndarray* a : arrays) {
    if (a->dtype() == dtype::float16)
      fail<type_error>("[", name, "] array type float16 is unsupported in linalg");
    complex |= is_complex(a->dtype());
    is_single &= a->dtype() == dtype::float32 || a->dtype() == dtype::complex64;
  }
  linalg_types types;
  types.real = is_single ? dtype::float32 : dtype::float64;
  types.result = !complex ? types.real : is_single ? dtype::complex64 : dtype::complex128;
  return types;
}

}  // namespace numloom::detail

namespace numloom::linalg {

using namespace detail;

namespace {

shape_t stack_of(const ndarray& a) { return {a.shape().begin(), a.shape().end() - 2}; }
ndarray rounded(const ndarray& a, dtype type) {
  return scalar_if_0d(astype(a, type, order::K, casting::unsafe, false));
}

shape_t joined(shape_t shape, std::initializer_list<std::int64_t> more) {
  for (const std::int64_t n : more) shape.push_back(n);
  return shape;
}

dtype with_precision_of(dtype type, dtype precision) {
  const bool single = precision == dtype::float32 || precision == dtype::complex64;
  return is_complex(type) ? (single ? dtype::complex64 : dtype::complex128)
                          : (single ? dtype::float32 : dtype::float64);
}

/// A call over a stack of matrices like a's, the first operand.
class stacked_call {
 public:
  stacked_call(lapack_op op, const linalg_types& types, const ndarray& a)
      : stacked_call(op, types, a, stack_of(a)) {}
  stacked_call(lapack_op op, const linalg_types& types, const ndarray& a, shape_t stack)
      : where_(a.device()), stack_(std::move(stack)) {
    call_.op = op;
    call_.type = lapack_dtype(op, types.result, rows_of(a), columns_of(a), size_of(stack_), where_);
    call_.ndim = stack_.size();
    std::copy(stack_.begin(), stack_.end(), call_.shape);
  }
  lapack_call& settings() { return call_; }
  /// The dtypes in which is computed: of matrices, of real and of complex results.
  dtype type() const { return call_.type; }
  dtype real() const { return with_precision_of(dtype::float64, call_.type); }
  dtype complex() const { return with_precision_of(dtype::complex128, call_.type); }

  /// Matrices, broadcast to the stack.
  void input(const ndarray& a) {
    ndarray x = astype(a, call_.type, order::K, casting::unsafe, false);
    for (int d = 0; d < x.ndim(); ++d)
      if (x.shape()[d] > 1 && x.strides()[d] % x.itemsize() != 0) x = copy(x, order::C);
    add(broadcast_to(x, joined(stack_, {rows_of(a), columns_of(a)})), access::read);
  }
  /// New matrices. No columns: the result is a vector (a row), no rows either: a number.
  ndarray output(dtype type, std::optional<std::int64_t> rows, std::optional<std::int64_t> columns) {
    shape_t shape = stack_;
    if (rows) shape.push_back(*rows);
    if (columns) shape.push_back(*columns);
    const ndarray made = empty(shape, type, where_);
    ndarray seen = made;
    if (!columns) seen = expand_dims(seen, -1);
    if (!rows) seen = expand_dims(seen, -2);
    if (rows && !columns) seen = swapped(seen);  // a row
    add(seen, access::write);
    return made;
  }
  void no_output() { ++operands_; }

  /// True when every matrix had a result.
  bool run() {
    for (const std::int64_t n : stack_)
      if (n == 0) return true;
    return lapack(call_, where_) == 0;
  }

 private:
  void add(const ndarray& a, access intent) {
    matrix_stack& x = call_.operands[operands_++];
    const int n = stack_.size();
    x.data = a.data(intent);
    x.rows = a.shape()[n], x.columns = a.shape()[n + 1];
    x.row_step = a.strides()[n], x.column_step = a.strides()[n + 1];
    for (int d = 0; d < n; ++d) x.strides[d] = a.strides()[d];
    kept_.push_back(a);
  }

  lapack_call call_;
  int operands_ = 0;
  device where_;
  shape_t stack_;
  std::vector<ndarray> kept_;
};

[[noreturn]] void fail_core(const char* name, const char* signature, std::int64_t got,
                            std::int64_t expected) {
  fail<value_error>("[", name, "] ", name,
                    ": Input operand 1 has a mismatch in its core dimension 0, with gufunc signature ",
                    signature, " (size ", got, " is different from ", expected, ")");
}

void require_one_device(const char* name, const ndarray& a, const ndarray& b) {
  if (a.device() != b.device())
    fail<value_error>("[", name, "] expected operands on one device, got ", a.device(), " and ", b.device(),
                      "; move one with to_device()");
}

ndarray inverse(const char* name, const ndarray& a, bool& whole) {
  require_square(name, a);
  const linalg_types types = linalg_types_of(name, {&a});
  stacked_call call(lapack_op::inverse, types, a);
  call.input(a);
  const ndarray x = call.output(call.type(), rows_of(a), rows_of(a));
  whole = call.run();
  return rounded(x, types.result);
}

}  // namespace

ndarray solve(const ndarray& a, const ndarray& b) {
  require_square("solve", a);
  require_one_device("solve", a, b);
  const linalg_types types = linalg_types_of("solve", {&a, &b});
  if (b.ndim() == 0)
    fail<value_error>(
        "[solve] solve: Input operand 1 does not have enough dimensions (has 0, gufunc core with "
        "signature (m,m),(m,n)->(m,n) requires 2)");
  const bool vector = b.ndim() == 1;
  const ndarray right = vector ? expand_dims(b, 1) : b;
  if (rows_of(right) != rows_of(a))
    fail_core(vector ? "solve1" : "solve", vector ? "(m,m),(m)->(m)" : "(m,m),(m,n)->(m,n)", rows_of(right),
              rows_of(a));
  stacked_call call(lapack_op::solve, types, a, broadcast_shapes(stack_of(a), stack_of(right)));
  call.input(a);
  call.input(right);
  const ndarray x = call.output(call.type(), rows_of(a), columns_of(right));
  if (!call.run()) fail<linalg_error>("[solve] Singular matrix: a of shape ", to_string(a.shape()));
  return rounded(vector ? squeeze(x, -1) : x, types.result);
}

ndarray inv(const ndarray& a) {
  bool whole = true;
  const ndarray x = inverse("inv", a, whole);
  if (!whole) fail<linalg_error>("[inv] Singular matrix: a of shape ", to_string(a.shape()));
  return x;
}

ndarray inverse_or_nan(const ndarray& a) {
  bool whole = true;
  return inverse("cond", a, whole);
}

namespace {
slogdet_result log_determinant(const char* name, const ndarray& a, const linalg_types& types) {
  require_square(name, a);
  stacked_call call(lapack_op::determinant, types, a);
  call.input(a);
  const ndarray sign = call.output(call.type(), {}, {}), log = call.output(call.real(), {}, {});
  call.run();
  return {sign, log};
}
}  // namespace

slogdet_result slogdet(const ndarray& a) {
  require_square("slogdet", a);
  const linalg_types types = linalg_types_of("slogdet", {&a});
  const slogdet_result made = log_determinant("slogdet", a, types);
  return {rounded(made.sign, types.result), rounded(made.logabsdet, types.real)};
}

ndarray det(const ndarray& a) {
  require_square("det", a);
  const linalg_types types = linalg_types_of("det", {&a});
  const slogdet_result made = log_determinant("det", a, types);
  return rounded(call(ufunc::multiply, made.sign, call(ufunc::exp, made.logabsdet)), types.result);
}

ndarray cholesky(const ndarray& a, bool upper) {
  require_square("cholesky", a);
  const linalg_types types = linalg_types_of("cholesky", {&a});
  stacked_call call(lapack_op::cholesky, types, a);
  call.settings().upper = upper;
  call.input(a);
  const ndarray factor = call.output(call.type(), rows_of(a), rows_of(a));
  if (!call.run())
    fail<linalg_error>("[cholesky] Matrix is not positive definite: a of shape ", to_string(a.shape()));
  return rounded(factor, types.result);
}

qr_result qr(const ndarray& a, qr_mode mode) {
  require_stack("qr", a);
  const linalg_types types = linalg_types_of("qr", {&a});
  const std::int64_t m = rows_of(a), n = columns_of(a), k = std::min(m, n);
  const std::int64_t inner = mode == qr_mode::complete ? m : k;
  stacked_call call(lapack_op::qr, types, a);
  call.input(a);
  qr_result made;
  if (mode == qr_mode::raw) {
    call.no_output();
    call.no_output();
    made.q = swapped(call.output(call.type(), m, n));
    made.r = call.output(call.type(), k, {});
  } else {
    if (mode == qr_mode::r)
      call.no_output();
    else
      made.q = call.output(call.type(), m, inner);
    made.r = call.output(call.type(), inner, n);
  }
  call.run();
  if (made.q.defined()) made.q = rounded(made.q, types.result);
  made.r = rounded(made.r, types.result);
  return made;
}

// ---- singular values ----

namespace {

[[noreturn]] void fail_convergence(const char* name, const char* what, const ndarray& a) {
  fail<linalg_error>("[", name, "] ", what, " did not converge: a of shape ", to_string(a.shape()));
}

/// From eigenvalues: their moduli, largest first.
svd_result hermitian_svd(const ndarray& a, bool vectors) {
  const eig_result found = vectors ? eigh(a) : eig_result{eigvalsh(a), {}};
  const ndarray size = call(ufunc::absolute, found.eigenvalues);
  if (!vectors) return {{}, flip(sort(size), -1), {}};
  const ndarray order = flip(argsort(size), -1);
  const ndarray columns = expand_dims(order, -2);
  const ndarray sign = take_along_axis(call(ufunc::copysign, array_like(1.0), found.eigenvalues), order, -1);
  const ndarray u =
      take_along_axis(found.eigenvectors, broadcast_to(columns, found.eigenvectors.shape()), -1);
  const ndarray turned = call(ufunc::multiply, u, astype(expand_dims(sign, -2), size.dtype()));
  const ndarray vh = swapped(is_complex(u.dtype()) ? call(ufunc::conjugate, turned) : turned);
  return {u, take_along_axis(size, order, -1), vh};
}

}  // namespace

svd_result svd(const ndarray& a, bool full_matrices, bool hermitian) {
  if (hermitian) return hermitian_svd(a, true);
  require_stack("svd", a);
  const linalg_types types = linalg_types_of("svd", {&a});
  const std::int64_t m = rows_of(a), n = columns_of(a), k = std::min(m, n);
  stacked_call call(lapack_op::svd, types, a);
  call.input(a);
  const ndarray u = call.output(call.type(), m, full_matrices ? m : k);
  const ndarray s = call.output(call.real(), k, {});
  const ndarray vh = call.output(call.type(), full_matrices ? n : k, n);
  if (!call.run()) fail_convergence("svd", "SVD", a);
  return {rounded(u, types.result), rounded(s, types.real), rounded(vh, types.result)};
}

ndarray svdvals(const ndarray& a, bool hermitian) {
  if (hermitian) return hermitian_svd(a, false).s;
  require_stack("svdvals", a);
  const linalg_types types = linalg_types_of("svdvals", {&a});
  stacked_call call(lapack_op::svd, types, a);
  call.input(a);
  call.no_output();
  const ndarray s = call.output(call.real(), std::min(rows_of(a), columns_of(a)), {});
  if (!call.run()) fail_convergence("svd", "SVD", a);
  return rounded(s, types.real);
}

// ---- eigenvalues ----

namespace {

eig_result general_eig(const char* name, const ndarray& a, bool vectors) {
  require_square(name, a);
  if (!all(call(ufunc::isfinite, a)).item<bool>())
    fail<linalg_error>("[", name, "] Array must not contain infs or NaNs");
  const linalg_types types = linalg_types_of(name, {&a});
  stacked_call work(lapack_op::eig, types, a);
  work.input(a);
  eig_result made;
  made.eigenvalues = work.output(work.complex(), rows_of(a), {});
  if (vectors) made.eigenvectors = work.output(work.complex(), rows_of(a), rows_of(a));
  if (!work.run()) fail_convergence(name, "Eigenvalues", a);
  const bool real = !is_complex(types.result) && !some(part_of_complex(made.eigenvalues, true));
  const dtype result = real                           ? types.real
                       : types.real == dtype::float32 ? dtype::complex64
                                                      : dtype::complex128;
  const auto kept = [&](const ndarray& z) {
    return rounded(real ? copy(part_of_complex(z, false)) : z, result);
  };
  made.eigenvalues = kept(made.eigenvalues);
  if (vectors) made.eigenvectors = kept(made.eigenvectors);
  return made;
}

eig_result hermitian_eig(const char* name, const ndarray& a, char uplo, bool vectors) {
  if (uplo != 'L' && uplo != 'U' && uplo != 'l' && uplo != 'u')
    fail<value_error>("[", name, "] UPLO argument must be 'L' or 'U'");
  require_square(name, a);
  const linalg_types types = linalg_types_of(name, {&a});
  stacked_call work(lapack_op::eigh, types, a);
  work.settings().upper = uplo == 'U' || uplo == 'u';
  work.input(a);
  eig_result made;
  made.eigenvalues = work.output(work.real(), rows_of(a), {});
  if (vectors) made.eigenvectors = work.output(work.type(), rows_of(a), rows_of(a));
  if (!work.run()) fail_convergence(name, "Eigenvalues", a);
  made.eigenvalues = rounded(made.eigenvalues, types.real);
  if (vectors) made.eigenvectors = rounded(made.eigenvectors, types.result);
  return made;
}

}  // namespace

eig_result eig(const ndarray& a) { return general_eig("eig", a, true); }
ndarray eigvals(const ndarray& a) { return general_eig("eigvals", a, false).eigenvalues; }
eig_result eigh(const ndarray& a, char uplo) { return hermitian_eig("eigh", a, uplo, true); }
ndarray eigvalsh(const ndarray& a, char uplo) {
  return hermitian_eig("eigvalsh", a, uplo, false).eigenvalues;
}

// ---- least squares ----

namespace {

// Unrounded; the residuals whatever the rank.
lstsq_result lstsq_by_lapack(const ndarray& a, const ndarray& b, const linalg_types& types, double cutoff) {
  stacked_call call(lapack_op::lstsq, types, a);
  call.settings().cutoff = cutoff;
  call.input(a);
  call.input(b);
  lstsq_result made;
  made.x = call.output(call.type(), columns_of(a), columns_of(b));
  made.residuals = call.output(call.real(), columns_of(b), {});
  made.rank = as_scalar(call.output(dtype::int32, {}, {}));
  made.s = call.output(call.real(), std::min(rows_of(a), columns_of(a)), {});
  if (!call.run())
    fail<linalg_error>("[lstsq] SVD did not converge in Linear Least Squares: a of shape ",
                       to_string(a.shape()));
  return made;
}

// Where the device has an SVD: in double precision, as the cutoff asks for.
lstsq_result lstsq_by_svd(const ndarray& a, const ndarray& b, double cutoff) {
  const auto [u, s, vh] = svd(a, false);
  const auto adjoint = [](const ndarray& x) { return swapped(call(ufunc::conjugate, x)); };
  const ndarray kept = call(ufunc::greater, s, call(ufunc::multiply, max(s), scalar(cutoff)));
  const ndarray inverted = where(kept, call(ufunc::divide, scalar(1), where(kept, s, scalar(1))), scalar(0));
  const ndarray parts = call(ufunc::multiply, expand_dims(inverted, 1), matmul(adjoint(u), b));
  lstsq_result made;
  made.x = matmul(adjoint(vh), parts);
  const ndarray apart = call(ufunc::absolute, call(ufunc::subtract, b, matmul(a, made.x)));
  made.residuals = sum(call(ufunc::square, apart), {.axis = 0});
  made.rank = as_scalar(astype(count_nonzero(kept), dtype::int32));
  made.s = s;
  return made;
}

}  // namespace

lstsq_result lstsq(const ndarray& a, const ndarray& b, std::optional<double> rcond) {
  require_one_device("lstsq", a, b);
  const bool vector = b.ndim() == 1;
  const ndarray right = vector ? expand_dims(b, 1) : b;
  for (const ndarray* x : {&a, &right})
    if (x->ndim() != 2)
      fail<linalg_error>("[lstsq] ", x->ndim(), "-dimensional array given. Array must be two-dimensional");
  const std::int64_t m = rows_of(a), n = columns_of(a);
  if (rows_of(right) != m)
    fail<linalg_error>("[lstsq] Incompatible dimensions: ", to_string(a.shape()), " and ",
                       to_string(b.shape()));
  const linalg_types types = linalg_types_of("lstsq", {&a, &b});
  const double cutoff = rcond.value_or(0x1p-52 * static_cast<double>(std::max(m, n)));
  const dtype wide = is_complex(types.result) ? dtype::complex128 : dtype::float64;
  const lstsq_result made = backend_for(a).decomposes(lapack_op::svd, wide, m, n, 1)
                                ? lstsq_by_svd(astype(a, wide), astype(right, wide), cutoff)
                                : lstsq_by_lapack(a, right, types, cutoff);
  const bool has_residuals = made.rank.item<std::int32_t>() == n && m > n;
  return {rounded(vector ? squeeze(made.x, -1) : made.x, types.result),
          has_residuals ? rounded(made.residuals, types.real) : empty({0}, types.real, a.device()), made.rank,
          rounded(made.s, types.real)};
}

}  // namespace numloom::linalg
