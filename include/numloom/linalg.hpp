// SPDX-License-Identifier: BSD-3-Clause
/// Products, decompositions, norms.
#pragma once

#include <optional>
#include <vector>

#include "numloom/manipulation.hpp"

namespace numloom {

/// numpy.matmul: stacks of matrices broadcast; one-dimensional operands as row (left) or column (right).
NL_API ndarray matmul(const ndarray& a, const ndarray& b, const ufunc_options& options = {});
NL_API ndarray dot(const ndarray& a, const ndarray& b, const std::optional<ndarray>& out = {});
NL_API ndarray vdot(const ndarray& a, const ndarray& b);
NL_API ndarray inner(const ndarray& a, const ndarray& b);
NL_API ndarray outer(const ndarray& a, const ndarray& b, const std::optional<ndarray>& out = {});
/// Sum over the last axis of conj(a) * b.
NL_API ndarray vecdot(const ndarray& a, const ndarray& b, const ufunc_options& options = {});
NL_API ndarray matvec(const ndarray& a, const ndarray& b, const ufunc_options& options = {});
NL_API ndarray vecmat(const ndarray& a, const ndarray& b, const ufunc_options& options = {});

/// The products that work on the last axes of stacks and take NumPy's keywords axes, axis and keepdims.
enum class gufunc : std::uint8_t { matmul, vecdot, matvec, vecmat };
/// Where the vectors and matrices lie, instead of in the last axes.
struct gufunc_axes {
  /// A list for each operand and for the result, which may be left out where it is a number.
  std::optional<std::vector<inline_vector<int, 6>>> axes{};
  std::optional<int> axis{};       ///< of vecdot: the same for both operands
  std::optional<bool> keepdims{};  ///< of vecdot: the axis stays in the result, with extent 1
};
/// Throws axis_error for axes that are not there or are not as many as core dimensions; value_error for a
/// repeated one; type_error for keywords that the product does not take.
NL_API ndarray call(gufunc f, const ndarray& a, const ndarray& b, const gufunc_axes& where,
                    const ufunc_options& options = {});

/// The sums of the diagonals of the planes of two axes.
NL_API ndarray trace(const ndarray& a, std::int64_t offset = 0, int axis1 = 0, int axis2 = 1,
                     const std::optional<dtype>& type = {}, const std::optional<ndarray>& out = {});

NL_API ndarray tensordot(const ndarray& a, const ndarray& b, const inline_vector<int, 6>& a_axes,
                         const inline_vector<int, 6>& b_axes);
/// Sums over the last `axes` axes of a and the first of b.
NL_API ndarray tensordot(const ndarray& a, const ndarray& b, int axes = 2);

/// The Kronecker product: each element of a times all of b.
NL_API ndarray kron(const ndarray& a, const ndarray& b);
/// Which axes hold the vectors of a cross product.
struct cross_axes {
  int a = -1, b = -1, result = -1;
};
/// The vector product in three dimensions. Vectors of two elements lie in the plane; of two such the result
/// is the third component alone, without an axis of its own (Python: deprecated by NumPy). Throws value_error
/// for other lengths.
NL_API ndarray cross(const ndarray& a, const ndarray& b, const cross_axes& where = {});

/// Which operands einsum puts together, step by step: positions in the list of what is left, to whose end
/// each result goes (numpy.einsum_path).
using contraction_path = std::vector<std::vector<int>>;
struct einsum_options {
  std::optional<ndarray> out{};
  std::optional<numloom::dtype> dtype{};
  numloom::casting casting = numloom::casting::safe;
  numloom::order order = numloom::order::K;
  /// As NumPy's optimize: out takes a sum of products whatever its dtype, and such a sum without axes is no
  /// scalar.
  bool optimized = false;
  bool optimal = false;                    ///< search for the best order of up to 12 operands, not of 6
  std::optional<double> memory_limit{};    ///< elements; larger intermediates only if nothing else is left
  std::optional<contraction_path> path{};  ///< the order, instead of a search for one
};
/// numpy.einsum: sums of products over labelled axes, "ij,jk->ik". Operands are put together two at a time,
/// in the order of the fewest multiplications: by matmul where a label is summed, else by multiply. One
/// operand without a sum gives a view. Throws value_error for subscripts that do not fit; type_error for
/// casts.
NL_API ndarray einsum(std::string_view subscripts, std::span<const ndarray> operands,
                      const einsum_options& options = {});
inline ndarray einsum(std::string_view subscripts, std::initializer_list<ndarray> operands,
                      const einsum_options& options = {}) {
  return einsum(subscripts, std::span(operands.begin(), operands.size()), options);
}

}  // namespace numloom

/// numpy.linalg: stacks of matrices in the last two axes. The CPU computes in double precision by LAPACK and
/// rounds results of float32 and complex64 to them; a GPU computes those as they are, stacks of matrices of
/// up to 32 rows by kernels of numloom's, others by cuSOLVER where it is there. Integers give float64.
namespace numloom::linalg {

using numloom::matmul;
using numloom::matrix_transpose;
using numloom::tensordot;
using numloom::vecdot;
/// Of the last two axes, unlike numloom::diagonal and trace.
inline ndarray diagonal(const ndarray& a, std::int64_t offset = 0) {
  return numloom::diagonal(a, offset, -2, -1);
}
inline ndarray trace(const ndarray& a, std::int64_t offset = 0, const std::optional<dtype>& type = {}) {
  return numloom::trace(a, offset, -2, -1, type);
}

/// b of one dimension is a vector, else a stack of matrices. Throws linalg_error when a is singular.
NL_API ndarray solve(const ndarray& a, const ndarray& b);
NL_API ndarray inv(const ndarray& a);
NL_API ndarray det(const ndarray& a);
struct slogdet_result {
  ndarray sign, logabsdet;
};
NL_API slogdet_result slogdet(const ndarray& a);
/// The lower factor L of L L^H (or the upper one). Throws linalg_error when a is not positive definite.
NL_API ndarray cholesky(const ndarray& a, bool upper = false);

enum class qr_mode { reduced, complete, r, raw };
struct qr_result {
  ndarray q, r;  ///< raw: h (transposed) and tau; mode r leaves q undefined
};
NL_API qr_result qr(const ndarray& a, qr_mode mode = qr_mode::reduced);
struct svd_result {
  ndarray u, s, vh;
};
NL_API svd_result svd(const ndarray& a, bool full_matrices = true, bool hermitian = false);
NL_API ndarray svdvals(const ndarray& a, bool hermitian = false);

struct eig_result {
  ndarray eigenvalues, eigenvectors;
};
/// Real when all eigenvalues are.
NL_API eig_result eig(const ndarray& a);
NL_API ndarray eigvals(const ndarray& a);
/// uplo: the triangle that is read, 'L' or 'U'.
NL_API eig_result eigh(const ndarray& a, char uplo = 'L');
NL_API ndarray eigvalsh(const ndarray& a, char uplo = 'L');

struct lstsq_result {
  ndarray x, residuals, rank, s;
};
/// rcond: singular values below rcond times the largest count as 0; max(m, n) eps unless given.
NL_API lstsq_result lstsq(const ndarray& a, const ndarray& b, std::optional<double> rcond = {});
NL_API ndarray pinv(const ndarray& a, const array_like& rcond = 1e-15, bool hermitian = false);
struct rank_options {
  std::optional<ndarray> tol{};   ///< absolute, for each matrix
  std::optional<ndarray> rtol{};  ///< relative to the largest singular value
  bool hermitian = false;
};
NL_API ndarray matrix_rank(const ndarray& a, const rank_options& options = {});
NL_API ndarray matrix_power(const ndarray& a, std::int64_t n);

/// An order of norms: a number (infinities included), or none, 'fro' and 'nuc'.
struct norm_order {
  enum class kind { none, fro, nuc, number } which = kind::none;
  double value = 0;
  norm_order() = default;
  norm_order(double v) : which(kind::number), value(v) {}
  norm_order(kind k) : which(k) {}
  bool is(double v) const noexcept { return which == kind::number && value == v; }
};
/// One axis: of vectors; two: of matrices; none: of all elements for order none, else of the whole array.
NL_API ndarray norm(const ndarray& x, const norm_order& order = {}, const axes& axis = {},
                    bool keepdims = false);
NL_API ndarray vector_norm(const ndarray& x, const axes& axis = {}, bool keepdims = false,
                           const norm_order& order = 2.0);
NL_API ndarray matrix_norm(const ndarray& x, bool keepdims = false,
                           const norm_order& order = norm_order::kind::fro);
NL_API ndarray cond(const ndarray& x, const norm_order& p = {});

/// Products in the order that takes the fewest multiplications.
NL_API ndarray multi_dot(const std::vector<ndarray>& arrays, const std::optional<ndarray>& out = {});
NL_API ndarray tensorsolve(const ndarray& a, const ndarray& b,
                           const std::optional<std::vector<int>>& axes = {});
NL_API ndarray tensorinv(const ndarray& a, int ind = 2);
/// Of vectors of three elements along an axis.
NL_API ndarray cross(const ndarray& a, const ndarray& b, int axis = -1);
/// Of two vectors.
NL_API ndarray outer(const ndarray& a, const ndarray& b);

}  // namespace numloom::linalg
