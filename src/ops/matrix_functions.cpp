// SPDX-License-Identifier: BSD-3-Clause
// Functions of matrices composed of products and decompositions; products of matrices and of vectors that
// are composed of ufuncs.
#include <algorithm>
#include <limits>

#include "numloom/linalg.hpp"
#include "ops/compose.hpp"
#include "ops/linalg.hpp"

namespace numloom::linalg {

using namespace detail;

namespace {

/// A tolerance for each matrix, beside its singular values.
ndarray for_each_matrix(const ndarray& tolerance, const ndarray& values) {
  return expand_dims(to_device(tolerance, values.device()), -1);
}

double epsilon_of(dtype t) { return t == dtype::float32 || t == dtype::complex64 ? 0x1p-23 : 0x1p-52; }

}  // namespace

ndarray pinv(const ndarray& a, const array_like& rcond, bool hermitian) {
  if (are_empty_matrices(a)) {
    shape_t shape = a.shape();
    std::swap(shape[a.ndim() - 1], shape[a.ndim() - 2]);
    return empty(shape, a.dtype(), a.device());
  }
  if (hermitian)
    require_square("pinv", a);
  else
    require_stack("pinv", a);
  // In double precision on every device: the usual rcond is far below float32's.
  const linalg_types types = linalg_types_of("pinv", {&a});
  const ndarray wide = astype(a, is_complex(a.dtype()) ? dtype::complex128 : dtype::float64);
  svd_result parts = svd(is_complex(a.dtype()) ? call(ufunc::conjugate, wide) : wide, false, hermitian);
  parts = {astype(parts.u, types.result), astype(parts.s, types.real), astype(parts.vh, types.result)};
  const ndarray limit = for_each_matrix(as_array(rcond, dtype::float64, a.device()), parts.s);
  if (broadcast_shapes(limit.shape(), parts.s.shape()) != parts.s.shape())
    fail<value_error>("[pinv] expected an rcond for each matrix of shape ", to_string(a.shape()),
                      ", got more dimensions");
  const ndarray largest = max(parts.s, {.axis = -1, .keepdims = true});
  const ndarray kept = call(ufunc::greater, parts.s, call(ufunc::multiply, limit, largest));
  const ndarray inverted =
      where(kept, call(ufunc::divide, scalar(1), where(kept, parts.s, scalar(1))), scalar(0));
  return matmul(swapped(parts.vh), call(ufunc::multiply, expand_dims(inverted, -1), swapped(parts.u)));
}

ndarray matrix_rank(const ndarray& a, const rank_options& options) {
  if (options.tol && options.rtol) fail<value_error>("[matrix_rank] `tol` and `rtol` can't be both set.");
  if (a.ndim() < 2) return astype(any(call(ufunc::not_equal, a, scalar(0))), dtype::int64);
  const ndarray s = svdvals(a, options.hermitian);
  if (options.tol)
    return count_nonzero(call(ufunc::greater, s, for_each_matrix(*options.tol, s)), {.axis = -1});
  const ndarray largest = max(s, {.axis = -1, .keepdims = true, .initial = 0.0});
  const double few = static_cast<double>(std::max(rows_of(a), columns_of(a))) * epsilon_of(s.dtype());
  const ndarray limit = options.rtol ? call(ufunc::multiply, largest, for_each_matrix(*options.rtol, s))
                                     : call(ufunc::multiply, largest, scalar(few));
  return count_nonzero(call(ufunc::greater, s, limit), {.axis = -1});
}

ndarray matrix_power(const ndarray& a, std::int64_t n) {
  require_square("matrix_power", a);
  if (n == 0) {
    ndarray made = empty_like(a);
    copyto(made, identity(rows_of(a), {.dtype = a.dtype(), .device = a.device()}));
    return made;
  }
  ndarray power = n < 0 ? inv(a) : a;
  auto left = n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
  if (left == 3) return matmul(matmul(power, power), power);
  ndarray result;
  for (;;) {
    if (left & 1) result = result.defined() ? matmul(result, power) : power;
    left >>= 1;
    if (left == 0) return result;
    power = matmul(power, power);
  }
}

// ---- products of many ----

namespace {

/// The order of products with the fewest multiplications (Cormen et al., matrix-chain order).
class chain {
 public:
  explicit chain(const std::vector<ndarray>& arrays) : arrays_(arrays), n_(arrays.size()) {
    cost_.assign(n_ * n_, 0.0);
    split_.assign(n_ * n_, 0);
    for (std::size_t length = 1; length < n_; ++length)
      for (std::size_t i = 0; i + length < n_; ++i) find_split(i, i + length);
  }
  ndarray multiply(std::size_t i, std::size_t j, const std::optional<ndarray>& out) const {
    if (i == j) return arrays_[i];
    const std::size_t k = split_[i * n_ + j];
    return dot(multiply(i, k, {}), multiply(k + 1, j, {}), out);
  }

 private:
  double extent(std::size_t i) const {
    return static_cast<double>(i < n_ ? rows_of(arrays_[i]) : columns_of(arrays_[n_ - 1]));
  }
  void find_split(std::size_t i, std::size_t j) {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t k = i; k < j; ++k) {
      const double cost =
          cost_[i * n_ + k] + cost_[(k + 1) * n_ + j] + extent(i) * extent(k + 1) * extent(j + 1);
      if (cost >= least) continue;
      least = cost;
      split_[i * n_ + j] = k;
    }
    cost_[i * n_ + j] = least;
  }

  const std::vector<ndarray>& arrays_;
  std::size_t n_;
  std::vector<double> cost_;
  std::vector<std::size_t> split_;
};

}  // namespace

ndarray multi_dot(const std::vector<ndarray>& given, const std::optional<ndarray>& out) {
  const std::size_t n = given.size();
  if (n < 2) fail<value_error>("[multi_dot] Expecting at least two arrays, got ", n);
  if (n == 2) return dot(given[0], given[1], out);
  std::vector<ndarray> arrays = given;
  const bool row = arrays.front().ndim() == 1, column = arrays.back().ndim() == 1;
  if (row) arrays.front() = expand_dims(arrays.front(), 0);
  if (column) arrays.back() = expand_dims(arrays.back(), 1);
  for (const ndarray& a : arrays)
    if (a.ndim() != 2)
      fail<linalg_error>("[multi_dot] ", a.ndim(), "-dimensional array given. Array must be two-dimensional");
  const ndarray made = chain(arrays).multiply(0, n - 1, out);
  if (row && column) return scalar_if_0d(copy(reshape(made, {})));
  return row || column ? ravel(made) : made;
}

// ---- tensors as matrices ----

ndarray tensorsolve(const ndarray& a, const ndarray& b, const std::optional<std::vector<int>>& axes) {
  ndarray x = a;
  const int n = a.ndim();
  if (axes) {
    inline_vector<int, 6> all;
    for (int d = 0; d < n; ++d) all.push_back(d);
    for (const int axis : *axes) {
      const auto found = std::find(all.begin(), all.end(), axis);
      if (found == all.end()) fail<value_error>("[tensorsolve] expected axes in [0, ", n, "), got ", axis);
      std::rotate(found, found + 1, all.end());
    }
    x = transpose(a, all);
  }
  const int surplus = n - b.ndim();
  const int from = surplus > 0 ? n - surplus : std::min(-surplus, n);
  const shape_t shape(x.shape().begin() + from, x.shape().end());
  const std::int64_t size = size_of(shape);
  if (a.size() != size * size)
    fail<linalg_error>(
        "[tensorsolve] Input arrays must satisfy the requirement prod(a.shape[b.ndim:]) == "
        "prod(a.shape[:b.ndim]), got shapes ",
        to_string(x.shape()), " and ", to_string(b.shape()));
  return reshape(solve(reshape(x, {size, size}), ravel(b)), shape);
}

ndarray tensorinv(const ndarray& a, int ind) {
  if (ind <= 0) fail<value_error>("[tensorinv] Invalid ind argument: expected a positive number, got ", ind);
  const int at = std::min(ind, a.ndim());
  shape_t shape(a.shape().begin() + at, a.shape().end());
  const std::int64_t size = size_of(shape);
  shape.append(a.shape().begin(), a.shape().begin() + at);
  return reshape(inv(reshape(a, {size, -1})), shape);
}

// ---- vectors ----

ndarray cross(const ndarray& a, const ndarray& b, int axis) {
  const int a_axis = normalize_axis(axis, a.ndim(), "cross"),
            b_axis = normalize_axis(axis, b.ndim(), "cross");
  if (a.shape()[a_axis] != 3 || b.shape()[b_axis] != 3)
    fail<value_error>("[cross] Both input arrays must be (arrays of) 3-dimensional vectors, but they are ",
                      a.shape()[a_axis], " and ", b.shape()[b_axis], " dimensional instead.");
  return numloom::cross(a, b, {axis, axis, axis});
}

ndarray outer(const ndarray& a, const ndarray& b) {
  if (a.ndim() != 1 || b.ndim() != 1)
    fail<value_error>("[outer] Input arrays must be one-dimensional, but they have ", a.ndim(), " and ",
                      b.ndim(), " dimensions");
  return numloom::outer(a, b, {});
}

}  // namespace numloom::linalg

namespace numloom {

using namespace detail;

ndarray kron(const ndarray& a, const ndarray& b) {
  if (a.ndim() == 0 || b.ndim() == 0) return call(ufunc::multiply, a, b);
  const int n = std::max(a.ndim(), b.ndim());
  shape_t left, right, shape;
  for (int d = 0; d < n; ++d) {
    const int i = d - n + a.ndim(), k = d - n + b.ndim();
    left.push_back(i < 0 ? 1 : a.shape()[i]);
    left.push_back(1);
    right.push_back(1);
    right.push_back(k < 0 ? 1 : b.shape()[k]);
    shape.push_back(left[2 * d] * right[2 * d + 1]);
  }
  return reshape(call(ufunc::multiply, reshape(a, left), reshape(b, right)), shape);
}

namespace {

// The vectors of a cross product along the last axis, taken apart: views.
struct vectors {
  ndarray all;
  vectors(const ndarray& a, int axis) : all(move_axis(a, axis, a.ndim() - 1)) {}
  std::int64_t length() const { return all.shape(-1); }
  shape_t shape() const { return shape_t(all.shape().begin(), all.shape().end() - 1); }
  ndarray component(int k) const {
    return all.view(shape(), dims(all.strides().begin(), all.strides().end() - 1), k * all.strides().back());
  }
};

vectors vectors_of(const ndarray& a, int axis, dtype type, std::string_view name) {
  const vectors found(astype(a, type, order::K, casting::unsafe, false),
                      normalize_axis(axis, a.ndim(), name));
  if (found.length() != 2 && found.length() != 3)
    fail<value_error>("[cross] incompatible dimensions for cross product\n(dimension must be 2 or 3), got ",
                      found.length());
  return found;
}

void multiply_into(const ndarray& out, const ndarray& x, const ndarray& y) {
  call_into(ufunc::multiply, std::initializer_list<array_like>{x, y}, out);
}
// out = x y - z w
void difference_into(const ndarray& out, const ndarray& x, const ndarray& y, const ndarray& z,
                     const ndarray& w) {
  multiply_into(out, x, y);
  call_into(ufunc::subtract, std::initializer_list<array_like>{out, call(ufunc::multiply, z, w)}, out);
}
void negated_product_into(const ndarray& out, const ndarray& x, const ndarray& y) {
  multiply_into(out, x, y);
  call_into(ufunc::negative, std::initializer_list<array_like>{out}, out);
}

}  // namespace

ndarray cross(const ndarray& a, const ndarray& b, const cross_axes& where) {
  if (a.ndim() < 1 || b.ndim() < 1) fail<value_error>("[cross] At least one array has zero dimension");
  const dtype type = promote_types(a.dtype(), b.dtype());
  const vectors x = vectors_of(a, where.a, type, "axisa"),
                y = vectors_of(to_device(b, a.device()), where.b, type, "axisb");
  shape_t shape = broadcast_shapes(x.shape(), y.shape());
  if (x.length() == 2 && y.length() == 2) {
    const ndarray made = empty(shape, type, a.device());
    difference_into(made, x.component(0), y.component(1), x.component(1), y.component(0));
    return made;
  }
  shape.push_back(3);
  const int axis = normalize_axis(where.result, shape.size(), "axisc");
  const ndarray made = empty(shape, type, a.device());
  const vectors z(made, made.ndim() - 1);
  if (x.length() == 2) {
    multiply_into(z.component(0), x.component(1), y.component(2));
    negated_product_into(z.component(1), x.component(0), y.component(2));
  } else if (y.length() == 2) {
    negated_product_into(z.component(0), x.component(2), y.component(1));
    multiply_into(z.component(1), x.component(2), y.component(0));
  } else {
    difference_into(z.component(0), x.component(1), y.component(2), x.component(2), y.component(1));
    difference_into(z.component(1), x.component(2), y.component(0), x.component(0), y.component(2));
  }
  difference_into(z.component(2), x.component(0), y.component(1), x.component(1), y.component(0));
  return move_axis(made, made.ndim() - 1, axis);
}

}  // namespace numloom
