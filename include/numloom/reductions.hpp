// SPDX-License-Identifier: BSD-3-Clause
/// Reductions and scans along axes, with NumPy's names, keywords and result dtypes.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "numloom/ufuncs.hpp"

namespace numloom {

/// Which axes: none given means all of them. Converts from an int or a list of ints.
class axes {
 public:
  axes() = default;
  axes(std::nullopt_t) {}
  axes(int axis) : all_(false), list_{axis} {}
  axes(std::initializer_list<int> list) : all_(false), list_(list) {}
  axes(inline_vector<int, 6> list) : all_(false), list_(std::move(list)) {}
  axes(const std::vector<int>& list) : all_(false), list_(list) {}
  bool all() const noexcept { return all_; }
  const inline_vector<int, 6>& list() const noexcept { return list_; }
  /// Distinct axes in [0, ndim), sorted. Throws axis_error; value_error for a repeated axis.
  NL_API dims normalized(int ndim, std::string_view operation) const;

 private:
  bool all_ = true;
  inline_vector<int, 6> list_;
};

struct reduction_options {
  axes axis{};
  std::optional<numloom::dtype> dtype{};
  std::optional<ndarray> out{};
  bool keepdims = false;
  std::optional<scalar> initial{};
  std::optional<ndarray> where{};
  bool without_identity = false;  ///< of reduce(): NumPy's initial=None, the first element begins
};
struct variance_options {
  axes axis{};
  std::optional<numloom::dtype> dtype{};
  std::optional<ndarray> out{};
  double ddof = 0;  ///< the divisor is n - ddof (NumPy's `correction` is the same number)
  bool keepdims = false;
  std::optional<ndarray> where{};
};
struct arg_options {
  std::optional<int> axis{};  ///< none: over the flattened array
  std::optional<ndarray> out{};
  bool keepdims = false;
};
struct scan_options {
  std::optional<int> axis{};  ///< none: over the flattened array
  std::optional<numloom::dtype> dtype{};
  std::optional<ndarray> out{};
};

NL_API ndarray sum(const ndarray& a, const reduction_options& options = {});
NL_API ndarray prod(const ndarray& a, const reduction_options& options = {});
/// Throws value_error when there is nothing to reduce and no initial value.
NL_API ndarray min(const ndarray& a, const reduction_options& options = {});
NL_API ndarray max(const ndarray& a, const reduction_options& options = {});
NL_API ndarray any(const ndarray& a, const reduction_options& options = {});
NL_API ndarray all(const ndarray& a, const reduction_options& options = {});
/// int64.
NL_API ndarray count_nonzero(const ndarray& a, const reduction_options& options = {});
/// float64 for integers; float16 is summed in float32.
NL_API ndarray mean(const ndarray& a, const reduction_options& options = {});
/// One pass over memory: block means and squared distances merged by Chan, Golub and LeVeque (1983).
NL_API ndarray var(const ndarray& a, const variance_options& options = {});
NL_API ndarray std(const ndarray& a, const variance_options& options = {});
/// NumPy's other names for min and max.
inline ndarray amin(const ndarray& a, const reduction_options& options = {}) { return min(a, options); }
inline ndarray amax(const ndarray& a, const reduction_options& options = {}) { return max(a, options); }
/// First position of the smallest element; NaN wins.
NL_API ndarray argmin(const ndarray& a, const arg_options& options = {});
NL_API ndarray argmax(const ndarray& a, const arg_options& options = {});
NL_API ndarray cumsum(const ndarray& a, const scan_options& options = {});
NL_API ndarray cumprod(const ndarray& a, const scan_options& options = {});
/// ufunc.reduce for every ufunc of two inputs and one output: from left to right where there is no kernel
/// for it. Without an axis: over all of them. Throws value_error for other ufuncs, for several axes when the
/// order matters, and where nothing is left to begin with; casting_error when no loop fits.
NL_API ndarray reduce(ufunc f, const ndarray& a, const reduction_options& options = {});
/// ufunc.accumulate: all partial results along an axis (the first without one).
NL_API ndarray accumulate(ufunc f, const ndarray& a, const scan_options& options = {});
/// ufunc.reduceat: the reductions of a[indices[i]:indices[i + 1]], or a[indices[i]] where that is empty; the
/// last one goes to the end. Throws index_error for indices outside of the axis.
NL_API ndarray reduceat(ufunc f, const ndarray& a, std::span<const std::int64_t> indices,
                        const scan_options& options = {});

}  // namespace numloom
