// SPDX-License-Identifier: BSD-3-Clause
/// New arrays.
#pragma once

#include <optional>
#include <vector>

#include "numloom/ufuncs.hpp"

namespace numloom {

struct creation_options {
  std::optional<numloom::dtype> dtype{};
  std::optional<numloom::device> device{};
  numloom::order order = numloom::order::C;
};
NL_API ndarray zeros(const shape_t& shape, const creation_options& options = {});
NL_API ndarray ones(const shape_t& shape, const creation_options& options = {});
/// The dtype of the value where none is asked for.
NL_API ndarray full(const shape_t& shape, const array_like& value, const creation_options& options = {});
struct like_options {
  std::optional<numloom::dtype> dtype{};
  numloom::order order = numloom::order::K;
  std::optional<shape_t> shape{};
};
NL_API ndarray zeros_like(const ndarray& a, const like_options& options = {});
NL_API ndarray ones_like(const ndarray& a, const like_options& options = {});
NL_API ndarray full_like(const ndarray& a, const array_like& value, const like_options& options = {});
/// start, start + step, ... below stop. Length ceil((stop - start) / step) as NumPy computes it.
NL_API ndarray arange(const scalar& start, const scalar& stop, const scalar& step = 1,
                      const creation_options& options = {});
inline ndarray arange(const scalar& stop) { return arange(scalar(0), stop); }
struct linspace_options {
  std::int64_t num = 50;
  bool endpoint = true;
  std::optional<numloom::dtype> dtype{};
  std::optional<numloom::device> device{};  ///< that of the ends where none is asked for
  int axis = 0;                             ///< of the result, along which the samples lie
};
/// num evenly spaced numbers from start to stop, along a new axis where these are arrays. Without a dtype:
/// that of the ends, made floating. Throws value_error for a negative num.
NL_API ndarray linspace(const array_like& start, const array_like& stop,
                        const linspace_options& options = {});
/// base to the power of evenly spaced numbers. A base of several elements broadcasts with the ends.
NL_API ndarray logspace(const array_like& start, const array_like& stop, const linspace_options& options = {},
                        const array_like& base = 10.0);
/// Numbers of which each is a constant multiple of the one before. Throws value_error for an end of zero.
NL_API ndarray geomspace(const array_like& start, const array_like& stop,
                         const linspace_options& options = {});
/// Ones on the k-th diagonal. columns < 0: as many as rows.
NL_API ndarray eye(std::int64_t rows, std::int64_t columns = -1, std::int64_t k = 0,
                   const creation_options& options = {});
NL_API ndarray identity(std::int64_t n, const creation_options& options = {});
/// The k-th diagonal of a matrix, a view; or a matrix with that vector on its k-th diagonal. Throws
/// value_error for other dimensions.
NL_API ndarray diag(const ndarray& v, std::int64_t k = 0);
/// A matrix with the flattened array on its k-th diagonal.
NL_API ndarray diagflat(const ndarray& v, std::int64_t k = 0);
/// Ones at and below the k-th diagonal, zeros above. columns < 0: as many as rows.
NL_API ndarray tri(std::int64_t rows, std::int64_t columns = -1, std::int64_t k = 0,
                   dtype type = dtype::float64);
/// The powers of a vector as columns, the highest first unless increasing; as many as the vector is long
/// unless given. int64 for smaller integers. Throws value_error for other dimensions.
NL_API ndarray vander(const ndarray& x, std::optional<std::int64_t> columns = {}, bool increasing = false);
enum class indexing { xy, ij };
/// Views where NumPy gives views (copy = false).
NL_API std::vector<ndarray> meshgrid(const std::vector<ndarray>& axes, indexing kind = indexing::xy,
                                     bool sparse = false, bool copy = true);
/// Host memory copied to a new array on the device.
NL_API ndarray from_host(const void* data, const shape_t& shape, dtype type,
                         std::optional<device> where = {});
/// A zero-dimensional array of that value.
NL_API ndarray full0(const scalar& value, dtype type, device where);

/// A copy with zeros above (tril) or below (triu) the k-th diagonal of the last two axes; a vector is
/// repeated as rows first. Throw value_error for no dimension.
NL_API ndarray tril(const ndarray& a, std::int64_t k = 0);
NL_API ndarray triu(const ndarray& a, std::int64_t k = 0);

}  // namespace numloom
