// SPDX-License-Identifier: BSD-3-Clause
/// Products. The rest of linear algebra comes later.
#pragma once

#include "numloom/ufuncs.hpp"

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
NL_API ndarray tensordot(const ndarray& a, const ndarray& b, const inline_vector<int, 6>& a_axes,
                         const inline_vector<int, 6>& b_axes);

}  // namespace numloom
