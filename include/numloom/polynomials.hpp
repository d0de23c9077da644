// SPDX-License-Identifier: BSD-3-Clause
/// Polynomials by their coefficients, the highest power first.
#pragma once

#include <optional>
#include <utility>

#include "numloom/reductions.hpp"

namespace numloom {

/// The polynomial at x, by Horner's rule. Throws type_error for a number instead of coefficients, as polyder
/// and polyint do.
NL_API ndarray polyval(const ndarray& p, const array_like& x);
NL_API ndarray polyadd(const ndarray& a, const ndarray& b);
NL_API ndarray polysub(const ndarray& a, const ndarray& b);
NL_API ndarray polymul(const ndarray& a, const ndarray& b);
/// Quotient and remainder. Throws index_error for an operand without coefficients.
NL_API std::pair<ndarray, ndarray> polydiv(const ndarray& u, const ndarray& v);
/// The m-th derivative. Throws value_error for a negative m.
NL_API ndarray polyder(const ndarray& p, int m = 1);
/// The m-th integral, with constants k (one for all, or m; 0 if not given). Throws value_error otherwise.
NL_API ndarray polyint(const ndarray& p, int m = 1, const std::optional<ndarray>& k = {});
/// The polynomial with these roots, or the characteristic polynomial of a square matrix; real where complex
/// roots come in pairs; a scalar 1 for no roots. Throws value_error for other shapes.
NL_API ndarray poly(const ndarray& roots);
/// The roots: eigenvalues of the companion matrix. Throws value_error unless p is a vector.
NL_API ndarray roots(const ndarray& p);

/// A solution by least squares of columns that are scaled to one length first, which makes a better system.
struct column_fit {
  ndarray coefficients;  ///< (n,), or (n, K) for K right-hand sides
  ndarray residuals, rank, s;
  double rcond;     ///< the share of the largest singular value below which others count for nothing
  ndarray columns;  ///< weighted and scaled
  ndarray scale;    ///< (n,): the length of each column
};
struct column_fit_options {
  std::optional<ndarray> weights{};  ///< (M,), of the rows
  std::optional<double> rcond{};     ///< M times the precision of the columns' dtype unless given
  /// As the classes of numpy.polynomial: columns of zeros may stand among them and get coefficients of 0, and
  /// complex columns are scaled by their lengths. Else, as polyfit: by the root of the sum of squares.
  bool zero_columns = false;
};
/// columns (M, n), y (M,) or (M, K). Throws type_error for weights of another shape, linalg_error where there
/// is no solution.
NL_API column_fit fit_columns(const ndarray& columns, const ndarray& y,
                              const column_fit_options& options = {});

enum class covariance_scale { none, by_residuals, unscaled };
struct polyfit_options {
  std::optional<double> rcond{};
  std::optional<ndarray> weights{};  ///< (M,), of the distances
  covariance_scale covariance = covariance_scale::none;
};
struct polyfit_result {
  ndarray coefficients;  ///< (deg + 1,), or (deg + 1, K), the highest power first
  ndarray residuals, rank, s;
  double rcond;
  ndarray covariance;  ///< of the coefficients, where it was asked for
};
/// The polynomial of that degree with the least squared distance from the points (x, y): x (M,), y (M,) or
/// (M, K) for K polynomials at once. Throws type_error for other shapes, value_error for a negative degree
/// and for too few points to scale a covariance by. A rank below deg + 1 says that the points do not
/// determine the fit.
NL_API polyfit_result polyfit(const ndarray& x, const ndarray& y, int deg,
                              const polyfit_options& options = {});

}  // namespace numloom
